//! Courtesy: ingest gives way to the person who waits for an answer.
//!
//! Two models that compute at once on the same cores slow each other far beyond the half: their threads meet at barriers. So
//! while an answer is being written, the embedding of passages waits between two batches; not for ever, or a busy day would
//! keep new documents out.

use parking_lot::{Condvar, Mutex};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a batch of passages waits at most.
const LONGEST: Duration = Duration::from_secs(8);

/// Shared by the generator, which says when it writes, and the embedder, which waits meanwhile.
#[derive(Debug, Clone, Default)]
pub struct Courtesy {
    writing: Arc<(Mutex<usize>, Condvar)>,
}

impl Courtesy {
    /// Says that an answer is being written, until the guard is dropped.
    pub(crate) fn writing(&self) -> Writing {
        *self.writing.0.lock() += 1;
        Writing(self.clone())
    }

    /// Waits until no answer is being written, at most eight seconds; `interrupted` is asked often whether to stop waiting.
    pub(crate) fn give_way(&self, interrupted: impl Fn() -> bool) {
        const LOOK: Duration = Duration::from_millis(50);
        let (writing, changed) = &*self.writing;
        let until = Instant::now() + LONGEST;
        let mut answers = writing.lock();
        while *answers > 0 && Instant::now() < until && !interrupted() {
            changed.wait_for(&mut answers, LOOK);
        }
    }
}

/// An answer is being written while this lives.
pub(crate) struct Writing(Courtesy);

impl Drop for Writing {
    fn drop(&mut self) {
        let (writing, changed) = &*self.0.writing;
        *writing.lock() -= 1;
        changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_wait_while_an_answer_is_written_and_no_longer() {
        let courtesy = Courtesy::default();
        courtesy.give_way(|| panic!("nobody writes, so nothing is asked"));
        let answer = courtesy.writing();
        let since = Instant::now();
        let other = std::thread::spawn({
            let courtesy = courtesy.clone();
            move || courtesy.give_way(|| false)
        });
        std::thread::sleep(Duration::from_millis(120));
        assert!(!other.is_finished());
        drop(answer);
        other.join().expect("it only waits");
        assert!(since.elapsed() < LONGEST);
    }

    #[test]
    fn a_question_that_comes_in_ends_the_wait() {
        let courtesy = Courtesy::default();
        let _answer = courtesy.writing();
        let since = Instant::now();
        courtesy.give_way(|| true);
        assert!(since.elapsed() < Duration::from_secs(1));
    }
}
