//! Ruled tables: rules that cross make cells, and the text of a cell stays together however many lines it takes.
//!
//! Each row becomes one [`Line`], its cells parted by full-width spaces. A cell that spans several rows is written in
//! the first of them, and those rows stay together: what they say, they say of that cell. Tables without rules are left to the flow, which keeps each visual row on one line.

use super::frame::Frame;
use super::glyphs::Glyph;
use super::line::{self, Cell, Line, Segment, TableRow};
use super::rules::Rule;
use crate::script::wants_space;
use std::collections::BTreeMap;

/// Rules this close are one, and rules that end this close to each other meet.
const TOUCH: f32 = 2.5;
/// Grids finer than this are graph paper, not tables.
const MOST_LINES: usize = 160;
/// A table of few cells with this many lines in one of them is a layout of running text.
const LAYOUT_LINES: usize = 10;
/// Characters of rows that are kept together because one cell spans them.
const LONGEST_GROUP: usize = 480;

/// A rule in a frame: along the lines of text or across them.
#[derive(Debug, Clone, Copy)]
struct Stroke {
    along: bool,
    at: f32,
    from: f32,
    to: f32,
}

/// Takes the glyphs that stand in ruled tables out of `glyphs` and gives the tables' rows, table by table.
pub(crate) fn take(glyphs: &mut Vec<Glyph>, frame: Frame, rules: &[Rule]) -> Vec<Vec<Line>> {
    let strokes = merged(rules.iter().map(|r| in_frame(r, frame)).collect());
    let mut tables = Vec::new();
    for (number, component) in components(&strokes).iter().enumerate() {
        let Some(grid) = Grid::of(component) else { continue };
        let (inside, outside): (Vec<Glyph>, Vec<Glyph>) = glyphs.iter().partition(|g| grid.holds(g));
        if let Some(lines) = grid.lines(&inside, frame, number) {
            tables.push(lines);
            *glyphs = outside;
        }
    }
    tables
}

fn in_frame(rule: &Rule, frame: Frame) -> Stroke {
    let point = |along: f32| {
        let (x, y) = if rule.horizontal { (along, rule.at) } else { (rule.at, along) };
        frame.map(f64::from(x), f64::from(y))
    };
    let (a, b) = (point(rule.from), point(rule.to));
    if rule.horizontal == frame.vertical() {
        Stroke { along: false, at: a.0, from: a.1.min(b.1), to: a.1.max(b.1) }
    } else {
        Stroke { along: true, at: a.1, from: a.0.min(b.0), to: a.0.max(b.0) }
    }
}

/// Strokes on one line that touch, as one.
fn merged(mut strokes: Vec<Stroke>) -> Vec<Stroke> {
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
fn components(strokes: &[Stroke]) -> Vec<Vec<Stroke>> {
    let along: Vec<usize> = (0..strokes.len()).filter(|i| strokes[*i].along).collect();
    let across: Vec<usize> = (0..strokes.len()).filter(|i| !strokes[*i].along).collect();
    if along.len().saturating_mul(across.len()) > 4_000_000 {
        return Vec::new();
    }
    let mut sets = Sets::new(strokes.len());
    for &a in &along {
        for &b in &across {
            let (h, v) = (&strokes[a], &strokes[b]);
            let meets = v.at >= h.from - TOUCH && v.at <= h.to + TOUCH && h.at >= v.from - TOUCH && h.at <= v.to + TOUCH;
            if meets {
                sets.join(a, b);
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<Stroke>> = BTreeMap::new();
    for (i, stroke) in strokes.iter().enumerate() {
        groups.entry(sets.find(i)).or_default().push(*stroke);
    }
    groups.into_values().map(|g| ending_on_others(&g)).filter(|g| g.len() >= 5).collect()
}

/// Strokes that run from one crossing stroke to another, or nearly as far as the whole: underlines of text do not.
fn ending_on_others(strokes: &[Stroke]) -> Vec<Stroke> {
    let extent = |along: bool| {
        let own = || strokes.iter().filter(move |s| s.along == along);
        own().map(|s| s.to).fold(f32::MIN, f32::max) - own().map(|s| s.from).fold(f32::MAX, f32::min)
    };
    let (whole_along, whole_across) = (extent(true), extent(false));
    let ends = |s: &Stroke, end: f32| {
        strokes.iter().any(|o| o.along != s.along && (o.at - end).abs() <= TOUCH && o.from - TOUCH <= s.at && s.at <= o.to + TOUCH)
    };
    let long = |s: &Stroke| s.to - s.from >= 0.6 * if s.along { whole_along } else { whole_across };
    strokes.iter().filter(|s| long(s) || ends(s, s.from) && ends(s, s.to)).copied().collect()
}

/// Disjoint sets.
struct Sets(Vec<usize>);

impl Sets {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn find(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i];
        }
        i
    }

    /// Invariant: the smaller number stands for the set, so that a cell is named by its top left unit.
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b)] = a.min(b);
    }
}

/// The units between neighbouring rules, and which cell each belongs to.
#[derive(Debug)]
struct Grid {
    us: Vec<f32>,
    vs: Vec<f32>,
    /// For each unit (row by row), the top left unit of its cell.
    cell: Vec<usize>,
}

impl Grid {
    fn of(strokes: &[Stroke]) -> Option<Self> {
        let us = positions(strokes.iter().filter(|s| !s.along));
        let vs = positions(strokes.iter().filter(|s| s.along));
        if us.len() < 3 || vs.len() < 3 || us.len() > MOST_LINES || vs.len() > MOST_LINES {
            return None;
        }
        let (columns, rows) = (us.len() - 1, vs.len() - 1);
        let mut sets = Sets::new(columns * rows);
        let covers = |along: bool, at: f32, middle: f32| {
            strokes.iter().any(|s| s.along == along && (s.at - at).abs() <= TOUCH && s.from <= middle && middle <= s.to)
        };
        for row in 0..rows {
            for column in 0..columns {
                let unit = row * columns + column;
                if column + 1 < columns && !covers(false, us[column + 1], (vs[row] + vs[row + 1]) / 2.0) {
                    sets.join(unit, unit + 1);
                }
                if row + 1 < rows && !covers(true, vs[row + 1], (us[column] + us[column + 1]) / 2.0) {
                    sets.join(unit, unit + columns);
                }
            }
        }
        let cell: Vec<usize> = (0..columns * rows).map(|i| sets.find(i)).collect();
        let mut distinct = cell.clone();
        distinct.sort_unstable();
        distinct.dedup();
        (distinct.len() >= 4).then_some(Self { us, vs, cell })
    }

    fn holds(&self, glyph: &Glyph) -> bool {
        self.unit(glyph).is_some()
    }

    fn unit(&self, glyph: &Glyph) -> Option<usize> {
        let (u, v) = ((glyph.u.0 + glyph.u.1) / 2.0, (glyph.v.0 + glyph.v.1) / 2.0);
        let column = self.us.partition_point(|edge| *edge <= u).checked_sub(1)?;
        let row = self.vs.partition_point(|edge| *edge <= v).checked_sub(1)?;
        let columns = self.us.len() - 1;
        (column < columns && row < self.vs.len() - 1).then(|| row * columns + column)
    }

    /// The rows of the table as lines; `None` when it is a frame around running text.
    fn lines(&self, glyphs: &[Glyph], frame: Frame, number: usize) -> Option<Vec<Line>> {
        let mut by_cell: BTreeMap<usize, Vec<Glyph>> = BTreeMap::new();
        for glyph in glyphs {
            if let Some(unit) = self.unit(glyph) {
                by_cell.entry(self.cell[unit]).or_default().push(*glyph);
            }
        }
        let cells: Vec<(usize, Vec<line::Row>)> =
            by_cell.into_iter().map(|(cell, glyphs)| (cell, line::rows(glyphs))).filter(|(_, rows)| !rows.is_empty()).collect();
        let tallest = cells.iter().map(|(_, rows)| rows.len()).max()?;
        if cells.len() < 3 || cells.len() <= 6 && tallest > LAYOUT_LINES || tallest > 40 {
            return None;
        }
        let mut lines: Vec<(usize, Line)> = Vec::new();
        for (cell, rows) in cells {
            let row = cell / self.columns();
            if lines.last().is_none_or(|(last, _)| *last != row) {
                lines.push((row, self.empty_line(frame, TableRow { table: number, group: row })));
            }
            if let Some((_, line)) = lines.last_mut() {
                write_cell(line, &rows);
            }
        }
        self.group(&mut lines);
        Some(lines.into_iter().map(|(_, line)| line).collect())
    }

    fn columns(&self) -> usize {
        self.us.len() - 1
    }

    fn empty_line(&self, frame: Frame, row: TableRow) -> Line {
        let column = (0, self.us[0], self.us[self.columns()]);
        let nothing = (f32::MAX, f32::MIN);
        Line { text: String::new(), frame, u: nothing, v: nothing, size: 0.0, cells: Vec::new(), column, table: Some(row) }
    }

    /// Groups the rows that a cell of the first column spans; where that is too much for a passage, of the second.
    fn group(&self, lines: &mut [(usize, Line)]) {
        let spanning = |row: usize, column: usize| self.cell[row * self.columns() + column];
        for column in [1, 0] {
            let mut characters: BTreeMap<usize, usize> = BTreeMap::new();
            for (row, line) in lines.iter() {
                *characters.entry(spanning(*row, column)).or_default() += line.text.chars().count();
            }
            for (row, line) in lines.iter_mut() {
                let cell = spanning(*row, column);
                if let Some(place) = line.table.as_mut().filter(|_| characters.get(&cell).is_some_and(|c| *c <= LONGEST_GROUP)) {
                    place.group = self.cell.len() * (1 - column) + cell;
                }
            }
        }
    }
}

/// Distinct positions of strokes, ascending.
fn positions<'s>(strokes: impl Iterator<Item = &'s Stroke>) -> Vec<f32> {
    let mut positions: Vec<f32> = strokes.map(|s| s.at).collect();
    positions.sort_by(f32::total_cmp);
    positions.dedup_by(|a, b| *a - *b <= TOUCH);
    positions
}

fn write_cell(line: &mut Line, rows: &[line::Row]) {
    if !line.text.is_empty() {
        line.text.push('\u{3000}');
    }
    let mut begun = false;
    for (index, row) in rows.iter().enumerate() {
        for (segment_index, segment) in row.segments.iter().enumerate() {
            let text = segment.text();
            if begun {
                let before = line.text.chars().next_back().unwrap_or(' ');
                let after = text.chars().next().unwrap_or(' ');
                if segment_index > 0 {
                    line.text.push('\u{3000}');
                } else if index > 0 && wants_space(before, after) {
                    line.text.push(' ');
                }
            }
            begun = true;
            push(line, segment, &text);
        }
    }
}

fn push(line: &mut Line, segment: &Segment, text: &str) {
    let start = line.text.len();
    line.text.push_str(text);
    line.cells.push(Cell { u: segment.u, v: segment.v, start, end: line.text.len() });
    line.u = (line.u.0.min(segment.u.0), line.u.1.max(segment.u.1));
    line.v = (line.v.0.min(segment.v.0), line.v.1.max(segment.v.1));
    line.size = if line.size == 0.0 { segment.size } else { line.size };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glyphs(text: &str, u: f32, v: f32) -> Vec<Glyph> {
        let glyph = |(i, character): (usize, char)| {
            let at = u + i as f32 * 10.0;
            Glyph { character, frame: Frame::Right, u: (at, at + 10.0), v: (v, v + 10.0), size: 10.0 }
        };
        text.chars().enumerate().map(glyph).collect()
    }

    #[test]
    fn a_cell_of_two_lines_stays_with_its_row() {
        let h = |at: f32| Rule { horizontal: true, at, from: 0.0, to: 200.0 };
        let v = |at: f32| Rule { horizontal: false, at, from: 0.0, to: 90.0 };
        let rules = [h(0.0), h(30.0), h(60.0), h(90.0), v(0.0), v(100.0), v(200.0)];
        let mut page = glyphs("品目", 5.0, 10.0);
        page.extend(glyphs("手数料", 105.0, 10.0));
        page.extend(glyphs("ふとん・", 5.0, 33.0));
        page.extend(glyphs("毛布", 5.0, 45.0));
        page.extend(glyphs("五百円", 105.0, 40.0));
        page.extend(glyphs("机", 5.0, 70.0));
        page.extend(glyphs("千円", 105.0, 70.0));
        page.extend(glyphs("外", 300.0, 10.0));
        let tables = take(&mut page, Frame::Right, &rules);
        let lines: Vec<&str> = tables[0].iter().map(|l| l.text.as_str()).collect();
        assert_eq!(lines, ["品目　手数料", "ふとん・毛布　五百円", "机　千円"]);
        assert_eq!(tables[0][1].cells.len(), 3);
        assert_eq!(page.len(), 1);
    }
}
