//! The passage index.

use super::PortError;
use crate::id::{CollectionId, DocumentId, PassageId, VersionId};
use crate::ranking::{Embedding, HybridQuery, Ranking};
use crate::validity::Days;
use async_trait::async_trait;

/// A passage on its way into the index.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexedPassage {
    /// The passage.
    pub id: PassageId,
    /// Its version; removal goes by version.
    pub version: VersionId,
    /// Its document; the permission filter goes by document and collection.
    pub document: DocumentId,
    /// Its collection.
    pub collection: CollectionId,
    /// The document's title.
    pub title: String,
    /// The headings above it.
    pub heading_path: Vec<String>,
    /// Its text.
    pub text: String,
    /// The days on which it may be found.
    pub days: Days,
    /// The embedding of title, headings and text; `None` while it is still to be made. Until [`embed`](PassageIndex::embed)
    /// brings it, the lexical leg alone finds the passage.
    pub embedding: Option<Embedding>,
}

/// A hybrid index of passages. The catalog is the truth; the index can be rebuilt from it at any time.
#[async_trait]
#[expect(clippy::len_without_is_empty, reason = "nobody asks whether an index is empty")]
pub trait PassageIndex: Send + Sync {
    /// Adds passages, replacing those of the same id. Not searchable before [`commit`](Self::commit).
    async fn upsert(&self, passages: Vec<IndexedPassage>) -> Result<(), PortError>;

    /// Brings the embeddings of passages that were added without. A passage that has one, or is not held any more, is left
    /// as it is. Takes effect with [`commit`](Self::commit).
    async fn embed(&self, made: Vec<(PassageId, Embedding)>) -> Result<(), PortError>;

    /// Removes every passage of a version. Takes effect with [`commit`](Self::commit).
    async fn remove_version(&self, version: VersionId) -> Result<(), PortError>;

    /// Makes all changes since the last call durable and searchable, in one step.
    async fn commit(&self) -> Result<(), PortError>;

    /// Searches both legs, filtered by the query's visibility and day inside each leg.
    async fn search(&self, query: HybridQuery) -> Result<Ranking, PortError>;

    /// Forgets everything, before a rebuild.
    async fn clear(&self) -> Result<(), PortError>;

    /// How many passages can be found.
    async fn len(&self) -> Result<u64, PortError>;

    /// A number that grows with each commit: which state of the index a search saw.
    async fn generation(&self) -> Result<u64, PortError>;
}
