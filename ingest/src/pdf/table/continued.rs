//! Tables that go on over pages: which parts belong together, which rows repeat the header, which row was broken.

use super::cells::Shape;
use crate::pdf::line::Line;
use crate::pdf::page::PageLines;
use crate::script::ends_sentence;
use appliance_core::folding::fold_tight;
use std::ops::Range;
use std::sync::Arc;

/// Short lines that may stand above a table that goes on (「別表第2（続き）」), and below the part before it.
const LINES_BETWEEN: usize = 2;
/// Columns that ruled tables, and those without rules, may differ by from page to page: points.
const RULED: f32 = 3.0;
const UNRULED: f32 = 12.0;
/// Pages are bound on alternating sides: points.
const SHIFT: f32 = 40.0;
/// Rows that a header may take.
const HEADER_ROWS: usize = 4;

/// The part of a table that stands on one page.
#[derive(Debug)]
pub(super) struct Part {
    /// Index of the page.
    pub(super) page: usize,
    /// Its rows among the lines of the page, in order.
    pub(super) lines: Vec<usize>,
    pub(super) shape: Arc<Shape>,
}

/// All tables, each as the parts it runs over.
pub(super) fn chains(pages: &[PageLines]) -> Vec<Vec<Part>> {
    let mut chains: Vec<Vec<Part>> = Vec::new();
    for (page, lines) in pages.iter().enumerate() {
        for (index, part) in parts(page, &lines.lines).into_iter().enumerate() {
            let last = chains.last_mut().filter(|chain| index == 0 && continues(pages, chain, &part));
            match last {
                Some(chain) => chain.push(part),
                None => chains.push(vec![part]),
            }
        }
    }
    chains
}

/// The tables of one page, in the order of their first rows.
fn parts(page: usize, lines: &[Line]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(row) = &line.table else { continue };
        match parts.iter_mut().rev().take(8).find(|p| Arc::ptr_eq(&p.shape, &row.shape)) {
            Some(part) => part.lines.push(index),
            None => parts.push(Part { page, lines: vec![index], shape: Arc::clone(&row.shape) }),
        }
    }
    parts
}

/// Whether a page's first table goes on with the last one of the page before.
fn continues(pages: &[PageLines], chain: &[Part], next: &Part) -> bool {
    let Some(last) = chain.last().filter(|l| l.page + 1 == next.page) else { return false };
    let (Some(end), Some(start)) = (last.lines.last(), next.lines.first()) else { return false };
    let below = &pages[last.page].lines[end + 1..];
    let above = &pages[next.page].lines[..*start];
    let short = |lines: &[Line]| lines.len() <= LINES_BETWEEN && lines.iter().all(|l| l.text.chars().count() <= 24);
    short(below) && short(above) && same_columns(&last.shape, &next.shape) && {
        let frame = |part: &Part, line: usize| pages[part.page].lines[line].frame;
        frame(last, *end) == frame(next, *start)
    }
}

fn same_columns(a: &Shape, b: &Shape) -> bool {
    if a.us.len() != b.us.len() || a.ruled != b.ruled {
        return false;
    }
    let tolerance = if a.ruled { RULED } else { UNRULED };
    let shift = b.us[0] - a.us[0];
    let inner = if a.ruled { 0..a.us.len() } else { 1..a.us.len() - 1 };
    shift.abs() <= SHIFT && inner.into_iter().all(|i| (b.us[i] - a.us[i] - if a.ruled { shift } else { 0.0 }).abs() <= tolerance)
}

/// The rows at the start of `next` that repeat rows near the start of `first`; which of `first` they repeat.
pub(super) fn repeated(first: &[&Line], next: &[&Line]) -> Option<Range<usize>> {
    let text = |line: &&Line| fold_tight(&line.text);
    let start = first.iter().take(HEADER_ROWS).map(text).collect::<Vec<_>>();
    let top: Vec<String> = next.iter().take(HEADER_ROWS).map(text).collect();
    let at = start.iter().position(|row| Some(row) == top.first())?;
    let count = start[at..].iter().zip(&top).take_while(|(a, b)| a == b).count();
    (next.len() > count && first.len() > at + count).then_some(at..at + count)
}

/// Whether `next`, the first row of a page, only goes on with cells of `last`, the last row of the page before: it
/// leaves the first column blank, and each of its texts goes on with one that broke off in the middle.
pub(super) fn is_broken(last: &Line, next: &Line) -> bool {
    let (Some(above), Some(below)) = (&last.table, &next.table) else { return false };
    let keyed = below.cells.iter().any(|c| c.columns.start == 0);
    if keyed || below.cells.is_empty() || below.cells.len() >= above.cells.len() {
        return false;
    }
    below.cells.iter().all(|cell| {
        let over = above.cells.iter().find(|a| a.columns == cell.columns);
        let text = |line: &Line, pieces: &Range<usize>| {
            let (first, last) = (line.cells.get(pieces.start), line.cells.get(pieces.end.wrapping_sub(1)));
            first.zip(last).and_then(|(f, l)| line.text.get(f.start..l.end)).unwrap_or("").to_owned()
        };
        over.is_some_and(|over| breaks_off(&text(last, &over.pieces)) && !is_number(&text(next, &cell.pieces)))
    })
}

fn breaks_off(text: &str) -> bool {
    let stops = |c: char| ends_sentence(c) || matches!(c, '）' | ')' | '円' | '%' | '％') || c.is_numeric();
    text.chars().count() >= 6 && text.chars().next_back().is_some_and(|c| !stops(c))
}

fn is_number(text: &str) -> bool {
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    digits * 2 >= text.chars().count()
}
