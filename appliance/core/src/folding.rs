//! Folding: the form in which texts are compared, with the way back to the original bytes.
//!
//! NFKC (full and half width, circled digits, ligatures) and lower case. The index, the query and the checks all
//! fold with the functions here, so that two texts that fold alike match everywhere or nowhere. What is searched for is
//! folded further than what is quoted: variant forms of characters are one ([`fold_for_search`]), while a quotation
//! must keep the form that its source has.

mod variants;

pub use variants::{everyday, everyday_in_words};

use crate::locator::Span;
use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// How far katakana lie behind hiragana in Unicode.
const BETWEEN_KANA: u32 = 0x60;

/// A folded text that knows which original bytes each folded character came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// The folded text.
    pub text: String,
    /// For each byte of `text`, the original span of the cluster it came from.
    origins: Vec<Span>,
}

impl Folded {
    /// Folds `text`.
    pub fn new(text: &str) -> Self {
        Self::with(text, |c| c)
    }

    /// Folds `text` as searches do.
    pub fn for_search(text: &str) -> Self {
        Self::with(text, everyday)
    }

    fn with(text: &str, form: impl Fn(char) -> char) -> Self {
        let mut folded = Self { text: String::with_capacity(text.len()), origins: Vec::with_capacity(text.len()) };
        let mut clusters = text.char_indices().peekable();
        while let Some((start, c)) = clusters.next() {
            let mut cluster = String::from(c);
            let mut end = start + c.len_utf8();
            // A half-width voiced mark (ｶﾞ) or a combining mark belongs to the character before it.
            while let Some(&(at, mark)) = clusters.peek() {
                if !is_combining_mark(mark) && !matches!(mark, '\u{ff9e}' | '\u{ff9f}') {
                    break;
                }
                cluster.push(mark);
                end = at + mark.len_utf8();
                clusters.next();
            }
            for c in cluster.nfkc().flat_map(char::to_lowercase).map(&form) {
                folded.text.push(c);
                folded.origins.extend(std::iter::repeat_n(Span::new(start, end), c.len_utf8()));
            }
        }
        folded
    }

    /// The original bytes behind a span of the folded text; `None` for an empty or foreign span.
    pub fn original(&self, span: Span) -> Option<Span> {
        let first = self.origins.get(span.start)?;
        let last = self.origins.get(span.end.checked_sub(1)?)?;
        (span.start < span.end).then(|| Span::new(first.start, last.end))
    }

    /// The original bytes of the first place where the folded `needle` occurs.
    pub fn find(&self, needle: &str) -> Option<Span> {
        let needle = fold(needle);
        let start = self.text.find(needle.as_str())?;
        self.original(Span::new(start, start + needle.len()))
    }
}

/// Folds `text` where the way back is not needed.
pub fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// Folds `text` and takes each character in its form of every day: the form in which texts are searched.
pub fn fold_for_search(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).map(everyday).collect()
}

/// Folds `text` and drops all white space: the form in which quotations are compared.
pub fn fold_tight(text: &str) -> String {
    fold(text).chars().filter(|c| !c.is_whitespace()).collect()
}

/// The character pairs of a text: the terms of the index's unbroken-language field.
///
/// Runs of ASCII letters and digits stay whole; other runs of letters give each pair of neighbours, and a run of one
/// character gives that character. Folds for search first. The order is that of the text, with repeats.
pub fn character_pairs(text: &str) -> Vec<String> {
    let folded = fold_for_search(text);
    spans_of_pairs(&folded).map(|s| folded[s.start..s.end].to_owned()).collect()
}

/// The bytes of each of the pairs in a folded text.
fn spans_of_pairs(folded: &str) -> impl Iterator<Item = Span> {
    let start_of = |part: &str| part.as_ptr() as usize - folded.as_ptr() as usize;
    let runs = folded.split(|c: char| !c.is_alphanumeric()).filter(|r| !r.is_empty());
    runs.flat_map(split_by_script).flat_map(move |part| {
        let start = start_of(part);
        if part.is_ascii() || part.chars().nth(1).is_none() {
            return vec![Span::new(start, start + part.len())];
        }
        let pairs = part.char_indices().zip(part.chars().skip(1));
        pairs.map(|((at, a), b)| Span::new(start + at, start + at + a.len_utf8() + b.len_utf8())).collect()
    })
}

/// Where a text shows what was searched for: the original bytes of all `terms` (of [`character_pairs`]) that occur in
/// it, neighbours joined, in order.
pub fn highlights(text: &str, terms: &HashSet<String>) -> Vec<Span> {
    let folded = Folded::for_search(text);
    let held = spans_of_pairs(&folded.text).filter(|s| terms.contains(&folded.text[s.start..s.end]));
    let mut found: Vec<Span> = Vec::new();
    for span in held.filter_map(|s| folded.original(s)) {
        match found.last_mut().filter(|last| last.end >= span.start) {
            Some(last) => last.end = last.end.max(span.end),
            None => found.push(span),
        }
    }
    found
}

/// Cuts a run of alphanumerics where ASCII meets another script (`10月` gives `10`, `月`).
fn split_by_script(run: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut previous: Option<bool> = None;
    for (at, c) in run.char_indices() {
        if previous.is_some_and(|ascii| ascii != c.is_ascii()) {
            parts.push(&run[start..at]);
            start = at;
        }
        previous = Some(c.is_ascii());
    }
    parts.push(&run[start..]);
    parts
}

/// A hiragana as katakana; any other character as it is.
pub fn katakana(c: char) -> char {
    match c {
        'ぁ'..='ゖ' => char::from_u32(c as u32 + BETWEEN_KANA).unwrap_or(c),
        _ => c,
    }
}

/// A katakana as hiragana; any other character as it is.
fn hiragana(c: char) -> char {
    match c {
        'ァ'..='ヶ' => char::from_u32(c as u32 - BETWEEN_KANA).unwrap_or(c),
        _ => c,
    }
}

/// Whether a [set of pairs](pair_set) holds a pair, in whichever kana (ごみ, ゴミ).
pub fn holds_pair(pairs: &HashSet<String>, pair: &str) -> bool {
    let holds_as = |kana: fn(char) -> char| {
        let other: String = pair.chars().map(kana).collect();
        other != pair && pairs.contains(&other)
    };
    pairs.contains(pair) || holds_as(hiragana) || holds_as(katakana)
}

/// The set of a text's [`character_pairs`].
pub fn pair_set(text: &str) -> HashSet<String> {
    character_pairs(text).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(character_pairs(text), expected);
    }

    #[test]
    fn a_pair_is_held_in_either_kana() {
        let holds = |text: &str, pair: &str| holds_pair(&pair_set(text), pair);
        assert!(holds("粗大ごみの手数料", "ゴミ") && holds("粗大ごみ", "大ゴ") && holds("粗大ゴミ", "ごみ") && holds("粗大ごみ", "ごみ"));
        assert!(!holds("粗大ごみ", "ゴム"));
    }

    #[test]
    fn pairs_keep_latin_words_whole() {
        check("粗大ごみ", &["粗大", "大ご", "ごみ"]);
        check("Ｅｒｒｏｒ０ｘ８０ の意味", &["error0x80", "の意", "意味"]);
        check("10月1日", &["10", "月", "1", "日"]);
        check("ｶﾞｲﾄﾞ", &["ガイ", "イド"]);
        check("", &[]);
    }

    #[test]
    fn a_find_gives_the_original_bytes() {
        let text = "手数料は５００円（ｶﾞｲﾄﾞ料を含む）";
        let folded = Folded::new(text);
        let span = folded.find("500円").expect("the amount occurs");
        assert_eq!(span.slice(text), Some("５００円"));
        assert_eq!(folded.find("ガイド").and_then(|s| s.slice(text)), Some("ｶﾞｲﾄﾞ"));
    }

    #[test]
    fn searches_know_variants_and_quotations_do_not() {
        assert_eq!(character_pairs("髙橋さん、齊藤"), character_pairs("高橋さん、斉藤"));
        assert_ne!(fold("髙橋"), fold("高橋"));
    }

    #[test]
    fn highlights_are_the_original_bytes() {
        let text = "（１）髙橋　濵子のｶﾞｲﾄﾞ料は、５００円とする。";
        let shown = |question: &str| -> Vec<&str> {
            let terms = pair_set(question);
            highlights(text, &terms).into_iter().filter_map(|s| s.slice(text)).collect()
        };
        assert_eq!(shown("高橋浜子のガイド料"), ["髙橋", "濵子のｶﾞｲﾄﾞ料"]);
        assert_eq!(shown("500円です"), ["５００"], "円 stands in a pair of its own there");
        assert!(shown("図書館").is_empty());
    }

    proptest! {
        #[test]
        fn every_highlight_slices(text in "\\PC{0,40}", question in "\\PC{0,10}") {
            for span in highlights(&text, &pair_set(&question)) {
                prop_assert!(span.slice(&text).is_some());
            }
        }

        #[test]
        fn every_folded_character_leads_back(text in "\\PC{0,40}") {
            let folded = Folded::new(&text);
            for (at, c) in folded.text.char_indices() {
                let origin = folded.original(Span::new(at, at + c.len_utf8())).expect("an origin");
                prop_assert!(origin.slice(&text).is_some());
            }
        }
    }
}
