//! Embedding and generation by GGUF models, in process, through llama.cpp.
//!
//! Each model has one named worker thread that owns its context, behind a bounded queue. The crate knows texts, vectors
//! and tokens; it knows nothing of documents, the index or the web, and opens no connection.

pub mod cpu;
mod error;
pub mod gguf;
mod settings;
pub mod shelf;

mod backend;
mod chat;
mod courtesy;
mod embedder;
mod generator;
mod held;
mod jinja;
mod lanes;
mod normalisation;
mod pace;
mod reranker;
pub mod self_test;
mod utf8;

pub use backend::rest;
pub use courtesy::Courtesy;
pub use embedder::LlamaEmbedder;
pub use error::InferenceError;
pub use generator::LlamaGenerator;
pub use reranker::LlamaReranker;
pub use settings::EngineSettings;
pub use shelf::{EmbedderModel, GeneratorModel, RerankerModel};
