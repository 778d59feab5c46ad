//! Columns without rules: the white that runs down between the cells of a table.

use super::cells::{Cell, Piece, Table};
use crate::pdf::frame::Frame;
use std::ops::Range;

/// White narrower than this many font sizes parts words, not columns.
const NARROWEST: f32 = 0.9;

/// A line of a table that no rules part: its pieces in reading order.
pub(super) type VisualLine = Vec<Piece>;

/// Where the columns of these lines begin and end; `None` when no white runs down between at least two. One line in
/// eight may run across it: merged headers do, and notes.
pub(super) fn edges(lines: &[VisualLine]) -> Option<Vec<f32>> {
    let pieces: Vec<&Piece> = lines.iter().flatten().collect();
    let left = pieces.iter().map(|p| p.u.0).fold(f32::MAX, f32::min);
    let right = pieces.iter().map(|p| p.u.1).fold(f32::MIN, f32::max);
    let mut sizes: Vec<f32> = pieces.iter().map(|p| p.size).collect();
    sizes.sort_by(f32::total_cmp);
    let size = *sizes.get(sizes.len() / 2)?;
    let crossing = if lines.len() >= 4 { (lines.len() / 8).max(1) } else { 0 };
    let mut ends: Vec<(f32, i32)> = pieces.iter().flat_map(|p| [(p.u.0, 1), (p.u.1, -1)]).collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    let mut gutters: Vec<(f32, f32)> = Vec::new();
    let (mut over, mut white_from) = (0, None);
    for (at, change) in ends {
        let was_white = over <= crossing as i32;
        over += change;
        match (was_white, over <= crossing as i32) {
            (false, true) => white_from = Some(at),
            (true, false) => gutters.extend(white_from.take().map(|from| (from, at))),
            _ => {}
        }
    }
    gutters.retain(|(from, to)| to - from >= NARROWEST * size && *from > left && *to < right);
    if gutters.is_empty() {
        return None;
    }
    let mut edges = vec![left];
    edges.extend(gutters.iter().map(|(from, to)| (from + to) / 2.0));
    edges.push(right);
    Some(edges)
}

/// The columns over which a piece runs.
pub(super) fn spanned(edges: &[f32], piece: &Piece) -> Range<usize> {
    let inner = &edges[1..edges.len() - 1];
    let slack = 0.3 * piece.size;
    let first = inner.partition_point(|e| *e <= piece.u.0 + slack);
    let last = inner.partition_point(|e| *e < piece.u.1 - slack);
    first..last.max(first) + 1
}

/// The table of these lines, of which each group is one row. A piece that runs over several columns is a cell of all.
pub(super) fn table(frame: Frame, edges: Vec<f32>, v: (f32, f32), groups: &[Vec<VisualLine>], ruled: bool) -> Table {
    let mut cells = Vec::new();
    for (row, lines) in groups.iter().enumerate() {
        for columns in joined(lines.iter().flatten().map(|p| spanned(&edges, p)).collect()) {
            let own = |line: &VisualLine| -> VisualLine {
                line.iter().filter(|p| columns.contains(&spanned(&edges, p).start)).cloned().collect()
            };
            let lines: Vec<VisualLine> = lines.iter().map(own).filter(|l| !l.is_empty()).collect();
            cells.push(Cell { columns, rows: row..row + 1, lines });
        }
    }
    Table { frame, us: edges, v, ruled, cells }
}

/// Ranges that overlap, as one.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|r| r.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}
