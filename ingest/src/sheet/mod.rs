//! Sheets: workbooks and delimited files, cell by cell, with every value under its headers.
//!
//! [`workbook`] and [`delimited`] read cells into a [`grid::Grid`] as a person sees them; [`table`] finds titles,
//! header rows and data rows in it; [`rows`] writes them.

mod delimited;
mod grid;
mod number;
mod rows;
mod table;
mod workbook;

use crate::draft::Draft;
use crate::limits::Limits;
use appliance_core::document::{Document, Format, Parsed, Sheet, SheetWindow, Warning};
use appliance_core::ports::reader::ParseError;
use grid::Grid;

/// Cells of one window; a wider or longer one ends early.
const WINDOW_CELLS: usize = 2_000_000;

/// Why a workbook was refused.
#[derive(Debug)]
enum Refusal {
    Encrypted,
    TooLarge(String),
    Damaged(String),
}

/// What was read of a workbook.
#[derive(Debug, Default)]
struct Workbook {
    title: String,
    grids: Vec<Grid>,
    warnings: Vec<Warning>,
}

/// Reads a workbook or a delimited file.
pub(crate) fn parse(name: &str, format: Format, bytes: Vec<u8>, limits: &Limits) -> Result<Parsed, ParseError> {
    let name = name.to_owned();
    let mut workbook = read(format, bytes, limits, None).map_err(|refusal| match refusal {
        Refusal::Encrypted => ParseError::Encrypted { name },
        Refusal::TooLarge(limit) => ParseError::TooLarge { name, limit },
        Refusal::Damaged(reason) => ParseError::Damaged { name, reason },
    })?;
    let mut draft = Draft::default();
    let mut sheets = Vec::new();
    let named = workbook.grids.len() > 1;
    for (index, grid) in workbook.grids.iter().enumerate() {
        sheets.push(Sheet { name: grid.name.clone(), rows: grid.rows(), columns: grid.columns(), hidden: grid.hidden });
        if draft.len() > limits.text_bytes {
            continue;
        }
        rows::write(&mut draft, index as u32, grid, named);
    }
    if draft.len() > limits.text_bytes {
        workbook.warnings.push(Warning::Truncated { limit: format!("{} MiB of text", limits.text_bytes >> 20) });
    }
    let (text, blocks) = draft.finish();
    let document = Document { format, title: workbook.title, text, blocks, pages: Vec::new(), sheets };
    Ok(Parsed { document, warnings: workbook.warnings })
}

/// Rows of one sheet; `None` when there is no such sheet.
pub(crate) fn window(format: Format, bytes: Vec<u8>, sheet: u32, first_row: u32, count: u32) -> Result<Option<SheetWindow>, String> {
    let workbook = read(format, bytes, &Limits::default(), Some(sheet as usize)).map_err(|refusal| match refusal {
        Refusal::Encrypted => "it is encrypted".to_owned(),
        Refusal::TooLarge(limit) => format!("it exceeds a limit: {limit}"),
        Refusal::Damaged(reason) => reason,
    })?;
    Ok(workbook.grids.get(sheet as usize).map(|grid| {
        let most = (WINDOW_CELLS / (grid.columns() as usize).max(1)).max(1);
        grid.window(first_row, count.min(u32::try_from(most).unwrap_or(u32::MAX)))
    }))
}

/// Reads all sheets, or only the cells of one.
fn read(format: Format, bytes: Vec<u8>, limits: &Limits, only: Option<usize>) -> Result<Workbook, Refusal> {
    match format {
        Format::Csv => Ok(delimited::read(&bytes, None, limits)),
        Format::Tsv => Ok(delimited::read(&bytes, Some('\t'), limits)),
        _ => workbook::read(format, bytes, limits, only),
    }
}
