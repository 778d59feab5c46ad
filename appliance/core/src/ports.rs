//! The ports: what the use cases need from the world, as traits of a handful of methods each.

pub mod access;
pub mod catalog;
pub mod completion;
pub mod embedding_log;
pub mod feedback;
pub mod history;
pub mod index;
pub mod models;
pub mod reader;
pub mod shelves;
pub mod trial;
pub mod version;
pub mod wording;

pub use access::AccessRules;
pub use catalog::{Archive, IngestLog, Library, PassageStore, People};
pub use completion::TypingHelp;
pub use embedding_log::EmbeddingLog;
pub use feedback::FeedbackBox;
pub use history::History;
pub use index::PassageIndex;
pub use models::{Embedder, Generator, Reranker};
pub use reader::{DocumentReader, Parser};
pub use shelves::Shelves;
pub use wording::CollectionWording;

use thiserror::Error;

/// A failure behind a port.
///
/// The text names the object; `hint` says what an operator can do. Absence is not an error: ports return `None`.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct PortError {
    /// What failed, naming the object.
    pub message: String,
    /// The remedy, when there is one.
    pub hint: Option<String>,
    /// The cause.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl PortError {
    /// An error without a cause.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, source: None }
    }

    /// An error with its cause.
    pub fn caused(message: impl Into<String>, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { message: message.into(), hint: None, source: Some(source.into()) }
    }

    /// Adds the remedy.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The clock: the one source of the present.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> jiff::Timestamp;
}
