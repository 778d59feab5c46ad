//! Measures the lexical leg on question sets: `lexical_eval DICTIONARY SETTINGS_JSON SET_DIR...`.
//!
//! A set is a folder of `corpus.jsonl` (`id`, `title`, `text`) and `queries.jsonl` (`question`, `relevant`, perhaps
//! `kind`). `SETTINGS_JSON` is `{}` for the defaults; of a list, the rankings are fused by rank. The vector leg takes no
//! part: every passage has the same vector.
#![expect(clippy::print_stdout, reason = "a measuring tool prints its measurements")]

use appliance_core::evaluation::quality;
use appliance_core::id::{CollectionId, ContentHash, DocumentId, PassageId, UserId, VersionId};
use appliance_core::ports::PassageIndex;
use appliance_core::ports::index::IndexedPassage;
use appliance_core::ports::models::ModelIdentity;
use appliance_core::question::Question;
use appliance_core::ranking::HybridQuery;
use appliance_core::validity::Days;
use appliance_core::viewer::{Role, Viewer, Visibility};
use retrieval::{Analyzer, HybridIndex, IndexSettings, RankedList, fuse};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::path::Path;
use std::time::Instant;

type Fallible<T> = Result<T, Box<dyn Error>>;

fn main() -> Fallible<()> {
    let mut args = std::env::args().skip(1);
    let dictionary = args.next().ok_or("which dictionary?")?;
    let settings = args.next().ok_or("which settings?")?;
    let settings: Vec<IndexSettings> = match serde_json::from_str(&settings)? {
        Value::Array(several) => several.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?,
        one => vec![serde_json::from_value(one)?],
    };
    let started = Instant::now();
    let analyzer = Analyzer::from_dictionary(Path::new(&dictionary))?;
    println!("dictionary loaded in {} ms", started.elapsed().as_millis());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build()?;
    args.try_for_each(|set| runtime.block_on(measure(Path::new(&set), analyzer.clone(), &settings)))
}

async fn measure(set: &Path, analyzer: Analyzer, settings: &[IndexSettings]) -> Fallible<()> {
    let folder = tempfile::tempdir()?;
    let embedder = ModelIdentity { name: "none".to_owned(), hash: ContentHash::of(b"none") };
    let open = |(i, s): (usize, &IndexSettings)| HybridIndex::open(&folder.path().join(i.to_string()), analyzer.clone(), &embedder, 1, *s);
    let indexes: Vec<HybridIndex> = settings.iter().enumerate().map(open).collect::<Result<_, _>>()?;
    let corpus = lines(&set.join("corpus.jsonl"))?;
    let ids: HashMap<&str, i64> = corpus.iter().zip(1..).map(|(c, i)| (text(c, "id"), i)).collect();

    let started = Instant::now();
    for index in &indexes {
        index.upsert(corpus.iter().zip(1..).map(|(c, i)| passage(c, i)).collect()).await?;
        index.commit().await?;
    }
    let per_second = corpus.len() as f64 / started.elapsed().as_secs_f64();

    let everything = Visibility { collections: [CollectionId(1)].into(), ..Visibility::default() };
    let viewer = Viewer::new(UserId(1), "measure", Role::Reader, everything);
    let mut judged: BTreeMap<String, Vec<(Vec<bool>, usize)>> = BTreeMap::new();
    let mut times = Vec::new();
    for query in lines(&set.join("queries.jsonl"))? {
        let relevant: Vec<i64> = query["relevant"].as_array().into_iter().flatten().filter_map(|r| ids.get(r.as_str()?).copied()).collect();
        if relevant.is_empty() {
            continue;
        }
        let question = Question::new(text(&query, "question"))?;
        let started = Instant::now();
        let mut lists = Vec::new();
        for index in &indexes {
            let found = index.search(HybridQuery::lexical(&viewer, &question, 100)).await?.passages;
            lists.push(RankedList { weight: 1.0, passages: found.iter().map(|p| p.passage).collect() });
        }
        times.push(started.elapsed().as_secs_f64() * 1e3);
        let hits: Vec<bool> = fuse(60.0, &lists).iter().take(10).map(|(p, _)| relevant.contains(&p.0)).collect();
        for kind in ["", text(&query, "kind")].iter().take(if query["kind"].is_string() { 2 } else { 1 }) {
            judged.entry((*kind).to_owned()).or_default().push((hits.clone(), relevant.len()));
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
    let name = set.file_name().unwrap_or_default().to_string_lossy();
    println!("{name}: {per_second:.0} passages/s, p50 {:.2} ms, p95 {:.2} ms", at(0.5), at(0.95));
    for (kind, judged) in judged {
        let q = quality(&judged);
        println!(
            "  {:18} n {:4}  hit@1 {:.3}  hit@5 {:.3}  hit@10 {:.3}  mrr@10 {:.3}  ndcg@10 {:.3}",
            kind, q.questions, q.hit_1, q.hit_5, q.hit_10, q.mrr_10, q.ndcg_10
        );
    }
    Ok(())
}

fn lines(path: &Path) -> Fallible<Vec<Value>> {
    let content = std::fs::read_to_string(path)?;
    Ok(content.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn passage(entry: &Value, id: i64) -> IndexedPassage {
    IndexedPassage {
        days: Days::ALWAYS,
        id: PassageId(id),
        version: VersionId(id),
        document: DocumentId(id),
        collection: CollectionId(1),
        title: text(entry, "title").to_owned(),
        heading_path: Vec::new(),
        text: text(entry, "text").to_owned(),
        embedding: None,
    }
}
