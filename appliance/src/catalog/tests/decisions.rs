//! What people decide about documents, and what a crash at any point leaves of it.

use super::{Trial, text_upload, upload_to};
use crate::catalog::LOCAL_OPERATOR;
use crate::catalog::access::Principal;
use appliance_core::document::{Document, Format, Page, PageReading, Parsed, Reading, TextOrigin};
use appliance_core::id::DocumentId;
use appliance_core::ingesting::{IngestError, Ingesting, ingest};
use appliance_core::locator::{Locator, Place, Span};
use appliance_core::passage::Passage;
use appliance_core::ports::catalog::{Accepted, Decided, Decision, Edition, FailureReason, Job, NewPerson, VersionState, Wanted};
use appliance_core::ports::reader::{ParseError, SourceFile, Watch};
use appliance_core::ports::{IngestLog, Library, Parser, PassageIndex, People};
use appliance_core::testing::{HashEmbedder, MemoryIndex};
use appliance_core::viewer::{Role, Viewer};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Reads files whose text is `SCORE TEXT`; one of `endless` is read until somebody ends it.
#[derive(Default)]
struct Scoring {
    readings: AtomicUsize,
}

impl Parser for Scoring {
    fn read(&self, file: &SourceFile, watch: &Watch) -> Result<Reading, ParseError> {
        self.readings.fetch_add(1, Ordering::SeqCst);
        let written = std::fs::read_to_string(&file.path).unwrap();
        let (score, text) = written.split_once(' ').unwrap();
        let named = file.encoding.as_ref().map(|encoding| format!("{text}（{encoding}）"));
        let text = named.as_deref().unwrap_or(text);
        if text == "endless" {
            for page in 1.. {
                watch.note(page, 1_000_000);
                std::thread::sleep(Duration::from_millis(5));
                if watch.is_cancelled() {
                    return Err(ParseError::Cancelled { name: file.name.clone() });
                }
            }
        }
        let reading = PageReading { origin: TextOrigin::Written, score: score.parse().unwrap() };
        let pages = vec![Page { number: 1, label: None, width: 595.0, height: 842.0, reading, links: Vec::new() }];
        let locator = Locator { span: Span::new(0, text.len()), place: Place::Text { first_line: 1, last_line: 1 } };
        let passage = Passage { ordinal: 0, heading_path: Vec::new(), text: text.to_owned(), locator, recognised: None };
        let document = Document {
            format: Format::Pdf,
            title: file.name.clone(),
            text: text.to_owned(),
            blocks: Vec::new(),
            pages,
            sheets: Vec::new(),
        };
        Ok(Reading { parsed: Parsed { document, warnings: Vec::new() }, passages: vec![passage] })
    }
}

struct Desk {
    trial: Trial,
    index: Arc<MemoryIndex>,
    parser: Arc<Scoring>,
    ingesting: Ingesting,
    operator: Viewer,
}

impl Desk {
    async fn new() -> Self {
        let trial = Trial::new().await;
        let (index, parser) = (Arc::new(MemoryIndex::default()), Arc::new(Scoring::default()));
        let ingesting = Ingesting {
            parser: Arc::clone(&parser) as _,
            embedder: Arc::new(HashEmbedder::new()),
            index: Arc::clone(&index) as _,
            log: Arc::new(trial.catalog.clone()),
            embeddings: Arc::new(trial.catalog.clone()),
            hold_below: 0.6,
        };
        let operator = trial.catalog.local_operator().await.unwrap();
        Self { trial, index, parser, ingesting, operator }
    }

    async fn upload(&self, name: &str, text: &str) -> DocumentId {
        match self.trial.catalog.accept(&self.operator, text_upload(&self.trial, name, text)).await.unwrap() {
            Accepted::Queued { document, .. } => document,
            Accepted::Duplicate { .. } => panic!("{name} is new"),
        }
    }

    /// Carries the next job out as the runner would.
    async fn work(&self) -> Job {
        let job = self.trial.catalog.next_job().await.unwrap().expect("a job waits");
        if let Err(error) = ingest(&self.ingesting, &job).await {
            self.end(&job, &error).await;
        }
        job
    }

    async fn end(&self, job: &Job, error: &IngestError) {
        self.index.remove_version(job.version).await.unwrap();
        self.trial.catalog.fail(job, &error.reason()).await.unwrap();
    }

    async fn decide(&self, document: DocumentId, decision: Decision) -> Decided {
        self.library().decide(&self.operator, document, decision).await.unwrap()
    }

    fn library(&self) -> crate::catalog::IndexedLibrary {
        self.trial.library(Arc::clone(&self.index) as _)
    }

    async fn state(&self, document: DocumentId) -> Option<VersionState> {
        self.trial.catalog.visible_document(&self.operator, document).await.unwrap().map(|e| e.state)
    }

    /// The texts that answer now.
    async fn answering(&self, document: DocumentId) -> Vec<String> {
        let passages = self.library().passages_of(&self.operator, document, Edition::Answering).await.unwrap();
        assert_eq!(self.trial.catalog.count_searchable().await.unwrap(), self.index.len().await.unwrap(), "index and catalog agree");
        passages.into_iter().map(|p| p.passage.text).collect()
    }
}

#[tokio::test]
async fn a_document_read_badly_answers_only_once_it_is_accepted() {
    let desk = Desk::new().await;
    let document = desk.upload("a.pdf", "0.9 手数料は500円。").await;
    desk.work().await;
    assert_eq!(desk.upload("a.pdf", "0.2 䛾䛿䛜").await, document);
    desk.work().await;
    let entry = desk.trial.catalog.visible_document(&desk.operator, document).await.unwrap().unwrap();
    assert_eq!((entry.state, entry.score, entry.doubtful, entry.answers, entry.progress), (VersionState::Held, Some(0.2), 1, true, None));
    assert_eq!(desk.answering(document).await, ["手数料は500円。"], "the version before it answers");
    let held = desk.library().open_document(&desk.operator, document, Edition::Held).await.unwrap().unwrap();
    assert_eq!((held.text.as_str(), held.pages.len()), ("䛾䛿䛜", 1));
    assert_eq!(desk.library().passages_of(&desk.operator, document, Edition::Held).await.unwrap().len(), 1);

    assert_eq!(desk.decide(document, Decision::Retry).await, Decided::TooLate);
    assert_eq!(desk.decide(document, Decision::Cancel).await, Decided::TooLate);
    assert_eq!(desk.decide(document, Decision::Accept).await, Decided::Done);
    assert_eq!(desk.decide(document, Decision::Accept).await, Decided::TooLate, "somebody was faster");
    assert_eq!(desk.answering(document).await, ["手数料は500円。"], "it still has to be embedded");
    desk.work().await;
    assert_eq!(desk.answering(document).await, ["䛾䛿䛜"]);
    assert_eq!(desk.parser.readings.load(Ordering::SeqCst), 2, "its file is not read again");
    assert!(desk.library().open_document(&desk.operator, document, Edition::Held).await.unwrap().is_none());
    let trail = desk.trial.catalog.audit_trail(10).await.unwrap();
    assert_eq!((trail[0].action.as_str(), trail[0].detail.as_str()), ("document-accepted", "a.pdf"));
}

#[tokio::test]
async fn a_text_is_read_again_in_the_encoding_that_a_person_names() {
    let desk = Desk::new().await;
    let document = desk.upload("a.csv", "0.9 手数料").await;
    let again =
        async |encoding: Option<&str>| desk.library().read_again(&desk.operator, document, encoding.map(str::to_owned)).await.unwrap();
    assert_eq!(again(Some("euc-jp")).await, Decided::TooLate, "it was not read yet");
    desk.work().await;
    assert_eq!(again(Some("euc-jp")).await, Decided::Done);
    assert_eq!(desk.answering(document).await, ["手数料"], "what was read before goes on answering");
    assert_eq!(desk.work().await.encoding.as_deref(), Some("euc-jp"));
    assert_eq!(desk.answering(document).await, ["手数料（euc-jp）"]);
    let opened = desk.library().open_document(&desk.operator, document, Edition::Answering).await.unwrap().unwrap();
    assert_eq!(opened.encoding.as_deref(), Some("euc-jp"), "it is remembered");
    assert_eq!(desk.trial.catalog.audit_trail(10).await.unwrap()[0].action, "document-read-again");

    assert_eq!(again(None).await, Decided::Done);
    desk.work().await;
    assert_eq!(desk.answering(document).await, ["手数料"]);

    // One that is held is read again itself, not accepted as it stands.
    let held = desk.upload("b.csv", "0.2 䛾䛿").await;
    desk.work().await;
    assert_eq!(desk.library().read_again(&desk.operator, held, Some("shift_jis".to_owned())).await.unwrap(), Decided::Done);
    desk.work().await;
    assert_eq!(desk.state(held).await, Some(VersionState::Held));
    let opened = desk.library().open_document(&desk.operator, held, Edition::Held).await.unwrap().unwrap();
    assert_eq!(opened.text, "䛾䛿（shift_jis）");
}

#[tokio::test]
async fn an_acceptance_survives_a_power_cut_at_any_point() {
    let desk = Desk::new().await;
    let document = desk.upload("a.pdf", "0.2 読みにくい。").await;
    desk.work().await;
    desk.decide(document, Decision::Accept).await;
    for _ in 0..2 {
        // Taken by a runner that died before it did anything, then by one that died before it published.
        let job = desk.trial.catalog.next_job().await.unwrap().unwrap();
        assert!(job.accepted);
        assert_eq!(desk.trial.catalog.recover(9).await.unwrap(), 1);
    }
    desk.work().await;
    assert_eq!(desk.answering(document).await, ["読みにくい。"]);
    assert_eq!(desk.parser.readings.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_was_read_and_embedded_before_a_power_cut_is_not_done_again() {
    let desk = Desk::new().await;
    let document = desk.upload("a.pdf", "0.9 手数料は500円。").await;
    let job = desk.trial.catalog.next_job().await.unwrap().unwrap();
    let Reading { parsed, passages } = desk.parser.read(&SourceFile::new(job.file.clone(), job.name.clone()), &Watch::default()).unwrap();
    let ids = desk.trial.catalog.store_parsed(job.version, &parsed, &passages).await.unwrap();
    desk.trial.catalog.recover(9).await.unwrap();
    desk.work().await;
    assert_eq!(desk.answering(document).await, ["手数料は500円。"]);
    assert_eq!(desk.parser.readings.load(Ordering::SeqCst), 1);
    let kept = desk.library().passages_of(&desk.operator, document, Edition::Answering).await.unwrap();
    assert_eq!(kept.iter().map(|p| p.id).collect::<Vec<_>>(), ids);
}

#[tokio::test]
async fn a_rejected_version_leaves_the_one_before_it() {
    let desk = Desk::new().await;
    let document = desk.upload("a.pdf", "0.9 手数料は500円。").await;
    desk.work().await;
    desk.upload("a.pdf", "0.2 䛾䛿䛜").await;
    desk.work().await;
    assert_eq!(desk.decide(document, Decision::Reject).await, Decided::Done);
    assert_eq!(desk.state(document).await, Some(VersionState::Searchable));
    assert_eq!(desk.answering(document).await, ["手数料は500円。"]);
    assert_eq!(desk.decide(document, Decision::Reject).await, Decided::TooLate, "what answers is deleted otherwise");
    assert_eq!(desk.trial.catalog.files().list().unwrap().len(), 1);

    let only = desk.upload("b.pdf", "0.1 䛾").await;
    desk.work().await;
    assert_eq!(desk.decide(only, Decision::Reject).await, Decided::Done);
    assert_eq!(desk.state(only).await, None, "with its only version goes the document");
    assert_eq!(desk.trial.catalog.files().list().unwrap().len(), 1);
    assert_eq!(desk.trial.catalog.integrity().await.unwrap(), None);
    assert!(desk.trial.catalog.pending_removals().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_switched_off_gate_lets_everything_through_and_a_newer_version_overtakes_a_held_one() {
    let mut desk = Desk::new().await;
    let document = desk.upload("a.pdf", "0.1 䛾").await;
    desk.work().await;
    assert_eq!(desk.state(document).await, Some(VersionState::Held));
    desk.ingesting.hold_below = 0.0;
    desk.upload("a.pdf", "0.1 䛿").await;
    desk.work().await;
    assert_eq!(desk.answering(document).await, ["䛿"]);
    assert_eq!(desk.decide(document, Decision::Accept).await, Decided::TooLate);
}

#[tokio::test]
async fn a_job_that_waits_or_runs_can_be_cancelled_and_tried_again() {
    let desk = Desk::new().await;
    let running = desk.upload("long.pdf", "0.9 endless").await;
    let waiting = desk.upload("b.pdf", "0.9 手数料は500円。").await;
    let third = desk.upload("c.pdf", "0.9 休館日は月曜日。").await;
    let ahead = async |id| desk.trial.catalog.visible_document(&desk.operator, id).await.unwrap().unwrap().ahead;
    assert_eq!([ahead(running).await, ahead(waiting).await, ahead(third).await], [Some(0), Some(1), Some(2)]);

    let job = desk.trial.catalog.next_job().await.unwrap().unwrap();
    assert_eq!(ahead(waiting).await, Some(0));
    let (ended, seen) = tokio::join!(ingest(&desk.ingesting, &job), async {
        tokio::time::sleep(Duration::from_millis(2_600)).await;
        let entry = desk.trial.catalog.visible_document(&desk.operator, running).await.unwrap().unwrap();
        assert_eq!(desk.decide(running, Decision::Cancel).await, Decided::Done);
        entry.progress.unwrap()
    });
    assert_eq!(seen.total, 1_000_000);
    assert!(seen.rate.is_some_and(|r| r > 1.0) && seen.seconds_left().is_some(), "{seen:?}");
    let error = ended.expect_err("somebody ended it");
    assert_eq!(error.reason().code, "cancelled");
    desk.end(&job, &error).await;
    assert_eq!(desk.state(running).await, Some(VersionState::Cancelled));

    assert_eq!(desk.decide(waiting, Decision::Cancel).await, Decided::Done);
    let entry = desk.trial.catalog.visible_document(&desk.operator, waiting).await.unwrap().unwrap();
    assert_eq!((entry.state, entry.failure.map(|f| f.code)), (VersionState::Cancelled, Some("cancelled".to_owned())));
    assert_eq!(desk.work().await.document, third, "the cancelled one is passed over");
    assert_eq!(desk.decide(third, Decision::Retry).await, Decided::TooLate);
    assert_eq!(desk.decide(waiting, Decision::Retry).await, Decided::Done);
    desk.work().await;
    assert_eq!(desk.answering(waiting).await, ["手数料は500円。"]);
    let again = desk.trial.catalog.accept(&desk.operator, text_upload(&desk.trial, "long.pdf", "0.9 endless")).await.unwrap();
    assert!(matches!(again, Accepted::Queued { .. }), "a cancelled file may be added again");
}

#[tokio::test]
async fn a_cancellation_is_not_forgotten_in_a_power_cut() {
    let desk = Desk::new().await;
    let document = desk.upload("a.pdf", "0.9 手数料。").await;
    let job = desk.trial.catalog.next_job().await.unwrap().unwrap();
    desk.decide(document, Decision::Cancel).await;
    assert_eq!(desk.state(document).await, Some(VersionState::Ingesting));
    assert_eq!(desk.trial.catalog.recover(9).await.unwrap(), 0);
    assert_eq!(desk.state(document).await, Some(VersionState::Cancelled));
    let progress = appliance_core::ports::catalog::JobProgress::new(appliance_core::ports::catalog::IngestStage::Parsing, 1, 2);
    assert_eq!(desk.trial.catalog.note_progress(job.id, progress).await.unwrap(), Wanted::NoLonger);
}

#[tokio::test]
async fn a_retried_failure_is_not_taken_out_of_the_index_again() {
    let desk = Desk::new().await;
    let document = desk.upload("a.pdf", "0.9 手数料。").await;
    let job = desk.trial.catalog.next_job().await.unwrap().unwrap();
    desk.trial.catalog.fail(&job, &FailureReason { code: "internal".to_owned(), message: "disk full".to_owned() }).await.unwrap();
    assert_eq!(desk.trial.catalog.pending_removals().await.unwrap(), [job.version]);
    assert_eq!(desk.decide(document, Decision::Retry).await, Decided::Done);
    desk.work().await;
    assert!(desk.trial.catalog.pending_removals().await.unwrap().is_empty());
    assert_eq!(desk.answering(document).await, ["手数料。"]);
}

#[tokio::test]
async fn a_locked_file_gives_way_to_the_same_file_in_the_clear() {
    let desk = Desk::new().await;
    let document = desk.upload("a.pdf", "locked").await;
    assert_eq!(desk.trial.catalog.locked_file(&desk.operator, document).await.unwrap(), None, "nobody knows yet");
    let job = desk.trial.catalog.next_job().await.unwrap().unwrap();
    let error = IngestError::Parse(ParseError::Encrypted { name: "a.pdf".to_owned() });
    desk.end(&job, &error).await;
    let locked = desk.library().locked_file(&desk.operator, document).await.unwrap().unwrap();
    assert_eq!((std::fs::read_to_string(&locked.file).unwrap().as_str(), locked.name.as_str()), ("locked", "a.pdf"));

    let opened = text_upload(&desk.trial, "opened", "0.9 手数料は500円。").file;
    assert_eq!(desk.library().unlock(&desk.operator, document, opened.clone()).await.unwrap(), Decided::Done);
    assert!(!opened.exists());
    desk.work().await;
    assert_eq!(desk.answering(document).await, ["手数料は500円。"]);
    assert_eq!(desk.trial.catalog.files().list().unwrap().len(), 1, "the encrypted file is gone");
    assert!(desk.library().locked_file(&desk.operator, document).await.unwrap().is_none());
    let again = text_upload(&desk.trial, "opened", "x").file;
    assert_eq!(desk.library().unlock(&desk.operator, document, again).await.unwrap(), Decided::TooLate);
}

#[tokio::test]
async fn nobody_decides_about_what_they_cannot_see() {
    let desk = Desk::new().await;
    let secret = desk.trial.catalog.add_collection("人事", &[]).await.unwrap();
    let operator = desk.trial.catalog.local_operator().await.unwrap();
    let accepted = desk.trial.catalog.accept(&operator, upload_to(&desk.trial, secret, "pay.pdf", "0.1 䛾")).await.unwrap();
    let Accepted::Queued { document, .. } = accepted else { panic!("new") };
    desk.work().await;
    let person = NewPerson { login: "a".to_owned(), name: "a".to_owned(), role: Role::Editor };
    desk.trial.catalog.add_person(person).await.unwrap().unwrap();
    let editor = desk.trial.catalog.viewer_for("a").await.unwrap().unwrap();
    let library = desk.library();
    for decision in [Decision::Accept, Decision::Reject, Decision::Cancel, Decision::Retry] {
        assert_eq!(library.decide(&editor, document, decision).await.unwrap(), Decided::Unknown);
    }
    assert!(library.open_document(&editor, document, Edition::Held).await.unwrap().is_none());
    assert!(library.passages_of(&editor, document, Edition::Held).await.unwrap().is_empty());
    assert!(library.locked_file(&editor, document).await.unwrap().is_none());
    assert!(library.documents(&editor).await.unwrap().is_empty());
    desk.trial.catalog.open_collection(LOCAL_OPERATOR, secret, Principal::User(editor.user())).await.unwrap();
    let editor = desk.trial.catalog.viewer_for("a").await.unwrap().unwrap();
    assert_eq!(library.decide(&editor, document, Decision::Accept).await.unwrap(), Decided::Done);
}
