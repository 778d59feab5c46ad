//! Turns: how many workers may be under way at the same time.

use parking_lot::{Condvar, Mutex};
use std::time::Duration;

/// How often somebody who waits looks whether the wait is still wanted.
const LOOK: Duration = Duration::from_millis(100);

/// A number of turns, taken and given back.
#[derive(Debug)]
pub struct Turns {
    free: Mutex<usize>,
    freed: Condvar,
}

impl Turns {
    /// `count` turns, at least one.
    pub fn new(count: usize) -> Self {
        Self { free: Mutex::new(count.max(1)), freed: Condvar::new() }
    }

    /// Waits for a turn, which is given back when the result is dropped; `None` once `unwanted`.
    pub fn take(&self, unwanted: &dyn Fn() -> bool) -> Option<Turn<'_>> {
        let mut free = self.free.lock();
        while *free == 0 {
            if unwanted() {
                return None;
            }
            self.freed.wait_for(&mut free, LOOK);
        }
        *free -= 1;
        Some(Turn(self))
    }
}

/// A turn taken.
#[derive(Debug)]
pub struct Turn<'a>(&'a Turns);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.free.lock() += 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_comes_back_and_a_wait_can_end() {
        let turns = Turns::new(1);
        let first = turns.take(&|| false);
        assert!(first.is_some());
        assert!(turns.take(&|| true).is_none(), "none is free and nobody wants to wait");
        drop(first);
        assert!(turns.take(&|| true).is_some());
    }
}
