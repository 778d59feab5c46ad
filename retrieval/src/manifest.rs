//! What an index was built with. Searching it with anything else would give results that mean nothing.

use crate::analyzer::{ANALYSIS_VERSION, Analyzer};
use crate::durable::write_bytes;
use crate::error::RetrievalError;
use appliance_core::id::ContentHash;
use appliance_core::ports::models::ModelIdentity;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;

/// Raised whenever the files of the index change their layout, or the terms that texts are cut into.
const FORMAT_VERSION: u32 = 4;
const FILE_NAME: &str = "manifest.json";

/// What an index was built with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The layout of the index's files.
    pub format: u32,
    /// The model behind the vectors.
    pub embedder: ModelIdentity,
    /// Components of each vector.
    pub dimension: usize,
    /// How texts are cut into terms.
    pub analysis: u32,
    /// The SHA-256 of the dictionary.
    pub dictionary: ContentHash,
}

/// How an index differs from what is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    /// Another embedder.
    Embedder {
        /// Name and dimension in the index.
        built_with: (String, usize),
        /// Name and dimension in the configuration.
        configured: (String, usize),
    },
    /// A model of the same name whose file has changed.
    EmbedderFile {
        /// The model's name.
        name: String,
    },
    /// Another dictionary.
    Dictionary {
        /// The hash in the index, shortened.
        built_with: String,
        /// The hash of the file, shortened.
        configured: String,
    },
    /// Another release of Kura, which stores or cuts texts in another way.
    Release,
}

impl Mismatch {
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::Embedder { built_with: (name, _), .. } => format!("run `kura reindex`, or set inference.embedder back to {name}"),
            Self::EmbedderFile { .. } => "run `kura reindex`, or put the earlier model file back".to_owned(),
            Self::Dictionary { .. } => "run `kura reindex`, or put the earlier dictionary back".to_owned(),
            Self::Release => "run `kura reindex`".to_owned(),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedder { built_with, configured } => write!(
                f,
                "was built with embedder {} ({} dims), configuration names {} ({})",
                built_with.0, built_with.1, configured.0, configured.1
            ),
            Self::EmbedderFile { name } => write!(f, "was built with another file of embedder {name}"),
            Self::Dictionary { built_with, configured } => {
                write!(f, "was built with dictionary {built_with}, the one in place is {configured}")
            }
            Self::Release => f.write_str("was built by another release of Kura"),
        }
    }
}

impl Manifest {
    /// The manifest of an index that is built now.
    pub fn now(analyzer: &Analyzer, embedder: &ModelIdentity, dimension: usize) -> Self {
        Self {
            format: FORMAT_VERSION,
            embedder: embedder.clone(),
            dimension,
            analysis: ANALYSIS_VERSION,
            dictionary: analyzer.dictionary().clone(),
        }
    }

    /// The manifest in a folder; `None` when there is none.
    pub fn read(folder: &Path) -> Result<Option<Self>, RetrievalError> {
        let path = folder.join(FILE_NAME);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(RetrievalError::file(&path, "reading")(e)),
        };
        serde_json::from_slice(&bytes).map(Some).map_err(|e| RetrievalError::IndexDamaged { path, reason: e.to_string() })
    }

    /// Writes the manifest into a folder.
    pub fn write(&self, folder: &Path) -> Result<(), RetrievalError> {
        let path = folder.join(FILE_NAME);
        let text =
            serde_json::to_vec_pretty(self).map_err(|e| RetrievalError::IndexDamaged { path: path.clone(), reason: e.to_string() })?;
        write_bytes(&path, &text)
    }

    /// What keeps an index built with `self` from being used as `wanted`.
    pub fn mismatch(&self, wanted: &Self) -> Option<Mismatch> {
        let described = |m: &Self| (m.embedder.name.clone(), m.dimension);
        if self.format != wanted.format || self.analysis != wanted.analysis {
            return Some(Mismatch::Release);
        }
        if described(self) != described(wanted) {
            return Some(Mismatch::Embedder { built_with: described(self), configured: described(wanted) });
        }
        if self.embedder.hash != wanted.embedder.hash {
            return Some(Mismatch::EmbedderFile { name: self.embedder.name.clone() });
        }
        (self.dictionary != wanted.dictionary).then(|| Mismatch::Dictionary {
            built_with: self.dictionary.short().to_owned(),
            configured: wanted.dictionary.short().to_owned(),
        })
    }
}
