//! The index as the rest of Kura sees it: opening, and the port.

use crate::analyzer::Analyzer;
use crate::durable::sync_folder;
use crate::error::RetrievalError;
use crate::graph::{self, Graph};
use crate::lexical::Fields;
use crate::manifest::{Manifest, Mismatch};
use crate::references::known_names;
use crate::search;
use crate::settings::IndexSettings;
use crate::vector_log::{Position, replay};
use crate::vectors::Vectors;
use crate::writer::Writer;
use appliance_core::id::{PassageId, VersionId};
use appliance_core::ports::index::IndexedPassage;
use appliance_core::ports::models::ModelIdentity;
use appliance_core::ports::{PassageIndex, PortError};
use appliance_core::ranking::{Embedding, HybridQuery, Ranking};
use async_trait::async_trait;
use parking_lot::{Mutex, RwLock};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tantivy::directory::MmapDirectory;
use tantivy::{Index, IndexReader, ReloadPolicy, Searcher, TantivyError};

/// How often a reader tries to see one state of an index that a server is changing.
const READ_ATTEMPTS: usize = 20;

/// The hybrid index of passages in one folder: `manifest.json`, `lexical/`, `vectors/`.
///
/// Cheap to clone; clones are the same index.
#[derive(Clone)]
pub struct HybridIndex {
    shared: Arc<Shared>,
}

/// What searches and the writer share.
pub(crate) struct Shared {
    pub folder: PathBuf,
    pub analyzer: Analyzer,
    pub dimension: usize,
    pub settings: IndexSettings,
    pub fields: Fields,
    pub reader: IndexReader,
    /// What searches see. Replaced in one step by a commit.
    pub state: RwLock<State>,
    writer: Option<Mutex<Writer>>,
    /// Whether a dumped graph is on its way; no other is begun meanwhile.
    pub loading_graph: AtomicBool,
}

impl Shared {
    /// Takes in a graph that was loaded, unless the vectors were replaced meanwhile.
    fn adopt(&self, graph: Graph, generation: u64) {
        let Some(writer) = &self.writer else { return };
        let mut writer = writer.lock();
        if writer.position().generation == generation {
            writer.note_dump(&graph);
            self.state.write().graph = Some(graph);
        }
    }
}

/// One committed state of both legs.
pub(crate) struct State {
    pub searcher: Searcher,
    pub vectors: Vectors,
    pub graph: Option<Graph>,
    /// The names of all regulations and documents, whoever may see them.
    pub names: Vec<String>,
    /// The number of the commit that made it.
    pub generation: u64,
}

impl State {
    pub fn new(fields: &Fields, searcher: Searcher, vectors: Vectors) -> Result<Self, RetrievalError> {
        let names = known_names(&searcher, fields)?;
        let generation = searcher.index().load_metas()?.opstamp;
        Ok(Self { searcher, vectors, graph: None, names, generation })
    }
}

impl HybridIndex {
    /// Opens the index in `dir` for searching and changing; makes an empty one where there is none.
    ///
    /// Fails with [`RetrievalError::IndexMismatch`] when it was built with another embedder, dictionary or release,
    /// and with [`RetrievalError::IndexInUse`] when another process has it open for changing.
    pub fn open(
        dir: &Path,
        analyzer: Analyzer,
        embedder: &ModelIdentity,
        dimension: usize,
        settings: IndexSettings,
    ) -> Result<Self, RetrievalError> {
        let wanted = Manifest::now(&analyzer, embedder, dimension);
        match Manifest::read(dir)? {
            Some(found) => accept(dir, &found, &wanted)?,
            None => found_new(dir, &wanted)?,
        }
        let fields = Fields::new();
        let index = Index::open_or_create(lexical_directory(dir)?, fields.schema.clone()).map_err(|e| other_fields(dir, e))?;
        let (writer, vectors) = Writer::open(dir, &index, dimension, &settings)?;
        let reader = reader(&index)?;
        let state = State::new(&fields, reader.searcher(), vectors)?;
        let index = Self::of(dir, analyzer, dimension, settings, fields, reader, state, Some(writer));
        if dir.join("vectors").join(graph::DUMP_NOTE).exists() {
            index.load_graph_behind()?;
        }
        Ok(index)
    }

    /// Opens the index in `dir` as it stands now, for searching only, next to a process that changes it.
    pub fn open_read_only(
        dir: &Path,
        analyzer: Analyzer,
        embedder: &ModelIdentity,
        dimension: usize,
        settings: IndexSettings,
    ) -> Result<Self, RetrievalError> {
        let Some(found) = Manifest::read(dir)? else { return Err(RetrievalError::IndexMissing { path: dir.to_owned() }) };
        accept(dir, &found, &Manifest::now(&analyzer, embedder, dimension))?;
        let fields = Fields::new();
        let directory = lexical_directory(dir)?;
        if !Index::exists(&directory).map_err(TantivyError::from)? {
            return Err(RetrievalError::IndexMissing { path: dir.to_owned() });
        }
        let index = Index::open(directory)?;
        let (reader, vectors) = one_state(dir, &index, dimension)?;
        // For the few searches of a command line, comparing every vector is quicker than loading the graph.
        let state = State::new(&fields, reader.searcher(), vectors)?;
        Ok(Self::of(dir, analyzer, dimension, settings, fields, reader, state, None))
    }

    /// Throws away what is in `dir` and opens an empty index there: the first step of a rebuild, where
    /// [`open`](Self::open) refuses.
    pub fn recreate(
        dir: &Path,
        analyzer: Analyzer,
        embedder: &ModelIdentity,
        dimension: usize,
        settings: IndexSettings,
    ) -> Result<Self, RetrievalError> {
        // The manifest goes first: what is left without it is never opened.
        for name in ["manifest.json", "lexical", "vectors"] {
            let path = dir.join(name);
            let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
            match removed {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(RetrievalError::file(&path, "removing")(e)),
                _ => {}
            }
        }
        Self::open(dir, analyzer, embedder, dimension, settings)
    }

    #[expect(clippy::too_many_arguments, reason = "the two ways of opening differ in what they make of these")]
    fn of(
        dir: &Path,
        analyzer: Analyzer,
        dimension: usize,
        settings: IndexSettings,
        fields: Fields,
        reader: IndexReader,
        state: State,
        writer: Option<Writer>,
    ) -> Self {
        let folder = dir.to_owned();
        let (state, writer) = (RwLock::new(state), writer.map(Mutex::new));
        let loading_graph = AtomicBool::new(false);
        Self { shared: Arc::new(Shared { folder, analyzer, dimension, settings, fields, reader, state, writer, loading_graph }) }
    }

    /// Searches with other settings than the index was opened with; those of the writer and the graph are not looked at.
    pub async fn search_with(&self, query: HybridQuery, settings: IndexSettings) -> Result<Ranking, PortError> {
        self.work(move |shared| search::search(shared, &settings, &query)).await
    }

    /// Loads the dumped graph on a thread of its own, which lets go of an index that is closed meanwhile.
    fn load_graph_behind(&self) -> Result<(), RetrievalError> {
        let shared = &self.shared;
        let Some(writer) = &shared.writer else { return Ok(()) };
        let (folder, settings) = (vectors_in(&shared.folder), shared.settings);
        let (generation, slots) = (writer.lock().position().generation, shared.state.read().vectors.slots());
        shared.loading_graph.store(true, Ordering::Release);
        let index = Arc::downgrade(shared);
        let load = move || {
            // The loader asserts where it should refuse; a damaged cache must not keep the graph from being built.
            let loaded = std::panic::catch_unwind(|| Graph::load(&folder, generation, slots, &settings)).unwrap_or(Ok(None));
            let Some(shared) = index.upgrade() else { return };
            match loaded {
                Ok(Some(graph)) => shared.adopt(graph, generation),
                Ok(None) => tracing::warn!("the graph of neighbours does not belong to these vectors and is built anew"),
                Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "the graph of neighbours is built anew"),
            }
            shared.loading_graph.store(false, Ordering::Release);
        };
        let thread = std::thread::Builder::new().name("neighbours".to_owned()).spawn(load);
        thread.map(|_| ()).map_err(RetrievalError::file(&shared.folder, "starting a thread for"))
    }

    /// Runs work that takes the processor or the disk where it does not hold up other tasks.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, RetrievalError> + Send + 'static,
    ) -> Result<T, PortError> {
        let shared = Arc::clone(&self.shared);
        let done = tokio::task::spawn_blocking(move || work(&shared)).await;
        Ok(done.unwrap_or(Err(RetrievalError::Interrupted))?)
    }

    /// Runs a change, one at a time.
    async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Writer, &Shared) -> Result<T, RetrievalError> + Send + 'static,
    ) -> Result<T, PortError> {
        self.work(move |shared| {
            let writer = shared.writer.as_ref().ok_or(RetrievalError::ReadOnly)?;
            change(&mut writer.lock(), shared)
        })
        .await
    }
}

/// The folder of the vectors.
pub(crate) fn vectors_in(dir: &Path) -> PathBuf {
    dir.join("vectors")
}

fn accept(dir: &Path, found: &Manifest, wanted: &Manifest) -> Result<(), RetrievalError> {
    match found.mismatch(wanted) {
        Some(mismatch) => Err(RetrievalError::IndexMismatch { path: dir.to_owned(), mismatch }),
        None => Ok(()),
    }
}

/// Founds an index where there is none. What an earlier attempt left behind without a manifest is empty or unusable.
fn found_new(dir: &Path, wanted: &Manifest) -> Result<(), RetrievalError> {
    for folder in [dir.join("lexical"), vectors_in(dir)] {
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(RetrievalError::file(&folder, "removing"))?;
        }
        std::fs::create_dir_all(&folder).map_err(RetrievalError::file(&folder, "making the folder"))?;
    }
    sync_folder(dir)?;
    wanted.write(dir)
}

fn lexical_directory(dir: &Path) -> Result<MmapDirectory, RetrievalError> {
    let folder = dir.join("lexical");
    std::fs::create_dir_all(&folder).map_err(RetrievalError::file(&folder, "making the folder"))?;
    Ok(MmapDirectory::open(&folder).map_err(TantivyError::from)?)
}

/// Other fields in the lexical leg mean another release, whatever the manifest says.
fn other_fields(dir: &Path, error: TantivyError) -> RetrievalError {
    match error {
        TantivyError::SchemaError(_) => RetrievalError::IndexMismatch { path: dir.to_owned(), mismatch: Mismatch::Release },
        other => other.into(),
    }
}

fn reader(index: &Index) -> Result<IndexReader, RetrievalError> {
    // Reloaded by commits, together with the vectors, and never on its own.
    Ok(index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?)
}

/// The position that a commit of the lexical leg names; `None` before the first.
pub(crate) fn committed(dir: &Path, index: &Index) -> Result<Option<Position>, RetrievalError> {
    let Some(payload) = index.load_metas()?.payload else { return Ok(None) };
    let damaged = |e: serde_json::Error| RetrievalError::IndexDamaged { path: dir.join("lexical"), reason: e.to_string() };
    serde_json::from_str(&payload).map(Some).map_err(damaged)
}

/// Reads both legs so that they belong to the same commit, though another process may commit meanwhile.
fn one_state(dir: &Path, index: &Index, dimension: usize) -> Result<(IndexReader, Vectors), RetrievalError> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let before = committed(dir, index)?;
        let read = reader(index).and_then(|r| match before {
            Some(position) => Ok((r, replay(&vectors_in(dir), position, dimension)?)),
            None => Ok((r, Vectors::new(dimension))),
        });
        let settled = committed(dir, index)? == before;
        if settled || attempts == READ_ATTEMPTS {
            return read;
        }
    }
}

#[async_trait]
impl PassageIndex for HybridIndex {
    async fn upsert(&self, passages: Vec<IndexedPassage>) -> Result<(), PortError> {
        self.change(move |writer, shared| writer.upsert(shared, passages)).await
    }

    async fn embed(&self, made: Vec<(PassageId, Embedding)>) -> Result<(), PortError> {
        self.change(move |writer, shared| writer.embed(shared, made)).await
    }

    async fn remove_version(&self, version: VersionId) -> Result<(), PortError> {
        self.change(move |writer, shared| writer.remove_version(shared, version)).await
    }

    async fn commit(&self) -> Result<(), PortError> {
        self.change(Writer::commit).await
    }

    async fn search(&self, query: HybridQuery) -> Result<Ranking, PortError> {
        self.search_with(query, self.shared.settings).await
    }

    async fn clear(&self) -> Result<(), PortError> {
        self.change(Writer::clear).await
    }

    async fn len(&self) -> Result<u64, PortError> {
        self.work(|shared| Ok(shared.state.read().vectors.passages() as u64)).await
    }

    async fn generation(&self) -> Result<u64, PortError> {
        self.work(|shared| Ok(shared.state.read().generation)).await
    }
}

#[cfg(test)]
mod leaks;
#[cfg(test)]
mod tests;
