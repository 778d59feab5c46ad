//! Segments: stretches of a row without a wide gap, and the text that their glyphs make: accents on their letters, spaces
//! where the gaps ask for them.

use super::direction;
use super::glyphs::Glyph;
use crate::heading::is_marker;
use crate::script::{is_cjk, is_right_to_left};
use unicode_normalization::UnicodeNormalization;

/// A gap wider than this many font sizes separates cells or columns.
pub(super) const CELL_GAP: f32 = 1.2;
/// A gap wider than this many font sizes separates words of Latin writing. Word spaces are 0.25 and more, kerning
/// stays under 0.1.
const WORD_GAP: f32 = 0.17;
/// A glyph that leaves ink, and the space that was written before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ink {
    pub(super) glyph: Glyph,
    pub(super) space: Option<char>,
}

/// A stretch of a row without a wide gap.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    pub(super) inks: Vec<Ink>,
    pub(crate) u: (f32, f32),
    pub(crate) v: (f32, f32),
    pub(crate) size: f32,
    /// Its place among the segments of the file, first to last.
    pub(crate) order: usize,
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

    /// A stretch of these glyphs; `None` without any.
    pub(super) fn of(inks: Vec<Ink>) -> Option<Self> {
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

/// The size that the middle one of the glyphs has.
pub(super) fn dominant_size(inks: &[Ink]) -> f32 {
    let mut sizes: Vec<f32> = inks.iter().map(|i| i.glyph.size).collect();
    sizes.sort_by(f32::total_cmp);
    sizes.get(sizes.len() / 2).copied().unwrap_or(0.0)
}
