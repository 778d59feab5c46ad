//! What kind of writing a character belongs to, as far as joining lines and words depends on it.

/// Whether the character is Japanese (or Chinese, Korean) writing or its full-width punctuation: no spaces stand
/// between such characters.
pub(crate) fn is_cjk(c: char) -> bool {
    matches!(c as u32,
        0x2e80..=0x9fff | 0xac00..=0xd7af | 0xf900..=0xfaff | 0xfe30..=0xfe4f | 0xff01..=0xff9f | 0xffe0..=0xffe6
        | 0x1f100..=0x1f2ff | 0x20000..=0x3ffff)
        || matches!(
            c,
            '―' | '…'
                | '‥'
                | '“'
                | '”'
                | '‘'
                | '’'
                | '○'
                | '●'
                | '◎'
                | '□'
                | '■'
                | '△'
                | '▲'
                | '▽'
                | '▼'
                | '◇'
                | '◆'
                | '★'
                | '☆'
                | '※'
                | '→'
        )
}

/// Whether the character belongs to a script that runs from right to left (Hebrew, Arabic and their like).
pub(crate) fn is_right_to_left(c: char) -> bool {
    matches!(c as u32, 0x590..=0x8ff | 0xfb1d..=0xfdff | 0xfe70..=0xfeff | 0x10800..=0x10fff | 0x1e800..=0x1efff)
        && !matches!(c as u32, 0x660..=0x669 | 0x6f0..=0x6f9)
}

/// Whether a sentence may end with the character.
pub(crate) fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '．' | '！' | '？' | '!' | '?')
}

/// A text on one line, with spaces for line breaks and tabs. A word whose characters were spread to fill its cell
/// (「面　積」「そ の 他」) is a word again.
pub(crate) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let letter = |word: &&str| {
        let mut characters = word.chars();
        matches!((characters.next(), characters.next()), (Some('\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'), None))
    };
    if words.len() > 1 && words.iter().all(letter) {
        return words.concat();
    }
    text.split(['\n', '\r', '\t']).map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether a space belongs between two texts that were cut apart only by the end of a line.
pub(crate) fn wants_space(before: char, after: char) -> bool {
    !(is_cjk(before) || is_cjk(after) || before.is_whitespace() || after.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_were_spread_are_words_again() {
        let lines = ["面\u{3000}積", "そ の 他", "増 減 率", "氏 名", "○ ×", "窓口 交付", "A B", " 一つ\n二つ "];
        assert_eq!(lines.map(one_line), ["面積", "その他", "増減率", "氏名", "○ ×", "窓口 交付", "A B", "一つ 二つ"]);
    }

    #[test]
    fn spaces_stand_only_between_words() {
        assert!(wants_space('n', '2'));
        assert!(!wants_space('は', 'K'));
        assert!(!wants_space('。', '市'));
    }
}
