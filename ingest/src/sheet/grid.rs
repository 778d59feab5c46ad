//! A grid: the cells of one sheet, as a person sees them.

use appliance_core::document::SheetWindow;
use appliance_core::locator::{CellRange, CellRef};
use std::collections::HashMap;

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Date,
    Other,
}

/// A cell with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) at: CellRef,
    pub(crate) text: String,
    pub(crate) kind: Kind,
}

/// The cells of a sheet in row order, and its merged ranges.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    pub(crate) name: String,
    pub(crate) hidden: bool,
    cells: Vec<Cell>,
    merged: Vec<CellRange>,
    columns: u32,
    /// For each row, the merged ranges that reach it.
    merged_by_row: HashMap<u32, Vec<usize>>,
}

/// Merged ranges kept of one sheet, and rows of one range that are looked up.
const MOST_MERGED: usize = 50_000;
const MOST_MERGED_ROWS: u32 = 20_000;

impl Grid {
    /// A grid of cells in any order.
    pub(crate) fn new(name: String, hidden: bool, mut cells: Vec<Cell>, mut merged: Vec<CellRange>) -> Self {
        cells.retain(|c| !c.text.is_empty());
        cells.sort_by_key(|c| (c.at.row, c.at.column));
        cells.dedup_by_key(|c| c.at);
        let columns = cells.iter().map(|c| c.at.column + 1).max().unwrap_or(0);
        merged.retain(|m| m.first != m.last && m.first.row <= m.last.row && m.first.column <= m.last.column);
        merged.truncate(MOST_MERGED);
        let rows = cells.last().map_or(0, |c| c.at.row + 1);
        let mut merged_by_row: HashMap<u32, Vec<usize>> = HashMap::new();
        let mut budget = MOST_MERGED_ROWS * 10;
        for (index, range) in merged.iter().enumerate() {
            let last = range.last.row.min(rows).min(range.first.row.saturating_add(MOST_MERGED_ROWS));
            for row in range.first.row..=last {
                if budget == 0 {
                    break;
                }
                budget -= 1;
                merged_by_row.entry(row).or_default().push(index);
            }
        }
        Self { name, hidden, cells, merged, columns, merged_by_row }
    }

    /// Rows up to the last one with a value.
    pub(crate) fn rows(&self) -> u32 {
        self.cells.last().map_or(0, |c| c.at.row + 1)
    }

    /// Columns up to the last one with a value.
    pub(crate) fn columns(&self) -> u32 {
        self.columns
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
        self.merged_by_row.get(&at.row)?.iter().map(|i| self.merged[*i]).find(|m| m.contains(at))
    }

    /// The merged ranges that reach a row.
    pub(crate) fn merged_in(&self, row: u32) -> impl Iterator<Item = CellRange> + '_ {
        self.merged_by_row.get(&row).into_iter().flatten().map(|i| self.merged[*i])
    }

    /// Rows `first ..`, at most `count`, and none after the last one with a value.
    pub(crate) fn window(&self, first: u32, count: u32) -> SheetWindow {
        let end = first.saturating_add(count).min(self.rows());
        let mut rows = vec![vec![String::new(); self.columns as usize]; end.saturating_sub(first) as usize];
        let from = self.cells.partition_point(|c| c.at.row < first);
        for cell in self.cells[from..].iter().take_while(|c| c.at.row < end) {
            rows[(cell.at.row - first) as usize][cell.at.column as usize].clone_from(&cell.text);
        }
        let merged = self.merged.iter().filter(|m| m.first.row < end && m.last.row >= first).copied().collect();
        SheetWindow { first_row: first, rows, merged }
    }
}
