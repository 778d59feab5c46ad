//! Spelled-out text: what a file says a stretch of its content means (`ActualText`, ISO 32000-1, 14.9.4): soft hyphens,
//! initials that are drawn, words in fonts that no map explains.

use super::facts;
use super::frame::Frame;
use super::glyphs::Glyph;
use super::meaning::meaning;
use crate::script::is_right_to_left;
use hayro_interpret::hayro_syntax::object::{Dict, String as PdfString};

/// Stands for a glyph that nothing turns into Unicode until the stretch around it is spelled out.
pub(super) const UNKNOWN: char = '\u{fffd}';
/// Glyphs that may be spelled as nothing. Whole pages are wrongly marked so.
const MOST_SILENT: usize = 3;
/// A text this many times as long as what is drawn describes it and does not spell it.
const LONGER: usize = 4;

/// A stretch of content that the file spells out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spelled {
    /// What it means; a soft hyphen alone is nothing to read.
    text: String,
    /// Glyphs taken down before it began.
    pub(super) from: usize,
}

impl Spelled {
    /// The stretch that begins with these properties after `from` glyphs, if they spell it.
    pub(super) fn begun(properties: &Dict<'_>, from: usize) -> Option<Self> {
        let said = properties.get::<PdfString<'_>>("ActualText")?;
        Some(Self { text: facts::text(said.as_bytes()), from })
    }

    /// What was drawn in the stretch as it is to be read: the spelling in the box of what it replaces.
    pub(super) fn read(&self, drawn: Vec<Glyph>) -> Vec<Glyph> {
        let Some((first, last)) = drawn.first().zip(drawn.last()) else { return drawn };
        let unknown = drawn.iter().any(|g| g.character == UNKNOWN);
        let inked = drawn.iter().filter(|g| !g.character.is_whitespace()).count();
        if self.text == "\u{ad}" && inked == 0 {
            return Vec::new();
        }
        let text: String = meaning(&self.text).text().unwrap_or("").chars().filter(|c| !c.is_whitespace()).collect();
        let letters = text.chars().count();
        let same = || drawn.iter().map(|g| g.character).filter(|c| !c.is_whitespace()).eq(text.chars());
        let on_one_line = drawn.iter().all(|g| g.frame == first.frame && (g.v.0 - first.v.0).abs() < 0.4 * first.size);
        if letters == 0 && (inked > MOST_SILENT || unknown) || letters > LONGER * drawn.len() + 2 || !on_one_line || same() {
            return drawn;
        }
        // Words keep the spaces between them, which only the glyphs tell the width of.
        if !unknown && drawn.iter().any(|g| g.character.is_whitespace()) && letters > 1 {
            return drawn;
        }
        let u = drawn.iter().fold((first.u.0.min(last.u.0), first.u.1.max(last.u.1)), |u, g| (u.0.min(g.u.0), u.1.max(g.u.1)));
        spread(&text, letters, Glyph { u, ..*first })
    }
}

/// The characters of a text side by side in one box, as they stand from left to right; those of scripts that run to the
/// left begin at its right side.
pub(super) fn spread(text: &str, letters: usize, whole: Glyph) -> Vec<Glyph> {
    let step = (whole.u.1 - whole.u.0) / letters.max(1) as f32;
    let glyph = |(i, character): (usize, char)| {
        let at = if is_right_to_left(character) { letters.saturating_sub(1 + i) } else { i };
        let from = whole.u.0 + step * at as f32;
        Glyph { character, u: (from, from + step), ..whole }
    };
    let mut glyphs: Vec<Glyph> = text.chars().enumerate().map(glyph).collect();
    glyphs.sort_by(|a, b| a.u.0.total_cmp(&b.u.0));
    glyphs
}

/// Closes the gap that a silent stretch leaves: the glyph before it reaches as far as it did.
pub(super) fn close(before: Option<&mut Glyph>, silent: &[Glyph], frame: Frame) {
    let Some(before) = before.filter(|b| b.frame == frame) else { return };
    let near = |g: &&Glyph| (g.u.0 - before.u.1).abs() < 0.5 * before.size && (g.v.0 - before.v.0).abs() < 0.4 * before.size;
    if let Some(end) = silent.iter().filter(near).map(|g| g.u.1).max_by(f32::total_cmp) {
        before.u.1 = before.u.1.max(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str) -> Vec<Glyph> {
        let glyph = |(i, character): (usize, char)| {
            let u = i as f32 * 10.0;
            Glyph { character, frame: Frame::Right, u: (u, u + 10.0), v: (0.0, 10.0), size: 10.0 }
        };
        text.chars().enumerate().map(glyph).collect()
    }

    #[track_caller]
    fn check(glyphs: &str, spelled: &str, expected: &str) {
        let read = Spelled { text: spelled.to_owned(), from: 0 }.read(drawn(glyphs));
        assert_eq!(read.iter().map(|g| g.character).collect::<String>(), expected);
    }

    #[test]
    fn the_spelling_takes_the_place_of_what_was_drawn() {
        check("\u{fffd}\u{fffd}", "議会", "議会");
        check("ﾄ", "と", "と");
        check(" ", "\u{ad}", "");
        check("-", "\u{ad}", "-");
        check("-", "", "");
    }

    #[test]
    fn descriptions_and_silence_over_much_text_are_no_spelling() {
        check("図", "この図は手続きの流れを示している", "図");
        check("市長は、減免する", "", "市長は、減免する");
    }
}
