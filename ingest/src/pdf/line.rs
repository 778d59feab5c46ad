//! Lines: glyphs that stand on one baseline, cut into [segments](super::segment) where the gap is wider than a word space.

use super::direction;
use super::frame::Frame;
use super::glyphs::Glyph;
use super::segment::{CELL_GAP, Ink, Segment, dominant_size};
use super::table::TableRow;
use crate::script::is_right_to_left;

/// A gap wider than this many font sizes may be the gutter between columns that are set close.
const NARROW_GAP: f32 = 0.5;
/// Two runs stand on one line when their middles differ by less than this many font sizes: superscripts (0.33) do,
/// furigana (0.75) do not.
const SAME_LINE: f32 = 0.35;

/// Segments on one baseline, in reading order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    pub(crate) segments: Vec<Segment>,
}

/// A line as the document will show it.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) frame: Frame,
    pub(crate) u: (f32, f32),
    pub(crate) v: (f32, f32),
    pub(crate) size: f32,
    /// Where each cell of the line begins and ends along it, with its bytes in `text`.
    pub(crate) cells: Vec<Cell>,
    /// The column of text that the line belongs to: number on the page, left and right edge.
    pub(crate) column: (usize, f32, f32),
    /// Where the line belongs, when it is a row of a table.
    pub(crate) table: Option<TableRow>,
}

/// A cell of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cell {
    pub(crate) u: (f32, f32),
    pub(crate) v: (f32, f32),
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Row {
    pub(crate) fn v(&self) -> (f32, f32) {
        self.segments.iter().fold((f32::MAX, f32::MIN), |v, s| (v.0.min(s.v.0), v.1.max(s.v.1)))
    }

    pub(crate) fn u(&self) -> (f32, f32) {
        self.segments.iter().fold((f32::MAX, f32::MIN), |u, s| (u.0.min(s.u.0), u.1.max(s.u.1)))
    }

    fn runs_right_to_left(&self) -> bool {
        let characters = || self.segments.iter().flat_map(|s| &s.inks).map(|i| i.glyph.character);
        characters().any(is_right_to_left) && direction::runs_right_to_left(&characters().collect::<String>())
    }

    /// The row as a line, its segments as cells. A full-width space stands between cells.
    pub(crate) fn line(&self, frame: Frame, column: (usize, f32, f32)) -> Option<Line> {
        let mut text = String::new();
        let mut cells = Vec::with_capacity(self.segments.len());
        let right_to_left = self.segments.len() > 1 && self.runs_right_to_left();
        let mut ordered: Vec<&Segment> = self.segments.iter().collect();
        if right_to_left {
            ordered.reverse();
        }
        for segment in ordered {
            if !text.is_empty() {
                text.push('\u{3000}');
            }
            let start = text.len();
            text.push_str(&segment.text());
            cells.push(Cell { u: segment.u, v: segment.v, start, end: text.len() });
        }
        let size = self.segments.iter().max_by_key(|s| s.inks.len())?.size;
        Some(Line { text, frame, u: self.u(), v: self.v(), size, cells, column, table: None })
    }
}

/// The rows of one frame's glyphs, first to last along v.
pub(crate) fn rows(glyphs: Vec<Glyph>) -> Vec<Row> {
    let mut runs = runs(inks(glyphs));
    for (order, run) in runs.iter_mut().enumerate() {
        run.order = order;
    }
    runs.sort_by(|a, b| a.middle().total_cmp(&b.middle()).then(a.u.0.total_cmp(&b.u.0)));
    let mut rows: Vec<Row> = Vec::new();
    for run in runs {
        match row_for(&rows, &run) {
            Some(index) => rows[index].segments.push(run),
            None => rows.push(Row { segments: vec![run] }),
        }
    }
    for row in &mut rows {
        row.segments.sort_by(|a, b| a.u.0.total_cmp(&b.u.0));
    }
    let edges = edges(&rows);
    for row in &mut rows {
        row.segments = joined(std::mem::take(&mut row.segments), &edges);
    }
    rows.sort_by(|a, b| a.v().0.total_cmp(&b.v().0));
    rows
}

fn inks(glyphs: Vec<Glyph>) -> Vec<Ink> {
    let mut inks = Vec::with_capacity(glyphs.len());
    let mut space = None;
    for glyph in glyphs {
        if glyph.character.is_whitespace() {
            space = if glyph.character == '\u{3000}' || space == Some('\u{3000}') { Some('\u{3000}') } else { Some(' ') };
        } else {
            inks.push(Ink { glyph, space });
            space = None;
        }
    }
    inks
}

/// Runs of glyphs that follow each other in the file as they do on the page.
fn runs(inks: Vec<Ink>) -> Vec<Segment> {
    let mut runs = Vec::new();
    let mut current: Vec<Ink> = Vec::new();
    for ink in inks {
        let follows = current.last().is_some_and(|before| {
            let (a, b) = (&before.glyph, &ink.glyph);
            let size = a.size.max(b.size);
            let gap = b.u.0 - a.u.1;
            let middles = ((a.v.0 + a.v.1) - (b.v.0 + b.v.1)).abs() / 2.0;
            middles < SAME_LINE * size && (-0.6 * size..CELL_GAP * size).contains(&gap)
        });
        if !follows {
            runs.extend(Segment::of(std::mem::take(&mut current)));
        }
        current.push(ink);
    }
    runs.extend(Segment::of(current));
    runs
}

fn row_for(rows: &[Row], run: &Segment) -> Option<usize> {
    let mut best: Option<(f32, usize)> = None;
    // Runs come sorted by their middles, so only the last rows can hold this one.
    for (index, row) in rows.iter().enumerate().rev().take(6) {
        for segment in &row.segments {
            let distance = (segment.middle() - run.middle()).abs();
            let crosses = segment.u.0 < run.u.1 - 0.3 * run.size && run.u.0 < segment.u.1 - 0.3 * run.size;
            let limit = if crosses { 0.15 } else { SAME_LINE };
            if distance < limit * segment.size.max(run.size) && best.is_none_or(|(d, _)| distance < d) {
                best = Some((distance, index));
            }
        }
    }
    best.map(|(_, index)| index)
}

/// Rows that begin anew at one place, which make it the edge of a column however narrow its gutter.
const ROWS_OF_EDGE: usize = 5;

/// Where columns begin after a gutter that is narrower than a cell's: runs that the file does not write one after the
/// other begin there in many rows, and hardly any run goes across.
fn edges(rows: &[Row]) -> Vec<f32> {
    let mut begins: Vec<(f32, f32)> = Vec::new();
    for pair in rows.iter().flat_map(|r| r.segments.windows(2)) {
        let (a, b) = (&pair[0], &pair[1]);
        let size = a.size.max(b.size);
        if b.order != a.order + 1 && (NARROW_GAP * size..=CELL_GAP * size).contains(&(b.u.0 - a.u.1)) {
            begins.push((b.u.0, size));
        }
    }
    begins.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut edges: Vec<f32> = Vec::new();
    for (i, &(at, size)) in begins.iter().enumerate() {
        let alike = begins[i..].iter().take_while(|(u, _)| u - at <= 1.0).count();
        if alike < ROWS_OF_EDGE || edges.last().is_some_and(|e| at - e <= 1.0) {
            continue;
        }
        let across = |s: &&Segment| s.u.0 < at - NARROW_GAP * size && s.u.1 > at + NARROW_GAP * size;
        if rows.iter().flat_map(|r| &r.segments).filter(across).count() * 4 <= alike {
            edges.push(at);
        }
    }
    edges
}

/// Joins neighbours whose gap is no wider than a word space or two.
fn joined(segments: Vec<Segment>, edges: &[f32]) -> Vec<Segment> {
    let parted = |gap: f32, b: &Segment| gap > NARROW_GAP * b.size && edges.iter().any(|e| (-0.1..=1.1).contains(&(b.u.0 - e)));
    let mut joined: Vec<Segment> = Vec::new();
    for segment in segments {
        match joined.last_mut() {
            Some(last) if segment.u.0 - last.u.1 <= CELL_GAP * last.size.max(segment.size) && !parted(segment.u.0 - last.u.1, &segment) => {
                last.u.1 = last.u.1.max(segment.u.1);
                last.v = (last.v.0.min(segment.v.0), last.v.1.max(segment.v.1));
                let at = opening_for(&last.inks, segment.u, segment.size);
                last.inks.splice(at..at, segment.inks);
                last.size = dominant_size(&last.inks);
            }
            _ => joined.push(segment),
        }
    }
    joined
}

/// Where among the glyphs of a segment one that overlaps it belongs: in a gap that was left open for it, else at the end.
fn opening_for(inks: &[Ink], u: (f32, f32), size: f32) -> usize {
    let at = inks.partition_point(|ink| ink.glyph.u.0 < u.0);
    let slack = 0.3 * size;
    let fits = at > 0 && at < inks.len() && inks[at - 1].glyph.u.1 <= u.0 + slack && inks[at].glyph.u.0 >= u.1 - slack;
    if fits { at } else { inks.len() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::is_cjk;

    fn glyphs(text: &str, u: f32, v: f32, size: f32) -> Vec<Glyph> {
        let mut at = u;
        text.chars()
            .map(|character| {
                let width = if is_cjk(character) || character == '\u{3000}' { size } else { size / 2.0 };
                at += width;
                Glyph { character, frame: Frame::Right, u: (at - width, at), v: (v, v + size), size }
            })
            .collect()
    }

    #[track_caller]
    fn check(glyphs: Vec<Glyph>, expected: &[&str]) {
        let lines: Vec<String> = rows(glyphs).iter().filter_map(|r| r.line(Frame::Right, (0, 0.0, 0.0))).map(|l| l.text).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn glyphs_become_lines_from_top_to_bottom() {
        let mut page = glyphs("粗大ごみ", 50.0, 130.0, 10.0);
        page.extend(glyphs("500円", 200.0, 130.5, 10.0));
        page.extend(glyphs("第1条　この条例は、Kura box の", 50.0, 100.0, 10.0));
        check(page, &["第1条　この条例は、Kura box の", "粗大ごみ　500円"]);
    }

    #[test]
    fn spaces_never_stand_between_japanese_characters() {
        check(glyphs("市 長 は", 0.0, 0.0, 10.0), &["市長は"]);
    }

    #[test]
    fn superscripts_stay_on_the_line_and_furigana_do_not() {
        let mut page = glyphs("面積m", 0.0, 100.0, 10.0);
        page.extend(glyphs("2", 25.0, 100.2, 6.0));
        page.extend(glyphs("めん", 0.0, 94.0, 5.0));
        check(page, &["めん", "面積m2"]);
    }
}
