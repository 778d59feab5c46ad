//! Embeddings that are still to be made, as the catalog remembers them.

use super::PortError;
use super::catalog::{JobProgress, ReadPassage, Wanted};
use crate::id::{ContentHash, PassageId, VersionId};
use crate::ranking::Embedding;
use async_trait::async_trait;

/// A version that answers while the embeddings of its passages are still to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaiting {
    /// The version.
    pub version: VersionId,
    /// The document's title, which goes into every embedding.
    pub title: String,
    /// How often the embeddings were asked for: what was begun before it was asked for again has to begin anew.
    pub asked: i64,
}

/// What embedding writes down. It goes on behind the publishing of versions, and what is left of it survives a power cut.
#[async_trait]
pub trait EmbeddingLog: Send + Sync {
    /// The version whose embeddings are to be made next: the one with the fewest left, so that a small change does not wait
    /// behind a large file. `None` when none are left to make.
    async fn awaiting(&self) -> Result<Option<Awaiting>, PortError>;

    /// How many passages a version has, and how many of them the model of that hash has embedded.
    async fn embedded(&self, version: VersionId, model: &ContentHash) -> Result<JobProgress, PortError>;

    /// The passages of a version from that ordinal on, at most `limit`, each with its embedding by the model of that hash.
    async fn passages_from(&self, version: VersionId, ordinal: u32, limit: u32, model: &ContentHash)
    -> Result<Vec<ReadPassage>, PortError>;

    /// Stores embeddings made by the model of that hash. Those of passages that were deleted meanwhile are dropped.
    async fn store_embeddings(&self, model: &ContentHash, embeddings: &[(PassageId, Embedding)]) -> Result<(), PortError>;

    /// Notes how far a version is, and tells whether its embeddings are still wanted as they were asked for.
    async fn note_embedded(&self, awaiting: &Awaiting, progress: JobProgress) -> Result<Wanted, PortError>;

    /// Notes that all embeddings of a version are in the index, unless they were asked for again.
    async fn all_embedded(&self, awaiting: &Awaiting) -> Result<(), PortError>;
}
