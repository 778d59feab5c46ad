//! The graph of neighbours (HNSW, Malkov and Yashunin 2016) that finds near vectors without comparing them all.
//!
//! It covers the first slots and grows behind the vectors, a bounded number with each commit; slots that it does not
//! cover yet are compared exactly. It knows no removal: the dead and the hidden are passed over while searching. A dump
//! on the disk saves building it anew (2.6 ms a vector); it is a cache, ignored unless it matches the vectors it was
//! made from. Loading it takes 16 ms a thousand vectors, ten times as long as loading these, so a start does not wait
//! for it: meanwhile every vector is compared.

use crate::durable::write_bytes;
use crate::error::RetrievalError;
use crate::settings::IndexSettings;
use crate::vectors::{Vectors, dot};
use hnsw_rs::prelude::{AnnT, Distance, Hnsw, HnswIo};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The dump format of hnsw_rs takes exactly this many layers.
const LAYERS: usize = 16;
const DUMP: &str = "neighbours";
/// Says what the dump was made from; there once the dump is whole.
pub(crate) const DUMP_NOTE: &str = "neighbours.json";

/// 1 − cosine of two unit vectors. Rounding can bring that below 0, which the graph does not bear.
#[derive(Clone, Copy, Default)]
struct UnitDistance;

impl Distance<f32> for UnitDistance {
    fn eval(&self, a: &[f32], b: &[f32]) -> f32 {
        (1.0 - dot(a, b)).max(0.0)
    }
}

/// The graph over slots `0..covered()`.
pub(crate) struct Graph {
    hnsw: Hnsw<'static, f32, UnitDistance>,
    covered: AtomicUsize,
}

/// What a dump was made from.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct DumpNote {
    generation: u64,
    covered: usize,
    graph_bytes: u64,
    data_bytes: u64,
}

impl Graph {
    /// A graph that covers nothing yet.
    pub fn new(settings: &IndexSettings, capacity: usize) -> Self {
        let hnsw = Hnsw::new(settings.graph_neighbours.clamp(2, 255), capacity, LAYERS, settings.graph_build_width.max(16), UnitDistance);
        Self { hnsw, covered: AtomicUsize::new(0) }
    }

    /// How many slots it covers.
    pub fn covered(&self) -> usize {
        self.covered.load(Ordering::Acquire)
    }

    /// Takes in slots up to `slots`. One caller at a time; searches may go on meanwhile.
    pub fn cover(&self, vectors: &Vectors, slots: usize) {
        for slot in self.covered()..slots.min(vectors.slots()) {
            self.hnsw.insert((vectors.vector(slot), slot));
            self.covered.store(slot + 1, Ordering::Release);
        }
    }

    /// About the `k` nearest slots that `admit` lets pass.
    pub fn nearest(&self, query: &[f32], k: usize, width: usize, admit: &dyn Fn(usize) -> bool) -> Vec<usize> {
        let covered = self.covered();
        let filter = |slot: &usize| *slot < covered && admit(*slot);
        self.hnsw.search_filter(query, k, width.max(k), Some(&filter)).into_iter().map(|n| n.d_id).collect()
    }

    /// Writes the dump for the vectors of a generation.
    pub fn dump(&self, folder: &Path, generation: u64) -> Result<(), RetrievalError> {
        // The note goes first and comes last, so that a dump cut off in between is never taken for whole.
        forget(folder)?;
        // hnsw_rs makes up another name when a loaded graph would overwrite its own file; after `forget` none is there.
        let name =
            self.hnsw.file_dump(folder, DUMP).map_err(|e| RetrievalError::Graph { path: folder.to_owned(), reason: e.to_string() })?;
        debug_assert_eq!(name, DUMP);
        for kind in ["graph", "data"] {
            let path = folder.join(format!("{DUMP}.hnsw.{kind}"));
            std::fs::File::open(&path).and_then(|f| f.sync_all()).map_err(RetrievalError::file(&path, "syncing"))?;
        }
        let [graph_bytes, data_bytes] = sizes(folder)?;
        let note = DumpNote { generation, covered: self.covered(), graph_bytes, data_bytes };
        let note = serde_json::to_vec(&note).map_err(|e| RetrievalError::Graph { path: folder.to_owned(), reason: e.to_string() })?;
        write_bytes(&folder.join(DUMP_NOTE), &note)
    }

    /// Reads the dump; `None` when there is none that belongs to these vectors.
    pub fn load(folder: &Path, generation: u64, slots: usize, settings: &IndexSettings) -> Result<Option<Self>, RetrievalError> {
        let Ok(note) = std::fs::read(folder.join(DUMP_NOTE)) else { return Ok(None) };
        let Ok(note) = serde_json::from_slice::<DumpNote>(&note) else { return Ok(None) };
        let belongs = note.generation == generation && note.covered <= slots;
        if !belongs || sizes(folder).ok() != Some([note.graph_bytes, note.data_bytes]) {
            return Ok(None);
        }
        // The loaded graph borrows its loader, for memory maps that are not used here: some 200 bytes a start.
        let loader: &'static mut HnswIo = Box::leak(Box::new(HnswIo::new(folder, DUMP)));
        let mut hnsw: Hnsw<'static, f32, UnitDistance> =
            loader.load_hnsw().map_err(|e| RetrievalError::Graph { path: folder.to_owned(), reason: e.to_string() })?;
        // Loading switches this on, building leaves it off.
        hnsw.set_extend_candidates(false);
        let neighbours = usize::from(hnsw.get_max_nb_connection());
        if hnsw.get_nb_point() != note.covered || neighbours != settings.graph_neighbours.clamp(2, 255) {
            return Ok(None);
        }
        Ok(Some(Self { hnsw, covered: AtomicUsize::new(note.covered) }))
    }
}

/// Removes a dump.
pub(crate) fn forget(folder: &Path) -> Result<(), RetrievalError> {
    for name in [DUMP_NOTE.to_owned(), format!("{DUMP}.hnsw.graph"), format!("{DUMP}.hnsw.data")] {
        let path = folder.join(name);
        match std::fs::remove_file(&path) {
            Ok(()) => {}
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(RetrievalError::file(&path, "removing")(e)),
        }
    }
    Ok(())
}

fn sizes(folder: &Path) -> Result<[u64; 2], RetrievalError> {
    let size = |kind: &str| {
        let path = folder.join(format!("{DUMP}.hnsw.{kind}"));
        std::fs::metadata(&path).map(|m| m.len()).map_err(RetrievalError::file(&path, "reading"))
    };
    Ok([size("graph")?, size("data")?])
}
