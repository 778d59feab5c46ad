//! The [`IngestLog`] port: what ingest writes down, each step in one transaction.

use super::{Catalog, Doing, awaiting, embeddings, facets, fingerprints, jobs, passages, removals, validities, versions};
use appliance_core::document::Parsed;
use appliance_core::facets::Facets;
use appliance_core::id::{ContentHash, JobId, PassageId, VersionId};
use appliance_core::passage::{Passage, StoredPassage};
use appliance_core::ports::catalog::{FailureReason, IngestStage, Job, JobProgress, ReadPassage, ReadVersion, Wanted};
use appliance_core::ports::{IngestLog, PortError};
use appliance_core::validity::{self, Said, lineage::Period};
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

    async fn note_progress(&self, job: JobId, progress: JobProgress) -> Result<Wanted, PortError> {
        let mut db = self.connection().await?;
        jobs::note_progress(&mut db, job, progress).await
    }

    async fn read_before(&self, version: VersionId, model: &ContentHash) -> Result<Option<ReadVersion>, PortError> {
        let mut db = self.connection().await?;
        let Some((title, score, warnings)) = versions::read_before(&mut db, version).await? else { return Ok(None) };
        let kept = passages::of_any_version(&mut db, version).await?;
        let ids: Vec<PassageId> = kept.iter().map(|s| s.id).collect();
        let mut vectors = embeddings::by_passage(&mut db, &ids, model).await?;
        let read = |s: StoredPassage| ReadPassage { embedding: vectors.remove(&s.id), id: s.id, passage: s.passage };
        let passages = kept.into_iter().map(read).collect();
        Ok(Some(ReadVersion { title, score, warnings: warnings as usize, passages }))
    }

    async fn store_parsed(&self, version: VersionId, parsed: &Parsed, passages: &[Passage]) -> Result<Vec<PassageId>, PortError> {
        let print = fingerprints::of_text(&parsed.document.text).await;
        let said = match validity::is_one_regulation(&parsed.document) {
            true => {
                let document = parsed.document.clone();
                validities::said(move || validity::read(&document)).await?
            }
            // Others, workbooks of a million rows among them, say nothing and are not copied.
            false => Said::default(),
        };
        let mut tx = self.begin().await?;
        if !versions::set_parsed(&mut tx, version, parsed, passages.len()).await? {
            return Err(gone(version));
        }
        match print {
            Some(print) => fingerprints::store(&mut tx, version, &print).await?,
            None => fingerprints::remove(&mut tx, version).await?,
        }
        facets::store(&mut tx, version, &Facets::read(&parsed.document.text)).await?;
        validities::store_said(&mut tx, version, &said).await?;
        let ids = passages::replace(&mut tx, version, passages).await?;
        tx.commit().await.doing("store what was read")?;
        Ok(ids)
    }

    async fn hold(&self, job: &Job) -> Result<(), PortError> {
        let mut tx = self.begin().await?;
        if !versions::hold(&mut tx, job.version).await? {
            return Err(gone(job.version));
        }
        jobs::end(&mut tx, job.id, IngestStage::Held, self.now()).await?;
        tx.commit().await.doing("hold a version")
    }

    async fn period_to_be(&self, version: VersionId) -> Result<Period, PortError> {
        let mut tx = self.begin().await?;
        let period = validities::foresee(&mut tx, version).await?;
        tx.commit().await.doing("foresee when a version is in force")?;
        Ok(period)
    }

    /// When a newer version was published first, this one may be superseded at once and is returned itself, so that its
    /// passages leave the index again.
    async fn publish(&self, job: &Job) -> Result<Option<VersionId>, PortError> {
        let mut tx = self.begin().await?;
        let leaving = versions::publish(&mut tx, job.version, self.now()).await?.ok_or_else(|| gone(job.version))?;
        awaiting::remember(&mut tx, job.version).await?;
        jobs::end(&mut tx, job.id, IngestStage::Done, self.now()).await?;
        tx.commit().await.doing("publish a version")?;
        Ok(leaving.last().copied())
    }

    async fn fail(&self, job: &Job, reason: &FailureReason) -> Result<(), PortError> {
        let mut tx = self.begin().await?;
        end_version(&mut tx, job.id, job.version, reason, self.now()).await?;
        tx.commit().await.doing("note a failure")
    }

    async fn recover(&self, max_attempts: u32) -> Result<u32, PortError> {
        let mut tx = self.begin().await?;
        let mut waiting = 0;
        for (job, version, attempts) in jobs::running(&mut tx).await? {
            if attempts >= max_attempts || jobs::is_unwanted(&mut tx, job).await? {
                let message = format!("the work was interrupted {attempts} times; the file may be more than this machine can read");
                let reason = FailureReason { code: "interrupted".to_owned(), message };
                end_version(&mut tx, job, version, &reason, self.now()).await?;
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

/// Ends a job without a result and leaves nothing of its version that could answer. A job that a person cancelled is
/// cancelled, whatever its work ended with.
pub(super) async fn end_version(
    db: &mut SqliteConnection,
    job: JobId,
    version: VersionId,
    reason: &FailureReason,
    now: i64,
) -> Result<(), PortError> {
    if jobs::is_unwanted(db, job).await? {
        let reason = FailureReason { code: "cancelled".to_owned(), message: "a person ended the ingest of this file".to_owned() };
        versions::set_ended(db, version, "cancelled", &reason).await?;
        jobs::end(db, job, IngestStage::Cancelled, now).await?;
    } else {
        versions::set_ended(db, version, "failed", reason).await?;
        jobs::end(db, job, IngestStage::Failed, now).await?;
    }
    passages::remove(db, version).await?;
    fingerprints::remove(db, version).await?;
    removals::remember(db, version).await
}

fn gone(version: VersionId) -> PortError {
    PortError::new(format!("version {version} was deleted while it was being read"))
}
