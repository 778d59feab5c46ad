//! Commits, restarts, and what is left of an index when power or disk fail it.

use super::*;

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

    let reader = try_to_read(folder.path()).expect("a reader beside the writer");
    let refused = try_to_open(folder.path());
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
    let refused = try_to_read(&dir);
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

/// The folder of an index that was filled and closed, with its vector file and what that holds.
async fn closed() -> (tempfile::TempDir, PathBuf, Vec<u8>) {
    let folder = folder();
    drop(filled(folder.path()).await);
    let file = vector_file(folder.path());
    let committed = std::fs::read(&file).expect("the vectors");
    (folder, file, committed)
}

fn try_to_open(dir: &Path) -> Result<HybridIndex, RetrievalError> {
    HybridIndex::open(dir, fixtures::analyzer(), &embedder(), DIMENSION, IndexSettings::default())
}

fn try_to_read(dir: &Path) -> Result<HybridIndex, RetrievalError> {
    HybridIndex::open_read_only(dir, fixtures::analyzer(), &embedder(), DIMENSION, IndexSettings::default())
}

#[tokio::test]
async fn a_commit_that_was_cut_off_never_happened() {
    let (folder, file, committed) = closed().await;
    // A whole record, half a record, a kind that does not exist.
    let whole = committed[12..12 + 33 + DIMENSION * 4].to_vec();
    for tail in [whole.clone(), whole[..100].to_vec(), vec![1], vec![77; 5]] {
        std::fs::write(&file, [committed.clone(), tail].concat()).expect("a longer file");
        let reader = try_to_read(folder.path());
        assert_eq!(reader.expect("readers pass over the tail").len().await.expect("a count"), 3);
        let index = open(folder.path());
        assert_eq!(found(&index, "休館日", Legs::Vector).await[0], 2);
        assert_eq!(std::fs::read(&file).expect("the vectors"), committed, "the writer cuts the tail off");
    }
}

#[tokio::test]
async fn vectors_that_were_committed_and_are_gone_are_noticed() {
    let (folder, file, committed) = closed().await;
    for keep in [0, 12, committed.len() / 2, committed.len() - 1] {
        std::fs::write(&file, &committed[..keep]).expect("a shorter file");
        let refused = try_to_open(folder.path());
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
            .args(["--ignored", "--exact", "index::tests::durability::writes_until_killed", "--nocapture"])
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
