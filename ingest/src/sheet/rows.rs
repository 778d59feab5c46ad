//! Rows: a sheet's parts as text, each value after its header and leading back to its cell.

use super::book::Listed;
use super::grid::{Cell, Grid};
use super::table::{self, Part};
use crate::draft::Draft;
use appliance_core::document::BlockKind;
use appliance_core::locator::{CellRange, CellRef, CellSpan, Place, Span, bounding_range};
use std::collections::BTreeMap;

/// A row with a value longer than this is written one value a line.
const LONG_VALUE: usize = 60;

/// Writes one sheet. With `named`, its name goes first as a heading. Ends early once the text is longer than `most`.
pub(crate) fn write(draft: &mut Draft, index: u32, sheet: &Listed, grid: &Grid, named: bool, most: usize) {
    let place = |cells: Vec<CellSpan>| {
        let corner = CellRef { row: 0, column: 0 };
        let range = bounding_range(&cells).unwrap_or(CellRange { first: corner, last: corner });
        Place::Cells { sheet: index, name: sheet.name.clone(), range, cells }
    };
    let layout = table::layout(grid);
    if layout.parts.is_empty() {
        return;
    }
    if named || sheet.hidden {
        draft.block(BlockKind::Heading { level: 1 }, |text| {
            text.push_str(&one_line(&sheet.name));
            text.push_str(if sheet.hidden { "（非表示のシート）" } else { "" });
            place(Vec::new())
        });
    }
    for part in &layout.parts {
        if draft.len() > most {
            return;
        }
        match part {
            Part::Line(cells) => draft.block(BlockKind::Paragraph, |text| place(line(text, grid, cells))),
            Part::Row { cells, headers } => {
                draft.block(BlockKind::Row, |text| place(row(text, grid, cells[0].at.row, cells, &layout.headers[*headers])));
            }
        }
    }
}

fn line(text: &mut String, grid: &Grid, cells: &[Cell]) -> Vec<CellSpan> {
    let mut spans = Vec::with_capacity(cells.len());
    for cell in cells {
        if !spans.is_empty() {
            text.push('\u{3000}');
        }
        value(text, grid, cell, &mut spans);
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
    let long = shown.values().any(|c| grid.text(c).chars().count() > LONG_VALUE);
    let mut spans = Vec::with_capacity(shown.len());
    if grid.hides_row(row) {
        text.push_str("［非表示の行］");
    }
    for (column, cell) in shown {
        if !spans.is_empty() {
            text.push(if long { '\n' } else { '、' });
        }
        if let Some(header) = headers.get(&column) {
            text.push_str(header);
            text.push_str(if grid.hides_column(column) { "［非表示の列］: " } else { ": " });
        }
        value(text, grid, cell, &mut spans);
    }
    spans
}

/// Writes a value with the comment on its cell and where its link leads.
fn value(text: &mut String, grid: &Grid, cell: &Cell, spans: &mut Vec<CellSpan>) {
    let mut piece = |text: &mut String, piece: &str| {
        let start = text.len();
        text.push_str(&one_line(piece));
        spans.push(CellSpan { span: Span::new(start, text.len()), cell: cell.at });
    };
    let shown = grid.text(cell);
    piece(text, shown);
    if let Some(target) = grid.link(cell.at).filter(|t| !t.starts_with('#') && *t != shown) {
        text.push_str(" <");
        piece(text, target);
        text.push('>');
    }
    if let Some(note) = grid.note(cell.at) {
        text.push_str("［メモ: ");
        piece(text, note);
        text.push('］');
    }
}

/// Line breaks and tabs inside a value, as spaces.
fn one_line(text: &str) -> String {
    text.split(['\n', '\r', '\t']).map(str::trim).filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ")
}
