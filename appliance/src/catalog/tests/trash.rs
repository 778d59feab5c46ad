//! The trash: what goes there is nowhere, what comes back is as it was, and what lies there too long is gone.

use super::ingest_log::parsed;
use super::library::{reader, searchable};
use super::{Trial, text_upload, upload_to};
use crate::catalog::LOCAL_OPERATOR;
use crate::catalog::access::Principal;
use appliance_core::document::Format;
use appliance_core::id::{ContentHash, DocumentId};
use appliance_core::ports::catalog::{Accepted, Decided, DocumentEntry, Edition, IngestStage, JobProgress, VersionState, Wanted};
use appliance_core::ports::shelves::{self, Order};
use appliance_core::ports::{EmbeddingLog, IngestLog, Library, PassageIndex, PassageStore, Shelves};
use appliance_core::testing::{HashEmbedder, MemoryIndex};
use jiff::SignedDuration;
use std::sync::Arc;

fn all() -> shelves::Wanted {
    shelves::Wanted { count: 50, ..shelves::Wanted::default() }
}

async fn actions(trial: &Trial) -> Vec<String> {
    trial.catalog.audit_trail(3).await.unwrap().into_iter().map(|e| e.action).collect()
}

#[tokio::test]
async fn what_goes_to_the_trash_is_nowhere_and_comes_back_whole() {
    let trial = Trial::new().await;
    let index = Arc::new(MemoryIndex::default());
    let library = trial.library(Arc::clone(&index) as Arc<dyn PassageIndex>);
    let (document, ids) = searchable(&trial, &index, text_upload(&trial, "a.txt", "一")).await;
    let model = ContentHash::of(b"model");
    let made: Vec<_> = ids.iter().map(|id| (*id, HashEmbedder::vector("x"))).collect();
    trial.catalog.store_embeddings(&model, &made).await.unwrap();
    let operator = trial.catalog.local_operator().await.unwrap();
    let before = library.document(&operator, document).await.unwrap();

    assert_eq!(library.discard(&operator, document).await.unwrap(), Decided::Done);
    assert_eq!(library.discard(&operator, document).await.unwrap(), Decided::Unknown);
    assert_eq!(actions(&trial).await[0], "document-trashed");
    assert_eq!(index.len().await.unwrap(), 0);
    assert_eq!(trial.catalog.count_searchable().await.unwrap(), 0);
    assert_eq!(trial.catalog.count_documents().await.unwrap(), 0);
    assert!(trial.catalog.documents_by_state().await.unwrap().is_empty());
    assert!(library.documents(&operator).await.unwrap().is_empty());
    assert_eq!(library.shelf(&operator, &all()).await.unwrap(), shelves::Shelf::default());
    assert_eq!(library.document(&operator, document).await.unwrap(), None);
    assert_eq!(library.open_document(&operator, document, Edition::Answering).await.unwrap(), None);
    assert!(library.versions(&operator, document).await.unwrap().is_empty());
    assert_eq!(library.passage(&operator, ids[0]).await.unwrap(), None);
    assert!(trial.catalog.visible_passages(&operator, &ids).await.unwrap().is_empty());
    assert_eq!(library.collections(&operator).await.unwrap()[0].documents, 0);
    let listed = library.trash(&operator).await.unwrap();
    assert_eq!(listed.iter().map(|d| (d.id, d.file_name.as_str(), d.by.as_deref())).collect::<Vec<_>>(), [(document, "a.txt", None)]);
    let again = trial.catalog.accept(&operator, text_upload(&trial, "a.txt", "一")).await.unwrap();
    let Accepted::Queued { document: other, .. } = again else { panic!("the trash is no reason to refuse a file") };
    assert_ne!(other, document);
    assert_eq!(library.discard(&operator, other).await.unwrap(), Decided::Done);

    assert_eq!(library.restore(&operator, document).await.unwrap(), Decided::Done);
    assert_eq!(library.restore(&operator, document).await.unwrap(), Decided::Unknown);
    assert_eq!(actions(&trial).await[0], "document-restored");
    let restored = library.document(&operator, document).await.unwrap();
    // What is left to embed is asked for by whoever writes the index.
    assert_eq!(restored, before.map(|b| DocumentEntry { progress: None, ..b }));
    let pending = trial.catalog.pending_updates().await.unwrap();
    assert_eq!(pending.len(), 1, "the index is told");
    let written = trial.catalog.passages_to_update(pending[0].version, &model).await.unwrap();
    assert!(written.len() == 2 && written.iter().all(|p| p.embedding.is_some()), "nothing has to be embedded again");
    assert!(trial.catalog.pending_removals().await.unwrap().iter().all(|v| *v != pending[0].version));
}

#[tokio::test]
async fn the_trash_ends_what_is_under_way_and_lets_it_go_on() {
    let trial = Trial::new().await;
    let library = trial.library(Arc::new(MemoryIndex::default()));
    let operator = trial.catalog.local_operator().await.unwrap();
    let upload = async |name: &str| {
        let accepted = trial.catalog.accept(&operator, text_upload(&trial, name, name)).await.unwrap();
        let Accepted::Queued { document, .. } = accepted else { panic!("new") };
        document
    };
    let running = upload("running.txt").await;
    let job = trial.catalog.next_job().await.unwrap().unwrap();
    let waiting = upload("waiting.txt").await;
    for document in [running, waiting] {
        library.discard(&operator, document).await.unwrap();
    }
    assert!(trial.catalog.next_job().await.unwrap().is_none(), "nothing of the trash is read");
    let progress = JobProgress::new(IngestStage::Parsing, 1, 2);
    assert_eq!(trial.catalog.note_progress(job.id, progress).await.unwrap(), Wanted::NoLonger);
    // It was done already when it heard.
    let (parsed, passages) = parsed("running", &["一。"]);
    trial.catalog.store_parsed(job.version, &parsed, &passages).await.unwrap();
    assert_eq!(trial.catalog.publish(&job).await.unwrap(), Some(job.version), "it leaves the index again");
    assert_eq!(trial.catalog.count_searchable().await.unwrap(), 0);
    library.restore(&operator, running).await.unwrap();
    library.restore(&operator, waiting).await.unwrap();
    let state = async |id: DocumentId| library.document(&operator, id).await.unwrap().unwrap().state;
    assert_eq!((state(running).await, state(waiting).await), (VersionState::Searchable, VersionState::Queued));
    assert_eq!(trial.catalog.next_job().await.unwrap().unwrap().document, waiting);
}

#[tokio::test]
async fn what_lies_there_too_long_is_gone_with_its_file() {
    let trial = Trial::new().await;
    let index = Arc::new(MemoryIndex::default());
    let elsewhere = trial.catalog.add_collection("別", &[]).await.unwrap();
    let library = trial.library(Arc::clone(&index) as Arc<dyn PassageIndex>);
    let operator = trial.catalog.local_operator().await.unwrap();
    let (first, _) = searchable(&trial, &index, text_upload(&trial, "a.txt", "同じ")).await;
    let (second, _) = searchable(&trial, &index, upload_to(&trial, elsewhere, "a.txt", "同じ")).await;
    let (third, _) = searchable(&trial, &index, text_upload(&trial, "b.txt", "別の")).await;
    library.discard(&operator, first).await.unwrap();
    library.discard(&operator, third).await.unwrap();
    let month = SignedDuration::from_hours(24 * 30);
    trial.clock.pass(SignedDuration::from_hours(24 * 29));
    assert_eq!(trial.catalog.empty_trash(month).await.unwrap(), 0);
    assert_eq!(trial.catalog.files().list().unwrap().len(), 2, "files stay as long as they can be asked for");
    trial.clock.pass(SignedDuration::from_hours(24));
    assert_eq!(trial.catalog.empty_trash(month).await.unwrap(), 2);
    assert_eq!(actions(&trial).await[..2], ["document-deleted", "document-deleted"]);
    assert!(library.trash(&operator).await.unwrap().is_empty());
    assert_eq!(trial.catalog.files().list().unwrap().len(), 1, "another document has the file");
    let open = library.open_document(&operator, second, Edition::Answering).await.unwrap().unwrap();
    assert_eq!(std::fs::read_to_string(open.file).unwrap(), "同じ");
    assert_eq!(library.restore(&operator, first).await.unwrap(), Decided::Unknown);
    assert_eq!(trial.catalog.integrity().await.unwrap(), None);
}

#[tokio::test]
async fn the_trash_shows_nobody_what_they_could_not_see() {
    let trial = Trial::new().await;
    let index = Arc::new(MemoryIndex::default());
    let library = trial.library(Arc::clone(&index) as Arc<dyn PassageIndex>);
    let secret = trial.catalog.add_collection("人事", &[]).await.unwrap();
    let operator = trial.catalog.local_operator().await.unwrap();
    let (document, _) = searchable(&trial, &index, upload_to(&trial, secret, "pay.txt", "給与")).await;
    let viewer = reader(&trial).await;
    assert_eq!(library.discard(&viewer, document).await.unwrap(), Decided::Unknown);
    library.discard(&operator, document).await.unwrap();
    assert!(library.trash(&viewer).await.unwrap().is_empty());
    assert_eq!(library.restore(&viewer, document).await.unwrap(), Decided::Unknown);
    assert_eq!(library.erase(&viewer, document).await.unwrap(), Decided::Unknown);
    assert_eq!(library.erase(&operator, document).await.unwrap(), Decided::Done);
    let (kept, _) = searchable(&trial, &index, text_upload(&trial, "a.txt", "一")).await;
    assert_eq!(library.erase(&operator, kept).await.unwrap(), Decided::Unknown, "only what lies in the trash is removed for good");
}

#[tokio::test]
async fn a_document_moves_to_another_collection_with_its_rules() {
    let trial = Trial::new().await;
    let index = Arc::new(MemoryIndex::default());
    let library = trial.library(Arc::clone(&index) as Arc<dyn PassageIndex>);
    let (document, ids) = searchable(&trial, &index, text_upload(&trial, "a.txt", "一")).await;
    let viewer = reader(&trial).await;
    let secret = trial.catalog.add_collection("人事", &[]).await.unwrap();
    let operator = trial.catalog.local_operator().await.unwrap();
    assert_eq!(library.move_to(&viewer, document, secret).await.unwrap(), Decided::Unknown, "a collection that they do not see");
    assert_eq!(library.move_to(&operator, document, secret).await.unwrap(), Decided::Done);
    assert_eq!(actions(&trial).await[0], "document-moved");
    assert!(trial.catalog.visible_passages(&viewer, &ids).await.unwrap().is_empty(), "closed from this moment on");
    assert_eq!(trial.catalog.pending_updates().await.unwrap().len(), 1, "the index is told");
    let audience = library.audiences(&operator, &[document]).await.unwrap();
    assert!(audience[0].open_to.is_empty() && audience[0].rules.is_empty());
    trial.catalog.open_collection(LOCAL_OPERATOR, secret, Principal::Everyone).await.unwrap();
    assert_eq!(library.audiences(&operator, &[document]).await.unwrap()[0].open_to, [Principal::Everyone]);
}

#[tokio::test]
async fn a_shelf_is_a_page_of_what_is_wanted() {
    let trial = Trial::new().await;
    let index = Arc::new(MemoryIndex::default());
    let library = trial.library(Arc::clone(&index) as Arc<dyn PassageIndex>);
    let operator = trial.catalog.local_operator().await.unwrap();
    for n in 0..7 {
        searchable(&trial, &index, text_upload(&trial, &format!("{n}.txt"), &n.to_string())).await;
    }
    trial.catalog.accept(&operator, text_upload(&trial, "waits.txt", "待つ")).await.unwrap();
    let page = library.shelf(&operator, &shelves::Wanted { from: 2, count: 3, ..all() }).await.unwrap();
    assert_eq!(page.entries.iter().map(|e| e.file_name.as_str()).collect::<Vec<_>>(), ["5.txt", "4.txt", "3.txt"]);
    assert_eq!((page.matching, page.total, page.waiting), (8, 8, 1));
    let wanted = shelves::Wanted { format: Some(Format::Text), words: "3".to_owned(), order: Order::Worst, ..all() };
    assert_eq!(library.shelf(&operator, &wanted).await.unwrap().matching, 1);
    let beyond = library.shelf(&operator, &shelves::Wanted { from: 100, ..all() }).await.unwrap();
    assert!(beyond.entries.is_empty() && beyond.matching == 8);
    let listed = library.documents(&operator).await.unwrap();
    assert_eq!(library.shelf(&operator, &all()).await.unwrap().entries, listed, "the same entries as the whole list has");
}
