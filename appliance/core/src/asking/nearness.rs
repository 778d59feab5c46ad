//! How near the sources are whose embeddings are still to be made: a document answers as well in its first minute as later.

use super::Asking;
use crate::answer::Source;
use crate::ports::PortError;
use crate::ports::models::TextRole;
use crate::question::Question;
use crate::ranking::Ranking;

/// Embeds what the search found by its words alone and tells each such source how near it is to the question.
///
/// Costs one batch, and only while documents that were just read wait for their embeddings.
pub(super) async fn complete(asking: &Asking, question: &Question, ranking: &Ranking, sources: &mut [Source]) -> Result<(), PortError> {
    let mut waiting: Vec<&mut Source> = sources.iter_mut().filter(|s| ranking.awaiting.contains(&s.passage.id)).collect();
    if waiting.is_empty() {
        return Ok(());
    }
    let Some(asked) = asking.embedder.embed(TextRole::Query, vec![question.words()]).await?.into_iter().next() else { return Ok(()) };
    let texts = waiting.iter().map(|s| s.passage.passage.with_headings(&s.passage.title)).collect();
    let made = asking.embedder.embed(TextRole::Source, texts).await?;
    for (source, embedding) in waiting.iter_mut().zip(made) {
        source.strength.similarity = Some(asked.cosine(&embedding));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::asking::{Asking, ask, search};
    use crate::question::Question;
    use crate::testing;
    use std::sync::Arc;
    use tokio::sync::mpsc;

    #[tokio::test]
    async fn what_was_just_read_is_as_near_as_it_will_be() {
        let passages = [("条例", "粗大ごみの手数料は、1点につき500円とする。"), ("規則", "休館日は、月曜日とする。")];
        let mut asking = testing::asking(&passages).await;
        let question = Question::new("粗大ごみの手数料は").expect("a question");
        let similarity = async |asking: &Asking| {
            let (events, _seen) = mpsc::channel(64);
            let answer = ask(asking, &testing::viewer(), &question, &events).await.expect("an answer");
            let source = answer.sources.into_iter().find(|s| s.passage.title == "条例").expect("the source");
            source.strength.similarity.expect("a similarity").0
        };
        let later = similarity(&asking).await;
        let bare = testing::MemoryIndex::default();
        bare.hold_bare(&passages.iter().zip(1..).map(|((title, text), id)| testing::stored_passage(id, title, text)).collect::<Vec<_>>());
        asking.index = Arc::new(bare);
        assert_eq!(search(&asking, &testing::viewer(), &question, 5).await.expect("a ranking").awaiting.len(), 2);
        assert!((similarity(&asking).await - later).abs() < 1e-6);
    }
}
