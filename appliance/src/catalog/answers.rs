//! Kept questions and answers.

use super::{Doing, from_json, to_json};
use appliance_core::answer::{Answer, AnswerKind};
use appliance_core::id::{AnswerId, DocumentId, UserId};
use appliance_core::ports::PortError;
use sqlx::SqliteConnection;
use std::collections::{BTreeMap, BTreeSet};

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub question: String,
    pub asked: i64,
    pub answer: String,
}

pub(super) async fn add(db: &mut SqliteConnection, user: UserId, question: &str, answer: &Answer, now: i64) -> Result<AnswerId, PortError> {
    let done = sqlx::query("INSERT INTO answers (user_id, question, asked, kind, answer) VALUES (?, ?, ?, ?, ?)")
        .bind(user.0)
        .bind(question)
        .bind(now)
        .bind(kind_name(answer.kind))
        .bind(to_json(answer)?)
        .execute(&mut *db)
        .await
        .doing("keep an answer")?;
    let id = AnswerId(done.last_insert_rowid());
    let named = answer.sources.iter().flat_map(|s| std::iter::once(s.passage.document).chain(s.repeated.iter().map(|r| r.document)));
    for document in named.collect::<BTreeSet<_>>() {
        sqlx::query("INSERT INTO answer_documents (answer_id, document_id) VALUES (?, ?)")
            .bind(id.0)
            .bind(document.0)
            .execute(&mut *db)
            .await
            .doing("keep an answer")?;
    }
    Ok(id)
}

/// A person's own answer.
pub(super) async fn of_user(db: &mut SqliteConnection, user: UserId, id: AnswerId) -> Result<Option<Row>, PortError> {
    sqlx::query_as("SELECT question, asked, answer FROM answers WHERE id = ? AND user_id = ?")
        .bind(id.0)
        .bind(user.0)
        .fetch_optional(db)
        .await
        .doing("read an answer")
}

pub(super) async fn recent(db: &mut SqliteConnection, user: UserId, limit: u32) -> Result<Vec<(i64, String, i64)>, PortError> {
    sqlx::query_as("SELECT id, question, asked FROM answers WHERE user_id = ? ORDER BY id DESC LIMIT ?")
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
    sqlx::query("DELETE FROM answer_documents WHERE document_id = ?").bind(document.0).execute(db).await.doing("rewrite answers")?;
    Ok(())
}

/// Leaves only the sources whose document passes, and only the sentences that rest on none of the others: a sentence
/// quotes its sources, so it must go with them.
pub(super) fn keep_sources(answer: &mut Answer, passes: impl Fn(DocumentId) -> bool) {
    let lost: BTreeSet<u32> = answer.sources.iter().filter(|s| !passes(s.passage.document)).map(|s| s.number).collect();
    answer.sources.retain(|s| !lost.contains(&s.number));
    answer.sources.iter_mut().for_each(|s| s.repeated.retain(|r| passes(r.document)));
    answer.sentences.retain(|s| !s.citations.iter().any(|c| lost.contains(&c.source)));
}

fn kind_name(kind: AnswerKind) -> &'static str {
    match kind {
        AnswerKind::Composed => "composed",
        AnswerKind::Quoted => "quoted",
        AnswerKind::Extracted => "extracted",
        AnswerKind::Refused => "refused",
    }
}
