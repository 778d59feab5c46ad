//! What recognition has to work with.

use std::path::PathBuf;
use std::time::Duration;

/// Whether characters are recognised in pages that show pictures of text, and by what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Recognition {
    /// Nobody wants it: pages without text are marked as unread.
    #[default]
    Off,
    /// It is wanted, but not to be had: each page that would need it says why.
    Missing {
        /// Why, in words.
        reason: String,
    },
    /// There is a program for it.
    Tesseract(Tesseract),
}

/// The program tesseract (version 4 or 5) with its language data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tesseract {
    /// The program, as an absolute path. It is called with an empty environment.
    pub program: PathBuf,
    /// The folder that holds the `.traineddata` files.
    pub data: PathBuf,
    /// Names of the languages to use, all present in `data`. The first one without the ending `_vert` reads lines that run
    /// across, the first with it those that run down; `eng` reads pages that turn out to be mostly Latin.
    pub languages: Vec<String>,
    /// Time for one run over one page.
    pub page_time: Duration,
    /// Time for all pages of a file; those left over are marked as unread.
    pub file_time: Duration,
}

impl Tesseract {
    /// The language for lines that run across the page.
    pub(crate) fn across(&self) -> Option<&str> {
        self.languages.iter().map(String::as_str).find(|l| !l.ends_with("_vert"))
    }

    /// The language for lines that run down the page.
    pub(crate) fn down(&self) -> Option<&str> {
        self.languages.iter().map(String::as_str).find(|l| l.ends_with("_vert"))
    }

    /// The language for Latin pages, when it is another than the first.
    pub(crate) fn latin(&self) -> Option<&str> {
        self.languages.iter().map(String::as_str).find(|l| *l == "eng").filter(|l| Some(*l) != self.across())
    }
}
