//! The feature reranker: the best of the fused list are ordered anew by what ranks alone do not say.
//!
//! No model takes part; it costs a few milliseconds. Each feature lies between 0 and 1 within one question; their weights
//! are settings, found by `kura eval tune`, and `kura search --explain` shows them.

use crate::matched::Matched;
use crate::settings::IndexSettings;
use appliance_core::id::{DocumentId, PassageId};
use appliance_core::ranking::{FusedScore, RankedPassage};
use std::collections::HashMap;

/// What a further passage of the same document adds, compared with the one before it.
const FADING: f32 = 0.5;

/// A fused candidate with what the reranker looks at.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub ranked: RankedPassage,
    /// The document, where the passage is known to the vectors.
    pub document: Option<DocumentId>,
    /// The cosine with the question; where its vector is still to be made, it counts as the mean of the others.
    pub cosine: Option<f32>,
    /// The question's terms in it.
    pub matched: Matched,
}

/// The features of one candidate, by name, with their weights.
pub(crate) type Features = [(&'static str, f32, f32); 6];

/// Orders candidates by the weighted sum of their features; best first, ties by id.
pub(crate) fn rerank(candidates: &[Candidate], settings: &IndexSettings) -> Vec<(RankedPassage, Features)> {
    let all = features(candidates, settings);
    let score = |features: &Features| features.iter().map(|(_, value, weight)| value * weight).sum::<f32>();
    let scored = candidates.iter().zip(all).map(|(c, f)| (RankedPassage { score: FusedScore(score(&f)), ..c.ranked }, f));
    let mut ranked: Vec<(RankedPassage, Features)> = scored.collect();
    ranked.sort_by(|(a, _), (b, _)| a.score.descending(&b.score).then(a.passage.cmp(&b.passage)));
    ranked
}

/// Lets passages of a document that has many among the first fall behind those of others: beyond the first few, each counts
/// for less than the one before it. The order within a document stays.
pub(crate) fn spread(
    ranked: Vec<RankedPassage>,
    document: impl Fn(PassageId) -> Option<DocumentId>,
    settings: &IndexSettings,
) -> Vec<RankedPassage> {
    let mut had: HashMap<DocumentId, usize> = HashMap::new();
    let mut faded: Vec<RankedPassage> = Vec::with_capacity(ranked.len());
    for passage in ranked {
        let had = document(passage.passage).map_or(0, |d| {
            let had = had.entry(d).or_default();
            *had += 1;
            *had
        });
        let beyond = had.saturating_sub(settings.crowd_size.max(1)) as i32;
        faded.push(RankedPassage { score: FusedScore(passage.score.0 * settings.crowd_fading.clamp(0.0, 1.0).powi(beyond)), ..passage });
    }
    faded.sort_by(|a, b| a.score.descending(&b.score).then(a.passage.cmp(&b.passage)));
    faded
}

/// The features of every candidate, in their order.
fn features(candidates: &[Candidate], settings: &IndexSettings) -> Vec<Features> {
    let fused = scale(candidates.iter().map(|c| c.ranked.score.0));
    let lexical = scale(candidates.iter().filter_map(|c| c.ranked.lexical).map(|l| l.score.0));
    let least = candidates.iter().filter_map(|c| c.cosine).fold(f32::INFINITY, f32::min);
    let cosine = scale(candidates.iter().filter_map(|c| c.cosine).map(|c| c - least));
    let known: Vec<f32> = candidates.iter().filter_map(|c| c.cosine).collect();
    let mean = known.iter().sum::<f32>() / known.len().max(1) as f32;
    let support = support(candidates);
    let of = |c: &Candidate| {
        let supported = c.document.and_then(|d| support.get(&(d, c.ranked.passage))).copied().unwrap_or(0.0);
        [
            ("fused", fused * c.ranked.score.0, 1.0),
            ("lexical", c.ranked.lexical.map_or(0.0, |l| lexical * l.score.0), settings.rerank_lexical),
            ("cosine", if known.is_empty() { 0.0 } else { cosine * (c.cosine.unwrap_or(mean) - least) }, settings.rerank_cosine),
            ("coverage", c.matched.coverage, settings.rerank_coverage),
            ("phrases", c.matched.phrases, settings.rerank_phrases),
            ("document", fused * supported, settings.rerank_document),
        ]
    };
    candidates.iter().map(of).collect()
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
        let matched = Matched { coverage, phrases: coverage, ..Matched::default() };
        Candidate { ranked, document: Some(DocumentId(document)), cosine: Some(cosine), matched }
    }

    fn order(candidates: &[Candidate], settings: &IndexSettings) -> Vec<i64> {
        rerank(candidates, settings).iter().map(|(r, _)| r.passage.0).collect()
    }

    fn none() -> IndexSettings {
        IndexSettings {
            rerank_lexical: 0.0,
            rerank_cosine: 0.0,
            rerank_coverage: 0.0,
            rerank_phrases: 0.0,
            rerank_document: 0.0,
            ..IndexSettings::default()
        }
    }

    #[test]
    fn without_weights_the_fused_order_stays() {
        let candidates = [candidate(1, 1, 0.3, 0.1, 0.0), candidate(2, 2, 0.2, 0.9, 1.0), candidate(3, 3, 0.2, 0.9, 1.0)];
        assert_eq!(order(&candidates, &none()), [1, 2, 3]);
    }

    #[test]
    fn a_document_with_many_passages_leaves_room_for_others() {
        let candidates: Vec<Candidate> = (1..=6).map(|i| candidate(i, i64::from(i == 6) + 1, 0.5 - 0.01 * i as f32, 0.1, 0.0)).collect();
        let document = |p: PassageId| Some(DocumentId(i64::from(p.0 == 6) + 1));
        let settings = IndexSettings { crowd_size: 3, crowd_fading: 0.8, ..none() };
        let ranked = candidates.iter().map(|c| c.ranked).collect();
        let spread: Vec<i64> = spread(ranked, document, &settings).iter().map(|r| r.passage.0).collect();
        assert_eq!(spread, [1, 2, 3, 6, 4, 5]);
    }

    #[test]
    fn each_feature_can_lift_a_passage() {
        let candidates = [candidate(1, 1, 0.30, 0.1, 0.2), candidate(2, 2, 0.29, 0.9, 0.9), candidate(3, 2, 0.10, 0.2, 0.1)];
        assert_eq!(order(&candidates, &IndexSettings { rerank_cosine: 0.5, ..none() })[0], 2);
        assert_eq!(order(&candidates, &IndexSettings { rerank_coverage: 0.5, ..none() })[0], 2);
        assert_eq!(order(&candidates, &IndexSettings { rerank_phrases: 0.5, ..none() })[0], 2);
        assert_eq!(order(&candidates, &IndexSettings { rerank_document: 0.5, ..none() })[0], 2);
        assert_eq!(order(&candidates, &IndexSettings { rerank_lexical: 0.5, ..none() })[0], 1);
    }
}
