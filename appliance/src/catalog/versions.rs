//! Versions: a file and what was read from it.

use super::{Doing, LOCAL_OPERATOR, from_json, to_json, validities};
use appliance_core::document::{Format, Page, Parsed, Sheet, View};
use appliance_core::id::{ContentHash, DocumentId, JobId, UserId, VersionId};
use appliance_core::ports::PortError;
use appliance_core::ports::catalog::{FailureReason, IngestStage, VersionState};
use appliance_core::quality;
use sqlx::SqliteConnection;

/// The state of a stored name.
pub(super) fn state(name: &str) -> Result<VersionState, PortError> {
    Ok(match name {
        "queued" => VersionState::Queued,
        "ingesting" => VersionState::Ingesting,
        "held" => VersionState::Held,
        "searchable" => VersionState::Searchable,
        "superseded" => VersionState::Superseded,
        "failed" => VersionState::Failed,
        "cancelled" => VersionState::Cancelled,
        other => return Err(PortError::new(format!("catalog: no version state is called {other:?}"))),
    })
}

/// The stored name of a stage.
pub(super) fn stage_name(stage: IngestStage) -> &'static str {
    match stage {
        IngestStage::Queued => "queued",
        IngestStage::Parsing => "parsing",
        IngestStage::Embedding => "embedding",
        IngestStage::Indexing => "indexing",
        IngestStage::Done => "done",
        IngestStage::Held => "held",
        IngestStage::Failed => "failed",
        IngestStage::Cancelled => "cancelled",
    }
}

/// The stage of a stored name.
pub(super) fn stage(name: &str) -> Result<IngestStage, PortError> {
    use IngestStage::{Cancelled, Done, Embedding, Failed, Held, Indexing, Parsing, Queued};
    [Queued, Parsing, Embedding, Indexing, Done, Held, Failed, Cancelled]
        .into_iter()
        .find(|s| stage_name(*s) == name)
        .ok_or_else(|| PortError::new(format!("catalog: no ingest stage is called {name:?}")))
}

/// The file of a version.
#[derive(Clone, Copy)]
pub(super) struct FileOf<'f> {
    pub hash: &'f ContentHash,
    pub bytes: u64,
    /// The encoding that a person named for its text.
    pub encoding: Option<&'f str>,
}

pub(super) async fn add(
    db: &mut SqliteConnection,
    document: DocumentId,
    of: FileOf<'_>,
    by: UserId,
    now: i64,
) -> Result<VersionId, PortError> {
    let done = sqlx::query(
        "INSERT INTO versions (document_id, file_hash, bytes, encoding, state, added, added_by) VALUES (?, ?, ?, ?, 'queued', ?, ?)",
    )
    .bind(document.0)
    .bind(of.hash.as_str())
    .bind(i64::try_from(of.bytes).unwrap_or(i64::MAX))
    .bind(of.encoding)
    .bind(now)
    .bind((by != LOCAL_OPERATOR).then_some(by.0))
    .execute(db)
    .await
    .doing("add a version")?;
    Ok(VersionId(done.last_insert_rowid()))
}

pub(super) async fn set_state(db: &mut SqliteConnection, id: VersionId, state: &'static str) -> Result<(), PortError> {
    sqlx::query("UPDATE versions SET state = ? WHERE id = ?").bind(state).bind(id.0).execute(db).await.doing("change a version's state")?;
    Ok(())
}

/// Ends a version without a result: `failed` or `cancelled`. Nothing of what was read stays.
pub(super) async fn set_ended(
    db: &mut SqliteConnection,
    id: VersionId,
    state: &'static str,
    reason: &FailureReason,
) -> Result<(), PortError> {
    sqlx::query(
        "UPDATE versions SET state = ?1, failure_code = ?2, failure_message = ?3, read = 0, score = NULL, doubtful = 0, passages = 0,
                pages = '[]', text = '', accepted = CASE ?1 WHEN 'cancelled' THEN NULL ELSE accepted END WHERE id = ?4",
    )
    .bind(state)
    .bind(&reason.code)
    .bind(&reason.message)
    .bind(id.0)
    .execute(db)
    .await
    .doing("note a failure")?;
    Ok(())
}

/// Puts a version that ended, or is held, back on its way. A version that was accepted stays so.
pub(super) async fn set_queued(db: &mut SqliteConnection, id: VersionId) -> Result<(), PortError> {
    sqlx::query("UPDATE versions SET state = 'queued', failure_code = NULL, failure_message = NULL WHERE id = ?")
        .bind(id.0)
        .execute(db)
        .await
        .doing("queue a version again")?;
    Ok(())
}

/// Notes that a person accepted a version.
pub(super) async fn set_accepted(db: &mut SqliteConnection, id: VersionId, now: i64) -> Result<(), PortError> {
    sqlx::query("UPDATE versions SET accepted = ? WHERE id = ?").bind(now).bind(id.0).execute(db).await.doing("accept a version")?;
    Ok(())
}

/// Gives a version another encoding; what was read of it is no longer so.
pub(super) async fn set_encoding(db: &mut SqliteConnection, id: VersionId, encoding: Option<&str>) -> Result<(), PortError> {
    sqlx::query("UPDATE versions SET encoding = ?, read = 0 WHERE id = ?")
        .bind(encoding)
        .bind(id.0)
        .execute(db)
        .await
        .doing("change a version's encoding")?;
    Ok(())
}

/// Gives a version another file.
pub(super) async fn set_file(db: &mut SqliteConnection, id: VersionId, hash: &ContentHash, bytes: u64) -> Result<(), PortError> {
    sqlx::query("UPDATE versions SET file_hash = ?, bytes = ? WHERE id = ?")
        .bind(hash.as_str())
        .bind(i64::try_from(bytes).unwrap_or(i64::MAX))
        .bind(id.0)
        .execute(db)
        .await
        .doing("change a version's file")?;
    Ok(())
}

/// Removes a version that does not answer, with its passages and its job.
pub(super) async fn remove(db: &mut SqliteConnection, id: VersionId) -> Result<(), PortError> {
    sqlx::query("DELETE FROM versions WHERE id = ?").bind(id.0).execute(db).await.doing("remove a version")?;
    Ok(())
}

/// Holds a version until a person accepts it; one that a newer version overtook is superseded instead.
pub(super) async fn hold(db: &mut SqliteConnection, id: VersionId) -> Result<bool, PortError> {
    let done = sqlx::query(
        "UPDATE versions SET state = CASE WHEN id < coalesce((SELECT searchable_version FROM documents WHERE id = document_id), 0)
                                     THEN 'superseded' ELSE 'held' END
         WHERE id = ?",
    )
    .bind(id.0)
    .execute(db)
    .await
    .doing("hold a version")?;
    Ok(done.rows_affected() == 1)
}

/// What was read of a version that need not be read again: its title, score and number of warnings.
pub(super) async fn read_before(db: &mut SqliteConnection, id: VersionId) -> Result<Option<(String, Option<f32>, u32)>, PortError> {
    sqlx::query_as("SELECT coalesce(title, ''), score, json_array_length(warnings) FROM versions WHERE id = ? AND read = 1")
        .bind(id.0)
        .fetch_optional(db)
        .await
        .doing("look for what was read")
}

/// Stores what was read; `false` when the version is gone.
pub(super) async fn set_parsed(db: &mut SqliteConnection, id: VersionId, parsed: &Parsed, passages: usize) -> Result<bool, PortError> {
    let document = &parsed.document;
    let parts = match document.format.view() {
        View::Pages => document.pages.len(),
        View::Sheets => document.sheets.len(),
        View::Text => 0,
    };
    let doubtful = quality::doubtful_pages(&document.pages).len();
    let done = sqlx::query(
        "UPDATE versions SET format = ?, title = ?, parts = ?, passages = ?, read = 1, score = ?, doubtful = ?, warnings = ?, pages = ?,
                sheets = ?, text = ?, failure_code = NULL, failure_message = NULL WHERE id = ?",
    )
    .bind(document.format.name())
    .bind(&document.title)
    .bind(i64::try_from(parts).unwrap_or(i64::MAX))
    .bind(i64::try_from(passages).unwrap_or(i64::MAX))
    .bind(quality::document_score(&document.pages))
    .bind(i64::try_from(doubtful).unwrap_or(i64::MAX))
    .bind(to_json(&parsed.warnings)?)
    .bind(to_json(&document.pages)?)
    .bind(to_json(&document.sheets)?)
    .bind(&document.text)
    .bind(id.0)
    .execute(db)
    .await
    .doing("store what was read")?;
    Ok(done.rows_affected() == 1)
}

/// Lets a version answer on the days on which it is in force. Returns the versions that answer no more, itself among them
/// when a newer one overtook it; `None` when it is gone.
pub(super) async fn publish(db: &mut SqliteConnection, id: VersionId, now: i64) -> Result<Option<Vec<VersionId>>, PortError> {
    let document: Option<i64> = sqlx::query_scalar("SELECT document_id FROM versions WHERE id = ?")
        .bind(id.0)
        .fetch_optional(&mut *db)
        .await
        .doing("publish a version")?;
    let Some(document) = document else { return Ok(None) };
    sqlx::query("UPDATE versions SET published = ? WHERE id = ?")
        .bind(now)
        .bind(id.0)
        .execute(&mut *db)
        .await
        .doing("publish a version")?;
    let settled = validities::settle(db, DocumentId(document), Some(id)).await?;
    validities::settle_all(db, DocumentId(document)).await?;
    // Nobody can accept these any more: decisions are about the newest version.
    sqlx::query("UPDATE versions SET state = 'superseded' WHERE document_id = ? AND id < ? AND state = 'held'")
        .bind(document)
        .bind(id.0)
        .execute(db)
        .await
        .doing("publish a version")?;
    Ok(Some(settled.leaving))
}

/// The newest version of a document, with its job.
#[derive(sqlx::FromRow)]
pub(super) struct Newest {
    pub version_id: i64,
    pub job_id: i64,
    pub state: String,
    pub job_state: String,
    pub failure_code: Option<String>,
    pub file_hash: String,
    pub bytes: i64,
    pub versions: i64,
}

impl Newest {
    pub(super) fn version(&self) -> VersionId {
        VersionId(self.version_id)
    }

    pub(super) fn job(&self) -> JobId {
        JobId(self.job_id)
    }

    /// Whether it failed for want of a password.
    pub(super) fn is_locked(&self) -> bool {
        self.state == "failed" && self.failure_code.as_deref() == Some("encrypted")
    }
}

pub(super) async fn newest(db: &mut SqliteConnection, document: DocumentId) -> Result<Option<Newest>, PortError> {
    sqlx::query_as(
        "SELECT v.id AS version_id, j.id AS job_id, v.state, j.state AS job_state, v.failure_code, v.file_hash, v.bytes,
                (SELECT count(*) FROM versions WHERE document_id = v.document_id) AS versions
         FROM versions v JOIN jobs j ON j.version_id = v.id WHERE v.document_id = ? ORDER BY v.id DESC LIMIT 1",
    )
    .bind(document.0)
    .fetch_optional(db)
    .await
    .doing("find a document's newest version")
}

/// Whether a document has such a version, and it answers or answered.
pub(super) async fn is_kept(db: &mut SqliteConnection, document: DocumentId, id: VersionId) -> Result<bool, PortError> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT id FROM versions WHERE id = ? AND document_id = ? AND read = 1 AND state IN ('searchable', 'superseded')",
    )
    .bind(id.0)
    .bind(document.0)
    .fetch_optional(db)
    .await
    .doing("find a version")?;
    Ok(found.is_some())
}

/// The ids and files of a document's versions.
pub(super) async fn of_document(db: &mut SqliteConnection, document: DocumentId) -> Result<Vec<(VersionId, ContentHash)>, PortError> {
    let rows: Vec<(i64, String)> = sqlx::query_as("SELECT id, file_hash FROM versions WHERE document_id = ?")
        .bind(document.0)
        .fetch_all(db)
        .await
        .doing("list versions")?;
    Ok(rows.into_iter().filter_map(|(id, hash)| Some((VersionId(id), ContentHash::parse(&hash)?))).collect())
}

/// Whether any version uses the file of that hash.
pub(super) async fn uses_file(db: &mut SqliteConnection, hash: &ContentHash) -> Result<bool, PortError> {
    let found: Option<i64> = sqlx::query_scalar("SELECT id FROM versions WHERE file_hash = ? LIMIT 1")
        .bind(hash.as_str())
        .fetch_optional(db)
        .await
        .doing("look for users of a file")?;
    Ok(found.is_some())
}

/// What was read from a version's file.
pub(super) struct Content {
    pub format: Format,
    pub hash: ContentHash,
    pub encoding: Option<String>,
    pub pages: Vec<Page>,
    pub sheets: Vec<Sheet>,
    pub text: String,
}

#[derive(sqlx::FromRow)]
struct ContentRow {
    format: Option<String>,
    file_hash: String,
    encoding: Option<String>,
    pages: String,
    sheets: String,
    text: String,
}

pub(super) async fn content(db: &mut SqliteConnection, id: VersionId) -> Result<Option<Content>, PortError> {
    let row: Option<ContentRow> = sqlx::query_as("SELECT format, file_hash, encoding, pages, sheets, text FROM versions WHERE id = ?")
        .bind(id.0)
        .fetch_optional(db)
        .await
        .doing("open a document")?;
    let Some(row) = row else { return Ok(None) };
    let unknown = || PortError::new(format!("catalog: version {id} has no known format or file"));
    Ok(Some(Content {
        format: row.format.as_deref().and_then(Format::from_name).ok_or_else(unknown)?,
        hash: ContentHash::parse(&row.file_hash).ok_or_else(unknown)?,
        encoding: row.encoding,
        pages: from_json(&row.pages, "pages")?,
        sheets: from_json(&row.sheets, "sheets")?,
        text: row.text,
    }))
}
