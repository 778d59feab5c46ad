//! Searches narrowed by kind, date and department, and synonyms of collections.

use super::ingest_log::parsed;
use super::{Trial, upload_to};
use crate::catalog::LOCAL_OPERATOR;
use crate::catalog::access::Principal;
use appliance_core::id::{CollectionId, DocumentId, PassageId};
use appliance_core::narrowing::Narrowing;
use appliance_core::ports::catalog::{Accepted, NewPerson};
use appliance_core::ports::{IngestLog, PassageStore, People};
use appliance_core::viewer::{Role, Viewer};

async fn published(trial: &Trial, collection: CollectionId, title: &str, texts: &[&str]) -> (DocumentId, Vec<PassageId>) {
    let operator = trial.catalog.local_operator().await.unwrap();
    let upload = upload_to(trial, collection, &format!("{title}.txt"), title);
    let Accepted::Queued { document, .. } = trial.catalog.accept(&operator, upload).await.unwrap() else { panic!("new") };
    let job = trial.catalog.next_job().await.unwrap().unwrap();
    let (parsed, passages) = parsed(title, texts);
    let ids = trial.catalog.store_parsed(job.version, &parsed, &passages).await.unwrap();
    trial.catalog.publish(&job).await.unwrap();
    (document, ids)
}

async fn reader(trial: &Trial) -> Viewer {
    let person = NewPerson { login: "a".to_owned(), name: "a".to_owned(), role: Role::Reader };
    trial.catalog.add_person(person).await.unwrap().unwrap();
    trial.catalog.viewer_for("a").await.unwrap().unwrap()
}

#[tokio::test]
async fn documents_are_narrowed_by_what_they_and_their_editors_say() {
    let trial = Trial::new().await;
    let secret = trial.catalog.add_collection("人事", &[]).await.unwrap();
    let dated = "平成12年3月24日条例第25号\n担当課：市民課\n手数料は、500円とする。";
    let (rule, _) = published(&trial, trial.collection, "手数料条例", &[dated]).await;
    let (guide, _) = published(&trial, trial.collection, "窓口の手引", &["令和6年4月1日作成\n手数料の受け取り方"]).await;
    published(&trial, secret, "給与条例", &["給与は、別表による。"]).await;
    let viewer = reader(&trial).await;
    let narrowed = async |text: &str| -> Option<Vec<DocumentId>> {
        let found = trial.catalog.narrowed(&viewer, &Narrowing::read(text).1).await.unwrap();
        found.map(|ids| ids.into_iter().collect())
    };
    assert_eq!(narrowed("手数料").await, None);
    assert_eq!(narrowed("手数料 種別:条例").await, Some(vec![rule]), "what is hidden is not met");
    assert_eq!(narrowed("手数料 日付:2024").await, Some(vec![guide]));
    assert_eq!(narrowed("手数料 日付:..2010").await, Some(vec![rule]));
    assert_eq!(narrowed("手数料 部署:市民課").await, Some(vec![rule]));
    trial.catalog.set_collection_department(trial.collection, Some("総務課")).await.unwrap();
    assert_eq!(narrowed("手数料 部署:総務課").await, Some(vec![guide]), "its own word counts before the collection's");
    trial.catalog.set_document_department(rule, Some("税務課")).await.unwrap();
    assert_eq!(narrowed("手数料 部署:税務課 種別:条例").await, Some(vec![rule]));
    assert_eq!(narrowed("手数料 部署:市民課").await, Some(vec![]));
    trial.catalog.set_document_department(rule, None).await.unwrap();
    assert_eq!(narrowed("手数料 部署:市民課").await, Some(vec![rule]));
}

#[tokio::test]
async fn facets_of_versions_read_before_are_read_once() {
    let trial = Trial::new().await;
    let (document, _) = published(&trial, trial.collection, "手引", &["令和6年4月1日作成\n手数料"]).await;
    let mut db = trial.catalog.connection().await.unwrap();
    sqlx::query("DELETE FROM facets").execute(&mut *db).await.unwrap();
    drop(db);
    assert_eq!(trial.catalog.read_what_is_missing().await.unwrap(), 1);
    assert_eq!(trial.catalog.read_what_is_missing().await.unwrap(), 0);
    let operator = trial.catalog.local_operator().await.unwrap();
    let found = trial.catalog.narrowed(&operator, &Narrowing::read("手数料 日付:2024").1).await.unwrap();
    assert_eq!(found, Some([document].into()));
}

#[tokio::test]
async fn neighbours_are_those_of_the_same_text_and_visible() {
    let trial = Trial::new().await;
    let (_, ids) = published(&trial, trial.collection, "規則", &["一", "二", "三", "四"]).await;
    published(&trial, trial.collection, "要綱", &["五", "六"]).await;
    let viewer = reader(&trial).await;
    let near = async |viewer: &Viewer| -> Vec<String> {
        trial.catalog.neighbours(viewer, &[ids[1]]).await.unwrap().into_iter().map(|s| s.passage.text).collect()
    };
    assert_eq!(near(&viewer).await, ["一", "三"]);
    trial.catalog.close_collection(LOCAL_OPERATOR, trial.collection, Principal::Everyone).await.unwrap();
    let viewer = trial.catalog.viewer_for("a").await.unwrap().unwrap();
    assert!(near(&viewer).await.is_empty());
}

#[tokio::test]
async fn synonyms_are_those_of_the_collections_that_are_searched_and_seen() {
    let trial = Trial::new().await;
    let secret = trial.catalog.add_collection("人事", &[]).await.unwrap();
    trial.catalog.set_synonyms(trial.collection, "ごみ=廃棄物\n").await.unwrap();
    trial.catalog.set_synonyms(secret, "給与=俸給").await.unwrap();
    let viewer = reader(&trial).await;
    assert_eq!(trial.catalog.synonyms(&viewer, &[]).await.unwrap(), "ごみ=廃棄物");
    assert_eq!(trial.catalog.synonyms(&viewer, &[secret]).await.unwrap(), "");
    assert_eq!(trial.catalog.synonyms_of(secret).await.unwrap(), "給与=俸給");
    trial.catalog.set_synonyms(trial.collection, " ").await.unwrap();
    assert_eq!(trial.catalog.synonyms(&viewer, &[]).await.unwrap(), "");
}
