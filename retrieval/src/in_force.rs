//! The days on which a passage may be found, as numbers that both legs compare.

use appliance_core::validity::{Day, Days, day_number};

/// From the first day on, until before the second; days are counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InForce {
    pub from: i32,
    pub until: i32,
}

impl InForce {
    /// All days.
    pub const ALWAYS: Self = Self { from: i32::MIN, until: i32::MAX };

    /// Whether a day, counted the same way, is among them.
    pub fn includes(self, day: i32) -> bool {
        self.from <= day && day < self.until
    }

    /// Whether every day is.
    pub fn is_always(self) -> bool {
        self == Self::ALWAYS
    }
}

impl From<Days> for InForce {
    fn from(days: Days) -> Self {
        let number = |day: Option<Day>, open: i32| day.map_or(open, day_number);
        Self { from: number(days.from, Self::ALWAYS.from), until: number(days.until, Self::ALWAYS.until) }
    }
}
