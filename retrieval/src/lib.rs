//! The hybrid passage index: words and character pairs in tantivy, vectors beside them, fused by rank.
//!
//! [`HybridIndex`] implements core's `PassageIndex`. Both legs apply the viewer's permission while they search, so that
//! ten visible results come back even when nearly everything is hidden. The catalog is the truth: an index can be
//! thrown away and built anew at any time. What is not here: file formats, models, the passages' texts.

mod analyzer;
mod counted;
pub mod dictionary;
mod durable;
mod error;
mod fusion;
mod graph;
mod in_force;
mod index;
mod lexical;
mod manifest;
mod matched;
mod permission;
mod references;
mod rerank;
mod search;
mod settings;
pub mod synonyms;
mod vector_log;
mod vectors;
mod word_form;
mod writer;

#[cfg(test)]
mod fixtures;

pub use analyzer::Analyzer;
pub use error::RetrievalError;
pub use fusion::{RankedList, fuse};
pub use index::HybridIndex;
pub use manifest::Mismatch;
pub use settings::IndexSettings;
