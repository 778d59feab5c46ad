//! What an operator may set about the engine.

use serde::{Deserialize, Serialize};

/// Threads, queues and sizes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EngineSettings {
    /// Threads that a model computes with; 0 takes one for each core that is idle at the moment, at least one.
    pub threads: u32,
    /// Tokens of passages embedded at once; a longer passage is embedded by itself. llama.cpp keeps a buffer of these
    /// tokens times the model's vocabulary (1 MB a token for the default model).
    pub embedding_batch_tokens: u32,
    /// Calls for passages' vectors that may wait; the next caller is made to wait until there is room.
    pub waiting_passages: usize,
    /// Calls for questions' vectors that may wait.
    pub waiting_questions: usize,
    /// Answers that may wait to be written; the next question is refused with a message.
    pub waiting_answers: usize,
    /// Tokens that a generator's prompt and answer may have together; 0 takes what models.toml says.
    pub generator_context: u32,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            threads: 0,
            embedding_batch_tokens: 256,
            waiting_passages: 8,
            waiting_questions: 64,
            waiting_answers: 16,
            generator_context: 0,
        }
    }
}

impl EngineSettings {
    /// The most threads to compute with: at least one, and never more than twice the cores there are.
    pub fn effective_threads(&self) -> u32 {
        let cores = available_cores();
        if self.threads == 0 { cores } else { self.threads.min(cores * 2) }
    }
}

/// Cores that this process may use (its affinity and its control group's quota are taken into account).
pub(crate) fn available_cores() -> u32 {
    std::thread::available_parallelism().map_or(1, |n| n.get() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_threads_means_every_core() {
        assert_eq!(EngineSettings::default().effective_threads(), available_cores());
        assert_eq!(EngineSettings { threads: 1, ..Default::default() }.effective_threads(), 1);
    }
}
