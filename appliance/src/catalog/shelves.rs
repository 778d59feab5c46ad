//! The [`Shelves`] port: lists of documents page by page, their collections, their audiences, and the trash.

use super::audit::{self, Action};
use super::library::IndexedLibrary;
use super::rules::{rules_of_collections, rules_of_some};
use super::{Catalog, Doing, collections, documents, updates, validities, versions};
use appliance_core::document::Format;
use appliance_core::id::{CollectionId, DocumentId, VersionId};
use appliance_core::ports::catalog::{Decided, DocumentEntry, VersionState};
use appliance_core::ports::shelves::{Audience, Discarded, Shelf, Spine, Wanted};
use appliance_core::ports::{PortError, Shelves};
use appliance_core::viewer::Viewer;
use async_trait::async_trait;
use sqlx::SqliteConnection;
use std::collections::HashMap;

#[async_trait]
impl Shelves for IndexedLibrary {
    async fn shelf(&self, viewer: &Viewer, wanted: &Wanted) -> Result<Shelf, PortError> {
        self.catalog.shelf(viewer, wanted).await
    }

    async fn entries(&self, viewer: &Viewer, ids: &[DocumentId]) -> Result<Vec<DocumentEntry>, PortError> {
        let mut db = self.catalog.connection().await?;
        seen_entries(&mut db, viewer, ids).await
    }

    async fn audiences(&self, viewer: &Viewer, ids: &[DocumentId]) -> Result<Vec<Audience>, PortError> {
        self.catalog.audiences(viewer, ids).await
    }

    async fn move_to(&self, viewer: &Viewer, id: DocumentId, collection: CollectionId) -> Result<Decided, PortError> {
        let decided = self.catalog.move_document(viewer, id, collection).await?;
        if decided == Decided::Done {
            self.arrivals.notify_one();
        }
        Ok(decided)
    }

    async fn discard(&self, viewer: &Viewer, id: DocumentId) -> Result<Decided, PortError> {
        let (decided, left) = self.catalog.discard(viewer, id).await?;
        self.take_out(&left).await?;
        Ok(decided)
    }

    async fn trash(&self, viewer: &Viewer) -> Result<Vec<Discarded>, PortError> {
        self.catalog.trash(viewer).await
    }

    async fn restore(&self, viewer: &Viewer, id: DocumentId) -> Result<Decided, PortError> {
        let decided = self.catalog.restore(viewer, id).await?;
        if decided == Decided::Done {
            self.arrivals.notify_one();
        }
        Ok(decided)
    }

    async fn erase(&self, viewer: &Viewer, id: DocumentId) -> Result<Decided, PortError> {
        let (decided, left) = self.catalog.erase(viewer, id).await?;
        self.take_out(&left).await?;
        Ok(decided)
    }
}

impl Catalog {
    /// A page of the documents that the viewer may see and wants. Of all the others only their spines are read.
    pub async fn shelf(&self, viewer: &Viewer, wanted: &Wanted) -> Result<Shelf, PortError> {
        let mut db = self.connection().await?;
        let mut spines = spines(&mut db).await?;
        spines.retain(|s| viewer.can_see(s.collection, s.id));
        let count = |state: VersionState| spines.iter().filter(|s| s.state == state).count();
        let mut shelf = Shelf {
            total: spines.len(),
            reading: count(VersionState::Ingesting),
            waiting: count(VersionState::Queued),
            held: count(VersionState::Held),
            being_read: spines.iter().filter(|s| s.state == VersionState::Ingesting).min_by_key(|s| s.id).map(|s| s.title.clone()),
            ..Shelf::default()
        };
        let chosen = wanted.chosen(spines);
        shelf.matching = chosen.len();
        let ids: Vec<DocumentId> = chosen.iter().skip(wanted.from.min(chosen.len())).take(wanted.count).map(|s| s.id).collect();
        let mut entries: HashMap<DocumentId, DocumentEntry> =
            seen_entries(&mut db, viewer, &ids).await?.into_iter().map(|e| (e.id, e)).collect();
        shelf.entries = ids.iter().filter_map(|id| entries.remove(id)).collect();
        Ok(shelf)
    }

    /// To whom documents are open, by the rules of their collections and their own.
    pub async fn audiences(&self, viewer: &Viewer, ids: &[DocumentId]) -> Result<Vec<Audience>, PortError> {
        let mut db = self.connection().await?;
        let entries = seen_entries(&mut db, viewer, ids).await?;
        let collections = rules_of_collections(&mut db).await?;
        let mut rules = rules_of_some(&mut db, &entries.iter().map(|e| e.id).collect::<Vec<_>>()).await?;
        let audience = |entry: DocumentEntry| Audience {
            document: entry.id,
            open_to: collections.iter().find(|c| c.id == entry.collection).map(|c| c.open_to.clone()).unwrap_or_default(),
            rules: rules.remove(&entry.id).unwrap_or_default(),
        };
        Ok(entries.into_iter().map(audience).collect())
    }

    /// Puts a document into another collection. What it repeals and what repeals it is looked at anew, here and there.
    pub async fn move_document(&self, viewer: &Viewer, id: DocumentId, to: CollectionId) -> Result<Decided, PortError> {
        let mut tx = self.begin().await?;
        let seen = documents::by_id(&mut tx, id).await?.filter(|r| r.is_seen_by(viewer));
        let (Some(row), true) = (seen, viewer.visibility().collections.contains(&to)) else { return Ok(Decided::Unknown) };
        let entry = row.entry()?;
        if entry.state == VersionState::Ingesting {
            // What reads it writes into the index under the collection of its beginning.
            return Ok(Decided::TooLate);
        }
        if entry.collection == to {
            return Ok(Decided::Done);
        }
        let Some(name) = collections::name_of(&mut tx, to).await? else { return Ok(Decided::Unknown) };
        let repealed = validities::repealed_by(&mut tx, id).await?;
        sqlx::query("UPDATE documents SET collection_id = ? WHERE id = ?")
            .bind(to.0)
            .bind(id.0)
            .execute(&mut *tx)
            .await
            .doing("move a document")?;
        for document in repealed {
            validities::settle(&mut tx, document, None).await?;
        }
        validities::settle(&mut tx, id, None).await?;
        validities::settle_all(&mut tx, id).await?;
        for version in answering(&mut tx, id).await? {
            updates::remember(&mut tx, version).await?;
        }
        let detail = format!("{}: {} → {name}", entry.file_name, entry.collection_name);
        audit::note(&mut tx, self.now(), Some(viewer.user()), Action::DocumentMoved, &format!("document:{id}"), &detail).await?;
        tx.commit().await.doing("move a document")?;
        Ok(Decided::Done)
    }
}

async fn seen_entries(db: &mut SqliteConnection, viewer: &Viewer, ids: &[DocumentId]) -> Result<Vec<DocumentEntry>, PortError> {
    let rows = documents::some(db, ids).await?;
    rows.into_iter().filter(|r| r.is_seen_by(viewer)).map(documents::Row::entry).collect()
}

/// The versions of a document that answer.
async fn answering(db: &mut SqliteConnection, id: DocumentId) -> Result<Vec<VersionId>, PortError> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "SELECT v.id FROM versions v JOIN validities a ON a.version_id = v.id WHERE v.document_id = ? AND a.answers = 1",
    )
    .bind(id.0)
    .fetch_all(db)
    .await
    .doing("list the versions that answer")?;
    Ok(ids.into_iter().map(VersionId).collect())
}

#[derive(sqlx::FromRow)]
struct SpineRow {
    id: i64,
    collection_id: i64,
    file_name: String,
    title: Option<String>,
    format: Option<String>,
    state: String,
    score: Option<f32>,
    warned: bool,
}

/// The spines of all documents that are not in the trash. The newest version is the one with the largest id, whose other
/// columns SQLite then takes as well (its documentation of bare columns beside `max`).
async fn spines(db: &mut SqliteConnection) -> Result<Vec<Spine>, PortError> {
    let rows: Vec<SpineRow> = sqlx::query_as(
        "SELECT d.id, d.collection_id, d.file_name, coalesce(f.title, d.file_name) AS title, f.format, n.state, f.score,
                CASE WHEN n.state = 'searchable' THEN f.warnings ELSE n.warnings END <> '[]' AS warned
         FROM documents d
         JOIN (SELECT max(id) AS id, document_id, state, read, warnings FROM versions GROUP BY document_id) n ON n.document_id = d.id
         JOIN versions f ON f.id = CASE WHEN n.read = 1 AND n.state <> 'searchable' THEN n.id ELSE coalesce(d.searchable_version, n.id) END
         WHERE d.trashed IS NULL",
    )
    .fetch_all(db)
    .await
    .doing("list documents")?;
    let spine = |row: SpineRow| {
        Ok(Spine {
            id: DocumentId(row.id),
            collection: CollectionId(row.collection_id),
            title: row.title.unwrap_or_default(),
            file_name: row.file_name,
            format: row.format.as_deref().and_then(Format::from_name),
            state: versions::state(&row.state)?,
            score: row.score,
            warned: row.warned,
        })
    };
    rows.into_iter().map(spine).collect()
}
