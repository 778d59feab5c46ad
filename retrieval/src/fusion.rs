//! Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009): lists are joined by rank alone, so that BM25 scores
//! and cosines never have to be compared.

use appliance_core::id::PassageId;
use appliance_core::ranking::FusedScore;
use std::collections::HashMap;

/// One leg's passages, best first, and how much the leg counts.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedList {
    /// The leg's weight.
    pub weight: f32,
    /// Its passages, best first, each at most once.
    pub passages: Vec<PassageId>,
}

/// Joins lists: a passage scores Σ weight / (`rank_constant` + rank), ranks from 1. Best first; ties by id.
///
/// The order of the lists does not matter for the outcome, to the last bit: each passage's parts are summed by size.
pub fn fuse(rank_constant: f32, lists: &[RankedList]) -> Vec<(PassageId, FusedScore)> {
    // Below 0 a rank could be divided by nothing.
    let constant = f64::from(rank_constant.max(0.0));
    let mut parts: HashMap<PassageId, Vec<f64>> = HashMap::new();
    for list in lists {
        for (i, passage) in list.passages.iter().enumerate() {
            let part = f64::from(list.weight) / (constant + i as f64 + 1.0);
            parts.entry(*passage).or_default().push(part);
        }
    }
    let mut fused: Vec<(PassageId, FusedScore)> = parts.into_iter().map(|(p, parts)| (p, FusedScore(total(parts)))).collect();
    fused.sort_by(|a, b| a.1.descending(&b.1).then(a.0.cmp(&b.0)));
    fused
}

fn total(mut parts: Vec<f64>) -> f32 {
    parts.sort_by(f64::total_cmp);
    parts.iter().sum::<f64>() as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(ids: &[i64]) -> RankedList {
        RankedList { weight: 1.0, passages: ids.iter().map(|i| PassageId(*i)).collect() }
    }

    fn ids(lists: &[RankedList]) -> Vec<i64> {
        fuse(60.0, lists).iter().map(|(p, _)| p.0).collect()
    }

    #[test]
    fn being_in_both_lists_beats_being_first_in_one() {
        assert_eq!(ids(&[list(&[1, 2, 3]), list(&[4, 2, 5])]), [2, 1, 4, 3, 5]);
    }

    #[test]
    fn ties_go_by_id() {
        assert_eq!(ids(&[list(&[9, 1]), list(&[1, 9])]), [1, 9]);
        assert_eq!(ids(&[list(&[7]), list(&[3])]), [3, 7]);
        assert!(ids(&[]).is_empty());
    }

    #[test]
    fn a_weight_of_nothing_only_breaks_no_ties() {
        let ignored = RankedList { weight: 0.0, ..list(&[5, 4]) };
        assert_eq!(ids(&[ignored, list(&[4])]), [4, 5]);
    }

    proptest! {
        #[test]
        fn the_order_of_the_lists_does_not_matter(
            a in proptest::collection::hash_set(0i64..40, 0..20),
            b in proptest::collection::hash_set(0i64..40, 0..20),
            c in proptest::collection::hash_set(0i64..40, 0..20),
        ) {
            let [a, b, c] = [a, b, c].map(|ids| list(&ids.into_iter().collect::<Vec<_>>()));
            prop_assert_eq!(fuse(60.0, &[a.clone(), b.clone(), c.clone()]), fuse(60.0, &[c, a, b]));
        }
    }
}
