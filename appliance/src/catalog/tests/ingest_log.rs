//! From the queue to searchable, and what happens on the way when it does not go well.

use super::{Trial, text_upload};
use appliance_core::document::{Document, Format, Parsed, Warning};
use appliance_core::id::{ContentHash, DocumentId, PassageId, VersionId};
use appliance_core::locator::{CellRange, CellRef, CellSpan, Locator, PageLine, Place, Rect, Span};
use appliance_core::passage::Passage;
use appliance_core::ports::catalog::{Accepted, Edition, FailureReason, IngestStage, Job, JobProgress, VersionState, Wanted};
use appliance_core::ports::{EmbeddingLog, IngestLog, Library, PassageStore};
use appliance_core::ranking::Embedding;
use appliance_core::testing::MemoryIndex;
use std::sync::Arc;

/// What a parser could have read from a file of these passages.
pub fn parsed(title: &str, texts: &[&str]) -> (Parsed, Vec<Passage>) {
    let text = texts.concat();
    let mut passages = Vec::new();
    let mut start = 0;
    for (ordinal, piece) in texts.iter().enumerate() {
        let span = Span::new(start, start + piece.len());
        start = span.end;
        let locator = Locator { span, place: Place::Text { first_line: 1, last_line: 1 } };
        passages.push(Passage {
            ordinal: ordinal as u32,
            heading_path: vec!["第1章".to_owned()],
            text: (*piece).to_owned(),
            locator,
            recognised: None,
        });
    }
    let document =
        Document { format: Format::Text, title: title.to_owned(), text, blocks: Vec::new(), pages: Vec::new(), sheets: Vec::new() };
    (Parsed { document, warnings: vec![Warning::DoubtfulEncoding { encoding: "Shift_JIS".to_owned() }] }, passages)
}

async fn upload(trial: &Trial, name: &str, text: &str) -> DocumentId {
    let operator = trial.catalog.local_operator().await.unwrap();
    match trial.catalog.accept(&operator, text_upload(trial, name, text)).await.unwrap() {
        Accepted::Queued { document, .. } => document,
        Accepted::Duplicate { .. } => panic!("{name} is new"),
    }
}

/// Takes the next job and carries it up to the point before publishing.
async fn read(trial: &Trial, texts: &[&str]) -> (Job, Vec<PassageId>) {
    let job = trial.catalog.next_job().await.unwrap().expect("a job waits");
    let (parsed, passages) = parsed("規則", texts);
    let ids = trial.catalog.store_parsed(job.version, &parsed, &passages).await.unwrap();
    let vector = Embedding::normalised(vec![1.0, 2.0]).unwrap();
    let embedded: Vec<_> = ids.iter().map(|id| (*id, vector.clone())).collect();
    trial.catalog.store_embeddings(&ContentHash::of(b"model"), &embedded).await.unwrap();
    (job, ids)
}

async fn visible(trial: &Trial, ids: &[PassageId]) -> Vec<String> {
    let operator = trial.catalog.local_operator().await.unwrap();
    trial.catalog.visible_passages(&operator, ids).await.unwrap().into_iter().map(|s| s.passage.text).collect()
}

#[tokio::test]
async fn passages_answer_only_once_their_version_is_published() {
    let trial = Trial::new().await;
    let document = upload(&trial, "rule.txt", "一").await;
    let (job, ids) = read(&trial, &["休館日は月曜日。", "手数料は500円。"]).await;
    assert_eq!(job.document, document);
    assert!(job.file.is_file());
    assert!(visible(&trial, &ids).await.is_empty());
    assert_eq!(trial.catalog.publish(&job).await.unwrap(), None);
    assert_eq!(visible(&trial, &[ids[1], PassageId(99), ids[0]]).await, ["手数料は500円。", "休館日は月曜日。"], "in the order asked for");
    assert_eq!(trial.catalog.count_searchable().await.unwrap(), 2);
    assert!(trial.catalog.next_job().await.unwrap().is_none());
    assert!(trial.catalog.viewer_for("x").await.unwrap().is_none());
}

#[tokio::test]
async fn the_old_version_answers_until_the_new_one_does() {
    let trial = Trial::new().await;
    let document = upload(&trial, "rule.txt", "一").await;
    let (first, old) = read(&trial, &["手数料は500円。"]).await;
    trial.catalog.publish(&first).await.unwrap();
    assert_eq!(upload(&trial, "rule.txt", "二").await, document, "the same name is a new version");
    let (second, new) = read(&trial, &["手数料は600円。"]).await;
    assert_eq!(visible(&trial, &[old[0], new[0]]).await, ["手数料は500円。"]);
    assert_eq!(trial.catalog.publish(&second).await.unwrap(), Some(first.version));
    assert_eq!(visible(&trial, &[old[0], new[0]]).await, ["手数料は600円。"]);
    assert_eq!(trial.catalog.pending_removals().await.unwrap(), [first.version]);
    trial.catalog.removals_done(&[first.version]).await.unwrap();
    assert!(trial.catalog.pending_removals().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_version_that_was_overtaken_does_not_come_back() {
    let trial = Trial::new().await;
    upload(&trial, "rule.txt", "一").await;
    upload(&trial, "rule.txt", "二").await;
    let (first, old) = read(&trial, &["古い。"]).await;
    let (second, new) = read(&trial, &["新しい。"]).await;
    assert_eq!(trial.catalog.publish(&second).await.unwrap(), None);
    assert_eq!(trial.catalog.publish(&first).await.unwrap(), Some(first.version), "its own passages leave the index");
    assert_eq!(visible(&trial, &[old[0], new[0]]).await, ["新しい。"]);
}

#[tokio::test]
async fn a_job_can_be_run_again_from_any_point() {
    let trial = Trial::new().await;
    upload(&trial, "rule.txt", "一").await;
    let (job, first) = read(&trial, &["一。", "二。", "三。"]).await;
    assert_eq!(trial.catalog.recover(3).await.unwrap(), 1);
    let (again, second) = read(&trial, &["一。", "二。"]).await;
    assert_eq!((again.id, again.attempts), (job.id, 1));
    trial.catalog.publish(&again).await.unwrap();
    assert_eq!(visible(&trial, &second).await, ["一。", "二。"]);
    assert!(visible(&trial, &first).await.is_empty(), "ids are not used twice");
}

#[tokio::test]
async fn a_job_that_is_interrupted_again_and_again_fails_with_a_reason() {
    let trial = Trial::new().await;
    let document = upload(&trial, "rule.txt", "一").await;
    for attempt in 0..3 {
        let (job, _) = read(&trial, &["半分。"]).await;
        assert_eq!(job.attempts, attempt);
        let waiting = trial.catalog.recover(3).await.unwrap();
        assert_eq!(waiting, u32::from(attempt < 2));
    }
    assert!(trial.catalog.next_job().await.unwrap().is_none());
    let operator = trial.catalog.local_operator().await.unwrap();
    let entry = trial.library(Arc::new(MemoryIndex::default())).document(&operator, document).await.unwrap().unwrap();
    assert_eq!((entry.state, entry.failure.unwrap().code, entry.passages), (VersionState::Failed, "interrupted".to_owned(), 0));
    assert_eq!(trial.catalog.pending_removals().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_failure_keeps_the_version_before_it() {
    let trial = Trial::new().await;
    let document = upload(&trial, "rule.txt", "一").await;
    let (first, ids) = read(&trial, &["手数料は500円。"]).await;
    trial.catalog.publish(&first).await.unwrap();
    upload(&trial, "rule.txt", "壊れた").await;
    let job = trial.catalog.next_job().await.unwrap().unwrap();
    let reason = FailureReason { code: "damaged".to_owned(), message: "rule.txt: damaged".to_owned() };
    trial.catalog.fail(&job, &reason).await.unwrap();
    assert_eq!(visible(&trial, &ids).await, ["手数料は500円。"]);
    let operator = trial.catalog.local_operator().await.unwrap();
    let library = trial.library(Arc::new(MemoryIndex::default()));
    let entry = library.document(&operator, document).await.unwrap().unwrap();
    assert_eq!((entry.state, entry.failure, entry.title.as_str(), entry.passages), (VersionState::Failed, Some(reason), "規則", 1));
    let open = library.open_document(&operator, document, Edition::Answering).await.unwrap().unwrap();
    assert_eq!((open.version, open.text.as_str()), (first.version, "手数料は500円。"));
}

#[tokio::test]
async fn progress_is_seen_while_it_lasts() {
    let trial = Trial::new().await;
    let document = upload(&trial, "rule.txt", "一").await;
    let operator = trial.catalog.local_operator().await.unwrap();
    let library = trial.library(Arc::new(MemoryIndex::default()));
    let entry = library.document(&operator, document).await.unwrap().unwrap();
    assert_eq!((entry.title.as_str(), entry.format, entry.state), ("rule.txt", None, VersionState::Queued));
    let job = trial.catalog.next_job().await.unwrap().unwrap();
    let progress = JobProgress { stage: IngestStage::Parsing, done: 16, total: 40, rate: Some(2.5) };
    assert_eq!(trial.catalog.note_progress(job.id, progress).await.unwrap(), Wanted::Still);
    let entry = library.document(&operator, document).await.unwrap().unwrap();
    assert_eq!((entry.state, entry.progress), (VersionState::Ingesting, Some(progress)));
    assert_eq!(trial.catalog.job_states(&[job.id]).await.unwrap()[0].progress, progress);
    let (parsed, passages) = parsed("規則", &["一。"]);
    trial.catalog.store_parsed(job.version, &parsed, &passages).await.unwrap();
    trial.catalog.publish(&job).await.unwrap();
    let entry = library.document(&operator, document).await.unwrap().unwrap();
    assert_eq!(
        (entry.state, entry.progress, entry.title.as_str(), entry.warnings),
        (VersionState::Searchable, Some(JobProgress::new(IngestStage::Embedding, 0, 1)), "規則", parsed.warnings)
    );
    assert_eq!(trial.catalog.job_states(&[job.id]).await.unwrap()[0].progress.stage, IngestStage::Done);
}

#[tokio::test]
async fn every_kind_of_place_comes_back_as_it_was_stored() {
    let trial = Trial::new().await;
    upload(&trial, "rule.txt", "一").await;
    let job = trial.catalog.next_job().await.unwrap().unwrap();
    let (parsed, mut passages) = parsed("規則", &["頁。", "表。", "行。"]);
    let rect = Rect { x: 10.5, y: 20.25, width: 100.0, height: 12.0 };
    passages[0].locator.place = Place::Pages { lines: vec![PageLine { page: 7, rect, span: passages[0].locator.span, vertical: true }] };
    let cell = CellRef { row: 11, column: 2 };
    let cells = vec![CellSpan { span: passages[1].locator.span, cell }];
    passages[1].locator.place =
        Place::Cells { sheet: 1, name: "料金表".to_owned(), range: CellRange { first: cell, last: cell }, cells };
    let ids = trial.catalog.store_parsed(job.version, &parsed, &passages).await.unwrap();
    trial.catalog.publish(&job).await.unwrap();
    let operator = trial.catalog.local_operator().await.unwrap();
    let stored = trial.catalog.visible_passages(&operator, &ids).await.unwrap();
    assert_eq!(stored.into_iter().map(|s| s.passage).collect::<Vec<_>>(), passages);
}

#[tokio::test]
async fn a_long_document_keeps_its_order_and_its_embeddings() {
    let trial = Trial::new().await;
    upload(&trial, "rule.txt", "一").await;
    let texts: Vec<String> = (0..1300).map(|i| format!("第{i}条。")).collect();
    let (job, ids) = read(&trial, &texts.iter().map(String::as_str).collect::<Vec<_>>()).await;
    trial.catalog.publish(&job).await.unwrap();
    assert_eq!(ids.len(), 1300);
    assert_eq!(visible(&trial, &ids).await, texts);
    let model = ContentHash::of(b"model");
    let (mut after, mut walked) = (PassageId(0), 0);
    loop {
        let some = trial.catalog.passages_after(after, 500, &model).await.unwrap();
        let Some(last) = some.last() else { break };
        after = last.stored.id;
        assert!(some.iter().all(|p| p.embedding.is_some()));
        walked += some.len();
    }
    assert_eq!(walked, 1300);
    let other = trial.catalog.passages_after(PassageId(0), 3, &ContentHash::of(b"another")).await.unwrap();
    assert!(other.iter().all(|p| p.embedding.is_none()), "another model's vectors are none");
}

#[tokio::test]
async fn a_deleted_version_takes_nothing_more() {
    let trial = Trial::new().await;
    let document = upload(&trial, "rule.txt", "一").await;
    let (job, _) = read(&trial, &["一。"]).await;
    let operator = trial.catalog.local_operator().await.unwrap();
    assert!(trial.library(Arc::new(MemoryIndex::default())).delete(&operator, document).await.unwrap());
    let (parsed, passages) = parsed("規則", &["一。"]);
    assert!(trial.catalog.store_parsed(job.version, &parsed, &passages).await.is_err());
    assert!(trial.catalog.publish(&job).await.is_err());
    let reason = FailureReason { code: "internal".to_owned(), message: "gone".to_owned() };
    trial.catalog.fail(&job, &reason).await.unwrap();
    assert_eq!(trial.catalog.pending_removals().await.unwrap(), [VersionId(job.version.0)]);
}
