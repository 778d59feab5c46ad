//! Alignment: which sentence of a cited place a sentence repeats, and where the two differ.

use super::token::{Token, Tokens};
use crate::folding::pair_set;
use crate::sentence;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::ops::Range;

/// Sentences of the source that are compared in full.
const CANDIDATES: usize = 4;
/// Sentences that one sentence may repeat at once.
const WIDEST: usize = 3;

/// A stretch in which a sentence and its source differ: tokens of the one where the other has others, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gap {
    /// Tokens of the sentence.
    pub said: Range<usize>,
    /// Tokens of the source's window.
    pub source: Range<usize>,
}

/// A sentence laid against the place of the source that it repeats.
#[derive(Debug)]
pub(super) struct Alignment {
    /// The source's sentences that are repeated, as one.
    pub window: Tokens,
    /// What follows them in the source: its next sentence.
    pub following: String,
    /// Where the two differ, in order.
    pub gaps: Vec<Gap>,
    /// The share of the sentence's tokens that stand there too, in their order.
    pub share: f32,
}

/// Lays `said` against the sentences of `text` that are nearest to it; `None` when the text has none.
pub(super) fn align(said: &Tokens, text: &str) -> Option<Alignment> {
    let spans = sentence::sentences(text);
    let pairs = pair_set(&said.folded);
    let shared = |i: usize| spans.get(i).and_then(|s| s.slice(text)).map_or(0, |s| pair_set(s).intersection(&pairs).count());
    let mut nearest: Vec<(usize, usize)> = (0..spans.len()).map(|i| (shared(i), i)).collect();
    nearest.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut best: Option<(f32, Alignment)> = None;
    for (_, i) in nearest.into_iter().take(CANDIDATES) {
        for width in 1..=WIDEST {
            for first in (i + 1).saturating_sub(width)..=i {
                let last = first + width - 1;
                let Some(window) = spans.get(last).and_then(|end| text.get(spans[first].start..end.end)) else { continue };
                let following = spans.get(last + 1).and_then(|s| s.slice(text)).unwrap_or("");
                let (score, alignment) = laid(said, window, following);
                if best.as_ref().is_none_or(|(highest, _)| score > *highest) {
                    best = Some((score, alignment));
                }
            }
        }
    }
    best.map(|(_, alignment)| alignment)
}

/// The alignment with one window, and how good it is: what is repeated counts for it, what is left out of the window a
/// little against it.
fn laid(said: &Tokens, window: &str, following: &str) -> (f32, Alignment) {
    let window = Tokens::of(window);
    let (a, b) = (said.tokens(), window.tokens());
    let mut gaps: Vec<Gap> = Vec::new();
    let mut equal = 0;
    for op in capture_diff_slices(Algorithm::Myers, &a, &b) {
        let (said_range, source_range) = (op.old_range(), op.new_range());
        if let DiffOp::Equal { len, .. } = op {
            equal += len;
            continue;
        }
        match gaps.last_mut() {
            // A single kana between two differences holds nothing together.
            Some(gap) if joined(&a, gap.said.end..said_range.start) => {
                gap.said.end = said_range.end;
                gap.source.end = source_range.end;
            }
            _ => gaps.push(Gap { said: said_range, source: source_range }),
        }
    }
    let (said_len, window_len) = (a.len().max(1) as f32, b.len() as f32);
    let share = equal as f32 / said_len;
    let score = equal as f32 - 0.1 * (window_len - equal as f32);
    (score, Alignment { window, following: following.to_owned(), gaps, share })
}

fn joined(said: &[&Token], between: Range<usize>) -> bool {
    between.len() <= 1 && said[between].iter().all(|token| !token.is_content())
}
