//! Finding within a document: every place where its text says what a person looks for.
//!
//! Both are folded as searches fold (width, case, variant forms of characters), and white space counts for nothing: a line
//! may have been broken anywhere. Nothing is taken apart or ranked; that is what questions are for.

use crate::folding::{Folded, fold_for_search};
use crate::locator::Span;

/// The places where `sought` stands in `text`, in order, `most` at most. None for an empty text.
pub fn find(text: &str, sought: &str, most: usize) -> Vec<Span> {
    let needle: String = fold_for_search(sought).chars().filter(|c| !c.is_whitespace()).collect();
    if needle.is_empty() {
        return Vec::new();
    }
    let folded = Folded::for_search(text);
    let mut tight = String::with_capacity(folded.text.len());
    // For each byte of the tight text the byte of the folded one.
    let mut from = Vec::with_capacity(folded.text.len());
    for (at, c) in folded.text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
        tight.push(c);
        from.extend((0..c.len_utf8()).map(|i| at + i));
    }
    let place = |(at, found): (usize, &str)| {
        let (first, last) = (*from.get(at)?, *from.get(at + found.len() - 1)?);
        folded.original(Span::new(first, last + 1))
    };
    tight.match_indices(needle.as_str()).filter_map(place).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, sought: &str, expected: &[&str]) {
        let found: Vec<&str> = find(text, sought, 10).into_iter().filter_map(|s| s.slice(text)).collect();
        assert_eq!(found, expected, "{sought}");
    }

    #[test]
    fn width_case_and_line_breaks_hide_nothing() {
        check("手数料は1点につき５００円、別に500円", "500円", &["５００円", "500円"]);
        check("The PRINTER prints. Printer-2", "printer", &["PRINTER", "Printer"]);
        check("処理手\n数料は", "手数料", &["手\n数料"]);
        check("ｶﾞｲﾄﾞ", "ガイド", &["ｶﾞｲﾄﾞ"]);
        check("手数料", " ", &[]);
        check("手数料", "使用料", &[]);
    }

    #[test]
    fn no_more_than_asked_for() {
        assert_eq!(find(&"あ".repeat(50), "あ", 7).len(), 7);
    }
}
