//! The job runner: takes jobs from the catalog and carries each through `core::ingesting`, one after another or a few
//! at a time. Whatever a file does to its job, the appliance goes on.

use crate::catalog::{Catalog, ReindexPassage};
use appliance_core::id::VersionId;
use appliance_core::ingesting::{Backlog, IngestError, Ingested, Ingesting, ingest};
use appliance_core::ports::catalog::{FailureReason, Job};
use appliance_core::ports::{IngestLog, PortError};
use jiff::SignedDuration;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Notify, watch};
use tokio::task::JoinSet;

/// How often the queue is looked at without being woken: jobs also come from the command line, in another process.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// How often the trash is looked through.
const BETWEEN_EMPTYINGS: Duration = Duration::from_secs(60 * 60);
/// The pause after the catalog failed, so that a full disk does not fill the log as well.
const AFTER_TROUBLE: Duration = Duration::from_secs(10);

/// Works off the catalog's jobs. Cheap to clone.
#[derive(Clone)]
pub struct JobRunner {
    /// What ingest works with.
    pub ingesting: Ingesting,
    /// Where the jobs are.
    pub catalog: Catalog,
    /// Woken when a job arrives.
    pub arrivals: Arc<Notify>,
    /// Held while the index is made to follow the catalog: by one at a time.
    pub following: Arc<Mutex<()>>,
    /// How long deleted documents stay in the trash.
    pub trash_keeps: SignedDuration,
}

impl JobRunner {
    /// Takes up what an earlier process left: interrupted jobs, and versions that must still leave the index. Called
    /// once, under the data folder's lock, before any job runs.
    pub async fn recover(&self, max_attempts: u32) -> Result<(), PortError> {
        let waiting = self.catalog.recover(max_attempts).await?;
        if waiting > 0 {
            tracing::info!(job.count = waiting, "interrupted jobs wait again");
        }
        self.finish_removals().await
    }

    /// Works until `shutdown` becomes true. A job under way then goes back to the queue.
    pub async fn run(&self, workers: usize, shutdown: watch::Receiver<bool>) {
        let mut tasks = JoinSet::new();
        for _ in 0..workers {
            let (runner, shutdown) = (self.clone(), shutdown.clone());
            tasks.spawn(async move { runner.work(shutdown).await });
        }
        let (runner, mut stop) = (self.clone(), shutdown.clone());
        tasks.spawn(async move {
            tokio::select! {
                () = runner.keep_emptying_trash() => {}
                _ = stop.wait_for(|s| *s) => {}
            }
        });
        let (runner, mut stop) = (self.clone(), shutdown.clone());
        tasks.spawn(async move {
            tokio::select! {
                () = async {
                    runner.read_missing_validities().await;
                    runner.read_what_is_missing().await;
                    runner.keep_following().await;
                } => {}
                _ = stop.wait_for(|s| *s) => {}
            }
        });
        let (runner, mut stop) = (self.clone(), shutdown);
        tasks.spawn(async move {
            tokio::select! {
                () = runner.keep_embedding() => {}
                _ = stop.wait_for(|s| *s) => {}
            }
        });
        while tasks.join_next().await.is_some() {}
    }

    /// Works until no job waits and every passage has its embedding.
    pub async fn work_off(&self, workers: usize) {
        let mut tasks = JoinSet::new();
        for _ in 0..workers {
            let runner = self.clone();
            tasks.spawn(async move {
                while let Some(job) = runner.next().await {
                    runner.carry_out(&job, std::future::pending()).await;
                }
            });
        }
        while tasks.join_next().await.is_some() {}
        if let Err(error) = self.follow_catalog().await {
            tracing::error!(error = %chain(&error), "the index does not follow the catalog");
        }
        if let Err(error) = self.embed_all().await {
            tracing::error!(error = %chain(&error), "embeddings could not be made");
        }
    }

    /// Versions that were read by an older appliance get their fingerprints, dates and departments, beside all other work.
    async fn read_what_is_missing(&self) {
        match self.catalog.read_what_is_missing().await {
            Ok(0) => {}
            Ok(read) => tracing::info!(version.count = read, "older versions were read for what they lacked"),
            Err(error) => tracing::warn!(error = %chain(&error), "older versions lack fingerprints, dates or departments"),
        }
    }

    /// Versions that were read by an older appliance tell when they are in force.
    async fn read_missing_validities(&self) {
        match self.catalog.read_missing_validities().await {
            Ok(0) => {}
            Ok(read) => tracing::info!(version.count = read, "days of validity read from older versions"),
            Err(error) => tracing::warn!(error = %chain(&error), "days of validity of older versions are missing"),
        }
    }

    /// Makes the index follow what is decided in the catalog, by this process or another.
    async fn keep_following(&self) {
        loop {
            if let Err(error) = self.follow_catalog().await {
                tracing::error!(error = %chain(&error), "the index does not follow the catalog");
                tokio::time::sleep(AFTER_TROUBLE).await;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Removes for good what has lain in the trash long enough; the index follows by itself.
    async fn keep_emptying_trash(&self) {
        loop {
            match self.catalog.empty_trash(self.trash_keeps).await {
                Ok(0) => {}
                Ok(removed) => tracing::info!(document.count = removed, "the trash was emptied of what lay there long enough"),
                Err(error) => tracing::error!(error = %chain(&error), "the trash cannot be emptied"),
            }
            tokio::time::sleep(BETWEEN_EMPTYINGS).await;
        }
    }

    async fn work(&self, mut shutdown: watch::Receiver<bool>) {
        while !*shutdown.borrow() {
            match self.next().await {
                Some(job) => {
                    // Another worker may sleep while more than one job came with a single wake-up.
                    self.arrivals.notify_one();
                    let mut stop = shutdown.clone();
                    self.carry_out(&job, async move { drop(stop.wait_for(|s| *s).await) }).await;
                }
                None => tokio::select! {
                    () = self.arrivals.notified() => {}
                    () = tokio::time::sleep(LOOK_AGAIN) => {}
                    _ = shutdown.wait_for(|s| *s) => {}
                },
            }
        }
    }

    async fn next(&self) -> Option<Job> {
        match self.catalog.next_job().await {
            Ok(job) => job,
            Err(error) => {
                tracing::error!(error = %chain(&error), "the queue cannot be read");
                tokio::time::sleep(AFTER_TROUBLE).await;
                None
            }
        }
    }

    /// Carries out one job on a task of its own, so that a panic costs only this job.
    async fn carry_out(&self, job: &Job, stop: impl Future<Output = ()>) {
        let mut task = {
            let (ingesting, job) = (self.ingesting.clone(), job.clone());
            tokio::spawn(async move { ingest(&ingesting, &job).await })
        };
        let ended = tokio::select! {
            ended = &mut task => Some(ended),
            () = stop => None,
        };
        let settled = match ended {
            Some(Ok(Ok(ingested))) => self.finished(job, ingested).await,
            Some(Ok(Err(error))) => self.failed(job, &reason_of(&error)).await,
            Some(Err(_)) => self.failed(job, &gave_up(job)).await,
            None => {
                task.abort();
                self.catalog.release(job).await
            }
        };
        if let Err(error) = settled {
            tracing::error!(job.id = %job.id, error = %chain(&error), "a job could not be ended");
        }
    }

    async fn finished(&self, job: &Job, ingested: Ingested) -> Result<(), PortError> {
        let outcome = if ingested.held { "held for a person to accept" } else { "searchable" };
        tracing::info!(job.id = %job.id, document.id = %job.document, passage.count = ingested.passages, warning.count = ingested.warnings, "{outcome}");
        self.follow_catalog().await
    }

    /// Takes what the job left out of the index, then notes the failure.
    async fn failed(&self, job: &Job, reason: &FailureReason) -> Result<(), PortError> {
        tracing::warn!(job.id = %job.id, document.id = %job.document, failure.code = %reason.code, "not searchable");
        let removed = self.remove(&[job.version]).await;
        self.catalog.fail(job, reason).await?;
        removed?;
        self.follow_catalog().await
    }

    /// Takes out of the index what the catalog remembers as unwanted, and writes again what has other days.
    async fn follow_catalog(&self) -> Result<(), PortError> {
        let _alone = self.following.lock().await;
        self.finish_removals().await?;
        let pending = self.catalog.pending_updates().await?;
        for update in &pending {
            self.write_again(update.version).await?;
            self.ingesting.index.commit().await?;
            self.catalog.updates_done(&[*update]).await?;
        }
        Ok(())
    }

    /// Writes the passages of a version into the index as the catalog has them. Embeddings that were given up are asked for.
    async fn write_again(&self, version: VersionId) -> Result<(), PortError> {
        let model = &self.ingesting.embedder.identity().hash;
        let passages = self.catalog.passages_to_update(version, model).await?;
        let incomplete = passages.iter().any(|p| p.embedding.is_none());
        self.ingesting.index.remove_version(version).await?;
        self.ingesting.index.upsert(passages.into_iter().map(ReindexPassage::indexed).collect()).await?;
        if incomplete { self.catalog.ask_for_embeddings(version).await } else { Ok(()) }
    }

    /// Makes the embeddings of what is published, for ever.
    async fn keep_embedding(&self) {
        let mut backlog = Backlog::default();
        loop {
            match self.embed_some(&mut backlog).await {
                Ok(true) => {}
                Ok(false) => tokio::time::sleep(LOOK_AGAIN).await,
                Err(error) => {
                    tracing::error!(error = %chain(&error), "embeddings could not be made");
                    tokio::time::sleep(AFTER_TROUBLE).await;
                }
            }
        }
    }

    /// Makes all embeddings that are left to make.
    async fn embed_all(&self) -> Result<(), PortError> {
        let mut backlog = Backlog::default();
        while self.embed_some(&mut backlog).await? {}
        Ok(())
    }

    /// Makes the next embeddings; false when none are left to make.
    async fn embed_some(&self, backlog: &mut Backlog) -> Result<bool, PortError> {
        let Some(step) = backlog.make(&self.ingesting).await? else { return Ok(false) };
        // A version that is written again meanwhile would lose what it is given.
        let _alone = self.following.lock().await;
        backlog.bring(&self.ingesting, step).await?;
        Ok(true)
    }

    /// Takes out of the index whatever the catalog remembers as unwanted.
    async fn finish_removals(&self) -> Result<(), PortError> {
        let pending = self.catalog.pending_removals().await?;
        if pending.is_empty() {
            return Ok(());
        }
        self.remove(&pending).await?;
        self.catalog.removals_done(&pending).await
    }

    async fn remove(&self, versions: &[VersionId]) -> Result<(), PortError> {
        for version in versions {
            self.ingesting.index.remove_version(*version).await?;
        }
        self.ingesting.index.commit().await
    }
}

/// The failure as it is kept. The operator's sentence carries the whole chain of causes.
fn reason_of(error: &IngestError) -> FailureReason {
    FailureReason { message: chain(error), ..error.reason() }
}

fn gave_up(job: &Job) -> FailureReason {
    FailureReason { code: "internal".to_owned(), message: format!("{}: the appliance gave up on this file", job.name) }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::tests::{Trial, text_upload};
    use appliance_core::document::Reading;
    use appliance_core::ports::catalog::VersionState;
    use appliance_core::ports::reader::{ParseError, SourceFile, Watch};
    use appliance_core::ports::{Library, Parser, PassageIndex};
    use appliance_core::testing::{HashEmbedder, MemoryIndex};

    /// The real parser, but for files that say how they want to fail.
    struct Moody(ingest::FileParser);

    impl Parser for Moody {
        fn read(&self, file: &SourceFile, watch: &Watch) -> Result<Reading, ParseError> {
            assert!(!file.name.contains("panic"), "as the name says");
            self.0.read(file, watch)
        }
    }

    fn runner(trial: &Trial, index: Arc<dyn PassageIndex>) -> JobRunner {
        let catalog = trial.catalog.clone();
        let ingesting = Ingesting {
            parser: Arc::new(Moody(ingest::FileParser::new(ingest::Limits::default()))),
            embedder: Arc::new(HashEmbedder::new()),
            index,
            log: Arc::new(catalog.clone()),
            embeddings: Arc::new(catalog.clone()),
            hold_below: appliance_core::quality::LEAST_SCORE,
        };
        JobRunner {
            ingesting,
            catalog,
            arrivals: Arc::new(Notify::new()),
            following: Arc::default(),
            trash_keeps: SignedDuration::from_hours(24),
        }
    }

    #[tokio::test]
    async fn a_panic_costs_only_its_job() {
        let trial = Trial::new().await;
        let index: Arc<dyn PassageIndex> = Arc::new(MemoryIndex::default());
        let viewer = trial.catalog.local_operator().await.unwrap();
        for (name, text) in [("panic.txt", "休館日は、月曜日とする。"), ("rule.txt", "手数料は、500円とする。")] {
            trial.catalog.accept(&viewer, text_upload(&trial, name, text)).await.unwrap();
        }
        runner(&trial, Arc::clone(&index)).work_off(1).await;
        let library = trial.library(Arc::clone(&index));
        let states: Vec<_> =
            library.documents(&viewer).await.unwrap().into_iter().map(|e| (e.file_name, e.state, e.failure.map(|f| f.code))).collect();
        assert_eq!(
            states,
            [
                ("rule.txt".to_owned(), VersionState::Searchable, None),
                ("panic.txt".to_owned(), VersionState::Failed, Some("damaged".to_owned()))
            ]
        );
        assert_eq!(index.len().await.unwrap(), trial.catalog.count_searchable().await.unwrap());
    }

    #[tokio::test]
    async fn a_stop_puts_the_job_back_without_counting_it() {
        let trial = Trial::new().await;
        let index: Arc<dyn PassageIndex> = Arc::new(MemoryIndex::default());
        let viewer = trial.catalog.local_operator().await.unwrap();
        trial.catalog.accept(&viewer, text_upload(&trial, "rule.txt", "手数料は、500円とする。")).await.unwrap();
        let runner = runner(&trial, index);
        let job = trial.catalog.next_job().await.unwrap().unwrap();
        runner.carry_out(&job, std::future::ready(())).await;
        let again = trial.catalog.next_job().await.unwrap().unwrap();
        assert_eq!((again.id, again.attempts), (job.id, 0));
    }
}
