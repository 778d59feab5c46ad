//! Wrapping: which lines of a table without rules between its rows only go on with the row above them.

use super::cells::Piece;
use super::columns::{self, VisualLine};
use std::ops::Range;

/// Lines as rows: those that go on with a row are in one group with it. `loose` lines may be joined by their distance
/// too, where rows stand further apart than the lines in them.
pub(super) fn rows(lines: &[VisualLine], edges: &[f32], loose: bool) -> Vec<Vec<VisualLine>> {
    let rights: Vec<f32> = (0..edges.len() - 1).map(|column| right(lines, edges, column)).collect();
    let mut groups: Vec<Vec<VisualLine>> = Vec::new();
    let mut last: Range<usize> = 0..0;
    for (index, line) in lines.iter().enumerate() {
        let goes_on = index > 0 && {
            let above = &lines[last.clone()];
            let (size, gap) = (size(line), top(line) - bottom(&lines[index - 1]));
            let after = lines.get(index + 1).map_or(f32::MIN, |next| top(next) - bottom(line));
            let tight = loose && gap + 0.15 * size < after && is_blank_first(line, edges);
            gap < 0.6 * size && line.len() < above[0].len().max(2) && line.iter().all(|p| continues(p, above, edges, &rights, tight))
        };
        match groups.last_mut() {
            Some(group) if goes_on => {
                group.push(line.clone());
                last.end = index + 1;
            }
            _ => {
                groups.push(vec![line.clone()]);
                last = index..index + 1;
            }
        }
    }
    groups
}

/// Whether a piece goes on with the cell above it: that one is full, or the lines stand as close as those of one row.
fn continues(piece: &Piece, above: &[VisualLine], edges: &[f32], rights: &[f32], tight: bool) -> bool {
    let columns = columns::spanned(edges, piece);
    let over = above.iter().flatten().rfind(|a| columns::spanned(edges, a) == columns);
    let full = |over: &Piece| {
        let words = over.text.chars().filter(|c| c.is_alphabetic()).count();
        words >= 5 && words * 2 > over.text.chars().count() && rights[columns.start] - over.u.1 < 1.5 * over.size
    };
    over.is_some_and(|over| full(over) || tight)
}

fn is_blank_first(line: &VisualLine, edges: &[f32]) -> bool {
    line.iter().all(|p| columns::spanned(edges, p).start > 0)
}

fn right(lines: &[VisualLine], edges: &[f32], column: usize) -> f32 {
    let own = lines.iter().flatten().filter(|p| columns::spanned(edges, p) == (column..column + 1));
    own.map(|p| p.u.1).fold(f32::MIN, f32::max)
}

fn top(line: &VisualLine) -> f32 {
    line.iter().map(|p| p.v.0).fold(f32::MAX, f32::min)
}

fn bottom(line: &VisualLine) -> f32 {
    line.iter().map(|p| p.v.1).fold(f32::MIN, f32::max)
}

fn size(line: &VisualLine) -> f32 {
    line.first().map_or(10.0, |p| p.size)
}
