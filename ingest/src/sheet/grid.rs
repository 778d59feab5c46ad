//! A grid: the cells of one sheet, as a person sees them.

use super::book::{Margin, Sink};
use appliance_core::document::SheetWindow;
use appliance_core::locator::{CellRange, CellRef};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Date,
    Other,
}

/// A cell with a value. Its text lies in the grid, so that a million of them take little memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) at: CellRef,
    start: u32,
    length: u32,
    pub(crate) kind: Kind,
}

/// The cells of a sheet in row order, and what stands beside them.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    text: Arc<String>,
    cells: Vec<Cell>,
    merged: Vec<CellRange>,
    columns: u32,
    /// For each row, the merged ranges that reach it.
    merged_by_row: HashMap<u32, Vec<u32>>,
    notes: BTreeMap<(u32, u32), String>,
    links: BTreeMap<(u32, u32), String>,
    hidden_rows: Vec<u32>,
    hidden_columns: Vec<(u32, u32)>,
}

/// Rows of all merged ranges together that are looked up by row.
const MOST_MERGED_ROWS: u32 = 1_000_000;

/// A grid while it is read.
#[derive(Debug, Default)]
pub(crate) struct Filling {
    text: String,
    cells: Vec<Cell>,
    rows: usize,
    most: usize,
    /// The first cell that was left out.
    pub(crate) left_out: Option<CellRef>,
}

impl Filling {
    /// Takes at most so many cells and rows.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    /// Cells and rows taken.
    pub(crate) fn len(&self) -> usize {
        self.cells.len() + self.rows
    }
}

impl Sink for Filling {
    fn cell(&mut self, at: CellRef, text: &str, kind: Kind) -> bool {
        let (Ok(start), Ok(length)) = (u32::try_from(self.text.len()), u32::try_from(text.len())) else {
            self.left_out = Some(at);
            return false;
        };
        // A row costs its document about as much as a cell does.
        let begins = self.cells.last().is_none_or(|last| last.at.row != at.row);
        if self.len() + usize::from(begins) >= self.most || start.checked_add(length).is_none() {
            self.left_out = Some(at);
            return false;
        }
        self.rows += usize::from(begins);
        self.text.push_str(text);
        self.cells.push(Cell { at, start, length, kind });
        true
    }
}

impl Grid {
    /// A grid of cells that came in any order.
    pub(crate) fn new(filling: Filling, margin: Margin) -> Self {
        let Filling { text, mut cells, .. } = filling;
        let place = |c: &Cell| (c.at.row, c.at.column);
        if !cells.is_sorted_by_key(place) {
            cells.sort_by_key(place);
        }
        cells.dedup_by_key(|c| c.at);
        let columns = cells.iter().map(|c| c.at.column + 1).max().unwrap_or(0);
        let rows = cells.last().map_or(0, |c| c.at.row + 1);
        let Margin { merged, notes, links, mut hidden_rows, hidden_columns } = margin;
        let mut merged_by_row: HashMap<u32, Vec<u32>> = HashMap::new();
        let mut budget = MOST_MERGED_ROWS;
        for (index, range) in merged.iter().enumerate() {
            for row in range.first.row..=range.last.row.min(rows) {
                if budget == 0 {
                    break;
                }
                budget -= 1;
                merged_by_row.entry(row).or_default().push(index as u32);
            }
        }
        let by_place = |list: Vec<(CellRef, String)>| list.into_iter().map(|(at, text)| ((at.row, at.column), text)).collect();
        hidden_rows.sort_unstable();
        hidden_rows.dedup();
        Self {
            text: Arc::new(text),
            cells,
            merged,
            columns,
            merged_by_row,
            notes: by_place(notes),
            links: by_place(links),
            hidden_rows,
            hidden_columns,
        }
    }

    /// The cells of some columns, with what stands beside them.
    pub(crate) fn between(&self, first: u32, last: u32) -> Self {
        let inside = |column: u32| (first..=last).contains(&column);
        let of = |list: &BTreeMap<(u32, u32), String>| list.iter().filter(|((_, c), _)| inside(*c)).map(|(k, v)| (*k, v.clone())).collect();
        let cells: Vec<Cell> = self.cells.iter().filter(|c| inside(c.at.column)).copied().collect();
        let columns = cells.iter().map(|c| c.at.column + 1).max().unwrap_or(0);
        Self {
            text: Arc::clone(&self.text),
            cells,
            merged: self.merged.clone(),
            columns,
            merged_by_row: self.merged_by_row.clone(),
            notes: of(&self.notes),
            links: of(&self.links),
            hidden_rows: self.hidden_rows.clone(),
            hidden_columns: self.hidden_columns.clone(),
        }
    }

    /// The value of a cell of this grid.
    pub(crate) fn text(&self, cell: &Cell) -> &str {
        &self.text[cell.start as usize..(cell.start + cell.length) as usize]
    }

    /// The comment on a cell.
    pub(crate) fn note(&self, at: CellRef) -> Option<&str> {
        self.notes.get(&(at.row, at.column)).map(String::as_str)
    }

    /// Where a cell's link leads.
    pub(crate) fn link(&self, at: CellRef) -> Option<&str> {
        self.links.get(&(at.row, at.column)).map(String::as_str)
    }

    /// Whether the sheet does not show the row.
    pub(crate) fn hides_row(&self, row: u32) -> bool {
        self.hidden_rows.binary_search(&row).is_ok()
    }

    /// Whether the sheet does not show the column.
    pub(crate) fn hides_column(&self, column: u32) -> bool {
        self.hidden_columns.iter().any(|(first, last)| (*first..=*last).contains(&column))
    }

    /// Rows up to the last one with a value.
    pub(crate) fn rows(&self) -> u32 {
        self.cells.last().map_or(0, |c| c.at.row + 1)
    }

    /// Columns up to the last one with a value.
    pub(crate) fn columns(&self) -> u32 {
        self.columns
    }

    /// Cells with a value.
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// The rows that hold values, each with its cells.
    pub(crate) fn filled_rows(&self) -> impl Iterator<Item = &[Cell]> {
        self.cells.chunk_by(|a, b| a.at.row == b.at.row)
    }

    /// The cell whose value is shown at a place: its own, or that of the merged range it lies in.
    pub(crate) fn shown(&self, at: CellRef) -> Option<&Cell> {
        self.cell(at).or_else(|| self.merged_at(at).and_then(|range| self.cell(range.first)))
    }

    /// The cell itself.
    pub(crate) fn cell(&self, at: CellRef) -> Option<&Cell> {
        self.cells.binary_search_by_key(&(at.row, at.column), |c| (c.at.row, c.at.column)).ok().map(|i| &self.cells[i])
    }

    /// The merged range that a place lies in.
    pub(crate) fn merged_at(&self, at: CellRef) -> Option<CellRange> {
        self.merged_by_row.get(&at.row)?.iter().map(|i| self.merged[*i as usize]).find(|m| m.contains(at))
    }

    /// The merged ranges that reach a row.
    pub(crate) fn merged_in(&self, row: u32) -> impl Iterator<Item = CellRange> + '_ {
        self.merged_by_row.get(&row).into_iter().flatten().map(|i| self.merged[*i as usize])
    }

    /// Rows `first ..`, at most `count`, and none after the last one with a value.
    pub(crate) fn window(&self, first: u32, count: u32) -> SheetWindow {
        let end = first.saturating_add(count).min(self.rows());
        let mut rows = vec![vec![String::new(); self.columns as usize]; end.saturating_sub(first) as usize];
        let from = self.cells.partition_point(|c| c.at.row < first);
        for cell in self.cells[from..].iter().take_while(|c| c.at.row < end) {
            self.text(cell).clone_into(&mut rows[(cell.at.row - first) as usize][cell.at.column as usize]);
        }
        let merged = self.merged.iter().filter(|m| m.first.row < end && m.last.row >= first).copied().collect();
        SheetWindow { first_row: first, rows, merged }
    }
}
