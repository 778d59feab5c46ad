//! The [`IngestLog`] port: what ingest writes down, each step in one transaction.

use super::versions::Published;
use super::{Catalog, Doing, embeddings, jobs, passages, removals, versions};
use appliance_core::document::Parsed;
use appliance_core::id::{ContentHash, JobId, PassageId, VersionId};
use appliance_core::passage::Passage;
use appliance_core::ports::catalog::{FailureReason, Job, JobProgress};
use appliance_core::ports::{IngestLog, PortError};
use appliance_core::ranking::Embedding;
use async_trait::async_trait;
use sqlx::SqliteConnection;

#[async_trait]
impl IngestLog for Catalog {
    async fn next_job(&self) -> Result<Option<Job>, PortError> {
        // A look without the write lock first: the runner asks often, and mostly nothing waits.
        let mut db = self.connection().await?;
        if jobs::oldest_queued(&mut db).await?.is_none() {
            return Ok(None);
        }
        drop(db);
        let mut tx = self.begin().await?;
        let Some(row) = jobs::oldest_queued(&mut tx).await? else { return Ok(None) };
        let job = row.job(self)?;
        jobs::start(&mut tx, job.id, self.now()).await?;
        versions::set_state(&mut tx, job.version, "ingesting").await?;
        tx.commit().await.doing("take a job")?;
        Ok(Some(job))
    }

    async fn note_progress(&self, job: JobId, progress: JobProgress) -> Result<(), PortError> {
        let mut db = self.connection().await?;
        jobs::note_progress(&mut db, job, progress).await
    }

    async fn store_parsed(&self, version: VersionId, parsed: &Parsed, passages: &[Passage]) -> Result<Vec<PassageId>, PortError> {
        let mut tx = self.begin().await?;
        if !versions::set_parsed(&mut tx, version, parsed, passages.len()).await? {
            return Err(gone(version));
        }
        let ids = passages::replace(&mut tx, version, passages).await?;
        tx.commit().await.doing("store what was read")?;
        Ok(ids)
    }

    async fn store_embeddings(&self, model: &ContentHash, embeddings: &[(PassageId, Embedding)]) -> Result<(), PortError> {
        let mut tx = self.begin().await?;
        embeddings::store(&mut tx, model, embeddings).await?;
        tx.commit().await.doing("store embeddings")
    }

    /// When a newer version was published first, this one is superseded at once and returned itself, so that its
    /// passages leave the index again.
    async fn publish(&self, job: &Job) -> Result<Option<VersionId>, PortError> {
        let mut tx = self.begin().await?;
        let leaving = match versions::publish(&mut tx, job.version, self.now()).await? {
            None => return Err(gone(job.version)),
            Some(Published::Instead(replaced)) => replaced,
            Some(Published::TooLate) => Some(job.version),
        };
        if let Some(version) = leaving {
            embeddings::remove_of_version(&mut tx, version).await?;
            removals::remember(&mut tx, version).await?;
        }
        jobs::end(&mut tx, job.id, "done", self.now()).await?;
        tx.commit().await.doing("publish a version")?;
        Ok(leaving)
    }

    async fn fail(&self, job: &Job, reason: &FailureReason) -> Result<(), PortError> {
        let mut tx = self.begin().await?;
        fail_version(&mut tx, job.id, job.version, reason, self.now()).await?;
        tx.commit().await.doing("note a failure")
    }

    async fn recover(&self, max_attempts: u32) -> Result<u32, PortError> {
        let mut tx = self.begin().await?;
        let mut waiting = 0;
        for (job, version, attempts) in jobs::running(&mut tx).await? {
            if attempts >= max_attempts {
                let message = format!("the work was interrupted {attempts} times; the file may be more than this machine can read");
                let reason = FailureReason { code: "interrupted".to_owned(), message };
                fail_version(&mut tx, job, version, &reason, self.now()).await?;
            } else {
                jobs::requeue(&mut tx, job).await?;
                versions::set_state(&mut tx, version, "queued").await?;
                waiting += 1;
            }
        }
        tx.commit().await.doing("take up interrupted jobs")?;
        Ok(waiting)
    }
}

/// Ends a job as failed and leaves nothing of its version that could answer.
async fn fail_version(
    db: &mut SqliteConnection,
    job: JobId,
    version: VersionId,
    reason: &FailureReason,
    now: i64,
) -> Result<(), PortError> {
    versions::set_failed(db, version, reason).await?;
    passages::remove(db, version).await?;
    removals::remember(db, version).await?;
    jobs::end(db, job, "failed", now).await
}

fn gone(version: VersionId) -> PortError {
    PortError::new(format!("version {version} was deleted while it was being read"))
}
