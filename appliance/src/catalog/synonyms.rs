//! Synonyms of collections, as their editors write them.

use super::{Catalog, Doing};
use appliance_core::id::CollectionId;
use appliance_core::ports::PortError;
use std::collections::BTreeSet;

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
        let mut db = self.connection().await?;
        let write = match groups.trim() {
            "" => sqlx::query("DELETE FROM collection_synonyms WHERE collection_id = ?").bind(collection.0),
            groups => sqlx::query(
                "INSERT INTO collection_synonyms (collection_id, groups) VALUES (?, ?)
                 ON CONFLICT (collection_id) DO UPDATE SET groups = excluded.groups",
            )
            .bind(collection.0)
            .bind(groups.to_owned()),
        };
        write.execute(&mut *db).await.doing("write synonyms")?;
        Ok(())
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
