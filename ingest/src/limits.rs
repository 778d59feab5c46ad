//! How much of a file is read before the rest is left out or the file is refused.

use std::time::Duration;

/// Bounds on one file. The defaults read a 5,000-page law book or a full workbook, and stop a bomb within 2 GiB.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Bytes of the file as stored; a larger one is refused.
    pub file_bytes: u64,
    /// Pages of a PDF; the ones after it are left out with a warning.
    pub pages: usize,
    /// Glyphs of one page; the ones after it are left out with a warning.
    pub page_glyphs: usize,
    /// Drawing operations of one page, the same.
    pub page_operations: usize,
    /// Time for one page, the same.
    pub page_time: Duration,
    /// Time for all pages of a file.
    pub file_time: Duration,
    /// Bytes of a document's text; what follows is left out with a warning.
    pub text_bytes: usize,
    /// Sheets of a workbook; the ones after it are left out with a warning.
    pub sheets: usize,
    /// Cells with a value and rows of one workbook, together; the ones after it are left out with a warning.
    pub cells: usize,
    /// Bytes that the parts of a zipped workbook may unpack to; a larger one is refused.
    pub unpacked_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 256 << 20,
            pages: 5_000,
            page_glyphs: 200_000,
            page_operations: 2_000_000,
            page_time: Duration::from_secs(10),
            file_time: Duration::from_secs(600),
            text_bytes: 64 << 20,
            sheets: 500,
            cells: 3_000_000,
            unpacked_bytes: 1 << 30,
        }
    }
}
