//! How fast work goes on, from what was done of late, and how long the rest will take.

use std::collections::VecDeque;
use std::time::Duration;

/// What was done longer ago than this says nothing about now: a scanned page takes a hundred times as long as a written one.
const WINDOW: Duration = Duration::from_secs(20);
/// Figures from less than this jump about.
const LEAST_SPAN: Duration = Duration::from_secs(2);

/// The samples of the last seconds: when, and how many units were done by then.
#[derive(Debug, Default)]
pub struct Pace {
    samples: VecDeque<(Duration, u32)>,
}

impl Pace {
    /// Notes that `done` units were done at `at`, counted from any moment that stays the same.
    pub fn note(&mut self, at: Duration, done: u32) {
        // Fewer units than before: something else has begun.
        if self.samples.back().is_some_and(|(_, before)| *before > done) {
            self.samples.clear();
        }
        self.samples.push_back((at, done));
        // One sample from before the window stays, so that the window is spanned.
        while self.samples.get(1).is_some_and(|(second, _)| at.saturating_sub(*second) >= WINDOW) {
            self.samples.pop_front();
        }
    }

    /// Forgets everything.
    pub fn restart(&mut self) {
        self.samples.clear();
    }

    /// Units a second over the last 20 seconds; `None` while too little is known.
    pub fn rate(&self) -> Option<f32> {
        let ((first, before), (last, after)) = (self.samples.front()?, self.samples.back()?);
        let span = last.saturating_sub(*first);
        let done = after.saturating_sub(*before);
        (span >= LEAST_SPAN && done > 0).then(|| done as f32 / span.as_secs_f32())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(samples: &[(u64, u32)], expected: Option<f32>) {
        let mut pace = Pace::default();
        for (ms, done) in samples {
            pace.note(Duration::from_millis(*ms), *done);
        }
        let rate = pace.rate();
        assert!(rate.zip(expected).map_or(rate == expected, |(a, b)| (a - b).abs() < 0.05), "{rate:?}, not {expected:?}");
    }

    #[test]
    fn nothing_is_said_before_enough_is_known() {
        check(&[], None);
        check(&[(0, 0), (1_000, 30)], None);
        check(&[(0, 0), (4_000, 0)], None);
        check(&[(0, 0), (4_000, 100)], Some(25.0));
    }

    #[test]
    fn only_the_last_seconds_count() {
        let written = (0..40).map(|i| (i * 250, i as u32 * 100));
        let scanned = (0..120).map(|i| (10_000 + i * 250, 3_900 + i as u32 / 4));
        check(&written.chain(scanned).collect::<Vec<_>>(), Some(1.0));
    }

    #[test]
    fn another_step_begins_anew() {
        check(&[(0, 0), (5_000, 500), (5_250, 0), (5_500, 4)], None);
    }
}
