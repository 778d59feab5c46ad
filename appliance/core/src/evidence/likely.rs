//! What is likely to answer: a learned choice among the sentences or clauses of the sources.
//!
//! A linear model gives each candidate a score; the softmax over all candidates of a question is read as the probability
//! that the answer stands there. What is quoted comes from one passage, the likeliest, so that what is cited is what answers.

use super::choice::Quotation;
use super::features::{Candidate, Cut, FEATURES};
use super::weights;
use crate::locator::Span;

/// A learned linear model, and what it may spend.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// One weight a feature, in the order of [`FEATURES`].
    pub features: [f32; FEATURES.len()],
    /// Mean characters of an answer, and the least probability that each character of a quotation must bring for answers to
    /// be that long; ascending.
    pub margins: Vec<(f32, f32)>,
}

impl Weights {
    /// Those that `kura eval tune-answers` found.
    pub fn learned(cut: Cut) -> Self {
        let (features, margins) = match cut {
            Cut::Sentences => (weights::SENTENCES, weights::SENTENCE_MARGINS),
            Cut::Clauses => (weights::CLAUSES, weights::CLAUSE_MARGINS),
        };
        Self { features, margins: margins.to_vec() }
    }

    /// The least probability a character for answers of a mean length; between two known lengths, in proportion.
    pub fn margin(&self, chars: f32) -> f32 {
        let later = self.margins.partition_point(|(length, _)| *length < chars);
        match (later.checked_sub(1).and_then(|i| self.margins.get(i)), self.margins.get(later)) {
            (Some((short, high)), Some((long, low))) => high + (low - high) * (chars - short) / (long - short),
            (None, Some((_, margin))) | (Some((_, margin)), None) => *margin,
            (None, None) => 0.0,
        }
    }

    /// The probability of each candidate; together 1.
    pub fn probabilities(&self, candidates: &[Candidate]) -> Vec<f32> {
        let score = |c: &Candidate| c.features.values().iter().zip(&self.features).map(|(value, weight)| value * weight).sum::<f32>();
        let scores: Vec<f32> = candidates.iter().map(score).collect();
        let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let raised: Vec<f32> = scores.iter().map(|s| (s - highest).exp()).collect();
        let total: f32 = raised.iter().sum();
        raised.iter().map(|r| r / total).collect()
    }
}

/// The probability under which a part is not quoted beside the likeliest, however short it is.
const LEAST: f32 = 0.03;

/// The candidates to quote: of the likeliest passage the likeliest, and all that are not unlikely and bring at least
/// `margin` for each of their `length` in characters. In the order of the text, neighbours joined.
pub fn likeliest(candidates: &[Candidate], probabilities: &[f32], length: impl Fn(usize) -> usize, margin: f32) -> Vec<Quotation> {
    let Some(source) = likeliest_source(candidates, probabilities) else { return Vec::new() };
    let own: Vec<usize> = (0..candidates.len()).filter(|i| candidates[*i].source == source).collect();
    let best = own.iter().copied().max_by(|a, b| probabilities[*a].total_cmp(&probabilities[*b]).then(b.cmp(a)));
    let chosen = own.into_iter().filter(|i| Some(*i) == best || probabilities[*i] >= LEAST.max(margin * length(*i) as f32));
    let mut quotations: Vec<Quotation> = Vec::new();
    for span in chosen.map(|i| candidates[i].span) {
        match quotations.last_mut() {
            Some(last) if last.span.end == span.start => last.span = Span::new(last.span.start, span.end),
            _ => quotations.push(Quotation { source, span }),
        }
    }
    quotations
}

/// The source whose candidates are together the likeliest; the earlier one of two alike.
fn likeliest_source(candidates: &[Candidate], probabilities: &[f32]) -> Option<usize> {
    let sources = candidates.iter().map(|c| c.source).max()?;
    let mass = |source| candidates.iter().zip(probabilities).filter(|(c, _)| c.source == source).map(|(_, p)| p).sum::<f32>();
    let masses: Vec<f32> = (0..=sources).map(mass).collect();
    (0..=sources).max_by(|a, b| masses[*a].total_cmp(&masses[*b]).then(b.cmp(a)))
}

#[cfg(test)]
mod tests {
    use super::super::features::Features;
    use super::*;

    fn candidate(source: usize, start: usize, end: usize, held: f32) -> Candidate {
        let features = Features { held, ..Features::default() };
        Candidate { source, span: Span::new(start, end), features }
    }

    fn weights() -> Weights {
        let mut features = [0.0; FEATURES.len()];
        features[0] = 1.0;
        Weights { features, margins: vec![(40.0, 0.01), (80.0, 0.002)] }
    }

    #[test]
    fn what_is_quoted_is_of_the_likeliest_passage_and_worth_its_length() {
        let candidates = [
            candidate(0, 0, 10, 0.0),
            candidate(1, 0, 20, 3.0),
            candidate(1, 20, 30, 2.5),
            candidate(1, 40, 90, 0.5),
            candidate(1, 90, 95, 2.0),
        ];
        let probabilities = weights().probabilities(&candidates);
        assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        let length = |i: usize| candidates[i].span.end - candidates[i].span.start;
        let spans: Vec<(usize, Span)> =
            likeliest(&candidates, &probabilities, length, 0.01).into_iter().map(|q| (q.source, q.span)).collect();
        assert_eq!(spans, [(1, Span::new(0, 30)), (1, Span::new(90, 95))]);
        assert!(likeliest(&[], &[], |_| 0, 0.01).is_empty());
    }

    #[test]
    fn longer_answers_ask_less_of_each_character() {
        assert_eq!(weights().margin(20.0), 0.01);
        assert!((weights().margin(60.0) - 0.006).abs() < 1e-6);
        assert_eq!(weights().margin(500.0), 0.002);
    }
}
