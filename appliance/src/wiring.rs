//! The wiring: the only place that names the rooms' concrete types together.

use crate::catalog::{Catalog, IndexedLibrary, SessionPolicy, Swept};
use crate::clock::SystemClock;
use crate::configuration::{Configuration, NO_MODEL, Sandbox};
use crate::data_folder::{DataFolder, DataLock};
use crate::job_runner::JobRunner;
use crate::recognition;
use crate::search_trial::IndexTrial;
use crate::status::{MachineStatus, ModelInUse};
use crate::typing_help::CatalogTypingHelp;
use crate::worker::{self, Confinement, Converter, Program, WorkerParser, WorkerReader};
use anyhow::{Context as _, Result};
use appliance_core::asking::Asking;
use appliance_core::ingesting::Ingesting;
use appliance_core::ports::{Clock, Embedder, Generator, PassageIndex, PortError, Reranker};
use inference::shelf::Shelf;
use inference::{Courtesy, EmbedderModel, GeneratorModel, LlamaEmbedder, LlamaGenerator, LlamaReranker, RerankerModel, self_test};
use ingest::{Recognition, Tesseract};
use jiff::SignedDuration;
use retrieval::synonyms::Synonyms;
use retrieval::{Analyzer, HybridIndex, RetrievalError};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use web_ui::{Desk, HttpSettings, ModelRole, Readings};

/// A data folder with its configuration: what every command starts from.
#[derive(Clone)]
pub struct Place {
    /// The data folder.
    pub data: DataFolder,
    /// The configuration.
    pub configuration: Configuration,
    /// What writes instead of the configured model, where the desk itself is measured.
    pub stand_in: Option<Arc<dyn Generator>>,
}

/// The models and the dictionary, loaded.
pub struct Engines {
    /// Turns texts into vectors.
    pub embedder: Arc<LlamaEmbedder>,
    /// Which embedder.
    pub embedder_model: EmbedderModel,
    /// Writes answers, unless the configuration wants none.
    pub generator: Option<(Arc<LlamaGenerator>, GeneratorModel)>,
    /// Reads questions and passages together, where an operator brought one.
    pub reranker: Option<(Arc<LlamaReranker>, RerankerModel)>,
    /// Cuts text into words.
    pub analyzer: Analyzer,
}

/// Whether a command needs a generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// It answers questions.
    Needed,
    /// It only searches or indexes.
    NotNeeded,
}

impl Place {
    /// Opens the catalog, which `kura init` has made.
    pub async fn catalog(&self) -> Result<Catalog, PortError> {
        let http = &self.configuration.http;
        let sessions = SessionPolicy {
            idle: SignedDuration::from_hours(i64::from(http.session_idle_hours)),
            absolute: SignedDuration::from_hours(i64::from(http.session_hours)),
        };
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let path = self.data.catalog();
        let catalog = Catalog::open_existing(&path, self.data.files(), clock, sessions).await?;
        catalog.map(|c| c.with_history(self.configuration.history.policy())).ok_or_else(|| {
            PortError::new(format!("{} holds no catalog", self.data.root().display()))
                .with_hint("run `kura init` first, or name the data folder with --data-dir")
        })
    }

    /// Takes the data folder for this process.
    pub fn lock(&self) -> Result<DataLock> {
        self.data.lock()?.ok_or_else(|| {
            PortError::new(format!("another kura is working on {}", self.data.root().display()))
                .with_hint("stop `kura serve` first, or wait for the other command to end")
                .into()
        })
    }

    /// Loads models and dictionary, side by side.
    pub async fn engines(&self, writing: Writing) -> Result<Engines> {
        inference::cpu::check()?;
        let courtesy = Courtesy::default();
        let (embedder, generator, analyzer, reranker) =
            tokio::try_join!(self.embedder(&courtesy), self.generator(writing, &courtesy), self.analyzer(), self.reranker())?;
        let (embedder, embedder_model) = embedder;
        Ok(Engines { embedder, embedder_model, generator, reranker, analyzer })
    }

    async fn embedder(&self, courtesy: &Courtesy) -> Result<(Arc<LlamaEmbedder>, EmbedderModel)> {
        let (folder, wanted, courtesy) = (self.data.models(), self.configuration.inference.clone(), courtesy.clone());
        blocking(move || {
            let model = Shelf::open(&folder)?.embedder(wanted.embedder())?;
            Ok((Arc::new(LlamaEmbedder::load(&model, &wanted.engine, &courtesy)?), model))
        })
        .await
    }

    async fn generator(&self, writing: Writing, courtesy: &Courtesy) -> Result<Option<(Arc<LlamaGenerator>, GeneratorModel)>> {
        let (folder, wanted, courtesy) = (self.data.models(), self.configuration.inference.clone(), courtesy.clone());
        if writing == Writing::NotNeeded || wanted.generator() == Some(NO_MODEL) || self.stand_in.is_some() {
            return Ok(None);
        }
        blocking(move || {
            let model = Shelf::open(&folder)?.generator(wanted.generator())?;
            Ok(Some((Arc::new(LlamaGenerator::load(&model, &wanted.engine, &courtesy)?), model)))
        })
        .await
    }

    async fn reranker(&self) -> Result<Option<(Arc<LlamaReranker>, RerankerModel)>> {
        let (folder, wanted) = (self.data.models(), self.configuration.inference.clone());
        if wanted.reranker() == Some(NO_MODEL) {
            return Ok(None);
        }
        blocking(move || {
            let Some(model) = Shelf::open(&folder)?.reranker(wanted.reranker())? else { return Ok(None) };
            Ok(Some((Arc::new(LlamaReranker::load(&model, &wanted.engine)?), model)))
        })
        .await
    }

    /// Loads the dictionary and the synonyms.
    pub async fn analyzer(&self) -> Result<Analyzer> {
        let (path, lists) = (self.data.dictionary(), self.data.synonyms());
        blocking(move || {
            let mut synonyms = Synonyms::default();
            lists.iter().try_for_each(|list| synonyms.add_file(list))?;
            Ok(Analyzer::from_dictionary(&path)?.with_synonyms(synonyms))
        })
        .await
    }

    /// Opens the index for changing. Needs the lock.
    pub async fn index(&self, engines: &Engines) -> Result<Arc<HybridIndex>> {
        self.open_index(engines, self.data.index(), HybridIndex::open).await
    }

    /// Opens the index for searching, beside a server that may change it.
    pub async fn index_to_read(&self, engines: &Engines) -> Result<Arc<HybridIndex>> {
        self.open_index(engines, self.data.index(), HybridIndex::open_read_only).await
    }

    /// Makes an empty index in another folder. Needs the lock.
    pub async fn index_anew(&self, engines: &Engines, folder: &Path) -> Result<Arc<HybridIndex>> {
        self.open_index(engines, folder.to_owned(), HybridIndex::recreate).await
    }

    async fn open_index(&self, engines: &Engines, folder: std::path::PathBuf, open: OpenIndex) -> Result<Arc<HybridIndex>> {
        let (analyzer, embedder, settings) = (engines.analyzer.clone(), Arc::clone(&engines.embedder), self.configuration.index);
        blocking(move || Ok(Arc::new(open(&folder, analyzer, embedder.identity(), embedder.dimension(), settings)?))).await
    }

    /// What asking works with.
    pub fn asking(&self, engines: &Engines, index: Arc<HybridIndex>, catalog: Catalog) -> Asking {
        Asking {
            index,
            passages: Arc::new(catalog),
            embedder: Arc::clone(&engines.embedder) as Arc<dyn Embedder>,
            generator: self.stand_in.clone().or_else(|| engines.generator.as_ref().map(|(g, _)| Arc::clone(g) as _)),
            reranker: engines.reranker.as_ref().map(|(r, _)| Arc::clone(r) as Arc<dyn Reranker>),
            clock: Arc::new(SystemClock),
            policy: self.configuration.asking_policy(),
        }
    }

    /// What works off jobs.
    pub fn job_runner(&self, engines: &Engines, index: Arc<HybridIndex>, catalog: Catalog, arrivals: Arc<Notify>) -> JobRunner {
        let ingesting = Ingesting {
            parser: Arc::new(self.parser()),
            embedder: Arc::clone(&engines.embedder) as Arc<dyn Embedder>,
            index,
            log: Arc::new(catalog.clone()),
            embeddings: Arc::new(catalog.clone()),
            hold_below: self.configuration.ingest.hold_below as f32,
        };
        let trash_keeps = SignedDuration::from_hours(24 * i64::from(self.configuration.trash.keep_days));
        JobRunner { ingesting, catalog, arrivals, following: Arc::default(), trash_keeps }
    }

    /// What reads files.
    pub fn parser(&self) -> WorkerParser {
        self.parser_with(recognition::find(&self.configuration.ingest))
    }

    /// What reads files for somebody who waits: recognition takes no longer than `time` for a file.
    pub fn parser_within(&self, time: Duration) -> WorkerParser {
        self.parser_with(match recognition::find(&self.configuration.ingest) {
            Recognition::Tesseract(found) => Recognition::Tesseract(Tesseract { file_time: found.file_time.min(time), ..found }),
            other => other,
        })
    }

    fn parser_with(&self, recognition: Recognition) -> WorkerParser {
        let converter = if self.configuration.ingest.conversion { Converter::of_the_machine() } else { None };
        WorkerParser::new(Program::this(), self.configuration.ingest.clone(), recognition).with_converter(converter)
    }

    /// How far the kernel confines the processes that read files; an error where that is not enough.
    pub fn confinement(&self) -> Result<Confinement, PortError> {
        let confinement = worker::probe(&Program::this(), &self.configuration.ingest)?;
        if self.configuration.ingest.sandbox == Sandbox::Required && !confinement.is_whole() {
            let message = format!("ingest.sandbox is \"required\", and this kernel offers {confinement}");
            return Err(PortError::new(message).with_hint("run a kernel with Landlock and seccomp, or set ingest.sandbox to \"wanted\""));
        }
        if confinement.is_whole() {
            tracing::info!(sandbox = %confinement, "files are read in confined processes");
        } else {
            tracing::warn!(sandbox = %confinement, "files are read without the whole sandbox");
        }
        Ok(confinement)
    }

    /// What shows places of files.
    pub fn reader(&self) -> WorkerReader {
        // Pictures are bounded at the desk already; one more lets a password be tried while it draws.
        let parallel = self.configuration.http.concurrent_renders + 1;
        WorkerReader::new(Program::this(), self.configuration.ingest.clone(), parallel)
    }
}

type OpenIndex = fn(
    &Path,
    Analyzer,
    &appliance_core::ports::models::ModelIdentity,
    usize,
    retrieval::IndexSettings,
) -> Result<HybridIndex, RetrievalError>;

/// Serves the desk on `listener` until the process is asked to end. `ready` is called once everything stands.
pub async fn serve(place: &Place, listener: TcpListener, ready: impl FnOnce(SocketAddr) -> Result<()>) -> Result<()> {
    let started = SystemClock.now();
    let catalog = place.catalog().await?;
    let _lock = place.lock()?;
    place.data.clear_temporary()?;
    let confinement = place.confinement()?;
    let swept = catalog.sweep_files().await?;
    if swept > 0 {
        tracing::info!(file.count = swept, "files that no document uses were removed");
    }
    recognition::insist(&place.configuration.ingest, &recognition::find(&place.configuration.ingest))?;
    let engines = place.engines(Writing::Needed).await?;
    let (index, ()) = tokio::try_join!(place.index(&engines), check_models(&engines))?;
    refuse_lost_passages(index.as_ref(), &catalog).await?;

    let arrivals = Arc::new(Notify::new());
    let runner = place.job_runner(&engines, Arc::clone(&index), catalog.clone(), Arc::clone(&arrivals));
    runner.recover(place.configuration.ingest.attempts).await?;

    let (tell, shutdown) = watch::channel(false);
    let status =
        MachineStatus::new(started, place.data.root(), models_in_use(&engines), Arc::clone(&index) as _, catalog.clone(), confinement);
    let typing = Arc::new(CatalogTypingHelp::new(catalog.clone(), place.configuration.institution.sharing()));
    let library = Arc::new(IndexedLibrary::new(catalog.clone(), Arc::clone(&index) as _, arrivals));
    let desk = Desk {
        asking: place.asking(&engines, Arc::clone(&index), catalog.clone()),
        library: Arc::clone(&library) as _,
        shelves: library,
        people: Arc::new(catalog.clone()),
        access: Arc::new(catalog.clone()),
        wording: Arc::new(catalog.clone()),
        typing: Arc::clone(&typing) as _,
        trial: Arc::new(IndexTrial { index: Arc::clone(&index), settings: place.configuration.index }),
        archive: Arc::new(catalog.clone()),
        feedback: Arc::new(catalog.clone()),
        history: Arc::new(catalog.clone()),
        reader: Arc::new(place.reader()),
        status: Arc::new(status),
        clock: Arc::new(SystemClock),
    };
    tokio::spawn(async move {
        if let Err(error) = typing.warm().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "typing help is not ready; the first who types waits for it");
        }
    });
    let workers = place.configuration.ingest.readers();
    let sweeping = tokio::spawn(sweep_history(catalog.clone()));
    let jobs = tokio::spawn({
        let shutdown = shutdown.clone();
        async move { runner.run(workers, shutdown).await }
    });
    let tell = Arc::new(tell);
    let asked_to_end = tokio::spawn({
        let tell = Arc::clone(&tell);
        async move {
            let outcome = end_of_process().await;
            tell.send_replace(true);
            outcome
        }
    });
    let readings = readings(&place.data.readings())?;
    ready(listener.local_addr().context("the listener has no address")?)?;
    web_ui::serve(desk, listener, http_settings(place, readings, shutdown)).await?;
    // The desk may also have ended on its own; the jobs then have to hear of it.
    tell.send_replace(true);
    if asked_to_end.is_finished() {
        asked_to_end.await??;
    } else {
        asked_to_end.abort();
    }
    jobs.await?;
    sweeping.abort();
    catalog.close().await;
    Ok(())
}

/// Puts away what is kept no longer: when the server starts, and every hour.
async fn sweep_history(catalog: Catalog) {
    let mut hours = tokio::time::interval(Duration::from_secs(3600));
    loop {
        hours.tick().await;
        match catalog.sweep_history().await {
            Ok(swept) if swept == Swept::default() => {}
            Ok(swept) => tracing::info!(
                conversation.expired = swept.expired,
                conversation.removed = swept.removed,
                "old conversations were put away"
            ),
            Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "old conversations could not be put away"),
        }
    }
}

/// Lets each model do a small piece of its work, side by side.
async fn check_models(engines: &Engines) -> Result<()> {
    let generator = async {
        match &engines.generator {
            Some((generator, _)) => self_test::generator(generator.as_ref()).await,
            None => Ok(()),
        }
    };
    tokio::try_join!(self_test::embedder(engines.embedder.as_ref()), generator)?;
    Ok(())
}

/// Stops where the index has lost passages: searching it would miss them without a word.
///
/// Invariant: whatever the catalog names searchable was committed to the index before. More in the index than in the
/// catalog is usual after a crash; the jobs that are taken up again set it right.
pub async fn refuse_lost_passages(index: &dyn PassageIndex, catalog: &Catalog) -> Result<()> {
    let (found, kept) = (index.len().await?, catalog.count_searchable().await?);
    if found >= kept {
        return Ok(());
    }
    let message = format!("the index holds {found} of the {kept} passages that the catalog names searchable");
    Err(PortError::new(message).with_hint("run `kura reindex`: it rebuilds the index from the catalog").into())
}

fn models_in_use(engines: &Engines) -> Vec<ModelInUse> {
    let embedder = ModelInUse {
        role: ModelRole::Embedder,
        identity: engines.embedder_model.identity.clone(),
        context_tokens: engines.embedder_model.context,
    };
    let generator = engines.generator.as_ref().map(|(generator, model)| ModelInUse {
        role: ModelRole::Generator,
        identity: model.identity.clone(),
        context_tokens: generator.context_tokens(),
    });
    let reranker = engines.reranker.as_ref().map(|(_, model)| ModelInUse {
        role: ModelRole::Reranker,
        identity: model.identity.clone(),
        context_tokens: model.context,
    });
    std::iter::once(embedder).chain(generator).chain(reranker).collect()
}

/// The operator's readings of words in titles; none where the file is not there.
fn readings(file: &Path) -> Result<Readings> {
    let text = match std::fs::read_to_string(file) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Readings::default()),
        read => read.with_context(|| format!("{} cannot be read", file.display()))?,
    };
    Readings::read(&text).with_context(|| file.display().to_string())
}

fn http_settings(place: &Place, readings: Readings, shutdown: watch::Receiver<bool>) -> HttpSettings {
    let Configuration { institution, http, .. } = &place.configuration;
    HttpSettings {
        institution: institution.name.clone(),
        examples: institution.examples.clone(),
        calendar: institution.calendar,
        trash_days: place.configuration.trash.keep_days,
        readings,
        max_upload_bytes: http.max_upload_mib << 20,
        max_upload_files: http.max_upload_files,
        tls: http.tls,
        workers: http.workers,
        concurrent_questions: http.concurrent_questions,
        concurrent_renders: http.concurrent_renders,
        render_cache_bytes: http.render_cache_mib << 20,
        print_font: ingest::print_font(),
        ..HttpSettings::new(place.data.temporary(), shutdown)
    }
}

/// Waits until the service manager or a person at the keyboard asks the process to end.
async fn end_of_process() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("signals cannot be received")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("signals cannot be received")?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("asked to end");
    Ok(())
}

/// Runs work that takes the processor or the disk off the async threads.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.context("the work was broken off")?
}
