//! The feature reranker: the best of the fused list are ordered anew by what ranks alone do not say.
//!
//! No model takes part; it costs less than a millisecond. Each feature lies between 0 and 1 within one question: the
//! fused score, the lexical score, the cosine, the share of the question's words that the passage covers, and the
//! support of the document's other passages. Their weights are settings, found by `kura tune`.

use crate::settings::IndexSettings;
use appliance_core::id::{DocumentId, PassageId};
use appliance_core::ranking::{FusedScore, RankedPassage};
use std::collections::HashMap;

/// A fused candidate with what the reranker looks at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    pub ranked: RankedPassage,
    /// The document, where the passage is known to the vectors.
    pub document: Option<DocumentId>,
    /// The cosine with the question, where it has an embedding.
    pub cosine: Option<f32>,
    /// The share of the question's words, weighted by rarity.
    pub coverage: f32,
}

/// What a further passage of the same document adds, compared with the one before it.
const FADING: f32 = 0.5;

/// Orders candidates by the weighted sum of their features; best first, ties by id.
pub(crate) fn rerank(candidates: &[Candidate], settings: &IndexSettings) -> Vec<RankedPassage> {
    let fused = scale(candidates.iter().map(|c| c.ranked.score.0));
    let lexical = scale(candidates.iter().filter_map(|c| c.ranked.lexical).map(|l| l.score.0));
    let least = candidates.iter().filter_map(|c| c.cosine).fold(f32::INFINITY, f32::min);
    let cosine = scale(candidates.iter().filter_map(|c| c.cosine).map(|c| c - least));
    let support = support(candidates);
    let score = |c: &Candidate| {
        let supported = c.document.and_then(|d| support.get(&(d, c.ranked.passage))).copied().unwrap_or(0.0);
        fused * c.ranked.score.0
            + settings.rerank_lexical * c.ranked.lexical.map_or(0.0, |l| lexical * l.score.0)
            + settings.rerank_cosine * c.cosine.map_or(0.0, |x| cosine * (x - least))
            + settings.rerank_coverage * c.coverage
            + settings.rerank_document * fused * supported
    };
    let mut ranked: Vec<RankedPassage> = candidates.iter().map(|c| RankedPassage { score: FusedScore(score(c)), ..c.ranked }).collect();
    ranked.sort_by(|a, b| a.score.descending(&b.score).then(a.passage.cmp(&b.passage)));
    ranked
}

/// What brings the greatest value to 1.
fn scale(values: impl Iterator<Item = f32>) -> f32 {
    let greatest = values.fold(0.0, f32::max);
    if greatest > 0.0 { 1.0 / greatest } else { 0.0 }
}

/// For each passage what the other passages of its document score, each counted half as much as the one before it.
fn support(candidates: &[Candidate]) -> HashMap<(DocumentId, PassageId), f32> {
    let mut documents: HashMap<DocumentId, Vec<(PassageId, f32)>> = HashMap::new();
    for candidate in candidates {
        if let Some(document) = candidate.document {
            documents.entry(document).or_default().push((candidate.ranked.passage, candidate.ranked.score.0));
        }
    }
    let mut support = HashMap::new();
    for (document, passages) in documents {
        for (passage, _) in &passages {
            let others = passages.iter().filter(|(p, _)| p != passage);
            let mut share = FADING;
            let mut sum = 0.0;
            for (_, score) in others {
                sum += share * score;
                share *= FADING;
            }
            support.insert((document, *passage), sum);
        }
    }
    support
}

#[cfg(test)]
mod tests {
    use super::*;
    use appliance_core::ranking::{Bm25Score, LegRank};

    fn candidate(id: i64, document: i64, score: f32, cosine: f32, coverage: f32) -> Candidate {
        let lexical = Some(LegRank { rank: 1, score: Bm25Score(10.0 * score) });
        let ranked = RankedPassage { passage: PassageId(id), score: FusedScore(score), lexical, vector: None, named: false };
        Candidate { ranked, document: Some(DocumentId(document)), cosine: Some(cosine), coverage }
    }

    fn order(candidates: &[Candidate], settings: &IndexSettings) -> Vec<i64> {
        rerank(candidates, settings).iter().map(|r| r.passage.0).collect()
    }

    fn none() -> IndexSettings {
        IndexSettings { rerank_lexical: 0.0, rerank_cosine: 0.0, rerank_coverage: 0.0, rerank_document: 0.0, ..IndexSettings::default() }
    }

    #[test]
    fn without_weights_the_fused_order_stays() {
        let candidates = [candidate(1, 1, 0.3, 0.1, 0.0), candidate(2, 2, 0.2, 0.9, 1.0), candidate(3, 3, 0.2, 0.9, 1.0)];
        assert_eq!(order(&candidates, &none()), [1, 2, 3]);
    }

    #[test]
    fn each_feature_can_lift_a_passage() {
        let candidates = [candidate(1, 1, 0.30, 0.1, 0.2), candidate(2, 2, 0.29, 0.9, 0.9), candidate(3, 2, 0.10, 0.2, 0.1)];
        assert_eq!(order(&candidates, &IndexSettings { rerank_cosine: 0.5, ..none() })[0], 2);
        assert_eq!(order(&candidates, &IndexSettings { rerank_coverage: 0.5, ..none() })[0], 2);
        assert_eq!(order(&candidates, &IndexSettings { rerank_document: 0.5, ..none() })[0], 2);
        assert_eq!(order(&candidates, &IndexSettings { rerank_lexical: 0.5, ..none() })[0], 1);
    }
}
