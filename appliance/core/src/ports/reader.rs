//! Reading files: once for ingest, and again whenever a person looks at a cited place.

use super::PortError;
use crate::document::{Document, Format, PageImage, Parsed, SheetWindow};
use crate::passage::Passage;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A file that Kura has stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Where its bytes lie.
    pub path: PathBuf,
    /// The name it was uploaded under.
    pub name: String,
}

/// Why a whole file was refused. A broken page is a warning instead.
#[derive(Debug, Error)]
pub enum ParseError {
    /// No reader knows this kind of file.
    #[error("{name}: files of this kind are not read ({found})")]
    UnknownFormat {
        /// The file's name.
        name: String,
        /// What its first bytes look like.
        found: String,
    },
    /// It needs a password.
    #[error("{name}: the file is encrypted and needs a password")]
    Encrypted {
        /// The file's name.
        name: String,
    },
    /// Its structure is broken beyond repair.
    #[error("{name}: the file is damaged: {reason}")]
    Damaged {
        /// The file's name.
        name: String,
        /// What the parser said.
        reason: String,
    },
    /// It exceeds a limit.
    #[error("{name}: the file exceeds a limit: {limit}")]
    TooLarge {
        /// The file's name.
        name: String,
        /// Which limit, in words.
        limit: String,
    },
    /// It holds no text at all.
    #[error("{name}: the file holds no text")]
    Empty {
        /// The file's name.
        name: String,
    },
    /// The stored file cannot be opened.
    #[error("{name}: the stored file cannot be opened")]
    Unavailable {
        /// The file's name.
        name: String,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
}

impl ParseError {
    /// A short stable code, for the catalog and for translation.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownFormat { .. } => "unknown-format",
            Self::Encrypted { .. } => "encrypted",
            Self::Damaged { .. } => "damaged",
            Self::TooLarge { .. } => "too-large",
            Self::Empty { .. } => "empty",
            Self::Unavailable { .. } => "unavailable",
        }
    }
}

/// Bytes to a document, and a document to passages. Both block: call them off the async threads.
pub trait Parser: Send + Sync {
    /// Reads a file. Never panics, whatever the bytes.
    fn parse(&self, file: &SourceFile) -> Result<Parsed, ParseError>;

    /// Cuts a document into passages, in reading order.
    fn passages(&self, document: &Document) -> Vec<Passage>;
}

/// Shows places of a stored file to a person. Blocks: call it off the async threads.
pub trait DocumentReader: Send + Sync {
    /// Renders a page (from 1) at `scale` pixels a point; `Ok(None)` when there is no such page.
    fn render_page(&self, file: &Path, page: u32, scale: f32) -> Result<Option<PageImage>, PortError>;

    /// Rows `first_row ..` (from 0) of a sheet (from 0), at most `count`; `Ok(None)` when there is no such sheet.
    fn sheet_window(&self, file: &Path, format: Format, sheet: u32, first_row: u32, count: u32) -> Result<Option<SheetWindow>, PortError>;
}
