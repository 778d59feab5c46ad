//! The words of a collection: its own synonyms, and the department that its documents come from.

use super::PortError;
use crate::id::CollectionId;
use crate::viewer::Viewer;
use async_trait::async_trait;

/// The words of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// The collection's name.
    pub name: String,
    /// Words that mean the same, a group a line.
    pub synonyms: String,
    /// The department of the documents that do not say it themselves; may be empty.
    pub department: String,
}

/// What became of words that were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// They count from the next question on.
    Done,
    /// There is no such collection that the viewer may see.
    Unknown,
    /// The list of synonyms is too long.
    TooLong,
    /// A line of the list is no group of two words or more.
    NoGroup {
        /// Which, from 1.
        line: usize,
    },
}

/// Reads and writes the words of collections. For editors; the callers check that.
#[async_trait]
pub trait CollectionWording: Send + Sync {
    /// The words of a collection that `viewer` may see.
    async fn wording(&self, viewer: &Viewer, collection: CollectionId) -> Result<Option<Wording>, PortError>;

    /// Writes them.
    async fn set_wording(&self, by: &Viewer, collection: CollectionId, synonyms: &str, department: &str) -> Result<Written, PortError>;
}
