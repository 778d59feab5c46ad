//! What can go wrong with the index and its dictionary.

use crate::manifest::Mismatch;
use appliance_core::ports::PortError;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A failure of the index or of the dictionary.
#[derive(Debug, Error)]
pub enum RetrievalError {
    /// A file could not be read or written.
    #[error("{}: {doing} failed", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A source file of the dictionary is not what IPADIC's files are.
    #[error("{}: {reason}", path.display())]
    DictionarySource {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no dictionary file.
    #[error("{}: there is no dictionary", path.display())]
    DictionaryMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The dictionary file is damaged, or of another kind.
    #[error("{}: not a usable dictionary", path.display())]
    Dictionary {
        /// The file.
        path: PathBuf,
        /// What the tokenizer said.
        source: Box<vibrato::errors::VibratoError>,
    },
    /// The index was built with something else than what is configured.
    #[error("index {} {mismatch}", path.display())]
    IndexMismatch {
        /// The index's folder.
        path: PathBuf,
        /// What differs.
        mismatch: Mismatch,
    },
    /// There is no index to read.
    #[error("{}: there is no index", path.display())]
    IndexMissing {
        /// The index's folder.
        path: PathBuf,
    },
    /// Another process writes to the index.
    #[error("{}: another process is using the index", path.display())]
    IndexInUse {
        /// The index's folder.
        path: PathBuf,
    },
    /// The index's files contradict each other.
    #[error("{}: damaged: {reason}", path.display())]
    IndexDamaged {
        /// The file or folder.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The lexical leg failed.
    #[error("the lexical index failed")]
    Lexical(#[from] tantivy::TantivyError),
    /// The graph of neighbours could not be written.
    #[error("{}: writing the graph of neighbours failed: {reason}", path.display())]
    Graph {
        /// Its folder.
        path: PathBuf,
        /// What the graph said.
        reason: String,
    },
    /// A vector does not have the index's dimension.
    #[error("a vector of {given} dimensions was given to an index of {expected}")]
    Dimension {
        /// The index's.
        expected: usize,
        /// The vector's.
        given: usize,
    },
    /// A vector search without a vector.
    #[error("a search by vector needs the question's embedding")]
    EmbeddingMissing,
    /// A change to an index that was opened for reading.
    #[error("the index is open for reading only")]
    ReadOnly,
    /// The work was cut off by a panic or a shutdown.
    #[error("the search was interrupted")]
    Interrupted,
}

impl RetrievalError {
    /// For `map_err` on file operations.
    pub(crate) fn file(path: &Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, doing, source }
    }

    /// What an operator can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::DictionarySource { .. } => {
                Some("install Debian's mecab-ipadic and name its folder, usually /usr/share/mecab/dic/ipadic".to_owned())
            }
            Self::Dictionary { path, .. } | Self::DictionaryMissing { path } => {
                Some(format!("run `kura dictionary compile --from /usr/share/mecab/dic/ipadic --to {}`", path.display()))
            }
            Self::IndexMismatch { mismatch, .. } => Some(mismatch.hint()),
            Self::IndexMissing { .. } => Some("run `kura serve` or `kura ingest` once, or `kura reindex`".to_owned()),
            Self::IndexInUse { .. } => Some("stop the other `kura`, or use it".to_owned()),
            Self::IndexDamaged { .. } => Some("run `kura reindex`: it rebuilds the index from the catalog".to_owned()),
            _ => None,
        }
    }
}

impl From<RetrievalError> for PortError {
    fn from(error: RetrievalError) -> Self {
        let hint = error.hint();
        let message = error.to_string();
        let port = match std::error::Error::source(&error) {
            Some(_) => Self { message, hint: None, source: Some(cause_of(error)) },
            None => Self::new(message),
        };
        match hint {
            Some(hint) => port.with_hint(hint),
            None => port,
        }
    }
}

/// The cause alone, because the error's own text is already the port error's message.
fn cause_of(error: RetrievalError) -> Box<dyn std::error::Error + Send + Sync> {
    match error {
        RetrievalError::File { source, .. } => Box::new(source),
        RetrievalError::Dictionary { source, .. } => source,
        RetrievalError::Lexical(source) => Box::new(source),
        other => Box::new(other),
    }
}
