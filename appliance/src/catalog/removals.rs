//! Versions whose passages must still leave the index: the memory that survives a crash between the catalog's
//! transaction and the index's commit.

use super::{Catalog, Doing};
use appliance_core::id::VersionId;
use appliance_core::ports::PortError;
use sqlx::SqliteConnection;

impl Catalog {
    /// The versions that must leave the index.
    pub async fn pending_removals(&self) -> Result<Vec<VersionId>, PortError> {
        let mut db = self.connection().await?;
        let ids: Vec<i64> = sqlx::query_scalar("SELECT version_id FROM index_removals ORDER BY version_id")
            .fetch_all(&mut *db)
            .await
            .doing("list removals")?;
        Ok(ids.into_iter().map(VersionId).collect())
    }

    /// Notes that these have left the index for good.
    pub async fn removals_done(&self, versions: &[VersionId]) -> Result<(), PortError> {
        let mut tx = self.begin().await?;
        for version in versions {
            sqlx::query("DELETE FROM index_removals WHERE version_id = ?")
                .bind(version.0)
                .execute(&mut *tx)
                .await
                .doing("note a removal")?;
        }
        tx.commit().await.doing("note removals")
    }
}

/// Remembers that a version must leave the index.
pub(super) async fn remember(db: &mut SqliteConnection, version: VersionId) -> Result<(), PortError> {
    sqlx::query("INSERT OR IGNORE INTO index_removals (version_id) VALUES (?)")
        .bind(version.0)
        .execute(db)
        .await
        .doing("remember a removal")?;
    Ok(())
}

/// Takes such a memory back: the version is wanted in the index again.
pub(super) async fn forget(db: &mut SqliteConnection, version: VersionId) -> Result<(), PortError> {
    sqlx::query("DELETE FROM index_removals WHERE version_id = ?").bind(version.0).execute(db).await.doing("forget a removal")?;
    Ok(())
}
