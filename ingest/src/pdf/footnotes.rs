//! Footnotes: small type at the foot of a column, from a line with a mark on. They stand apart from the text, so that the
//! paragraph over them can run on to the next page.

use super::line::Line;
use super::page::PageLines;

/// Type of footnotes is at most this part of the body's.
const SMALLER: f32 = 0.93;
/// Footnotes stand in this lower part of a page.
const LOWER: f32 = 0.5;

/// Which lines of a page are footnotes: the last lines of their column, in smaller type, from one with a mark on.
pub(super) fn among(page: &PageLines, body: f32) -> Vec<bool> {
    let mut notes = vec![false; page.lines.len()];
    let small = |l: &Line| {
        let low = !l.frame.vertical() && l.v.0 > LOWER * page.height;
        l.table.is_none() && l.size <= SMALLER * body && low && l.column.0 != usize::MAX
    };
    let mut end = page.lines.len();
    while end > 0 {
        let column = page.lines[end - 1].column.0;
        let start = page.lines[..end].iter().rposition(|l| l.column.0 != column).map_or(0, |i| i + 1);
        let first_small = page.lines[start..end].iter().rposition(|l| !small(l)).map_or(start, |i| start + i + 1);
        let marked = (first_small..end).find(|i| begins(&page.lines[*i].text));
        // A page of small type alone has no body that the notes could stand under.
        if let Some(first) = marked.filter(|first| *first > start || start > 0) {
            notes[first..end].iter_mut().for_each(|n| *n = true);
        }
        end = start;
    }
    notes
}

/// Whether a line begins as a footnote does: 「*1」「※」「注1」「†」「1)」「(1)」 or a raised number.
pub(super) fn begins(line: &str) -> bool {
    let line = line.trim_start();
    let Some(first) = line.chars().next() else { return false };
    let after_number = || line.trim_start_matches(|c: char| c.is_numeric()).chars().next();
    match first {
        '*' | '＊' | '†' | '‡' | '※' | '∗' | '⁎' | '¹' | '²' | '³' | '⁴'..='⁹' => true,
        '注' | '（' | '(' | '〔' | '[' => line.chars().nth(1).is_some_and(|c| c.is_numeric() || c == '注'),
        c if c.is_numeric() => {
            line.chars().take_while(|c| c.is_numeric()).count() <= 3
                && after_number().is_some_and(|c| !matches!(c, '.' | '．' | '年' | '月'))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_begin_with_a_mark_and_dates_are_none() {
        assert!(["※ 詳しくは窓口へ", "注1 市長が定める", "1) see the manual", "*2 税別"].iter().all(|l| begins(l)));
        assert!(["2024年4月から", "1. はじめに", "市長は"].iter().all(|l| !begins(l)));
    }
}
