//! Reading files: once for ingest, and again whenever a person looks at a cited place.

use super::PortError;
use crate::document::{Format, PageImage, Reading, SheetWindow};
use crate::page_words::PageWords;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use thiserror::Error;

/// A file that Kura has stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Where its bytes lie.
    pub path: PathBuf,
    /// The name it was uploaded under.
    pub name: String,
    /// The encoding that a person named for its text; `None` for the one its bytes tell.
    pub encoding: Option<String>,
}

impl SourceFile {
    /// A file whose bytes tell their encoding.
    pub fn new(path: impl Into<PathBuf>, name: impl Into<String>) -> Self {
        Self { path: path.into(), name: name.into(), encoding: None }
    }
}

/// The password of an encrypted file. Never shown, never logged, never kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// A password as a person typed it.
    pub fn new(typed: impl Into<String>) -> Self {
        Self(typed.into())
    }

    /// The password itself, for the one place that tries it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What became of an attempt to open an encrypted file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlocked {
    /// The file needed no password; nothing was written.
    NotNeeded,
    /// The file in the clear was written.
    Opened,
    /// The password is wrong; nothing was written.
    WrongPassword,
}

/// How much may come out of a bundle of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnpackBounds {
    /// Files at most.
    pub files: usize,
    /// Bytes of one of them at most.
    pub bytes_each: u64,
    /// Bytes of all of them at most.
    pub bytes: u64,
}

/// What came out of a bundle of files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unpacked {
    /// Each file: its name in the bundle, folders included, and where it lies now.
    pub files: Vec<(String, PathBuf)>,
    /// Those left out, each with the code of a reason: one of [`ParseError::code`], `nested` for a bundle in the bundle, or
    /// `too-many`.
    pub left_out: Vec<(String, String)>,
}

/// A reading that can be looked at, and ended, from outside while it runs.
#[derive(Debug, Default)]
pub struct Watch {
    done: AtomicU32,
    total: AtomicU32,
    cancelled: AtomicBool,
}

impl Watch {
    /// Notes that `done` of `total` parts (pages, sheets) have been read.
    pub fn note(&self, done: u32, total: u32) {
        self.total.store(total, Ordering::Relaxed);
        self.done.store(done, Ordering::Relaxed);
    }

    /// Parts read, and parts in all; 0 in all while unknown.
    pub fn progress(&self) -> (u32, u32) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    /// Asks the reading to end. It does so within a second, with [`ParseError::Cancelled`].
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to end.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
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
    /// Its kind is so old that another program has to convert it first.
    #[error(
        "{name}: files of this older kind (.{ending}) are read where LibreOffice is installed, which it is not; install it, or save the file as .docx, .pptx or PDF"
    )]
    OldFormat {
        /// The file's name.
        name: String,
        /// How such files end: `doc`, `ppt`, `jtd`.
        ending: String,
    },
    /// It needs a password.
    #[error("{name}: the file is encrypted and needs a password")]
    Encrypted {
        /// The file's name.
        name: String,
    },
    /// It opens only with the key that belongs to somebody's certificate. No password helps.
    #[error("{name}: the file is encrypted for the holder of a certificate, and no password opens it; export an unencrypted copy of it")]
    Sealed {
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
    /// It took more time or memory than one file may take.
    #[error("{name}: reading the file was ended: {limit}")]
    Exhausted {
        /// The file's name.
        name: String,
        /// Which limit it went past, in words.
        limit: String,
    },
    /// The process that read it died of it.
    #[error("{name}: the file broke its reader: {reason}")]
    ReaderDied {
        /// The file's name.
        name: String,
        /// How it ended, in words.
        reason: String,
    },
    /// Somebody asked for an end.
    #[error("{name}: reading the file was cancelled")]
    Cancelled {
        /// The file's name.
        name: String,
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
            Self::OldFormat { .. } => "old-format",
            Self::Encrypted { .. } => "encrypted",
            Self::Sealed { .. } => "sealed",
            Self::Damaged { .. } => "damaged",
            Self::TooLarge { .. } => "too-large",
            Self::Exhausted { .. } => "exhausted",
            Self::ReaderDied { .. } => "reader-died",
            Self::Cancelled { .. } => "cancelled",
            Self::Empty { .. } => "empty",
            Self::Unavailable { .. } => "unavailable",
        }
    }
}

/// Bytes to a document and its passages. Blocks: call it off the async threads.
pub trait Parser: Send + Sync {
    /// Reads a file, telling `watch` how far it is and looking there whether to go on. Never panics, whatever the bytes.
    fn read(&self, file: &SourceFile, watch: &Watch) -> Result<Reading, ParseError>;
}

/// Which rows of which sheet are looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowOf {
    /// The file's format.
    pub format: Format,
    /// The encoding that a person named for its text.
    pub encoding: Option<String>,
    /// The sheet, from 0.
    pub sheet: u32,
    /// The first row, from 0.
    pub first_row: u32,
    /// Rows at most.
    pub rows: u32,
}

/// Shows places of a stored file to a person. Blocks: call it off the async threads.
pub trait DocumentReader: Send + Sync {
    /// Renders a page (from 1) at `scale` pixels a point; `Ok(None)` when there is no such page.
    fn render_page(&self, file: &Path, page: u32, scale: f32) -> Result<Option<PageImage>, PortError>;

    /// The words that the file itself holds of a page (from 1), at the boxes where they are shown; `Ok(None)` when there is
    /// no such page. A page that is a picture has none.
    fn page_words(&self, file: &Path, page: u32) -> Result<Option<PageWords>, PortError>;

    /// Rows of a sheet; `Ok(None)` when there is no such sheet.
    fn sheet_window(&self, file: &Path, wanted: &WindowOf) -> Result<Option<SheetWindow>, PortError>;

    /// Writes the encrypted `file` in the clear to `to` (which must not exist), if `password` opens it.
    fn unlock(&self, file: &Path, password: &Password, to: &Path) -> Result<Unlocked, PortError>;

    /// Takes a zip archive of files apart into the empty folder `into`; `None` when `file` is no such bundle. What is there
    /// after an error is the caller's to remove.
    fn unpack(&self, file: &Path, into: &Path, bounds: UnpackBounds) -> Result<Option<Unpacked>, PortError>;
}
