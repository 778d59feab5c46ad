//! Documents across their versions, as lists show them.

use super::validities::DaysRow;
use super::{Catalog, Doing, LOCAL_OPERATOR, from_json, timestamp, to_json, versions};
use appliance_core::document::Format;
use appliance_core::id::{CollectionId, DocumentId, UserId, VersionId};
use appliance_core::ports::PortError;
use appliance_core::ports::catalog::{DocumentEntry, FailureReason, JobProgress, VersionState};
use appliance_core::viewer::Viewer;
use sqlx::SqliteConnection;

impl Catalog {
    /// How many documents there are by the state of their newest version.
    pub async fn documents_by_state(&self) -> Result<Vec<(VersionState, u64)>, PortError> {
        let mut db = self.connection().await?;
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT v.state, count(*) FROM documents d JOIN versions v ON v.id = (SELECT max(id) FROM versions WHERE document_id = d.id)
             WHERE d.trashed IS NULL GROUP BY v.state",
        )
        .fetch_all(&mut *db)
        .await
        .doing("count documents")?;
        rows.into_iter().map(|(state, n)| Ok((versions::state(&state)?, u64::try_from(n).unwrap_or(0)))).collect()
    }
}

/// A document with its newest version `v`, its job `j`, what is left to embed `w`, and the version `f` whose facts are shown: the newest while a person
/// decides about it, else the last in time of those that answer. Followed by a condition and an order.
macro_rules! select_entry {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, d.collection_id, c.name AS collection_name, d.file_name, d.searchable_version, d.added,
                    v.id AS newest_version, v.state, v.failure_code, v.failure_message,
                    CASE WHEN v.state = 'searchable' THEN f.bytes ELSE v.bytes END AS bytes,
                    CASE WHEN v.state = 'searchable' THEN f.warnings ELSE v.warnings END AS warnings,
                    coalesce(f.title, d.file_name) AS title, f.format, f.parts, f.passages, f.score, f.doubtful,
                    (SELECT count(*) FROM versions WHERE document_id = d.id AND read = 1 AND state IN ('searchable', 'superseded'))
                    AS versions,
                    a.valid_from, a.valid_until, a.ending,
                    coalesce(j.stage, iif(w.version_id IS NULL, NULL, 'embedding')) AS stage, coalesce(j.done, w.done) AS done,
                    coalesce(j.total, w.total) AS total, iif(j.id IS NULL, w.rate, j.rate) AS rate, q.place
             FROM documents d
             JOIN collections c ON c.id = d.collection_id
             JOIN versions v ON v.id = (SELECT max(id) FROM versions WHERE document_id = d.id)
             JOIN versions f ON f.id = CASE WHEN v.read = 1 AND v.state <> 'searchable' THEN v.id
                                            ELSE coalesce(d.searchable_version, v.id) END
             LEFT JOIN validities a ON a.version_id = d.searchable_version AND a.answers = 1
             LEFT JOIN jobs j ON j.version_id = v.id AND j.state IN ('queued', 'running')
             LEFT JOIN awaiting_embeddings w ON w.version_id = d.searchable_version AND v.state = 'searchable'
             LEFT JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM jobs WHERE state = 'queued') q ON q.id = j.id ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: i64,
    collection_id: i64,
    collection_name: String,
    file_name: String,
    searchable_version: Option<i64>,
    newest_version: i64,
    added: i64,
    state: String,
    bytes: i64,
    failure_code: Option<String>,
    failure_message: Option<String>,
    warnings: String,
    title: String,
    format: Option<String>,
    parts: u32,
    passages: u32,
    score: Option<f32>,
    doubtful: u32,
    versions: u32,
    #[sqlx(flatten)]
    days: DaysRow,
    stage: Option<String>,
    done: Option<u32>,
    total: Option<u32>,
    rate: Option<f32>,
    place: Option<u32>,
}

impl Row {
    pub(super) fn is_seen_by(&self, viewer: &Viewer) -> bool {
        viewer.can_see(CollectionId(self.collection_id), DocumentId(self.id))
    }

    /// The last version in time of those that answer.
    pub(super) fn last(&self) -> Option<VersionId> {
        self.searchable_version.map(VersionId)
    }

    /// The newest version while it is held.
    pub(super) fn held(&self) -> Option<VersionId> {
        (self.state == "held").then_some(VersionId(self.newest_version))
    }

    pub(super) fn entry(self) -> Result<DocumentEntry, PortError> {
        let failure = self.failure_code.map(|code| FailureReason { code, message: self.failure_message.unwrap_or_default() });
        let progress = match self.stage {
            Some(stage) => {
                let (done, total) = (self.done.unwrap_or(0), self.total.unwrap_or(0));
                Some(JobProgress { stage: versions::stage(&stage)?, done, total, rate: self.rate })
            }
            None => None,
        };
        Ok(DocumentEntry {
            id: DocumentId(self.id),
            collection: CollectionId(self.collection_id),
            collection_name: self.collection_name,
            title: self.title,
            file_name: self.file_name,
            format: self.format.as_deref().and_then(Format::from_name),
            bytes: u64::try_from(self.bytes).unwrap_or(0),
            parts: self.parts,
            passages: self.passages,
            score: self.score,
            doubtful: self.doubtful,
            state: versions::state(&self.state)?,
            answers: self.searchable_version.is_some(),
            progress,
            ahead: self.place.map(|place| place.saturating_sub(1)),
            failure,
            versions: self.versions,
            days: self.days.days()?,
            warnings: from_json(&self.warnings, "warnings")?,
            added: timestamp(self.added),
        })
    }
}

/// All documents, newest first.
pub(super) async fn all(db: &mut SqliteConnection) -> Result<Vec<Row>, PortError> {
    sqlx::query_as(select_entry!("WHERE d.trashed IS NULL ORDER BY d.id DESC")).fetch_all(db).await.doing("list documents")
}

/// Those of `ids`, newest first.
pub(super) async fn some(db: &mut SqliteConnection, ids: &[DocumentId]) -> Result<Vec<Row>, PortError> {
    sqlx::query_as(select_entry!("WHERE d.trashed IS NULL AND d.id IN (SELECT value FROM json_each(?)) ORDER BY d.id DESC"))
        .bind(to_json(&ids)?)
        .fetch_all(db)
        .await
        .doing("list documents")
}

/// A document that is not in the trash.
pub(super) async fn by_id(db: &mut SqliteConnection, id: DocumentId) -> Result<Option<Row>, PortError> {
    sqlx::query_as(select_entry!("WHERE d.id = ? AND d.trashed IS NULL")).bind(id.0).fetch_optional(db).await.doing("find a document")
}

/// A document, in the trash or not.
pub(super) async fn wherever(db: &mut SqliteConnection, id: DocumentId) -> Result<Option<Row>, PortError> {
    sqlx::query_as(select_entry!("WHERE d.id = ?")).bind(id.0).fetch_optional(db).await.doing("find a document")
}

/// The documents of a collection that have this file name, or whose newest version has these bytes and neither failed nor was
/// cancelled. Of one of the same name, any version that answers may have them.
pub(super) async fn alike(
    db: &mut SqliteConnection,
    collection: CollectionId,
    file_name: &str,
    file_hash: &str,
) -> Result<Vec<Alike>, PortError> {
    sqlx::query_as(
        "SELECT d.id, d.file_name = ?1 AS same_name, v.file_hash = ?2 AND v.state NOT IN ('failed', 'cancelled') OR d.file_name = ?1 AND EXISTS
                (SELECT 1 FROM versions e WHERE e.document_id = d.id AND e.file_hash = ?2 AND e.state = 'searchable') AS same_bytes
         FROM documents d JOIN versions v ON v.id = (SELECT max(id) FROM versions WHERE document_id = d.id)
         WHERE d.collection_id = ?3 AND d.trashed IS NULL AND (d.file_name = ?1 OR v.file_hash = ?2) ORDER BY d.id",
    )
    .bind(file_name)
    .bind(file_hash)
    .bind(collection.0)
    .fetch_all(db)
    .await
    .doing("look for the same document")
}

/// A document that an upload may belong to.
#[derive(sqlx::FromRow)]
pub(super) struct Alike {
    pub id: i64,
    pub same_name: bool,
    pub same_bytes: bool,
}

pub(super) async fn add(
    db: &mut SqliteConnection,
    collection: CollectionId,
    file_name: &str,
    by: UserId,
    now: i64,
) -> Result<DocumentId, PortError> {
    let done = sqlx::query("INSERT INTO documents (collection_id, file_name, added, added_by) VALUES (?, ?, ?, ?)")
        .bind(collection.0)
        .bind(file_name)
        .bind(now)
        .bind((by != LOCAL_OPERATOR).then_some(by.0))
        .execute(db)
        .await
        .doing("add a document")?;
    Ok(DocumentId(done.last_insert_rowid()))
}

/// Names the last version in time of those that answer.
pub(super) async fn set_searchable(db: &mut SqliteConnection, id: DocumentId, version: Option<VersionId>) -> Result<(), PortError> {
    sqlx::query("UPDATE documents SET searchable_version = ? WHERE id = ?")
        .bind(version.map(|v| v.0))
        .bind(id.0)
        .execute(db)
        .await
        .doing("name a document's last version")?;
    Ok(())
}

/// Removes a document with all its versions, passages, embeddings and jobs.
pub(super) async fn remove(db: &mut SqliteConnection, id: DocumentId) -> Result<(), PortError> {
    // The reference to the searchable version would forbid removing the versions.
    sqlx::query("UPDATE documents SET searchable_version = NULL WHERE id = ?")
        .bind(id.0)
        .execute(&mut *db)
        .await
        .doing("remove a document")?;
    sqlx::query("DELETE FROM documents WHERE id = ?").bind(id.0).execute(db).await.doing("remove a document")?;
    Ok(())
}

/// The documents that have a searchable version, with their collections.
pub(super) async fn searchable_ids(db: &mut SqliteConnection) -> Result<Vec<(CollectionId, DocumentId)>, PortError> {
    let rows: Vec<(i64, i64)> = sqlx::query_as("SELECT collection_id, id FROM documents WHERE searchable_version IS NOT NULL")
        .fetch_all(db)
        .await
        .doing("count documents")?;
    Ok(rows.into_iter().map(|(c, d)| (CollectionId(c), DocumentId(d))).collect())
}
