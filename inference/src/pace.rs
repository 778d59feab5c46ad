//! How many threads to compute with, decided anew as the machine's load changes.
//!
//! ggml's threads meet at a barrier after every operation, some hundred times a token, and spin there until the last one
//! arrives. When one of them shares its core with another busy thread, all wait for that core's time slices: with two
//! busy processes beside it on two cores, the default generator falls from 60 tokens a second to less than one on two
//! threads, and to 15 on a single one, which waits for nobody; embedding from 14 passages a second to 1, and to 3. So as many threads are
//! used as there are idle cores.

use crate::EngineSettings;
use crate::settings::available_cores;
use std::time::Duration;

/// Looks in a row at which a core must be idle before one more thread is used. A single quiet moment is common while a
/// compiler or an ingest is at work, and a wrong guess upwards costs far more than one downwards.
const CALM_LOOKS: u32 = 6;

/// Decides on threads for one worker.
#[derive(Debug)]
pub(crate) struct Pace {
    most: u32,
    cores: u32,
    fixed: bool,
    calm: u32,
}

impl Pace {
    /// Follows the machine's load, unless the operator has set the number of threads.
    pub(crate) fn new(settings: &EngineSettings) -> Self {
        Self { most: settings.effective_threads(), cores: available_cores(), fixed: settings.threads != 0, calm: 0 }
    }

    /// Threads to begin with.
    pub(crate) fn first(&self) -> u32 {
        if self.fixed { self.most } else { self.idle_for(others_running()) }
    }

    /// Threads for the next computation, when the last one had `now`. To be asked between computations, when no thread of
    /// the caller's own is at work.
    pub(crate) fn next(&mut self, now: u32) -> u32 {
        if self.fixed { now } else { self.follow(now, others_running()) }
    }

    /// Like [`next`](Self::next), but for the beginning of a longer piece of work: takes the few milliseconds that it needs
    /// to tell a quiet machine from a quiet moment.
    pub(crate) fn settle(&mut self, now: u32) -> u32 {
        for _ in 0..CALM_LOOKS {
            let next = self.next(now);
            if next != now || now == self.most {
                return next;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        now
    }

    fn follow(&mut self, now: u32, others: u32) -> u32 {
        let wanted = self.idle_for(others);
        if wanted <= now {
            self.calm = 0;
            return wanted;
        }
        self.calm += 1;
        if self.calm < CALM_LOOKS {
            return now;
        }
        self.calm = 0;
        wanted
    }

    fn idle_for(&self, others: u32) -> u32 {
        self.cores.saturating_sub(others).clamp(1, self.most)
    }
}

/// Threads that run or wait for a core on this machine, besides the caller; 0 where the system does not say.
fn others_running() -> u32 {
    std::fs::read_to_string("/proc/loadavg").map_or(0, |text| running_in(&text).saturating_sub(1))
}

/// The number of runnable threads in the text of `/proc/loadavg`: `1.65 3.10 2.81 2/90 25258`.
fn running_in(loadavg: &str) -> u32 {
    loadavg.split_whitespace().nth(3).and_then(|field| field.split('/').next()).and_then(|n| n.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_own_figure_is_read() {
        assert_eq!(running_in("1.65 3.10 2.81 2/90 25258\n"), 2);
        assert_eq!(running_in(""), 0);
    }

    #[test]
    fn a_core_that_others_use_is_left_at_once_and_taken_back_with_care() {
        let mut pace = Pace { most: 4, cores: 4, fixed: false, calm: 0 };
        assert_eq!(pace.follow(4, 0), 4);
        assert_eq!(pace.follow(4, 1), 3);
        assert_eq!(pace.follow(3, 9), 1);
        let looks: Vec<u32> = (0..CALM_LOOKS).map(|_| pace.follow(1, 0)).collect();
        assert_eq!(looks, [1, 1, 1, 1, 1, 4]);
        // A busy moment in between starts the count again.
        assert_eq!(pace.follow(1, 0), 1);
        assert_eq!(pace.follow(1, 3), 1);
        assert_eq!(pace.calm, 0);
    }

    #[test]
    fn a_number_that_the_operator_set_stays() {
        let mut pace = Pace::new(&EngineSettings { threads: 2, ..EngineSettings::default() });
        assert_eq!(pace.first(), 2);
        assert_eq!(pace.next(2), 2);
    }
}
