//! Sentences: where they end in Japanese and English text.

use crate::locator::Span;

/// The sentences of `text`, without white space at their ends. Together they hold all its other characters.
///
/// A sentence ends after 。！？ (with a closing bracket or quotation mark that follows), at a line break, and after
/// `.`, `!` or `?` followed by white space. A full stop inside brackets does not end the sentence around them.
pub fn sentences(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut start = 0;
    let mut depth = 0_i32;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = at + c.len_utf8();
        let next = chars.peek().map(|&(_, n)| n);
        match c {
            '「' | '『' | '（' | '(' | '【' | '［' => depth += 1,
            '」' | '』' | '）' | ')' | '】' | '］' => depth = (depth - 1).max(0),
            _ => {}
        }
        let ends = match c {
            '\n' => true,
            '。' | '！' | '？' | '．' => depth == 0 && !matches!(next, Some('」' | '』' | '）' | ')')),
            '.' | '!' | '?' => depth == 0 && next.is_none_or(char::is_whitespace),
            _ => false,
        };
        if ends {
            // An unbalanced bracket must not swallow the rest of the document.
            if c == '\n' {
                depth = 0;
            }
            push_trimmed(&mut spans, text, start, after);
            start = after;
        }
    }
    push_trimmed(&mut spans, text, start, text.len());
    spans
}

fn push_trimmed(spans: &mut Vec<Span>, text: &str, start: usize, end: usize) {
    let piece = &text[start..end];
    let trimmed = piece.trim();
    if !trimmed.is_empty() {
        let from = start + (piece.len() - piece.trim_start().len());
        spans.push(Span::new(from, from + trimmed.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = sentences(text).into_iter().filter_map(|s| s.slice(text)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn sentences_end_where_a_reader_ends_them() {
        check("手数料は500円とする。ただし、免除する。", &["手数料は500円とする。", "ただし、免除する。"]);
        check("「休館。」と書く。次。", &["「休館。」と書く。", "次。"]);
        check("目的（法第1条。以下同じ。）を定める。次", &["目的（法第1条。以下同じ。）を定める。", "次"]);
        check("Press F1. Version 2.5 is new.", &["Press F1.", "Version 2.5 is new."]);
        check("一\n 二 \n\n", &["一", "二"]);
        check("(開いたまま\n次の行。終わり", &["(開いたまま", "次の行。", "終わり"]);
    }
}
