//! Cutting what is too long: between lines and sentences, else at commas, else anywhere.

use crate::script::ends_sentence;
use appliance_core::locator::Span;

/// Characters that a passage aims at, and that it seldom exceeds; twice as many in Latin writing.
pub(super) const TARGET: usize = 350;
pub(super) const LONGEST: usize = 600;
/// Letters of Latin writing that say as much as one Japanese character.
const LATIN: usize = 2;

/// How many letters count as one: a sentence takes about twice as many in Latin writing as in Japanese.
fn letters_a_character(text: &str) -> usize {
    let latin = text.chars().filter(char::is_ascii_alphabetic).count();
    if latin * 10 > text.chars().count() * 6 { LATIN } else { 1 }
}

/// The length of a text in characters, as [`TARGET`] and [`LONGEST`] count them.
pub(super) fn length(text: &str) -> usize {
    text.chars().count() / letters_a_character(text)
}

/// Cuts a span that is too long: at line ends and sentence ends, else at commas, else anywhere.
pub(super) fn cut(text: &str, span: Span) -> Vec<Span> {
    let mut parts = Vec::new();
    let mut start = span.start;
    while let Some(rest) = text.get(start..span.end) {
        let scale = letters_a_character(rest);
        if rest.chars().nth(LONGEST * scale).is_none() {
            break;
        }
        let end = start + best_cut(rest, TARGET * scale, LONGEST * scale);
        parts.extend(trimmed(text, Span::new(start, end)));
        start = end;
    }
    parts.extend(trimmed(text, Span::new(start, span.end)));
    parts
}

/// Where to cut a text of more than `longest` characters: the last good place at or before the target, or the first after.
fn best_cut(text: &str, target: usize, longest: usize) -> usize {
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
        let early = count < target / 2;
        if !early && quality > 0 && (count <= target || best.is_none_or(|(q, _)| q < quality)) && best.is_none_or(|(q, _)| quality >= q) {
            best = Some((quality, end));
        }
        if count >= longest - 1 {
            before = Some(end);
            break;
        }
        if count > target && best.is_some_and(|(q, _)| q == 3) {
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
