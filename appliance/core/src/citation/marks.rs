//! Citation marks in free wording: `[1]`, `[1, 3]`, `［２］`.

use crate::folding::fold;

/// Takes the marks `[1]`, `[1, 3]`, `［２］` out of a text, and gives the numbers in order of appearance.
pub(super) fn take_citations(text: &str) -> (String, Vec<u32>) {
    let mut kept = String::new();
    let mut numbers = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['[', '［']) {
        let inner_at = open + rest[open..].chars().next().map_or(1, char::len_utf8);
        let Some(close) = rest[inner_at..].find([']', '］']).map(|c| c + inner_at) else { break };
        let inner = fold(&rest[inner_at..close]);
        let parsed: Option<Vec<u32>> = inner.split([',', '、', ' ']).filter(|p| !p.is_empty()).map(|p| p.parse().ok()).collect();
        let after = close + rest[close..].chars().next().map_or(1, char::len_utf8);
        match parsed {
            Some(found) if !found.is_empty() => {
                kept.push_str(&rest[..open]);
                numbers.extend(found);
            }
            _ => kept.push_str(&rest[..after]),
        }
        rest = &rest[after..];
    }
    kept.push_str(rest);
    numbers.dedup();
    (kept.trim().to_owned(), numbers)
}

/// Moves `。[1]` to `[1]。`, so that a mark behind the full stop stays with its sentence.
pub(super) fn marks_before_full_stops(text: &str) -> String {
    let mut moved = text.to_owned();
    for stop in ['。', '.', '！', '？'] {
        let mut searched = 0;
        while let Some(at) = moved[searched..].find(&format!("{stop}[")).map(|a| a + searched) {
            let mark_at = at + stop.len_utf8();
            let Some(close) = moved[mark_at..].find(']').map(|c| c + mark_at + 1) else { break };
            let mark = moved[mark_at..close].to_owned();
            if mark[1..mark.len() - 1].chars().all(|c| c.is_ascii_digit() || c == ',' || c == ' ') {
                moved.replace_range(at..close, &format!("{mark}{stop}"));
            }
            searched = close;
        }
    }
    moved
}
