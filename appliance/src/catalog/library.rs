//! The [`Library`] port. Reading needs the catalog alone; deleting also empties the index, and adding wakes the job
//! runner, so the port is implemented by the catalog together with both.

use super::audit::{self, Action};
use super::versions::FileOf;
use super::{Catalog, Doing, answers, collections, documents, jobs, passages, removals, validities, versions};
use crate::files;
use appliance_core::id::{CollectionId, ContentHash, DocumentId, PassageId, VersionId};
use appliance_core::passage::StoredPassage;
use appliance_core::ports::catalog::{
    Accepted, CollectionEntry, Decided, Decision, DocumentEntry, Edition, LockedFile, OpenDocument, Upload,
};
use appliance_core::ports::version::{Alike, VersionEntry, VersionText};
use appliance_core::ports::{Library, PassageIndex, PortError};
use appliance_core::validity::lineage::SetDays;
use appliance_core::viewer::Viewer;
use async_trait::async_trait;
use sqlx::SqliteConnection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Notify;
use unicode_normalization::UnicodeNormalization;

/// The catalog with the index that follows it and the runner that works off its jobs.
#[derive(Clone)]
pub struct IndexedLibrary {
    pub(super) catalog: Catalog,
    index: Arc<dyn PassageIndex>,
    pub(super) arrivals: Arc<Notify>,
}

impl IndexedLibrary {
    /// A library whose deletions reach `index` and whose uploads wake whoever waits on `arrivals`.
    pub fn new(catalog: Catalog, index: Arc<dyn PassageIndex>, arrivals: Arc<Notify>) -> Self {
        Self { catalog, index, arrivals }
    }

    /// The version of that edition, if the document has one.
    async fn version_of(
        &self,
        db: &mut SqliteConnection,
        id: DocumentId,
        row: &documents::Row,
        edition: Edition,
    ) -> Result<Option<VersionId>, PortError> {
        Ok(match edition {
            Edition::Held => row.held(),
            Edition::Kept(version) => versions::is_kept(db, id, version).await?.then_some(version),
            Edition::Answering => validities::in_force(db, id, self.catalog.today()).await?.or(row.last()),
        })
    }

    /// Takes versions out of the index that have left the catalog. Nothing of them answers from there on: every search
    /// checks its hits against the catalog. What is left to do is remembered there too, so that a crash loses none of it.
    pub(super) async fn take_out(&self, left: &[VersionId]) -> Result<(), PortError> {
        if left.is_empty() {
            return Ok(());
        }
        for version in left {
            self.index.remove_version(*version).await?;
        }
        self.index.commit().await?;
        self.catalog.removals_done(left).await
    }
}

#[async_trait]
impl Library for IndexedLibrary {
    async fn collections(&self, viewer: &Viewer) -> Result<Vec<CollectionEntry>, PortError> {
        self.catalog.visible_collections(viewer).await
    }

    async fn documents(&self, viewer: &Viewer) -> Result<Vec<DocumentEntry>, PortError> {
        self.catalog.visible_documents(viewer).await
    }

    async fn document(&self, viewer: &Viewer, id: DocumentId) -> Result<Option<DocumentEntry>, PortError> {
        self.catalog.visible_document(viewer, id).await
    }

    async fn open_document(&self, viewer: &Viewer, id: DocumentId, edition: Edition) -> Result<Option<OpenDocument>, PortError> {
        let mut db = self.catalog.connection().await?;
        let Some(row) = documents::by_id(&mut db, id).await?.filter(|r| r.is_seen_by(viewer)) else { return Ok(None) };
        let Some(version) = self.version_of(&mut db, id, &row, edition).await? else { return Ok(None) };
        let Some(content) = versions::content(&mut db, version).await? else { return Ok(None) };
        let days = validities::answering_days(&mut db, version).await?;
        Ok(Some(OpenDocument {
            entry: row.entry()?,
            days,
            version,
            format: content.format,
            encoding: content.encoding,
            file: self.catalog.files().path(&content.hash),
            hash: content.hash,
            pages: content.pages,
            sheets: content.sheets,
            text: content.text,
        }))
    }

    async fn passage(&self, viewer: &Viewer, id: PassageId) -> Result<Option<StoredPassage>, PortError> {
        let mut db = self.catalog.connection().await?;
        Ok(passages::kept(&mut db, id).await?.filter(|s| viewer.can_see(s.collection, s.document)))
    }

    async fn passages_of(&self, viewer: &Viewer, id: DocumentId, edition: Edition) -> Result<Vec<StoredPassage>, PortError> {
        let mut db = self.catalog.connection().await?;
        let Some(row) = documents::by_id(&mut db, id).await?.filter(|r| r.is_seen_by(viewer)) else { return Ok(Vec::new()) };
        match self.version_of(&mut db, id, &row, edition).await? {
            Some(version) => passages::of_any_version(&mut db, version).await,
            None => Ok(Vec::new()),
        }
    }

    async fn versions(&self, viewer: &Viewer, id: DocumentId) -> Result<Vec<VersionEntry>, PortError> {
        self.catalog.kept_versions(viewer, id).await
    }

    async fn documents_with_versions(&self, viewer: &Viewer) -> Result<Vec<(DocumentEntry, Vec<VersionEntry>)>, PortError> {
        let mut versions = self.catalog.all_kept_versions().await?;
        let entries = self.catalog.visible_documents(viewer).await?;
        Ok(entries
            .into_iter()
            .map(|e| {
                let own = versions.remove(&e.id).unwrap_or_default();
                (e, own)
            })
            .collect())
    }

    async fn version_text(&self, viewer: &Viewer, id: DocumentId, version: VersionId) -> Result<Option<VersionText>, PortError> {
        self.catalog.kept_version_text(viewer, id, version).await
    }

    async fn alike(&self, viewer: &Viewer, ids: &[DocumentId]) -> Result<Vec<Alike>, PortError> {
        self.catalog.alike_documents(viewer, ids).await
    }

    async fn accept(&self, viewer: &Viewer, upload: Upload) -> Result<Accepted, PortError> {
        let accepted = self.catalog.accept(viewer, upload).await?;
        if matches!(accepted, Accepted::Queued { .. }) {
            self.arrivals.notify_one();
        }
        Ok(accepted)
    }

    async fn decide(&self, viewer: &Viewer, id: DocumentId, decision: Decision) -> Result<Decided, PortError> {
        let (decided, left) = self.catalog.decide(viewer, id, decision).await?;
        self.take_out(&left).await?;
        if decided == Decided::Done {
            self.arrivals.notify_one();
        }
        Ok(decided)
    }

    async fn locked_file(&self, viewer: &Viewer, id: DocumentId) -> Result<Option<LockedFile>, PortError> {
        self.catalog.locked_file(viewer, id).await
    }

    async fn unlock(&self, viewer: &Viewer, id: DocumentId, opened: PathBuf) -> Result<Decided, PortError> {
        let decided = self.catalog.unlock(viewer, id, opened).await?;
        if decided == Decided::Done {
            self.arrivals.notify_one();
        }
        Ok(decided)
    }

    async fn read_again(&self, viewer: &Viewer, id: DocumentId, encoding: Option<String>) -> Result<Decided, PortError> {
        let decided = self.catalog.read_again(viewer, id, encoding.as_deref()).await?;
        if decided == Decided::Done {
            self.arrivals.notify_one();
        }
        Ok(decided)
    }

    async fn set_days(&self, viewer: &Viewer, id: DocumentId, version: VersionId, days: SetDays) -> Result<Decided, PortError> {
        let decided = self.catalog.set_days(viewer, id, version, days).await?;
        if decided == Decided::Done {
            self.arrivals.notify_one();
        }
        Ok(decided)
    }

    async fn delete(&self, viewer: &Viewer, id: DocumentId) -> Result<bool, PortError> {
        let Some(left) = self.catalog.remove_document(viewer, id).await? else { return Ok(false) };
        self.take_out(&left).await?;
        Ok(true)
    }
}

impl Catalog {
    /// The collections that the viewer may see, by name, with their visible searchable documents counted. A collection
    /// of which only single documents are visible is among them.
    pub async fn visible_collections(&self, viewer: &Viewer) -> Result<Vec<CollectionEntry>, PortError> {
        let mut db = self.connection().await?;
        let searchable = documents::searchable_ids(&mut db).await?;
        let mut entries = collections::all(&mut db).await?;
        for entry in &mut entries {
            entry.documents = searchable.iter().filter(|(c, d)| *c == entry.id && viewer.can_see(*c, *d)).count() as u64;
        }
        entries.retain(|e| viewer.visibility().collections.contains(&e.id) || e.documents > 0);
        Ok(entries)
    }

    /// The documents that the viewer may see, newest first.
    pub async fn visible_documents(&self, viewer: &Viewer) -> Result<Vec<DocumentEntry>, PortError> {
        let mut db = self.connection().await?;
        let rows = documents::all(&mut db).await?;
        rows.into_iter().filter(|r| r.is_seen_by(viewer)).map(documents::Row::entry).collect()
    }

    /// One document's entry; `None` also when the viewer may not see it.
    pub async fn visible_document(&self, viewer: &Viewer, id: DocumentId) -> Result<Option<DocumentEntry>, PortError> {
        let mut db = self.connection().await?;
        let row = documents::by_id(&mut db, id).await?.filter(|r| r.is_seen_by(viewer));
        row.map(documents::Row::entry).transpose()
    }

    /// Stores an upload and queues its ingest. Of a file that is refused, the temporary file is removed as well.
    pub async fn accept(&self, viewer: &Viewer, upload: Upload) -> Result<Accepted, PortError> {
        if !viewer.visibility().collections.contains(&upload.collection) {
            return Err(PortError::new(format!("collection {} does not exist, or may not be seen", upload.collection)));
        }
        let upload = Upload { name: file_name(&upload.name), ..upload };
        let (hash, bytes) = hashed(&upload.file, &upload.name).await?;
        // The write lock is held over the move into the store: a deletion of the same bytes at the same moment, even
        // by another process, comes wholly before or wholly after.
        let mut tx = self.begin().await?;
        let named = match upload.version_of {
            Some(of) => Some(version_of(&mut tx, viewer, of, upload.collection).await?),
            None => None,
        };
        let name = named.as_ref().unwrap_or(&upload.name);
        let alike: Vec<documents::Alike> = documents::alike(&mut tx, upload.collection, name, hash.as_str())
            .await?
            .into_iter()
            .filter(|a| viewer.can_see(upload.collection, DocumentId(a.id)))
            .filter(|a| upload.version_of.is_none_or(|of| of.0 == a.id))
            .collect();
        if let Some(same) = alike.iter().find(|a| a.same_bytes) {
            // Nothing refers to the temporary file; if it cannot be removed, the sweep of `tmp/` at the next start does.
            let _ = std::fs::remove_file(&upload.file);
            return Ok(Accepted::Duplicate { document: DocumentId(same.id) });
        }
        self.files().take_in(&upload.file, &hash)?;
        let now = self.now();
        let document = match alike.iter().find(|a| a.same_name) {
            Some(older) => DocumentId(older.id),
            None => documents::add(&mut tx, upload.collection, &upload.name, viewer.user(), now).await?,
        };
        let of = FileOf { hash: &hash, bytes, encoding: upload.encoding.as_deref() };
        let version = versions::add(&mut tx, document, of, viewer.user(), now).await?;
        if upload.days != SetDays::default() {
            validities::store_set(&mut tx, version, upload.days).await?;
        }
        let job = jobs::add(&mut tx, version, now).await?;
        audit::note(&mut tx, now, Some(viewer.user()), Action::DocumentAdded, &format!("document:{document}"), &upload.name).await?;
        tx.commit().await.doing("accept an upload")?;
        Ok(Accepted::Queued { document, job })
    }

    /// Removes a document's rows and files. Returns the versions that must still leave the index, remembered there;
    /// `None` when the viewer cannot see such a document.
    pub(super) async fn remove_document(&self, viewer: &Viewer, id: DocumentId) -> Result<Option<Vec<VersionId>>, PortError> {
        let mut tx = self.begin().await?;
        let Some(row) = documents::wherever(&mut tx, id).await?.filter(|r| r.is_seen_by(viewer)) else { return Ok(None) };
        let name = row.entry()?.file_name;
        let (left, hashes) = forget_document(&mut tx, id).await?;
        audit::note(&mut tx, self.now(), Some(viewer.user()), Action::DocumentDeleted, &format!("document:{id}"), &name).await?;
        tx.commit().await.doing("delete a document")?;
        self.drop_unused(&hashes).await?;
        Ok(Some(left))
    }
}

/// The name of the document of which an upload is to be a version.
async fn version_of(db: &mut SqliteConnection, viewer: &Viewer, id: DocumentId, collection: CollectionId) -> Result<String, PortError> {
    let seen = documents::by_id(db, id).await?.filter(|r| r.is_seen_by(viewer));
    let entry = seen.map(documents::Row::entry).transpose()?.filter(|e| e.collection == collection);
    entry.map(|e| e.file_name).ok_or_else(|| PortError::new(format!("document {id} does not exist in the collection, or may not be seen")))
}

/// Takes a document out of every table. Returns its versions, remembered as those that must leave the index, and their files.
pub(super) async fn forget_document(db: &mut SqliteConnection, id: DocumentId) -> Result<(Vec<VersionId>, Vec<ContentHash>), PortError> {
    let (left, hashes): (Vec<VersionId>, Vec<ContentHash>) = versions::of_document(db, id).await?.into_iter().unzip();
    for version in &left {
        removals::remember(db, *version).await?;
    }
    answers::forget_document(db, id).await?;
    let repealed = validities::repealed_by(db, id).await?;
    documents::remove(db, id).await?;
    for document in repealed {
        validities::settle(db, document, None).await?;
    }
    Ok((left, hashes))
}

/// The hash and the length of a file on its way in.
pub(super) async fn hashed(file: &Path, name: &str) -> Result<(ContentHash, u64), PortError> {
    let file = file.to_owned();
    tokio::task::spawn_blocking(move || files::hash_file(&file))
        .await
        .map_err(|e| PortError::caused("hashing was broken off", e))?
        .map_err(|e| PortError::caused(format!("uploaded file {name} cannot be read"), e))
}

/// The longest file name kept, in characters; file systems stop at 255 bytes.
const LONGEST_NAME: usize = 255;

/// A name as it is kept: in composed form, because a Mac sends が as か and a mark of its own, and the same file must
/// not become two documents; without control characters; never empty.
fn file_name(given: &str) -> String {
    let name: String = given.nfc().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    let name = name.trim();
    if name.is_empty() { "無題".to_owned() } else { name.to_owned() }
}
