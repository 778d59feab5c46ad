//! Measures of retrieval quality (Manning, Raghavan and Schütze 2008, chapter 8), with binary relevance.

use serde::{Deserialize, Serialize};

/// Whether any of the first `k` results is relevant.
pub fn hit_at_k(relevant: &[bool], k: usize) -> f64 {
    f64::from(u8::from(relevant.iter().take(k).any(|r| *r)))
}

/// One over the rank of the first relevant result among the first `k`; 0 when there is none.
pub fn reciprocal_rank_at_k(relevant: &[bool], k: usize) -> f64 {
    relevant.iter().take(k).position(|r| *r).map_or(0.0, |i| 1.0 / (i + 1) as f64)
}

/// Normalised discounted cumulative gain of the first `k` results, when `total` results are relevant in all.
pub fn ndcg_at_k(relevant: &[bool], total: usize, k: usize) -> f64 {
    let gain = |rank: usize| 1.0 / ((rank + 2) as f64).log2();
    let found: f64 = relevant.iter().take(k).enumerate().filter(|(_, r)| **r).map(|(i, _)| gain(i)).sum();
    let ideal: f64 = (0..total.min(k)).map(gain).sum();
    if ideal > 0.0 { found / ideal } else { 0.0 }
}

/// Means over a set of questions.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct RetrievalQuality {
    /// Questions asked.
    pub questions: usize,
    /// Share with a relevant result first.
    #[serde(rename = "hit@1")]
    pub hit_1: f64,
    /// Share with one among the first 5.
    #[serde(rename = "hit@5")]
    pub hit_5: f64,
    /// Share with one among the first 10.
    #[serde(rename = "hit@10")]
    pub hit_10: f64,
    /// Mean reciprocal rank, first 10.
    #[serde(rename = "mrr@10")]
    pub mrr_10: f64,
    /// Mean nDCG, first 10.
    #[serde(rename = "ndcg@10")]
    pub ndcg_10: f64,
}

/// The means over questions, each given as the relevance of its results in order and the count of all relevant ones.
pub fn quality(judged: &[(Vec<bool>, usize)]) -> RetrievalQuality {
    let n = judged.len().max(1) as f64;
    let mean = |measure: &dyn Fn(&[bool], usize) -> f64| judged.iter().map(|(r, t)| measure(r, *t)).sum::<f64>() / n;
    RetrievalQuality {
        questions: judged.len(),
        hit_1: mean(&|r, _| hit_at_k(r, 1)),
        hit_5: mean(&|r, _| hit_at_k(r, 5)),
        hit_10: mean(&|r, _| hit_at_k(r, 10)),
        mrr_10: mean(&|r, _| reciprocal_rank_at_k(r, 10)),
        ndcg_10: mean(&|r, t| ndcg_at_k(r, t, 10)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_agree_with_their_definitions() {
        let second = [false, true, false];
        assert_eq!(hit_at_k(&second, 1), 0.0);
        assert_eq!(hit_at_k(&second, 5), 1.0);
        assert_eq!(reciprocal_rank_at_k(&second, 10), 0.5);
        assert!((ndcg_at_k(&second, 1, 10) - 1.0 / 3f64.log2()).abs() < 1e-12);
        assert_eq!(ndcg_at_k(&[true, true], 2, 10), 1.0);
    }
}
