//! Books: what every workbook format is read as, cell by cell in the order of the file.
//!
//! A reader hands each value to a [`Sink`] as a cell shows it and keeps nothing, so that a sheet of a million rows takes
//! no more memory than its shared strings. What a sheet holds beside its values is its [`Margin`]. calamine reads the
//! values of Excel's workbooks; what it does not tell (number formats of binary workbooks, comments, what is hidden) is
//! read beside it, and so are OpenDocument's tables, whose cells carry the text that they show.

use super::grid::Kind;
use appliance_core::document::Warning;
use appliance_core::locator::{CellRange, CellRef};

/// Rows and columns of a sheet.
pub(crate) const MOST_ROWS: u32 = 1_048_576;
pub(crate) const MOST_COLUMNS: u32 = 16_384;
/// Merged ranges, notes and links kept of one sheet, each.
const MOST_MARKS: usize = 200_000;

/// Why a workbook was refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    Encrypted,
    TooLarge(String),
    Damaged(String),
}

/// A sheet as the workbook lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) name: String,
    pub(crate) hidden: bool,
}

/// What takes the values of a sheet.
pub(crate) trait Sink {
    /// Takes one value, never an empty one; whether to go on.
    fn cell(&mut self, at: CellRef, text: &str, kind: Kind) -> bool;
}

/// What a sheet holds beside its values.
#[derive(Debug, Default)]
pub(crate) struct Margin {
    pub(crate) merged: Vec<CellRange>,
    /// Comments on cells.
    pub(crate) notes: Vec<(CellRef, String)>,
    /// Where links lead.
    pub(crate) links: Vec<(CellRef, String)>,
    /// Rows and columns that the sheet does not show.
    pub(crate) hidden_rows: Vec<u32>,
    pub(crate) hidden_columns: Vec<(u32, u32)>,
}

impl Margin {
    pub(crate) fn merge(&mut self, range: CellRange) {
        let ordered = range.first.row <= range.last.row && range.first.column <= range.last.column;
        if ordered && range.first != range.last && self.merged.len() < MOST_MARKS {
            self.merged.push(range);
        }
    }

    pub(crate) fn note(&mut self, at: CellRef, text: &str) {
        if !text.trim().is_empty() && self.notes.len() < MOST_MARKS {
            self.notes.push((at, text.trim().to_owned()));
        }
    }

    pub(crate) fn link(&mut self, at: CellRef, target: &str) {
        if !target.trim().is_empty() && self.links.len() < MOST_MARKS {
            self.links.push((at, target.trim().to_owned()));
        }
    }
}

/// A workbook opened for reading.
pub(crate) trait Book {
    /// Its sheets of cells, in order.
    fn sheets(&self) -> &[Listed];

    /// What was read with doubt, asked for after the cells.
    fn warnings(&self) -> Vec<Warning> {
        Vec::new()
    }

    /// Hands the values of a sheet to `sink`. On an error the values handed so far stand.
    fn cells(&mut self, sheet: usize, sink: &mut dyn Sink) -> Result<(), String>;

    /// What the sheet holds beside its values, asked for after them.
    fn margin(&mut self, sheet: usize) -> Margin;
}

/// Whether a cell lies on a sheet.
pub(crate) fn on_sheet(at: CellRef) -> bool {
    at.row < MOST_ROWS && at.column < MOST_COLUMNS
}

/// A truth value as a cell shows it.
pub(crate) fn truth(value: bool) -> &'static str {
    if value { "TRUE" } else { "FALSE" }
}
