//! What a conversation pins goes before all else, or is all that is searched.

use super::{Asking, prepared};
use crate::id::{DocumentId, PassageId};
use crate::ports::PortError;
use crate::question::Question;
use crate::ranking::{FusedScore, HybridQuery, RankedPassage, Ranking};
use crate::viewer::Viewer;
use std::collections::{BTreeSet, HashSet};

/// Passages of pinned documents that go before the others. Fewer than decide whether there is an answer, so that what is
/// pinned cannot hide what the rest of the library says.
const FIRST: usize = 2;

/// What is found in the pinned documents, pinned passages first; `None` where nothing is pinned. Collections that the question
/// is limited to do not hold here: what is pinned was chosen by itself.
pub(super) async fn search(
    asking: &Asking,
    viewer: &Viewer,
    question: &Question,
    query: &HybridQuery,
) -> Result<Option<Ranking>, PortError> {
    if question.pins.is_empty() {
        return Ok(None);
    }
    let pinned: BTreeSet<DocumentId> = question.pins.iter().map(|p| p.document).collect();
    let query = prepared(asking.passages.as_ref(), viewer, query.clone().everywhere()).await?;
    let among = match query.documents() {
        Some(wanted) => wanted.intersection(&pinned).copied().collect(),
        None => pinned,
    };
    let mut ranking = asking.index.search(query.among(Some(among))).await?;
    let places: Vec<PassageId> = question.pins.iter().filter_map(|p| p.passage).collect();
    ranking.passages = in_front(places.iter().map(|p| ranked(&ranking, *p)).collect(), &ranking.passages, usize::MAX);
    Ok(Some(ranking))
}

/// The pinned passages before the others.
pub(super) fn before(pinned: &Ranking, question: &Question, mut ranking: Ranking) -> Ranking {
    let places = question.pins.iter().filter(|p| p.passage.is_some()).count();
    let first = pinned.passages.iter().copied().take(places.max(FIRST)).collect();
    ranking.passages = in_front(first, &ranking.passages, ranking.passages.len().max(places + FIRST));
    ranking
}

/// A passage as it was ranked; one that was not found by the words is offered all the same.
fn ranked(ranking: &Ranking, passage: PassageId) -> RankedPassage {
    let unranked = RankedPassage { passage, score: FusedScore(0.0), lexical: None, vector: None, named: false };
    ranking.passages.iter().find(|p| p.passage == passage).copied().unwrap_or(unranked)
}

fn in_front(first: Vec<RankedPassage>, others: &[RankedPassage], most: usize) -> Vec<RankedPassage> {
    let mut seen = HashSet::new();
    first.into_iter().chain(others.iter().copied()).filter(|p| seen.insert(p.passage)).take(most).collect()
}

#[cfg(test)]
mod tests {
    use crate::asking;
    use crate::conversation::Pin;
    use crate::id::{DocumentId, PassageId};
    use crate::question::Question;
    use crate::testing;

    async fn found(pins: Vec<Pin>, only_pins: bool) -> Vec<i64> {
        let asking = testing::asking(&[
            ("条例", "粗大ごみの手数料は、1点につき500円とする。"),
            ("手引", "粗大ごみの手数料の減免を受けるときは、申請書を出す。"),
            ("規則", "休館日は、月曜日とする。"),
        ])
        .await;
        let mut question = Question::new("粗大ごみの手数料は").expect("a question");
        (question.pins, question.only_pins) = (pins, only_pins);
        let ranking = asking::search(&asking, &testing::viewer(), &question, 10).await.expect("a ranking");
        ranking.passages.iter().map(|p| p.passage.0).collect()
    }

    #[tokio::test]
    async fn what_is_left_out_is_not_found() {
        let asking = testing::asking(&[
            ("条例", "粗大ごみの手数料は、1点につき500円とする。"),
            ("手引", "粗大ごみの手数料は、1点につき五百円です。"),
        ])
        .await;
        let mut question = Question::new("粗大ごみの手数料は").expect("a question");
        question.without = vec![DocumentId(1)];
        let ranking = asking::search(&asking, &testing::viewer(), &question, 10).await.expect("a ranking");
        assert_eq!(ranking.passages.iter().map(|p| p.passage.0).collect::<Vec<_>>(), [2]);
    }

    #[tokio::test]
    async fn what_is_pinned_comes_first_or_alone() {
        let document = |id| Pin { document: DocumentId(id), passage: None };
        let place = |id| Pin { document: DocumentId(id), passage: Some(PassageId(id)) };
        assert_eq!(found(Vec::new(), false).await.first(), Some(&1));
        let with = found(vec![document(2)], false).await;
        assert_eq!((with[0], with.contains(&1)), (2, true));
        assert_eq!(found(vec![document(2)], true).await, [2]);
        assert_eq!(found(vec![place(3)], false).await.first(), Some(&3));
    }
}
