//! What people decide about the newest version of a document: accept, reject, cancel, retry, unlock. Each is one transaction
//! with its line in the audit trail; what follows from it is done by the job runner, so that a crash in between loses
//! nothing.

use super::audit::{self, Action};
use super::library::{forget_document, hashed};
use super::versions::{FileOf, Newest};
use super::{Catalog, Doing, Tx, documents, ingest_log, jobs, removals, validities, versions};
use appliance_core::id::{ContentHash, DocumentId, JobId, VersionId};
use appliance_core::ports::PortError;
use appliance_core::ports::catalog::{Decided, Decision, FailureReason, LockedFile};
use appliance_core::viewer::Viewer;
use sqlx::SqliteConnection;
use std::path::PathBuf;

impl Catalog {
    /// Carries a decision out. Returns the versions that must still leave the index as well, remembered there.
    pub async fn decide(&self, viewer: &Viewer, id: DocumentId, decision: Decision) -> Result<(Decided, Vec<VersionId>), PortError> {
        let mut tx = self.begin().await?;
        let Some((newest, name)) = seen(&mut tx, viewer, id).await? else { return Ok((Decided::Unknown, Vec::new())) };
        let (mut left, mut hashes) = (Vec::new(), Vec::new());
        let action = match (decision, newest.state.as_str()) {
            (Decision::Accept, "held") => {
                versions::set_accepted(&mut tx, newest.version(), self.now()).await?;
                self.again(&mut tx, &newest).await?;
                Action::DocumentAccepted
            }
            (Decision::Retry, "failed" | "cancelled") => {
                self.again(&mut tx, &newest).await?;
                Action::DocumentRetried
            }
            (Decision::Reject, "held" | "failed" | "cancelled") => {
                (left, hashes) = reject(&mut tx, id, &newest).await?;
                Action::DocumentRejected
            }
            (Decision::Cancel, "queued" | "ingesting") => {
                self.cancel(&mut tx, &newest).await?;
                Action::DocumentCancelled
            }
            _ => return Ok((Decided::TooLate, Vec::new())),
        };
        audit::note(&mut tx, self.now(), Some(viewer.user()), action, &format!("document:{id}"), &name).await?;
        tx.commit().await.doing("carry out a decision")?;
        self.drop_unused(&hashes).await?;
        Ok((Decided::Done, left))
    }

    /// The file of a document that failed for want of a password.
    pub async fn locked_file(&self, viewer: &Viewer, id: DocumentId) -> Result<Option<LockedFile>, PortError> {
        let mut db = self.connection().await?;
        let Some((newest, name)) = seen(&mut db, viewer, id).await? else { return Ok(None) };
        let hash = ContentHash::parse(&newest.file_hash).filter(|_| newest.is_locked());
        Ok(hash.map(|hash| LockedFile { file: self.files().path(&hash), name }))
    }

    /// Puts a file in the clear in the place of the encrypted one and queues its ingest.
    pub async fn unlock(&self, viewer: &Viewer, id: DocumentId, opened: PathBuf) -> Result<Decided, PortError> {
        let (hash, bytes) = hashed(&opened, "in the clear").await?;
        // As with uploads, the write lock is held over the move into the store.
        let mut tx = self.begin().await?;
        let Some((newest, name)) = seen(&mut tx, viewer, id).await? else { return Ok(Decided::Unknown) };
        if !newest.is_locked() {
            return Ok(Decided::TooLate);
        }
        self.files().take_in(&opened, &hash)?;
        versions::set_file(&mut tx, newest.version(), &hash, bytes).await?;
        self.again(&mut tx, &newest).await?;
        audit::note(&mut tx, self.now(), Some(viewer.user()), Action::DocumentUnlocked, &format!("document:{id}"), &name).await?;
        tx.commit().await.doing("unlock a document")?;
        self.drop_unused(&ContentHash::parse(&newest.file_hash).into_iter().collect::<Vec<_>>()).await?;
        Ok(Decided::Done)
    }

    /// Has the newest version read in another encoding. One that answers stays until a new version of the same file is ready.
    pub async fn read_again(&self, viewer: &Viewer, id: DocumentId, encoding: Option<&str>) -> Result<Decided, PortError> {
        let mut tx = self.begin().await?;
        let Some((newest, name)) = seen(&mut tx, viewer, id).await? else { return Ok(Decided::Unknown) };
        match newest.state.as_str() {
            "searchable" => {
                let hash =
                    ContentHash::parse(&newest.file_hash).ok_or_else(|| PortError::new(format!("catalog: document {id} names no file")))?;
                let of = FileOf { hash: &hash, bytes: u64::try_from(newest.bytes).unwrap_or(0), encoding };
                let version = versions::add(&mut tx, id, of, viewer.user(), self.now()).await?;
                jobs::add(&mut tx, version, self.now()).await?;
                // The same file, read in another way, is in force on the same days.
                let set = validities::set_of(&mut tx, newest.version()).await?;
                validities::store_set(&mut tx, version, set).await?;
            }
            "held" | "failed" | "cancelled" => {
                versions::set_encoding(&mut tx, newest.version(), encoding).await?;
                self.again(&mut tx, &newest).await?;
            }
            _ => return Ok(Decided::TooLate),
        }
        audit::note(&mut tx, self.now(), Some(viewer.user()), Action::DocumentReadAgain, &format!("document:{id}"), &name).await?;
        tx.commit().await.doing("read a document again")?;
        Ok(Decided::Done)
    }

    /// The job of a document's newest version, with the file's name.
    pub async fn newest_job(&self, id: DocumentId) -> Result<Option<(JobId, String)>, PortError> {
        let mut db = self.connection().await?;
        let operator = self.local_operator().await?;
        Ok(seen(&mut db, &operator, id).await?.map(|(newest, name)| (newest.job(), name)))
    }

    /// Puts the newest version back in the queue.
    async fn again(&self, tx: &mut Tx, newest: &Newest) -> Result<(), PortError> {
        removals::forget(tx, newest.version()).await?;
        versions::set_queued(tx, newest.version()).await?;
        jobs::renew(tx, newest.job(), self.now()).await
    }

    /// Ends a job that waits at once; one that runs hears of it within a second, from [`jobs::note_progress`].
    async fn cancel(&self, tx: &mut Tx, newest: &Newest) -> Result<(), PortError> {
        jobs::set_unwanted(tx, newest.job()).await?;
        if newest.job_state == "queued" {
            let reason = FailureReason { code: "cancelled".to_owned(), message: String::new() };
            ingest_log::end_version(tx, newest.job(), newest.version(), &reason, self.now()).await?;
        }
        Ok(())
    }
}

/// The newest version of a document that the viewer may see, with the document's file name.
async fn seen(db: &mut SqliteConnection, viewer: &Viewer, id: DocumentId) -> Result<Option<(Newest, String)>, PortError> {
    let Some(row) = documents::by_id(db, id).await?.filter(|r| r.is_seen_by(viewer)) else { return Ok(None) };
    let name = row.entry()?.file_name;
    Ok(versions::newest(db, id).await?.map(|newest| (newest, name)))
}

/// Removes the newest version; with the only one goes the document.
async fn reject(tx: &mut Tx, id: DocumentId, newest: &Newest) -> Result<(Vec<VersionId>, Vec<ContentHash>), PortError> {
    if newest.versions == 1 {
        return forget_document(tx, id).await;
    }
    removals::remember(tx, newest.version()).await?;
    versions::remove(tx, newest.version()).await?;
    Ok((vec![newest.version()], ContentHash::parse(&newest.file_hash).into_iter().collect()))
}
