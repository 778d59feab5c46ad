//! Strokes: the rules of a page joined to whole lines, and the sets of them that meet.

use crate::pdf::frame::Frame;
use crate::pdf::rules::Rule;
use std::collections::BTreeMap;

/// Rules this close are one, and rules that end this close to each other meet.
pub(super) const TOUCH: f32 = 2.5;
/// Pairs of strokes that are compared on one page; plans and maps have more, and no tables.
const MOST_PAIRS: usize = 4_000_000;

/// A rule in a frame: along the lines of text or across them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stroke {
    pub(super) along: bool,
    pub(super) at: f32,
    pub(super) from: f32,
    pub(super) to: f32,
}

impl Stroke {
    /// A rule as the frame sees it.
    pub(super) fn of(rule: &Rule, frame: Frame) -> Self {
        let point = |along: f32| {
            let (x, y) = if rule.horizontal { (along, rule.at) } else { (rule.at, along) };
            frame.map(f64::from(x), f64::from(y))
        };
        let (a, b) = (point(rule.from), point(rule.to));
        if rule.horizontal == frame.vertical() {
            Self { along: false, at: a.0, from: a.1.min(b.1), to: a.1.max(b.1) }
        } else {
            Self { along: true, at: a.1, from: a.0.min(b.0), to: a.0.max(b.0) }
        }
    }

    /// A stroke of the frame [`Frame::Right`] as another frame sees it.
    pub(super) fn turned(self, frame: Frame) -> Self {
        Self::of(&Rule { horizontal: self.along, at: self.at, from: self.from, to: self.to }, frame)
    }

    fn meets(&self, other: &Self) -> bool {
        within(other.at, self.from, self.to) && within(self.at, other.from, other.to)
    }
}

fn within(at: f32, from: f32, to: f32) -> bool {
    (from - TOUCH..=to + TOUCH).contains(&at)
}

/// Strokes on one line that touch, as one.
pub(super) fn merged(mut strokes: Vec<Stroke>) -> Vec<Stroke> {
    strokes.sort_by(|a, b| {
        a.along.cmp(&b.along).then((a.at / TOUCH).round().total_cmp(&(b.at / TOUCH).round())).then(a.from.total_cmp(&b.from))
    });
    let mut merged: Vec<Stroke> = Vec::new();
    for stroke in strokes {
        match merged.last_mut() {
            Some(last) if last.along == stroke.along && (last.at - stroke.at).abs() <= TOUCH && stroke.from <= last.to + TOUCH => {
                last.to = last.to.max(stroke.to);
            }
            _ => merged.push(stroke),
        }
    }
    merged
}

/// Strokes that cross or touch, directly or through others; only sets that can hold a table.
pub(super) fn components(strokes: &[Stroke]) -> Vec<Vec<Stroke>> {
    let across = by_position(strokes, false);
    let mut sets = Sets::new(strokes.len());
    let mut pairs = 0;
    for (a, stroke) in strokes.iter().enumerate().filter(|(_, s)| s.along) {
        for &b in near(strokes, &across, stroke.from, stroke.to) {
            pairs += 1;
            if stroke.meets(&strokes[b]) {
                sets.join(a, b);
            }
        }
        if pairs > MOST_PAIRS {
            return Vec::new();
        }
    }
    let mut groups: BTreeMap<usize, Vec<Stroke>> = BTreeMap::new();
    for (i, stroke) in strokes.iter().enumerate() {
        groups.entry(sets.find(i)).or_default().push(*stroke);
    }
    groups.into_values().filter(|g| g.len() >= 5).map(|g| ending_on_others(&g)).filter(|g| g.len() >= 5).collect()
}

/// The strokes of one direction, by their position.
fn by_position(strokes: &[Stroke], along: bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..strokes.len()).filter(|i| strokes[*i].along == along).collect();
    order.sort_by(|a, b| strokes[*a].at.total_cmp(&strokes[*b].at));
    order
}

/// Those of `order` that stand between two positions, or touch them.
fn near<'o>(strokes: &[Stroke], order: &'o [usize], from: f32, to: f32) -> &'o [usize] {
    let first = order.partition_point(|i| strokes[*i].at < from - TOUCH);
    let last = order.partition_point(|i| strokes[*i].at <= to + TOUCH);
    &order[first..last.max(first)]
}

/// Strokes that run from one crossing stroke to another, or nearly as far as the whole: underlines of text do not.
fn ending_on_others(strokes: &[Stroke]) -> Vec<Stroke> {
    let extent = |along: bool| {
        let own = || strokes.iter().filter(move |s| s.along == along);
        own().map(|s| s.to).fold(f32::MIN, f32::max) - own().map(|s| s.from).fold(f32::MAX, f32::min)
    };
    let (whole_along, whole_across) = (extent(true), extent(false));
    let (along, across) = (by_position(strokes, true), by_position(strokes, false));
    let ends = |s: &Stroke, end: f32| {
        let others = if s.along { &across } else { &along };
        near(strokes, others, end, end).iter().any(|o| within(s.at, strokes[*o].from, strokes[*o].to))
    };
    let long = |s: &Stroke| s.to - s.from >= 0.6 * if s.along { whole_along } else { whole_across };
    strokes.iter().filter(|s| long(s) || ends(s, s.from) && ends(s, s.to)).copied().collect()
}

/// Disjoint sets.
pub(super) struct Sets(Vec<usize>);

impl Sets {
    pub(super) fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    pub(super) fn find(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i];
        }
        i
    }

    /// Invariant: the smaller number stands for the set, so that a cell is named by its top left unit.
    pub(super) fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b)] = a.min(b);
    }
}
