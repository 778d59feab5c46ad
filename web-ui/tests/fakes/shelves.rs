//! The same library, shelf by shelf.

use super::library::{COLLECTIONS, FakeLibrary, Held};
use appliance_core::access::Principal;
use appliance_core::id::{CollectionId, DocumentId};
use appliance_core::ports::catalog::{Decided, DocumentEntry, VersionState};
use appliance_core::ports::shelves::{Audience, Discarded, Shelf, Spine, Wanted};
use appliance_core::ports::{Clock, Library, PortError, Shelves};
use appliance_core::testing::FixedClock;
use appliance_core::viewer::Viewer;
use async_trait::async_trait;

fn spine(entry: &DocumentEntry) -> Spine {
    Spine {
        id: entry.id,
        collection: entry.collection,
        title: entry.title.clone(),
        file_name: entry.file_name.clone(),
        format: entry.format,
        state: entry.state,
        score: entry.score,
        warned: !entry.warnings.is_empty(),
    }
}

#[async_trait]
impl Shelves for FakeLibrary {
    async fn shelf(&self, viewer: &Viewer, wanted: &Wanted) -> Result<Shelf, PortError> {
        let entries = self.documents(viewer).await?;
        let count = |state: VersionState| entries.iter().filter(|e| e.state == state).count();
        let chosen = wanted.chosen(entries.iter().map(spine).collect());
        let shown = chosen.iter().skip(wanted.from).take(wanted.count);
        Ok(Shelf {
            entries: shown.filter_map(|s| entries.iter().find(|e| e.id == s.id).cloned()).collect(),
            matching: chosen.len(),
            total: entries.len(),
            reading: count(VersionState::Ingesting),
            waiting: count(VersionState::Queued),
            held: count(VersionState::Held),
            being_read: entries.iter().find(|e| e.state == VersionState::Ingesting).map(|e| e.title.clone()),
        })
    }

    async fn entries(&self, viewer: &Viewer, ids: &[DocumentId]) -> Result<Vec<DocumentEntry>, PortError> {
        Ok(self.documents(viewer).await?.into_iter().filter(|e| ids.contains(&e.id)).collect())
    }

    async fn audiences(&self, viewer: &Viewer, ids: &[DocumentId]) -> Result<Vec<Audience>, PortError> {
        let open_to = vec![Principal::Everyone];
        let seen = self.seen(viewer).into_iter().map(|h| h.entry.id).filter(|id| ids.contains(id));
        Ok(seen.map(|document| Audience { document, open_to: open_to.clone(), rules: Vec::new() }).collect())
    }

    async fn move_to(&self, viewer: &Viewer, id: DocumentId, collection: CollectionId) -> Result<Decided, PortError> {
        let name = COLLECTIONS.iter().find(|c| c.0 == collection.0).map(|c| c.1.to_owned());
        let (Some(name), true) = (name, self.seen(viewer).iter().any(|h| h.entry.id == id)) else { return Ok(Decided::Unknown) };
        for held in self.held.lock().iter_mut().filter(|h| h.entry.id == id) {
            (held.entry.collection, held.entry.collection_name) = (collection, name.clone());
        }
        Ok(Decided::Done)
    }

    async fn discard(&self, viewer: &Viewer, id: DocumentId) -> Result<Decided, PortError> {
        let Some(held) = self.seen(viewer).into_iter().find(|h| h.entry.id == id) else { return Ok(Decided::Unknown) };
        self.held.lock().retain(|h| h.entry.id != id);
        self.trash.lock().push(held);
        Ok(Decided::Done)
    }

    async fn trash(&self, viewer: &Viewer) -> Result<Vec<Discarded>, PortError> {
        let trash = self.trash.lock();
        let seen = trash.iter().rev().filter(|h| viewer.can_see(h.entry.collection, h.entry.id));
        let discarded = |h: &Held| Discarded {
            id: h.entry.id,
            title: h.entry.title.clone(),
            file_name: h.entry.file_name.clone(),
            collection_name: h.entry.collection_name.clone(),
            format: h.entry.format,
            bytes: h.entry.bytes,
            since: FixedClock.now(),
            by: Some(viewer.name().to_owned()),
        };
        Ok(seen.map(discarded).collect())
    }

    async fn restore(&self, viewer: &Viewer, id: DocumentId) -> Result<Decided, PortError> {
        let mut trash = self.trash.lock();
        let at = trash.iter().position(|h| h.entry.id == id && viewer.can_see(h.entry.collection, id));
        let Some(at) = at else { return Ok(Decided::Unknown) };
        self.held.lock().push(trash.remove(at));
        Ok(Decided::Done)
    }

    async fn erase(&self, viewer: &Viewer, id: DocumentId) -> Result<Decided, PortError> {
        let mut trash = self.trash.lock();
        let before = trash.len();
        trash.retain(|h| h.entry.id != id || !viewer.can_see(h.entry.collection, id));
        Ok(if trash.len() < before { Decided::Done } else { Decided::Unknown })
    }
}
