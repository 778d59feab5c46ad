//! Typing help over the catalog: what documents offer is kept in memory, and set right whenever the catalog's answer to
//! "which versions are searchable" has changed, whoever changed it.

use crate::catalog::{Catalog, QUESTIONS};
use appliance_core::completion::{Completion, Known, Offers, PastQuestion, Sharing, complete};
use appliance_core::id::{AnswerId, CollectionId, DocumentId, VersionId};
use appliance_core::ports::{PortError, TypingHelp};
use appliance_core::viewer::Viewer;
use async_trait::async_trait;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Completes from the titles, headings and past questions of a catalog.
pub struct CatalogTypingHelp {
    catalog: Catalog,
    sharing: Sharing,
    /// Held while what is known is set right, so that one request does it and the others wait for it: what was deleted
    /// must not be offered meanwhile.
    known: Mutex<Arc<State>>,
}

/// What is known of one state of the catalog.
#[derive(Clone)]
struct State {
    stamp: String,
    versions: HashMap<DocumentId, VersionId>,
    documents: BTreeMap<DocumentId, Arc<Offers>>,
    questions: Vec<PastQuestion>,
    /// The newest answer that was looked at.
    newest: AnswerId,
    /// How often questions had gone out of view or come back.
    recalls: i64,
}

impl State {
    /// Of an empty catalog.
    fn empty() -> Self {
        Self {
            stamp: String::new(),
            versions: HashMap::new(),
            documents: BTreeMap::new(),
            questions: Vec::new(),
            newest: AnswerId(0),
            recalls: 0,
        }
    }
}

impl CatalogTypingHelp {
    /// Knows nothing yet; the first request, or [`warm`](Self::warm), looks.
    pub fn new(catalog: Catalog, sharing: Sharing) -> Self {
        Self { catalog, sharing, known: Mutex::new(Arc::new(State::empty())) }
    }

    /// Looks at everything once, so that nobody who types has to wait for it. Returns how many documents are known.
    pub async fn warm(&self) -> Result<usize, PortError> {
        Ok(self.now().await?.documents.len())
    }

    /// What is known at this moment.
    async fn now(&self) -> Result<Arc<State>, PortError> {
        let mut known = self.known.lock().await;
        let stamp = self.catalog.searchable_stamp().await?;
        let newest = self.catalog.newest_answer().await?;
        let recalls = self.catalog.question_recalls().await?;
        if stamp == known.stamp && newest <= known.newest && recalls == known.recalls {
            return Ok(Arc::clone(&known));
        }
        let mut next = State::clone(&known);
        if recalls != known.recalls {
            next.questions.clear();
            (next.newest, next.recalls) = (AnswerId(0), recalls);
        }
        let fresh = self.catalog.answered_between(next.newest, newest).await?;
        if stamp != known.stamp {
            self.set_right(&mut next).await?;
            next.stamp = stamp;
        }
        next.newest = newest;
        next.questions.extend(fresh);
        let old = next.questions.len().saturating_sub(QUESTIONS as usize);
        next.questions.drain(..old);
        *known = Arc::new(next);
        Ok(Arc::clone(&known))
    }

    /// Takes in the versions that became searchable, and lets go of those that are so no longer.
    async fn set_right(&self, state: &mut State) -> Result<(), PortError> {
        let searchable = self.catalog.searchable_versions().await?;
        let current: HashMap<DocumentId, VersionId> = searchable.iter().map(|(d, _, v)| (*d, *v)).collect();
        state.documents.retain(|document, _| current.contains_key(document));
        for (document, collection, version) in searchable {
            let same = state.versions.get(&document) == Some(&version);
            if same && state.documents.get(&document).is_some_and(|o| o.collection == collection) {
                continue;
            }
            match self.catalog.offers_of(document, collection, version).await? {
                Some(offers) => drop(state.documents.insert(document, Arc::new(offers))),
                None => drop(state.documents.remove(&document)),
            }
        }
        state.versions = current;
        Ok(())
    }
}

#[async_trait]
impl TypingHelp for CatalogTypingHelp {
    async fn complete(
        &self,
        viewer: &Viewer,
        collections: &[CollectionId],
        typed: &str,
        limit: usize,
    ) -> Result<Vec<Completion>, PortError> {
        let state = self.now().await?;
        let (viewer, collections, typed) = (viewer.clone(), collections.to_vec(), typed.to_owned());
        let sharing = self.sharing;
        let work = move || {
            let known = Known { documents: &state.documents, questions: &state.questions, sharing };
            complete(known, &viewer, &collections, &typed, limit)
        };
        tokio::task::spawn_blocking(work).await.map_err(|e| PortError::caused("typing help was broken off", e))
    }
}
