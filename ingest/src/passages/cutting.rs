//! Cutting what is too long: between lines and sentences, else at commas, else anywhere.

use crate::script::ends_sentence;
use appliance_core::locator::Span;

/// Characters that a passage aims at, and that it seldom exceeds.
pub(super) const TARGET: usize = 350;
pub(super) const LONGEST: usize = 600;

/// Cuts a span that is too long: at line ends and sentence ends, else at commas, else anywhere.
pub(super) fn cut(text: &str, span: Span) -> Vec<Span> {
    let mut parts = Vec::new();
    let mut start = span.start;
    while let Some(rest) = text.get(start..span.end) {
        if rest.chars().nth(LONGEST).is_none() {
            break;
        }
        let end = start + best_cut(rest);
        parts.extend(trimmed(text, Span::new(start, end)));
        start = end;
    }
    parts.extend(trimmed(text, Span::new(start, span.end)));
    parts
}

/// Where to cut a text that is longer than [`LONGEST`]: the last good place at or before the target, or the first after.
fn best_cut(text: &str) -> usize {
    let mut best: Option<(u8, usize)> = None;
    let mut before = None;
    for (count, (at, c)) in text.char_indices().enumerate() {
        let end = at + c.len_utf8();
        let quality = match c {
            '\n' => 3,
            c if ends_sentence(c) => 3,
            '、' | '，' | '；' | ';' => 2,
            c if c.is_whitespace() => 1,
            _ => 0,
        };
        let early = count < TARGET / 2;
        if !early && quality > 0 && (count <= TARGET || best.is_none_or(|(q, _)| q < quality)) && best.is_none_or(|(q, _)| quality >= q) {
            best = Some((quality, end));
        }
        if count >= LONGEST - 1 {
            before = Some(end);
            break;
        }
        if count > TARGET && best.is_some_and(|(q, _)| q == 3) {
            break;
        }
    }
    best.map(|(_, end)| end).or(before).unwrap_or(text.len())
}

/// A span without the white space at its ends; `None` when nothing is left.
pub(super) fn trimmed(text: &str, span: Span) -> Option<Span> {
    let slice = span.slice(text)?;
    let start = span.start + (slice.len() - slice.trim_start().len());
    let end = span.end - (slice.len() - slice.trim_end().len());
    (start < end).then(|| Span::new(start, end))
}
