//! Kept answers: one's own only, and only as far as their sources may still be seen.

use super::super::LOCAL_OPERATOR;
use super::super::access::Principal;
use super::{Trial, text_upload};
use appliance_core::answer::{Answer, AnswerKind, AnswerRecord, AnswerSentence, Citation, Source, Stage, Support};
use appliance_core::id::{ContentHash, DocumentId};
use appliance_core::ports::catalog::{Accepted, NewPerson};
use appliance_core::ports::models::ModelIdentity;
use appliance_core::ports::{Archive, Library, People};
use appliance_core::question::Question;
use appliance_core::testing::{self, MemoryIndex};
use appliance_core::viewer::{Role, Viewer};
use std::sync::Arc;

pub(super) fn source(number: u32, document: DocumentId, text: &str) -> Source {
    let mut source = testing::source(number, "規則", text);
    source.passage.document = document;
    source
}

pub(super) fn sentence(text: &str, source: u32) -> AnswerSentence {
    let citations = vec![Citation { source, quote: None }];
    AnswerSentence { text: text.to_owned(), citations, support: Support::Supported, verbatim: true, faults: Vec::new() }
}

pub(super) fn answer(first: DocumentId, second: DocumentId) -> Answer {
    let embedder = ModelIdentity { name: "e".to_owned(), hash: ContentHash::of(b"e") };
    Answer {
        as_of: None,
        arranged: None,
        kind: AnswerKind::Quoted,
        sentences: vec![sentence("500円", 1), sentence("月曜日", 2)],
        undecided: false,
        thin: false,
        unresolved: Vec::new(),
        sources: vec![source(1, first, "500円"), source(2, second, "月曜日")],
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
            stages: vec![(Stage::Searching, 12)],
        },
    }
}

pub(super) async fn person(trial: &Trial, login: &str) -> Viewer {
    let person = NewPerson { login: login.to_owned(), name: login.to_owned(), role: Role::Reader };
    trial.catalog.add_person(person).await.unwrap().unwrap();
    trial.catalog.viewer_for(login).await.unwrap().unwrap()
}

pub(super) async fn document(trial: &Trial, name: &str) -> DocumentId {
    let operator = trial.catalog.local_operator().await.unwrap();
    match trial.catalog.accept(&operator, text_upload(trial, name, name)).await.unwrap() {
        Accepted::Queued { document, .. } | Accepted::Duplicate { document } => document,
    }
}

#[tokio::test]
async fn an_answer_comes_back_to_its_person_alone() {
    let trial = Trial::new().await;
    let (mine, other) = (person(&trial, "a").await, person(&trial, "b").await);
    let answer = answer(document(&trial, "1.txt").await, document(&trial, "2.txt").await);
    let question = Question::new("手数料は?").unwrap();
    let id = trial.catalog.keep(&mine, &question, &answer).await.unwrap().answer;
    let kept = trial.catalog.answer(&mine, id).await.unwrap().unwrap();
    assert_eq!((kept.question.as_str(), &kept.answer), ("手数料は?", &answer));
    assert!(trial.catalog.answer(&other, id).await.unwrap().is_none());
    let later = trial.catalog.keep(&mine, &Question::new("休館日は?").unwrap(), &answer).await.unwrap().answer;
    let recent: Vec<_> = trial.catalog.recent(&mine, 10).await.unwrap().into_iter().map(|(id, q, _)| (id, q)).collect();
    assert_eq!(recent, [(later, "休館日は?".to_owned()), (id, "手数料は?".to_owned())]);
    assert!(trial.catalog.recent(&other, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_revoked_right_takes_the_words_with_it() {
    let trial = Trial::new().await;
    let viewer = person(&trial, "a").await;
    let answer = answer(document(&trial, "1.txt").await, document(&trial, "2.txt").await);
    let id = trial.catalog.keep(&viewer, &Question::new("手数料は?").unwrap(), &answer).await.unwrap().answer;
    trial.catalog.close_collection(LOCAL_OPERATOR, trial.collection, Principal::Everyone).await.unwrap();
    let viewer = trial.catalog.viewer_for("a").await.unwrap().unwrap();
    let kept = trial.catalog.answer(&viewer, id).await.unwrap().unwrap().answer;
    assert!(kept.sources.is_empty() && kept.sentences.is_empty());
}

#[tokio::test]
async fn a_deleted_document_leaves_kept_answers_too() {
    let trial = Trial::new().await;
    let viewer = person(&trial, "a").await;
    let (first, second) = (document(&trial, "1.txt").await, document(&trial, "2.txt").await);
    let id = trial.catalog.keep(&viewer, &Question::new("手数料は?").unwrap(), &answer(first, second)).await.unwrap().answer;
    let operator = trial.catalog.local_operator().await.unwrap();
    trial.library(Arc::new(MemoryIndex::default())).delete(&operator, first).await.unwrap();
    let kept = trial.catalog.answer(&viewer, id).await.unwrap().unwrap().answer;
    assert_eq!(kept.sources.iter().map(|s| s.number).collect::<Vec<_>>(), [2]);
    assert_eq!(kept.sentences.iter().map(|s| s.text.as_str()).collect::<Vec<_>>(), ["月曜日"]);
    let stored: String = sqlx::query_scalar("SELECT answer FROM answers").fetch_one(&trial.catalog.pool).await.unwrap();
    assert!(!stored.contains("500円"), "not hidden but gone");
}
