//! Ruby: the small kana over kanji (beside them in vertical writing) that tell how to read them.
//!
//! They are taken out before lines are made, so that 「例規」 with れいき over it is one word of its line. What they say
//! stays in the document's text, but in no passage.

use super::frame::Frame;
use super::glyphs::Glyph;
use super::line::{self, Line};

/// Ruby is set at half the size of its text, smaller seldom.
const LARGEST: f32 = 0.65;
/// Kana that stand over one word.
const LONGEST: usize = 16;

/// Takes the ruby of one frame out of a page's glyphs.
pub(crate) fn take(glyphs: &mut Vec<Glyph>, frame: Frame) -> Vec<Line> {
    let Some(text_size) = size_of_text(glyphs, frame) else { return Vec::new() };
    if !glyphs.iter().any(|g| g.frame == frame && is_small_kana(g, text_size)) {
        return Vec::new();
    }
    let mut bases: Vec<Glyph> = glyphs.iter().filter(|g| g.frame == frame && is_kanji(g.character)).copied().collect();
    bases.sort_by(|a, b| a.v.0.total_cmp(&b.v.0));
    let mut is_ruby = vec![false; glyphs.len()];
    let mut start = 0;
    while start < glyphs.len() {
        let length = if glyphs[start].frame == frame { run_at(&glyphs[start..], text_size) } else { 0 };
        let run = &glyphs[start..start + length];
        let over = run.iter().filter(|g| stands_over(g, &bases)).count();
        if length > 0 && length <= LONGEST && over * 2 >= length {
            is_ruby[start..start + length].iter_mut().for_each(|r| *r = true);
        }
        start += length.max(1);
    }
    let mut at = 0;
    let mut ruby = Vec::new();
    glyphs.retain(|glyph| {
        at += 1;
        if is_ruby[at - 1] {
            ruby.push(*glyph);
        }
        !is_ruby[at - 1]
    });
    line::rows(ruby).iter().filter_map(|row| row.line(frame, (0, 0.0, 0.0))).collect()
}

/// The size that most kanji have.
fn size_of_text(glyphs: &[Glyph], frame: Frame) -> Option<f32> {
    let mut sizes: Vec<f32> = glyphs.iter().filter(|g| g.frame == frame && is_kanji(g.character)).map(|g| g.size).collect();
    let middle = sizes.len() / 2;
    (!sizes.is_empty()).then(|| *sizes.select_nth_unstable_by(middle, f32::total_cmp).1)
}

fn is_small_kana(glyph: &Glyph, text_size: f32) -> bool {
    glyph.size < 0.8 * text_size && is_kana(glyph.character)
}

/// How many glyphs, from the first, are small kana one after the other on one line.
fn run_at(glyphs: &[Glyph], text_size: f32) -> usize {
    let mut length = 0;
    while let Some(glyph) = glyphs.get(length).filter(|g| g.frame == glyphs[0].frame && is_small_kana(g, text_size)) {
        if let Some(last) = length.checked_sub(1).map(|l| glyphs[l]) {
            let apart = (last.v.0 - glyph.v.0).abs() > 0.3 * glyph.size || glyph.u.0 - last.u.1 > 2.5 * glyph.size;
            if apart || glyph.u.1 < last.u.0 || (last.size - glyph.size).abs() > 0.1 * glyph.size {
                break;
            }
        }
        length += 1;
    }
    // Small kana that go on as a text with kanji are a note in small type.
    let goes_on = glyphs.get(length).is_some_and(|next| {
        let last = glyphs.get(length.wrapping_sub(1)).unwrap_or(next);
        (last.size - next.size).abs() < 0.05 * last.size
            && (last.v.0 - next.v.0).abs() < 0.2 * last.size
            && next.u.0 - last.u.1 < 0.4 * last.size
    });
    if goes_on && glyphs.get(length).is_some_and(|g| !is_kana(g.character) && !g.character.is_whitespace()) { 0 } else { length }
}

/// Whether a kanji of the text stands right under the glyph.
fn stands_over(glyph: &Glyph, bases: &[Glyph]) -> bool {
    let middle = (glyph.u.0 + glyph.u.1) / 2.0;
    let from = bases.partition_point(|b| b.v.0 < glyph.v.0);
    bases[from..].iter().take_while(|b| b.v.0 < glyph.v.1 + 2.0 * glyph.size).any(|b| {
        // Long readings stick out over the kana beside their kanji.
        let over = b.u.0 - 0.8 * b.size < middle && middle < b.u.1 + 0.8 * b.size;
        let touches = (-0.35 * b.size..0.45 * b.size).contains(&(b.v.0 - glyph.v.1));
        over && touches && glyph.size <= LARGEST * b.size
    })
}

fn is_kanji(c: char) -> bool {
    matches!(c as u32, 0x3400..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff) || matches!(c, '々' | '〆' | 'ヶ')
}

fn is_kana(c: char) -> bool {
    matches!(c as u32, 0x3041..=0x309f | 0x30a1..=0x30ff)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glyphs(text: &str, u: f32, v: f32, size: f32) -> Vec<Glyph> {
        let glyph = |(i, character): (usize, char)| {
            let at = u + i as f32 * size;
            Glyph { character, frame: Frame::Right, u: (at, at + size), v: (v, v + size), size }
        };
        text.chars().enumerate().map(glyph).collect()
    }

    fn text(glyphs: &[Glyph]) -> String {
        glyphs.iter().map(|g| g.character).collect()
    }

    #[test]
    fn readings_leave_the_line_and_small_notes_stay() {
        let mut page = glyphs("市の例規を定める", 0.0, 100.0, 10.0);
        page.extend(glyphs("れいき", 22.0, 95.0, 5.0));
        page.extend(glyphs("この", 0.0, 120.0, 5.0));
        page.extend(glyphs("注", 10.0, 120.0, 5.0));
        let ruby = take(&mut page, Frame::Right);
        assert_eq!(ruby.iter().map(|l| l.text.as_str()).collect::<Vec<_>>(), ["れいき"]);
        assert_eq!(text(&page), "市の例規を定めるこの注");
    }
}
