//! Versions kept for comparing, and documents that are alike, each within what the viewer may see.

use super::super::LOCAL_OPERATOR;
use super::super::access::Principal;
use super::ingest_log::parsed;
use super::library::reader;
use super::{Trial, upload_to};
use appliance_core::id::{CollectionId, DocumentId, VersionId};
use appliance_core::likeness::Likeness;
use appliance_core::ports::catalog::{Job, VersionState};
use appliance_core::ports::{IngestLog, Library};
use appliance_core::testing::MemoryIndex;
use std::sync::Arc;

/// Uploads a file and reads from it those passages; it does not answer yet.
async fn read(trial: &Trial, collection: CollectionId, name: &str, bytes: &str, texts: &[&str]) -> Job {
    let operator = trial.catalog.local_operator().await.unwrap();
    trial.catalog.accept(&operator, upload_to(trial, collection, name, bytes)).await.unwrap();
    let job = trial.catalog.next_job().await.unwrap().unwrap();
    let (parsed, passages) = parsed(name, texts);
    trial.catalog.store_parsed(job.version, &parsed, &passages).await.unwrap();
    job
}

async fn published(trial: &Trial, collection: CollectionId, name: &str, bytes: &str, texts: &[&str]) -> (DocumentId, VersionId) {
    let job = read(trial, collection, name, bytes, texts).await;
    trial.catalog.publish(&job).await.unwrap();
    (job.document, job.version)
}

fn ordinance(fee: u32) -> String {
    (1..60).map(|n| format!("第{n}条　手数料は、第{}号様式により{}円とする。\n", n * 7 % 31, if n == 30 { fee } else { n * 100 })).collect()
}

#[tokio::test]
async fn a_version_that_was_replaced_stays_to_be_compared() {
    let trial = Trial::new().await;
    let library = trial.library(Arc::new(MemoryIndex::default()));
    let operator = trial.catalog.local_operator().await.unwrap();
    let (document, old) = published(&trial, trial.collection, "rule.txt", "1", &["手数料は300円。\n", "休館日は月曜日。"]).await;
    let job = read(&trial, trial.collection, "rule.txt", "2", &["手数料は500円。\n", "休館日は月曜日。"]).await;
    assert_eq!(job.document, document);
    let versions = library.versions(&operator, document).await.unwrap();
    assert_eq!(versions.iter().map(|v| v.id).collect::<Vec<_>>(), [old], "one that is not ready is none to compare");
    assert_eq!(library.document(&operator, document).await.unwrap().unwrap().versions, 1);

    trial.catalog.publish(&job).await.unwrap();
    let versions = library.versions(&operator, document).await.unwrap();
    let states: Vec<_> = versions.iter().map(|v| (v.id, v.state)).collect();
    assert_eq!(states, [(job.version, VersionState::Searchable), (old, VersionState::Superseded)]);
    assert_eq!(library.document(&operator, document).await.unwrap().unwrap().versions, 2);
    let text = library.version_text(&operator, document, old).await.unwrap().unwrap();
    assert_eq!(text.text, "手数料は300円。\n休館日は月曜日。");
    let path = vec!["第1章".to_owned()];
    assert_eq!(text.headings, [(0, path.clone()), ("手数料は300円。\n".len(), path)]);
}

#[tokio::test]
async fn nobody_compares_what_they_may_not_see() {
    let trial = Trial::new().await;
    let library = trial.library(Arc::new(MemoryIndex::default()));
    let secret = trial.catalog.add_collection("人事", &[]).await.unwrap();
    let (open, _) = published(&trial, trial.collection, "open.txt", "1", &[&ordinance(500)]).await;
    let (closed, version) = published(&trial, secret, "closed.txt", "2", &[&ordinance(700)]).await;
    let viewer = reader(&trial).await;
    assert!(library.versions(&viewer, closed).await.unwrap().is_empty());
    assert!(library.version_text(&viewer, closed, version).await.unwrap().is_none());
    assert!(library.version_text(&viewer, open, version).await.unwrap().is_none(), "a version of another document");
    assert!(library.alike(&viewer, &[open, closed]).await.unwrap().is_empty());

    trial.catalog.open_collection(LOCAL_OPERATOR, secret, Principal::User(viewer.user())).await.unwrap();
    let viewer = trial.catalog.viewer_for("reader").await.unwrap().unwrap();
    let alike = library.alike(&viewer, &[open]).await.unwrap();
    let [one] = alike.as_slice() else { panic!("{alike:?}") };
    assert_eq!((one.document, one.other, one.collection_name.as_str()), (open, closed, "人事"));
    assert!(matches!(one.likeness, Likeness::Near(share) if share > 0.85), "{alike:?}");
}

#[tokio::test]
async fn the_same_file_and_the_same_text_are_told_apart_from_likeness() {
    let trial = Trial::new().await;
    let library = trial.library(Arc::new(MemoryIndex::default()));
    let other = trial.catalog.add_collection("写し", &[Principal::Everyone]).await.unwrap();
    let operator = trial.catalog.local_operator().await.unwrap();
    let text = ordinance(500);
    let (first, _) = published(&trial, trial.collection, "a.txt", "bytes", &[&text]).await;
    let (near, _) = published(&trial, trial.collection, "near.txt", "near", &[&ordinance(900)]).await;
    let (layout, _) = published(&trial, trial.collection, "b.txt", "other bytes", &[&text.replace('　', " ")]).await;
    let (copy, _) = published(&trial, other, "a.txt", "bytes", &[&text]).await;
    published(&trial, other, "c.txt", "c", &["休館日は月曜日です。"]).await;
    let alike = library.alike(&operator, &[first]).await.unwrap();
    let found: Vec<(DocumentId, bool)> = alike.iter().map(|a| (a.other, matches!(a.likeness, Likeness::Near(_)))).collect();
    assert_eq!(found, [(copy, false), (layout, false), (near, true)]);
    assert_eq!((alike[0].likeness, alike[1].likeness), (Likeness::SameFile, Likeness::SameText));

    library.delete(&operator, copy).await.unwrap();
    let job = read(&trial, trial.collection, "b.txt", "newer", &["休館日は火曜日に変わりました。"]).await;
    assert_eq!(library.alike(&operator, &[first]).await.unwrap().len(), 2, "the version that answers counts until the newer one does");
    trial.catalog.publish(&job).await.unwrap();
    let left: Vec<DocumentId> = library.alike(&operator, &[first]).await.unwrap().into_iter().map(|a| a.other).collect();
    assert_eq!(left, [near]);
}

#[tokio::test]
async fn what_is_held_is_compared_for_those_who_decide() {
    let trial = Trial::new().await;
    let library = trial.library(Arc::new(MemoryIndex::default()));
    let operator = trial.catalog.local_operator().await.unwrap();
    let viewer = reader(&trial).await;
    let (first, _) = published(&trial, trial.collection, "a.txt", "1", &[&ordinance(500)]).await;
    let job = read(&trial, trial.collection, "b.txt", "2", &[&ordinance(500)]).await;
    trial.catalog.hold(&job).await.unwrap();
    let others = |alike: Vec<appliance_core::ports::version::Alike>| alike.into_iter().map(|a| a.other).collect::<Vec<_>>();
    assert_eq!(others(library.alike(&operator, &[job.document]).await.unwrap()), [first]);
    assert!(library.alike(&operator, &[first]).await.unwrap().is_empty(), "what is held answers nobody");
    assert!(library.alike(&viewer, &[job.document]).await.unwrap().is_empty());
}
