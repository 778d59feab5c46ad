//! The [`EmbeddingLog`] port: versions that answer by their words while their embeddings are still to be made.

use super::{Catalog, Doing, embeddings, passages};
use appliance_core::id::{ContentHash, PassageId, VersionId};
use appliance_core::passage::StoredPassage;
use appliance_core::ports::catalog::{IngestStage, JobProgress, ReadPassage, Wanted};
use appliance_core::ports::embedding_log::Awaiting;
use appliance_core::ports::{EmbeddingLog, PortError};
use appliance_core::ranking::Embedding;
use async_trait::async_trait;
use sqlx::SqliteConnection;

#[async_trait]
impl EmbeddingLog for Catalog {
    async fn awaiting(&self) -> Result<Option<Awaiting>, PortError> {
        let mut db = self.connection().await?;
        let row: Option<(i64, String, i64)> = sqlx::query_as(
            "SELECT w.version_id, coalesce(v.title, d.file_name), w.asked
             FROM awaiting_embeddings w JOIN versions v ON v.id = w.version_id JOIN documents d ON d.id = v.document_id
             ORDER BY w.total - w.done, w.version_id LIMIT 1",
        )
        .fetch_optional(&mut *db)
        .await
        .doing("look for embeddings to make")?;
        Ok(row.map(|(version, title, asked)| Awaiting { version: VersionId(version), title, asked }))
    }

    async fn embedded(&self, version: VersionId, model: &ContentHash) -> Result<JobProgress, PortError> {
        let mut db = self.connection().await?;
        let (total, done): (u32, u32) = sqlx::query_as(
            "SELECT count(*), count(e.passage_id) FROM passages p LEFT JOIN embeddings e ON e.passage_id = p.id AND e.model = ?
             WHERE p.version_id = ?",
        )
        .bind(model.as_str())
        .bind(version.0)
        .fetch_one(&mut *db)
        .await
        .doing("count embeddings")?;
        Ok(JobProgress::new(IngestStage::Embedding, done, total))
    }

    async fn passages_from(
        &self,
        version: VersionId,
        ordinal: u32,
        limit: u32,
        model: &ContentHash,
    ) -> Result<Vec<ReadPassage>, PortError> {
        let mut db = self.connection().await?;
        let stored = passages::of_version_from(&mut db, version, ordinal, limit).await?;
        let ids: Vec<PassageId> = stored.iter().map(|s| s.id).collect();
        let mut vectors = embeddings::by_passage(&mut db, &ids, model).await?;
        let read = |s: StoredPassage| ReadPassage { embedding: vectors.remove(&s.id), id: s.id, passage: s.passage };
        Ok(stored.into_iter().map(read).collect())
    }

    async fn store_embeddings(&self, model: &ContentHash, embeddings: &[(PassageId, Embedding)]) -> Result<(), PortError> {
        let mut tx = self.begin().await?;
        embeddings::store(&mut tx, model, embeddings).await?;
        tx.commit().await.doing("store embeddings")
    }

    async fn note_embedded(&self, awaiting: &Awaiting, progress: JobProgress) -> Result<Wanted, PortError> {
        let mut db = self.connection().await?;
        let noted = sqlx::query("UPDATE awaiting_embeddings SET done = ?, total = ?, rate = ? WHERE version_id = ? AND asked = ?")
            .bind(progress.done)
            .bind(progress.total)
            .bind(progress.rate)
            .bind(awaiting.version.0)
            .bind(awaiting.asked)
            .execute(&mut *db)
            .await
            .doing("note embeddings")?;
        Ok(if noted.rows_affected() > 0 { Wanted::Still } else { Wanted::NoLonger })
    }

    async fn all_embedded(&self, awaiting: &Awaiting) -> Result<(), PortError> {
        let mut db = self.connection().await?;
        sqlx::query("DELETE FROM awaiting_embeddings WHERE version_id = ? AND asked = ?")
            .bind(awaiting.version.0)
            .bind(awaiting.asked)
            .execute(&mut *db)
            .await
            .doing("note embeddings")?;
        Ok(())
    }
}

/// How many embeddings are still to be made, of how many passages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// Versions that have not all of theirs.
    pub versions: u64,
    /// Passages without an embedding.
    pub passages: u64,
}

impl Catalog {
    /// What embeddings are still to be made.
    pub async fn embeddings_to_make(&self) -> Result<Backlog, PortError> {
        let mut db = self.connection().await?;
        let (versions, passages): (i64, i64) = sqlx::query_as("SELECT count(*), coalesce(sum(total - done), 0) FROM awaiting_embeddings")
            .fetch_one(&mut *db)
            .await
            .doing("count the embeddings to make")?;
        Ok(Backlog { versions: u64::try_from(versions).unwrap_or(0), passages: u64::try_from(passages).unwrap_or(0) })
    }

    /// Asks for the embeddings of a version.
    pub async fn ask_for_embeddings(&self, version: VersionId) -> Result<(), PortError> {
        let mut tx = self.begin().await?;
        remember(&mut tx, version).await?;
        tx.commit().await.doing("ask for embeddings")
    }
}

/// Remembers that the embeddings of a version are to be made, if it answers.
pub(super) async fn remember(db: &mut SqliteConnection, version: VersionId) -> Result<(), PortError> {
    sqlx::query(
        "INSERT INTO awaiting_embeddings (version_id, total)
         SELECT v.id, v.passages FROM versions v JOIN validities a ON a.version_id = v.id AND a.answers = 1 WHERE v.id = ?
         ON CONFLICT (version_id) DO UPDATE SET asked = asked + 1, done = 0, total = excluded.total, rate = NULL",
    )
    .bind(version.0)
    .execute(db)
    .await
    .doing("ask for embeddings")?;
    Ok(())
}

/// Takes such a memory back.
pub(super) async fn forget(db: &mut SqliteConnection, version: VersionId) -> Result<(), PortError> {
    sqlx::query("DELETE FROM awaiting_embeddings WHERE version_id = ?").bind(version.0).execute(db).await.doing("forget embeddings")?;
    Ok(())
}
