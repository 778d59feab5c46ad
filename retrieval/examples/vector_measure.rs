//! Measures the vector leg: `vector_measure DICTIONARY PASSAGES...`.
//!
//! Vectors of 384 components in 400 topics around a common direction, as sentence embedders make them (neighbours at a
//! cosine of about 0.9, strangers at about 0.75). For each count: exact scan against graph, with everything visible
//! and with 99 % hidden; and what a start costs.
#![expect(clippy::print_stdout, reason = "a measuring tool prints its measurements")]

use appliance_core::id::{CollectionId, ContentHash, DocumentId, PassageId, UserId, VersionId};
use appliance_core::ports::PassageIndex;
use appliance_core::ports::index::IndexedPassage;
use appliance_core::ports::models::ModelIdentity;
use appliance_core::question::Question;
use appliance_core::ranking::{Embedding, HybridQuery, Legs};
use appliance_core::validity::Days;
use appliance_core::viewer::{Role, Viewer, Visibility};
use retrieval::{Analyzer, HybridIndex, IndexSettings};
use std::collections::HashSet;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

const DIMENSION: usize = 384;
const TOPICS: u64 = 400;
const QUERIES: u64 = 50;
/// Beyond this the graph is not built, because that takes many minutes.
const GRAPH_UP_TO: u64 = 60_000;

type Fallible<T> = Result<T, Box<dyn Error>>;

fn main() -> Fallible<()> {
    let mut args = std::env::args().skip(1);
    let analyzer = Analyzer::from_dictionary(Path::new(&args.next().ok_or("which dictionary?")?))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build()?;
    args.try_for_each(|count| runtime.block_on(measure(count.parse()?, &analyzer)))
}

async fn measure(count: u64, analyzer: &Analyzer) -> Fallible<()> {
    let folder = tempfile::tempdir()?;
    let embedder = ModelIdentity { name: "none".to_owned(), hash: ContentHash::of(b"none") };
    let exact = IndexSettings { exact_scan_limit: usize::MAX, ..IndexSettings::default() };
    let graph = IndexSettings { exact_scan_limit: 0, ..IndexSettings::default() };
    let open = |settings| HybridIndex::open(folder.path(), analyzer.clone(), &embedder, DIMENSION, settings);

    let index = open(exact)?;
    for from in (0..count).step_by(5_000) {
        index.upsert((from..count.min(from + 5_000)).map(passage).collect()).await?;
        index.commit().await?;
    }
    let all = Visibility { collections: (0..100).map(CollectionId).collect(), ..Visibility::default() };
    let few = Visibility { collections: [CollectionId(7)].into(), ..Visibility::default() };
    let (truth_all, truth_few) = (ask(&index, &all).await?, ask(&index, &few).await?);
    println!("{count} passages: exact, all visible {:.2} ms; 99 % hidden {:.2} ms", truth_all.1, truth_few.1);
    drop(index);

    let started = Instant::now();
    let index = open(graph)?;
    println!("  start without the graph {} ms", started.elapsed().as_millis());
    if count > GRAPH_UP_TO {
        return Ok(());
    }
    let started = Instant::now();
    // Each commit takes the graph 512 slots further.
    for extra in count..=count + count.div_ceil(512) {
        index.upsert(vec![passage(extra)]).await?;
        index.commit().await?;
    }
    println!("  graph built in {:.1} s", started.elapsed().as_secs_f64());
    for (name, visibility, truth) in [("all visible", &all, &truth_all), ("99 % hidden", &few, &truth_few)] {
        let (found, ms) = ask(&index, visibility).await?;
        println!("  graph, {name}: {ms:.2} ms, recall@10 {:.3}", recall(&found, &truth.0, count));
    }
    drop(index);
    let started = Instant::now();
    let index = open(graph)?;
    println!("  start with the graph {} ms", started.elapsed().as_millis());
    drop(index);
    Ok(())
}

/// What 50 questions find, and the mean time of one in milliseconds.
async fn ask(index: &HybridIndex, visibility: &Visibility) -> Fallible<(Vec<Vec<i64>>, f64)> {
    let viewer = Viewer::new(UserId(1), "measure", Role::Reader, visibility.clone());
    let question = Question::new("施設")?;
    let mut found = Vec::new();
    let mut seconds = 0.0;
    for i in 0..QUERIES {
        let query = HybridQuery::new(&viewer, &question, vector(1_000_000_007 + i * 31), 20).with_legs(Legs::Vector);
        let started = Instant::now();
        let ranking = index.search(query).await?;
        seconds += started.elapsed().as_secs_f64();
        found.push(ranking.passages.iter().map(|p| p.passage.0).collect());
    }
    Ok((found, seconds * 1e3 / QUERIES as f64))
}

/// The share of the ten nearest that were found, leaving out passages that came later than the truth.
fn recall(found: &[Vec<i64>], truth: &[Vec<i64>], count: u64) -> f64 {
    let ten = |list: &[i64]| list.iter().copied().filter(|id| *id < count as i64).take(10).collect::<HashSet<_>>();
    let share = |(f, t): (&Vec<i64>, &Vec<i64>)| ten(f).intersection(&ten(t)).count() as f64 / 10.0;
    found.iter().zip(truth).map(share).sum::<f64>() / truth.len() as f64
}

fn passage(id: u64) -> IndexedPassage {
    let id_of = id as i64;
    IndexedPassage {
        days: Days::ALWAYS,
        id: PassageId(id_of),
        version: VersionId(id_of / 20),
        document: DocumentId(id_of / 20),
        collection: CollectionId(id_of / 20 % 100),
        title: String::new(),
        heading_path: Vec::new(),
        text: "施設".to_owned(),
        embedding: Some(vector(id)),
    }
}

fn vector(id: u64) -> Embedding {
    let topic = mixed(id) % TOPICS;
    let part = |seed: u64, i: usize| unit(mixed(seed.wrapping_mul(0x9e37_79b9) ^ i as u64));
    let values = (0..DIMENSION).map(|i| 1.7 * part(u64::MAX, i) + 0.8 * part(topic + 1, i) + 0.6 * part(id + 1_000, i)).collect();
    Embedding::normalised(values).expect("random numbers have a length")
}

/// splitmix64.
fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// −1 to 1.
fn unit(bits: u64) -> f32 {
    (bits >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
}
