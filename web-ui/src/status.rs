//! How the appliance fares, as an administrator sees it.

use appliance_core::ports::PortError;
use appliance_core::ports::models::ModelIdentity;
use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Gathers the state of the appliance. The binary implements it, because only the binary knows all the parts.
#[async_trait]
pub trait StatusSource: Send + Sync {
    /// The state now.
    async fn status(&self) -> Result<ApplianceStatus, PortError>;
}

/// The state of the appliance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApplianceStatus {
    /// Kura's version.
    pub version: String,
    /// When the server started.
    pub started: Timestamp,
    /// The data folder.
    pub data_dir: String,
    /// The models in use.
    pub models: Vec<ModelStatus>,
    /// The index.
    pub index: IndexStatus,
    /// Documents by state.
    pub documents: DocumentCounts,
    /// Space where the data folder lies.
    pub disk: DiskStatus,
    /// Memory of the machine and of the server.
    pub memory: MemoryStatus,
    /// Servers that the configuration lets Kura speak to; empty when it speaks to none.
    pub outbound: Vec<String>,
    /// How far the processes that open files are confined.
    pub sandbox: SandboxStatus,
}

/// How far the processes that open files are confined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxStatus {
    /// Whether files, network and kernel are all out of their reach.
    pub whole: bool,
    /// What the kernel offers, by its own names.
    pub means: String,
}

/// What a model does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelRole {
    /// Turns texts into vectors.
    Embedder,
    /// Writes answers.
    Generator,
    /// Orders what was found.
    Reranker,
}

/// A model in use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelStatus {
    /// What it does.
    pub role: ModelRole,
    /// Which one it is.
    pub identity: ModelIdentity,
    /// Tokens that it takes at once.
    pub context_tokens: u32,
    /// Whether it passed its self-test at start-up.
    pub ready: bool,
}

/// The index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndexStatus {
    /// Which generation answers.
    pub generation: String,
    /// Passages that can be found.
    pub passages: u64,
    /// Those of them that are found by their words alone, because their embeddings are still to be made.
    pub awaiting_embeddings: u64,
}

/// Documents by the state of their newest version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DocumentCounts {
    /// They answer questions.
    pub searchable: u64,
    /// They wait, or are being read.
    pub waiting: u64,
    /// Those that a person has to accept first.
    pub held: u64,
    /// They could not be read.
    pub failed: u64,
}

/// Space on a file system, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskStatus {
    /// Free for Kura.
    pub free: u64,
    /// In all.
    pub total: u64,
}

/// Memory, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryStatus {
    /// Held by the server.
    pub resident: u64,
    /// Free on the machine.
    pub available: u64,
    /// In the machine.
    pub total: u64,
}
