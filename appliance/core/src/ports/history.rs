//! The kept conversations of a person.

use super::PortError;
use crate::conversation::{Conversation, ConversationChange, ConversationEntry, HistoryQuery, Share, SharedConversation};
use crate::id::ConversationId;
use crate::viewer::Viewer;
use async_trait::async_trait;

/// One's own conversations, and those that colleagues share.
#[async_trait]
pub trait History: Send + Sync {
    /// One's own conversations: pinned ones first, then the last asked in first.
    async fn conversations(&self, viewer: &Viewer, query: &HistoryQuery) -> Result<Vec<ConversationEntry>, PortError>;

    /// One's own conversation; `None` for another person's and for a deleted one. What may no longer be seen is withheld.
    async fn conversation(&self, viewer: &Viewer, id: ConversationId) -> Result<Option<Conversation>, PortError>;

    /// Changes one's own conversation; `false` when there is none of that id, or not in a state for that.
    async fn change(&self, viewer: &Viewer, id: ConversationId, change: ConversationChange) -> Result<bool, PortError>;

    /// Makes a link to one's own conversation as it is now; `None` when there is none of that id.
    async fn share(&self, viewer: &Viewer, id: ConversationId) -> Result<Option<Share>, PortError>;

    /// One's own links.
    async fn shares(&self, viewer: &Viewer) -> Result<Vec<Share>, PortError>;

    /// Ends one's own link; `false` when there is none like it.
    async fn revoke(&self, viewer: &Viewer, token: &str) -> Result<bool, PortError>;

    /// A conversation that a colleague shares, within the reader's own rights; `None` when the link leads nowhere.
    async fn shared(&self, viewer: &Viewer, token: &str) -> Result<Option<SharedConversation>, PortError>;
}
