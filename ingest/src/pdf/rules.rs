//! Rules: the straight strokes and the shaded boxes of a page, which tables are ruled with.

use hayro_interpret::Paint;
use hayro_interpret::kurbo::{Affine, BezPath, PathEl, Point};

/// Thicker strokes are bars or fillings.
const THICKEST: f64 = 3.0;
/// Shorter strokes are parts of drawings, or the dashes of a rule.
const SHORTEST: f64 = 6.0;
/// Dashes further apart than this are no rule.
const DASH_GAP: f32 = 4.0;
/// Dashes that make a rule.
const FEWEST_DASHES: usize = 6;
/// Rules kept of one page, and as many dashes; maps and plans have millions.
const MOST: usize = 20_000;
/// Shaded boxes kept of one page.
const MOST_SHADES: usize = 4_000;
/// Colours with every channel over this are the paper's.
const PAPER: u8 = 248;

/// A straight stroke along one axis of the page: points, y downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rule {
    pub(crate) horizontal: bool,
    /// Where it stands on the other axis.
    pub(crate) at: f32,
    pub(crate) from: f32,
    pub(crate) to: f32,
}

/// A box filled with a colour that is not the paper's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shade {
    pub(crate) x: (f32, f32),
    pub(crate) y: (f32, f32),
    pub(crate) colour: [u8; 3],
}

/// What a page draws that may rule a table.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    pub(crate) strokes: Vec<Rule>,
    pub(crate) shades: Vec<Shade>,
    dashes: Vec<Rule>,
}

impl Rules {
    /// Takes down the rules that a stroked path draws.
    pub(crate) fn stroked(&mut self, path: &BezPath, transform: Affine) {
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
                    self.push(last, next);
                    last = next;
                }
                PathEl::ClosePath => {
                    self.push(last, start);
                    last = start;
                }
                PathEl::QuadTo(_, p) | PathEl::CurveTo(_, _, p) => last = transform * p,
            }
        }
    }

    /// Takes down the rules that a filled path draws (thin boxes), and the boxes that it shades.
    pub(crate) fn filled(&mut self, path: &BezPath, transform: Affine, paint: &Paint<'_>) {
        let mut corners: Vec<Point> = Vec::with_capacity(5);
        for element in path.elements() {
            match *element {
                PathEl::MoveTo(p) => {
                    self.filled_box(&corners, paint);
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
        self.filled_box(&corners, paint);
    }

    /// Joins dashes to the rules that they draw.
    pub(crate) fn finish(&mut self) {
        let line = |r: &Rule| (r.horizontal, (r.at * 2.0).round() as i32);
        let mut dashes = std::mem::take(&mut self.dashes);
        dashes.sort_by(|a, b| line(a).cmp(&line(b)).then(a.from.total_cmp(&b.from)));
        let follows = |a: &Rule, b: &Rule| line(a) == line(b) && b.from - a.to <= DASH_GAP;
        for dashed in dashes.chunk_by(follows).filter(|d| d.len() >= FEWEST_DASHES) {
            let to = dashed.iter().map(|d| d.to).fold(dashed[0].to, f32::max);
            self.strokes.push(Rule { to, ..dashed[0] });
        }
    }

    fn filled_box(&mut self, corners: &[Point], paint: &Paint<'_>) {
        if corners.len() < 2 {
            return;
        }
        let fold = |f: fn(f64, f64) -> f64, axis: fn(&Point) -> f64, from: f64| corners.iter().map(axis).fold(from, f);
        let (x0, x1) = (fold(f64::min, |p| p.x, f64::MAX), fold(f64::max, |p| p.x, f64::MIN));
        let (y0, y1) = (fold(f64::min, |p| p.y, f64::MAX), fold(f64::max, |p| p.y, f64::MIN));
        if y1 - y0 <= THICKEST && y1 - y0 <= x1 - x0 {
            let y = (y0 + y1) / 2.0;
            self.push(Point::new(x0, y), Point::new(x1, y));
        } else if x1 - x0 <= THICKEST {
            let x = (x0 + x1) / 2.0;
            self.push(Point::new(x, y0), Point::new(x, y1));
        } else if corners.len() <= 5 && self.shades.len() < MOST_SHADES {
            let Some(colour) = shade(paint) else { return };
            self.shades.push(Shade { x: (x0 as f32, x1 as f32), y: (y0 as f32, y1 as f32), colour });
        }
    }

    fn push(&mut self, a: Point, b: Point) {
        let (width, height) = ((a.x - b.x).abs(), (a.y - b.y).abs());
        if !(width + height).is_finite() {
            return;
        }
        let rule = if height <= 0.5 && width > height {
            Rule { horizontal: true, at: a.y as f32, from: a.x.min(b.x) as f32, to: a.x.max(b.x) as f32 }
        } else if width <= 0.5 && height > 0.0 {
            Rule { horizontal: false, at: a.x as f32, from: a.y.min(b.y) as f32, to: a.y.max(b.y) as f32 }
        } else {
            return;
        };
        let kept = if width.max(height) >= SHORTEST { &mut self.strokes } else { &mut self.dashes };
        if kept.len() < MOST {
            kept.push(rule);
        }
    }
}

/// The colour, unless it is the paper's or a pattern.
fn shade(paint: &Paint<'_>) -> Option<[u8; 3]> {
    let Paint::Color(colour) = paint else { return None };
    let [r, g, b, a] = colour.to_rgba().to_rgba8();
    (a > 0 && [r, g, b].iter().any(|c| *c < PAPER)).then_some([r, g, b])
}
