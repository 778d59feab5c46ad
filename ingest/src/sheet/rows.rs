//! Rows: a sheet's parts as text, each value after its header and leading back to its cell.

use super::grid::{Cell, Grid};
use super::table::{self, Part};
use crate::draft::Draft;
use appliance_core::document::BlockKind;
use appliance_core::locator::{CellRange, CellRef, CellSpan, Place, Span, bounding_range};
use std::collections::BTreeMap;

/// A row with a value longer than this is written one value a line.
const LONG_VALUE: usize = 60;

/// Writes one sheet. With `named`, its name goes first as a heading.
pub(crate) fn write(draft: &mut Draft, index: u32, grid: &Grid, named: bool) {
    let place = |cells: Vec<CellSpan>| {
        let corner = CellRef { row: 0, column: 0 };
        let range = bounding_range(&cells).unwrap_or(CellRange { first: corner, last: corner });
        Place::Cells { sheet: index, name: grid.name.clone(), range, cells }
    };
    let layout = table::layout(grid);
    if layout.parts.is_empty() {
        return;
    }
    if named {
        draft.block(BlockKind::Heading { level: 1 }, |text| {
            text.push_str(&one_line(&grid.name));
            place(Vec::new())
        });
    }
    for part in &layout.parts {
        match part {
            Part::Line(cells) => draft.block(BlockKind::Paragraph, |text| place(line(text, cells))),
            Part::Row { cells, headers } => {
                draft.block(BlockKind::Row, |text| place(row(text, grid, cells[0].at.row, cells, &layout.headers[*headers])));
            }
        }
    }
}

fn line(text: &mut String, cells: &[Cell]) -> Vec<CellSpan> {
    let mut spans = Vec::with_capacity(cells.len());
    for cell in cells {
        if !spans.is_empty() {
            text.push('\u{3000}');
        }
        spans.push(value(text, cell));
    }
    spans
}

/// One row of a table: 「見出し: 値」 for each value, those of merged ranges included.
fn row(text: &mut String, grid: &Grid, row: u32, cells: &[Cell], headers: &BTreeMap<u32, String>) -> Vec<CellSpan> {
    let mut shown: BTreeMap<u32, &Cell> = cells.iter().map(|c| (c.at.column, c)).collect();
    for merged in grid.merged_in(row).filter(|m| m.first.row < row) {
        if let Some(cell) = grid.cell(merged.first) {
            shown.entry(merged.first.column).or_insert(cell);
        }
    }
    let long = shown.values().any(|c| c.text.chars().count() > LONG_VALUE);
    let mut spans = Vec::with_capacity(shown.len());
    for (column, cell) in shown {
        if !spans.is_empty() {
            text.push(if long { '\n' } else { '、' });
        }
        if let Some(header) = headers.get(&column) {
            text.push_str(header);
            text.push_str(": ");
        }
        spans.push(value(text, cell));
    }
    spans
}

fn value(text: &mut String, cell: &Cell) -> CellSpan {
    let start = text.len();
    text.push_str(&one_line(&cell.text));
    CellSpan { span: Span::new(start, text.len()), cell: cell.at }
}

/// Line breaks and tabs inside a value, as spaces.
fn one_line(text: &str) -> String {
    text.split(['\n', '\r', '\t']).map(str::trim).filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ")
}
