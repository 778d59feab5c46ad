//! Lines: glyphs that stand on one baseline, cut into segments where the gap is wider than a word space.

use super::direction;
use super::frame::Frame;
use super::glyphs::Glyph;
use super::table::TableRow;
use crate::heading::is_marker;
use crate::script::{is_cjk, is_right_to_left};
use unicode_normalization::UnicodeNormalization;

/// A gap wider than this many font sizes separates cells or columns.
const CELL_GAP: f32 = 1.2;
/// A gap wider than this many font sizes may be the gutter between columns that are set close.
const NARROW_GAP: f32 = 0.5;
/// A gap wider than this many font sizes separates words of Latin writing. Word spaces are 0.25 and more, kerning
/// stays under 0.1.
const WORD_GAP: f32 = 0.17;
/// Two runs stand on one line when their middles differ by less than this many font sizes: superscripts (0.33) do,
/// furigana (0.75) do not.
const SAME_LINE: f32 = 0.35;

/// A glyph that leaves ink, and the space that was written before it.
#[derive(Debug, Clone, Copy)]
struct Ink {
    glyph: Glyph,
    space: Option<char>,
}

/// A stretch of a row without a wide gap.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    inks: Vec<Ink>,
    pub(crate) u: (f32, f32),
    pub(crate) v: (f32, f32),
    pub(crate) size: f32,
    /// Its place among the segments of the file, first to last.
    pub(crate) order: usize,
}

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

impl Segment {
    /// Characters in the segment.
    pub(crate) fn len(&self) -> usize {
        self.inks.len()
    }

    /// The middle of its height.
    pub(crate) fn middle(&self) -> f32 {
        (self.v.0 + self.v.1) / 2.0
    }

    /// Where most of its characters stand.
    pub(crate) fn baseline(&self) -> f32 {
        let of_size = self.inks.iter().find(|i| (i.glyph.size - self.size).abs() < 0.01 * self.size);
        // The box of a glyph reaches 0.12 of its size under its baseline.
        of_size.map_or(self.v.1, |i| i.glyph.v.1 - 0.12 * i.glyph.size)
    }

    fn of(inks: Vec<Ink>) -> Option<Self> {
        let first = inks.first()?.glyph;
        let mut segment = Self { u: first.u, v: first.v, size: first.size, inks: Vec::new(), order: 0 };
        for ink in &inks {
            segment.u = (segment.u.0.min(ink.glyph.u.0), segment.u.1.max(ink.glyph.u.1));
            segment.v = (segment.v.0.min(ink.glyph.v.0), segment.v.1.max(ink.glyph.v.1));
        }
        segment.size = dominant_size(&inks);
        segment.inks = inks;
        Some(segment)
    }

    /// The text, with the spaces that its gaps ask for.
    pub(crate) fn text(&self) -> String {
        let mut text = String::with_capacity(self.inks.len() * 3);
        let mut before: Option<Ink> = None;
        for ink in &self.inks {
            if let Some(before) = before {
                if let Some(whole) = accented(&before, ink) {
                    text.pop();
                    text.push(whole);
                    continue;
                }
                text.extend(space_between(&before, ink).or_else(|| space_after_marker(&text, &before, ink)));
            }
            text.push(ink.glyph.character);
            before = Some(*ink);
        }
        if self.inks.iter().any(|i| is_right_to_left(i.glyph.character)) { direction::read(&text) } else { text }
    }
}

/// The letter that two glyphs over each other make: typesetters put accents on letters, and strokes through signs.
fn accented(before: &Ink, after: &Ink) -> Option<char> {
    let (a, b) = (&before.glyph, &after.glyph);
    let overlap = a.u.1.min(b.u.1) - a.u.0.max(b.u.0);
    if overlap <= 0.0 {
        return None;
    }
    let (letter, mark) = match (mark(a.character), mark(b.character)) {
        (None, Some(mark)) => (a, mark),
        (Some(mark), None) => (b, mark),
        _ => return None,
    };
    let other = if std::ptr::eq(letter, a) { b } else { a };
    let within = overlap > 0.5 * (other.u.1 - other.u.0).min(letter.u.1 - letter.u.0);
    let mut whole = [letter.character, mark].into_iter().nfc();
    whole.next().filter(|_| within && whole.next().is_none())
}

/// The combining form of an accent or stroke.
fn mark(c: char) -> Option<char> {
    const MARKS: [(char, char); 14] = [
        ('`', '\u{300}'),
        ('´', '\u{301}'),
        ('ˆ', '\u{302}'),
        ('˜', '\u{303}'),
        ('¯', '\u{304}'),
        ('˘', '\u{306}'),
        ('˙', '\u{307}'),
        ('¨', '\u{308}'),
        ('˚', '\u{30a}'),
        ('˝', '\u{30b}'),
        ('ˇ', '\u{30c}'),
        ('¸', '\u{327}'),
        ('˛', '\u{328}'),
        ('^', '\u{302}'),
    ];
    if matches!(c, '\u{300}'..='\u{338}') {
        return Some(c);
    }
    MARKS.iter().find(|(spacing, _)| *spacing == c).map(|(_, combining)| *combining)
}

fn space_between(before: &Ink, after: &Ink) -> Option<char> {
    let (a, b) = (before.glyph.character, after.glyph.character);
    let size = before.glyph.size.max(after.glyph.size);
    let gap = after.glyph.u.0 - before.glyph.u.1;
    if gap > CELL_GAP * size {
        return Some('\u{3000}');
    }
    match (is_cjk(a), is_cjk(b)) {
        // A gap as wide as a character is a space that was meant, whatever the file calls it.
        (true, true) => (gap > 0.75 * size || after.space == Some('\u{3000}') && gap > 0.3 * size).then_some('\u{3000}'),
        (false, false) => (after.space.is_some() || gap > WORD_GAP * size).then_some(' '),
        _ => match after.space {
            Some('\u{3000}') if gap > 0.3 * size => Some('\u{3000}'),
            Some(_) => Some(' '),
            None => (gap > 0.45 * size).then_some(' '),
        },
    }
}

/// 「２　前項の」, 「第9条　市長は」: what parts a marker from its text is a space to a reader, however narrow it was set.
fn space_after_marker(text: &str, before: &Ink, after: &Ink) -> Option<char> {
    let gap = after.glyph.u.0 - before.glyph.u.1;
    // Latin digits stand a quarter of an em off Japanese type by rule; that is no space (「8時」).
    let least = if before.glyph.character.is_ascii() { 0.45 } else { 0.2 };
    let parted = gap > least * before.glyph.size || after.space.is_some() && gap > 0.1 * before.glyph.size;
    (parted && text.len() <= 36 && is_marker(text)).then_some('\u{3000}')
}

fn dominant_size(inks: &[Ink]) -> f32 {
    let mut sizes: Vec<f32> = inks.iter().map(|i| i.glyph.size).collect();
    sizes.sort_by(f32::total_cmp);
    sizes.get(sizes.len() / 2).copied().unwrap_or(0.0)
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
