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

/// Whether a space belongs between two texts that were cut apart only by the end of a line.
pub(crate) fn wants_space(before: char, after: char) -> bool {
    !(is_cjk(before) || is_cjk(after) || before.is_whitespace() || after.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_stand_only_between_words() {
        assert!(wants_space('n', '2'));
        assert!(!wants_space('は', 'K'));
        assert!(!wants_space('。', '市'));
    }
}
