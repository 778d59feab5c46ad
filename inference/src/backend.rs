//! The one llama.cpp of this process.

use crate::{InferenceError, cpu};
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::{LogOptions, send_logs_to_tracing};
use parking_lot::{RwLock, RwLockReadGuard};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

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

/// Held by a thread while it is inside llama.cpp. Never two at once in one thread: [`rest`] may come between them.
pub(crate) type AtWork = RwLockReadGuard<'static, ()>;

static FLOOR: RwLock<()> = RwLock::new(());
static CLOSING: AtomicBool = AtomicBool::new(false);

/// Enters llama.cpp. After [`rest`] this never returns.
pub(crate) fn at_work() -> AtWork {
    FLOOR.read()
}

/// Ends all use of llama.cpp in this process; to be called once, as the last thing before the process ends.
///
/// At the end of a process C++ destroys its static objects, and a thread that is still computing or loading then falls
/// over them ("pure virtual method called"). So this waits until no thread is inside, breaking off loads, and lets
/// none in any more. `false` when the patience ran out before that.
pub fn rest(patience: Duration) -> bool {
    CLOSING.store(true, Ordering::Relaxed);
    match FLOOR.try_write_for(patience) {
        Some(closed) => {
            std::mem::forget(closed);
            true
        }
        None => false,
    }
}

/// Loads a model's weights, mapped from its file.
pub(crate) fn load_model(name: &str, path: &Path) -> Result<LlamaModel, InferenceError> {
    load(name, path, LlamaModelParams::default().with_progress_callback(|_| !CLOSING.load(Ordering::Relaxed)))
}

/// Lets llama.cpp read a model's metadata and vocabulary, to see whether it knows them.
pub(crate) fn try_vocabulary(name: &str, path: &Path) -> Result<(), InferenceError> {
    load(name, path, LlamaModelParams::default().with_vocab_only(true)).map(drop)
}

#[expect(clippy::needless_pass_by_value, reason = "the parameters own the callback that is called meanwhile")]
fn load(name: &str, path: &Path, params: LlamaModelParams) -> Result<LlamaModel, InferenceError> {
    let backend = backend()?;
    // llama-cpp-2 asserts that the file exists, so a missing one is told apart here.
    if !path.is_file() {
        return Err(InferenceError::ModelMissing { model: name.to_owned(), path: path.to_owned() });
    }
    let _inside = at_work();
    LlamaModel::load_from_file(backend, path, &params)
        .map_err(|e| InferenceError::LoadRefused { model: name.to_owned(), reason: e.to_string() })
}
