//! Typing help over the library in memory.

use super::library::FakeLibrary;
use appliance_core::completion::{Completion, Known, Offers, Sharing, complete};
use appliance_core::id::CollectionId;
use appliance_core::ports::{PortError, TypingHelp};
use appliance_core::viewer::Viewer;
use async_trait::async_trait;
use std::sync::Arc;

pub struct FakeTyping(pub Arc<FakeLibrary>);

#[async_trait]
impl TypingHelp for FakeTyping {
    async fn complete(
        &self,
        viewer: &Viewer,
        collections: &[CollectionId],
        typed: &str,
        limit: usize,
    ) -> Result<Vec<Completion>, PortError> {
        let held = self.0.held.lock().clone();
        let offers = held.iter().map(|held| {
            let paths = held.passages.iter().map(|p| p.passage.heading_path.as_slice());
            (held.entry.id, Arc::new(Offers::new(held.entry.id, held.entry.collection, &held.entry.title, paths)))
        });
        let documents = offers.collect();
        Ok(complete(Known { documents: &documents, questions: &[], sharing: Sharing::Colleagues }, viewer, collections, typed, limit))
    }
}
