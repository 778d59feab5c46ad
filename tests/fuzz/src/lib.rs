//! What every fuzz target shares: a panic of our own code ends the run as a crash, even where a shield would catch it.

use ingest::fuzzing::{Target, watch_own_panics};
use std::process::abort;
use std::sync::Once;

/// Calls a target with the fuzzer's bytes.
pub fn run(target: Target, bytes: &[u8]) {
    static WATCHING: Once = Once::new();
    WATCHING.call_once(|| {
        watch_own_panics(|info| {
            eprintln!("{info}\n{}", std::backtrace::Backtrace::force_capture());
            abort();
        });
    });
    target(bytes);
}
