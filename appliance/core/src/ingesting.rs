//! Ingesting: from a stored file to passages that answer. Rerunnable at any point without harm.

use crate::document::{Parsed, Reading};
use crate::id::PassageId;
use crate::passage::Passage;
use crate::ports::catalog::{FailureReason, IngestStage, Job, JobProgress};
use crate::ports::index::IndexedPassage;
use crate::ports::models::TextRole;
use crate::ports::reader::{ParseError, SourceFile, Watch};
use crate::ports::{Embedder, IngestLog, Parser, PassageIndex, PortError};
use crate::ranking::Embedding;
use std::sync::Arc;
use thiserror::Error;

/// Passages embedded between two notes of progress.
const BATCH: usize = 16;

/// What ingesting works with.
#[derive(Clone)]
pub struct Ingesting {
    /// Bytes to passages.
    pub parser: Arc<dyn Parser>,
    /// Passages to vectors.
    pub embedder: Arc<dyn Embedder>,
    /// Where passages are found.
    pub index: Arc<dyn PassageIndex>,
    /// Where everything is written down.
    pub log: Arc<dyn IngestLog>,
}

/// Why a version did not become searchable.
#[derive(Debug, Error)]
pub enum IngestError {
    /// The file was refused.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// A part of the appliance failed.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The parser panicked; the file is to blame, the appliance goes on.
    #[error("{name}: the parser gave up on this file")]
    ParserGaveUp {
        /// The file's name.
        name: String,
    },
}

impl IngestError {
    /// The failure as it is kept in the catalog.
    pub fn reason(&self) -> FailureReason {
        let code = match self {
            Self::Parse(e) => e.code(),
            Self::Port(_) => "internal",
            Self::ParserGaveUp { .. } => "damaged",
        };
        FailureReason { code: code.to_owned(), message: self.to_string() }
    }
}

/// What came of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ingested {
    /// Passages now searchable.
    pub passages: usize,
    /// Warnings kept with the document.
    pub warnings: usize,
}

/// Takes one version from its file to `Searchable`. Until then the version before it answers.
///
/// On an error the job still has to be ended by the caller with [`IngestLog::fail`].
#[tracing::instrument(name = "ingest", skip_all, fields(job.id = %job.id, document.id = %job.document))]
pub async fn ingest(ingesting: &Ingesting, job: &Job) -> Result<Ingested, IngestError> {
    let progress = |stage, done: usize, total: usize| {
        ingesting.log.note_progress(job.id, JobProgress { stage, done: done as u32, total: total as u32 })
    };

    progress(IngestStage::Parsing, 0, 0).await?;
    let Reading { parsed, passages } = read(ingesting, job).await?;
    let ids = ingesting.log.store_parsed(job.version, &parsed, &passages).await?;

    let mut embeddings = Vec::with_capacity(passages.len());
    for batch in passages.chunks(BATCH) {
        progress(IngestStage::Embedding, embeddings.len(), passages.len()).await?;
        let texts = batch.iter().map(|p| p.with_headings(&parsed.document.title)).collect();
        embeddings.extend(ingesting.embedder.embed(TextRole::Passage, texts).await?);
    }
    let embedded: Vec<(PassageId, Embedding)> = ids.into_iter().zip(embeddings).collect();
    ingesting.log.store_embeddings(&ingesting.embedder.identity().hash, &embedded).await?;

    progress(IngestStage::Indexing, 0, passages.len()).await?;
    ingesting.index.remove_version(job.version).await?;
    ingesting.index.upsert(indexed(job, &parsed, &passages, embedded)).await?;
    ingesting.index.commit().await?;

    // Invariant: the catalog names the new version searchable only after its passages can be found, and the old
    // version's passages go only after that. A search in between finds both and keeps the one the catalog names.
    if let Some(replaced) = ingesting.log.publish(job).await? {
        ingesting.index.remove_version(replaced).await?;
        ingesting.index.commit().await?;
    }
    Ok(Ingested { passages: passages.len(), warnings: parsed.warnings.len() })
}

async fn read(ingesting: &Ingesting, job: &Job) -> Result<Reading, IngestError> {
    let parser = Arc::clone(&ingesting.parser);
    let file = SourceFile { path: job.file.clone(), name: job.name.clone() };
    let read = tokio::task::spawn_blocking(move || parser.read(&file, &Watch::default())).await;
    Ok(read.map_err(|_| IngestError::ParserGaveUp { name: job.name.clone() })??)
}

fn indexed(job: &Job, parsed: &Parsed, passages: &[Passage], embedded: Vec<(PassageId, Embedding)>) -> Vec<IndexedPassage> {
    passages
        .iter()
        .zip(embedded)
        .map(|(passage, (id, embedding))| IndexedPassage {
            id,
            version: job.version,
            document: job.document,
            collection: job.collection,
            title: parsed.document.title.clone(),
            heading_path: passage.heading_path.clone(),
            text: passage.text.clone(),
            embedding,
        })
        .collect()
}
