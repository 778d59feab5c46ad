//! Ingesting: from a stored file to passages that answer. Rerunnable at any point without harm.

mod backlog;

pub use backlog::{Backlog, Step};

use crate::document::Reading;
use crate::pace::Pace;
use crate::ports::catalog::{FailureReason, IngestStage, Job, JobProgress, ReadPassage, ReadVersion, Wanted};
use crate::ports::index::IndexedPassage;
use crate::ports::reader::{ParseError, SourceFile, Watch};
use crate::ports::{Embedder, EmbeddingLog, IngestLog, Parser, PassageIndex, PortError};
use crate::quality::document_score;
use crate::validity::lineage::Period;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thiserror::Error;

/// How often a reading under way is looked at, and whether it is still wanted.
const LOOK: Duration = Duration::from_millis(250);
/// How long a reading that was told to end is waited for.
const FAREWELL: Duration = Duration::from_secs(5);

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
    /// Which embeddings are still to be made.
    pub embeddings: Arc<dyn EmbeddingLog>,
    /// A document with a lower score waits until a person accepts it; 0 lets every document through.
    pub hold_below: f32,
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
    /// Its passages.
    pub passages: usize,
    /// Warnings kept with the document.
    pub warnings: usize,
    /// Whether a person has to accept it before they are searched.
    pub held: bool,
}

/// Takes one version from its file to `Searchable`, or to `Held` when it was read too badly. Until then the version
/// before it answers.
///
/// Its passages answer by their words from then on; their embeddings are made behind it ([`Backlog`]). What an earlier
/// attempt has read and embedded is not done again: a version that a person accepted goes on from there.
/// On an error the job still has to be ended by the caller with [`IngestLog::fail`]. Dropping the future ends the
/// reading of the file.
#[tracing::instrument(name = "ingest", skip_all, fields(job.id = %job.id, document.id = %job.document))]
pub async fn ingest(ingesting: &Ingesting, job: &Job) -> Result<Ingested, IngestError> {
    let mut meter = Meter::new(ingesting, job);
    let version = match ingesting.log.read_before(job.version, &ingesting.embedder.identity().hash).await? {
        Some(version) => version,
        None => read(ingesting, job, &mut meter).await?,
    };
    let (passages, warnings) = (version.passages.len(), version.warnings);
    if !job.accepted && version.score.is_some_and(|score| score < ingesting.hold_below) {
        ingesting.log.hold(job).await?;
        return Ok(Ingested { passages, warnings, held: true });
    }

    meter.note(IngestStage::Indexing, 0, passages).await?;
    ingesting.index.remove_version(job.version).await?;
    let period = ingesting.log.period_to_be(job.version).await?;
    ingesting.index.upsert(indexed(job, version, &period)).await?;
    ingesting.index.commit().await?;
    meter.note(IngestStage::Indexing, passages, passages).await?;

    // Invariant: the catalog names the new version searchable only after its passages can be found, and an old
    // version's passages go, or are given their last day, only after that. A search in between finds both and keeps what
    // the catalog says is in force.
    if let Some(replaced) = ingesting.log.publish(job).await? {
        ingesting.index.remove_version(replaced).await?;
        ingesting.index.commit().await?;
    }
    Ok(Ingested { passages, warnings, held: false })
}

/// Reads the file and stores what was read.
async fn read(ingesting: &Ingesting, job: &Job, meter: &mut Meter<'_>) -> Result<ReadVersion, IngestError> {
    let Reading { parsed, passages } = watched(ingesting, job, meter).await?;
    let ids = ingesting.log.store_parsed(job.version, &parsed, &passages).await?;
    let with_id = |(id, passage)| ReadPassage { id, passage, embedding: None };
    Ok(ReadVersion {
        score: document_score(&parsed.document.pages),
        title: parsed.document.title,
        warnings: parsed.warnings.len(),
        passages: ids.into_iter().zip(passages).map(with_id).collect(),
    })
}

/// Runs the parser off the async threads, noting how far it is, until it ends or is no longer wanted.
async fn watched(ingesting: &Ingesting, job: &Job, meter: &mut Meter<'_>) -> Result<Reading, IngestError> {
    meter.note(IngestStage::Parsing, 0, 0).await?;
    let watch = Arc::new(Watch::default());
    let _unwatched = EndWhenDropped(Arc::clone(&watch));
    let mut reading = tokio::task::spawn_blocking({
        let (parser, watch) = (Arc::clone(&ingesting.parser), Arc::clone(&watch));
        let file = SourceFile { path: job.file.clone(), name: job.name.clone(), encoding: job.encoding.clone() };
        move || parser.read(&file, &watch)
    });
    loop {
        tokio::select! {
            read = &mut reading => return Ok(read.map_err(|_| IngestError::ParserGaveUp { name: job.name.clone() })??),
            () = tokio::time::sleep(LOOK) => {
                let (done, total) = watch.progress();
                if let Err(error) = meter.note(IngestStage::Parsing, done as usize, total as usize).await {
                    watch.cancel();
                    // Its memory is not free before it ends; a reading that does not listen is not waited for.
                    drop(tokio::time::timeout(FAREWELL, reading).await);
                    return Err(error);
                }
            }
        }
    }
}

/// Ends a reading that nobody waits for any more.
struct EndWhenDropped(Arc<Watch>);

impl Drop for EndWhenDropped {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

fn indexed(job: &Job, version: ReadVersion, period: &Period) -> Vec<IndexedPassage> {
    let title = version.title;
    version
        .passages
        .into_iter()
        .map(|read| IndexedPassage {
            id: read.id,
            version: job.version,
            document: job.document,
            collection: job.collection,
            days: period.of_passage(&title, &read.passage.heading_path, &read.passage.text),
            title: title.clone(),
            heading_path: read.passage.heading_path,
            text: read.passage.text,
            embedding: read.embedding,
        })
        .collect()
}

/// Notes progress with its rate, and stops work that is no longer wanted.
struct Meter<'a> {
    ingesting: &'a Ingesting,
    job: &'a Job,
    started: Instant,
    stage: IngestStage,
    pace: Pace,
}

impl<'a> Meter<'a> {
    fn new(ingesting: &'a Ingesting, job: &'a Job) -> Self {
        Self { ingesting, job, started: Instant::now(), stage: IngestStage::Queued, pace: Pace::default() }
    }

    async fn note(&mut self, stage: IngestStage, done: usize, total: usize) -> Result<(), IngestError> {
        let (done, total) = (u32::try_from(done).unwrap_or(u32::MAX), u32::try_from(total).unwrap_or(u32::MAX));
        if self.stage != stage {
            self.pace.restart();
            self.stage = stage;
        }
        // Before the number of pages is known nothing is read: opening a file must not slow the figure for its pages.
        if total > 0 {
            self.pace.note(self.started.elapsed(), done);
        }
        let progress = JobProgress { stage, done, total, rate: self.pace.rate() };
        match self.ingesting.log.note_progress(self.job.id, progress).await? {
            Wanted::Still => Ok(()),
            Wanted::NoLonger => Err(ParseError::Cancelled { name: self.job.name.clone() }.into()),
        }
    }
}
