//! Rows: a sheet's parts as text, each value after its header and leading back to its cell.

use super::book::Listed;
use super::form::{self, Entry, Line};
use super::grid::{Cell, Grid, Kind};
use super::table::{self, Part};
use crate::draft::Draft;
use crate::script::one_line;
use appliance_core::document::BlockKind;
use appliance_core::locator::{CellRange, CellRef, CellSpan, Place, Span, bounding_range};
use std::collections::BTreeMap;

/// A row with a value longer than this is written one value a line.
const LONG_VALUE: usize = 60;

/// Writes one sheet. With `named`, its name goes first as a heading. Ends early once the text is longer than `most`, and says
/// at which row.
pub(crate) fn write(draft: &mut Draft, index: u32, sheet: &Listed, grid: &Grid, named: bool, most: usize) -> Option<u32> {
    let place = |cells: Vec<CellSpan>| {
        let corner = CellRef { row: 0, column: 0 };
        let range = bounding_range(&cells).unwrap_or(CellRange { first: corner, last: corner });
        Place::Cells { sheet: index, name: sheet.name.clone(), range, cells }
    };
    if grid.len() == 0 {
        return None;
    }
    if named || sheet.hidden {
        draft.block(BlockKind::Heading { level: 1 }, |text| {
            text.push_str(&one_line(&sheet.name));
            text.push_str(if sheet.hidden { "（非表示のシート）" } else { "" });
            place(Vec::new())
        });
    }
    match table::side_by_side(grid) {
        Some(tables) => tables.iter().filter_map(|table| write_tables(draft, table, &place, most)).min(),
        None => write_tables(draft, grid, &place, most),
    }
}

/// Writes the tables of a grid one under the other, or the form that it is. Says at which row it ended early.
fn write_tables(draft: &mut Draft, grid: &Grid, place: &impl Fn(Vec<CellSpan>) -> Place, most: usize) -> Option<u32> {
    let layout = table::layout(grid);
    if form::is_form(grid, layout.headed()) {
        write_form(draft, grid, place);
        return None;
    }
    // A side header stands for the rows under it too, until the next one.
    let mut side: Option<(usize, Cell)> = None;
    for part in &layout.parts {
        if draft.len() > most {
            let (Part::Line(cells) | Part::Row { cells, .. }) = part;
            return cells.first().map(|c| c.at.row);
        }
        match part {
            Part::Line(cells) => draft.block(BlockKind::Paragraph, |text| place(line(text, grid, cells))),
            Part::Row { cells, headers } => {
                let columns = &layout.headers[*headers];
                let carried = side.filter(|(of, side)| of == headers && lacks_side(grid, cells, columns, side)).map(|(_, cell)| cell);
                if carried.is_none() {
                    side = columns.keys().next().and_then(|c| cells.iter().find(|cell| cell.at.column == *c)).map(|c| (*headers, *c));
                }
                draft.block(BlockKind::Row, |text| place(row(text, grid, cells, carried, columns)));
            }
        }
    }
    let idle: Vec<Cell> = layout.idle_headers(grid).into_iter().copied().collect();
    draft.block(BlockKind::Paragraph, |text| place(line(text, grid, &idle)));
    None
}

/// Whether a row goes on under a side header: its first column is blank, its second holds a label as those above do.
fn lacks_side(grid: &Grid, cells: &[Cell], columns: &BTreeMap<u32, String>, side: &Cell) -> bool {
    let second = columns.keys().nth(1);
    let first = cells[0];
    side.kind == Kind::Text
        && columns.len() > 2
        && cells.len() > 1
        && second == Some(&first.at.column)
        && first.kind == Kind::Text
        && grid.merged_at(CellRef { row: first.at.row, column: side.at.column }).is_none()
}

/// Writes a form: labels before their values, section by section.
fn write_form(draft: &mut Draft, grid: &Grid, place: &impl Fn(Vec<CellSpan>) -> Place) {
    for line in form::lines(grid) {
        match line {
            Line::Title(cells) => draft.block(BlockKind::Heading { level: 2 }, |text| place(titles(text, grid, &cells))),
            Line::Section(cells) => draft.block(BlockKind::Heading { level: 3 }, |text| place(titles(text, grid, &cells))),
            Line::Texts(cells) => draft.block(BlockKind::Paragraph, |text| place(texts(text, grid, &cells))),
            Line::Entries { labels, entries } => draft.block(BlockKind::Row, |text| place(self::entries(text, grid, &labels, &entries))),
        }
    }
}

/// Titles one after the other, as one.
fn titles(text: &mut String, grid: &Grid, cells: &[&Cell]) -> Vec<CellSpan> {
    let mut spans = Vec::with_capacity(cells.len());
    for cell in cells {
        if !spans.is_empty() {
            text.push(' ');
        }
        value(text, grid, cell, &mut spans);
    }
    spans
}

/// 「氏名: 山田太郎」 for a short text with one beside it; others one after the other.
fn texts(text: &mut String, grid: &Grid, cells: &[&Cell]) -> Vec<CellSpan> {
    let mut spans = Vec::with_capacity(cells.len());
    for (index, cell) in cells.iter().enumerate() {
        match index {
            0 => {}
            1 if cells.len() == 2 => text.push_str(": "),
            _ => text.push('\u{3000}'),
        }
        value(text, grid, cell, &mut spans);
    }
    spans
}

/// 「収支状況 実質収支、令和元年度(千円): 9,565,708」: the labels, then each value after its headers.
fn entries(text: &mut String, grid: &Grid, labels: &[&Cell], entries: &[Entry<'_>]) -> Vec<CellSpan> {
    let mut spans = Vec::with_capacity(labels.len() + entries.len() * 2);
    let headed = entries.iter().any(|e| !e.headers.is_empty());
    for label in labels {
        if !spans.is_empty() {
            text.push(' ');
        }
        value(text, grid, label, &mut spans);
    }
    for (index, entry) in entries.iter().enumerate() {
        match (index, labels.is_empty()) {
            (0, true) => {}
            (0, false) if !headed => text.push_str(": "),
            _ => text.push('、'),
        }
        for (level, header) in entry.headers.iter().enumerate() {
            if level > 0 {
                text.push('／');
            }
            value(text, grid, header, &mut spans);
        }
        if !entry.headers.is_empty() {
            text.push_str(": ");
        }
        value(text, grid, entry.value, &mut spans);
        if let Some(unit) = entry.unit {
            value(text, grid, unit, &mut spans);
        }
    }
    spans
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
fn row(text: &mut String, grid: &Grid, cells: &[Cell], side: Option<Cell>, headers: &BTreeMap<u32, String>) -> Vec<CellSpan> {
    let row = cells[0].at.row;
    let mut shown: BTreeMap<u32, &Cell> = cells.iter().chain(&side).map(|c| (c.at.column, c)).collect();
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
