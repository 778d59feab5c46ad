//! Columns: the order in which the rows of a page are read.
//!
//! Rows run across the whole page until a gutter parts two columns of prose. A gutter between the cells of a table is
//! none: there, rows must stay whole. What tells them apart is that the lines of prose fill their column.

use super::frame::Frame;
use super::line::{Line, Row, Segment};
use super::rules::Rule;

/// Rows that a gutter must part to count.
const FEWEST_ROWS: usize = 5;
/// Columns in columns.
const DEPTH: usize = 3;
/// A page with more rows than this is read straight down; looking for gutters takes time quadratic in rows.
const MOST_ROWS: usize = 400;

/// The lines of one frame in reading order.
pub(crate) fn in_order(rows: Vec<Row>, frame: Frame, rules: &[Rule]) -> Vec<Line> {
    let mut regions = Vec::new();
    let across: Vec<f32> = rules.iter().filter(|r| r.horizontal == frame.vertical()).map(|r| rule_position(r, frame)).collect();
    split(rows, &across, DEPTH, &mut regions);
    let mut lines = Vec::new();
    for (index, region) in regions.iter().enumerate() {
        let (left, right) = edges(region);
        lines.extend(region.iter().filter_map(|row| row.line(frame, (index, left, right))));
    }
    lines
}

/// Puts the rows of a table among the lines: after the last line that stands above it in its column.
pub(crate) fn insert(lines: &mut Vec<Line>, table: Vec<Line>) {
    let Some(top) = table.first().map(|l| l.v.0) else { return };
    let u = table.iter().fold((f32::MAX, f32::MIN), |u, l| (u.0.min(l.u.0), u.1.max(l.u.1)));
    let over = |l: &Line| l.u.0 < u.1 && l.u.1 > u.0;
    let at = match lines.iter().rposition(|l| over(l) && l.v.0 < top) {
        Some(last) => last + 1,
        None => lines.iter().position(|l| over(l) && l.v.0 >= top).unwrap_or(lines.len()),
    };
    lines.splice(at..at, table);
}

/// Where along u a rule stands that runs across the lines of the frame.
fn rule_position(rule: &Rule, frame: Frame) -> f32 {
    let at = f64::from(rule.at);
    if frame.vertical() { frame.map(0.0, at).0 } else { frame.map(at, 0.0).0 }
}

/// The left edge of the text, and the right edge that full lines reach: most of the widest lines, not one that sticks out.
fn edges(region: &[Row]) -> (f32, f32) {
    let left = region.iter().map(|r| r.u().0).fold(f32::MAX, f32::min);
    let mut rights: Vec<f32> = region.iter().map(|r| r.u().1).collect();
    rights.sort_by(f32::total_cmp);
    let right = rights.get(rights.len().saturating_sub(1 + rights.len() / 20)).copied().unwrap_or(left);
    (left, right)
}

fn split(rows: Vec<Row>, rules: &[f32], depth: usize, regions: &mut Vec<Vec<Row>>) {
    let gutter = if depth == 0 || rows.len() > MOST_ROWS { None } else { best_gutter(&rows, rules) };
    let Some(gutter) = gutter else {
        if !rows.is_empty() {
            regions.push(rows);
        }
        return;
    };
    let mut rows = rows;
    let below = rows.split_off(gutter.last + 1);
    let columns = rows.split_off(gutter.first);
    split(rows, rules, depth - 1, regions);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for row in columns {
        let (l, r): (Vec<Segment>, Vec<Segment>) = row.segments.into_iter().partition(|s| (s.u.0 + s.u.1) / 2.0 < gutter.at);
        left.extend((!l.is_empty()).then_some(Row { segments: l }));
        right.extend((!r.is_empty()).then_some(Row { segments: r }));
    }
    split(left, rules, depth - 1, regions);
    split(right, rules, depth - 1, regions);
    split(below, rules, depth, regions);
}

#[derive(Debug, Clone, Copy)]
struct Gutter {
    at: f32,
    first: usize,
    last: usize,
    parted: usize,
}

/// The gutter that parts the most rows.
fn best_gutter(rows: &[Row], rules: &[f32]) -> Option<Gutter> {
    let mut tried: Vec<f32> = Vec::new();
    let mut best: Option<Gutter> = None;
    for row in rows {
        for pair in row.segments.windows(2) {
            let (a, b) = (&pair[0], &pair[1]);
            // The middle of a gap that a short line leaves open is not the gutter; the right column's edge is.
            let at = b.u.0 - 0.4 * b.size;
            if at <= a.u.1 || tried.iter().any(|t| (t - at).abs() < 1.0) || tried.len() > 200 {
                continue;
            }
            tried.push(at);
            let gutter = extent(rows, at, b.size);
            let better = gutter.is_some_and(|g| best.is_none_or(|b| g.parted > b.parted));
            if better && gutter.is_some_and(|g| is_prose(&rows[g.first..=g.last], g.at) && !ruled(rules, g.at)) {
                best = gutter;
            }
        }
    }
    best
}

/// The longest stretch of rows that nothing crosses at `at`.
fn extent(rows: &[Row], at: f32, size: f32) -> Option<Gutter> {
    let mut best: Option<Gutter> = None;
    let mut from = None;
    let mut consider = |first: usize, end: usize| {
        let parted = |r: &Row| r.segments.iter().any(|s| s.u.1 <= at) && r.segments.iter().any(|s| s.u.0 >= at);
        let Some(start) = (first..end).find(|i| parted(&rows[*i])) else { return };
        let Some(last) = (start..end).rev().find(|i| parted(&rows[*i])) else { return };
        let count = rows[start..=last].iter().filter(|r| parted(r)).count();
        if count >= FEWEST_ROWS && best.is_none_or(|b| count > b.parted) {
            best = Some(Gutter { at, first: start, last, parted: count });
        }
    };
    for (index, row) in rows.iter().enumerate() {
        let crossed = row.segments.iter().any(|s| s.u.0 < at + 0.2 * size && s.u.1 > at - 0.2 * size && s.u.0 < at && s.u.1 > at);
        match (crossed, from) {
            (false, None) => from = Some(index),
            (true, Some(first)) => {
                consider(first, index);
                from = None;
            }
            _ => {}
        }
    }
    if let Some(first) = from {
        consider(first, rows.len());
    }
    best
}

/// Whether both sides of the gutter read as running text: whole lines, most of which fill their column.
fn is_prose(rows: &[Row], at: f32) -> bool {
    side_is_prose(rows, |s| s.u.1 <= at) && side_is_prose(rows, |s| s.u.0 >= at)
}

fn side_is_prose(rows: &[Row], of_side: impl Fn(&Segment) -> bool) -> bool {
    let sides: Vec<Vec<&Segment>> =
        rows.iter().map(|r| r.segments.iter().filter(|s| of_side(s)).collect::<Vec<_>>()).filter(|s| !s.is_empty()).collect();
    let count = sides.len();
    if count < FEWEST_ROWS {
        return false;
    }
    let whole = sides.iter().filter(|s| s.len() == 1).count();
    let characters: usize = sides.iter().flatten().map(|s| s.len()).sum();
    let mut rights: Vec<f32> = sides.iter().filter_map(|s| s.last().map(|l| l.u.1)).collect();
    rights.sort_by(f32::total_cmp);
    let edge = rights[count - 1 - count / 20];
    let size = sides[count / 2][0].size;
    let full = rights.iter().filter(|r| **r >= edge - 2.5 * size).count();
    whole * 10 >= count * 7 && characters >= count * 8 && full * 10 >= count * 4
}

/// Whether a rule stands in the gutter as often as it does between the cells of a table.
fn ruled(rules: &[f32], at: f32) -> bool {
    rules.iter().filter(|r| (**r - at).abs() < 12.0).count() > 3
}
