//! The reader for workbooks and tables: a window of rows with their headings, merged cells, and the cited cells.

use super::reader::Opened;
use super::reader_view::ReaderView;
use crate::failure::Failure;
use crate::find_view::Found;
use crate::landing::Target;
use crate::page::{Page, html};
use actix_web::HttpResponse;
use appliance_core::document::SheetWindow;
use appliance_core::locator::{CellRange, CellRef, Locator, Place};
use appliance_core::ports::reader::WindowOf;
use askama::Template;
use std::collections::HashSet;

const ROWS: u32 = 100;
const COLUMNS: u32 = 26;
/// Characters of a cell; a cell may hold 32,767.
const MOST_CELL_CHARS: usize = 600;

/// A cell of the table.
#[derive(Debug, PartialEq, Eq)]
struct CellView {
    name: String,
    text: String,
    cited: bool,
    first_cited: bool,
    number: bool,
    rowspan: u32,
    colspan: u32,
}

/// A row of the table.
struct RowView {
    number: u32,
    cells: Vec<CellView>,
}

/// A sheet of the workbook.
struct TabView {
    href: String,
    name: String,
    current: bool,
    hidden: bool,
}

#[derive(Template)]
#[template(path = "reader_sheet.html")]
struct SheetPage {
    page: Page,
    reader: ReaderView,
    tabs: Vec<TabView>,
    sheet_name: String,
    columns: Vec<String>,
    rows: Vec<RowView>,
    position: String,
    previous: Option<String>,
    next: Option<String>,
    left: Option<String>,
    right: Option<String>,
}

/// The document at one window of one sheet.
pub async fn show(page: Page, reader: ReaderView, opened: &Opened) -> Result<HttpResponse, Failure> {
    let (sheet, range) = wanted(opened)?;
    let sheets = &opened.document.sheets;
    let shape = sheets.get(sheet as usize).ok_or(Failure::NotFound)?;
    let first_row = opened.query.row.unwrap_or_else(|| range.map_or(0, |r| r.first.row)).min(shape.rows.saturating_sub(1)) / ROWS * ROWS;
    let cited_column = range.map_or(0, |r| r.first.column);
    let first_column = opened.query.column.unwrap_or(cited_column).min(shape.columns.saturating_sub(1)) / COLUMNS * COLUMNS;
    let document = &opened.document;
    let wanted = WindowOf { format: document.format, encoding: document.encoding.clone(), sheet, first_row, rows: ROWS };
    let window = opened.by.site.renderer.window(document.file.clone(), wanted).await?.ok_or(Failure::NotFound)?;

    let found = cells_found(opened, sheet);
    let cited = |cell: CellRef| {
        found.contains(&cell)
            || match opened.cited.as_ref().map(|c| &c.place) {
                Some(Place::Cells { sheet: at, cells, .. }) => *at == sheet && cells.iter().any(|c| c.cell == cell),
                _ => range.is_some_and(|r| r.contains(cell)),
            }
    };
    let last_column = (first_column + COLUMNS).min(width(&window).max(first_column));
    let rows = table(&window, first_column, last_column, cited);
    let last_row = first_row + window.rows.len() as u32;
    let mark = format!("{}{}", opened.rest_of_query(), opened.rest_of_search());
    let link = |row: u32, column: u32| format!("/documents/{}?sheet={sheet}&row={row}&column={column}{mark}", reader.id);
    html(&SheetPage {
        tabs: sheets
            .iter()
            .enumerate()
            .map(|(i, s)| TabView {
                href: format!("/documents/{}?sheet={i}", reader.id),
                name: s.name.clone(),
                current: i as u32 == sheet,
                hidden: s.hidden,
            })
            .collect(),
        sheet_name: shape.name.clone(),
        columns: (first_column..last_column).map(column_name).collect(),
        position: page.words(
            "sheet-position",
            &[("first", (first_row + 1).into()), ("last", last_row.into()), ("count", shape.rows.max(last_row).into())],
        ),
        previous: (first_row > 0).then(|| link(first_row.saturating_sub(ROWS), first_column)),
        next: (last_row < shape.rows).then(|| link(first_row + ROWS, first_column)),
        left: (first_column > 0).then(|| link(first_row, first_column.saturating_sub(COLUMNS))),
        right: (first_column + COLUMNS < shape.columns).then(|| link(first_row, first_column + COLUMNS)),
        rows,
        reader,
        page,
    })
}

/// The sheet and the cells to show: of the address, else of the citation, else the first sheet that is not hidden.
fn wanted(opened: &Opened) -> Result<(u32, Option<CellRange>), Failure> {
    let shown = opened.cited.as_ref().or_else(|| opened.found.as_ref().and_then(Found::shown));
    match opened.target {
        Target::Cells(sheet, range) => Ok((sheet, Some(range))),
        Target::Start => match (opened.query.sheet, shown.map(|c| &c.place)) {
            (Some(sheet), Some(Place::Cells { sheet: at, range, .. })) if sheet == *at => Ok((sheet, Some(*range))),
            (Some(sheet), _) => Ok((sheet, None)),
            (None, Some(Place::Cells { sheet, range, .. })) => Ok((*sheet, Some(*range))),
            (None, _) => Ok((opened.document.sheets.iter().position(|s| !s.hidden).unwrap_or(0) as u32, None)),
        },
        _ => Err(Failure::NotFound),
    }
}

/// The cells of a sheet in which something was found.
fn cells_found(opened: &Opened, sheet: u32) -> HashSet<CellRef> {
    let on_sheet = |locator: &Locator| match &locator.place {
        Place::Cells { sheet: at, cells, .. } if *at == sheet => cells.iter().map(|c| c.cell).collect(),
        _ => Vec::new(),
    };
    opened.found.iter().flat_map(|f| f.hits.iter().flat_map(on_sheet)).collect()
}

fn width(window: &SheetWindow) -> u32 {
    window.rows.iter().map(Vec::len).max().unwrap_or(0) as u32
}

fn column_name(column: u32) -> String {
    CellRef { row: 0, column }.to_string().trim_end_matches('1').to_owned()
}

/// The cells of a window. A merged range becomes one cell, cut to what the window shows of it; its text is that of its
/// first cell, even when that one stands above the window and is not at hand.
fn table(window: &SheetWindow, first_column: u32, last_column: u32, cited: impl Fn(CellRef) -> bool) -> Vec<RowView> {
    let last_row = window.first_row + window.rows.len() as u32;
    let mut anchored = false;
    let mut rows = Vec::with_capacity(window.rows.len());
    for (i, texts) in window.rows.iter().enumerate() {
        let row = window.first_row + i as u32;
        let mut cells = Vec::new();
        for column in first_column..last_column {
            let at = CellRef { row, column };
            let merged = window.merged.iter().find(|m| m.contains(at));
            let (top, left) = merged.map_or((row, column), |m| (m.first.row.max(window.first_row), m.first.column.max(first_column)));
            if (top, left) != (row, column) {
                continue;
            }
            let rowspan = merged.map_or(1, |m| (m.last.row + 1).min(last_row) - row);
            let colspan = merged.map_or(1, |m| (m.last.column + 1).min(last_column) - column);
            let is_cited = match merged {
                Some(m) => {
                    (m.first.row..=m.last.row).any(|r| (m.first.column..=m.last.column).any(|c| cited(CellRef { row: r, column: c })))
                }
                None => cited(at),
            };
            let text = texts.get(column as usize).map(|t| shortened(t)).unwrap_or_default();
            let number = looks_numeric(&text);
            cells.push(CellView {
                name: at.to_string(),
                text,
                cited: is_cited,
                first_cited: is_cited && !anchored,
                number,
                rowspan,
                colspan,
            });
            anchored |= is_cited;
        }
        rows.push(RowView { number: row + 1, cells });
    }
    rows
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_CELL_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn looks_numeric(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '%' | '¥' | '円'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(a1: &str) -> CellRef {
        CellRef::parse(a1).expect("a cell")
    }

    fn range(first: &str, last: &str) -> CellRange {
        CellRange { first: cell(first), last: cell(last) }
    }

    #[test]
    fn merged_cells_become_one() {
        let row = |texts: [&str; 3]| texts.map(str::to_owned).to_vec();
        let window = SheetWindow {
            first_row: 0,
            rows: vec![row(["区分", "手数料", ""]), row(["", "大人", "子供"])],
            merged: vec![range("A1", "A2"), range("B1", "C1")],
        };
        let rows = table(&window, 0, 3, |c| c == cell("C2"));
        let shapes: Vec<Vec<(&str, u32, u32, bool)>> =
            rows.iter().map(|r| r.cells.iter().map(|c| (c.text.as_str(), c.rowspan, c.colspan, c.cited)).collect()).collect();
        assert_eq!(shapes[0], [("区分", 2, 1, false), ("手数料", 1, 2, false)]);
        assert_eq!(shapes[1], [("大人", 1, 1, false), ("子供", 1, 1, true)]);
        assert!(rows[1].cells[1].first_cited);
    }

    #[test]
    fn a_merge_that_leaves_the_window_is_cut() {
        let window = SheetWindow { first_row: 100, rows: vec![vec!["a".into()], vec![String::new()]], merged: vec![range("A90", "A400")] };
        let rows = table(&window, 0, 1, |_| false);
        assert_eq!((rows[0].cells[0].rowspan, rows[1].cells.len()), (2, 0));
    }

    #[test]
    fn columns_have_letters() {
        assert_eq!([column_name(0), column_name(25), column_name(26), column_name(701)], ["A", "Z", "AA", "ZZ"]);
    }
}
