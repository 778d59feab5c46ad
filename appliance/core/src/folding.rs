//! Folding: the form in which texts are compared, with the way back to the original bytes.
//!
//! NFKC (full and half width, circled digits, ligatures) and lower case. The index, the query and the checks all
//! fold with the functions here, so that two texts that fold alike match everywhere or nowhere.

use crate::locator::Span;
use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

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
            for c in cluster.nfkc().flat_map(char::to_lowercase) {
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

/// Folds `text` and drops all white space: the form in which quotations are compared.
pub fn fold_tight(text: &str) -> String {
    fold(text).chars().filter(|c| !c.is_whitespace()).collect()
}

/// The character pairs of a text: the terms of the index's unbroken-language field.
///
/// Runs of ASCII letters and digits stay whole; other runs of letters give each pair of neighbours, and a run of one
/// character gives that character. Folds first. The order is that of the text, with repeats.
pub fn character_pairs(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut pairs = Vec::new();
    for run in folded.split(|c: char| !c.is_alphanumeric()).filter(|r| !r.is_empty()) {
        for part in split_by_script(run) {
            let chars: Vec<char> = part.chars().collect();
            if part.is_ascii() || chars.len() == 1 {
                pairs.push(part.to_owned());
            } else {
                pairs.extend(chars.windows(2).map(|w| w.iter().collect::<String>()));
            }
        }
    }
    pairs
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

    proptest! {
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
