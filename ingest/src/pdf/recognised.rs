//! Recognised words as glyphs: boxes of pixels become characters on the page, so that one layout serves both kinds of text.
//!
//! A box around the ink of a word says little about its type: 一 is flat, 。 is small, and the recogniser's boxes reach
//! into each other. So the size of type is taken from whole lines, and the characters of a word share its width.

use super::frame::Frame;
use super::glyphs::Glyph;
use super::rules::Rule;
use crate::recognition::picture::Direction;
use crate::recognition::strokes::Stroke;
use crate::recognition::words::WordLine;
use crate::script::is_cjk;
use appliance_core::locator::Rect;

/// The part of its size that the ink of a line of Japanese type is high, and of a line of Latin type (Ag).
const INK: f32 = 0.93;
const LATIN_INK: f32 = 0.9;
/// Sizes this near to the page's usual one are the usual one, measured with a mistake.
const NEAR: std::ops::Range<f32> = 0.84..1.18;

/// How an upright picture lies on its page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placing {
    /// Pixels a point.
    pub(crate) scale: f32,
    /// Quarters of a circle, clockwise, by which the page was turned to stand upright.
    pub(crate) quarters: u8,
    /// Pixels across and down of the upright picture.
    pub(crate) size: (usize, usize),
    /// Which way its lines run.
    pub(crate) direction: Direction,
}

/// The characters of recognised lines as glyphs of the page.
pub(crate) fn glyphs(lines: &[WordLine], placing: Placing) -> Vec<Glyph> {
    let sizes: Vec<f32> = lines.iter().map(|l| size(l, placing.direction)).collect();
    let usual = usual(lines, &sizes);
    let mut glyphs = Vec::new();
    for (line, size) in lines.iter().zip(sizes) {
        let size = if NEAR.contains(&(size / usual)) { usual } else { size };
        line_glyphs(line, size, placing, &mut glyphs);
    }
    glyphs
}

/// Along the line and across it.
fn axes([left, top, right, bottom]: [f32; 4], direction: Direction) -> ((f32, f32), (f32, f32)) {
    match direction {
        Direction::Across => ((left, right), (top, bottom)),
        Direction::Down => ((top, bottom), (left, right)),
    }
}

/// The width of a character in ems.
fn ems(c: char) -> f32 {
    if is_cjk(c) && !matches!(c as u32, 0xff61..=0xff9f) { 1.0 } else { 0.5 }
}

/// The size of a line's type in pixels: from the height of its words, which a stray mark must not stretch, checked
/// against their length.
fn size(line: &WordLine, direction: Direction) -> f32 {
    let mut heights: Vec<f32> = line.words.iter().map(|w| axes(w.corners, direction).1).map(|v| v.1 - v.0).collect();
    heights.sort_by(f32::total_cmp);
    let tall = heights[(heights.len() - 1) * 4 / 5];
    let across = axes(line.corners, direction).1;
    let japanese = line.words.iter().any(|w| w.text.chars().any(is_cjk));
    let by_height = tall.min(across.1 - across.0) / if japanese { INK } else { LATIN_INK };
    let along = axes(line.corners, direction).0;
    let length: f32 = line.words.iter().flat_map(|w| w.text.chars()).map(ems).sum();
    let by_length = (along.1 - along.0) / length.max(0.5);
    // Type is set no closer than at its size; wide gaps and wide spacing make lines longer, never shorter.
    by_height.min(by_length * 1.6).max(by_length.min(by_height) * 0.6).max(1.0)
}

/// The size that most characters have.
fn usual(lines: &[WordLine], sizes: &[f32]) -> f32 {
    let mut weighted: Vec<(f32, usize)> =
        lines.iter().zip(sizes).map(|(l, s)| (*s, l.words.iter().map(|w| w.text.chars().count()).sum())).collect();
    weighted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = weighted.iter().map(|w| w.1).sum::<usize>() / 2;
    let mut seen = 0;
    for (size, count) in weighted {
        seen += count;
        if seen >= half {
            return size;
        }
    }
    1.0
}

fn line_glyphs(line: &WordLine, size: f32, placing: Placing, glyphs: &mut Vec<Glyph>) {
    let (_, v) = axes(line.corners, placing.direction);
    let middle = (v.0 + v.1) / 2.0;
    let v = (middle - size / 2.0, middle + size / 2.0);
    let mut reached = f32::MIN;
    for (index, word) in line.words.iter().enumerate() {
        let (u, _) = axes(word.corners, placing.direction);
        let next = line.words.get(index + 1).map(|w| axes(w.corners, placing.direction).0.0).filter(|n| *n > u.0 + 1.0);
        let from = u.0.max(reached);
        let to = u.1.min(next.unwrap_or(f32::MAX)).max(from + 1.0);
        let to = next.filter(|n| *n - to < blank(line, index) * size).unwrap_or(to);
        reached = to;
        let width: f32 = word.text.chars().map(ems).sum();
        let step = (to - from) / width.max(0.5);
        let mut at = from;
        for character in word.text.chars() {
            let end = at + ems(character) * step;
            glyphs.push(placing.glyph(character, (at, end), v, size));
            at = end;
        }
    }
}

/// The gap after a word, in ems, up to which it is none: Japanese type fills its squares, its ink does not, and that of
/// 、 and ） least of all. Between Latin words a gap is a space.
fn blank(line: &WordLine, index: usize) -> f32 {
    let last = line.words[index].text.chars().next_back();
    let next = line.words.get(index + 1).and_then(|w| w.text.chars().next());
    match (last, next) {
        (Some('、' | '。' | '，' | '．' | '）' | '」' | '』' | '・' | ')'), _)
        | (_, Some('、' | '。' | '，' | '．' | '（' | '「' | '『' | '・' | '(')) => 0.9,
        (Some(a), Some(b)) if is_cjk(a) || is_cjk(b) => 0.6,
        _ => 0.0,
    }
}

impl Placing {
    fn glyph(self, character: char, u: (f32, f32), v: (f32, f32), size: f32) -> Glyph {
        let ((x0, x1), (y0, y1)) = match self.direction {
            Direction::Across => (u, v),
            Direction::Down => (v, u),
        };
        let rect = self.on_page([x0, y0, x1, y1]);
        let mut frame = match self.direction {
            Direction::Across => Frame::Right,
            Direction::Down => Frame::Down,
        };
        for _ in 0..(4 - self.quarters % 4) % 4 {
            frame = frame.turned();
        }
        let (a, b) =
            (frame.map(f64::from(rect.x), f64::from(rect.y)), frame.map(f64::from(rect.x + rect.width), f64::from(rect.y + rect.height)));
        Glyph { character, frame, u: (a.0.min(b.0), a.0.max(b.0)), v: (a.1.min(b.1), a.1.max(b.1)), size: size / self.scale }
    }

    /// A ruled line of the upright picture as one of the page.
    pub(crate) fn rule(self, stroke: Stroke) -> Rule {
        let rect = match stroke.across {
            true => self.on_page([stroke.from, stroke.at, stroke.to, stroke.at]),
            false => self.on_page([stroke.at, stroke.from, stroke.at, stroke.to]),
        };
        match rect.width >= rect.height {
            true => Rule { horizontal: true, at: rect.y, from: rect.x, to: rect.x + rect.width },
            false => Rule { horizontal: false, at: rect.x, from: rect.y, to: rect.y + rect.height },
        }
    }

    /// A box of the upright picture as a rectangle of the page, in points.
    fn on_page(self, mut corners: [f32; 4]) -> Rect {
        let (mut width, mut height) = (self.size.0 as f32, self.size.1 as f32);
        for _ in 0..self.quarters % 4 {
            let [x0, y0, x1, y1] = corners;
            corners = [y0, width - x1, y1, width - x0];
            (width, height) = (height, width);
        }
        let [x0, y0, x1, y1] = corners.map(|c| c / self.scale);
        Rect { x: x0, y: y0, width: x1 - x0, height: y1 - y0 }
    }
}

/// A page whose picture leans: its words were found after it was set straight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Tilt {
    /// Degrees, clockwise.
    pub(crate) degrees: f32,
    /// The middle of the page in points, about which it was turned.
    pub(crate) middle: (f32, f32),
}

impl Tilt {
    /// The upright box around what stood in `rect` before the page was set straight.
    pub(crate) fn leaning(self, rect: Rect) -> Rect {
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        let (x, y) = (rect.x + rect.width / 2.0 - self.middle.0, rect.y + rect.height / 2.0 - self.middle.1);
        let (x, y) = (self.middle.0 + x * cos - y * sin, self.middle.1 + x * sin + y * cos);
        let width = rect.width * cos + rect.height * sin.abs();
        let height = rect.height * cos + rect.width * sin.abs();
        Rect { x: x - width / 2.0, y: y - height / 2.0, width, height }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::line;
    use crate::recognition::words::Word;

    fn word(text: &str, corners: [f32; 4]) -> Word {
        Word { text: text.to_owned(), corners, confidence: 0.9 }
    }

    fn placing(quarters: u8, direction: Direction) -> Placing {
        Placing { scale: 300.0 / 72.0, quarters, size: (2000, 1000), direction }
    }

    fn two_lines() -> Vec<WordLine> {
        vec![
            WordLine {
                corners: [100.0, 100.0, 520.0, 146.0],
                // The first box reaches under the second, as the recogniser's boxes do.
                words: vec![
                    word("みなと", [100.0, 102.0, 330.0, 145.0]),
                    word("市", [252.0, 100.0, 300.0, 146.0]),
                    word("2026", [410.0, 104.0, 520.0, 144.0]),
                ],
            },
            WordLine { corners: [100.0, 190.0, 300.0, 236.0], words: vec![word("お知らせ", [100.0, 190.0, 300.0, 236.0])] },
        ]
    }

    #[track_caller]
    fn check(glyphs: Vec<Glyph>, frame: Frame) {
        assert!(glyphs.iter().all(|g| g.frame == frame), "{:?}", glyphs[0].frame);
        let lines: Vec<String> = line::rows(glyphs).iter().filter_map(|r| r.line(frame, (0, 0.0, 0.0))).map(|l| l.text).collect();
        assert_eq!(lines, ["みなと市　2026", "お知らせ"]);
    }

    #[test]
    fn words_become_lines_whichever_way_the_page_was_turned() {
        for (quarters, frame) in [(0, Frame::Right), (1, Frame::Up), (2, Frame::Left), (3, Frame::Down)] {
            check(glyphs(&two_lines(), placing(quarters, Direction::Across)), frame);
        }
    }

    #[test]
    fn boxes_keep_their_place() {
        let glyphs = glyphs(&two_lines(), placing(0, Direction::Across));
        let first = glyphs[0];
        assert!((first.u.0 - 24.0).abs() < 0.1 && (first.v.0 + first.v.1 - 59.04).abs() < 0.1, "{first:?}");
        assert!((first.size - 44.5 / 0.93 / (300.0 / 72.0)).abs() < 0.5, "{first:?}");
        // Turned once: what stood at the left edge of the page stands at the top of the upright picture.
        let turned = placing(1, Direction::Across).on_page([100.0, 50.0, 200.0, 80.0]);
        assert!((turned.x - 12.0).abs() < 0.01 && (turned.y - 432.0).abs() < 0.01, "{turned:?}");
    }

    #[test]
    fn a_leaning_page_has_its_boxes_where_its_ink_is() {
        let tilt = Tilt { degrees: 1.0, middle: (300.0, 400.0) };
        let rect = tilt.leaning(Rect { x: 500.0, y: 395.0, width: 10.0, height: 10.0 });
        // 205 points right of the middle, one degree clockwise: 3.6 points further down.
        assert!((rect.y + rect.height / 2.0 - 403.58).abs() < 0.05, "{rect:?}");
    }
}
