//! What the catalog holds for typing help: titles, headings, and questions that were answered.

use super::{Catalog, Doing, from_json};
use appliance_core::completion::{Key, Offers, PastQuestion};
use appliance_core::id::{AnswerId, CollectionId, DocumentId, UserId, VersionId};
use appliance_core::ports::PortError;

/// Past questions that are kept in view.
pub const QUESTIONS: u32 = 5_000;

impl Catalog {
    /// A text that changes whenever another set of versions is searchable, or one moves to another collection. One row and
    /// no join: it is asked for with every request.
    pub async fn searchable_stamp(&self) -> Result<String, PortError> {
        let mut db = self.connection().await?;
        let stamp: Option<String> = sqlx::query_scalar(
            "SELECT group_concat(id || ':' || collection_id || ':' || searchable_version) FROM documents WHERE searchable_version IS NOT NULL",
        )
        .fetch_one(&mut *db)
        .await
        .doing("read which versions are searchable")?;
        Ok(stamp.unwrap_or_default())
    }

    /// The documents that have a searchable version, with it and their collection.
    pub async fn searchable_versions(&self) -> Result<Vec<(DocumentId, CollectionId, VersionId)>, PortError> {
        let mut db = self.connection().await?;
        let rows: Vec<(i64, i64, i64)> =
            sqlx::query_as("SELECT id, collection_id, searchable_version FROM documents WHERE searchable_version IS NOT NULL")
                .fetch_all(&mut *db)
                .await
                .doing("list searchable versions")?;
        Ok(rows.into_iter().map(|(d, c, v)| (DocumentId(d), CollectionId(c), VersionId(v))).collect())
    }

    /// What a document offers by one of its versions; `None` when that is gone.
    pub async fn offers_of(&self, document: DocumentId, collection: CollectionId, version: VersionId) -> Result<Option<Offers>, PortError> {
        let mut db = self.connection().await?;
        let title: Option<String> = sqlx::query_scalar(
            "SELECT coalesce(v.title, d.file_name) FROM versions v JOIN documents d ON d.id = v.document_id WHERE v.id = ?",
        )
        .bind(version.0)
        .fetch_optional(&mut *db)
        .await
        .doing("read a document's title")?;
        let Some(title) = title else { return Ok(None) };
        // In the order of the text, each path once.
        let paths: Vec<String> =
            sqlx::query_scalar("SELECT heading_path FROM passages WHERE version_id = ? GROUP BY heading_path ORDER BY min(ordinal)")
                .bind(version.0)
                .fetch_all(&mut *db)
                .await
                .doing("read a document's headings")?;
        let paths: Vec<Vec<String>> = paths.iter().map(|p| from_json(p, "heading path")).collect::<Result<_, _>>()?;
        Ok(Some(Offers::new(document, collection, &title, paths.iter().map(Vec::as_slice))))
    }

    /// How often questions went out of view or came back: of another number, all of them are to be read again.
    pub async fn question_recalls(&self) -> Result<i64, PortError> {
        let mut db = self.connection().await?;
        sqlx::query_scalar("SELECT times FROM question_recalls").fetch_one(&mut *db).await.doing("ask what became of questions")
    }

    /// The newest kept answer.
    pub async fn newest_answer(&self) -> Result<AnswerId, PortError> {
        let mut db = self.connection().await?;
        let newest: Option<i64> =
            sqlx::query_scalar("SELECT max(id) FROM answers").fetch_one(&mut *db).await.doing("find the newest answer")?;
        Ok(AnswerId(newest.unwrap_or(0)))
    }

    /// The questions that were answered and kept after the answer `after` and up to `newest`, oldest first; of more than
    /// [`QUESTIONS`] the newest. Left out are refusals, answers that have lost a document, questions of deleted conversations,
    /// and those that only what was asked before them makes plain.
    pub async fn answered_between(&self, after: AnswerId, newest: AnswerId) -> Result<Vec<PastQuestion>, PortError> {
        let mut db = self.connection().await?;
        let rows: Vec<(i64, i64, String, String)> = sqlx::query_as(
            "SELECT a.id, a.user_id, a.question, group_concat(ad.document_id)
             FROM (SELECT q.id, q.user_id, q.question FROM answers q JOIN conversations c ON c.id = q.conversation_id
                   WHERE q.id > ? AND q.id <= ? AND q.kind <> 'refused' AND q.bereft = 0 AND c.deleted IS NULL
                         AND json_extract(q.asked_as, '$.searched') IS NULL
                   ORDER BY q.id DESC LIMIT ?) a
             JOIN answer_documents ad ON ad.answer_id = a.id
             GROUP BY a.id ORDER BY a.id",
        )
        .bind(after.0)
        .bind(newest.0)
        .bind(QUESTIONS)
        .fetch_all(&mut *db)
        .await
        .doing("read past questions")?;
        let question = |(id, user, text, documents): (i64, i64, String, String)| PastQuestion {
            id: AnswerId(id),
            user: UserId(user),
            key: Key::new(&text),
            text,
            documents: documents.split(',').filter_map(|d| d.parse().ok()).map(DocumentId).collect(),
        };
        Ok(rows.into_iter().map(question).collect())
    }
}
