//! Typing help, as the desk asks for it.

use super::PortError;
use crate::completion::Completion;
use crate::id::CollectionId;
use crate::viewer::Viewer;
use async_trait::async_trait;

/// Completes what people type.
#[async_trait]
pub trait TypingHelp: Send + Sync {
    /// What `viewer` may mean by `typed`, best first, at most `limit`; of `collections` alone unless that is empty. Nothing
    /// of it comes from what they may not see at this moment.
    async fn complete(
        &self,
        viewer: &Viewer,
        collections: &[CollectionId],
        typed: &str,
        limit: usize,
    ) -> Result<Vec<Completion>, PortError>;
}
