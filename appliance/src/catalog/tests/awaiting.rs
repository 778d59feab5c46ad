//! Embeddings that are made behind the publishing of versions.

use super::{Trial, text_upload};
use appliance_core::id::{ContentHash, DocumentId, PassageId};
use appliance_core::ingesting::{Backlog, Ingesting};
use appliance_core::ports::catalog::{Accepted, DocumentEntry, IngestStage, ReadPassage};
use appliance_core::ports::{EmbeddingLog, IngestLog, Library};
use appliance_core::ranking::Embedding;
use appliance_core::testing::{HashEmbedder, MemoryIndex};
use std::sync::Arc;

struct Desk {
    trial: Trial,
    ingesting: Ingesting,
}

impl Desk {
    async fn new() -> Self {
        let trial = Trial::new().await;
        let ingesting = Ingesting {
            parser: Arc::new(ingest::FileParser::new(ingest::Limits::default())),
            embedder: Arc::new(HashEmbedder::new()),
            index: Arc::new(MemoryIndex::default()),
            log: Arc::new(trial.catalog.clone()),
            embeddings: Arc::new(trial.catalog.clone()),
            hold_below: 0.0,
        };
        Self { trial, ingesting }
    }

    async fn publish(&self, name: &str, articles: u32) -> DocumentId {
        let text: String = (1..=articles).map(|n| format!("（見出し{n}）\n第{n}条　手数料は、{n}円とする。\n")).collect();
        let operator = self.trial.catalog.local_operator().await.unwrap();
        let accepted = self.trial.catalog.accept(&operator, text_upload(&self.trial, name, &text)).await.unwrap();
        let Accepted::Queued { document, .. } = accepted else { panic!("{name} is new") };
        let job = self.trial.catalog.next_job().await.unwrap().expect("a job waits");
        appliance_core::ingesting::ingest(&self.ingesting, &job).await.unwrap();
        document
    }

    async fn entry(&self, document: DocumentId) -> DocumentEntry {
        let operator = self.trial.catalog.local_operator().await.unwrap();
        self.trial.catalog.visible_document(&operator, document).await.unwrap().expect("it is there")
    }

    async fn step(&self, backlog: &mut Backlog) -> bool {
        let Some(step) = backlog.make(&self.ingesting).await.unwrap() else { return false };
        backlog.bring(&self.ingesting, step).await.unwrap();
        true
    }

    async fn embedded(&self, document: DocumentId) -> (u32, u32) {
        let model = self.ingesting.embedder.identity().hash.clone();
        let operator = self.trial.catalog.local_operator().await.unwrap();
        let library = self.trial.library(Arc::clone(&self.ingesting.index));
        let version = library.versions(&operator, document).await.unwrap()[0].id;
        let counted = self.trial.catalog.embedded(version, &model).await.unwrap();
        (counted.done, counted.total)
    }
}

#[tokio::test]
async fn a_small_document_does_not_wait_behind_a_large_one() {
    let desk = Desk::new().await;
    let large = desk.publish("large.txt", 150).await;
    let progress = desk.entry(large).await.progress.expect("embeddings are to be made");
    assert_eq!((progress.stage, progress.done), (IngestStage::Embedding, 0));
    let mut backlog = Backlog::default();
    assert!(desk.step(&mut backlog).await);
    let small = desk.publish("small.txt", 2).await;
    assert!(desk.step(&mut backlog).await);
    let (done, total) = desk.embedded(small).await;
    assert_eq!(done, total);
    assert_eq!(desk.entry(small).await.progress, None, "all of it is made");
    let begun = desk.entry(large).await.progress.expect("some are left");
    assert!(begun.done > 0 && begun.done < begun.total);
    while desk.step(&mut backlog).await {}
    assert_eq!(desk.entry(large).await.progress, None);
    let (done, total) = desk.embedded(large).await;
    assert!(done == total && total > 64);
    assert_eq!(desk.trial.catalog.embeddings_to_make().await.unwrap().passages, 0);
}

#[tokio::test]
async fn what_was_stored_before_a_power_cut_reaches_the_index_without_being_made_again() {
    let desk = Desk::new().await;
    let document = desk.publish("rule.txt", 3).await;
    let mut backlog = Backlog::default();
    // The catalog has the vectors, the index never heard of them.
    let awaiting = desk.trial.catalog.awaiting().await.unwrap().expect("they are awaited");
    let model: &ContentHash = &desk.ingesting.embedder.identity().hash;
    let read = desk.trial.catalog.passages_from(awaiting.version, 0, 100, model).await.unwrap();
    let made: Vec<_> = read.iter().map(|p| (p.id, HashEmbedder::vector(&p.passage.text))).collect();
    desk.trial.catalog.store_embeddings(model, &made).await.unwrap();
    while desk.step(&mut backlog).await {}
    let kept = desk.trial.catalog.passages_from(awaiting.version, 0, 100, model).await.unwrap();
    let as_stored =
        |(p, (_, vector)): (&ReadPassage, &(PassageId, Embedding))| p.embedding.as_ref().is_some_and(|e| e.cosine(vector).0 > 0.9999);
    assert!(kept.iter().zip(&made).all(as_stored), "none was made anew");
    assert_eq!(desk.entry(document).await.progress, None);
}

#[tokio::test]
async fn embeddings_asked_for_again_are_walked_through_again() {
    let desk = Desk::new().await;
    desk.publish("large.txt", 150).await;
    let mut backlog = Backlog::default();
    assert!(desk.step(&mut backlog).await);
    let awaiting = desk.trial.catalog.awaiting().await.unwrap().unwrap();
    let step = backlog.make(&desk.ingesting).await.unwrap().unwrap();
    desk.trial.catalog.ask_for_embeddings(awaiting.version).await.unwrap();
    backlog.bring(&desk.ingesting, step).await.unwrap();
    assert_eq!(desk.trial.catalog.awaiting().await.unwrap().unwrap().asked, awaiting.asked + 1, "what came late settles nothing");
    while desk.step(&mut backlog).await {}
    assert!(desk.trial.catalog.awaiting().await.unwrap().is_none());
}

#[tokio::test]
async fn a_document_deleted_meanwhile_leaves_nothing_behind() {
    let desk = Desk::new().await;
    let document = desk.publish("rule.txt", 3).await;
    let mut backlog = Backlog::default();
    let step = backlog.make(&desk.ingesting).await.unwrap().expect("they are awaited");
    let operator = desk.trial.catalog.local_operator().await.unwrap();
    assert!(desk.trial.library(Arc::clone(&desk.ingesting.index)).delete(&operator, document).await.unwrap());
    backlog.bring(&desk.ingesting, step).await.unwrap();
    assert!(!desk.step(&mut backlog).await);
    assert_eq!(desk.trial.catalog.embeddings_to_make().await.unwrap().versions, 0);
}
