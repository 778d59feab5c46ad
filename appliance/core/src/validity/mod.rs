//! Validity: from when and until when a text is in force (公布, 施行, 改正, 廃止, 経過措置).
//!
//! What a text says of itself is read by rules ([`read`]); what an operator sets wins over it, and both are kept. From the
//! versions of a document and their days follows which of them holds on a day ([`lineage`]). What cannot be computed stays
//! unknown: no day is ever guessed.

mod asked;
mod commencement;
pub mod lineage;
mod parts;
mod reading;
mod repeal;

pub use asked::{named_day, typed_day};
pub use reading::{is_one_regulation, read, read_text};

use crate::ports::Clock;
use crate::reference::Address;
use crate::structure;
use jiff::civil;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

/// A day of the calendar.
pub type Day = civil::Date;

/// Japan has one time zone without daylight saving, so that a fixed offset is exact.
const JAPAN: Offset = Offset::constant(9);

/// The day that it is in Japan.
pub fn today(clock: &dyn Clock) -> Day {
    JAPAN.to_datetime(clock.now()).date()
}

/// The day as a number that is ordered as days are: days since 1970-01-01.
pub fn day_number(day: Day) -> i32 {
    const EPOCH: Day = Day::constant(1970, 1, 1);
    i32::try_from(day.duration_since(EPOCH).as_hours() / 24).unwrap_or(i32::MAX)
}

impl From<structure::Date> for Option<Day> {
    /// `None` for a day that there is not (2月30日).
    fn from(date: structure::Date) -> Self {
        Day::new(i16::try_from(date.year).ok()?, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?).ok()
    }
}

/// Why a text is in force no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// A newer version took its place (改正).
    Replaced,
    /// It was repealed (廃止).
    Repealed,
    /// It was made for a time that is over (失効).
    Expired,
}

/// The days on which a text is in force: from the first on, until before the second. An end that is not known is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Days {
    /// The first day (施行).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// The first day on which it is no longer in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// Why it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ending: Option<Ending>,
}

impl Days {
    /// All days: what is said of texts without any known day.
    pub const ALWAYS: Self = Self { from: None, until: None, ending: None };

    /// Whether the text is in force on a day.
    pub fn include(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day < until)
    }

    /// Whether any day is known.
    pub fn are_known(&self) -> bool {
        self.from.is_some() || self.until.is_some()
    }

    /// Whether there is no day on which it is in force.
    pub fn are_none(&self) -> bool {
        self.from.zip(self.until).is_some_and(|(from, until)| from >= until)
    }

    /// How the text stands on a day.
    pub fn standing(&self, day: Day) -> Standing {
        match self {
            _ if !self.are_known() => Standing::Undated,
            Self { from: Some(from), .. } if *from > day => Standing::NotYet,
            Self { until: Some(until), ending, .. } if *until <= day => match ending {
                Some(Ending::Repealed) => Standing::Repealed,
                Some(Ending::Expired) => Standing::Expired,
                Some(Ending::Replaced) | None => Standing::Past,
            },
            _ => Standing::InForce,
        }
    }
}

/// How a text stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is in force (現行).
    InForce,
    /// It will be (未施行).
    NotYet,
    /// It was, before it was amended (旧).
    Past,
    /// It was, before it was repealed (廃止).
    Repealed,
    /// It was, for a time that is over (失効).
    Expired,
    /// No day is known of it.
    Undated,
}

/// On which day a question is answered, and who said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsOf {
    /// The day.
    pub day: Day,
    /// Who said so.
    pub by: ChosenBy,
}

/// Who named the day of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChosenBy {
    /// Nobody: it is the day on which it was asked.
    Today,
    /// The person who asked, beside the question.
    Person,
    /// The question itself (「令和6年4月1日時点で」).
    Question,
}

/// What a text says of its own validity.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Said {
    /// 公布
    pub promulgated: Option<Day>,
    /// Its number (「条例第25号」).
    pub number: Option<String>,
    /// When the regulations that amended it were promulgated (改正).
    pub amended: Vec<Day>,
    /// From when this text, with all its amendments, is in force (施行).
    pub from: Option<Day>,
    /// From when it is no longer.
    pub until: Option<Day>,
    /// Why it ends.
    pub ending: Option<Ending>,
    /// What it says of its days that cannot be computed, in its own words.
    pub uncomputed: Vec<String>,
    /// Articles and tables that come into force on a day of their own.
    pub parts: Vec<PartSaid>,
    /// Other regulations that it repeals.
    pub repeals: Vec<Repeal>,
}

/// Another regulation that one repeals (「港市清掃条例（昭和47年条例第19号）は、廃止する」).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeal {
    /// Its name.
    pub name: String,
    /// Its year and number, where they are given.
    pub number: Option<String>,
    /// From when.
    pub from: Day,
}

/// A part of a regulation that comes into force on a day of its own (「ただし、第9条の改正規定は、…」).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartSaid {
    /// The part.
    pub address: Address,
    /// From when.
    pub from: Day,
    /// What came of it.
    pub kind: PartKind,
}

/// How a part came to have a day of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PartKind {
    /// It is new: before its day there is no such part.
    New,
    /// It is amended: before its day the version before holds. A single text does not tell which of both wordings it shows.
    Amended,
}

impl Said {
    /// The days that the text gives itself.
    pub fn days(&self) -> Days {
        Days { from: self.from, until: self.until, ending: self.ending.filter(|_| self.until.is_some()) }
    }
}

/// Whether a passage is a transitional measure (経過措置): what it says holds beside the rules that are in force.
pub fn is_transitional(heading_path: &[String], text: &str) -> bool {
    let heading = heading_path.iter().any(|h| h.contains("経過措置"));
    let supplement = heading_path.iter().any(|h| structure::names_a_part(h) && tight(h).starts_with("附則"));
    heading || supplement && (text.contains("経過措置") || text.contains("従前の例による") || text.contains("この条例の施行の際"))
}

/// A text without its white space.
fn tight(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests;
