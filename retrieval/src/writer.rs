//! Changing the index: collected first, then made durable and visible in one step.

use crate::error::RetrievalError;
use crate::graph::{self, Graph};
use crate::index::{Shared, State, committed, vectors_in};
use crate::references::known_names;
use crate::settings::IndexSettings;
use crate::vector_log::{Change, Position, VectorLog, path_of, replay};
use crate::vectors::{Entry, Vectors};
use appliance_core::id::{PassageId, VersionId};
use appliance_core::ports::index::IndexedPassage;
use appliance_core::ranking::Embedding;
use std::path::Path;
use std::sync::atomic::Ordering;
use tantivy::directory::error::LockError;
use tantivy::indexer::IndexWriterOptions;
use tantivy::query::AllQuery;
use tantivy::{Index, IndexWriter, TantivyError};

/// A commit takes at least this many slots into the graph, when it is behind.
const GRAPH_STEP: usize = 512;
/// And this many for each passage that the commit added, so that the graph catches up.
const GRAPH_STEPS_PER_PASSAGE: usize = 4;
/// Dead slots below this number are not worth a rewrite.
const DEAD_WORTH_A_REWRITE: usize = 1_000;

/// The one place that changes the index.
pub(crate) struct Writer {
    lexical: IndexWriter,
    log: VectorLog,
    pending: Vec<Change>,
    /// Whether the lexical leg changes with the next commit.
    lexical_changed: bool,
    dumped: usize,
}

impl Writer {
    /// Takes the writer's lock and brings the vectors to the committed state.
    pub fn open(dir: &Path, index: &Index, dimension: usize, settings: &IndexSettings) -> Result<(Self, Vectors), RetrievalError> {
        let options = IndexWriterOptions::builder()
            .memory_budget_per_thread(settings.writer_memory_mib.max(16) << 20)
            .num_worker_threads(1)
            .num_merge_threads(1)
            .build();
        let lexical = match index.writer_with_options(options) {
            Err(TantivyError::LockFailure(LockError::LockBusy, _)) => {
                return Err(RetrievalError::IndexInUse { path: dir.to_owned() });
            }
            other => other?,
        };
        let folder = vectors_in(dir);
        std::fs::create_dir_all(&folder).map_err(RetrievalError::file(&folder, "making the folder"))?;
        let (log, vectors) = match committed(dir, index)? {
            Some(position) => {
                let vectors = replay(&folder, position, dimension)?;
                (VectorLog::open(&folder, position)?, vectors)
            }
            None => (VectorLog::create(&folder, 0, dimension, std::iter::empty())?, Vectors::new(dimension)),
        };
        remove_other_generations(&folder, log.position().generation)?;
        Ok((Self { lexical, log, pending: Vec::new(), lexical_changed: false, dumped: 0 }, vectors))
    }

    /// Where the vectors stand.
    pub fn position(&self) -> Position {
        self.log.position()
    }

    /// Remembers how much of the graph is on the disk already.
    pub fn note_dump(&mut self, loaded: &Graph) {
        self.dumped = loaded.covered();
    }

    /// Adds passages, replacing those of the same id.
    pub fn upsert(&mut self, shared: &Shared, passages: Vec<IndexedPassage>) -> Result<(), RetrievalError> {
        fitting(shared, passages.iter().filter_map(|p| p.embedding.as_ref()))?;
        self.lexical_changed = true;
        for passage in passages {
            self.lexical.delete_term(shared.fields.passage_term(passage.id));
            self.lexical.add_document(shared.fields.document(&shared.analyzer, &passage))?;
            let IndexedPassage { id, version, document, collection, days, embedding, .. } = passage;
            let entry = Entry { passage: id, version, document, collection, days: days.into() };
            self.pending.push(Change::Put(entry, embedding.map(|e| e.values().to_vec())));
        }
        Ok(())
    }

    /// Brings the vectors of passages that wait for them.
    pub fn embed(&mut self, shared: &Shared, made: Vec<(PassageId, Embedding)>) -> Result<(), RetrievalError> {
        fitting(shared, made.iter().map(|(_, e)| e))?;
        self.pending.extend(made.into_iter().map(|(passage, e)| Change::Embed(passage, e.values().to_vec())));
        Ok(())
    }

    /// Removes every passage of a version, those waiting for the commit included.
    pub fn remove_version(&mut self, shared: &Shared, version: VersionId) -> Result<(), RetrievalError> {
        self.lexical.delete_term(shared.fields.version_term(version));
        self.lexical_changed = true;
        self.pending.push(Change::RemoveVersion(version));
        Ok(())
    }

    /// Makes the changes durable and visible.
    #[tracing::instrument(name = "index.commit", skip_all, fields(change.count = self.pending.len()))]
    pub fn commit(&mut self, shared: &Shared) -> Result<(), RetrievalError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let before = self.log.position();
        let changes = std::mem::take(&mut self.pending);
        let committed = match self.log.append(&changes) {
            Ok(position) => commit_lexical(&mut self.lexical, position),
            Err(e) => Err(e),
        };
        if let Err(error) = committed {
            // Neither leg has moved: both go back to where they were.
            self.lexical.rollback()?;
            self.log.rewind(before)?;
            return Err(error);
        }
        // Vectors alone change neither texts nor names.
        let lexical = match std::mem::take(&mut self.lexical_changed) {
            true => {
                shared.reader.reload()?;
                let searcher = shared.reader.searcher();
                Some((known_names(&searcher, &shared.fields)?, searcher))
            }
            false => None,
        };
        {
            let mut state = shared.state.write();
            for change in &changes {
                change.apply(&mut state.vectors);
            }
            if let Some((names, searcher)) = lexical {
                (state.names, state.searcher) = (names, searcher);
            }
        }
        self.rewrite_if_mostly_dead(shared)?;
        self.tend_graph(shared, changes.len())
    }

    /// Forgets everything, at once and for good.
    pub fn clear(&mut self, shared: &Shared) -> Result<(), RetrievalError> {
        self.pending.clear();
        self.lexical.rollback()?;
        self.lexical.delete_query(Box::new(AllQuery))?;
        self.replace_vectors(shared, Vectors::new(shared.dimension))
    }

    /// Rewrites the vectors without the dead, once these are the greater part.
    fn rewrite_if_mostly_dead(&mut self, shared: &Shared) -> Result<(), RetrievalError> {
        let living = {
            let vectors = &shared.state.read().vectors;
            let dead = vectors.slots() - vectors.live();
            if dead < DEAD_WORTH_A_REWRITE || dead < vectors.live() {
                return Ok(());
            }
            let mut living = Vectors::new(shared.dimension);
            vectors.entries().for_each(|(entry, values)| match values {
                Some(values) => living.put(entry, values),
                None => living.put_bare(entry),
            });
            living
        };
        self.replace_vectors(shared, living)
    }

    /// Puts `vectors` in a generation of their own and makes that, with all changes of the lexical leg, the state.
    fn replace_vectors(&mut self, shared: &Shared, vectors: Vectors) -> Result<(), RetrievalError> {
        let folder = vectors_in(&shared.folder);
        let generation = self.log.position().generation + 1;
        let log = VectorLog::create(&folder, generation, shared.dimension, vectors.entries())?;
        commit_lexical(&mut self.lexical, log.position())?;
        self.log = log;
        self.dumped = 0;
        shared.reader.reload()?;
        *shared.state.write() = State::new(&shared.fields, shared.reader.searcher(), vectors)?;
        graph::forget(&folder)?;
        remove_other_generations(&folder, generation)
    }

    /// Lets the graph follow the vectors, a bounded number of slots behind each commit.
    fn tend_graph(&mut self, shared: &Shared, added: usize) -> Result<(), RetrievalError> {
        let settings = &shared.settings;
        let needed = shared.state.read().vectors.live() > settings.exact_scan_limit;
        if !needed || shared.loading_graph.load(Ordering::Acquire) {
            return Ok(());
        }
        if shared.state.read().graph.is_none() {
            let capacity = shared.state.read().vectors.slots() * 2;
            shared.state.write().graph = Some(Graph::new(settings, capacity));
        }
        let state = shared.state.read();
        let Some(graph) = &state.graph else { return Ok(()) };
        graph.cover(&state.vectors, graph.covered() + GRAPH_STEP.max(added * GRAPH_STEPS_PER_PASSAGE));
        let grown = graph.covered() - self.dumped.min(graph.covered());
        if graph.covered() == state.vectors.slots() && grown * 10 > graph.covered() {
            graph.dump(&vectors_in(&shared.folder), self.log.position().generation)?;
            self.dumped = graph.covered();
        }
        Ok(())
    }
}

/// Refuses embeddings of another dimension.
fn fitting<'a>(shared: &Shared, mut embeddings: impl Iterator<Item = &'a Embedding>) -> Result<(), RetrievalError> {
    match embeddings.find(|e| e.values().len() != shared.dimension) {
        Some(misfit) => Err(RetrievalError::Dimension { expected: shared.dimension, given: misfit.values().len() }),
        None => Ok(()),
    }
}

/// The commit of both legs: tantivy's, which names how much of the vectors counts.
fn commit_lexical(lexical: &mut IndexWriter, position: Position) -> Result<(), RetrievalError> {
    let payload = serde_json::to_string(&position).map_err(|e| TantivyError::InternalError(e.to_string()))?;
    let mut prepared = lexical.prepare_commit()?;
    prepared.set_payload(&payload);
    prepared.commit()?;
    Ok(())
}

/// Removes generations that no commit names any more.
fn remove_other_generations(folder: &Path, keep: u64) -> Result<(), RetrievalError> {
    let keep = path_of(folder, keep);
    let entries = std::fs::read_dir(folder).map_err(RetrievalError::file(folder, "listing"))?;
    for path in entries.filter_map(|e| e.ok().map(|e| e.path())) {
        if path.extension().is_some_and(|e| e == "vectors") && path != keep {
            std::fs::remove_file(&path).map_err(RetrievalError::file(&path, "removing"))?;
        }
    }
    Ok(())
}
