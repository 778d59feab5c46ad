//! Grids: rules that cross make units, and units without a rule between them are one cell.

use super::cells::{Cell, Piece, Table};
use super::strokes::{Sets, Stroke, TOUCH};
use crate::pdf::frame::Frame;
use crate::pdf::glyphs::Glyph;
use crate::pdf::line;
use crate::pdf::segment::Segment;
use std::collections::BTreeMap;

/// Grids finer than this are graph paper, not tables.
const MOST_LINES: usize = 160;
/// A table of few cells with this many lines in one of them is a layout of running text.
const LAYOUT_LINES: usize = 10;
/// A cell with more lines than this is no cell of a table.
const MOST_CELL_LINES: usize = 40;
/// A table's side without a rule: most rules across it end there, this far beyond the last rule that bounds it.
const OPEN_SIDE: f32 = 12.0;

/// The units between neighbouring rules, and which cell each belongs to.
#[derive(Debug)]
pub(super) struct Grid {
    us: Vec<f32>,
    vs: Vec<f32>,
    /// For each unit (row by row), the top left unit of its cell.
    cell: Vec<usize>,
}

impl Grid {
    pub(super) fn of(strokes: &[Stroke]) -> Option<Self> {
        let us = with_open_sides(positions(strokes.iter().filter(|s| !s.along)), strokes.iter().filter(|s| s.along));
        let vs = with_open_sides(positions(strokes.iter().filter(|s| s.along)), strokes.iter().filter(|s| !s.along));
        if us.len() < 3 || vs.len() < 3 || us.len() > MOST_LINES || vs.len() > MOST_LINES {
            return None;
        }
        let (columns, rows) = (us.len() - 1, vs.len() - 1);
        let (across, along) = (at_positions(strokes, false, &us), at_positions(strokes, true, &vs));
        let mut sets = Sets::new(columns * rows);
        for row in 0..rows {
            for column in 0..columns {
                let unit = row * columns + column;
                if column + 1 < columns && !covers(&across[column + 1], (vs[row] + vs[row + 1]) / 2.0) {
                    sets.join(unit, unit + 1);
                }
                if row + 1 < rows && !covers(&along[row + 1], (us[column] + us[column + 1]) / 2.0) {
                    sets.join(unit, unit + columns);
                }
            }
        }
        let cell: Vec<usize> = (0..columns * rows).map(|i| sets.find(i)).collect();
        let mut distinct = cell.clone();
        distinct.sort_unstable();
        distinct.dedup();
        (distinct.len() >= 4).then_some(Self { us, vs, cell })
    }

    /// Whether a place of the frame lies inside.
    pub(super) fn holds(&self, place: (f32, f32)) -> bool {
        self.unit(place).is_some()
    }

    /// Whether a place lies past an outer edge, level with a row.
    pub(super) fn stands_beside(&self, (u, v): (f32, f32)) -> bool {
        let within = |edges: &[f32], at: f32| edges.first().is_some_and(|e| *e <= at) && edges.last().is_some_and(|e| at < *e);
        within(&self.vs, v) && !within(&self.us, u)
    }

    fn unit(&self, (u, v): (f32, f32)) -> Option<usize> {
        let column = self.us.partition_point(|edge| *edge <= u).checked_sub(1)?;
        let row = self.vs.partition_point(|edge| *edge <= v).checked_sub(1)?;
        let columns = self.columns();
        (column < columns && row < self.vs.len() - 1).then(|| row * columns + column)
    }

    fn columns(&self) -> usize {
        self.us.len() - 1
    }

    /// The table of these glyphs (with their middles in the frame); `None` when it is a frame around running text.
    pub(super) fn table(&self, glyphs: &[(Glyph, (f32, f32))], frame: Frame) -> Option<Table> {
        let mut by_cell: BTreeMap<usize, Vec<Glyph>> = BTreeMap::new();
        for run in glyphs.chunk_by(|a, b| Self::is_one_text(&a.0, &b.0, frame)) {
            let (first, last) = (run[0].0, run[run.len() - 1].0);
            let straddles = first.frame == frame && self.unit(run[0].1) != self.unit(run[run.len() - 1].1);
            let home = (self.home(first.u.0, last.u.1, first.size), run[0].1.1);
            for (glyph, place) in run {
                if let Some(unit) = self.unit(if straddles { home } else { *place }) {
                    by_cell.entry(self.cell[unit]).or_default().push(*glyph);
                }
            }
        }
        let extents = self.extents();
        let mut cells: Vec<Cell> = Vec::new();
        for (cell, glyphs) in by_cell {
            let lines = pieces(glyphs, frame);
            let (columns, rows) = extents.get(&cell).cloned().unwrap_or((0..1, 0..1));
            if !lines.is_empty() {
                cells.push(Cell { columns, rows, lines });
            }
        }
        let tallest = cells.iter().map(|c| c.lines.len()).max()?;
        let few = cells.len() <= 6 && tallest > LAYOUT_LINES;
        if cells.len() < 3 || few || tallest > MOST_CELL_LINES {
            return None;
        }
        let v = (self.vs[0], self.vs[self.vs.len() - 1]);
        Some(Table { frame, us: self.us.clone(), v, ruled: true, cells })
    }

    /// Where along u a text belongs that runs over rules: to the cell at whose edge it begins or ends as text does that is
    /// set flush, else to the one in whose middle it stands.
    fn home(&self, from: f32, to: f32, size: f32) -> f32 {
        let flush = |at: f32, edge: Option<&f32>| edge.is_some_and(|e| (at - e).abs() < 0.6 * size);
        let (left, right) = (self.us.partition_point(|e| *e <= from), self.us.partition_point(|e| *e < to));
        match () {
            () if flush(from, left.checked_sub(1).and_then(|i| self.us.get(i))) => from + 0.1 * size,
            () if flush(to, self.us.get(right)) => to - 0.1 * size,
            () => (from + to) / 2.0,
        }
    }

    /// Whether a glyph goes on where the one before it ends, closer than text of two cells is set.
    pub(super) fn is_one_text(a: &Glyph, b: &Glyph, frame: Frame) -> bool {
        let size = a.size.max(b.size);
        let gap = (b.u.0 - a.u.1) / size;
        let level = ((a.v.0 + a.v.1) - (b.v.0 + b.v.1)).abs() / 2.0 < 0.1 * size;
        a.frame == frame && b.frame == frame && level && (-0.15..0.12).contains(&gap)
    }

    /// The columns and rows of each cell, by its top left unit.
    fn extents(&self) -> BTreeMap<usize, (std::ops::Range<usize>, std::ops::Range<usize>)> {
        let mut extents = BTreeMap::new();
        for (unit, cell) in self.cell.iter().enumerate() {
            let (row, column) = (unit / self.columns(), unit % self.columns());
            let (columns, rows) = extents.entry(*cell).or_insert((column..column + 1, row..row + 1));
            *columns = columns.start.min(column)..columns.end.max(column + 1);
            *rows = rows.start.min(row)..rows.end.max(row + 1);
        }
        extents
    }
}

/// The lines of a cell's glyphs: first those in the frame of the table, then those that run otherwise.
fn pieces(glyphs: Vec<Glyph>, frame: Frame) -> Vec<Vec<Piece>> {
    let mut lines = Vec::new();
    let (own, turned): (Vec<Glyph>, Vec<Glyph>) = glyphs.into_iter().partition(|g| g.frame == frame);
    let mut of_frame = |glyphs: Vec<Glyph>, other: Frame| {
        for row in line::rows(glyphs) {
            let piece = |segment: &Segment| {
                let rect = other.rect(segment.u, segment.v);
                let (a, b) = (
                    frame.map(f64::from(rect.x), f64::from(rect.y)),
                    frame.map(f64::from(rect.x + rect.width), f64::from(rect.y + rect.height)),
                );
                let (u, v) = ((a.0.min(b.0), a.0.max(b.0)), (a.1.min(b.1), a.1.max(b.1)));
                Piece { text: segment.text(), u, v, size: segment.size }
            };
            lines.push(row.segments.iter().map(piece).collect());
        }
    };
    of_frame(own, frame);
    if !turned.is_empty() {
        for other in super::FRAMES.into_iter().filter(|f| *f != frame) {
            of_frame(turned.iter().filter(|g| g.frame == other).copied().collect(), other);
        }
    }
    lines
}

/// Distinct positions of strokes, ascending.
fn positions<'s>(strokes: impl Iterator<Item = &'s Stroke>) -> Vec<f32> {
    let mut positions: Vec<f32> = strokes.map(|s| s.at).collect();
    positions.sort_by(f32::total_cmp);
    positions.dedup_by(|a, b| *a - *b <= TOUCH);
    positions
}

/// Adds the sides that a table leaves without a rule: where most of the rules that cross to it end.
fn with_open_sides<'s>(mut positions: Vec<f32>, crossing: impl Iterator<Item = &'s Stroke> + Clone) -> Vec<f32> {
    let (Some(first), Some(last)) = (positions.first().copied(), positions.last().copied()) else { return positions };
    let whole: Vec<&Stroke> = crossing.filter(|s| s.from <= first + TOUCH && s.to >= last - TOUCH).collect();
    let from = whole.iter().map(|s| s.from).fold(f32::MAX, f32::min);
    let to = whole.iter().map(|s| s.to).fold(f32::MIN, f32::max);
    let most = |count: usize| whole.len() >= 2 && count * 10 >= whole.len() * 6;
    if first - from > OPEN_SIDE && most(whole.iter().filter(|s| s.from - from <= TOUCH).count()) {
        positions.insert(0, from);
    }
    if to - last > OPEN_SIDE && most(whole.iter().filter(|s| to - s.to <= TOUCH).count()) {
        positions.push(to);
    }
    positions
}

/// From where to where rules run at each position, ascending.
fn at_positions(strokes: &[Stroke], along: bool, positions: &[f32]) -> Vec<Vec<(f32, f32)>> {
    let mut found: Vec<Vec<(f32, f32)>> = vec![Vec::new(); positions.len()];
    for stroke in strokes.iter().filter(|s| s.along == along) {
        let first = positions.partition_point(|p| *p < stroke.at - TOUCH);
        for (position, list) in positions[first..].iter().zip(&mut found[first..]).take(2) {
            if (position - stroke.at).abs() <= TOUCH {
                list.push((stroke.from, stroke.to));
            }
        }
    }
    for list in &mut found {
        list.sort_by(|a, b| a.0.total_cmp(&b.0));
        list.dedup_by(|next, last| {
            let touches = next.0 <= last.1;
            if touches {
                last.1 = last.1.max(next.1);
            }
            touches
        });
    }
    found
}

fn covers(stretches: &[(f32, f32)], middle: f32) -> bool {
    let next = stretches.partition_point(|(from, _)| *from <= middle);
    next.checked_sub(1).and_then(|last| stretches.get(last)).is_some_and(|(_, to)| middle <= *to)
}
