//! Remarks: about one's own answers, for administrators and for whoever is in charge of what they are about.

use super::super::LOCAL_OPERATOR;
use super::super::access::Principal;
use super::Trial;
use super::archive::{answer, document, person};
use appliance_core::feedback::{Charge, Contact, FeedbackFilter, Judgement, Remark};
use appliance_core::id::{AnswerId, DocumentId};
use appliance_core::ports::{Archive, FeedbackBox, Library};
use appliance_core::question::Question;
use appliance_core::testing::MemoryIndex;
use appliance_core::viewer::Viewer;
use std::sync::Arc;

const ALL: FeedbackFilter = FeedbackFilter { judgement: None, settled: true };

async fn kept(trial: &Trial, viewer: &Viewer, documents: [DocumentId; 2]) -> AnswerId {
    trial.catalog.keep(viewer, &Question::new("手数料は?").unwrap(), &answer(documents[0], documents[1])).await.unwrap();
    trial.catalog.recent(viewer, 1).await.unwrap()[0].0
}

fn remark(answer: AnswerId, document: Option<DocumentId>) -> Remark {
    Remark { answer, judgement: Judgement::Wrong, words: "金額が古い".to_owned(), document }
}

fn contact(viewer: Option<&Viewer>) -> Contact {
    Contact { name: "環境課".to_owned(), reach: "内線 1234".to_owned(), user: viewer.map(Viewer::user) }
}

#[tokio::test]
async fn a_remark_is_about_ones_own_answer_and_what_it_draws_on() {
    let trial = Trial::new().await;
    let (mine, other) = (person(&trial, "a").await, person(&trial, "b").await);
    let (first, second, third) = (document(&trial, "1").await, document(&trial, "2").await, document(&trial, "3").await);
    let id = kept(&trial, &mine, [first, second]).await;
    assert!(!trial.catalog.say(&other, &remark(id, None)).await.unwrap());
    assert!(!trial.catalog.say(&mine, &remark(id, Some(third))).await.unwrap());
    assert!(trial.catalog.say(&mine, &remark(id, Some(first))).await.unwrap());
    assert!(trial.catalog.say(&mine, &remark(id, Some(first))).await.unwrap(), "said again, it replaces what was said");
    let operator = trial.catalog.local_operator().await.unwrap();
    let all = trial.catalog.remarks(&operator, ALL, 10).await.unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].question.as_deref(), all[0].by.as_str(), all[0].settled), (Some("手数料は?"), "a", None));
    assert!(trial.catalog.remarks(&mine, ALL, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn whoever_is_in_charge_sees_and_settles_what_is_said_of_their_documents() {
    let trial = Trial::new().await;
    let (mine, keeper) = (person(&trial, "a").await, person(&trial, "k").await);
    let (first, second) = (document(&trial, "1").await, document(&trial, "2").await);
    let id = kept(&trial, &mine, [first, second]).await;
    for about in [None, Some(first), Some(second)] {
        assert!(trial.catalog.say(&mine, &remark(id, about)).await.unwrap());
    }
    let operator = trial.catalog.local_operator().await.unwrap();
    assert!(!trial.catalog.in_charge(&keeper).await.unwrap());
    assert!(trial.catalog.name(&operator, Charge::Collection(trial.collection), Some(&contact(Some(&keeper)))).await.unwrap());
    assert!(trial.catalog.name(&operator, Charge::Document(second), Some(&contact(None))).await.unwrap());
    assert!(trial.catalog.in_charge(&keeper).await.unwrap());
    let theirs = trial.catalog.remarks(&keeper, ALL, 10).await.unwrap();
    assert_eq!(
        theirs.iter().filter_map(|f| f.document.as_ref().map(|d| d.0)).collect::<Vec<_>>(),
        [first],
        "a document names somebody else"
    );
    assert!(trial.catalog.settle(&keeper, theirs[0].id, true).await.unwrap());
    assert!(!trial.catalog.settle(&mine, theirs[0].id, false).await.unwrap());
    assert!(trial.catalog.remarks(&keeper, FeedbackFilter::default(), 10).await.unwrap().is_empty());

    trial.catalog.close_collection(LOCAL_OPERATOR, trial.collection, Principal::Everyone).await.unwrap();
    let keeper = trial.catalog.viewer_for("k").await.unwrap().unwrap();
    assert!(trial.catalog.remarks(&keeper, ALL, 10).await.unwrap().is_empty(), "a charge gives no sight");
    assert!(trial.catalog.contacts(&keeper, &[first]).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_remark_outlives_the_document_that_it_is_about() {
    let trial = Trial::new().await;
    let mine = person(&trial, "a").await;
    let (first, second) = (document(&trial, "1").await, document(&trial, "2").await);
    let id = kept(&trial, &mine, [first, second]).await;
    assert!(trial.catalog.say(&mine, &remark(id, Some(first))).await.unwrap());
    let operator = trial.catalog.local_operator().await.unwrap();
    trial.library(Arc::new(MemoryIndex::default())).delete(&operator, first).await.unwrap();
    let left = trial.catalog.remarks(&operator, ALL, 10).await.unwrap();
    assert_eq!((left.len(), left[0].document.is_none(), left[0].words.as_str()), (1, true, "金額が古い"));
}
