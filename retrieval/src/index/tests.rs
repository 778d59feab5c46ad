//! What users of the index rely on, with the tiny dictionary.

use super::*;
use crate::fixtures;
use appliance_core::id::{CollectionId, ContentHash, DocumentId, PassageId, UserId};
use appliance_core::question::Question;
use appliance_core::ranking::{Embedding, Legs};
use appliance_core::testing::HashEmbedder;
use appliance_core::validity::{Day, Days, Ending};
use appliance_core::viewer::{Role, Viewer, Visibility};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::io::{BufRead, Write};
use std::sync::OnceLock;

const DIMENSION: usize = 64;

fn embedder() -> ModelIdentity {
    ModelIdentity { name: "hash".to_owned(), hash: ContentHash::of(b"hash") }
}

fn open_with(dir: &Path, settings: IndexSettings) -> HybridIndex {
    HybridIndex::open(dir, fixtures::analyzer(), &embedder(), DIMENSION, settings).expect("the index opens")
}

fn open(dir: &Path) -> HybridIndex {
    open_with(dir, IndexSettings::default())
}

/// Every vector goes through the graph.
fn graph_only() -> IndexSettings {
    IndexSettings { exact_scan_limit: 0, graph_neighbours: 8, graph_build_width: 40, ..IndexSettings::default() }
}

/// A passage whose version is its document, in collection 1.
fn passage(id: i64, document: i64, text: &str) -> IndexedPassage {
    IndexedPassage {
        days: Days::ALWAYS,
        id: PassageId(id),
        version: VersionId(document),
        document: DocumentId(document),
        collection: CollectionId(1),
        title: "廃棄物条例".to_owned(),
        heading_path: vec!["第2章 手数料".to_owned()],
        text: text.to_owned(),
        embedding: Some(HashEmbedder::vector(text)),
    }
}

fn seeing(visibility: Visibility) -> Viewer {
    Viewer::new(UserId(1), "reader", Role::Reader, visibility)
}

fn reader_of_collection_1() -> Viewer {
    seeing(Visibility { collections: [CollectionId(1)].into(), ..Visibility::default() })
}

fn query(viewer: &Viewer, text: &str, limit: usize) -> HybridQuery {
    HybridQuery::new(viewer, &Question::new(text).expect("a question"), HashEmbedder::vector(text), limit)
}

async fn found(index: &HybridIndex, text: &str, legs: Legs) -> Vec<i64> {
    let ranking = index.search(query(&reader_of_collection_1(), text, 10).with_legs(legs)).await.expect("a ranking");
    ranking.passages.iter().map(|p| p.passage.0).collect()
}

async fn filled(dir: &Path) -> HybridIndex {
    let index = open(dir);
    let texts = ["粗大ごみの手数料は、１点につき５００円とする。", "休館日は、月曜日とする。", "施設の利用料を支払った者"];
    index.upsert(texts.iter().zip(1..).map(|(t, i)| passage(i, i, t)).collect()).await.expect("an upsert");
    index.commit().await.expect("a commit");
    index
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[tokio::test]
async fn each_leg_finds_and_says_where() {
    let folder = folder();
    let index = filled(folder.path()).await;
    assert_eq!(index.len().await.expect("a count"), 3);
    for legs in [Legs::Lexical, Legs::Vector, Legs::Hybrid] {
        assert_eq!(found(&index, "粗大ごみの手数料", legs).await.first(), Some(&1), "{legs:?}");
    }
    let ranking = index.search(query(&reader_of_collection_1(), "休館日", 10)).await.expect("a ranking");
    let first = ranking.passages[0];
    assert_eq!((first.passage, first.lexical.map(|l| l.rank), first.vector.map(|v| v.rank)), (PassageId(2), Some(1), Some(1)));
    // 休館 and 館日 stand in one of three passages each: ln(1 + 2.5 / 1.5).
    let weights: Vec<(&str, f32)> = ranking.terms.iter().map(|t| (t.term.as_str(), t.idf)).collect();
    let rare = (1.0_f32 + 2.5 / 1.5).ln();
    assert_eq!(weights, [("休館", rare), ("館日", rare)]);
}

#[tokio::test]
async fn a_name_that_no_dictionary_has_is_found_by_its_characters() {
    let folder = folder();
    let index = filled(folder.path()).await;
    index.upsert(vec![passage(7, 7, "彁暃町の窓口")]).await.expect("an upsert");
    index.commit().await.expect("a commit");
    assert_eq!(found(&index, "彁暃町はどこ", Legs::Lexical).await, [7]);
}

#[tokio::test]
async fn an_article_is_found_by_its_number_in_either_spelling() {
    let folder = folder();
    let index = open(folder.path());
    let texts = ["第九条　市長は、手数料を減免する。", "第八条　第九条の規定により、第九条の二と第九条の三による。", "第九条の二　施設"];
    index.upsert(texts.iter().zip(1..).map(|(t, i)| passage(i, i, t)).collect()).await.expect("an upsert");
    index.commit().await.expect("a commit");
    for (question, expected) in [("第9条", 1), ("条例第九条", 1), ("第９条の２", 3), ("第八条には何が", 2)] {
        assert_eq!(found(&index, question, Legs::Lexical).await.first(), Some(&expected), "{question}");
    }
}

#[tokio::test]
async fn syntax_characters_are_only_characters() {
    let folder = folder();
    let index = filled(folder.path()).await;
    for text in ["NOT 手数料", "title:手数料 AND", "\"手数料", "手数料* (施設 OR [a TO b]^4 ~2 +-", "/手数料/", "body:手数料\\"]
    {
        assert!(found(&index, text, Legs::Lexical).await.contains(&1), "{text}");
    }
    assert!(found(&index, "!!! ... ^^^", Legs::Lexical).await.is_empty());
}

#[tokio::test]
async fn nothing_is_seen_before_the_commit_and_everything_after() {
    let folder = folder();
    let index = filled(folder.path()).await;
    index.remove_version(VersionId(1)).await.expect("a removal");
    index.upsert(vec![passage(2, 2, "粗大ごみの受付")]).await.expect("an upsert");
    assert_eq!(found(&index, "粗大ごみの手数料", Legs::Lexical).await[0], 1);
    index.commit().await.expect("a commit");
    assert_eq!(index.len().await.expect("a count"), 2);
    for legs in [Legs::Lexical, Legs::Vector, Legs::Hybrid] {
        assert_eq!(found(&index, "粗大ごみの手数料", legs).await[0], 2, "{legs:?}");
        assert!(!found(&index, "粗大ごみの手数料", legs).await.contains(&1), "{legs:?}");
    }
    assert!(!found(&index, "休館日", Legs::Lexical).await.contains(&2), "the replaced text is gone");
}

#[tokio::test]
async fn the_index_survives_a_restart_and_shows_itself_to_readers_meanwhile() {
    let folder = folder();
    let index = filled(folder.path()).await;
    let before = index.search(query(&reader_of_collection_1(), "手数料と施設", 10)).await.expect("a ranking");

    let reader = HybridIndex::open_read_only(folder.path(), fixtures::analyzer(), &embedder(), DIMENSION, IndexSettings::default())
        .expect("a reader beside the writer");
    let refused = HybridIndex::open(folder.path(), fixtures::analyzer(), &embedder(), DIMENSION, IndexSettings::default());
    assert!(matches!(refused, Err(RetrievalError::IndexInUse { .. })), "there is one writer");
    assert_eq!(reader.search(query(&reader_of_collection_1(), "手数料と施設", 10)).await.expect("a ranking"), before);
    assert!(reader.upsert(vec![passage(9, 9, "施設")]).await.is_err(), "readers change nothing");

    drop(index);
    let again = open(folder.path());
    assert_eq!(again.search(query(&reader_of_collection_1(), "手数料と施設", 10)).await.expect("a ranking"), before);
}

#[tokio::test]
async fn an_index_of_something_else_is_refused_with_a_remedy() {
    let folder = folder();
    drop(filled(folder.path()).await);
    let refusal = |embedder: ModelIdentity, dimension| {
        HybridIndex::open(folder.path(), fixtures::analyzer(), &embedder, dimension, IndexSettings::default()).err().expect("a refusal")
    };
    let other = refusal(ModelIdentity { name: "bge-m3".to_owned(), ..embedder() }, 1024);
    assert!(other.to_string().ends_with("was built with embedder hash (64 dims), configuration names bge-m3 (1024)"), "{other}");
    assert_eq!(other.hint().as_deref(), Some("run `kura reindex`, or set inference.embedder back to hash"));
    let changed = refusal(ModelIdentity { hash: ContentHash::of(b"other"), ..embedder() }, DIMENSION);
    assert!(changed.to_string().contains("another file of embedder hash"), "{changed}");

    let recreated = HybridIndex::recreate(folder.path(), fixtures::analyzer(), &other_embedder(), 3, IndexSettings::default());
    assert_eq!(recreated.expect("a new index").len().await.expect("a count"), 0);
}

fn other_embedder() -> ModelIdentity {
    ModelIdentity { name: "other".to_owned(), hash: ContentHash::of(b"other") }
}

#[tokio::test]
async fn a_missing_index_is_not_made_by_readers() {
    let folder = folder();
    let dir = folder.path().join("index");
    let refused = HybridIndex::open_read_only(&dir, fixtures::analyzer(), &embedder(), DIMENSION, IndexSettings::default());
    assert!(matches!(refused, Err(RetrievalError::IndexMissing { .. })));
    assert!(!dir.exists());
}

#[tokio::test]
async fn vectors_of_another_dimension_are_refused() {
    let folder = folder();
    let index = filled(folder.path()).await;
    let embedding = Embedding::normalised(vec![1.0, 2.0]).expect("a vector");
    assert!(index.upsert(vec![IndexedPassage { embedding: Some(embedding.clone()), ..passage(9, 9, "施設") }]).await.is_err());
    let question = Question::new("施設").expect("a question");
    let viewer = reader_of_collection_1();
    assert!(index.search(HybridQuery::new(&viewer, &question, embedding, 3)).await.is_err());
    assert!(index.search(HybridQuery::lexical(&viewer, &question, 3).with_legs(Legs::Hybrid)).await.is_err(), "no vector, no vector leg");
}

#[tokio::test]
async fn clearing_is_durable() {
    let folder = folder();
    let index = filled(folder.path()).await;
    index.upsert(vec![passage(9, 9, "手数料")]).await.expect("an upsert that is never committed");
    index.clear().await.expect("cleared");
    assert_eq!(index.len().await.expect("a count"), 0);
    assert!(found(&index, "手数料", Legs::Hybrid).await.is_empty());
    index.upsert(vec![passage(4, 4, "施設の手数料")]).await.expect("an upsert");
    index.commit().await.expect("a commit");
    drop(index);
    assert_eq!(found(&open(folder.path()), "手数料", Legs::Hybrid).await, [4]);
}

/// The vector file of a folder.
fn vector_file(dir: &Path) -> PathBuf {
    let files = std::fs::read_dir(dir.join("vectors")).expect("a listing").filter_map(|e| e.ok().map(|e| e.path()));
    files.filter(|p| p.extension().is_some_and(|e| e == "vectors")).max().expect("a vector file")
}

#[tokio::test]
async fn a_commit_that_was_cut_off_never_happened() {
    let folder = folder();
    drop(filled(folder.path()).await);
    let file = vector_file(folder.path());
    let committed = std::fs::read(&file).expect("the vectors");
    // A whole record, half a record, a kind that does not exist.
    let whole = committed[12..12 + 33 + DIMENSION * 4].to_vec();
    for tail in [whole.clone(), whole[..100].to_vec(), vec![1], vec![77; 5]] {
        std::fs::write(&file, [committed.clone(), tail].concat()).expect("a longer file");
        let reader = HybridIndex::open_read_only(folder.path(), fixtures::analyzer(), &embedder(), DIMENSION, IndexSettings::default());
        assert_eq!(reader.expect("readers pass over the tail").len().await.expect("a count"), 3);
        let index = open(folder.path());
        assert_eq!(found(&index, "休館日", Legs::Vector).await[0], 2);
        assert_eq!(std::fs::read(&file).expect("the vectors"), committed, "the writer cuts the tail off");
    }
}

#[tokio::test]
async fn vectors_that_were_committed_and_are_gone_are_noticed() {
    let folder = folder();
    drop(filled(folder.path()).await);
    let file = vector_file(folder.path());
    let committed = std::fs::read(&file).expect("the vectors");
    for keep in [0, 12, committed.len() / 2, committed.len() - 1] {
        std::fs::write(&file, &committed[..keep]).expect("a shorter file");
        let refused = HybridIndex::open(folder.path(), fixtures::analyzer(), &embedder(), DIMENSION, IndexSettings::default());
        let error = refused.err().expect("a refusal");
        assert!(matches!(error, RetrievalError::IndexDamaged { .. }), "{error}");
        assert!(error.hint().is_some_and(|h| h.contains("kura reindex")));
    }
}

/// Not a test of its own: the process that [`a_process_killed_at_any_moment_leaves_a_whole_index`] kills.
#[tokio::test]
#[ignore = "started by another test, as a process to kill"]
async fn writes_until_killed() {
    let mut dir = String::new();
    std::io::stdin().read_line(&mut dir).expect("a folder on standard input");
    let index = open(Path::new(dir.trim()));
    let first = index.len().await.expect("a count") as i64 + 1;
    for id in first..first + 100_000 {
        index.upsert(vec![passage(id, id, "施設の手数料")]).await.expect("an upsert");
        index.commit().await.expect("a commit");
        println!("committed {id}");
    }
}

#[tokio::test]
async fn a_process_killed_at_any_moment_leaves_a_whole_index() {
    let folder = folder();
    let mut last = 0;
    for millis in [5, 23, 41, 60, 97] {
        let mut child = std::process::Command::new(std::env::current_exe().expect("this test"))
            .args(["--ignored", "--exact", "index::tests::writes_until_killed", "--nocapture"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("a process");
        writeln!(child.stdin.take().expect("its input"), "{}", folder.path().display()).expect("told");
        let mut lines = std::io::BufReader::new(child.stdout.take().expect("its output")).lines();
        let number = |line: String| line.rsplit_once("committed ").and_then(|(_, n)| n.parse::<u64>().ok());
        // The clock starts with the first commit, or the kill would only ever meet the start of the process.
        let first = lines.by_ref().find_map(|l| number(l.expect("a line"))).expect("a first commit");
        std::thread::sleep(std::time::Duration::from_millis(millis));
        child.kill().expect("killed");
        child.wait().expect("gone");
        let told = lines.filter_map(|l| number(l.ok()?)).last().unwrap_or(first);

        let index = open(folder.path());
        let held = index.len().await.expect("a count");
        assert!(held == told || held == told + 1, "{told} commits were confirmed, {held} passages are there");
        assert!(held > last);
        let all = |legs| query(&reader_of_collection_1(), "施設の手数料", 100_000).with_legs(legs);
        for legs in [Legs::Lexical, Legs::Vector] {
            let ranking = index.search(all(legs)).await.expect("a ranking");
            assert_eq!(ranking.passages.len() as u64, held, "both legs stand at the same commit ({legs:?})");
        }
        last = held;
    }
}

#[tokio::test]
async fn the_dead_are_swept_out_and_the_living_stay() {
    let folder = folder();
    let index = open(folder.path());
    for round in 0..3 {
        let passages = (1..=600).map(|id| passage(id, round, &format!("施設{id}号室"))).collect();
        index.upsert(passages).await.expect("an upsert");
        index.commit().await.expect("a commit");
    }
    assert_eq!(index.len().await.expect("a count"), 600);
    assert!(index.shared.state.read().vectors.slots() < 1_800, "the dead are gone");
    assert_eq!(std::fs::read_dir(vectors_in(folder.path())).expect("a listing").count(), 1, "earlier generations are gone");
    drop(index);
    let index = open(folder.path());
    assert_eq!(index.len().await.expect("a count"), 600);
    assert_eq!(found(&index, "施設123号室", Legs::Hybrid).await[0], 123);
}

async fn graph_is_loaded(index: &HybridIndex) {
    for _ in 0..1_000 {
        if !index.shared.loading_graph.load(Ordering::Acquire) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the graph is still being loaded");
}

#[tokio::test]
async fn the_graph_follows_is_dumped_and_comes_back() {
    let folder = folder();
    let index = open_with(folder.path(), graph_only());
    index
        .upsert((1..=400).map(|id| passage(id, id % 7, &format!("施設{id}号室の手数料{}円", id * 13))).collect())
        .await
        .expect("an upsert");
    index.commit().await.expect("a commit");
    let before = found(&index, "施設123号室の手数料", Legs::Vector).await;
    let exact = {
        let state = index.shared.state.read();
        assert_eq!(state.graph.as_ref().map(Graph::covered), Some(400));
        let viewer = reader_of_collection_1();
        let query = query(&viewer, "施設123号室の手数料", 10);
        let sight = state.vectors.sight(crate::permission::Permission::of(&query));
        let exact = state.vectors.nearest_exactly(query.embedding().expect("one").values(), &sight, 0..400, 10);
        exact.iter().map(|(p, _)| p.0).collect::<BTreeSet<_>>()
    };
    let recalled = before.iter().filter(|p| exact.contains(p)).count();
    assert!(recalled >= 9, "{recalled} of the 10 nearest");

    drop(index);
    let index = open_with(folder.path(), graph_only());
    assert_eq!(found(&index, "施設123号室の手数料", Legs::Vector).await.len(), 10, "no search waits for the graph");
    graph_is_loaded(&index).await;
    assert_eq!(index.shared.state.read().graph.as_ref().map(Graph::covered), Some(400), "loaded, not built");
    assert_eq!(found(&index, "施設123号室の手数料", Legs::Vector).await, before);
    // It goes on growing after it was loaded.
    index.upsert(vec![passage(500, 500, "休館日は月曜日")]).await.expect("an upsert");
    index.commit().await.expect("a commit");
    assert_eq!(found(&index, "休館日", Legs::Vector).await[0], 500);
    assert_eq!(index.shared.state.read().graph.as_ref().map(Graph::covered), Some(401));
}

#[tokio::test]
async fn a_dump_of_other_vectors_is_passed_over() {
    let folder = folder();
    let index = open_with(folder.path(), graph_only());
    index.upsert((1..=50).map(|id| passage(id, id, &format!("施設{id}"))).collect()).await.expect("an upsert");
    index.commit().await.expect("a commit");
    drop(index);
    let dump = vectors_in(folder.path()).join("neighbours.hnsw.data");
    let bytes = std::fs::read(&dump).expect("a dump");
    std::fs::write(&dump, &bytes[..bytes.len() - 8]).expect("a shorter dump");
    let index = open_with(folder.path(), graph_only());
    graph_is_loaded(&index).await;
    assert!(index.shared.state.read().graph.is_none());
    assert_eq!(found(&index, "施設7", Legs::Hybrid).await[0], 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_readers_and_a_writer_at_once() {
    let folder = folder();
    let index = filled(folder.path()).await;
    let readers: Vec<_> = (0..8)
        .map(|_| {
            let index = index.clone();
            tokio::spawn(async move {
                for _ in 0..30 {
                    assert!(found(&index, "休館日", Legs::Hybrid).await.contains(&2));
                }
            })
        })
        .collect();
    for id in 10..30 {
        index.upsert(vec![passage(id, id, "施設")]).await.expect("an upsert");
        index.commit().await.expect("a commit");
    }
    for reader in readers {
        reader.await.expect("every reader found what it looked for");
    }
}

/// 240 passages about the same thing, in 60 documents, in 6 collections; with and without the graph.
fn guarded() -> &'static [HybridIndex; 2] {
    static GUARDED: OnceLock<[HybridIndex; 2]> = OnceLock::new();
    let make = |settings| {
        // Kept for as long as the process lives.
        let folder = tempfile::tempdir().expect("a folder").keep();
        let index = open_with(&folder, settings);
        let passages = (0..240).map(|id| {
            let document = id / 4;
            IndexedPassage { collection: CollectionId(document % 6), ..passage(id, document, &format!("施設の手数料{}円", id * 17)) }
        });
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(index.upsert(passages.collect())).expect("an upsert");
        runtime.block_on(index.commit()).expect("a commit");
        index
    };
    GUARDED.get_or_init(|| [make(IndexSettings::default()), make(graph_only())])
}

fn ids<T>(range: std::ops::Range<i64>, most: usize, of: fn(i64) -> T) -> impl Strategy<Value = BTreeSet<T>>
where
    T: Ord + std::fmt::Debug,
{
    proptest::collection::btree_set(range, 0..=most).prop_map(move |ids| ids.into_iter().map(of).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn nothing_invisible_is_found_and_everything_visible_is(
        collections in ids(0..8, 8, CollectionId),
        hidden in ids(0..62, 62, DocumentId),
        granted in ids(0..62, 4, DocumentId),
        asked in ids(0..8, 3, CollectionId),
        limit in 1_usize..60,
    ) {
        let visibility = Visibility { collections, hidden, granted };
        let mut question = Question::new("施設の手数料").expect("a question");
        question.collections = asked.iter().copied().collect();
        let allowed = |id: i64| {
            let (document, collection) = (DocumentId(id / 4), CollectionId((id / 4) % 6));
            visibility.includes(collection, document) && (asked.is_empty() || asked.contains(&collection))
        };
        let visible = (0..240).filter(|id| allowed(*id)).count();
        let viewer = seeing(visibility.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        for index in guarded() {
            for legs in [Legs::Lexical, Legs::Vector, Legs::Hybrid] {
                let query = HybridQuery::new(&viewer, &question, HashEmbedder::vector("施設の手数料"), limit).with_legs(legs);
                let passages = runtime.block_on(index.search(query)).expect("a ranking").passages;
                for passage in &passages {
                    prop_assert!(allowed(passage.passage.0), "{:?} may not be seen ({legs:?})", passage.passage);
                }
                prop_assert_eq!(passages.len(), limit.min(visible), "{:?}", legs);
            }
        }
    }
}

#[tokio::test]
async fn the_article_that_was_asked_for_is_not_outvoted_by_near_vectors() {
    let folder = folder();
    let index = open(folder.path());
    let others = ["なお第九条の規定には何が定められていますか", "何が定められていますか、第九条", "その第九条には何が定め"];
    let mut passages: Vec<IndexedPassage> = others.iter().zip(1..).map(|(t, i)| passage(i, i, t)).collect();
    passages.push(passage(9, 9, "第九条　市長は、手数料を減免することができる。"));
    index.upsert(passages).await.expect("an upsert");
    index.commit().await.expect("a commit");
    assert_eq!(found(&index, "第９条には何が定められていますか", Legs::Hybrid).await[0], 9);
}

/// Two regulations of like names in two collections, and a document that is none.
async fn regulations(dir: &Path) -> HybridIndex {
    let index = open(dir);
    let article = |id: i64, document: i64, title: &str, heading: &str, text: &str| IndexedPassage {
        days: Days::ALWAYS,
        title: title.to_owned(),
        heading_path: vec![heading.to_owned()],
        collection: CollectionId(document),
        ..passage(id, document, text)
    };
    let passages = vec![
        article(1, 1, "みなと市手数料条例", "第8条（納付）", "第八条　手数料は、第九条第二項の場合を除き、納める。"),
        article(
            2,
            1,
            "みなと市手数料条例",
            "第9条（減免）",
            "第九条　市長は、手数料を減免する。\n２　前項の減免を受けようとする者は、申請する。",
        ),
        article(3, 1, "みなと市手数料条例", "第10条（委任）", "第十条　必要な事項は、規則で定める。"),
        article(4, 1, "みなと市手数料条例", "附則第2項", "２　この条例の施行前の第九条の手数料"),
        article(5, 2, "みなと市手数料条例施行規則", "第9条（様式）", "第九条　申請書は、様式第3号による。"),
        article(6, 3, "第9条のはなし", "はじめに", "手数料条例第9条第2項を読む。手数料条例第9条第2項とは。"),
    ];
    index.upsert(passages).await.expect("an upsert");
    index.commit().await.expect("a commit");
    index
}

fn reader_of(collections: &[i64]) -> Viewer {
    seeing(Visibility { collections: collections.iter().map(|c| CollectionId(*c)).collect(), ..Visibility::default() })
}

#[tokio::test]
async fn the_article_that_is_asked_for_comes_first() {
    let folder = folder();
    let index = regulations(folder.path()).await;
    let reader = reader_of(&[1, 2, 3]);
    for (question, expected) in [
        ("手数料条例第9条", vec![2]),
        ("手数料条例第九条第二項", vec![2]),
        ("手数料条例9条2項について教えて", vec![2]),
        ("みなと市手数料条例施行規則第9条", vec![5]),
        ("手数料条例附則第2項", vec![4]),
        ("手数料条例第8条から第10条まで", vec![1, 2, 3]),
        ("手数料条例第10条と施行規則第9条", vec![3, 5]),
    ] {
        for legs in [Legs::Lexical, Legs::Vector, Legs::Hybrid] {
            let ranking = index.search(query(&reader, question, 10).with_legs(legs)).await.expect("a ranking");
            let named: Vec<i64> = ranking.passages.iter().filter(|p| p.named).map(|p| p.passage.0).collect();
            assert_eq!(named, expected, "{question} {legs:?}");
            assert_eq!(ranking.passages[0].passage.0, expected[0], "{question} {legs:?}");
            assert!(ranking.passages.is_sorted_by(|a, b| a.score.0 >= b.score.0), "scores fall");
        }
    }
}

#[tokio::test]
async fn an_unknown_place_is_said_to_be_unknown_and_a_hidden_one_is_not_known() {
    use appliance_core::ranking::ReferenceOutcome;
    let folder = folder();
    let index = regulations(folder.path()).await;
    let outcome = async |reader: &Viewer, question: &str| {
        let ranking = index.search(query(reader, question, 10)).await.expect("a ranking");
        ranking.references[0].outcome.clone()
    };
    let everything = reader_of(&[1, 2, 3]);
    let nearest = vec![("第10条".to_owned(), PassageId(3)), ("第9条".to_owned(), PassageId(2)), ("第8条".to_owned(), PassageId(1))];
    assert_eq!(outcome(&everything, "手数料条例第11条").await, ReferenceOutcome::NoSuchPlace { nearest });
    let like = |names: &[&str]| ReferenceOutcome::NoSuchName { nearest: names.iter().map(|n| (*n).to_owned()).collect() };
    assert_eq!(outcome(&everything, "手数料規程第11条").await, like(&["みなと市手数料条例"]));
    assert_eq!(outcome(&reader_of(&[1]), "手数料条例施行規則第9条").await, like(&["みなと市手数料条例"]));
    assert_eq!(outcome(&reader_of(&[3]), "手数料条例第9条").await, like(&[]));
    assert_eq!(outcome(&reader_of(&[1]), "第10条").await, ReferenceOutcome::Found { passages: vec![PassageId(3)] });
    assert_eq!(outcome(&everything, "第9条").await, ReferenceOutcome::Unnamed);
}

#[tokio::test]
async fn a_conversation_says_which_article_is_the_next() {
    use appliance_core::reference::{Context, references};
    let folder = folder();
    let index = regulations(folder.path()).await;
    let address = references("第9条", None).remove(0).address;
    let mut question = Question::new("次条は何を定めていますか").expect("a question");
    question.context = Some(Context { name: "手数料条例".to_owned(), address });
    let ranking = index.search(HybridQuery::lexical(&reader_of(&[1, 2, 3]), &question, 10)).await.expect("a ranking");
    assert_eq!(ranking.passages[0].passage, PassageId(3));
}

#[tokio::test]
async fn what_a_question_demands_holds_in_both_legs() {
    let folder = folder();
    let index = regulations(folder.path()).await;
    let reader = reader_of(&[1, 2, 3]);
    let found = async |text: &str, legs: Legs| -> BTreeSet<i64> {
        let ranking = index.search(query(&reader, text, 10).with_legs(legs)).await.expect("a ranking");
        ranking.passages.iter().map(|p| p.passage.0).collect()
    };
    for legs in [Legs::Vector, Legs::Hybrid] {
        assert_eq!(found("手数料 \"減免を受けよう\"", legs).await, [2].into(), "{legs:?}");
        assert_eq!(found("手数料 -様式 -減免", legs).await, [1, 3, 4, 6].into(), "{legs:?}");
        assert_eq!(found("手数料 書名:施行規則", legs).await, [5].into(), "{legs:?}");
        assert_eq!(found("手数料条例第9条 書名:施行規則", legs).await, [5].into(), "{legs:?}");
        assert!(found("手数料 書名:図書館", legs).await.is_empty(), "{legs:?}");
    }
    for legs in [Legs::Lexical, Legs::Vector, Legs::Hybrid] {
        let among = |ids: &[i64]| Some(ids.iter().map(|d| DocumentId(*d)).collect());
        let narrowed = query(&reader, "手数料条例第9条", 10).with_legs(legs).among(among(&[2, 3]));
        let ranking = index.search(narrowed).await.expect("a ranking");
        let found: BTreeSet<i64> = ranking.passages.iter().map(|p| p.passage.0).collect();
        assert!(!found.is_empty() && found.is_subset(&[5, 6].into()), "{legs:?} {found:?}");
        let none = query(&reader, "手数料", 10).with_legs(legs).among(among(&[]));
        assert!(index.search(none).await.expect("a ranking").passages.is_empty(), "{legs:?}");
    }
    assert_eq!(found("\"はなし\"", Legs::Lexical).await, [6].into());
    assert!(found("\"除き納める\"", Legs::Lexical).await.is_empty(), "what a comma parts does not stand together");
}

#[tokio::test]
async fn synonyms_of_a_collection_widen_its_questions() {
    let folder = folder();
    let index = filled(folder.path()).await;
    let reader = reader_of_collection_1();
    assert!(found(&index, "塵芥", Legs::Lexical).await.is_empty());
    let widened = query(&reader, "塵芥", 10).with_legs(Legs::Lexical).widened("塵芥=粗大ごみ".to_owned());
    let ranking = index.search(widened).await.expect("a ranking");
    assert_eq!(ranking.passages.first().map(|p| p.passage), Some(PassageId(1)));
}

#[tokio::test]
async fn a_search_says_why() {
    let folder = folder();
    let index = regulations(folder.path()).await;
    let mut query = query(&reader_of(&[1]), "みなと市手数料条例の手数料", 10);
    query.explain = true;
    let explanation = index.search(query).await.expect("a ranking").explanation.expect("an explanation");
    assert_eq!(explanation.visible, 4);
    assert_eq!(explanation.names, ["みなと市手数料条例"]);
    assert!(explanation.matched.iter().all(|m| m.coverage > 0.0 && m.words["手数料"].contains(&"title".to_owned())));
    let stages: Vec<&str> = explanation.stages.iter().map(|s| s.stage.as_str()).collect();
    assert_eq!(stages, ["demands", "references", "analysis", "lexical", "vector", "fusion", "reranking"]);
}

#[tokio::test]
async fn a_synonym_is_found_below_the_word_itself() {
    let folder = folder();
    let mut synonyms = crate::synonyms::Synonyms::default();
    synonyms.add("ゴミ,廃棄物");
    let analyzer = fixtures::analyzer().with_synonyms(synonyms);
    let index = HybridIndex::open(folder.path(), analyzer, &embedder(), DIMENSION, IndexSettings::default()).expect("the index opens");
    let entry = |id: i64, text: &str| IndexedPassage { title: String::new(), heading_path: Vec::new(), ..passage(id, id, text) };
    index.upsert(vec![entry(1, "廃棄物は、袋に入れる。"), entry(2, "休館日"), entry(3, "ゴミは、袋に入れる。")]).await.expect("an upsert");
    index.commit().await.expect("a commit");
    assert_eq!(found(&index, "ゴミ", Legs::Lexical).await, [3, 1]);
}

#[tokio::test]
async fn only_what_is_in_force_on_the_day_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut index = open(folder.path());
    let [first, second] = [Day::constant(2024, 4, 1), Day::constant(2026, 4, 1)];
    let versions = [
        Days { from: None, until: Some(first), ending: Some(Ending::Replaced) },
        Days { from: Some(first), until: Some(second), ending: Some(Ending::Replaced) },
        Days { from: Some(second), until: None, ending: None },
    ];
    let dated = versions.iter().zip(1..).map(|(days, id)| IndexedPassage { days: *days, ..passage(id, 1, "施設の手数料") });
    index.upsert(dated.chain([passage(9, 9, "施設の手数料")]).collect()).await.expect("an upsert");
    index.commit().await.expect("a commit");
    let viewer = reader_of(&[1]);
    for _ in 0..2 {
        for (day, expected) in
            [("2020-01-01", 1), ("2024-03-31", 1), ("2024-04-01", 2), ("2026-03-31", 2), ("2026-04-01", 3), ("2099-01-01", 3)]
        {
            for legs in [Legs::Lexical, Legs::Vector, Legs::Hybrid] {
                let mut query = query(&viewer, "施設の手数料", 10).with_legs(legs);
                (query.as_of, query.explain) = (Some(day.parse().expect("a day")), true);
                let ranking = index.search(query).await.expect("a ranking");
                let mut found: Vec<i64> = ranking.passages.iter().map(|p| p.passage.0).collect();
                found.sort_unstable();
                assert_eq!(found, [expected, 9], "{day} {legs:?}");
                assert_eq!(ranking.explanation.expect("an explanation").visible, 2, "what is not in force is not counted");
            }
        }
        drop(index);
        index = open(folder.path());
    }
}

#[tokio::test]
async fn a_passage_is_found_by_its_words_until_its_embedding_comes() {
    let dir = folder();
    let index = open(dir.path());
    let text = "粗大ごみの手数料は、500円とする。";
    index
        .upsert(vec![IndexedPassage { embedding: None, ..passage(1, 1, text) }, passage(2, 2, "休館日は、月曜日とする。")])
        .await
        .expect("an upsert");
    index.commit().await.expect("a commit");
    assert_eq!(found(&index, text, Legs::Vector).await, [2], "nothing is near it yet");
    assert_eq!(found(&index, text, Legs::Hybrid).await[0], 1);
    assert_eq!(index.len().await.expect("a length"), 2);
    drop(index);

    let index = open(dir.path());
    assert_eq!(found(&index, text, Legs::Hybrid).await[0], 1, "it is known after a start");
    let strange = HashEmbedder::vector("別の言葉");
    index
        .embed(vec![(PassageId(1), HashEmbedder::vector(text)), (PassageId(2), strange), (PassageId(9), HashEmbedder::vector(text))])
        .await
        .expect("vectors");
    index.commit().await.expect("a commit");
    assert_eq!(found(&index, text, Legs::Vector).await, [1, 2]);
    assert_eq!(found(&index, "休館日は、月曜日とする。", Legs::Vector).await, [2, 1], "what has a vector keeps it");
    drop(index);

    let index = open(dir.path());
    assert_eq!(found(&index, text, Legs::Vector).await, [1, 2], "the vectors are there after a start");
    assert_eq!(index.len().await.expect("a length"), 2);
}

#[tokio::test]
async fn a_version_that_is_removed_takes_its_waiting_passages_along() {
    let dir = folder();
    let index = open(dir.path());
    let text = "粗大ごみの手数料は、500円とする。";
    index.upsert(vec![IndexedPassage { embedding: None, ..passage(1, 1, text) }]).await.expect("an upsert");
    index.commit().await.expect("a commit");
    index.remove_version(VersionId(1)).await.expect("a removal");
    index.embed(vec![(PassageId(1), HashEmbedder::vector(text))]).await.expect("vectors that come too late");
    index.commit().await.expect("a commit");
    assert_eq!(index.len().await.expect("a length"), 0);
    for legs in [Legs::Hybrid, Legs::Lexical, Legs::Vector] {
        assert!(found(&index, text, legs).await.is_empty());
    }
}
