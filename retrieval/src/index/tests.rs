//! What users of the index rely on, with the tiny dictionary.

mod durability;
mod references;

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
