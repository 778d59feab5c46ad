//! Sheets: workbooks and delimited files, cell by cell, with every value under its headers.
//!
//! A [`book::Book`] of each format hands on values as a person sees them; [`grid::Grid`] holds those of one sheet;
//! [`table`] finds titles, header rows and data rows in it, [`form`] labels and values; [`rows`] writes them.

mod biff;
mod book;
mod bytes;
mod declared;
mod delimited;
mod form;
mod format;
mod grid;
mod ods;
mod package;
mod rows;
mod styles;
mod table;
mod value;
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
use appliance_core::ports::reader::{ParseError, WindowOf};
use book::{Book, Listed, Refusal, Sink};
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
    let mut warnings = Vec::new();
    let mut draft = Draft::default();
    let mut sheets = Vec::new();
    let listed = book.sheets().to_vec();
    if listed.len() > limits.sheets {
        warnings.push(Warning::Truncated { limit: format!("{} sheets", limits.sheets) });
    }
    let named = listed.len() > 1;
    let limit = format!("{} cells and rows and {} MiB of text are read", limits.cells, limits.text_bytes >> 20);
    let left_out = |sheet: &Listed, row: u32| Warning::RowsLeftOut { sheet: sheet.name.clone(), row: row + 1, limit: limit.clone() };
    let mut left = limits.cells;
    for (index, sheet) in listed.into_iter().take(limits.sheets).enumerate() {
        if left == 0 || draft.len() > limits.text_bytes {
            warnings.push(left_out(&sheet, 0));
            sheets.push(Sheet { name: sheet.name, rows: 0, columns: 0, hidden: sheet.hidden });
            continue;
        }
        let Read { grid, reason, left_out: cell, taken } = grid(book.as_mut(), index, left);
        warnings.extend(reason.map(|reason| Warning::UnreadableSheet { sheet: sheet.name.clone(), reason }));
        left = if cell.is_some() { 0 } else { left.saturating_sub(taken) };
        let row = rows::write(&mut draft, index as u32, &sheet, &grid, named, limits.text_bytes);
        warnings.extend(row.or(cell.map(|c| c.row)).map(|row| left_out(&sheet, row)));
        sheets.push(Sheet { name: sheet.name, rows: grid.rows(), columns: grid.columns(), hidden: sheet.hidden });
    }
    warnings.extend(book.warnings());
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

/// Reads the values of one sheet into a sink; a panic of a reader is its error.
fn read(book: &mut dyn Book, sheet: usize, sink: &mut dyn Sink) -> Result<(), String> {
    shield::shielded(|| book.cells(sheet, sink)).and_then(|read| read)
}

/// One sheet as far as it was read.
struct Read {
    grid: Grid,
    /// Why it may be in part, in words.
    reason: Option<String>,
    /// The first cell that found no room.
    left_out: Option<CellRef>,
    /// Cells and rows that were taken.
    taken: usize,
}

/// One sheet as a grid of at most so many cells and rows.
fn grid(book: &mut dyn Book, sheet: usize, most: usize) -> Read {
    let mut filling = Filling::new(most);
    let reason = read(book, sheet, &mut filling).err();
    let (left_out, taken) = (filling.left_out, filling.len());
    let margin = shield::shielded(|| book.margin(sheet)).unwrap_or_default();
    Read { grid: Grid::new(filling, margin), reason, left_out, taken }
}

/// Rows of one sheet; `None` when there is no such sheet.
pub(crate) fn window(bytes: Vec<u8>, wanted: &WindowOf) -> Result<Option<SheetWindow>, String> {
    let limits = Limits::default();
    let encoding = wanted.encoding.as_deref().and_then(TextEncoding::named);
    let mut book = workbook::open(wanted.format, bytes, &limits, encoding).map_err(|refusal| match refusal {
        Refusal::Encrypted => "it is encrypted".to_owned(),
        Refusal::TooLarge(limit) => format!("it exceeds a limit: {limit}"),
        Refusal::Damaged(reason) => reason,
    })?;
    if wanted.sheet as usize >= book.sheets().len() {
        return Ok(None);
    }
    let Read { grid, .. } = grid(book.as_mut(), wanted.sheet as usize, limits.cells);
    let most = (WINDOW_CELLS / (grid.columns() as usize).max(1)).max(1);
    Ok(Some(grid.window(wanted.first_row, wanted.rows.min(u32::try_from(most).unwrap_or(u32::MAX)))))
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
    let mut warnings = Vec::new();
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
    warnings.extend(book.warnings());
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
