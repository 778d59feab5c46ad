//! Versions of documents as people compare them, and documents that say about the same.

use super::catalog::VersionState;
use crate::document::Format;
use crate::id::{DocumentId, VersionId};
use crate::likeness::Likeness;
use crate::validity::lineage::SetDays;
use crate::validity::{Day, Days, Said};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A version of a document that was read and is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionEntry {
    /// Its id.
    pub id: VersionId,
    /// Searchable, superseded or held.
    pub state: VersionState,
    /// Its title.
    pub title: String,
    /// Its format.
    pub format: Format,
    /// Bytes of the file.
    pub bytes: u64,
    /// When it was added.
    pub added: Timestamp,
    /// When it began to answer; `None` for one that never did.
    pub published: Option<Timestamp>,
    /// The days on which it is in force and answers; `None` for one that answers on no day.
    pub days: Option<Days>,
    /// What its text says of them.
    pub said: Said,
    /// What an operator set.
    pub set: SetDays,
    /// From when another regulation repeals it.
    pub repealed: Option<Day>,
}

/// The text of a version, for comparing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionText {
    /// The version.
    pub version: VersionEntry,
    /// Its text: a block a line.
    pub text: String,
    /// The headings above each part of the text, outermost first, with the byte at which the part begins; ascending.
    pub headings: Vec<(usize, Vec<String>)>,
}

/// A document that says about the same as another.
#[derive(Debug, Clone, PartialEq)]
pub struct Alike {
    /// The document that was asked about.
    pub document: DocumentId,
    /// The one that is like it.
    pub other: DocumentId,
    /// Its title.
    pub title: String,
    /// The name it was uploaded under.
    pub file_name: String,
    /// The collection it lies in.
    pub collection_name: String,
    /// How alike they are.
    pub likeness: Likeness,
}
