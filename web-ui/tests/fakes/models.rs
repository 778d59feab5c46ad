//! A generator that takes its time, and knows whether anyone still listens.

use appliance_core::id::ContentHash;
use appliance_core::ports::models::{GenerationRequest, ModelIdentity, PromptProfile, Token};
use appliance_core::ports::{Generator, PortError};
use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

pub struct SlowGenerator {
    identity: ModelIdentity,
    profile: PromptProfile,
    output: String,
    pause: Duration,
    /// Set when the listener left before the end.
    pub abandoned: Arc<AtomicBool>,
}

impl SlowGenerator {
    pub fn new(profile: PromptProfile, output: &str, pause: Duration) -> Self {
        let identity = ModelIdentity { name: "slow".into(), hash: ContentHash::of(b"slow") };
        Self { identity, profile, output: output.into(), pause, abandoned: Arc::default() }
    }
}

#[async_trait]
impl Generator for SlowGenerator {
    fn identity(&self) -> &ModelIdentity {
        &self.identity
    }

    fn profile(&self) -> PromptProfile {
        self.profile
    }

    fn context_tokens(&self) -> u32 {
        4096
    }

    fn parameters_m(&self) -> u32 {
        270
    }

    async fn count_tokens(&self, text: &str) -> Result<u32, PortError> {
        Ok(text.chars().count() as u32 / 4)
    }

    async fn generate(&self, _: GenerationRequest) -> Result<mpsc::Receiver<Token>, PortError> {
        let (sender, receiver) = mpsc::channel(4);
        let (output, pause, abandoned) = (self.output.chars().collect::<Vec<_>>(), self.pause, Arc::clone(&self.abandoned));
        tokio::spawn(async move {
            for piece in output.chunks(2) {
                tokio::time::sleep(pause).await;
                if sender.send(Ok(piece.iter().collect())).await.is_err() {
                    abandoned.store(true, Ordering::SeqCst);
                    return;
                }
            }
        });
        Ok(receiver)
    }
}
