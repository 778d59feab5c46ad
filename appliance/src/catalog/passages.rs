//! Passages, always with the document they belong to.

use super::validities::DaysRow;
use super::{Catalog, Doing, facets, from_json, to_json};
use appliance_core::document::Format;
use appliance_core::id::{CollectionId, DocumentId, PassageId, VersionId};
use appliance_core::narrowing::Narrowing;
use appliance_core::passage::{Passage, StoredPassage};
use appliance_core::ports::{PassageStore, PortError};
use appliance_core::viewer::Viewer;
use async_trait::async_trait;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use std::collections::{BTreeSet, HashMap};

/// Rows of one INSERT: 6 values each stay well below SQLite's 32,766.
const ROWS_AT_ONCE: usize = 500;

#[async_trait]
impl PassageStore for Catalog {
    async fn visible_passages(&self, viewer: &Viewer, ids: &[PassageId]) -> Result<Vec<StoredPassage>, PortError> {
        let mut db = self.connection().await?;
        let mut found: HashMap<PassageId, StoredPassage> =
            searchable(&mut db, ids).await?.into_iter().filter(|s| viewer.can_see(s.collection, s.document)).map(|s| (s.id, s)).collect();
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    async fn narrowed(&self, viewer: &Viewer, narrowing: &Narrowing) -> Result<Option<BTreeSet<DocumentId>>, PortError> {
        if !narrowing.is_of_documents() {
            return Ok(None);
        }
        facets::narrowed(&mut *self.connection().await?, viewer, narrowing).await.map(Some)
    }

    async fn synonyms(&self, viewer: &Viewer, collections: &[CollectionId]) -> Result<String, PortError> {
        let seen = viewer.visibility().collections.iter().filter(|c| collections.is_empty() || collections.contains(c));
        self.synonyms_among(&seen.copied().collect()).await
    }

    async fn neighbours(&self, viewer: &Viewer, ids: &[PassageId]) -> Result<Vec<StoredPassage>, PortError> {
        let mut db = self.connection().await?;
        let near: Vec<i64> = sqlx::query_scalar(
            "SELECT n.id FROM passages p JOIN passages n ON n.version_id = p.version_id AND n.ordinal IN (p.ordinal - 1, p.ordinal + 1)
             WHERE p.id IN (SELECT value FROM json_each(?)) ORDER BY n.version_id, n.ordinal",
        )
        .bind(to_json(&ids)?)
        .fetch_all(&mut *db)
        .await
        .doing("look for neighbouring passages")?;
        drop(db);
        let near: Vec<PassageId> = near.into_iter().map(PassageId).collect();
        self.visible_passages(viewer, &near).await
    }
}

/// Passages with the documents that they belong to, none of the trash, and the days on which they are in force. With `JOIN`, only those of versions
/// that answer; with `LEFT JOIN`, those of any version.
macro_rules! select_passage {
    ($join:literal, $rest:literal) => {
        concat!(
            "SELECT p.id, p.version_id, p.ordinal, p.heading_path, p.text, p.locator, p.recognised, d.id AS document_id, d.collection_id,
                    coalesce(v.title, d.file_name) AS title, v.format,
                    CASE WHEN o.passage_id IS NULL THEN a.valid_from ELSE o.valid_from END AS valid_from,
                    CASE WHEN o.passage_id IS NULL THEN a.valid_until ELSE o.valid_until END AS valid_until,
                    CASE WHEN o.passage_id IS NULL THEN a.ending ELSE o.ending END AS ending
             FROM passages p
             JOIN versions v ON v.id = p.version_id
             JOIN documents d ON d.id = v.document_id AND d.trashed IS NULL
             LEFT JOIN passage_days o ON o.passage_id = p.id ",
            $join,
            " validities a ON a.version_id = p.version_id AND a.answers = 1 ",
            $rest
        )
    };
}
pub(super) use select_passage;

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: i64,
    version_id: i64,
    ordinal: u32,
    heading_path: String,
    text: String,
    locator: String,
    recognised: Option<f32>,
    document_id: i64,
    collection_id: i64,
    title: String,
    format: String,
    #[sqlx(flatten)]
    days: DaysRow,
}

impl Row {
    pub(super) fn stored(self) -> Result<StoredPassage, PortError> {
        Ok(StoredPassage {
            id: PassageId(self.id),
            document: DocumentId(self.document_id),
            version: VersionId(self.version_id),
            collection: CollectionId(self.collection_id),
            title: self.title,
            format: Format::from_name(&self.format)
                .ok_or_else(|| PortError::new(format!("catalog: no format is called {:?}", self.format)))?,
            days: self.days.days()?,
            passage: Passage {
                ordinal: self.ordinal,
                heading_path: from_json(&self.heading_path, "heading path")?,
                text: self.text,
                locator: from_json(&self.locator, "locator")?,
                recognised: self.recognised,
            },
        })
    }
}

/// Those of `ids` whose versions answer, in no order.
pub(super) async fn searchable(db: &mut SqliteConnection, ids: &[PassageId]) -> Result<Vec<StoredPassage>, PortError> {
    let rows: Vec<Row> = sqlx::query_as(select_passage!("JOIN", "WHERE p.id IN (SELECT value FROM json_each(?))"))
        .bind(to_json(&ids)?)
        .fetch_all(db)
        .await
        .doing("read passages")?;
    rows.into_iter().map(Row::stored).collect()
}

/// A passage of a version that answers or answered.
pub(super) async fn kept(db: &mut SqliteConnection, id: PassageId) -> Result<Option<StoredPassage>, PortError> {
    let row: Option<Row> = sqlx::query_as(select_passage!("LEFT JOIN", "WHERE p.id = ? AND v.state IN ('searchable', 'superseded')"))
        .bind(id.0)
        .fetch_optional(db)
        .await
        .doing("read a passage")?;
    row.map(Row::stored).transpose()
}

/// The passages of a version that answers, in order; none of another.
pub(super) async fn answering_of_version(db: &mut SqliteConnection, version: VersionId) -> Result<Vec<StoredPassage>, PortError> {
    let rows: Vec<Row> = sqlx::query_as(select_passage!("JOIN", "WHERE p.version_id = ? ORDER BY p.ordinal"))
        .bind(version.0)
        .fetch_all(db)
        .await
        .doing("read passages")?;
    rows.into_iter().map(Row::stored).collect()
}

/// The passages of any version from an ordinal on, at most `limit`, in order.
pub(super) async fn of_version_from(
    db: &mut SqliteConnection,
    version: VersionId,
    ordinal: u32,
    limit: u32,
) -> Result<Vec<StoredPassage>, PortError> {
    let rows: Vec<Row> =
        sqlx::query_as(select_passage!("LEFT JOIN", "WHERE p.version_id = ? AND p.ordinal >= ? ORDER BY p.ordinal LIMIT ?"))
            .bind(version.0)
            .bind(ordinal)
            .bind(limit)
            .fetch_all(db)
            .await
            .doing("read passages")?;
    rows.into_iter().map(Row::stored).collect()
}

/// The passages of any version of a document, in order.
pub(super) async fn of_any_version(db: &mut SqliteConnection, version: VersionId) -> Result<Vec<StoredPassage>, PortError> {
    let rows: Vec<Row> = sqlx::query_as(select_passage!("LEFT JOIN", "WHERE p.version_id = ? ORDER BY p.ordinal"))
        .bind(version.0)
        .fetch_all(db)
        .await
        .doing("read passages")?;
    rows.into_iter().map(Row::stored).collect()
}

/// Puts these passages in place of whatever the version had. Returns their ids in order.
pub(super) async fn replace(db: &mut SqliteConnection, version: VersionId, passages: &[Passage]) -> Result<Vec<PassageId>, PortError> {
    remove(db, version).await?;
    for some in passages.chunks(ROWS_AT_ONCE) {
        let mut rows = Vec::with_capacity(some.len());
        for passage in some {
            rows.push((passage.ordinal, to_json(&passage.heading_path)?, &passage.text, to_json(&passage.locator)?, passage.recognised));
        }
        let mut insert =
            QueryBuilder::<Sqlite>::new("INSERT INTO passages (version_id, ordinal, heading_path, text, locator, recognised) ");
        insert.push_values(rows, |mut row, (ordinal, headings, text, locator, recognised)| {
            row.push_bind(version.0).push_bind(ordinal).push_bind(headings).push_bind(text).push_bind(locator).push_bind(recognised);
        });
        insert.build().execute(&mut *db).await.doing("store passages")?;
    }
    let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM passages WHERE version_id = ? ORDER BY ordinal")
        .bind(version.0)
        .fetch_all(db)
        .await
        .doing("store passages")?;
    Ok(ids.into_iter().map(PassageId).collect())
}

/// Removes a version's passages with their embeddings.
pub(super) async fn remove(db: &mut SqliteConnection, version: VersionId) -> Result<(), PortError> {
    sqlx::query("DELETE FROM passages WHERE version_id = ?").bind(version.0).execute(db).await.doing("remove passages")?;
    Ok(())
}
