//! The one llama.cpp of this process.

use crate::{InferenceError, cpu};
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::{LogOptions, send_logs_to_tracing};
use std::path::Path;
use std::sync::OnceLock;

static BACKEND: OnceLock<Option<LlamaBackend>> = OnceLock::new();

/// llama.cpp, started at the first call. Its own log goes to `tracing` (target `llama-cpp-2`); it names files, sizes
/// and settings, never the text of a prompt.
pub(crate) fn backend() -> Result<&'static LlamaBackend, InferenceError> {
    cpu::check()?;
    let started = BACKEND.get_or_init(|| {
        send_logs_to_tracing(LogOptions::default());
        LlamaBackend::init().ok()
    });
    started.as_ref().ok_or_else(|| InferenceError::LoadRefused { model: "any".to_owned(), reason: "llama.cpp did not start".to_owned() })
}

/// Loads a model's weights, mapped from its file.
pub(crate) fn load_model(name: &str, path: &Path, params: LlamaModelParams) -> Result<LlamaModel, InferenceError> {
    let backend = backend()?;
    // llama-cpp-2 asserts that the file exists, so a missing one is told apart here.
    if !path.is_file() {
        return Err(InferenceError::ModelMissing { model: name.to_owned(), path: path.to_owned() });
    }
    LlamaModel::load_from_file(backend, path, &params)
        .map_err(|e| InferenceError::LoadRefused { model: name.to_owned(), reason: e.to_string() })
}
