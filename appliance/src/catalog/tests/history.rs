//! Kept conversations: their owner's alone, shared within each one's rights, and gone when their time is over.

use super::super::access::Principal;
use super::super::{HistoryPolicy, LOCAL_OPERATOR};
use super::archive::{answer, document, person};
use super::{Trial, upload_to};
use crate::typing_help::CatalogTypingHelp;
use appliance_core::answer::Answer;
use appliance_core::completion::Sharing;
use appliance_core::conversation::{ConversationChange, HistoryQuery, Kept};
use appliance_core::id::{CollectionId, ConversationId, DocumentId};
use appliance_core::ports::catalog::Accepted;
use appliance_core::ports::{Archive, History, TypingHelp};
use appliance_core::question::Question;
use appliance_core::viewer::Viewer;
use jiff::SignedDuration;

/// Two documents, the second in a collection of its own that everyone may see at first.
struct Desk {
    trial: Trial,
    own: CollectionId,
    answer: Answer,
    documents: (DocumentId, DocumentId),
}

impl Desk {
    async fn new() -> Self {
        let trial = Trial::new().await;
        let own = trial.catalog.add_collection("人事", &[Principal::Everyone]).await.unwrap();
        let first = document(&trial, "1.txt").await;
        let operator = trial.catalog.local_operator().await.unwrap();
        let second = match trial.catalog.accept(&operator, upload_to(&trial, own, "2.txt", "2.txt")).await.unwrap() {
            Accepted::Queued { document, .. } | Accepted::Duplicate { document } => document,
        };
        Self { answer: answer(first, second), documents: (first, second), own, trial }
    }

    async fn ask(&self, viewer: &Viewer, text: &str, conversation: Option<ConversationId>) -> Kept {
        let mut question = Question::new(text).unwrap();
        question.conversation = conversation;
        self.trial.catalog.keep(viewer, &question, &self.answer).await.unwrap()
    }

    async fn titles(&self, viewer: &Viewer, words: &str, deleted: bool) -> Vec<String> {
        let query = HistoryQuery { words: words.to_owned(), deleted, offset: 0, limit: 50 };
        self.trial.catalog.conversations(viewer, &query).await.unwrap().into_iter().map(|c| c.title).collect()
    }

    async fn change(&self, viewer: &Viewer, id: ConversationId, change: ConversationChange) -> bool {
        self.trial.catalog.change(viewer, id, change).await.unwrap()
    }

    async fn viewer(&self, login: &str) -> Viewer {
        self.trial.catalog.viewer_for(login).await.unwrap().unwrap()
    }

    async fn sweep_after(&self, days: i64) -> (usize, usize) {
        self.trial.clock.pass(SignedDuration::from_hours(24 * days));
        let swept = self.trial.catalog.sweep_history().await.unwrap();
        (swept.expired, swept.removed)
    }
}

#[tokio::test]
async fn a_conversation_holds_its_questions_and_is_its_owners_alone() {
    let desk = Desk::new().await;
    let (mine, other) = (person(&desk.trial, "a").await, person(&desk.trial, "b").await);
    let first = desk.ask(&mine, "粗大ゴミの手数料は?", None).await;
    let second = desk.ask(&mine, "65歳以上は?", Some(first.conversation)).await;
    let alone = desk.ask(&mine, "図書館の休館日は?", None).await;
    assert_eq!(first.conversation, second.conversation);
    assert_ne!(first.conversation, alone.conversation);
    let kept = desk.trial.catalog.conversation(&mine, first.conversation).await.unwrap().unwrap();
    assert_eq!(kept.questions.iter().map(|q| q.question.as_str()).collect::<Vec<_>>(), ["粗大ゴミの手数料は?", "65歳以上は?"]);
    assert_eq!((kept.entry.turns, kept.entry.named, kept.entry.title.as_str()), (2, false, "粗大ゴミの手数料は?"));
    assert_eq!(desk.titles(&mine, "ｺﾞﾐ 手数料", false).await, ["粗大ゴミの手数料は?"], "words are found in any form");

    assert!(desk.titles(&other, "", false).await.is_empty());
    assert!(desk.trial.catalog.conversation(&other, first.conversation).await.unwrap().is_none());
    for change in [ConversationChange::Delete, ConversationChange::Pin(true), ConversationChange::Rename("x".into())] {
        assert!(!desk.change(&other, first.conversation, change).await);
    }
    assert!(desk.trial.catalog.share(&other, first.conversation).await.unwrap().is_none());
    let theirs = desk.ask(&other, "では?", Some(first.conversation)).await;
    assert_ne!(theirs.conversation, first.conversation, "nobody goes on with another's conversation");
}

#[tokio::test]
async fn a_conversation_is_named_pinned_deleted_and_restored() {
    let desk = Desk::new().await;
    let mine = person(&desk.trial, "a").await;
    let first = desk.ask(&mine, "手数料は?", None).await.conversation;
    let second = desk.ask(&mine, "休館日は?", None).await.conversation;
    assert!(desk.change(&mine, first, ConversationChange::Pin(true)).await);
    assert!(desk.change(&mine, second, ConversationChange::Rename(" 図書館の\n話 ".into())).await);
    assert_eq!(desk.titles(&mine, "", false).await, ["手数料は?", "図書館の 話"]);
    assert!(desk.change(&mine, first, ConversationChange::Delete).await);
    assert_eq!(desk.titles(&mine, "", false).await, ["図書館の 話"]);
    assert_eq!(desk.titles(&mine, "", true).await, ["手数料は?"]);
    assert!(desk.trial.catalog.conversation(&mine, first).await.unwrap().is_none());
    assert!(desk.change(&mine, first, ConversationChange::Restore).await);
    assert!(!desk.change(&mine, first, ConversationChange::Remove).await, "only what is deleted is removed for good");
    assert!(desk.change(&mine, first, ConversationChange::Delete).await);
    assert!(desk.change(&mine, first, ConversationChange::Remove).await);
    assert!(desk.titles(&mine, "", true).await.is_empty());
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM answers").fetch_one(&desk.trial.catalog.pool).await.unwrap();
    assert_eq!(left, 1, "its answers go with it");
}

#[tokio::test]
async fn conversations_go_when_their_time_is_over() {
    let mut desk = Desk::new().await;
    desk.trial.catalog = desk.trial.catalog.clone().with_history(HistoryPolicy { keep_days: Some(10), trash_days: 3 });
    let mine = person(&desk.trial, "a").await;
    let usual = desk.ask(&mine, "usual", None).await.conversation;
    let pinned = desk.ask(&mine, "pinned", None).await.conversation;
    let chosen = desk.ask(&mine, "chosen", None).await.conversation;
    desk.change(&mine, pinned, ConversationChange::Pin(true)).await;
    desk.change(&mine, chosen, ConversationChange::KeepUntil(Some("2026-05-01".parse().unwrap()))).await;
    assert_eq!(desk.sweep_after(9).await, (0, 0));
    desk.ask(&mine, "again", Some(usual)).await;
    assert_eq!(desk.sweep_after(9).await, (0, 0), "a further question begins its time anew");
    assert_eq!(desk.sweep_after(1).await, (1, 0));
    assert_eq!(desk.titles(&mine, "", true).await, ["usual"], "it can still be restored");
    assert!(desk.change(&mine, usual, ConversationChange::Restore).await);
    assert_eq!(desk.sweep_after(9).await, (0, 0));
    assert_eq!(desk.sweep_after(1).await, (1, 0));
    assert_eq!(desk.sweep_after(3).await, (1, 1), "the day that was chosen is over, and the first is gone for good");
    assert_eq!(desk.titles(&mine, "", false).await, ["pinned"]);
    let trail = desk.trial.catalog.audit_trail(100).await.unwrap();
    assert!(trail.iter().any(|e| e.action == "conversation-expired"));
    assert!(trail.iter().all(|e| !e.detail.contains("usual") && !e.subject.contains("usual")), "the trail holds no question");
}

#[tokio::test]
async fn a_shared_conversation_shows_each_reader_what_they_may_see() {
    let desk = Desk::new().await;
    let (mine, _) = (person(&desk.trial, "a").await, person(&desk.trial, "b").await);
    let catalog = &desk.trial.catalog;
    let first = desk.ask(&mine, "手数料は?", None).await;
    let share = catalog.share(&mine, first.conversation).await.unwrap().unwrap();
    desk.ask(&mine, "あとで聞いたこと", Some(first.conversation)).await;
    let seen = catalog.shared(&desk.viewer("b").await, &share.token).await.unwrap().unwrap();
    assert_eq!((seen.owner.as_str(), seen.questions.len()), ("a", 1), "what was asked afterwards is not shared");
    assert_eq!(seen.questions[0].answer.sentences.len(), 2);

    catalog.close_collection(LOCAL_OPERATOR, desk.own, Principal::Everyone).await.unwrap();
    let seen = catalog.shared(&desk.viewer("b").await, &share.token).await.unwrap().unwrap();
    let only = &seen.questions[0];
    assert_eq!(only.answer.sources.iter().map(|s| s.passage.document).collect::<Vec<_>>(), [desk.documents.0]);
    assert_eq!(only.answer.sentences.iter().map(|s| s.text.as_str()).collect::<Vec<_>>(), ["500円"]);
    assert_eq!((only.withheld.sources, only.withheld.sentences), (1, 1));
    assert!(!serde_json::to_string(&seen).unwrap().contains("月曜日"));

    assert_eq!(catalog.shares(&mine).await.unwrap().len(), 1);
    assert!(!catalog.revoke(&desk.viewer("b").await, &share.token).await.unwrap(), "only its owner ends a link");
    assert!(catalog.revoke(&mine, &share.token).await.unwrap());
    assert!(catalog.shared(&desk.viewer("b").await, &share.token).await.unwrap().is_none());
    let again = catalog.share(&mine, first.conversation).await.unwrap().unwrap();
    desk.change(&mine, first.conversation, ConversationChange::Delete).await;
    assert!(catalog.shared(&desk.viewer("b").await, &again.token).await.unwrap().is_none());
    desk.change(&mine, first.conversation, ConversationChange::Restore).await;
    assert!(catalog.shared(&desk.viewer("b").await, &again.token).await.unwrap().is_none(), "a restored one is not shared unasked");
}

#[tokio::test]
async fn words_carried_from_a_source_are_withheld_with_it() {
    let desk = Desk::new().await;
    let mine = person(&desk.trial, "a").await;
    let mut question = Question::new("それはいつまで?").unwrap().made_plain("人事規則の届出はいつまで?", vec![desk.documents.1]).unwrap();
    question.conversation = Some(desk.ask(&mine, "届出は?", None).await.conversation);
    let id = desk.trial.catalog.keep(&mine, &question, &desk.answer).await.unwrap().answer;
    let kept = desk.trial.catalog.answer(&mine, id).await.unwrap().unwrap();
    assert_eq!((kept.question.as_str(), kept.searched.as_deref()), ("それはいつまで?", Some("人事規則の届出はいつまで?")));
    desk.trial.catalog.close_collection(LOCAL_OPERATOR, desk.own, Principal::Everyone).await.unwrap();
    let kept = desk.trial.catalog.answer(&desk.viewer("a").await, id).await.unwrap().unwrap();
    assert_eq!((kept.searched, kept.withheld.searched), (None, true));
}

#[tokio::test]
async fn a_deleted_conversation_leaves_typing_help() {
    let desk = Desk::new().await;
    let mine = person(&desk.trial, "a").await;
    let pool = &desk.trial.catalog.pool;
    // Typing help offers questions whose documents are searchable.
    sqlx::query("UPDATE documents SET searchable_version = (SELECT max(id) FROM versions v WHERE v.document_id = documents.id)")
        .execute(pool)
        .await
        .unwrap();
    let typing = CatalogTypingHelp::new(desk.trial.catalog.clone(), Sharing::Colleagues);
    let offered = async |typed: &str| typing.complete(&mine, &[], typed, 8).await.unwrap().into_iter().map(|o| o.text).collect::<Vec<_>>();
    let kept = desk.ask(&mine, "公民館の使用料はいくらですか", None).await;
    assert_eq!(offered("公民館の使").await, ["公民館の使用料はいくらですか"]);
    desk.change(&mine, kept.conversation, ConversationChange::Delete).await;
    assert!(offered("公民館の使").await.is_empty());
    desk.change(&mine, kept.conversation, ConversationChange::Restore).await;
    assert_eq!(offered("公民館の使").await, ["公民館の使用料はいくらですか"]);
    let follows = Question::new("その割引は?").unwrap().made_plain("公民館の使用料の割引は?", Vec::new()).unwrap();
    desk.trial.catalog.keep(&mine, &follows, &desk.answer).await.unwrap();
    assert!(offered("その割").await.is_empty(), "a follow-up says nothing by itself");
}
