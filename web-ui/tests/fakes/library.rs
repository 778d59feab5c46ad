//! A library in memory.

use appliance_core::document::{Format, Page, Sheet};
use appliance_core::id::{CollectionId, ContentHash, DocumentId, JobId, PassageId, VersionId};
use appliance_core::likeness::Fingerprint;
use appliance_core::narrowing::Narrowing;
use appliance_core::passage::{Passage, StoredPassage};
use appliance_core::ports::catalog::{
    Accepted, CollectionEntry, Decided, Decision, DocumentEntry, Edition, IngestStage, JobProgress, LockedFile, OpenDocument, Upload,
    VersionState,
};
use appliance_core::ports::version::{Alike, VersionEntry, VersionText};
use appliance_core::ports::{Clock, Library, PassageStore, PortError};
use appliance_core::testing::FixedClock;
use appliance_core::validity::lineage::SetDays;
use appliance_core::validity::{Days, Said};
use appliance_core::viewer::Viewer;
use async_trait::async_trait;
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A document with all that is known of it.
#[derive(Clone)]
pub struct Held {
    pub entry: DocumentEntry,
    pub pages: Vec<Page>,
    pub sheets: Vec<Sheet>,
    pub text: String,
    pub file: PathBuf,
    pub encoding: Option<String>,
    pub passages: Vec<StoredPassage>,
    /// The texts of versions before this one, oldest first.
    pub earlier: Vec<String>,
}

/// The collections of the samples.
pub const COLLECTIONS: [(i64, &str); 3] = [(1, "例規集"), (2, "窓口の資料"), (3, "学務")];

#[derive(Default)]
pub struct FakeLibrary {
    pub held: Mutex<Vec<Held>>,
    pub accepted: Mutex<Vec<(String, Vec<u8>)>>,
    pub trash: Mutex<Vec<Held>>,
}

impl Held {
    /// A searchable document whose passages are given with their text.
    pub fn new(id: i64, collection: i64, title: &str, file_name: &str, format: Format, text: &str, passages: Vec<Passage>) -> Self {
        let (id, collection, version) = (DocumentId(id), CollectionId(collection), VersionId(id));
        let stored: Vec<StoredPassage> = passages
            .into_iter()
            .map(|passage| StoredPassage {
                id: PassageId(id.0 * 100 + i64::from(passage.ordinal)),
                document: id,
                version,
                collection,
                title: title.to_owned(),
                format,
                days: Days::ALWAYS,
                passage,
            })
            .collect();
        let entry = DocumentEntry {
            id,
            collection,
            collection_name: COLLECTIONS.iter().find(|c| c.0 == collection.0).map_or("", |c| c.1).to_owned(),
            title: title.to_owned(),
            file_name: file_name.to_owned(),
            format: Some(format),
            bytes: 412_000,
            parts: 0,
            passages: stored.len() as u32,
            score: None,
            doubtful: 0,
            state: VersionState::Searchable,
            answers: true,
            progress: None,
            ahead: None,
            failure: None,
            versions: 1,
            days: Days::ALWAYS,
            warnings: Vec::new(),
            added: FixedClock.now(),
        };
        Self {
            entry,
            pages: Vec::new(),
            sheets: Vec::new(),
            text: text.to_owned(),
            file: PathBuf::new(),
            encoding: None,
            passages: stored,
            earlier: Vec::new(),
        }
    }
}

impl FakeLibrary {
    pub fn new(held: Vec<Held>) -> Self {
        Self { held: Mutex::new(held), ..Self::default() }
    }

    pub fn all_passages(&self) -> Vec<StoredPassage> {
        self.held.lock().iter().flat_map(|h| h.passages.clone()).collect()
    }

    /// Moves every document under way one step on.
    pub fn advance(&self) {
        for held in self.held.lock().iter_mut() {
            let entry = &mut held.entry;
            (entry.state, entry.progress) = match (entry.state, entry.progress) {
                (VersionState::Queued, _) => (VersionState::Ingesting, Some(progress(IngestStage::Parsing, 0))),
                (VersionState::Ingesting, Some(p)) if p.stage == IngestStage::Parsing => {
                    (VersionState::Ingesting, Some(progress(IngestStage::Embedding, 0)))
                }
                (VersionState::Ingesting, Some(p)) if p.done < p.total => {
                    (VersionState::Ingesting, Some(progress(IngestStage::Embedding, p.done + 16)))
                }
                (VersionState::Ingesting, _) => (VersionState::Searchable, None),
                settled => settled,
            };
        }
    }

    pub fn seen(&self, viewer: &Viewer) -> Vec<Held> {
        self.held.lock().iter().filter(|h| viewer.can_see(h.entry.collection, h.entry.id)).cloned().collect()
    }
}

fn progress(stage: IngestStage, done: u32) -> JobProgress {
    JobProgress::new(stage, done, 96)
}

#[async_trait]
impl PassageStore for FakeLibrary {
    async fn visible_passages(&self, viewer: &Viewer, ids: &[PassageId]) -> Result<Vec<StoredPassage>, PortError> {
        let searchable = self.seen(viewer).into_iter().filter(|h| h.entry.state == VersionState::Searchable);
        let passages: Vec<StoredPassage> = searchable.flat_map(|h| h.passages).collect();
        Ok(ids.iter().filter_map(|id| passages.iter().find(|p| p.id == *id).cloned()).collect())
    }

    async fn narrowed(&self, _: &Viewer, _: &Narrowing) -> Result<Option<BTreeSet<DocumentId>>, PortError> {
        Ok(None)
    }

    async fn synonyms(&self, _: &Viewer, _: &[CollectionId]) -> Result<String, PortError> {
        Ok(String::new())
    }

    async fn neighbours(&self, _: &Viewer, _: &[PassageId]) -> Result<Vec<StoredPassage>, PortError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl Library for FakeLibrary {
    async fn collections(&self, viewer: &Viewer) -> Result<Vec<CollectionEntry>, PortError> {
        let held = self.seen(viewer);
        Ok(COLLECTIONS
            .iter()
            .map(|(id, name)| (CollectionId(*id), *name))
            .filter(|(id, _)| viewer.visibility().collections.contains(id))
            .map(|(id, name)| CollectionEntry {
                id,
                name: name.to_owned(),
                documents: held.iter().filter(|h| h.entry.collection == id && h.entry.state == VersionState::Searchable).count() as u64,
            })
            .collect())
    }

    async fn documents(&self, viewer: &Viewer) -> Result<Vec<DocumentEntry>, PortError> {
        Ok(self.seen(viewer).into_iter().rev().map(|h| h.entry).collect())
    }

    async fn document(&self, viewer: &Viewer, id: DocumentId) -> Result<Option<DocumentEntry>, PortError> {
        Ok(self.seen(viewer).into_iter().map(|h| h.entry).find(|e| e.id == id))
    }

    async fn open_document(&self, viewer: &Viewer, id: DocumentId, edition: Edition) -> Result<Option<OpenDocument>, PortError> {
        let fits = |h: &Held| match edition {
            Edition::Answering | Edition::Kept(_) => h.entry.state == VersionState::Searchable,
            Edition::Held => h.entry.state == VersionState::Held,
        };
        let held = self.seen(viewer).into_iter().find(|h| h.entry.id == id && fits(h));
        Ok(held.map(|h| OpenDocument {
            version: VersionId(id.0),
            format: h.entry.format.unwrap_or(Format::Text),
            encoding: h.encoding,
            file: h.file,
            days: Some(Days::ALWAYS),
            hash: ContentHash::of(h.text.as_bytes()),
            pages: h.pages,
            sheets: h.sheets,
            text: h.text,
            entry: h.entry,
        }))
    }

    async fn passage(&self, viewer: &Viewer, id: PassageId) -> Result<Option<StoredPassage>, PortError> {
        Ok(self.visible_passages(viewer, &[id]).await?.pop())
    }

    async fn passages_of(&self, viewer: &Viewer, id: DocumentId, _: Edition) -> Result<Vec<StoredPassage>, PortError> {
        Ok(self.seen(viewer).into_iter().find(|h| h.entry.id == id).map(|h| h.passages).unwrap_or_default())
    }

    async fn versions(&self, viewer: &Viewer, id: DocumentId) -> Result<Vec<VersionEntry>, PortError> {
        let Some(held) = self.seen(viewer).into_iter().find(|h| h.entry.id == id) else { return Ok(Vec::new()) };
        let entry = |number: usize| VersionEntry {
            id: VersionId(id.0 + number as i64 * 10_000),
            state: if number == held.earlier.len() { held.entry.state } else { VersionState::Superseded },
            title: held.entry.title.clone(),
            format: held.entry.format.unwrap_or(Format::Text),
            bytes: held.entry.bytes,
            added: held.entry.added,
            published: Some(held.entry.added),
            days: (number == held.earlier.len()).then_some(Days::ALWAYS),
            said: Said::default(),
            set: SetDays::default(),
            repealed: None,
        };
        Ok((0..=held.earlier.len()).rev().map(entry).collect())
    }

    async fn version_text(&self, viewer: &Viewer, id: DocumentId, version: VersionId) -> Result<Option<VersionText>, PortError> {
        let Some(entry) = self.versions(viewer, id).await?.into_iter().find(|v| v.id == version) else { return Ok(None) };
        let Some(held) = self.seen(viewer).into_iter().find(|h| h.entry.id == id) else { return Ok(None) };
        let text = held.earlier.get((version.0 / 10_000) as usize).unwrap_or(&held.text).clone();
        let headings = held.passages.iter().map(|p| (p.passage.locator.span.start, p.passage.heading_path.clone())).collect();
        Ok(Some(VersionText { version: entry, text, headings }))
    }

    async fn set_days(&self, _: &Viewer, _: DocumentId, _: VersionId, _: SetDays) -> Result<Decided, PortError> {
        Ok(Decided::Done)
    }

    async fn alike(&self, viewer: &Viewer, ids: &[DocumentId]) -> Result<Vec<Alike>, PortError> {
        let seen = self.seen(viewer);
        let prints: Vec<(&Held, Option<Fingerprint>)> = seen.iter().map(|h| (h, Fingerprint::of(&h.text))).collect();
        let mut found = Vec::new();
        for (own, print) in prints.iter().filter(|(h, _)| ids.contains(&h.entry.id)) {
            for (other, like) in prints.iter().filter(|(h, _)| h.entry.id != own.entry.id) {
                if let Some(likeness) = print.as_ref().zip(like.as_ref()).and_then(|(a, b)| a.likeness(b)) {
                    found.push(Alike {
                        document: own.entry.id,
                        other: other.entry.id,
                        title: other.entry.title.clone(),
                        file_name: other.entry.file_name.clone(),
                        collection_name: other.entry.collection_name.clone(),
                        likeness,
                    });
                }
            }
        }
        Ok(found)
    }

    async fn accept(&self, _: &Viewer, upload: Upload) -> Result<Accepted, PortError> {
        let bytes = std::fs::read(&upload.file).map_err(|e| PortError::caused("reading an upload", e))?;
        if let Some(at) = self.accepted.lock().iter().position(|(_, held)| *held == bytes) {
            return Ok(Accepted::Duplicate { document: DocumentId(1000 + at as i64) });
        }
        std::fs::remove_file(&upload.file).map_err(|e| PortError::caused("moving an upload", e))?;
        let id = 1000 + self.accepted.lock().len() as i64;
        self.accepted.lock().push((upload.name.clone(), bytes));
        let mut held = Held::new(id, upload.collection.0, &upload.name, &upload.name, Format::Text, "", Vec::new());
        held.entry.format = None;
        held.entry.state = VersionState::Queued;
        held.entry.answers = false;
        held.entry.ahead = Some(self.held.lock().iter().filter(|h| h.entry.state == VersionState::Queued).count() as u32);
        self.held.lock().push(held);
        Ok(Accepted::Queued { document: DocumentId(id), job: JobId(id) })
    }

    async fn read_again(&self, viewer: &Viewer, id: DocumentId, encoding: Option<String>) -> Result<Decided, PortError> {
        if !self.seen(viewer).iter().any(|h| h.entry.id == id) {
            return Ok(Decided::Unknown);
        }
        for held in self.held.lock().iter_mut().filter(|h| h.entry.id == id) {
            held.encoding.clone_from(&encoding);
            held.entry.state = VersionState::Queued;
        }
        Ok(Decided::Done)
    }

    async fn decide(&self, viewer: &Viewer, id: DocumentId, decision: Decision) -> Result<Decided, PortError> {
        if !self.seen(viewer).iter().any(|h| h.entry.id == id) {
            return Ok(Decided::Unknown);
        }
        let mut all = self.held.lock();
        let Some(held) = all.iter_mut().find(|h| h.entry.id == id) else { return Ok(Decided::Unknown) };
        let entry = &mut held.entry;
        let next = match (decision, entry.state) {
            (Decision::Accept, VersionState::Held) | (Decision::Retry, VersionState::Failed | VersionState::Cancelled) => {
                VersionState::Queued
            }
            (Decision::Cancel, VersionState::Queued | VersionState::Ingesting) => VersionState::Cancelled,
            (Decision::Reject, VersionState::Held | VersionState::Failed | VersionState::Cancelled) => {
                all.retain(|h| h.entry.id != id);
                return Ok(Decided::Done);
            }
            _ => return Ok(Decided::TooLate),
        };
        (entry.state, entry.progress) = (next, None);
        Ok(Decided::Done)
    }

    async fn locked_file(&self, viewer: &Viewer, id: DocumentId) -> Result<Option<LockedFile>, PortError> {
        let held = self.seen(viewer).into_iter().find(|h| h.entry.id == id);
        let held = held.filter(|h| h.entry.failure.as_ref().is_some_and(|f| f.code == "encrypted"));
        Ok(held.map(|h| LockedFile { file: h.file, name: h.entry.file_name }))
    }

    async fn unlock(&self, viewer: &Viewer, id: DocumentId, opened: PathBuf) -> Result<Decided, PortError> {
        if self.locked_file(viewer, id).await?.is_none() {
            return Ok(Decided::TooLate);
        }
        let bytes = std::fs::read(&opened).map_err(|e| PortError::caused("reading a file in the clear", e))?;
        std::fs::remove_file(&opened).map_err(|e| PortError::caused("moving a file in the clear", e))?;
        for held in self.held.lock().iter_mut().filter(|h| h.entry.id == id) {
            self.accepted.lock().push((held.entry.file_name.clone(), bytes.clone()));
            (held.entry.state, held.entry.failure) = (VersionState::Queued, None);
        }
        Ok(Decided::Done)
    }

    async fn delete(&self, viewer: &Viewer, id: DocumentId) -> Result<bool, PortError> {
        let visible = self.seen(viewer).iter().any(|h| h.entry.id == id);
        if visible {
            self.held.lock().retain(|h| h.entry.id != id);
        }
        Ok(visible)
    }
}
