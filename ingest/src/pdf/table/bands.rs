//! Bands: tables that are ruled along their rows only. Rules of one length, one under the other, bound the rows; the
//! white between the cells bounds the columns.

use super::cells::{Piece, Table};
use super::columns::{self, VisualLine};
use super::strokes::{Stroke, TOUCH};
use super::wrapping;
use crate::pdf::frame::Frame;
use crate::pdf::glyphs::Glyph;
use crate::pdf::line;
use crate::pdf::segment::Segment;

/// Rules that make bands.
const FEWEST: usize = 3;
/// Bands higher than this are not rows of one table.
const HIGHEST: f32 = 320.0;
/// Sets of bands looked at on one page.
const MOST: usize = 40;

/// Rules of one length above each other that nothing crosses: where they begin and end along u, and each one's v.
#[derive(Debug)]
pub(super) struct Bands {
    pub(super) u: (f32, f32),
    pub(super) vs: Vec<f32>,
}

impl Bands {
    /// The sets of bands among strokes of one frame.
    pub(super) fn among(strokes: &[Stroke]) -> Vec<Self> {
        let mut along: Vec<&Stroke> = strokes.iter().filter(|s| s.along && s.to - s.from > 60.0).collect();
        let key = |s: &Stroke| ((s.from / (2.0 * TOUCH)).round() as i32, (s.to / (2.0 * TOUCH)).round() as i32);
        along.sort_by(|a, b| key(a).cmp(&key(b)).then(a.at.total_cmp(&b.at)));
        let alike = |a: &&Stroke, b: &&Stroke| key(a) == key(b) && b.at - a.at <= HIGHEST;
        let sets = along.chunk_by(alike).filter(|set| set.len() >= FEWEST).take(MOST);
        sets.map(|set| {
            let mut vs: Vec<f32> = set.iter().map(|s| s.at).collect();
            vs.dedup_by(|a, b| *a - *b <= TOUCH);
            Self { u: (set[0].from, set[0].to), vs }
        })
        .filter(|bands| bands.vs.len() >= FEWEST)
        .collect()
    }

    pub(super) fn holds(&self, (u, v): (f32, f32)) -> bool {
        let (top, bottom) = (self.vs[0], self.vs[self.vs.len() - 1]);
        (self.u.0 - TOUCH..=self.u.1 + TOUCH).contains(&u) && (top..=bottom).contains(&v)
    }

    /// The table of the glyphs inside; `None` when they stand in no columns.
    pub(super) fn table(&self, glyphs: Vec<Glyph>, frame: Frame) -> Option<Table> {
        let mut bands: Vec<Vec<VisualLine>> = vec![Vec::new(); self.vs.len() - 1];
        for row in line::rows(glyphs) {
            let v = row.v();
            let band = self.vs.partition_point(|at| *at <= (v.0 + v.1) / 2.0).checked_sub(1)?;
            bands.get_mut(band)?.push(row.segments.iter().map(piece).collect());
        }
        let lines: Vec<VisualLine> = bands.iter().flatten().cloned().collect();
        let edges = columns::edges(&lines)?;
        let parted = |lines: &[VisualLine]| lines.iter().any(|l| l.len() >= 2);
        let (filled, tabular) = (bands.iter().filter(|b| !b.is_empty()).count(), bands.iter().filter(|b| parted(b)).count());
        if filled < 2 || tabular * 10 < filled * 6 || is_prose(&lines) {
            return None;
        }
        let groups: Vec<Vec<VisualLine>> = bands.into_iter().flat_map(|band| apart(&band, &edges)).collect();
        let mut edges = edges;
        edges[0] = edges[0].min(self.u.0);
        let last = edges.len() - 1;
        edges[last] = edges[last].max(self.u.1);
        Some(columns::table(frame, edges, (self.vs[0], self.vs[self.vs.len() - 1]), &groups, true))
    }
}

fn piece(segment: &Segment) -> Piece {
    Piece { text: segment.text(), u: segment.u, v: segment.v, size: segment.size }
}

/// The rows of a band: its lines together, or one by one where several of them fill several columns. A line that runs
/// over several columns stands by itself.
fn apart(band: &[VisualLine], edges: &[f32]) -> Vec<Vec<VisualLine>> {
    let is_note = |line: &VisualLine| line.len() == 1 && columns::spanned(edges, &line[0]).len() > 1;
    let mut rows: Vec<Vec<VisualLine>> = Vec::new();
    for stretch in band.chunk_by(|a, b| !is_note(a) && !is_note(b)) {
        if stretch.iter().filter(|l| l.len() >= 2).count() <= 1 {
            rows.push(stretch.to_vec());
        } else {
            rows.extend(wrapping::rows(stretch, edges, false));
        }
    }
    rows
}

/// Whether the lines read as running text that rules only decorate.
fn is_prose(lines: &[VisualLine]) -> bool {
    let long = lines.iter().flatten().filter(|p| p.text.chars().count() > 30).count();
    long * 2 > lines.iter().flatten().count()
}
