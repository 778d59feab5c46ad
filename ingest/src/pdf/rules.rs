//! Rules: the straight strokes of a page, which tables are ruled with.

use hayro_interpret::kurbo::{Affine, BezPath, PathEl, Point};

/// Thicker strokes are bars or fillings.
const THICKEST: f64 = 3.0;
/// Shorter strokes are parts of drawings.
const SHORTEST: f64 = 6.0;
/// Rules kept of one page; maps and plans have millions.
const MOST: usize = 20_000;

/// A straight stroke along one axis of the page: points, y downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rule {
    pub(crate) horizontal: bool,
    /// Where it stands on the other axis.
    pub(crate) at: f32,
    pub(crate) from: f32,
    pub(crate) to: f32,
}

/// Adds the rules that a stroked path draws.
pub(crate) fn stroked(rules: &mut Vec<Rule>, path: &BezPath, transform: Affine) {
    let mut start = Point::ZERO;
    let mut last = Point::ZERO;
    for element in path.elements() {
        match *element {
            PathEl::MoveTo(p) => {
                start = transform * p;
                last = start;
            }
            PathEl::LineTo(p) => {
                let next = transform * p;
                push(rules, last, next);
                last = next;
            }
            PathEl::ClosePath => {
                push(rules, last, start);
                last = start;
            }
            PathEl::QuadTo(_, p) | PathEl::CurveTo(_, _, p) => last = transform * p,
        }
    }
}

/// Adds the rules that a filled path draws: thin boxes.
pub(crate) fn filled(rules: &mut Vec<Rule>, path: &BezPath, transform: Affine) {
    let mut corners: Vec<Point> = Vec::with_capacity(5);
    for element in path.elements() {
        match *element {
            PathEl::MoveTo(p) => {
                thin_box(rules, &corners);
                corners.clear();
                corners.push(transform * p);
            }
            PathEl::LineTo(p) => corners.push(transform * p),
            PathEl::ClosePath => {}
            PathEl::QuadTo(..) | PathEl::CurveTo(..) => return,
        }
        if corners.len() > 8 {
            return;
        }
    }
    thin_box(rules, &corners);
}

fn thin_box(rules: &mut Vec<Rule>, corners: &[Point]) {
    if corners.len() < 2 {
        return;
    }
    let fold = |f: fn(f64, f64) -> f64, axis: fn(&Point) -> f64, from: f64| corners.iter().map(axis).fold(from, f);
    let (x0, x1) = (fold(f64::min, |p| p.x, f64::MAX), fold(f64::max, |p| p.x, f64::MIN));
    let (y0, y1) = (fold(f64::min, |p| p.y, f64::MAX), fold(f64::max, |p| p.y, f64::MIN));
    if y1 - y0 <= THICKEST {
        let y = (y0 + y1) / 2.0;
        push(rules, Point::new(x0, y), Point::new(x1, y));
    } else if x1 - x0 <= THICKEST {
        let x = (x0 + x1) / 2.0;
        push(rules, Point::new(x, y0), Point::new(x, y1));
    }
}

fn push(rules: &mut Vec<Rule>, a: Point, b: Point) {
    let (width, height) = ((a.x - b.x).abs(), (a.y - b.y).abs());
    if rules.len() >= MOST || !(width + height).is_finite() {
        return;
    }
    if height <= 0.5 && width >= SHORTEST {
        rules.push(Rule { horizontal: true, at: a.y as f32, from: a.x.min(b.x) as f32, to: a.x.max(b.x) as f32 });
    } else if width <= 0.5 && height >= SHORTEST {
        rules.push(Rule { horizontal: false, at: a.x as f32, from: a.y.min(b.y) as f32, to: a.y.max(b.y) as f32 });
    }
}
