//! The trash: documents that are put aside until somebody wants them back, or their time is over.
//!
//! A document in the trash answers on no day, so that whatever follows the catalog (index, typing help, jumps, counts) knows
//! nothing of it. Its text, passages and embeddings stay, and so does what people decided about it.

use super::audit::{self, Action};
use super::documents::{self, Row};
use super::ingest_log::end_version;
use super::validities::{self, Settled, repealed_by};
use super::{Catalog, Doing, LOCAL_OPERATOR, Tx, awaiting, jobs, removals, timestamp, updates, versions};
use appliance_core::document::Format;
use appliance_core::id::{CollectionId, DocumentId, JobId, VersionId};
use appliance_core::ports::PortError;
use appliance_core::ports::catalog::{Decided, FailureReason};
use appliance_core::ports::shelves::Discarded;
use appliance_core::viewer::Viewer;
use jiff::SignedDuration;
use sqlx::SqliteConnection;

impl Catalog {
    /// Moves a document to the trash. Returns the versions that must leave the index as well, remembered there.
    pub async fn discard(&self, viewer: &Viewer, id: DocumentId) -> Result<(Decided, Vec<VersionId>), PortError> {
        let mut tx = self.begin().await?;
        let Some(row) = documents::by_id(&mut tx, id).await?.filter(|r| r.is_seen_by(viewer)) else {
            return Ok((Decided::Unknown, Vec::new()));
        };
        let repealed = repealed_by(&mut tx, id).await?;
        self.end_jobs(&mut tx, id).await?;
        let left = silence(&mut tx, id).await?;
        let by = Some(viewer.user()).filter(|u| *u != LOCAL_OPERATOR).map(|u| u.0);
        sqlx::query("UPDATE documents SET searchable_version = NULL, trashed = ?, trashed_by = ? WHERE id = ?")
            .bind(self.now())
            .bind(by)
            .bind(id.0)
            .execute(&mut *tx)
            .await
            .doing("move a document to the trash")?;
        for document in repealed {
            validities::settle(&mut tx, document, None).await?;
        }
        self.tell(&mut tx, viewer, Action::DocumentTrashed, id, row).await?;
        tx.commit().await.doing("move a document to the trash")?;
        Ok((Decided::Done, left))
    }

    /// Takes a document out of the trash. Its versions are written into the index again, with the embeddings that they have.
    pub async fn restore(&self, viewer: &Viewer, id: DocumentId) -> Result<Decided, PortError> {
        let mut tx = self.begin().await?;
        let Some(since) = since(&mut tx, id).await? else { return Ok(Decided::Unknown) };
        let Some(row) = documents::wherever(&mut tx, id).await?.filter(|r| r.is_seen_by(viewer)) else { return Ok(Decided::Unknown) };
        sqlx::query("UPDATE documents SET trashed = NULL, trashed_by = NULL WHERE id = ?")
            .bind(id.0)
            .execute(&mut *tx)
            .await
            .doing("restore a document")?;
        self.renew_jobs(&mut tx, id, since).await?;
        validities::settle(&mut tx, id, None).await?;
        validities::settle_all(&mut tx, id).await?;
        self.tell(&mut tx, viewer, Action::DocumentRestored, id, row).await?;
        tx.commit().await.doing("restore a document")?;
        Ok(Decided::Done)
    }

    /// Removes a document of the trash for good. Returns the versions that must leave the index, as [`discard`](Self::discard).
    pub async fn erase(&self, viewer: &Viewer, id: DocumentId) -> Result<(Decided, Vec<VersionId>), PortError> {
        if since(&mut *self.connection().await?, id).await?.is_none() {
            return Ok((Decided::Unknown, Vec::new()));
        }
        Ok(match self.remove_document(viewer, id).await? {
            Some(left) => (Decided::Done, left),
            None => (Decided::Unknown, Vec::new()),
        })
    }

    /// Removes for good what has lain in the trash for `keep` or longer. Returns how many documents.
    pub async fn empty_trash(&self, keep: SignedDuration) -> Result<usize, PortError> {
        let before = self.now().saturating_sub(i64::try_from(keep.as_millis()).unwrap_or(i64::MAX));
        let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM documents WHERE trashed <= ? ORDER BY id")
            .bind(before)
            .fetch_all(&mut *self.connection().await?)
            .await
            .doing("look into the trash")?;
        let operator = self.local_operator().await?;
        for id in &ids {
            self.erase(&operator, DocumentId(*id)).await?;
        }
        Ok(ids.len())
    }

    /// What lies in the trash that the viewer could see, the last one first.
    pub async fn trash(&self, viewer: &Viewer) -> Result<Vec<Discarded>, PortError> {
        let rows: Vec<TrashRow> = sqlx::query_as(
            "SELECT d.id, d.collection_id, c.name AS collection_name, d.file_name, coalesce(v.title, d.file_name) AS title, v.format,
                    v.bytes, d.trashed, u.name AS by_name
             FROM documents d JOIN collections c ON c.id = d.collection_id
             JOIN versions v ON v.id = (SELECT max(id) FROM versions WHERE document_id = d.id)
             LEFT JOIN users u ON u.id = d.trashed_by
             WHERE d.trashed IS NOT NULL ORDER BY d.trashed DESC, d.id DESC",
        )
        .fetch_all(&mut *self.connection().await?)
        .await
        .doing("look into the trash")?;
        let seen = rows.into_iter().filter(|r| viewer.can_see(CollectionId(r.collection_id), DocumentId(r.id)));
        Ok(seen.map(TrashRow::discarded).collect())
    }

    async fn tell(&self, tx: &mut Tx, viewer: &Viewer, action: Action, id: DocumentId, row: Row) -> Result<(), PortError> {
        let name = row.entry()?.file_name;
        audit::note(tx, self.now(), Some(viewer.user()), action, &format!("document:{id}"), &name).await
    }

    /// Ends what is under way with a document: at once what waits, and what runs as soon as it asks.
    async fn end_jobs(&self, tx: &mut Tx, id: DocumentId) -> Result<(), PortError> {
        let reason = FailureReason { code: "cancelled".to_owned(), message: String::new() };
        for job in open_jobs(tx, id).await? {
            jobs::set_unwanted(tx, JobId(job.id)).await?;
            if job.state == "queued" {
                end_version(tx, JobId(job.id), VersionId(job.version_id), &reason, self.now()).await?;
            }
        }
        Ok(())
    }

    /// Queues again what the trash ended, and lets go on what has not heard of it yet.
    async fn renew_jobs(&self, tx: &mut Tx, id: DocumentId, since: i64) -> Result<(), PortError> {
        sqlx::query(
            "UPDATE jobs SET unwanted = 0 WHERE state = 'running' AND version_id IN (SELECT id FROM versions WHERE document_id = ?)",
        )
        .bind(id.0)
        .execute(&mut **tx)
        .await
        .doing("restore a document")?;
        let ended: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT j.id, j.version_id FROM jobs j JOIN versions v ON v.id = j.version_id
             WHERE v.document_id = ? AND j.state = 'cancelled' AND j.ended >= ? ORDER BY j.id",
        )
        .bind(id.0)
        .bind(since)
        .fetch_all(&mut **tx)
        .await
        .doing("restore a document")?;
        for (job, version) in ended {
            removals::forget(tx, VersionId(version)).await?;
            versions::set_queued(tx, VersionId(version)).await?;
            jobs::renew(tx, JobId(job), self.now()).await?;
        }
        Ok(())
    }
}

#[derive(sqlx::FromRow)]
struct TrashRow {
    id: i64,
    collection_id: i64,
    collection_name: String,
    file_name: String,
    title: String,
    format: Option<String>,
    bytes: i64,
    trashed: i64,
    by_name: Option<String>,
}

impl TrashRow {
    fn discarded(self) -> Discarded {
        Discarded {
            id: DocumentId(self.id),
            title: self.title,
            file_name: self.file_name,
            collection_name: self.collection_name,
            format: self.format.as_deref().and_then(Format::from_name),
            bytes: u64::try_from(self.bytes).unwrap_or(0),
            since: timestamp(self.trashed),
            by: self.by_name,
        }
    }
}

#[derive(sqlx::FromRow)]
struct OpenJob {
    id: i64,
    version_id: i64,
    state: String,
}

async fn open_jobs(db: &mut SqliteConnection, id: DocumentId) -> Result<Vec<OpenJob>, PortError> {
    sqlx::query_as(
        "SELECT j.id, j.version_id, j.state FROM jobs j JOIN versions v ON v.id = j.version_id
         WHERE v.document_id = ? AND j.state IN ('queued', 'running') ORDER BY j.id",
    )
    .bind(id.0)
    .fetch_all(db)
    .await
    .doing("look for jobs of a document")
}

/// Lets no version of a document answer any more; each keeps its embeddings. Returns those that did.
async fn silence(db: &mut SqliteConnection, id: DocumentId) -> Result<Vec<VersionId>, PortError> {
    let answering: Vec<i64> = sqlx::query_scalar(
        "UPDATE validities SET answers = 0 WHERE answers = 1 AND version_id IN (SELECT id FROM versions WHERE document_id = ?)
         RETURNING version_id",
    )
    .bind(id.0)
    .fetch_all(&mut *db)
    .await
    .doing("move a document to the trash")?;
    for version in &answering {
        updates::forget(db, VersionId(*version)).await?;
        // What is left to embed is asked for when it comes back.
        awaiting::forget(db, VersionId(*version)).await?;
        removals::remember(db, VersionId(*version)).await?;
    }
    Ok(answering.into_iter().map(VersionId).collect())
}

/// Since when a document lies in the trash.
async fn since(db: &mut SqliteConnection, id: DocumentId) -> Result<Option<i64>, PortError> {
    let found: Option<Option<i64>> = sqlx::query_scalar("SELECT trashed FROM documents WHERE id = ?")
        .bind(id.0)
        .fetch_optional(db)
        .await
        .doing("look into the trash")?;
    Ok(found.flatten())
}

/// Whether a document lies in the trash.
pub(super) async fn holds(db: &mut SqliteConnection, id: DocumentId) -> Result<bool, PortError> {
    Ok(since(db, id).await?.is_some())
}

/// What [`validities::settle`] comes to in the trash: nothing answers. A version that a job has brought to its end just then
/// leaves the index again, and answers once the document is restored.
pub(super) async fn settle(db: &mut SqliteConnection, new: Option<VersionId>) -> Result<Settled, PortError> {
    let Some(version) = new else { return Ok(Settled::default()) };
    validities::store_period(db, version, None, false).await?;
    versions::set_state(db, version, "searchable").await?;
    removals::remember(db, version).await?;
    Ok(Settled { last: None, leaving: vec![version] })
}
