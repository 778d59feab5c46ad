//! Kept questions and answers.

use super::{Doing, conversations, from_json, timestamp, to_json};
use appliance_core::answer::{Answer, AnswerKind, AnswerSentence, AnsweredQuestion};
use appliance_core::conversation::{Asked, Kept, Withheld};
use appliance_core::id::{AnswerId, CollectionId, ConversationId, DocumentId, UserId};
use appliance_core::ports::PortError;
use appliance_core::question::Question;
use appliance_core::viewer::Viewer;
use sqlx::SqliteConnection;
use std::collections::{BTreeMap, BTreeSet};

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: i64,
    conversation_id: i64,
    question: String,
    asked: i64,
    answer: String,
    asked_as: String,
}

impl Row {
    /// The answer as a person may see it now: what they may not is withheld.
    pub(super) async fn seen_by(self, db: &mut SqliteConnection, viewer: &Viewer) -> Result<AnsweredQuestion, PortError> {
        let mut answer: Answer = from_json(&self.answer, "answer")?;
        let Asked { searched, carried, limits } = from_json(&self.asked_as, "question")?;
        let existing = existing(db, &drawn_on(&answer).chain(carried.iter().copied()).collect()).await?;
        let sees = |d: DocumentId| existing.get(&d).is_some_and(|c| viewer.can_see(CollectionId(*c), d));
        let before = (answer.sources.len(), answer.sentences.len());
        keep_sources(&mut answer, sees);
        let hides_words = searched.is_some() && !carried.iter().all(|d| sees(*d));
        if hides_words {
            // These are pieces of the question that was searched for.
            answer.unresolved.clear();
        }
        let lost = |before: usize, now: usize| u32::try_from(before - now).unwrap_or(u32::MAX);
        let withheld = Withheld {
            sources: lost(before.0, answer.sources.len()),
            sentences: lost(before.1, answer.sentences.len()),
            searched: hides_words,
        };
        Ok(AnsweredQuestion {
            id: AnswerId(self.id),
            conversation: ConversationId(self.conversation_id),
            question: self.question,
            searched: searched.filter(|_| !hides_words),
            limits,
            answer,
            withheld,
            asked: timestamp(self.asked),
        })
    }
}

pub(super) async fn add(
    db: &mut SqliteConnection,
    user: UserId,
    question: &Question,
    answer: &Answer,
    now: i64,
) -> Result<Kept, PortError> {
    let limits = question.limits();
    let conversation = conversations::to_go_on_with(db, user, question.conversation, &limits, now).await?;
    let (searched, carried) = match &question.follows {
        Some(follows) => (Some(question.text().to_owned()), follows.carried.clone()),
        None => (None, Vec::new()),
    };
    let done =
        sqlx::query("INSERT INTO answers (user_id, question, asked, kind, answer, conversation_id, asked_as) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .bind(user.0)
            .bind(question.typed())
            .bind(now)
            .bind(kind_name(answer.kind))
            .bind(to_json(answer)?)
            .bind(conversation.0)
            .bind(to_json(&Asked { searched, carried, limits })?)
            .execute(&mut *db)
            .await
            .doing("keep an answer")?;
    let id = AnswerId(done.last_insert_rowid());
    for document in drawn_on(answer).collect::<BTreeSet<_>>() {
        sqlx::query("INSERT INTO answer_documents (answer_id, document_id) VALUES (?, ?)")
            .bind(id.0)
            .bind(document.0)
            .execute(&mut *db)
            .await
            .doing("keep an answer")?;
    }
    Ok(Kept { answer: id, conversation })
}

/// The documents that an answer names.
fn drawn_on(answer: &Answer) -> impl Iterator<Item = DocumentId> {
    answer.sources.iter().flat_map(|s| std::iter::once(s.passage.document).chain(s.repeated.iter().map(|r| r.document)))
}

/// A person's own answer, unless its conversation is deleted.
pub(super) async fn of_user(db: &mut SqliteConnection, user: UserId, id: AnswerId) -> Result<Option<Row>, PortError> {
    sqlx::query_as(
        "SELECT a.id, a.conversation_id, a.question, a.asked, a.answer, a.asked_as
         FROM answers a JOIN conversations c ON c.id = a.conversation_id
         WHERE a.id = ? AND a.user_id = ? AND c.deleted IS NULL",
    )
    .bind(id.0)
    .bind(user.0)
    .fetch_optional(db)
    .await
    .doing("read an answer")
}

/// The answers of a conversation up to one of them, oldest first.
pub(super) async fn of_conversation(db: &mut SqliteConnection, id: ConversationId, upto: AnswerId) -> Result<Vec<Row>, PortError> {
    sqlx::query_as(
        "SELECT id, conversation_id, question, asked, answer, asked_as FROM answers WHERE conversation_id = ? AND id <= ? ORDER BY id",
    )
    .bind(id.0)
    .bind(upto.0)
    .fetch_all(db)
    .await
    .doing("read a conversation's answers")
}

pub(super) async fn recent(db: &mut SqliteConnection, user: UserId, limit: u32) -> Result<Vec<(i64, String, i64)>, PortError> {
    sqlx::query_as(
        "SELECT a.id, a.question, a.asked FROM answers a JOIN conversations c ON c.id = a.conversation_id
         WHERE a.user_id = ? AND c.deleted IS NULL ORDER BY a.id DESC LIMIT ?",
    )
    .bind(user.0)
    .bind(limit)
    .fetch_all(db)
    .await
    .doing("list questions")
}

/// The documents among `ids` that still exist and are not in the trash, with their collections.
pub(super) async fn existing(db: &mut SqliteConnection, ids: &BTreeSet<DocumentId>) -> Result<BTreeMap<DocumentId, i64>, PortError> {
    let rows: Vec<(i64, i64)> =
        sqlx::query_as("SELECT id, collection_id FROM documents WHERE trashed IS NULL AND id IN (SELECT value FROM json_each(?))")
            .bind(to_json(ids)?)
            .fetch_all(db)
            .await
            .doing("find an answer's documents")?;
    Ok(rows.into_iter().map(|(d, c)| (DocumentId(d), c)).collect())
}

/// Takes a deleted document's words out of every kept answer.
pub(super) async fn forget_document(db: &mut SqliteConnection, document: DocumentId) -> Result<(), PortError> {
    let rows: Vec<(i64, String)> =
        sqlx::query_as("SELECT a.id, a.answer FROM answers a JOIN answer_documents ad ON ad.answer_id = a.id WHERE ad.document_id = ?")
            .bind(document.0)
            .fetch_all(&mut *db)
            .await
            .doing("find answers that quote a document")?;
    for (id, answer) in rows {
        let mut answer: Answer = from_json(&answer, "answer")?;
        keep_sources(&mut answer, |d| d != document);
        sqlx::query("UPDATE answers SET answer = ?, bereft = 1 WHERE id = ?")
            .bind(to_json(&answer)?)
            .bind(id)
            .execute(&mut *db)
            .await
            .doing("rewrite an answer")?;
    }
    // Its words may also stand in questions that followed an answer which drew on it.
    sqlx::query(
        "UPDATE answers SET asked_as = json_set(asked_as, '$.searched', '')
         WHERE EXISTS (SELECT 1 FROM json_each(asked_as, '$.carried') WHERE value = ?)",
    )
    .bind(document.0)
    .execute(&mut *db)
    .await
    .doing("rewrite questions")?;
    sqlx::query("DELETE FROM answer_documents WHERE document_id = ?").bind(document.0).execute(db).await.doing("rewrite answers")?;
    Ok(())
}

/// Leaves only the sources whose document passes, and only the sentences that rest on none of the others: a sentence
/// quotes its sources, so it must go with them.
pub(super) fn keep_sources(answer: &mut Answer, passes: impl Fn(DocumentId) -> bool) {
    let lost: BTreeSet<u32> = answer.sources.iter().filter(|s| !passes(s.passage.document)).map(|s| s.number).collect();
    answer.sources.retain(|s| !lost.contains(&s.number));
    answer.sources.iter_mut().for_each(|s| s.repeated.retain(|r| passes(r.document)));
    let stays = |sentence: &AnswerSentence| !sentence.citations.iter().any(|c| lost.contains(&c.source));
    answer.sentences.retain(stays);
    // A form is that of its sources: without one of them neither its columns nor its counts hold.
    answer.arranged = answer.arranged.take().filter(|a| a.rows.iter().map(|row| &row.backing).chain(&a.lead).all(stays));
}

fn kind_name(kind: AnswerKind) -> &'static str {
    match kind {
        AnswerKind::Composed => "composed",
        AnswerKind::Quoted => "quoted",
        AnswerKind::Extracted => "extracted",
        AnswerKind::Refused => "refused",
    }
}
