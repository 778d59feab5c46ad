//! Tables: ruled ones, those ruled along their rows only, and those without rules.
//!
//! [`take`] and [`gathered`] find the tables of a page; each row becomes one [`Line`], the text of a cell together
//! however many lines it takes. [`finish`] then looks at the tables of all pages: parts of one table are joined over
//! pages, and rows are written with their headers (`品目: ふとん、手数料: 500円`) where those are certain. Headers stand
//! in the text of a row but have no place on the page: the cells of its line cover only what is printed.

mod bands;
mod cells;
mod columns;
mod continued;
mod grid;
mod header;
mod labels;
mod nouns;
mod strokes;
mod subrows;
mod underline;
mod unruled;
mod wrapping;

pub(crate) use cells::TableRow;
pub(crate) use labels::finish;
pub(crate) use unruled::gathered;

use super::frame::Frame;
use super::glyphs::Glyph;
use super::line::Line;
use super::rules::{Rules, Shade};
use bands::Bands;
use cells::Table;
use grid::Grid;
use std::collections::HashSet;
use strokes::Stroke;

/// The frames of tables: stamps across them (「見本」) are none of their text.
const FRAMES: [Frame; 4] = [Frame::Right, Frame::Down, Frame::Left, Frame::Up];
/// Tables looked for on one page.
const MOST: usize = 200;
/// Heights of coloured boxes that are cells or rows: points.
const LOWEST_SHADE: f32 = 6.0;
const HIGHEST_SHADE: f32 = 90.0;
/// Shades and cells that are compared for one table.
const MOST_SHADED: usize = 1_000_000;

/// Takes the glyphs that stand in tables out of `glyphs` and gives the tables' rows, table by table.
pub(crate) fn take(glyphs: &mut Vec<Glyph>, rules: &Rules) -> Vec<(Frame, Vec<Line>)> {
    if rules.strokes.len() + rules.shades.len() < 3 || glyphs.is_empty() {
        return Vec::new();
    }
    let mut page = Page { centres: glyphs.iter().map(centre).collect(), taken: vec![false; glyphs.len()], glyphs };
    let mut drawn: Vec<Stroke> = underline::without(&rules.strokes, page.glyphs).iter().map(|r| Stroke::of(r, Frame::Right)).collect();
    let mut tables = page.all_ruled(&strokes::merged(drawn.clone()));
    // Cells are drawn as coloured boxes, too, and rows as coloured bands.
    drawn.extend(rules.shades.iter().flat_map(sides));
    let drawn = strokes::merged(drawn);
    if !rules.shades.is_empty() {
        tables.extend(page.all_ruled(&drawn));
    }
    tables.extend(page.banded(&drawn));
    let mut kept = page.taken.iter();
    let taken = tables.into_iter().map(|mut table: Table| {
        subrows::cut(&mut table);
        let shades = shades(&rules.shades, &table);
        (table.frame, table.lines(shades))
    });
    let tables = taken.collect();
    glyphs.retain(|_| !kept.next().copied().unwrap_or(false));
    tables
}

/// The glyphs of a page while tables are taken out of it.
struct Page<'g> {
    glyphs: &'g [Glyph],
    /// The middle of each, on the page.
    centres: Vec<(f32, f32)>,
    taken: Vec<bool>,
}

impl Page<'_> {
    /// The tables that these strokes rule on both sides of their cells, inner ones first.
    fn all_ruled(&mut self, strokes: &[Stroke]) -> Vec<Table> {
        let mut components = strokes::components(strokes);
        components.sort_by(|a, b| area(a).total_cmp(&area(b)));
        components.iter().take(MOST).filter_map(|component| self.ruled(component)).collect()
    }

    /// The table that these strokes rule.
    fn ruled(&mut self, strokes: &[Stroke]) -> Option<Table> {
        let bounds = bounds(strokes);
        let inside = |(x, y): (f32, f32)| bounds.0.0 <= x && x <= bounds.0.1 && bounds.1.0 <= y && y <= bounds.1.1;
        let candidates: Vec<usize> = (0..self.glyphs.len())
            .filter(|i| !self.taken[*i] && inside(self.centres[*i]) && FRAMES.contains(&self.glyphs[*i].frame))
            .collect();
        let frame = self.frame_of(&candidates)?;
        let turned: Vec<Stroke> = strokes.iter().map(|s| s.turned(frame)).collect();
        let grid = Grid::of(&turned)?;
        let glyphs: Vec<(usize, (f32, f32))> =
            candidates.into_iter().map(|i| (i, self.middle(i, frame))).filter(|(_, place)| grid.holds(*place)).collect();
        let glyphs = self.with_ends(glyphs, &grid, frame);
        let own: Vec<(Glyph, (f32, f32))> = glyphs.iter().map(|(i, place)| (self.glyphs[*i], *place)).collect();
        let table = grid.table(&own, frame)?;
        glyphs.iter().for_each(|(i, _)| self.taken[*i] = true);
        Some(table)
    }

    /// The glyphs of a table with the ends of those texts that run on past its outer edge: most of such a text stands
    /// inside.
    fn with_ends(&self, held: Vec<(usize, (f32, f32))>, grid: &Grid, frame: Frame) -> Vec<(usize, (f32, f32))> {
        let is_held: HashSet<usize> = held.iter().map(|(i, _)| *i).collect();
        let goes_on = |i: usize| i + 1 < self.glyphs.len() && Grid::is_one_text(&self.glyphs[i], &self.glyphs[i + 1], frame);
        let mut whole = Vec::with_capacity(held.len());
        let mut inside = 0;
        for (index, place) in held {
            whole.push((index, place));
            inside = if index > 0 && goes_on(index - 1) && is_held.contains(&(index - 1)) { inside + 1 } else { 1 };
            let end = (index..).take_while(|i| goes_on(*i) && !is_held.contains(&(i + 1)) && !self.taken[i + 1]).last();
            let outside = index + 1..end.map_or(index, |e| e + 1) + 1;
            if outside.len() <= inside && outside.clone().all(|i| grid.stands_beside(self.middle(i, frame))) {
                whole.extend(outside.map(|i| (i, self.middle(i, frame))));
            }
        }
        whole
    }

    /// The tables whose rows alone are ruled.
    fn banded(&mut self, strokes: &[Stroke]) -> Vec<Table> {
        let mut tables = Vec::new();
        for frame in [Frame::Right, Frame::Down] {
            let turned: Vec<Stroke> = strokes.iter().map(|s| s.turned(frame)).collect();
            for bands in Bands::among(&turned) {
                let candidates: Vec<usize> = (0..self.glyphs.len())
                    .filter(|i| !self.taken[*i] && self.glyphs[*i].frame == frame && bands.holds(self.middle(*i, frame)))
                    .collect();
                let glyphs: Vec<Glyph> = candidates.iter().map(|i| self.glyphs[*i]).collect();
                if let Some(table) = bands.table(glyphs, frame) {
                    candidates.iter().for_each(|i| self.taken[*i] = true);
                    tables.push(table);
                }
            }
        }
        tables
    }

    /// The frame of most of these glyphs.
    fn frame_of(&self, indices: &[usize]) -> Option<Frame> {
        let count = |frame: Frame| indices.iter().filter(|i| self.glyphs[**i].frame == frame).count();
        (!indices.is_empty()).then(|| FRAMES.into_iter().max_by_key(|f| (count(*f), std::cmp::Reverse(*f)))).flatten()
    }

    /// The middle of a glyph in a frame.
    fn middle(&self, index: usize, frame: Frame) -> (f32, f32) {
        let (x, y) = self.centres[index];
        frame.map(f64::from(x), f64::from(y))
    }
}

/// The sides of a coloured box that may be a cell or a row; none of larger ones, which are panels.
fn sides(shade: &Shade) -> Vec<Stroke> {
    let Shade { x, y, .. } = *shade;
    if y.1 - y.0 > HIGHEST_SHADE || y.1 - y.0 < LOWEST_SHADE || x.1 - x.0 < LOWEST_SHADE {
        return Vec::new();
    }
    let along = |at| Stroke { along: true, at, from: x.0, to: x.1 };
    let across = |at| Stroke { along: false, at, from: y.0, to: y.1 };
    vec![along(y.0), along(y.1), across(x.0), across(x.1)]
}

fn centre(glyph: &Glyph) -> (f32, f32) {
    let rect = glyph.frame.rect(glyph.u, glyph.v);
    (rect.x + rect.width / 2.0, rect.y + rect.height / 2.0)
}

/// From where to where strokes reach, across the page and down it.
fn bounds(strokes: &[Stroke]) -> ((f32, f32), (f32, f32)) {
    let mut bounds = ((f32::MAX, f32::MIN), (f32::MAX, f32::MIN));
    for stroke in strokes {
        let (long, short) = if stroke.along { (&mut bounds.0, &mut bounds.1) } else { (&mut bounds.1, &mut bounds.0) };
        *long = (long.0.min(stroke.from), long.1.max(stroke.to));
        *short = (short.0.min(stroke.at), short.1.max(stroke.at));
    }
    bounds
}

fn area(strokes: &[Stroke]) -> f32 {
    let (x, y) = bounds(strokes);
    (x.1 - x.0) * (y.1 - y.0)
}

/// Tells the colour behind a place of the table's frame.
fn shades(all: &[Shade], table: &Table) -> impl Fn(f32, f32) -> Option<[u8; 3]> + use<> {
    let (Some(left), Some(right)) = (table.us.first().copied(), table.us.last().copied()) else {
        return shade_among(Vec::new(), table.frame);
    };
    let whole = table.frame.rect((left, right), table.v);
    let over = |s: &&Shade| s.x.0 < whole.x + whole.width && s.x.1 > whole.x && s.y.0 < whole.y + whole.height && s.y.1 > whole.y;
    let mut own: Vec<Shade> = all.iter().filter(over).copied().collect();
    if own.len() * table.cells.len() > MOST_SHADED {
        own.clear();
    }
    shade_among(own, table.frame)
}

fn shade_among(shades: Vec<Shade>, frame: Frame) -> impl Fn(f32, f32) -> Option<[u8; 3]> {
    move |u, v| {
        let rect = frame.rect((u, u), (v, v));
        let behind = |s: &&Shade| s.x.0 <= rect.x && rect.x <= s.x.1 && s.y.0 <= rect.y && rect.y <= s.y.1;
        shades.iter().rfind(behind).map(|s| s.colour)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::rules::Rule;

    fn glyphs(text: &str, u: f32, v: f32) -> Vec<Glyph> {
        let glyph = |(i, character): (usize, char)| {
            let at = u + i as f32 * 10.0;
            Glyph { character, frame: Frame::Right, u: (at, at + 10.0), v: (v, v + 10.0), size: 10.0 }
        };
        text.chars().enumerate().map(glyph).collect()
    }

    fn rules(strokes: Vec<Rule>) -> Rules {
        let mut rules = Rules::default();
        rules.strokes = strokes;
        rules
    }

    #[test]
    fn a_cell_of_two_lines_stays_with_its_row() {
        let h = |at: f32| Rule { horizontal: true, at, from: 0.0, to: 200.0 };
        let v = |at: f32| Rule { horizontal: false, at, from: 0.0, to: 90.0 };
        let rules = rules(vec![h(0.0), h(30.0), h(60.0), h(90.0), v(0.0), v(100.0), v(200.0)]);
        let mut page = glyphs("品目", 5.0, 10.0);
        page.extend(glyphs("手数料", 105.0, 10.0));
        page.extend(glyphs("ふとん・", 5.0, 33.0));
        page.extend(glyphs("毛布", 5.0, 45.0));
        page.extend(glyphs("五百円", 105.0, 40.0));
        page.extend(glyphs("机", 5.0, 70.0));
        page.extend(glyphs("千円", 105.0, 70.0));
        page.extend(glyphs("外", 300.0, 10.0));
        let tables = take(&mut page, &rules);
        let lines: Vec<&str> = tables[0].1.iter().map(|l| l.text.as_str()).collect();
        assert_eq!(lines, ["品目　手数料", "ふとん・毛布　五百円", "机　千円"]);
        assert_eq!(tables[0].1[1].cells.len(), 3);
        assert_eq!(page.len(), 1);
    }

    #[test]
    fn text_that_runs_over_the_edge_of_its_table_stays_whole() {
        let h = |at: f32| Rule { horizontal: true, at, from: 0.0, to: 200.0 };
        let v = |at: f32| Rule { horizontal: false, at, from: 0.0, to: 60.0 };
        let rules = rules(vec![h(0.0), h(30.0), h(60.0), v(0.0), v(100.0), v(200.0)]);
        let mut page = glyphs("品目", 5.0, 10.0);
        page.extend(glyphs("ある施設の電話番号の表の外", 105.0, 10.0));
        page.extend(glyphs("机", 5.0, 40.0));
        page.extend(glyphs("千円", 105.0, 40.0));
        let tables = take(&mut page, &rules);
        let lines: Vec<&str> = tables[0].1.iter().map(|l| l.text.as_str()).collect();
        assert_eq!(lines, ["品目　ある施設の電話番号の表の外", "机　千円"]);
        assert!(page.is_empty());
    }

    #[test]
    fn thousands_of_rules_are_no_table_and_take_no_time() {
        let mut strokes = Vec::new();
        for i in 0..10_000 {
            let at = (i % 500) as f32 * 1.6;
            let from = (i / 500) as f32 * 40.0;
            strokes.push(Rule { horizontal: true, at, from, to: from + 39.0 });
            strokes.push(Rule { horizontal: false, at, from, to: from + 39.0 });
        }
        let mut page = glyphs("方眼紙の上の文字", 20.0, 100.0);
        let started = std::time::Instant::now();
        assert!(take(&mut page, &rules(strokes)).is_empty());
        assert_eq!(page.len(), 8);
        assert!(started.elapsed().as_secs() < 5);
    }
}
