//! Adding, reading and deleting documents, each within what the viewer may see.

use super::super::LOCAL_OPERATOR;
use super::super::access::Principal;
use super::ingest_log::parsed;
use super::{Trial, text_upload, upload_to};
use appliance_core::id::{DocumentId, PassageId};
use appliance_core::ports::catalog::{Accepted, Edition, NewPerson};
use appliance_core::ports::index::IndexedPassage;
use appliance_core::ports::{IngestLog, Library, PassageIndex, PassageStore, People};
use appliance_core::testing::{HashEmbedder, MemoryIndex};
use appliance_core::validity::Days;
use appliance_core::viewer::{Role, Viewer};
use std::sync::Arc;

/// Uploads and publishes a document, with its passages in the index.
pub async fn searchable(
    trial: &Trial,
    index: &MemoryIndex,
    upload: appliance_core::ports::catalog::Upload,
) -> (DocumentId, Vec<PassageId>) {
    let operator = trial.catalog.local_operator().await.unwrap();
    trial.catalog.accept(&operator, upload).await.unwrap();
    let job = trial.catalog.next_job().await.unwrap().unwrap();
    let (parsed, passages) = parsed(&job.name, &["手数料は500円。", "休館日は月曜日。"]);
    let ids = trial.catalog.store_parsed(job.version, &parsed, &passages).await.unwrap();
    let indexed = ids.iter().zip(&passages).map(|(id, p)| IndexedPassage {
        days: Days::ALWAYS,
        id: *id,
        version: job.version,
        document: job.document,
        collection: job.collection,
        title: job.name.clone(),
        heading_path: Vec::new(),
        text: p.text.clone(),
        embedding: Some(HashEmbedder::vector(&p.text)),
    });
    index.upsert(indexed.collect()).await.unwrap();
    trial.catalog.publish(&job).await.unwrap();
    (job.document, ids)
}

pub async fn reader(trial: &Trial) -> Viewer {
    let person = NewPerson { login: "reader".to_owned(), name: "reader".to_owned(), role: Role::Reader };
    trial.catalog.add_person(person).await.unwrap().unwrap();
    trial.catalog.viewer_for("reader").await.unwrap().unwrap()
}

#[tokio::test]
async fn no_way_of_reading_shows_what_may_not_be_seen() {
    let trial = Trial::new().await;
    let index = Arc::new(MemoryIndex::default());
    let secret = trial.catalog.add_collection("人事", &[]).await.unwrap();
    let (document, ids) = searchable(&trial, &index, upload_to(&trial, secret, "pay.txt", "給与")).await;
    let viewer = reader(&trial).await;
    let library = trial.library(index);
    assert!(library.documents(&viewer).await.unwrap().is_empty());
    assert_eq!(library.document(&viewer, document).await.unwrap(), None);
    assert_eq!(library.open_document(&viewer, document, Edition::Answering).await.unwrap(), None);
    assert_eq!(library.passage(&viewer, ids[0]).await.unwrap(), None);
    assert!(library.passages_of(&viewer, document, Edition::Answering).await.unwrap().is_empty());
    assert!(trial.catalog.visible_passages(&viewer, &ids).await.unwrap().is_empty());
    assert!(!library.delete(&viewer, document).await.unwrap());
    assert!(library.accept(&viewer, upload_to(&trial, secret, "x.txt", "x")).await.is_err());
    let names: Vec<String> = library.collections(&viewer).await.unwrap().into_iter().map(|c| c.name).collect();
    assert_eq!(names, ["共有"]);

    trial.catalog.open_collection(LOCAL_OPERATOR, secret, Principal::User(viewer.user())).await.unwrap();
    let viewer = trial.catalog.viewer_for("reader").await.unwrap().unwrap();
    assert_eq!(library.documents(&viewer).await.unwrap().len(), 1);
    assert_eq!(library.passage(&viewer, ids[0]).await.unwrap().unwrap().passage.text, "手数料は500円。");
    assert_eq!(library.passages_of(&viewer, document, Edition::Answering).await.unwrap().len(), 2);
    let entries = library.collections(&viewer).await.unwrap();
    assert_eq!(entries.iter().map(|c| (c.name.as_str(), c.documents)).collect::<Vec<_>>(), [("人事", 1), ("共有", 0)]);
}

#[tokio::test]
async fn the_same_bytes_are_taken_once_a_collection() {
    let trial = Trial::new().await;
    let index = Arc::new(MemoryIndex::default());
    let (document, _) = searchable(&trial, &index, text_upload(&trial, "a.txt", "同じ")).await;
    let operator = trial.catalog.local_operator().await.unwrap();
    for name in ["a.txt", "b.txt"] {
        let upload = text_upload(&trial, name, "同じ");
        let temporary = upload.file.clone();
        assert_eq!(trial.catalog.accept(&operator, upload).await.unwrap(), Accepted::Duplicate { document });
        assert!(!temporary.exists());
    }
    let other = trial.catalog.add_collection("別", &[]).await.unwrap();
    let operator = trial.catalog.local_operator().await.unwrap();
    let accepted = trial.catalog.accept(&operator, upload_to(&trial, other, "a.txt", "同じ")).await.unwrap();
    assert!(matches!(accepted, Accepted::Queued { document: d, .. } if d != document));
    assert_eq!(trial.catalog.files().list().unwrap().len(), 1, "stored once for both");
}

#[tokio::test]
async fn a_name_is_the_same_from_every_machine() {
    let trial = Trial::new().await;
    let operator = trial.catalog.local_operator().await.unwrap();
    let mut documents = Vec::new();
    for (name, text) in [("カ\u{3099}イト\u{3099}.txt", "一"), (" ガイド.txt\n", "二")] {
        let Accepted::Queued { document, .. } = trial.catalog.accept(&operator, text_upload(&trial, name, text)).await.unwrap() else {
            panic!("new")
        };
        documents.push(document);
    }
    assert_eq!(documents[0], documents[1]);
    let entry = trial.catalog.visible_document(&operator, documents[0]).await.unwrap().unwrap();
    assert_eq!(entry.file_name, "ガイド.txt");
}

#[tokio::test]
async fn a_failed_file_may_be_tried_again() {
    let trial = Trial::new().await;
    let operator = trial.catalog.local_operator().await.unwrap();
    trial.catalog.accept(&operator, text_upload(&trial, "a.txt", "一")).await.unwrap();
    let job = trial.catalog.next_job().await.unwrap().unwrap();
    let reason = appliance_core::ports::catalog::FailureReason { code: "internal".to_owned(), message: "disk full".to_owned() };
    trial.catalog.fail(&job, &reason).await.unwrap();
    let again = trial.catalog.accept(&operator, text_upload(&trial, "a.txt", "一")).await.unwrap();
    assert!(matches!(again, Accepted::Queued { document, .. } if document == job.document));
}

#[tokio::test]
async fn deleting_leaves_nothing_anywhere() {
    let trial = Trial::new().await;
    let index = Arc::new(MemoryIndex::default());
    let (document, ids) = searchable(&trial, &index, text_upload(&trial, "a.txt", "一")).await;
    searchable(&trial, &index, text_upload(&trial, "a.txt", "二")).await;
    let (other, _) = searchable(&trial, &index, text_upload(&trial, "b.txt", "三")).await;
    assert_eq!(trial.catalog.files().list().unwrap().len(), 3);
    let operator = trial.catalog.local_operator().await.unwrap();
    let library = trial.library(Arc::clone(&index) as Arc<dyn PassageIndex>);
    assert!(library.delete(&operator, document).await.unwrap());
    assert!(!library.delete(&operator, document).await.unwrap());
    assert_eq!(library.documents(&operator).await.unwrap().into_iter().map(|e| e.id).collect::<Vec<_>>(), [other]);
    assert!(trial.catalog.visible_passages(&operator, &ids).await.unwrap().is_empty());
    assert_eq!(index.len().await.unwrap(), 2);
    assert_eq!(trial.catalog.files().list().unwrap().len(), 1);
    assert!(trial.catalog.pending_removals().await.unwrap().is_empty());
    assert_eq!(trial.catalog.integrity().await.unwrap(), None);
}

#[tokio::test]
async fn a_file_goes_only_when_nobody_else_uses_it() {
    let trial = Trial::new().await;
    let index = Arc::new(MemoryIndex::default());
    let elsewhere = trial.catalog.add_collection("別", &[]).await.unwrap();
    let (first, _) = searchable(&trial, &index, text_upload(&trial, "a.txt", "同じ")).await;
    let (second, _) = searchable(&trial, &index, upload_to(&trial, elsewhere, "a.txt", "同じ")).await;
    let operator = trial.catalog.local_operator().await.unwrap();
    let library = trial.library(index);
    library.delete(&operator, first).await.unwrap();
    let open = library.open_document(&operator, second, Edition::Answering).await.unwrap().unwrap();
    assert_eq!(std::fs::read_to_string(open.file).unwrap(), "同じ");
    library.delete(&operator, second).await.unwrap();
    assert!(trial.catalog.files().list().unwrap().is_empty());
}

#[tokio::test]
async fn stray_files_are_swept() {
    let trial = Trial::new().await;
    let index = Arc::new(MemoryIndex::default());
    searchable(&trial, &index, text_upload(&trial, "a.txt", "一")).await;
    let stray = text_upload(&trial, "stray", "誰のものでもない").file;
    let (hash, _) = crate::files::hash_file(&stray).unwrap();
    trial.catalog.files().take_in(&stray, &hash).unwrap();
    assert_eq!(trial.catalog.sweep_files().await.unwrap(), 1);
    assert_eq!(trial.catalog.files().list().unwrap().len(), 1);
}
