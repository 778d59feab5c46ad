//! The best of a ranking, ordered by a model that reads question and passage together.

use super::AskingPolicy;
use crate::ports::{PassageStore, PortError, Reranker};
use crate::question::Question;
use crate::ranking::{RankedPassage, Ranking};
use crate::viewer::Viewer;
use std::collections::HashMap;
use std::time::Duration;

/// A ranking whose first passages are in the order of the reranker's scores, as far as its time allowed. What the question
/// names by its place stays first; scores of the ranking fall as before.
pub async fn reranked(
    reranker: &dyn Reranker,
    passages: &dyn PassageStore,
    policy: &AskingPolicy,
    viewer: &Viewer,
    question: &Question,
    mut ranking: Ranking,
) -> Result<Ranking, PortError> {
    let named = ranking.passages.iter().take_while(|p| p.named).count();
    let end = ranking.passages.len().min(named + policy.reranked);
    let ids: Vec<_> = ranking.passages[named..end].iter().map(|p| p.passage).collect();
    let read = passages.visible_passages(viewer, &ids).await?;
    let texts = read.iter().map(|s| s.passage.with_headings(&s.title)).collect();
    let scores = reranker.score(&question.words(), texts, Duration::from_millis(policy.reranking_ms)).await?;
    let scored: HashMap<_, f32> = read.iter().map(|s| s.id).zip(scores).collect();

    // Those that were read change places among themselves; the places of the others are kept.
    let places: Vec<usize> = (named..end).filter(|i| scored.contains_key(&ranking.passages[*i].passage)).collect();
    let mut best: Vec<RankedPassage> = places.iter().map(|i| ranking.passages[*i]).collect();
    best.sort_by(|a, b| scored[&b.passage].total_cmp(&scored[&a.passage]).then(a.passage.cmp(&b.passage)));
    for (place, passage) in places.into_iter().zip(best) {
        let score = ranking.passages[place].score;
        ranking.passages[place] = RankedPassage { score, ..passage };
    }
    Ok(ranking)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ContentHash;
    use crate::ports::models::ModelIdentity;
    use crate::testing;
    use async_trait::async_trait;

    /// Scores by how often a text says 「円」, a few texts at most.
    struct Counting(ModelIdentity, usize);

    #[async_trait]
    impl Reranker for Counting {
        fn identity(&self) -> &ModelIdentity {
            &self.0
        }

        async fn score(&self, _: &str, texts: Vec<String>, _: Duration) -> Result<Vec<f32>, PortError> {
            Ok(texts.iter().take(self.1).map(|t| t.matches('円').count() as f32).collect())
        }
    }

    async fn order(read: usize, named: bool) -> Vec<i64> {
        let asking = testing::asking(&[("a", "手数料"), ("b", "手数料 円"), ("c", "手数料 円円円"), ("d", "手数料 円円")]).await;
        let question = Question::new("手数料").expect("a question");
        let mut ranking = super::super::search(&asking, &testing::viewer(), &question, 4).await.expect("a ranking");
        ranking.passages.sort_by_key(|p| p.passage);
        ranking.passages[0].named = named;
        let reranker = Counting(ModelIdentity { name: "r".to_owned(), hash: ContentHash::of(b"r") }, read);
        let policy = AskingPolicy { reranked: 4, ..AskingPolicy::default() };
        let ranked = reranked(&reranker, asking.passages.as_ref(), &policy, &testing::viewer(), &question, ranking).await;
        ranked.expect("a ranking").passages.iter().map(|p| p.passage.0).collect()
    }

    #[tokio::test]
    async fn the_order_is_that_of_the_scores_as_far_as_there_was_time() {
        assert_eq!(order(4, false).await, [3, 4, 2, 1]);
        assert_eq!(order(2, false).await, [2, 1, 3, 4], "what was not read keeps its place");
        assert_eq!(order(0, false).await, [1, 2, 3, 4]);
        assert_eq!(order(4, true).await, [1, 3, 4, 2], "what is named stays first");
    }
}
