//! Sheets: workbooks and delimited files, cell by cell, with every value under its headers.
//!
//! A [`book::Book`] of each format hands on values as a person sees them; [`grid::Grid`] holds those of one sheet;
//! [`table`] finds titles, header rows and data rows in it, [`form`] labels and values; [`rows`] writes them.

mod biff;
mod book;
mod bytes;
mod delimited;
mod form;
mod format;
mod grid;
mod ods;
mod package;
mod rows;
mod strings;
mod styles;
mod table;
mod workbook;
mod xls;
mod xlsb;
mod xlsx;
mod xml;

use crate::draft::Draft;
use crate::limits::Limits;
use crate::parser::CellTaker;
use crate::shield;
use crate::text::TextEncoding;
use appliance_core::document::{Document, Format, Parsed, Sheet, SheetWindow, Warning};
use appliance_core::locator::CellRef;
use appliance_core::ports::reader::ParseError;
use book::{Book, Margin, Refusal, Sink};
use grid::{Filling, Grid, Kind};

/// Cells of one window; a wider or longer one ends early.
const WINDOW_CELLS: usize = 2_000_000;

/// Reads a workbook or a delimited file.
pub(crate) fn parse(
    name: &str,
    format: Format,
    bytes: Vec<u8>,
    limits: &Limits,
    encoding: Option<TextEncoding>,
) -> Result<Parsed, ParseError> {
    let mut book = workbook::open(format, bytes, limits, encoding).map_err(|r| refused(name, r))?;
    let mut warnings = book.warnings();
    let mut draft = Draft::default();
    let mut sheets = Vec::new();
    let listed = book.sheets().to_vec();
    if listed.len() > limits.sheets {
        warnings.push(Warning::Truncated { limit: format!("{} sheets", limits.sheets) });
    }
    let named = listed.len() > 1;
    let mut left = limits.cells;
    for (index, sheet) in listed.into_iter().take(limits.sheets).enumerate() {
        let mut filling = Filling::new(left);
        let margin = read(book.as_mut(), index, &mut filling).unwrap_or_else(|reason| {
            warnings.push(Warning::UnreadableSheet { sheet: sheet.name.clone(), reason });
            Margin::default()
        });
        if filling.full {
            warnings.push(Warning::Truncated { limit: format!("{} cells", limits.cells) });
        }
        let grid = Grid::new(filling, margin);
        left = left.saturating_sub(grid.len());
        if draft.len() <= limits.text_bytes {
            rows::write(&mut draft, index as u32, &sheet, &grid, named, limits.text_bytes);
        }
        sheets.push(Sheet { name: sheet.name, rows: grid.rows(), columns: grid.columns(), hidden: sheet.hidden });
    }
    if draft.len() > limits.text_bytes {
        warnings.push(Warning::Truncated { limit: format!("{} MiB of text", limits.text_bytes >> 20) });
    }
    // Properties keep the title of the file that a workbook was once copied from; its own name tells more.
    let title = String::new();
    let (text, blocks) = draft.finish();
    Ok(Parsed { document: Document { format, title, text, blocks, pages: Vec::new(), sheets }, warnings })
}

fn refused(name: &str, refusal: Refusal) -> ParseError {
    let name = name.to_owned();
    match refusal {
        Refusal::Encrypted => ParseError::Encrypted { name },
        Refusal::TooLarge(limit) => ParseError::TooLarge { name, limit },
        Refusal::Damaged(reason) => ParseError::Damaged { name, reason },
    }
}

/// Reads one sheet into a sink; a panic of a reader is its error.
fn read(book: &mut dyn Book, sheet: usize, sink: &mut dyn Sink) -> Result<Margin, String> {
    shield::shielded(|| book.read(sheet, sink)).and_then(|read| read)
}

/// Rows of one sheet; `None` when there is no such sheet.
pub(crate) fn window(format: Format, bytes: Vec<u8>, sheet: u32, first_row: u32, count: u32) -> Result<Option<SheetWindow>, String> {
    let limits = Limits::default();
    let mut book = workbook::open(format, bytes, &limits, None).map_err(|refusal| match refusal {
        Refusal::Encrypted => "it is encrypted".to_owned(),
        Refusal::TooLarge(limit) => format!("it exceeds a limit: {limit}"),
        Refusal::Damaged(reason) => reason,
    })?;
    if sheet as usize >= book.sheets().len() {
        return Ok(None);
    }
    let mut filling = Filling::new(limits.cells);
    let margin = read(book.as_mut(), sheet as usize, &mut filling).unwrap_or_default();
    let grid = Grid::new(filling, margin);
    let most = (WINDOW_CELLS / (grid.columns() as usize).max(1)).max(1);
    Ok(Some(grid.window(first_row, count.min(u32::try_from(most).unwrap_or(u32::MAX)))))
}

/// Hands on every cell of a workbook that shows something.
pub(crate) fn cells(
    name: &str,
    format: Format,
    bytes: Vec<u8>,
    limits: &Limits,
    encoding: Option<TextEncoding>,
    take: CellTaker<'_>,
) -> Result<Vec<Warning>, ParseError> {
    let mut book = workbook::open(format, bytes, limits, encoding).map_err(|r| refused(name, r))?;
    let mut warnings = book.warnings();
    let mut passing = Passing { sheet: String::new(), take, going: true };
    for (index, sheet) in book.sheets().to_vec().into_iter().enumerate() {
        if !passing.going {
            break;
        }
        passing.sheet.clone_from(&sheet.name);
        if let Err(reason) = read(book.as_mut(), index, &mut passing) {
            warnings.push(Warning::UnreadableSheet { sheet: sheet.name, reason });
        }
    }
    Ok(warnings)
}

/// A sink that keeps nothing.
struct Passing<'t> {
    sheet: String,
    take: CellTaker<'t>,
    going: bool,
}

impl Sink for Passing<'_> {
    fn cell(&mut self, at: CellRef, text: &str, _: Kind) -> bool {
        self.going = (self.take)(&self.sheet, at, text);
        self.going
    }
}
