//! Typing help over the catalog: it follows versions, deletions and answers, and is quick.

use super::ingest_log::parsed;
use super::{Trial, text_upload};
use crate::catalog::LOCAL_OPERATOR;
use crate::catalog::access::{DocumentRule, Principal};
use crate::typing_help::CatalogTypingHelp;
use appliance_core::answer::{Answer, AnswerKind, AnswerRecord};
use appliance_core::completion::Sharing;
use appliance_core::id::{ContentHash, DocumentId};
use appliance_core::ports::catalog::NewPerson;
use appliance_core::ports::models::ModelIdentity;
use appliance_core::ports::{Archive, IngestLog, Library, People, TypingHelp};
use appliance_core::question::Question;
use appliance_core::testing::{self, MemoryIndex};
use appliance_core::viewer::{Role, Viewer};
use std::sync::Arc;
use std::time::Instant;

async fn person(trial: &Trial, login: &str) -> Viewer {
    let person = NewPerson { login: login.to_owned(), name: login.to_owned(), role: Role::Reader };
    trial.catalog.add_person(person).await.unwrap();
    trial.catalog.viewer_for(login).await.unwrap().unwrap()
}

/// Uploads a file of that name and publishes it under a title with one heading.
async fn published(trial: &Trial, name: &str, title: &str, heading: &str) -> DocumentId {
    let operator = trial.catalog.local_operator().await.unwrap();
    trial.catalog.accept(&operator, text_upload(trial, name, &format!("{title}{heading}"))).await.unwrap();
    let job = trial.catalog.next_job().await.unwrap().unwrap();
    let (mut parsed, mut passages) = parsed(&job.name, &["手数料は500円。"]);
    parsed.document.title = title.to_owned();
    passages[0].heading_path = vec![heading.to_owned()];
    trial.catalog.store_parsed(job.version, &parsed, &passages).await.unwrap();
    trial.catalog.publish(&job).await.unwrap();
    job.document
}

async fn labels(help: &CatalogTypingHelp, viewer: &Viewer, typed: &str) -> Vec<String> {
    help.complete(viewer, &[], typed, 8).await.unwrap().into_iter().map(|c| c.label).collect()
}

fn answer(kind: AnswerKind, documents: &[DocumentId]) -> Answer {
    let embedder = ModelIdentity { name: "e".to_owned(), hash: ContentHash::of(b"e") };
    let source = |(i, document): (usize, &DocumentId)| {
        let mut source = testing::source(i as u32 + 1, "規則", "500円");
        source.passage.document = *document;
        source
    };
    Answer {
        as_of: None,
        arranged: None,
        kind,
        sentences: Vec::new(),
        undecided: false,
        thin: false,
        unresolved: Vec::new(),
        sources: documents.iter().enumerate().map(source).collect(),
        record: AnswerRecord {
            generation: None,
            generator: None,
            embedder,
            prompt: None,
            seed: 7,
            found: 2,
            mode: None,
            rewritten: false,
            dropped: 0,
            stages: Vec::new(),
        },
    }
}

#[tokio::test]
async fn typing_help_follows_what_is_searchable() {
    let trial = Trial::new().await;
    let viewer = person(&trial, "a").await;
    let help = CatalogTypingHelp::new(trial.catalog.clone(), Sharing::Colleagues);
    assert!(labels(&help, &viewer, "手数料").await.is_empty());
    let document = published(&trial, "a.txt", "手数料条例", "第1条（目的）").await;
    assert_eq!(labels(&help, &viewer, "手数料").await, ["手数料条例", "手数料条例 第1条（目的）"]);
    published(&trial, "a.txt", "手数料条例", "第1条（趣旨）").await;
    assert_eq!(labels(&help, &viewer, "手数料条例第1").await, ["手数料条例 第1条（趣旨）"], "a newer version takes its place");
    trial.catalog.set_document_rule(LOCAL_OPERATOR, document, Principal::Everyone, Some(DocumentRule::Hide)).await.unwrap();
    let viewer = trial.catalog.viewer_for("a").await.unwrap().unwrap();
    assert!(labels(&help, &viewer, "手数料").await.is_empty(), "hidden from the next request on");
    let operator = trial.catalog.local_operator().await.unwrap();
    assert_eq!(labels(&help, &operator, "手数料").await.len(), 2);
    trial.library(Arc::new(MemoryIndex::default())).delete(&operator, document).await.unwrap();
    assert!(labels(&help, &operator, "手数料").await.is_empty(), "deleted");
}

#[tokio::test]
async fn past_questions_are_offered_to_who_sees_all_their_documents() {
    let trial = Trial::new().await;
    let (asker, colleague) = (person(&trial, "a").await, person(&trial, "b").await);
    let (first, second) = (published(&trial, "1.txt", "一", "いろは").await, published(&trial, "2.txt", "二", "にほへ").await);
    let keep = async |text: &str, kind: AnswerKind, documents: &[DocumentId]| {
        trial.catalog.keep(&asker, &Question::new(text).unwrap(), &answer(kind, documents)).await.unwrap();
    };
    let help = CatalogTypingHelp::new(trial.catalog.clone(), Sharing::Colleagues);
    keep("申請の期限はいつですか", AnswerKind::Quoted, &[first, second]).await;
    keep("申請の手数料はいくらですか", AnswerKind::Refused, &[first]).await;
    assert_eq!(labels(&help, &colleague, "申請の").await, ["申請の期限はいつですか"], "a refusal is no success");
    keep("申請の窓口はどこですか", AnswerKind::Extracted, &[first]).await;
    assert_eq!(labels(&help, &colleague, "申請の").await.len(), 2, "what was asked just now is known");
    trial.catalog.set_document_rule(LOCAL_OPERATOR, second, Principal::Everyone, Some(DocumentRule::Hide)).await.unwrap();
    let colleague = trial.catalog.viewer_for("b").await.unwrap().unwrap();
    assert_eq!(labels(&help, &colleague, "申請の").await, ["申請の窓口はどこですか"]);
    trial.catalog.set_document_rule(LOCAL_OPERATOR, second, Principal::Everyone, None).await.unwrap();
    let operator = trial.catalog.local_operator().await.unwrap();
    trial.library(Arc::new(MemoryIndex::default())).delete(&operator, second).await.unwrap();
    let colleague = trial.catalog.viewer_for("b").await.unwrap().unwrap();
    assert_eq!(labels(&help, &colleague, "申請の").await, ["申請の窓口はどこですか"], "a document that is gone takes its questions along");
    let afresh = CatalogTypingHelp::new(trial.catalog.clone(), Sharing::Colleagues);
    assert_eq!(labels(&afresh, &colleague, "申請の").await, ["申請の窓口はどこですか"], "after a restart too");
}

/// 1,000 documents of 100 passages, each under an article of its own.
#[tokio::test]
async fn a_hundred_thousand_passages_are_looked_through_while_typing() {
    let trial = Trial::new().await;
    let viewer = person(&trial, "a").await;
    let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000), m (j) AS (SELECT 1 UNION ALL SELECT j + 1 FROM m WHERE j < 100)";
    let mut tx = trial.catalog.begin().await.unwrap();
    for rows in [
        "INSERT INTO documents (id, collection_id, file_name, added) SELECT i, 1, i || '.pdf', 1 FROM n",
        "INSERT INTO versions (id, document_id, file_hash, bytes, state, added, format, title, passages, read)
         SELECT i, i, i, 1, 'searchable', 1, 'pdf', 'みなと市第' || i || '号施設手数料条例', 100, 1 FROM n",
        "INSERT INTO passages (version_id, ordinal, heading_path, text, locator)
         SELECT i, j, '[\"第1章 総則\",\"第' || j || '条（手数料の' || (i * j % 997) || '）\"]', '手数料は、別に定める。', '{}' FROM n, m",
    ] {
        sqlx::query(sqlx::AssertSqlSafe(format!("{numbers} {rows}"))).execute(&mut *tx).await.unwrap();
    }
    sqlx::query("UPDATE documents SET searchable_version = id").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    let help = CatalogTypingHelp::new(trial.catalog.clone(), Sharing::Colleagues);
    let since = Instant::now();
    assert_eq!(help.warm().await.unwrap(), 1_000);
    println!("looked at everything in {:?}", since.elapsed());
    for typed in ["手", "手数料", "第500号施設手数料条例 第9条", "条例第99条", "ない言葉"] {
        let since = Instant::now();
        let found = labels(&help, &viewer, typed).await;
        let elapsed = since.elapsed();
        println!("{typed}: {} offers in {elapsed:?}", found.len());
        assert_eq!(found.is_empty(), typed == "ない言葉");
        assert!(elapsed.as_millis() < 500, "{typed} took {elapsed:?}, and should take 20 ms on a quiet machine");
    }
}
