//! The words of collections in memory.

use appliance_core::id::CollectionId;
use appliance_core::ports::wording::{Wording, Written};
use appliance_core::ports::{CollectionWording, PortError};
use appliance_core::viewer::Viewer;
use async_trait::async_trait;
use parking_lot::Mutex;
use std::collections::BTreeMap;

/// What was written of each collection.
#[derive(Default)]
pub struct FakeWording(Mutex<BTreeMap<CollectionId, (String, String)>>);

#[async_trait]
impl CollectionWording for FakeWording {
    async fn wording(&self, viewer: &Viewer, collection: CollectionId) -> Result<Option<Wording>, PortError> {
        let (synonyms, department) = self.0.lock().get(&collection).cloned().unwrap_or_default();
        let seen = viewer.visibility().collections.contains(&collection);
        Ok(seen.then(|| Wording { name: format!("collection {collection}"), synonyms, department }))
    }

    async fn set_wording(&self, by: &Viewer, collection: CollectionId, synonyms: &str, department: &str) -> Result<Written, PortError> {
        if !by.visibility().collections.contains(&collection) {
            return Ok(Written::Unknown);
        }
        if let Some(line) = synonyms.lines().position(|l| !l.contains(',')) {
            return Ok(Written::NoGroup { line: line + 1 });
        }
        self.0.lock().insert(collection, (synonyms.to_owned(), department.to_owned()));
        Ok(Written::Done)
    }
}
