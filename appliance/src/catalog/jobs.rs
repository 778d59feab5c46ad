//! Jobs: one a version, from the queue to done or failed.

use super::{Catalog, Doing, to_json, versions};
use appliance_core::id::{CollectionId, ContentHash, DocumentId, JobId, VersionId};
use appliance_core::ports::PortError;
use appliance_core::ports::catalog::{FailureReason, IngestStage, Job, JobProgress, Wanted};
use sqlx::SqliteConnection;

/// How a job stands, for those who follow it from outside.
#[derive(Debug, Clone, PartialEq)]
pub struct JobState {
    /// The job.
    pub id: JobId,
    /// Its document.
    pub document: DocumentId,
    /// How far it is.
    pub progress: JobProgress,
    /// The document's pages or sheets, once read.
    pub parts: u32,
    /// How well its pages were read, from 0 to 1.
    pub score: Option<f32>,
    /// The document's passages, once read.
    pub passages: u32,
    /// Why it failed.
    pub failure: Option<FailureReason>,
    /// Warnings kept with the document.
    pub warnings: u32,
}

impl Catalog {
    /// How these jobs stand. A job whose document was deleted is left out.
    pub async fn job_states(&self, jobs: &[JobId]) -> Result<Vec<JobState>, PortError> {
        let mut db = self.connection().await?;
        let rows: Vec<StateRow> = sqlx::query_as(
            "SELECT j.id, v.document_id, j.stage, j.done, j.total, j.rate, v.parts, v.score, v.passages, v.failure_code, v.failure_message,
                    json_array_length(v.warnings) AS warnings
             FROM jobs j JOIN versions v ON v.id = j.version_id WHERE j.id IN (SELECT value FROM json_each(?)) ORDER BY j.id",
        )
        .bind(to_json(&jobs)?)
        .fetch_all(&mut *db)
        .await
        .doing("read jobs")?;
        rows.into_iter().map(StateRow::state).collect()
    }

    /// Puts a job back in the queue that was stopped on purpose; the start does not count as an attempt.
    pub async fn release(&self, job: &Job) -> Result<(), PortError> {
        let mut tx = self.begin().await?;
        requeue(&mut tx, job.id).await?;
        sqlx::query("UPDATE jobs SET attempts = max(attempts - 1, 0) WHERE id = ?")
            .bind(job.id.0)
            .execute(&mut *tx)
            .await
            .doing("release a job")?;
        versions::set_state(&mut tx, job.version, "queued").await?;
        tx.commit().await.doing("release a job")
    }

    /// How many jobs wait or run.
    pub async fn count_open_jobs(&self) -> Result<u64, PortError> {
        let mut db = self.connection().await?;
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')")
            .fetch_one(&mut *db)
            .await
            .doing("count jobs")?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

#[derive(sqlx::FromRow)]
struct StateRow {
    id: i64,
    document_id: i64,
    stage: String,
    done: u32,
    total: u32,
    rate: Option<f32>,
    parts: u32,
    score: Option<f32>,
    passages: u32,
    failure_code: Option<String>,
    failure_message: Option<String>,
    warnings: u32,
}

impl StateRow {
    fn state(self) -> Result<JobState, PortError> {
        Ok(JobState {
            id: JobId(self.id),
            document: DocumentId(self.document_id),
            progress: JobProgress { stage: versions::stage(&self.stage)?, done: self.done, total: self.total, rate: self.rate },
            parts: self.parts,
            score: self.score,
            passages: self.passages,
            failure: self.failure_code.map(|code| FailureReason { code, message: self.failure_message.unwrap_or_default() }),
            warnings: self.warnings,
        })
    }
}

pub(super) async fn add(db: &mut SqliteConnection, version: VersionId, now: i64) -> Result<JobId, PortError> {
    let done = sqlx::query("INSERT INTO jobs (version_id, state, stage, queued) VALUES (?, 'queued', 'queued', ?)")
        .bind(version.0)
        .bind(now)
        .execute(db)
        .await
        .doing("queue a job")?;
    Ok(JobId(done.last_insert_rowid()))
}

#[derive(sqlx::FromRow)]
pub(super) struct JobRow {
    pub id: i64,
    pub version_id: i64,
    pub document_id: i64,
    pub collection_id: i64,
    pub file_name: String,
    pub file_hash: String,
    pub encoding: Option<String>,
    pub attempts: u32,
    pub accepted: bool,
}

impl JobRow {
    pub(super) fn job(self, catalog: &Catalog) -> Result<Job, PortError> {
        let hash = ContentHash::parse(&self.file_hash).ok_or_else(|| PortError::new(format!("catalog: job {} names no file", self.id)))?;
        Ok(Job {
            id: JobId(self.id),
            version: VersionId(self.version_id),
            document: DocumentId(self.document_id),
            collection: CollectionId(self.collection_id),
            file: catalog.files.path(&hash),
            name: self.file_name,
            encoding: self.encoding,
            attempts: self.attempts,
            accepted: self.accepted,
        })
    }
}

/// The job that has waited longest.
pub(super) async fn oldest_queued(db: &mut SqliteConnection) -> Result<Option<JobRow>, PortError> {
    sqlx::query_as(
        "SELECT j.id, j.version_id, v.document_id, d.collection_id, d.file_name, v.file_hash, v.encoding, j.attempts,
                v.accepted IS NOT NULL AS accepted
         FROM jobs j JOIN versions v ON v.id = j.version_id JOIN documents d ON d.id = v.document_id
         WHERE j.state = 'queued' ORDER BY j.id LIMIT 1",
    )
    .fetch_optional(db)
    .await
    .doing("take a job")
}

/// Marks a job as started once more.
pub(super) async fn start(db: &mut SqliteConnection, job: JobId, now: i64) -> Result<(), PortError> {
    sqlx::query(
        "UPDATE jobs SET state = 'running', stage = 'parsing', done = 0, total = 0, rate = NULL, attempts = attempts + 1, started = ? WHERE id = ?",
    )
    .bind(now)
    .bind(job.0)
    .execute(db)
    .await
    .doing("start a job")?;
    Ok(())
}

/// Notes progress; a job that does not run any more is not wanted any more.
pub(super) async fn note_progress(db: &mut SqliteConnection, job: JobId, progress: JobProgress) -> Result<Wanted, PortError> {
    let unwanted: Option<bool> = sqlx::query_scalar(
        "UPDATE jobs SET stage = ?, done = ?, total = ?, rate = ? WHERE id = ? AND state = 'running' RETURNING unwanted",
    )
    .bind(versions::stage_name(progress.stage))
    .bind(progress.done)
    .bind(progress.total)
    .bind(progress.rate)
    .bind(job.0)
    .fetch_optional(db)
    .await
    .doing("note a job's progress")?;
    Ok(if unwanted == Some(false) { Wanted::Still } else { Wanted::NoLonger })
}

/// Whether a person wants the job to end.
pub(super) async fn is_unwanted(db: &mut SqliteConnection, job: JobId) -> Result<bool, PortError> {
    let unwanted: Option<bool> =
        sqlx::query_scalar("SELECT unwanted FROM jobs WHERE id = ?").bind(job.0).fetch_optional(db).await.doing("read a job")?;
    Ok(unwanted == Some(true))
}

/// Notes that a person wants a running job to end.
pub(super) async fn set_unwanted(db: &mut SqliteConnection, job: JobId) -> Result<(), PortError> {
    sqlx::query("UPDATE jobs SET unwanted = 1 WHERE id = ?").bind(job.0).execute(db).await.doing("cancel a job")?;
    Ok(())
}

/// Puts a job that ended back in the queue as if it were new.
pub(super) async fn renew(db: &mut SqliteConnection, job: JobId, now: i64) -> Result<(), PortError> {
    sqlx::query(
        "UPDATE jobs SET state = 'queued', stage = 'queued', done = 0, total = 0, rate = NULL, attempts = 0, unwanted = 0, queued = ?,
                started = NULL, ended = NULL WHERE id = ?",
    )
    .bind(now)
    .bind(job.0)
    .execute(db)
    .await
    .doing("queue a job again")?;
    Ok(())
}

/// Ends a job, well or not. Nothing happens when its document was deleted meanwhile.
pub(super) async fn end(db: &mut SqliteConnection, job: JobId, stage: IngestStage, now: i64) -> Result<(), PortError> {
    let state = match stage {
        IngestStage::Failed => "failed",
        IngestStage::Cancelled => "cancelled",
        _ => "done",
    };
    sqlx::query("UPDATE jobs SET state = ?, stage = ?, rate = NULL, ended = ? WHERE id = ?")
        .bind(state)
        .bind(versions::stage_name(stage))
        .bind(now)
        .bind(job.0)
        .execute(db)
        .await
        .doing("end a job")?;
    Ok(())
}

/// Puts a job back in the queue; its attempts stay counted.
pub(super) async fn requeue(db: &mut SqliteConnection, job: JobId) -> Result<(), PortError> {
    sqlx::query("UPDATE jobs SET state = 'queued', stage = 'queued', done = 0, total = 0, rate = NULL WHERE id = ?")
        .bind(job.0)
        .execute(db)
        .await
        .doing("queue a job again")?;
    Ok(())
}

/// The jobs marked as running: after a start, those that an end of the process interrupted.
pub(super) async fn running(db: &mut SqliteConnection) -> Result<Vec<(JobId, VersionId, u32)>, PortError> {
    let rows: Vec<(i64, i64, u32)> = sqlx::query_as("SELECT id, version_id, attempts FROM jobs WHERE state = 'running' ORDER BY id")
        .fetch_all(db)
        .await
        .doing("look for interrupted jobs")?;
    Ok(rows.into_iter().map(|(j, v, a)| (JobId(j), VersionId(v), a)).collect())
}
