//! Columns: the order in which the rows of a page are read.
//!
//! Rows run across the whole page until a gutter parts two columns of prose. A gutter between the cells of a table is
//! none: there, rows must stay whole. What tells them apart is that the lines of prose fill their column.

use super::frame::Frame;
use super::line::{Line, Row};
use super::rules::Rule;
use super::segment::Segment;

/// Rows that a gutter must part to count.
const FEWEST_ROWS: usize = 5;
/// Edges of columns that are tried on one page.
const MOST_EDGES: usize = 6;
/// Rows on each side of a gutter that show whether they share their baselines.
const FEWEST_INDEPENDENT: usize = 8;
/// Columns in columns.
const DEPTH: usize = 4;
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
    let below = rows.split_off(last_of_left(&rows, gutter) + 1);
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
    let mut best: Option<Gutter> = common_edges(rows).into_iter().filter_map(|at| interleaved(rows, at)).find(|g| {
        let rows = &rows[g.first..=g.last];
        are_independent(rows, g.at) && !ruled(rules, g.at)
    });
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
            let parts = |g: &Gutter| {
                let rows = &rows[g.first..=g.last];
                (is_prose(rows, g.at) || are_independent(rows, g.at)) && !ruled(rules, g.at)
            };
            if better && gutter.as_ref().is_some_and(parts) {
                best = gutter;
            }
        }
    }
    best
}

/// The last row of the left column, which goes on under a right one that ends above it.
fn last_of_left(rows: &[Row], gutter: Gutter) -> usize {
    let mut pitches: Vec<f32> = rows[gutter.first..=gutter.last].windows(2).map(|w| w[1].v().0 - w[0].v().0).collect();
    pitches.sort_by(f32::total_cmp);
    let pitch = pitches.get(pitches.len() / 2).copied().unwrap_or(0.0);
    let goes_on = |i: &usize| rows[*i].u().1 <= gutter.at && rows[*i].v().0 - rows[i - 1].v().0 <= 1.5 * pitch;
    (gutter.last + 1..rows.len()).take_while(goes_on).last().unwrap_or(gutter.last)
}

/// Places right before which many rows begin: edges of columns, though their rows may stand beside none of the others'.
fn common_edges(rows: &[Row]) -> Vec<f32> {
    let mut begins: Vec<(f32, f32)> = rows.iter().flat_map(|r| &r.segments).map(|s| (s.u.0, s.size)).collect();
    begins.sort_by(|a, b| a.0.total_cmp(&b.0));
    let left = begins.first().map_or(0.0, |b| b.0);
    let mut edges: Vec<(usize, f32)> = Vec::new();
    let mut i = 0;
    while i < begins.len() {
        let (at, size) = begins[i];
        let alike = begins[i..].iter().take_while(|(u, _)| u - at <= 1.0).count();
        if alike >= FEWEST_INDEPENDENT && at > left + 8.0 * size {
            edges.push((alike, at - 0.4 * size));
        }
        i += alike.max(1);
    }
    edges.sort_by_key(|edge| std::cmp::Reverse(edge.0));
    edges.into_iter().take(MOST_EDGES).map(|(_, at)| at).collect()
}

/// The longest stretch of rows that nothing crosses at `at`, whichever side they stand on, when few of them stand on both.
fn interleaved(rows: &[Row], at: f32) -> Option<Gutter> {
    let crossed = |r: &Row| r.segments.iter().any(|s| s.u.0 < at && s.u.1 > at);
    let sides = |r: &Row| (r.segments.iter().any(|s| s.u.1 <= at), r.segments.iter().any(|s| s.u.0 >= at));
    let mut best: Option<Gutter> = None;
    let mut first = 0;
    for stretch in rows.split(crossed) {
        let (mut left, mut right, mut both) = (0, 0, 0);
        for row in stretch {
            let (l, r) = sides(row);
            left += usize::from(l);
            right += usize::from(r);
            both += usize::from(l && r);
        }
        let parted = left.min(right);
        if both * 2 < parted && best.is_none_or(|b| parted > b.parted) {
            // What stands over both columns, alone on the left, is a heading of both.
            let begins = stretch.iter().position(|r| sides(r).1).unwrap_or(0).saturating_sub(1);
            best = Some(Gutter { at, first: first + begins, last: first + stretch.len() - 1, parted });
        }
        first += stretch.len() + 1;
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

/// Whether the lines beside the gutter were set without regard to each other: cells of a table share their baselines
/// and are written row by row; columns meet on one only by chance, or are written one after the other.
fn are_independent(rows: &[Row], at: f32) -> bool {
    let (mut left, mut right, mut shared) = (0, 0, 0);
    let mut characters = [0, 0];
    let mut sides: Vec<(usize, bool)> = Vec::new();
    for row in rows {
        let last = row.segments.iter().rev().find(|s| s.u.1 <= at);
        let first = row.segments.iter().find(|s| s.u.0 >= at);
        for segment in &row.segments {
            characters[usize::from(segment.u.0 >= at)] += segment.len();
            sides.push((segment.order, segment.u.0 >= at));
        }
        left += usize::from(last.is_some());
        right += usize::from(first.is_some());
        if let (Some(a), Some(b)) = (last, first) {
            shared += usize::from((a.baseline() - b.baseline()).abs() < 0.06 * a.size.max(b.size));
        }
    }
    sides.sort_unstable();
    let changes = sides.windows(2).filter(|w| w[0].1 != w[1].1).count();
    let fewer = left.min(right);
    let apart = shared * 5 < fewer * 2 || changes * 4 <= fewer && shared * 5 < fewer * 4;
    fewer >= FEWEST_INDEPENDENT && apart && characters[0] >= left * 6 && characters[1] >= right * 6
}

/// Whether a rule stands in the gutter as often as it does between the cells of a table.
fn ruled(rules: &[f32], at: f32) -> bool {
    rules.iter().filter(|r| (**r - at).abs() < 12.0).count() > 3
}
