//! How text is folded before an embedder sees it.
//!
//! Multilingual embedders were trained behind SentencePiece's `nmt_nfkc` rules. The default model's GGUF carries no
//! character map, so the rules are applied here: NFKC, line breaks and the like as a space, control characters
//! dropped, and the full-width tilde kept, all as in the map of the model's own tokenizer. For models that bring a map
//! this changes nothing, because folding twice is folding once.

use unicode_normalization::UnicodeNormalization;

/// The text as the embedder's tokenizer wants it.
pub(crate) fn nmt_nfkc(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    // The full-width tilde, common in Japanese ranges (９～１７時), is no compatibility character to these rules.
    for (i, piece) in text.split('\u{ff5e}').enumerate() {
        if i > 0 {
            folded.push('\u{ff5e}');
        }
        folded.extend(piece.chars().filter_map(mapped).nfkc());
    }
    folded
}

fn mapped(c: char) -> Option<char> {
    match c {
        '\t' | '\n' | '\u{c}' | '\r' => Some(' '),
        '\u{1680}' | '\u{200b}'..='\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{2581}' | '\u{feff}' | '\u{fffd}' => Some(' '),
        '\0'..='\u{1f}' | '\u{7f}' | '\u{8f}' | '\u{9f}' => None,
        _ => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::nmt_nfkc;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(nmt_nfkc(text), expected);
    }

    #[test]
    fn text_is_folded_as_the_models_own_tokenizer_folds_it() {
        check("ＡＢＣ　ｶﾀｶﾅ　①", "ABC カタカナ 1");
        check("第九条\n手数料", "第九条 手数料");
        check("９～１７時", "9～17時");
        check("a\u{200b}b\u{0}c\u{feff}", "a bc ");
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in ".*") {
            let once = nmt_nfkc(&text);
            prop_assert_eq!(nmt_nfkc(&once), once);
        }
    }
}
