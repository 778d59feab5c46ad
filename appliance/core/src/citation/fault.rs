//! Faults: in which respect a sentence says something else than what it cites.

use serde::{Deserialize, Serialize};

/// What of a sentence is compared with its cited passages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// It cites something that was shown.
    Citation,
    /// Its plain numbers, codes and shares stand there.
    Number,
    /// Its amounts stand there with their units.
    Amount,
    /// Its days, months, weekdays and times stand there; eras and Western years are one.
    Date,
    /// The articles, paragraphs, items and tables that it names stand there.
    Article,
    /// What it says of the supplementary provisions (附則) stands in them, what it says of the main ones (本則) in those.
    Provision,
    /// The names that it gives stand there.
    Name,
    /// The document that it names is the one it cites.
    Document,
    /// It denies what the cited rule denies, and nothing else.
    Negation,
    /// It keeps the exceptions of the cited rule (ただし, 除く), and adds none.
    Exception,
    /// Its bounds are those of the cited rule (以上 or 超える, までに or から, 前 or 後).
    Bound,
    /// Its words are mostly those of the cited place.
    Content,
}

/// One respect in which a sentence failed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fault {
    /// Which respect.
    pub criterion: Criterion,
    /// The words of the sentence that the cited place lacks, or of the cited place that the sentence dropped; empty where
    /// no single words are to blame.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub written: String,
}

impl Fault {
    pub(crate) fn new(criterion: Criterion, written: impl Into<String>) -> Self {
        Self { criterion, written: written.into() }
    }
}
