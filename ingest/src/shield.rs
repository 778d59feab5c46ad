//! A shield around other people's parsers: a deep stack, and panics that become words.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

/// Address space for the stack of a parsing thread. Pages of it are only taken when a file nests that deeply;
/// 8 MiB (the usual stack) overflowed on nested PDF arrays and XML.
const STACK_BYTES: usize = 256 << 20;

/// Runs `work` on a thread with a deep stack; a panic becomes its message.
pub(crate) fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, String> {
    thread::scope(|scope| {
        let handle = thread::Builder::new().name("ingest".to_owned()).stack_size(STACK_BYTES).spawn_scoped(scope, work);
        match handle {
            Ok(handle) => handle.join().map_err(|panic| said(panic.as_ref())),
            Err(error) => Err(format!("no thread to read it on: {error}")),
        }
    })
}

/// Runs `work` here; a panic becomes its message.
pub(crate) fn shielded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| said(panic.as_ref()))
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    if let Some(text) = panic.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text.clone()
    } else {
        "the parser gave up".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_words_and_deep_recursion_returns() {
        assert_eq!(shielded(|| -> u8 { panic!("bad {}", 7) }), Err("bad 7".to_owned()));
        fn deep(n: u32, pad: [u64; 32]) -> u32 {
            if n == 0 { 0 } else { 1 + deep(std::hint::black_box(n - 1), std::hint::black_box(pad)) }
        }
        assert_eq!(on_deep_stack(|| deep(100_000, [0; 32])), Ok(100_000));
    }
}
