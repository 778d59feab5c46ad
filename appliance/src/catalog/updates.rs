//! Versions whose passages must be written into the index again: the memory that survives a crash between the catalog's
//! transaction and the index's commit.

use super::embeddings::ReindexPassage;
use super::{Catalog, Doing, embeddings, passages};
use appliance_core::id::{ContentHash, PassageId, VersionId};
use appliance_core::ports::PortError;
use sqlx::SqliteConnection;

/// A version that must be written again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingUpdate {
    /// The version.
    pub version: VersionId,
    asked: i64,
}

impl Catalog {
    /// The versions that must be written again.
    pub async fn pending_updates(&self) -> Result<Vec<PendingUpdate>, PortError> {
        let mut db = self.connection().await?;
        let rows: Vec<(i64, i64)> = sqlx::query_as("SELECT version_id, asked FROM index_updates ORDER BY version_id")
            .fetch_all(&mut *db)
            .await
            .doing("list updates")?;
        Ok(rows.into_iter().map(|(id, asked)| PendingUpdate { version: VersionId(id), asked }).collect())
    }

    /// The passages of a version with their days and their embeddings by `model`; none when it answers no more.
    pub async fn passages_to_update(&self, version: VersionId, model: &ContentHash) -> Result<Vec<ReindexPassage>, PortError> {
        let mut db = self.connection().await?;
        let stored = passages::answering_of_version(&mut db, version).await?;
        let ids: Vec<PassageId> = stored.iter().map(|s| s.id).collect();
        let mut vectors = embeddings::by_passage(&mut db, &ids, model).await?;
        Ok(stored.into_iter().map(|stored| ReindexPassage { embedding: vectors.remove(&stored.id), stored }).collect())
    }

    /// Notes that these are in the index as the catalog had them when they were listed.
    pub async fn updates_done(&self, done: &[PendingUpdate]) -> Result<(), PortError> {
        let mut tx = self.begin().await?;
        for update in done {
            sqlx::query("DELETE FROM index_updates WHERE version_id = ? AND asked = ?")
                .bind(update.version.0)
                .bind(update.asked)
                .execute(&mut *tx)
                .await
                .doing("note an update")?;
        }
        tx.commit().await.doing("note updates")
    }
}

/// Remembers that a version must be written again.
pub(super) async fn remember(db: &mut SqliteConnection, version: VersionId) -> Result<(), PortError> {
    sqlx::query("INSERT INTO index_updates (version_id) VALUES (?) ON CONFLICT (version_id) DO UPDATE SET asked = asked + 1")
        .bind(version.0)
        .execute(db)
        .await
        .doing("remember an update")?;
    Ok(())
}

/// Takes such a memory back.
pub(super) async fn forget(db: &mut SqliteConnection, version: VersionId) -> Result<(), PortError> {
    sqlx::query("DELETE FROM index_updates WHERE version_id = ?").bind(version.0).execute(db).await.doing("forget an update")?;
    Ok(())
}
