//! How well the passages found bear on the question, and which of their sentences bear on it most.
//!
//! No model takes part: this is what an answer falls back on, and what decides whether to answer at all.

mod bearing;
mod choice;
mod features;
mod ground;
mod likely;
mod overriding;
mod unit;
mod weights;

pub use bearing::Bearing;
pub use choice::{Choice, Quotation};
pub use features::{Candidate, Cut, FEATURES, Features, candidates};
pub use ground::{Ground, QUOTABLE};
pub use likely::{Weights, likeliest};
pub use unit::whole_units;

use crate::asked::Asked;
use crate::folding::pair_set;
use crate::locator::Span;
use crate::passage::StoredPassage;
use crate::ranking::{CosineSimilarity, TermWeight};
use serde::{Deserialize, Serialize};

/// What can be quoted of a passage by itself: its sentences, or the rows of its table.
pub fn quotable(stored: &StoredPassage) -> Vec<Span> {
    unit::units(stored)
}

/// How strongly one passage bears on a question.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Strength {
    /// The share of the question's character pairs found in the passage, its title or its headings, weighted by
    /// how rare each is; 0 to 1.
    pub coverage: f32,
    /// The passage's fused score as a share of the first's; 0 where it was not found by itself (a neighbour that another
    /// passage needs).
    #[serde(default)]
    pub standing: f32,
    /// The cosine between the question's and the passage's embeddings, when the vector leg ran.
    pub similarity: Option<CosineSimilarity>,
    /// Whether every code of the question (`LX-4200`) stands there.
    #[serde(default = "yes")]
    pub identifiers: bool,
    /// Whether everything that the question names as an owner (医学部の…) stands there.
    #[serde(default = "yes")]
    pub owners: bool,
}

fn yes() -> bool {
    true
}

/// Below which strength Kura refuses rather than guesses.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EvidenceThresholds {
    /// Probability that the sources answer from which Kura answers: its calibration is in docs/measurements/answers.md.
    pub least_probability: f32,
    /// Coverage from which the words alone suffice where no vectors were searched, or those of another embedder than the
    /// probability was learned with.
    pub least_coverage: f32,
    /// Coverage that outweighs a small model's refusal, and an owner (医学部の…) that the sources do not name.
    pub sufficient_coverage: f32,
    /// Weight of a single sentence or row, as a share of the question's, from which it suffices by itself: nearly all the
    /// words and a value of the kind asked for.
    pub decisive_weight: f32,
}

impl Default for EvidenceThresholds {
    fn default() -> Self {
        Self { least_probability: 0.35, least_coverage: 0.45, sufficient_coverage: 0.55, decisive_weight: 1.1 }
    }
}

/// The weighted share of the question's terms that occur in `text`, 0 to 1; 0 when the question has none.
pub fn coverage(terms: &[TermWeight], text: &str) -> f32 {
    let pairs = pair_set(text);
    let total: f32 = terms.iter().map(TermWeight::evidence).sum();
    let found: f32 = terms.iter().filter(|t| t.stands_in(&pairs)).map(TermWeight::evidence).sum();
    if total > 0.0 { found / total } else { 0.0 }
}

/// The strength of one passage for a question.
pub fn strength(
    asked: &Asked,
    terms: &[TermWeight],
    stored: &StoredPassage,
    standing: f32,
    similarity: Option<CosineSimilarity>,
) -> Strength {
    let text = stored.passage.with_headings(&stored.title);
    Strength {
        coverage: coverage(terms, &text),
        standing,
        similarity,
        identifiers: asked.identifiers_in(&text) == asked.identifiers.len(),
        owners: asked.owners_stand_in(&text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folding::character_pairs;

    #[test]
    fn a_foreign_question_is_not_covered() {
        let terms: Vec<TermWeight> = character_pairs("月の裏側の気温").into_iter().map(|term| TermWeight { term, idf: 1.0 }).collect();
        assert!(coverage(&terms, "粗大ごみの手数料は、500円とする。") < 0.2);
        assert_eq!(coverage(&[], "何か"), 0.0);
    }
}
