//! Collections: sets of documents that share rules of access.

use super::access::{self, Principal};
use super::audit::{self, Action};
use super::{Catalog, Doing, LOCAL_OPERATOR};
use appliance_core::id::{CollectionId, UserId};
use appliance_core::ports::PortError;
use appliance_core::ports::catalog::CollectionEntry;
use sqlx::SqliteConnection;

impl Catalog {
    /// The collection of that name.
    pub async fn collection_named(&self, name: &str) -> Result<Option<CollectionId>, PortError> {
        let mut db = self.connection().await?;
        by_name(&mut db, name).await
    }

    /// The oldest collection, where files go when none is named.
    pub async fn first_collection(&self) -> Result<Option<(CollectionId, String)>, PortError> {
        let mut db = self.connection().await?;
        let row: Option<(i64, String)> = sqlx::query_as("SELECT id, name FROM collections ORDER BY id LIMIT 1")
            .fetch_optional(&mut *db)
            .await
            .doing("find a collection")?;
        Ok(row.map(|(id, name)| (CollectionId(id), name)))
    }

    /// Adds a collection that these principals (and administrators) may see. An existing one of that name is kept as
    /// it is.
    pub async fn add_collection(&self, name: &str, principals: &[Principal]) -> Result<CollectionId, PortError> {
        self.add_collection_by(LOCAL_OPERATOR, name, principals).await
    }

    /// The same, for a person who is named in the audit trail.
    pub async fn add_collection_by(&self, by: UserId, name: &str, principals: &[Principal]) -> Result<CollectionId, PortError> {
        let mut tx = self.begin().await?;
        let id = match by_name(&mut tx, name).await? {
            Some(id) => id,
            None => {
                let id = sqlx::query("INSERT INTO collections (name, created) VALUES (?, ?)")
                    .bind(name)
                    .bind(self.now())
                    .execute(&mut *tx)
                    .await
                    .doing("add a collection")?
                    .last_insert_rowid();
                for principal in principals {
                    access::allow(&mut tx, CollectionId(id), *principal).await?;
                }
                let open_to: Vec<String> = principals.iter().map(|p| p.name()).collect();
                let subject = format!("collection:{id}");
                audit::note(&mut tx, self.now(), Some(by), Action::CollectionAdded, &subject, &open_to.join(" ")).await?;
                CollectionId(id)
            }
        };
        tx.commit().await.doing("add a collection")?;
        Ok(id)
    }
}

/// The name of a collection; `None` when there is none.
pub(super) async fn name_of(db: &mut SqliteConnection, id: CollectionId) -> Result<Option<String>, PortError> {
    sqlx::query_scalar("SELECT name FROM collections WHERE id = ?").bind(id.0).fetch_optional(db).await.doing("find a collection")
}

async fn by_name(db: &mut SqliteConnection, name: &str) -> Result<Option<CollectionId>, PortError> {
    let id: Option<i64> =
        sqlx::query_scalar("SELECT id FROM collections WHERE name = ?").bind(name).fetch_optional(db).await.doing("find a collection")?;
    Ok(id.map(CollectionId))
}

/// All collections by name, without documents counted.
pub(super) async fn all(db: &mut SqliteConnection) -> Result<Vec<CollectionEntry>, PortError> {
    let rows: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, name FROM collections ORDER BY name").fetch_all(db).await.doing("list collections")?;
    Ok(rows.into_iter().map(|(id, name)| CollectionEntry { id: CollectionId(id), name, documents: 0 }).collect())
}
