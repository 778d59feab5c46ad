//! Cells: a table as it was found, and its rows as lines.

use crate::pdf::frame::Frame;
use crate::pdf::line::{self, Line};
use crate::script::{is_cjk, wants_space};
use std::ops::Range;
use std::sync::Arc;

/// A stretch of text in a cell, in the frame of its table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) u: (f32, f32),
    pub(super) v: (f32, f32),
    pub(super) size: f32,
}

/// A filled cell: the columns and rows that it spans, and its lines.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cell {
    pub(super) columns: Range<usize>,
    pub(super) rows: Range<usize>,
    pub(super) lines: Vec<Vec<Piece>>,
}

/// A table of one page. Cells are in the order in which they are read: by first row, then by first column.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) frame: Frame,
    /// The edges of the columns along u, ascending, outer ones included.
    pub(super) us: Vec<f32>,
    /// The edges of the rows along v.
    pub(super) v: (f32, f32),
    /// Whether rules part the columns.
    pub(super) ruled: bool,
    pub(super) cells: Vec<Cell>,
}

/// What the rows of one table have in common.
#[derive(Debug)]
pub(crate) struct Shape {
    /// The edges of its columns along u, ascending, outer ones included.
    pub(crate) us: Vec<f32>,
    /// Where it begins and ends along v.
    pub(crate) v: (f32, f32),
    /// Whether rules part the columns.
    pub(crate) ruled: bool,
}

impl Shape {
    pub(super) fn columns(&self) -> usize {
        self.us.len().saturating_sub(1)
    }
}

/// A line's place in its table.
#[derive(Debug, Clone)]
pub(crate) struct TableRow {
    pub(crate) shape: Arc<Shape>,
    /// Its number among the rows of the table.
    pub(super) row: usize,
    /// The cells that begin in it.
    pub(super) cells: Vec<RowCell>,
    /// The colour behind its cells, when they share one.
    pub(super) shade: Option<[u8; 3]>,
    /// For each cell of the line, how many pages after the line's own it stands; empty for a row on one page.
    pub(super) overleaf: Vec<u32>,
}

impl TableRow {
    /// How many pages after its line's own the cell of that number stands.
    pub(crate) fn pages_later(&self, cell: usize) -> u32 {
        self.overleaf.get(cell).copied().unwrap_or(0)
    }
}

/// A cell that begins in a row, with its pieces among the cells of the line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RowCell {
    pub(super) columns: Range<usize>,
    pub(super) rows: Range<usize>,
    pub(super) pieces: Range<usize>,
}

impl Table {
    /// The rows as lines, their cells parted by full-width spaces. `shade` tells the colour at a place of the frame.
    pub(super) fn lines(self, shade: impl Fn(f32, f32) -> Option<[u8; 3]>) -> Vec<Line> {
        let Self { frame, us, v, ruled, cells } = self;
        let (Some(left), Some(right)) = (us.first().copied(), us.last().copied()) else { return Vec::new() };
        let shape = Arc::new(Shape { us, v, ruled });
        let mut lines: Vec<Line> = Vec::new();
        for cells in cells.chunk_by(|a, b| a.rows.start == b.rows.start) {
            let nothing = (f32::MAX, f32::MIN);
            let mut line = Line {
                text: String::new(),
                frame,
                u: nothing,
                v: nothing,
                size: 0.0,
                cells: Vec::new(),
                column: (0, left, right),
                table: None,
            };
            let mut row =
                TableRow { shape: Arc::clone(&shape), row: cells[0].rows.start, cells: Vec::new(), shade: None, overleaf: Vec::new() };
            for cell in cells {
                let first = line.cells.len();
                write(&mut line, cell);
                row.cells.push(RowCell { columns: cell.columns.clone(), rows: cell.rows.clone(), pieces: first..line.cells.len() });
            }
            let mut shades = line.cells.iter().map(|c| shade((c.u.0 + c.u.1) / 2.0, (c.v.0 + c.v.1) / 2.0));
            let first = shades.next().flatten();
            row.shade = first.filter(|_| shades.all(|s| s == first));
            line.table = Some(row);
            lines.push(line);
        }
        lines
    }
}

fn write(line: &mut Line, cell: &Cell) {
    if !line.text.is_empty() {
        line.text.push('\u{3000}');
    }
    let mut begun = false;
    for (index, pieces) in cell.lines.iter().enumerate() {
        for (nth, piece) in pieces.iter().enumerate() {
            let before = line.text.chars().next_back().unwrap_or(' ');
            let after = piece.text.chars().next().unwrap_or(' ');
            if begun && nth > 0 {
                line.text.push('\u{3000}');
            } else if begun && index > 0 && wants_space(before, after) && !is_cut(&line.text, &piece.text) {
                line.text.push(' ');
            }
            begun = true;
            push(line, piece);
        }
    }
}

/// Whether the edge of the cell cut an address or a number in two: 「https://a.jp/ind」「ex.html」, 「8:30-」「12:30」.
fn is_cut(text: &str, next: &str) -> bool {
    let after = next.chars().next().unwrap_or(' ');
    let word = text.rsplit(|c: char| c.is_whitespace() || is_cjk(c)).next().unwrap_or("");
    let address = (word.contains("://") || word.starts_with("www.")) && !after.is_uppercase() && !next.contains("://");
    let mut last = word.chars().rev();
    let number = last.next() == Some('-') && last.next().is_some_and(|c| c.is_ascii_digit()) && after.is_ascii_digit();
    address || number
}

fn push(line: &mut Line, piece: &Piece) {
    let start = line.text.len();
    line.text.push_str(&piece.text);
    line.cells.push(line::Cell { u: piece.u, v: piece.v, start, end: line.text.len() });
    line.u = (line.u.0.min(piece.u.0), line.u.1.max(piece.u.1));
    line.v = (line.v.0.min(piece.v.0), line.v.1.max(piece.v.1));
    line.size = if line.size == 0.0 { piece.size } else { line.size };
}
