//! Embeddings made behind the publishing of versions: documents answer by their words as soon as they are read, and by
//! their meaning a little later.

use super::Ingesting;
use crate::id::{PassageId, VersionId};
use crate::pace::Pace;
use crate::ports::PortError;
use crate::ports::catalog::{IngestStage, JobProgress, ReadPassage, Wanted};
use crate::ports::embedding_log::Awaiting;
use crate::ports::models::TextRole;
use crate::ranking::Embedding;
use std::collections::HashMap;
use std::time::Instant;

/// Passages of one step, which ends with a commit of the index.
const STEP: usize = 64;
/// Texts that the embedder gets at once.
const BATCH: usize = 16;

/// How far each version is whose embeddings are being made. It may be dropped at any time: a new one walks through what is
/// stored already and goes on from there.
#[derive(Debug, Default)]
pub struct Backlog {
    walks: HashMap<VersionId, Walk>,
}

/// How far one version is.
#[derive(Debug)]
struct Walk {
    asked: i64,
    next: u32,
    done: u32,
    total: u32,
    started: Instant,
    pace: Pace,
}

/// Embeddings on their way into the index.
#[derive(Debug)]
pub struct Step {
    awaiting: Awaiting,
    made: Vec<(PassageId, Embedding)>,
    stored: Vec<(PassageId, Embedding)>,
    /// The ordinal at which the next step goes on; `None` after the last passage.
    next: Option<u32>,
}

impl Backlog {
    /// Makes the next embeddings; `None` when all are made. Nothing is written before [`bring`](Self::bring).
    pub async fn make(&mut self, ingesting: &Ingesting) -> Result<Option<Step>, PortError> {
        let model = &ingesting.embedder.identity().hash;
        let Some(awaiting) = ingesting.embeddings.awaiting().await? else {
            self.walks.clear();
            return Ok(None);
        };
        if self.walks.get(&awaiting.version).is_none_or(|w| w.asked != awaiting.asked) {
            let counted = ingesting.embeddings.embedded(awaiting.version, model).await?;
            let (done, total, asked) = (counted.done, counted.total, awaiting.asked);
            let walk = Walk { asked, next: 0, done, total, started: Instant::now(), pace: Pace::default() };
            self.walks.insert(awaiting.version, walk);
        }
        let from = self.walks.get(&awaiting.version).map_or(0, |w| w.next);
        let passages = ingesting.embeddings.passages_from(awaiting.version, from, STEP as u32, model).await?;
        let next = passages.last().filter(|_| passages.len() == STEP).map(|last| last.passage.ordinal + 1);
        let (stored, missing): (Vec<ReadPassage>, Vec<ReadPassage>) = passages.into_iter().partition(|p| p.embedding.is_some());
        let mut made = Vec::with_capacity(missing.len());
        for some in missing.chunks(BATCH) {
            let texts = some.iter().map(|p| p.passage.with_headings(&awaiting.title)).collect();
            let vectors = ingesting.embedder.embed(TextRole::Passage, texts).await?;
            if vectors.len() != some.len() {
                return Err(PortError::new("the embedder gave fewer vectors than it was given texts"));
            }
            made.extend(some.iter().map(|p| p.id).zip(vectors));
        }
        let stored = stored.into_iter().filter_map(|p| Some((p.id, p.embedding?))).collect();
        Ok(Some(Step { awaiting, made, stored, next }))
    }

    /// Stores what a step made and brings it into the index. No one else may write versions again meanwhile.
    ///
    /// The catalog comes first: what was stored and did not reach the index is brought there by the next walk.
    pub async fn bring(&mut self, ingesting: &Ingesting, step: Step) -> Result<(), PortError> {
        let Step { awaiting, made, stored, next } = step;
        let Some(walk) = self.walks.get_mut(&awaiting.version) else { return Ok(()) };
        walk.done += made.len() as u32;
        walk.pace.note(walk.started.elapsed(), walk.done);
        let progress = JobProgress { stage: IngestStage::Embedding, done: walk.done, total: walk.total, rate: walk.pace.rate() };
        if ingesting.embeddings.note_embedded(&awaiting, progress).await? == Wanted::NoLonger {
            self.walks.remove(&awaiting.version);
            return Ok(());
        }
        ingesting.embeddings.store_embeddings(&ingesting.embedder.identity().hash, &made).await?;
        ingesting.index.embed(made.into_iter().chain(stored).collect()).await?;
        ingesting.index.commit().await?;
        match next {
            Some(next) => walk.next = next,
            None => {
                self.walks.remove(&awaiting.version);
                ingesting.embeddings.all_embedded(&awaiting).await?;
            }
        }
        Ok(())
    }
}
