//! A bounded queue with two lanes: questions overtake passages that wait.

use parking_lot::{Condvar, Mutex};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Which lane a piece of work goes into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Somebody is waiting in front of the screen.
    Question,
    /// Ingest; goes on when no question waits.
    Passage,
}

/// The queue was closed; the work was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Closed;

/// The queue. Many tasks push; one thread pops.
pub(crate) struct Lanes<T> {
    waiting: Mutex<Waiting<T>>,
    changed: Condvar,
    question_room: Arc<Semaphore>,
    passage_room: Arc<Semaphore>,
}

struct Waiting<T> {
    questions: VecDeque<(T, OwnedSemaphorePermit)>,
    passages: VecDeque<(T, OwnedSemaphorePermit)>,
    closed: bool,
}

impl<T> Lanes<T> {
    /// A queue in which so many of each may wait.
    pub(crate) fn new(questions: usize, passages: usize) -> Self {
        Self {
            waiting: Mutex::new(Waiting { questions: VecDeque::new(), passages: VecDeque::new(), closed: false }),
            changed: Condvar::new(),
            question_room: Arc::new(Semaphore::new(questions.max(1))),
            passage_room: Arc::new(Semaphore::new(passages.max(1))),
        }
    }

    /// Adds work at the end of its lane, after waiting for room there.
    pub(crate) async fn push(&self, lane: Lane, work: T) -> Result<(), Closed> {
        let room = match lane {
            Lane::Question => &self.question_room,
            Lane::Passage => &self.passage_room,
        };
        let place = Arc::clone(room).acquire_owned().await.map_err(|_| Closed)?;
        let mut waiting = self.waiting.lock();
        if waiting.closed {
            return Err(Closed);
        }
        match lane {
            Lane::Question => waiting.questions.push_back((work, place)),
            Lane::Passage => waiting.passages.push_back((work, place)),
        }
        self.changed.notify_one();
        Ok(())
    }

    /// The next work, a question first; blocks while there is none. `None` once the queue was closed; work that still
    /// waited then is dropped.
    pub(crate) fn pop(&self) -> Option<(Lane, T)> {
        let mut waiting = self.waiting.lock();
        loop {
            if waiting.closed {
                return None;
            }
            if let Some((work, _)) = waiting.questions.pop_front() {
                return Some((Lane::Question, work));
            }
            if let Some((work, _)) = waiting.passages.pop_front() {
                return Some((Lane::Passage, work));
            }
            self.changed.wait(&mut waiting);
        }
    }

    /// The next question, if one waits.
    pub(crate) fn pop_question(&self) -> Option<T> {
        self.waiting.lock().questions.pop_front().map(|(work, _)| work)
    }

    /// Whether a question waits, or nothing will come any more.
    pub(crate) fn question_waits(&self) -> bool {
        let waiting = self.waiting.lock();
        waiting.closed || !waiting.questions.is_empty()
    }

    /// Ends the queue: nothing is taken any more, and the popping thread is woken.
    pub(crate) fn close(&self) {
        let mut waiting = self.waiting.lock();
        waiting.closed = true;
        waiting.questions.clear();
        waiting.passages.clear();
        self.question_room.close();
        self.passage_room.close();
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn questions_overtake_passages_and_each_lane_keeps_its_order() {
        let lanes = Lanes::new(4, 4);
        for (lane, work) in [(Lane::Passage, "p1"), (Lane::Passage, "p2"), (Lane::Question, "q1"), (Lane::Question, "q2")] {
            lanes.push(lane, work).await.unwrap();
        }
        assert_eq!(lanes.pop_question(), Some("q1"));
        let order: Vec<_> = (0..3).filter_map(|_| lanes.pop().map(|(_, work)| work)).collect();
        assert_eq!(order, ["q2", "p1", "p2"]);
        assert_eq!(lanes.pop_question(), None);
    }

    #[tokio::test]
    async fn a_full_lane_makes_its_callers_wait_and_not_the_others() {
        let lanes = Lanes::new(1, 1);
        lanes.push(Lane::Passage, 1).await.unwrap();
        let blocked = tokio::time::timeout(Duration::from_millis(20), lanes.push(Lane::Passage, 2)).await;
        assert!(blocked.is_err(), "the lane holds one");
        lanes.push(Lane::Question, 3).await.unwrap();
        assert_eq!(lanes.pop(), Some((Lane::Question, 3)));
        assert_eq!(lanes.pop(), Some((Lane::Passage, 1)));
        lanes.push(Lane::Passage, 4).await.unwrap();
    }

    #[tokio::test]
    async fn closing_wakes_the_worker_and_refuses_work() {
        let lanes = Arc::new(Lanes::new(1, 1));
        let worker = std::thread::spawn({
            let lanes = Arc::clone(&lanes);
            move || lanes.pop()
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        lanes.close();
        assert_eq!(worker.join().unwrap(), None::<(Lane, i32)>);
        assert_eq!(lanes.push(Lane::Question, 1).await, Err(Closed));
    }
}
