//! Meaning: what the characters that a file gives a glyph are worth to a reader.
//!
//! Most are taken as they are. Some stand for others (radicals for kanji, ligatures for letters, pieces of large
//! brackets in private use), some are nothing to read (joiners, selectors of variants), and some cannot be what the
//! page shows: those ask the font itself (see [`super::fonts`]).

use unicode_normalization::UnicodeNormalization;

/// What the characters of a glyph are worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Characters to read. `true` when the file's own were put right by their shape.
    Text(String, bool),
    /// Nothing to read: joiners, selectors, line feeds.
    Nothing,
    /// Characters that Japanese files rarely mean: the font is asked, and believed when it says otherwise.
    Doubtful(String),
    /// Characters that mean nothing (private use, control and replacement characters).
    None,
}

impl Meaning {
    /// The characters, where there are any.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text, _) | Self::Doubtful(text) => Some(text),
            Self::Nothing | Self::None => None,
        }
    }
}

/// Whether a character is what nearly every glyph means: Latin letters and signs, kana, kanji, full-width forms.
pub(crate) fn is_plain(c: char) -> bool {
    matches!(c as u32,
        0x20..=0x7e | 0xa1..=0xac | 0xae..=0x24f | 0x2010..=0x2027 | 0x2030..=0x205e | 0x2070..=0x2bff | 0x3001..=0x30ff
        | 0x3200..=0x33ff | 0x4e00..=0x9fff | 0xff01..=0xff9f | 0xffe0..=0xffe6)
}

/// What the characters of a glyph are worth.
pub(crate) fn meaning(text: &str) -> Meaning {
    let mut out = String::with_capacity(text.len());
    let (mut mended, mut doubtful, mut lost) = (false, false, false);
    for c in text.chars() {
        match c {
            c if is_plain(c) => out.push(c),
            '\u{2e80}'..='\u{2fdf}' => {
                out.push(radical(c));
                mended = true;
            }
            '\u{fb00}'..='\u{fb06}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{f900}'..='\u{faff}' => {
                out.extend(std::iter::once(c).nfkc());
            }
            '\t' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' => out.push(' '),
            '\u{3000}' => out.push(c),
            '\u{ad}' => out.push('-'),
            '\u{f8e5}'..='\u{f8fe}' => out.extend(bracket_piece(c)),
            '\n' | '\r' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => {}
            '\u{180b}'..='\u{180e}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => {}
            '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{10ffff}' => lost = true,
            c if c.is_control() || c as u32 & 0xfffe == 0xfffe => lost = true,
            c => {
                doubtful = true;
                out.push(c);
            }
        }
    }
    match (out.is_empty(), lost) {
        (true, true) => Meaning::None,
        (true, false) => Meaning::Nothing,
        _ if doubtful => Meaning::Doubtful(out),
        _ => Meaning::Text(out, mended),
    }
}

/// The kana that files of some writers shift into the rare kanji of extension A (の becomes 䛾): all by one distance.
pub(crate) fn shifted_kana(c: char) -> Option<char> {
    const DISTANCE: u32 = 0x1690;
    (0x46d1..=0x478e).contains(&(c as u32)).then(|| char::from_u32(c as u32 - DISTANCE)).flatten()
}

/// The kanji that a radical looks like. Fonts draw both with one glyph, and writers of files pick the wrong one of its
/// two characters. Unicode decomposes the Kangxi radicals; the supplement follows its EquivalentUnifiedIdeograph table.
fn radical(c: char) -> char {
    const SUPPLEMENT: [(char, char); 44] = [
        ('⺅', '亻'),
        ('⺉', '刂'),
        ('⺒', '巳'),
        ('⺕', '彐'),
        ('⺖', '忄'),
        ('⺘', '扌'),
        ('⺙', '攵'),
        ('⺜', '日'),
        ('⺝', '月'),
        ('⺟', '母'),
        ('⺠', '民'),
        ('⺡', '氵'),
        ('⺢', '氺'),
        ('⺣', '灬'),
        ('⺤', '爫'),
        ('⺨', '犭'),
        ('⺩', '王'),
        ('⺫', '目'),
        ('⺬', '示'),
        ('⺭', '礻'),
        ('⺮', '竹'),
        ('⺶', '羊'),
        ('⺼', '肉'),
        ('⺾', '艹'),
        ('⺿', '艹'),
        ('⻀', '艹'),
        ('⻁', '虎'),
        ('⻂', '衤'),
        ('⻄', '西'),
        ('⻆', '角'),
        ('⻌', '辶'),
        ('⻍', '辶'),
        ('⻎', '辶'),
        ('⻑', '長'),
        ('⻘', '青'),
        ('⻝', '食'),
        ('⻣', '骨'),
        ('⻤', '鬼'),
        ('⻨', '麦'),
        ('⻩', '黄'),
        ('⻫', '斉'),
        ('⻭', '歯'),
        ('⻯', '竜'),
        ('⻲', '亀'),
    ];
    let known = SUPPLEMENT.binary_search_by_key(&c, |(radical, _)| *radical).ok().map(|at| SUPPLEMENT[at].1);
    known.or_else(|| std::iter::once(c).nfkc().next()).unwrap_or(c)
}

/// The pieces of large brackets and a few signs, which Adobe's glyph list puts into private use.
fn bracket_piece(c: char) -> Option<char> {
    let at = (c as usize).checked_sub(0xf8e5)?;
    "⎯⏐⎯®©™⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪⎮⎞⎟⎠⎤⎥⎦⎫⎬⎭".chars().nth(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str, mended: bool) {
        assert_eq!(meaning(text), Meaning::Text(expected.to_owned(), mended));
    }

    #[test]
    fn radicals_read_as_the_kanji_they_look_like() {
        check("⼀⼆⽅", "一二方", true);
        check("⻑⻘⺠⻄", "長青民西", true);
        check("市長", "市長", false);
    }

    #[test]
    fn ligatures_and_pieces_of_brackets_are_characters() {
        check("ﬁ", "fi", false);
        check("\u{f8f1}", "⎧", false);
        check("\u{f8fe}", "⎭", false);
        check("葛\u{e0100}", "葛", false);
    }

    #[test]
    fn private_use_and_controls_mean_nothing() {
        assert_eq!(meaning("\u{e123}"), Meaning::None);
        assert_eq!(meaning("\u{3}"), Meaning::None);
        assert_eq!(meaning("\u{200c}"), Meaning::Nothing);
        assert_eq!(meaning("Ж"), Meaning::Doubtful("Ж".to_owned()));
    }

    #[test]
    fn kana_are_shifted_back() {
        assert_eq!("䛾䛿䛷䛸䛻䜢䛺䛧".chars().filter_map(shifted_kana).collect::<String>(), "のはでとにをなし");
        assert_eq!(shifted_kana('一'), None);
    }
}
