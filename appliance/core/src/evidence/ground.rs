//! Ground: whether what was found is enough to answer on, as a probability learned from questions with and without an answer.

use super::{EvidenceThresholds, weights};
use crate::answer::Source;
use crate::id::ContentHash;

/// Sources among which one must suffice for an answer: what ranks lower does not decide whether there is one.
pub const QUOTABLE: usize = 3;

/// The probability under which an answer is given and called thin: of as many questions with an answer as without, about one in
/// three of those between the least and this one has none (docs/measurements/answers.md).
const THIN: f32 = 0.6;

/// What the first sources offer to rest an answer on.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ground {
    /// The highest share of the question's words that one of them holds.
    pub coverage: f32,
    /// The highest cosine to the question; `None` where no vectors were searched.
    pub similarity: Option<f32>,
    /// Whether one of them names everything that the question names as an owner (医学部の…).
    pub owners: bool,
    /// Whether one of them holds every code of the question.
    pub identifiers: bool,
}

impl Ground {
    /// How many features it has.
    pub const FEATURES: usize = 3;

    /// That of the first sources. One without the codes asked for is about something else and offers nothing.
    pub fn of(sources: &[Source]) -> Self {
        let first = || sources.iter().take(QUOTABLE).map(|s| s.strength).filter(|s| s.identifiers);
        Self {
            coverage: first().map(|s| s.coverage).fold(0.0, f32::max),
            similarity: first().filter_map(|s| s.similarity).map(|s| s.0).reduce(f32::max),
            owners: first().any(|s| s.owners),
            identifiers: first().next().is_some(),
        }
    }

    /// The same without its cosine where it comes of another embedder than the weights were learned with: each has a scale of
    /// its own, and one that lies lower altogether would have every question refused.
    pub fn judged_by(self, embedder: &ContentHash) -> Self {
        Self { similarity: self.similarity.filter(|_| embedder.to_string() == weights::EMBEDDER), ..self }
    }

    /// Its features, as they are learned from.
    pub fn features(&self) -> [f32; Self::FEATURES] {
        [self.coverage, self.similarity.unwrap_or(0.0), if self.owners { 1.0 } else { 0.0 }]
    }

    /// Whether it can be about what is asked at all: a code must stand there, and what the question names as an owner too unless
    /// nearly all other words do. However near a passage about another department is, it does not answer for this one.
    pub fn is_about(&self, thresholds: &EvidenceThresholds) -> bool {
        self.identifiers && (self.owners || self.coverage >= thresholds.sufficient_coverage)
    }

    /// Whether an answer may be built on it.
    pub fn suffices(&self, thresholds: &EvidenceThresholds) -> bool {
        let by_words = || self.coverage >= thresholds.least_coverage;
        self.is_about(thresholds) && self.probability().map_or_else(by_words, |probability| probability >= thresholds.least_probability)
    }

    /// Whether an answer that was built on it rests on little. What falls under the least probability is answered only where one
    /// sentence decides by its words, and that is not little.
    pub fn is_thin(&self, thresholds: &EvidenceThresholds) -> bool {
        self.probability().is_some_and(|probability| (thresholds.least_probability..THIN).contains(&probability))
    }

    /// The probability that the sources answer, as questions of public sets taught it; `None` where no vectors were searched.
    pub fn probability(&self) -> Option<f32> {
        self.similarity.map(|_| self.probability_by(&weights::GROUND))
    }

    /// The same by these weights, of which the last belongs to no feature.
    pub fn probability_by(&self, weights: &[f32; Self::FEATURES + 1]) -> f32 {
        let score = weights[Self::FEATURES] + self.features().iter().zip(weights).map(|(value, weight)| value * weight).sum::<f32>();
        1.0 / (1.0 + (-score).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranking::CosineSimilarity;
    use crate::testing::source;

    #[test]
    fn cosines_of_another_embedder_do_not_refuse() {
        let mut near = source(1, "規則", "休館日は、月曜日とする。");
        near.strength.similarity = Some(CosineSimilarity(0.4));
        let ground = Ground::of(&[near]);
        let thresholds = EvidenceThresholds::default();
        assert!(!ground.suffices(&thresholds));
        assert!(ground.judged_by(&ContentHash::of(b"another")).suffices(&thresholds));
    }

    #[test]
    fn what_barely_suffices_is_thin() {
        let thresholds = EvidenceThresholds::default();
        let of = |similarity| Ground { coverage: 0.5, similarity: Some(similarity), owners: true, identifiers: true };
        let thin: Vec<f32> = (0..200).map(|i| 0.7 + i as f32 / 1000.0).filter(|s| of(*s).is_thin(&thresholds)).collect();
        let (Some(first), Some(last)) = (thin.first(), thin.last()) else { panic!("some cosine is thin") };
        assert!(of(*first).suffices(&thresholds) && !of(first - 0.05).is_thin(&thresholds) && !of(last + 0.05).is_thin(&thresholds));
    }
}
