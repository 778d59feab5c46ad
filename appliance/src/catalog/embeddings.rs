//! Embeddings, kept so that an index can be rebuilt without embedding everything again.

use super::passages::{self, select_passage};
use super::{Catalog, Doing};
use appliance_core::id::{ContentHash, PassageId, VersionId};
use appliance_core::passage::StoredPassage;
use appliance_core::ports::PortError;
use appliance_core::ports::index::IndexedPassage;
use appliance_core::ranking::Embedding;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use std::collections::HashMap;

/// Rows of one INSERT.
const ROWS_AT_ONCE: usize = 500;

/// A searchable passage with its embedding, if the model that is asked for made it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReindexPassage {
    /// The passage.
    pub stored: StoredPassage,
    /// Its embedding; `None` when it has to be made anew.
    pub embedding: Option<Embedding>,
}

impl ReindexPassage {
    /// The passage as the index takes it.
    pub fn indexed(self) -> IndexedPassage {
        let Self { stored, embedding } = self;
        IndexedPassage {
            id: stored.id,
            version: stored.version,
            document: stored.document,
            collection: stored.collection,
            title: stored.title,
            heading_path: stored.passage.heading_path,
            text: stored.passage.text,
            days: stored.days,
            embedding,
        }
    }
}

impl Catalog {
    /// The next searchable passages after `after` by id, at most `limit`, with their embeddings by `model`.
    pub async fn passages_after(&self, after: PassageId, limit: u32, model: &ContentHash) -> Result<Vec<ReindexPassage>, PortError> {
        let mut db = self.connection().await?;
        let rows: Vec<passages::Row> = sqlx::query_as(select_passage!("JOIN", "WHERE p.id > ? ORDER BY p.id LIMIT ?"))
            .bind(after.0)
            .bind(limit)
            .fetch_all(&mut *db)
            .await
            .doing("walk the passages")?;
        let stored: Vec<StoredPassage> = rows.into_iter().map(passages::Row::stored).collect::<Result<_, _>>()?;
        let ids: Vec<PassageId> = stored.iter().map(|s| s.id).collect();
        let mut vectors = by_passage(&mut db, &ids, model).await?;
        Ok(stored.into_iter().map(|stored| ReindexPassage { embedding: vectors.remove(&stored.id), stored }).collect())
    }

    /// How many passages are searchable, as far as the index has heard of them.
    pub async fn count_searchable(&self) -> Result<u64, PortError> {
        let mut db = self.connection().await?;
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM passages WHERE version_id IN
             (SELECT version_id FROM validities WHERE answers = 1 AND version_id NOT IN (SELECT version_id FROM index_updates))",
        )
        .fetch_one(&mut *db)
        .await
        .doing("count passages")?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// How many documents are searchable.
    pub async fn count_documents(&self) -> Result<u64, PortError> {
        let mut db = self.connection().await?;
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM documents WHERE searchable_version IS NOT NULL")
            .fetch_one(&mut *db)
            .await
            .doing("count documents")?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

/// The embeddings of these passages by that model.
pub(super) async fn by_passage(
    db: &mut SqliteConnection,
    ids: &[PassageId],
    model: &ContentHash,
) -> Result<HashMap<PassageId, Embedding>, PortError> {
    let rows: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT passage_id, vector FROM embeddings WHERE model = ? AND passage_id IN (SELECT value FROM json_each(?))")
            .bind(model.as_str())
            .bind(super::to_json(&ids)?)
            .fetch_all(db)
            .await
            .doing("read embeddings")?;
    Ok(rows.into_iter().filter_map(|(id, bytes)| Some((PassageId(id), from_bytes(&bytes)?))).collect())
}

/// Stores embeddings, replacing older ones of the same passages. Those of passages that are gone are dropped.
pub(super) async fn store(db: &mut SqliteConnection, model: &ContentHash, embeddings: &[(PassageId, Embedding)]) -> Result<(), PortError> {
    for some in embeddings.chunks(ROWS_AT_ONCE) {
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT OR REPLACE INTO embeddings (passage_id, model, vector) SELECT * FROM (");
        insert.push_values(some, |mut row, (passage, embedding)| {
            row.push_bind(passage.0).push_bind(model.as_str()).push_bind(to_bytes(embedding));
        });
        insert.push(") WHERE column1 IN (SELECT id FROM passages)");
        insert.build().execute(&mut *db).await.doing("store embeddings")?;
    }
    Ok(())
}

/// Removes the embeddings of a version that answers no more; they can be made again from its passages.
pub(super) async fn remove_of_version(db: &mut SqliteConnection, version: VersionId) -> Result<(), PortError> {
    sqlx::query("DELETE FROM embeddings WHERE passage_id IN (SELECT id FROM passages WHERE version_id = ?)")
        .bind(version.0)
        .execute(&mut *db)
        .await
        .doing("remove embeddings")?;
    sqlx::query("DELETE FROM awaiting_embeddings WHERE version_id = ?").bind(version.0).execute(db).await.doing("remove embeddings")?;
    Ok(())
}

/// The components as little-endian 32-bit floats.
pub fn to_bytes(embedding: &Embedding) -> Vec<u8> {
    embedding.values().iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// The embedding of such bytes; `None` when they are none.
pub fn from_bytes(bytes: &[u8]) -> Option<Embedding> {
    let (values, []) = bytes.as_chunks::<4>() else { return None };
    Embedding::normalised(values.iter().map(|v| f32::from_le_bytes(*v)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_survives_its_bytes() {
        let embedding = Embedding::normalised(vec![0.3, -0.2, 0.9]).unwrap();
        let back = from_bytes(&to_bytes(&embedding)).unwrap();
        assert!((back.cosine(&embedding).0 - 1.0).abs() < 1e-6);
        assert_eq!(from_bytes(&[1, 2, 3]), None);
    }
}
