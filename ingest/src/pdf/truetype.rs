//! The character map of an embedded TrueType font, read backwards: what its glyphs mean.
//!
//! Some files embed a whole font, give codes that are glyph numbers, and no Unicode map; the font itself knows: by its
//! `cmap` table, else by the names in its `post` table.

use std::collections::HashMap;

/// The glyphs of the Macintosh character set in their order, from glyph 3 (OpenType, `post` format 1).
const MACINTOSH: &str = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~ÄÅÇÉÑÖÜáàâäãåçéè\
    êëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u{a0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄¤‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{f8ff}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ\
    ŁłŠšŽž¦ÐðÝýÞþ−×¹²³½¼¾₣ĞğİŞşĆćČčđ";

/// The character of a glyph in fonts that keep the order of Microsoft's: the Macintosh order without the no-break space.
/// Files that do not embed such a font name its glyphs by number all the same.
pub(crate) fn character_of_office_font(glyph: u32) -> Option<char> {
    let at = usize::try_from(glyph).ok()?.checked_sub(3)?;
    let c = MACINTOSH.chars().filter(|c| *c != '\u{a0}').nth(at)?;
    (c != '\u{f8ff}').then_some(c)
}

/// Characters by glyph number; `None` for a font that does not say.
pub(crate) fn characters(font: &[u8]) -> Option<HashMap<u32, char>> {
    by_map(font).filter(|c| !c.is_empty()).or_else(|| by_names(font))
}

/// By a Unicode character map (subtables 4 and 12).
fn by_map(font: &[u8]) -> Option<HashMap<u32, char>> {
    let cmap = table(font, b"cmap")?;
    let mut best: Option<(u8, usize)> = None;
    for record in 0..usize::from(u16_at(cmap, 2)?).min(64) {
        let at = 4 + record * 8;
        let rank = match (u16_at(cmap, at)?, u16_at(cmap, at + 2)?) {
            (3, 10) | (0, 4 | 6) => 2,
            (3, 1) | (0, 0..=3) => 1,
            _ => continue,
        };
        let offset = u32_at(cmap, at + 4)? as usize;
        if best.is_none_or(|(r, _)| rank > r) {
            best = Some((rank, offset));
        }
    }
    let subtable = cmap.get(best?.1..)?;
    let mut found = HashMap::new();
    match u16_at(subtable, 0)? {
        4 => segments(subtable, &mut found)?,
        12 => groups(subtable, &mut found)?,
        _ => return None,
    }
    Some(found)
}

/// By the names of the glyphs (`post` formats 1 and 2).
fn by_names(font: &[u8]) -> Option<HashMap<u32, char>> {
    let post = table(font, b"post")?;
    let macintosh: Vec<char> = MACINTOSH.chars().collect();
    let standard = |name: usize| macintosh.get(name.checked_sub(3)?).copied();
    let mut found = HashMap::new();
    let mut say = |glyph: usize, c: Option<char>| {
        if let Some(c) = c {
            note(&mut found, glyph as u32, u32::from(c));
        }
    };
    match u32_at(post, 0)? {
        0x0001_0000 => (3..258).for_each(|glyph| say(glyph, standard(glyph))),
        0x0002_0000 => {
            let count = usize::from(u16_at(post, 32)?);
            let mut names = Vec::new();
            let mut at = 34 + count * 2;
            while let Some(length) = post.get(at).filter(|_| names.len() < 0xffff) {
                let Some(name) = post.get(at + 1..at + 1 + usize::from(*length)) else { break };
                names.push(name);
                at += 1 + usize::from(*length);
            }
            for glyph in 0..count {
                let name = usize::from(u16_at(post, 34 + glyph * 2)?);
                let own = || name_of(std::str::from_utf8(names.get(name.checked_sub(258)?)?).ok()?);
                say(glyph, standard(name).or_else(own));
            }
        }
        _ => return None,
    }
    (!found.is_empty()).then_some(found)
}

/// The character that a glyph's name spells: 「uni3042」, 「u20B9F」, or a single letter.
pub(crate) fn name_of(name: &str) -> Option<char> {
    let base = name.split('.').next()?;
    let digits = match (base.strip_prefix("uni"), base.strip_prefix('u')) {
        (Some(digits), _) if digits.len() == 4 => digits,
        (_, Some(digits)) if (4..=6).contains(&digits.len()) => digits,
        _ => {
            let mut characters = base.chars();
            return characters.next().filter(|_| characters.next().is_none());
        }
    };
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

fn table<'f>(font: &'f [u8], tag: &[u8; 4]) -> Option<&'f [u8]> {
    let start = if font.starts_with(b"ttcf") { u32_at(font, 12)? as usize } else { 0 };
    for record in 0..usize::from(u16_at(font, start + 4)?) {
        let at = start + 12 + record * 16;
        if font.get(at..at + 4)? == tag {
            return font.get(u32_at(font, at + 8)? as usize..);
        }
    }
    None
}

/// Format 4: segments with deltas (OpenType, `cmap`).
fn segments(table: &[u8], found: &mut HashMap<u32, char>) -> Option<()> {
    let count = usize::from(u16_at(table, 6)? / 2);
    let (ends, starts, deltas, offsets) = (14, 16 + count * 2, 16 + count * 4, 16 + count * 6);
    // Each code stands in one segment; segments that overlap would have it looked at thousands of times.
    let mut left = 0x2_0000_u32;
    for segment in 0..count {
        let (start, end) = (u16_at(table, starts + segment * 2)?, u16_at(table, ends + segment * 2)?);
        let (delta, offset) = (u16_at(table, deltas + segment * 2)?, u16_at(table, offsets + segment * 2)?);
        for code in start..=end {
            left -= 1;
            if left == 0 {
                return Some(());
            }
            let glyph = if offset == 0 {
                code.wrapping_add(delta)
            } else {
                let at = offsets + segment * 2 + usize::from(offset) + usize::from(code - start) * 2;
                match u16_at(table, at) {
                    Some(0) | None => continue,
                    Some(glyph) => glyph.wrapping_add(delta),
                }
            };
            note(found, u32::from(glyph), u32::from(code));
        }
    }
    Some(())
}

/// Format 12: groups.
fn groups(table: &[u8], found: &mut HashMap<u32, char>) -> Option<()> {
    // There are no more characters than these; groups that overlap would have each of them named again and again.
    let mut left = 0x11_0000_u32;
    for group in 0..(u32_at(table, 12)? as usize).min(100_000) {
        let at = 16 + group * 12;
        let (start, end, glyph) = (u32_at(table, at)?, u32_at(table, at + 4)?, u32_at(table, at + 8)?);
        for code in start..=end.min(start.saturating_add(0xffff)) {
            note(found, glyph.saturating_add(code - start), code);
            left -= 1;
            if left == 0 {
                return Some(());
            }
        }
    }
    Some(())
}

/// The first (lowest) character of a glyph is its plainest.
fn note(found: &mut HashMap<u32, char>, glyph: u32, code: u32) {
    let Some(character) = char::from_u32(code) else { return };
    if glyph != 0 && code != 0xffff && !('\u{e000}'..='\u{f8ff}').contains(&character) {
        found.entry(glyph).or_insert(character);
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glyphs_of_office_fonts_are_counted_from_the_space() {
        let text = |glyphs: &[u32]| glyphs.iter().filter_map(|g| character_of_office_font(*g)).collect::<String>();
        assert_eq!(text(&[0x36, 0x52, 3, 0x28, 0x26, 0xcf, 0x31]), "So ECÓN");
        assert_eq!(text(&[0xb3, 0xb4]), "“”");
    }

    #[test]
    fn names_spell_characters() {
        assert_eq!(
            [name_of("uni5E02"), name_of("u20B9F.vert"), name_of("A"), name_of("glyph12")],
            [Some('市'), Some('𠮟'), Some('A'), None]
        );
    }

    #[test]
    fn a_font_of_the_machine_is_read_backwards() {
        let Ok(font) = std::fs::read("/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf") else {
            println!("skipped: no IPA font");
            return;
        };
        let characters = characters(&font).expect("a character map");
        assert!(characters.values().any(|c| *c == '市'));
        assert!(characters.len() > 6_000);
    }
}
