//! Synonyms of collections, as their editors write them.

use super::audit::{self, Action};
use super::{Catalog, Doing, facets};
use appliance_core::id::CollectionId;
use appliance_core::ports::wording::{Wording, Written};
use appliance_core::ports::{CollectionWording, PortError};
use appliance_core::viewer::Viewer;
use async_trait::async_trait;
use retrieval::synonyms::{Mistake, check};
use sqlx::SqliteConnection;
use std::collections::BTreeSet;

#[async_trait]
impl CollectionWording for Catalog {
    async fn wording(&self, viewer: &Viewer, collection: CollectionId) -> Result<Option<Wording>, PortError> {
        if !viewer.visibility().collections.contains(&collection) {
            return Ok(None);
        }
        let mut db = self.connection().await?;
        let row: Option<(String, String, String)> = sqlx::query_as(
            "SELECT c.name, coalesce(s.groups, ''), coalesce(d.department, '') FROM collections c
             LEFT JOIN collection_synonyms s ON s.collection_id = c.id
             LEFT JOIN collection_departments d ON d.collection_id = c.id WHERE c.id = ?",
        )
        .bind(collection.0)
        .fetch_optional(&mut *db)
        .await
        .doing("read a collection's words")?;
        Ok(row.map(|(name, synonyms, department)| Wording { name, synonyms, department }))
    }

    async fn set_wording(&self, by: &Viewer, collection: CollectionId, synonyms: &str, department: &str) -> Result<Written, PortError> {
        match check(synonyms) {
            Err(Mistake::TooLong) => return Ok(Written::TooLong),
            Err(Mistake::NoGroup { line }) => return Ok(Written::NoGroup { line }),
            Ok(()) => {}
        }
        if self.wording(by, collection).await?.is_none() {
            return Ok(Written::Unknown);
        }
        let mut tx = self.begin().await?;
        write(&mut tx, collection, synonyms).await?;
        facets::write_department(&mut tx, collection, Some(department)).await?;
        let subject = format!("collection:{collection}");
        audit::note(&mut tx, self.now(), Some(by.user()), Action::CollectionWorded, &subject, "").await?;
        tx.commit().await.doing("write a collection's words")?;
        Ok(Written::Done)
    }
}

impl Catalog {
    /// A collection's synonyms, a group a line; empty where it has none.
    pub async fn synonyms_of(&self, collection: CollectionId) -> Result<String, PortError> {
        let mut db = self.connection().await?;
        let select = sqlx::query_scalar("SELECT groups FROM collection_synonyms WHERE collection_id = ?").bind(collection.0);
        let groups: Option<String> = select.fetch_optional(&mut *db).await.doing("read synonyms")?;
        Ok(groups.unwrap_or_default())
    }

    /// Writes a collection's synonyms. They take effect with the next question.
    pub async fn set_synonyms(&self, collection: CollectionId, groups: &str) -> Result<(), PortError> {
        write(&mut *self.connection().await?, collection, groups).await
    }

    /// The synonyms of some collections, all in one text.
    pub(super) async fn synonyms_among(&self, collections: &BTreeSet<CollectionId>) -> Result<String, PortError> {
        let mut db = self.connection().await?;
        let rows: Vec<(i64, String)> = sqlx::query_as("SELECT collection_id, groups FROM collection_synonyms ORDER BY collection_id")
            .fetch_all(&mut *db)
            .await
            .doing("read synonyms")?;
        let meant = rows.into_iter().filter(|(id, _)| collections.contains(&CollectionId(*id))).map(|(_, groups)| groups);
        Ok(meant.collect::<Vec<_>>().join("\n"))
    }
}

async fn write(db: &mut SqliteConnection, collection: CollectionId, groups: &str) -> Result<(), PortError> {
    let write = match groups.trim() {
        "" => sqlx::query("DELETE FROM collection_synonyms WHERE collection_id = ?").bind(collection.0),
        groups => sqlx::query(
            "INSERT INTO collection_synonyms (collection_id, groups) VALUES (?, ?)
             ON CONFLICT (collection_id) DO UPDATE SET groups = excluded.groups",
        )
        .bind(collection.0)
        .bind(groups.to_owned()),
    };
    write.execute(db).await.doing("write synonyms")?;
    Ok(())
}
