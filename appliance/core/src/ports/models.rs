//! The models.

use super::PortError;
use crate::id::ContentHash;
use crate::quoting::QuotationForm;
use crate::ranking::Embedding;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Which model stands behind a port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelIdentity {
    /// The name it is configured under.
    pub name: String,
    /// The SHA-256 of its file (of the adapter's and the base's names and hashes when it has an adapter).
    pub hash: ContentHash,
}

/// What a text is to the embedder; models such as E5 want a different prefix for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextRole {
    /// A question.
    Query,
    /// A passage to be found.
    Passage,
    /// A passage that a question waits for: embedded as any other, ahead of those that can wait.
    Source,
}

/// Turns texts into unit vectors.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// The model.
    fn identity(&self) -> &ModelIdentity;

    /// Components of each vector.
    fn dimension(&self) -> usize;

    /// One vector a text, in order. Text beyond the model's context is left out. Questions go ahead of passages
    /// that wait.
    async fn embed(&self, role: TextRole, texts: Vec<String>) -> Result<Vec<Embedding>, PortError>;
}

/// Reads a question and a passage together and says how well they go together.
#[async_trait]
pub trait Reranker: Send + Sync {
    /// The model.
    fn identity(&self) -> &ModelIdentity;

    /// A score for each text, in order, the higher the better; for as many, from the first, as there is time for.
    async fn score(&self, question: &str, texts: Vec<String>, time: Duration) -> Result<Vec<f32>, PortError>;
}

/// How a generator is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PromptProfile {
    /// The format that the default adapter was trained on: it picks, quotes, cites or refuses.
    GroundedJa,
    /// System and user messages through the model's own chat template.
    Chat,
    /// For a base model without a template: instructions and sources as plain text.
    Plain,
}

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the three roles of every chat template")]
pub enum Speaker {
    System,
    User,
    Assistant,
}

/// A message of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who says it.
    pub speaker: Speaker,
    /// What is said.
    pub text: String,
}

/// What a generator is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    /// Text to continue, to the letter.
    Raw(String),
    /// Messages for the model's chat template.
    Chat(Vec<Message>),
}

impl Prompt {
    /// All that is in it, for counting.
    pub fn text(&self) -> String {
        match self {
            Self::Raw(text) => text.clone(),
            Self::Chat(messages) => messages.iter().map(|m| m.text.as_str()).collect::<Vec<_>>().join("\n"),
        }
    }
}

/// What an output is held to while it is written: no token is taken that leads out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constraint {
    /// Words of the sources, in the grounded format.
    Quotation(Arc<QuotationForm>),
    /// A grammar in GBNF, whose first rule is `root`.
    Grammar(String),
}

/// A request to a generator.
#[derive(Debug, Clone, PartialEq)]
pub struct GenerationRequest {
    /// The prompt.
    pub prompt: Prompt,
    /// Tokens at most.
    pub max_tokens: u32,
    /// 0 is greedy.
    pub temperature: f32,
    /// Seed of the sampler.
    pub seed: u32,
    /// What the output is held to; anything goes without it.
    pub constraint: Option<Constraint>,
}

/// A piece of generated text.
pub type Token = Result<String, PortError>;

/// Continues prompts.
#[async_trait]
pub trait Generator: Send + Sync {
    /// The model.
    fn identity(&self) -> &ModelIdentity;

    /// How it wants to be asked.
    fn profile(&self) -> PromptProfile;

    /// Tokens that prompt and answer may have together.
    fn context_tokens(&self) -> u32;

    /// How many parameters the model has, in millions; 0 when unknown.
    fn parameters_m(&self) -> u32;

    /// How many tokens a text has.
    async fn count_tokens(&self, text: &str) -> Result<u32, PortError>;

    /// Starts generating. Pieces arrive as they are made; the channel closes at the end. Dropping the receiver
    /// stops the work within one token. A full queue or a prompt beyond the context is an `Err` at once.
    async fn generate(&self, request: GenerationRequest) -> Result<mpsc::Receiver<Token>, PortError>;
}
