//! How well the passages found bear on the question, and which of their sentences bear on it most.
//!
//! No model takes part: this is what an answer falls back on, and what decides whether to answer at all.

use crate::folding::pair_set;
use crate::locator::Span;
use crate::passage::StoredPassage;
use crate::ranking::{CosineSimilarity, TermWeight};
use crate::sentence::sentences;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// How strongly one passage bears on a question.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Strength {
    /// The share of the question's character pairs found in the passage, its title or its headings, weighted by
    /// how rare each is; 0 to 1.
    pub coverage: f32,
    /// The cosine between the question's and the passage's embeddings, when the vector leg ran.
    pub similarity: Option<CosineSimilarity>,
}

/// Below which strength Kura refuses rather than guesses.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EvidenceThresholds {
    /// Coverage from which the words alone suffice.
    pub sufficient_coverage: f32,
    /// Coverage under which no similarity suffices.
    pub least_coverage: f32,
    /// Cosine that must be reached when the coverage lies between the two.
    pub least_similarity: f32,
}

impl Default for EvidenceThresholds {
    fn default() -> Self {
        Self { sufficient_coverage: 0.55, least_coverage: 0.2, least_similarity: 0.86 }
    }
}

impl Strength {
    /// Whether an answer may be built on it.
    pub fn suffices(&self, thresholds: &EvidenceThresholds) -> bool {
        if self.coverage >= thresholds.sufficient_coverage {
            return true;
        }
        self.coverage >= thresholds.least_coverage && self.similarity.is_some_and(|s| s.0 >= thresholds.least_similarity)
    }
}

/// The weighted share of the question's terms that occur in `text`, 0 to 1; 0 when the question has none.
pub fn coverage(terms: &[TermWeight], text: &str) -> f32 {
    let pairs = pair_set(text);
    let total: f32 = terms.iter().map(TermWeight::evidence).sum();
    let found: f32 = terms.iter().filter(|t| pairs.contains(&t.term)).map(TermWeight::evidence).sum();
    if total > 0.0 { found / total } else { 0.0 }
}

/// The strength of one passage for a question.
pub fn strength(terms: &[TermWeight], stored: &StoredPassage, similarity: Option<CosineSimilarity>) -> Strength {
    Strength { coverage: coverage(terms, &stored.passage.with_headings(&stored.title)), similarity }
}

/// A sentence chosen from a passage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quotation {
    /// Index into the passages given.
    pub source: usize,
    /// Bytes of that passage's text.
    pub span: Span,
    /// Weight of the question's terms that it holds.
    pub weight: f32,
}

/// The sentences of one passage that hold most of the question's terms, in the order of the text.
///
/// Takes the heaviest, then further ones while they add terms that are not yet covered and all stay within
/// `max_chars` characters. Gives at least one when the passage has any text.
pub fn best_sentences(terms: &[TermWeight], passages: &[StoredPassage], source: usize, max_chars: usize) -> Vec<Quotation> {
    let Some(stored) = passages.get(source) else { return Vec::new() };
    let text = &stored.passage.text;
    let mut open: Vec<(Span, HashSet<String>)> = sentences(text).into_iter().map(|s| (s, pair_set(&text[s.start..s.end]))).collect();
    let mut missing: Vec<&TermWeight> = terms.iter().collect();
    let mut chosen: Vec<Quotation> = Vec::new();
    let mut used = 0;
    while let Some((at, weight)) = heaviest(&open, &missing) {
        let (span, pairs) = open.remove(at);
        let length = text[span.start..span.end].chars().count();
        if !chosen.is_empty() && (weight <= 0.0 || used + length > max_chars) {
            break;
        }
        used += length;
        missing.retain(|t| !pairs.contains(&t.term));
        chosen.push(Quotation { source, span, weight });
    }
    chosen.sort_by_key(|q| q.span);
    chosen
}

fn heaviest(open: &[(Span, HashSet<String>)], missing: &[&TermWeight]) -> Option<(usize, f32)> {
    open.iter()
        .enumerate()
        .map(|(i, (_, pairs))| (i, missing.iter().filter(|t| pairs.contains(&t.term)).map(|t| t.evidence()).sum::<f32>()))
        .max_by(|(i, a), (j, b)| a.total_cmp(b).then(j.cmp(i)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folding::character_pairs;
    use crate::testing::stored_passage;

    fn terms(question: &str) -> Vec<TermWeight> {
        character_pairs(question).into_iter().map(|term| TermWeight { term, idf: 1.0 }).collect()
    }

    #[test]
    fn the_sentence_with_the_questions_words_is_quoted() {
        let passages = [stored_passage(1, "廃棄物条例", "市は、処理施設を設ける。粗大ごみの手数料は、500円とする。届出は10日以内にする。")];
        let chosen = best_sentences(&terms("粗大ごみの手数料はいくらですか"), &passages, 0, 30);
        let text = &passages[0].passage.text;
        assert_eq!(chosen.len(), 1);
        assert_eq!(chosen[0].span.slice(text), Some("粗大ごみの手数料は、500円とする。"));
    }

    #[test]
    fn a_foreign_question_is_not_covered() {
        assert!(coverage(&terms("月の裏側の気温"), "粗大ごみの手数料は、500円とする。") < 0.2);
        assert_eq!(coverage(&[], "何か"), 0.0);
    }
}
