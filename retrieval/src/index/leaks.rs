//! The leak test: ten thousand random combinations of rules, people, days and questions.
//!
//! Every document has a name, an article and words of its own, so that whatever comes back tells where it came from.

use super::*;
use crate::fixtures;
use appliance_core::id::{CollectionId, ContentHash, DocumentId, PassageId, UserId};
use appliance_core::question::Question;
use appliance_core::ranking::{HybridQuery, Legs, ReferenceOutcome};
use appliance_core::testing::HashEmbedder;
use appliance_core::validity::{Day, Days};
use appliance_core::viewer::{Role, Viewer, Visibility};
use std::collections::BTreeSet;

const COMBINATIONS: u64 = 10_000;
const DOCUMENTS: i64 = 120;
const COLLECTIONS: i64 = 7;
/// Passages of a document.
const PASSAGES: i64 = 3;
/// Names are made of these, so that many are like each other and some lie within others.
const PLACES: [&str; 4] = ["みなと市", "みなみ市", "港町", ""];
const SUBJECTS: [&str; 6] = ["手数料", "施設", "施設手数料", "図書館", "公園", "個人情報の保護に関する"];
const KINDS: [&str; 5] = ["条例", "条例施行規則", "規則", "要綱", "規程"];

/// A small generator (Steele, Lea and Flood 2014, SplitMix64): the same combinations in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len() as u64) as usize]
    }

    fn some<T: Ord>(&mut self, most: u64, limit: i64, of: fn(i64) -> T) -> BTreeSet<T> {
        let many = self.below(most + 1);
        (0..many).map(|_| of(self.below(limit as u64) as i64)).collect()
    }
}

fn name_of(document: i64) -> String {
    let at = |names: &[&str], by: i64| names[(document / by) as usize % names.len()].to_owned();
    at(&PLACES, 30) + &at(&SUBJECTS, 5) + &at(&KINDS, 1)
}

fn collection_of(document: i64) -> CollectionId {
    CollectionId((document * 5 + 3) % COLLECTIONS)
}

/// Some documents are in force on all days, some from a day on, some until one, some in between.
fn days_of(document: i64) -> Days {
    let day = |n: i64| Some(Day::constant(2020 + (document % 5 + n) as i16, 4, 1));
    match document % 4 {
        0 => Days::ALWAYS,
        1 => Days { from: day(0), ..Days::ALWAYS },
        2 => Days { until: day(0), ..Days::ALWAYS },
        _ => Days { from: day(0), until: day(2), ..Days::ALWAYS },
    }
}

/// The day of a question: none, one on which something begins or ends, or the day before.
fn day(random: &mut Random) -> Option<Day> {
    let begins = Day::constant(2019 + random.below(9) as i16, 4, 1);
    match random.below(3) {
        0 => None,
        1 => Some(begins),
        _ => begins.yesterday().ok(),
    }
}

/// The document of a passage; ids of passages begin at 1,000, so that none is taken for another number.
fn document_of(passage: PassageId) -> i64 {
    (passage.0 - 1_000) / PASSAGES
}

fn passages() -> Vec<IndexedPassage> {
    let passage = |id: i64| {
        let (document, article) = (id / PASSAGES, id % PASSAGES + 1 + id / PASSAGES % 9);
        let text = format!("第{article}条　施設の手数料は、{}円とする。", 100 + id * 7);
        IndexedPassage {
            id: PassageId(1_000 + id),
            version: VersionId(document),
            document: DocumentId(document),
            collection: collection_of(document),
            days: days_of(document),
            title: name_of(document),
            heading_path: vec![format!("第{article}条（手数料）")],
            embedding: Some(HashEmbedder::vector(&text)),
            text,
        }
    };
    (0..DOCUMENTS * PASSAGES).map(passage).collect()
}

fn question(random: &mut Random) -> String {
    let name = random.one(&PLACES).to_owned() + random.one(&SUBJECTS) + random.one(&KINDS);
    let article = 1 + random.below(14);
    match random.below(7) {
        0 => format!("{name}第{article}条の施設の手数料"),
        1 => format!("{name}の施設の手数料"),
        2 => format!("第{article}条の施設の手数料"),
        3 => format!("{name}第{article}条から第{}条まで、施設の手数料", article + 3),
        4 => format!("個人情報保護条例第{article}条、施設の手数料は{}円", 100 + random.below(2_000)),
        5 => format!("{name}{article}条 施設の手数料"),
        _ => "施設の手数料".to_owned(),
    }
}

fn visibility(random: &mut Random) -> Visibility {
    // Some people see nearly nothing, some nearly all.
    let collections = random.below(COLLECTIONS as u64 + 1);
    Visibility {
        collections: random.some(collections, COLLECTIONS + 1, CollectionId),
        hidden: random.some(60, DOCUMENTS, DocumentId),
        granted: random.some(4, DOCUMENTS + 5, DocumentId),
    }
}

#[test]
fn nothing_invisible_ever_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let embedder = ModelIdentity { name: "hash".to_owned(), hash: ContentHash::of(b"hash") };
    let index = HybridIndex::open(folder.path(), fixtures::analyzer(), &embedder, 64, IndexSettings::default()).expect("an index");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(index.upsert(passages())).expect("an upsert");
    runtime.block_on(index.commit()).expect("a commit");
    let mut random = Random(20_260_401);
    let (mut found, mut named, mut unknown) = (0, 0, 0);
    for turn in 0..COMBINATIONS {
        let seen = visibility(&mut random);
        let mut asked = Question::new(&question(&mut random)).expect("a question");
        asked.collections = random.some(2, COLLECTIONS, CollectionId).into_iter().collect();
        let as_of = day(&mut random);
        let allowed = |document: i64| {
            let collection = collection_of(document);
            let within = asked.collections.is_empty() || asked.collections.contains(&collection);
            let in_force = as_of.is_none_or(|day| days_of(document).include(day));
            within && in_force && (0..DOCUMENTS).contains(&document) && seen.includes(collection, DocumentId(document))
        };
        let visible: Vec<i64> = (0..DOCUMENTS).filter(|d| allowed(*d)).collect();
        let names: BTreeSet<String> = visible.iter().map(|d| name_of(*d)).collect();
        let viewer = Viewer::new(UserId(1), "reader", Role::Reader, seen.clone());
        let legs = [Legs::Hybrid, Legs::Lexical, Legs::Vector][(turn % 3) as usize];
        let mut query = HybridQuery::new(&viewer, &asked, HashEmbedder::vector(asked.text()), 10).with_legs(legs);
        query.as_of = as_of;
        query.explain = turn % 2 == 0;
        let ranking = runtime.block_on(index.search(query)).expect("a ranking");

        let may_see = |passage: PassageId| assert!(allowed(document_of(passage)), "{passage:?} is hidden in turn {turn}");
        ranking.passages.iter().for_each(|p| may_see(p.passage));
        assert_eq!(ranking.passages.len(), 10.min(visible.len() * PASSAGES as usize), "turn {turn}: what is visible comes back");
        found += ranking.passages.len();
        for reference in &ranking.references {
            assert!(reference.name.is_empty() || names.contains(&reference.name), "{} is hidden in turn {turn}", reference.name);
            match &reference.outcome {
                ReferenceOutcome::Found { passages } => passages.iter().for_each(|p| {
                    named += 1;
                    may_see(*p);
                }),
                ReferenceOutcome::NoSuchPlace { nearest } => nearest.iter().for_each(|(_, p)| {
                    unknown += 1;
                    may_see(*p);
                }),
                ReferenceOutcome::NoSuchName { nearest } => nearest.iter().for_each(|n| {
                    unknown += 1;
                    assert!(names.contains(n), "{n} is hidden in turn {turn}");
                }),
                ReferenceOutcome::Unnamed => {}
            }
        }
        if let Some(explanation) = &ranking.explanation {
            assert_eq!(explanation.visible, visible.len() as u64 * PASSAGES as u64, "the count says nothing of the hidden");
            explanation.names.iter().for_each(|n| assert!(names.contains(n), "{n} is hidden in turn {turn}"));
            explanation.matched.iter().for_each(|m| may_see(m.passage));
        }
    }
    assert!(found > 10_000 && named > 400 && unknown > 1_000, "the combinations try everything: {found}, {named}, {unknown}");
}

#[test]
fn ten_results_come_back_where_ninety_nine_in_a_hundred_are_hidden() {
    // Hidden by a rule, or out of force on the day.
    for (exact_scan_limit, by_day) in [(100_000, false), (100_000, true), (0, false), (0, true)] {
        let folder = tempfile::tempdir().expect("a folder");
        let embedder = ModelIdentity { name: "hash".to_owned(), hash: ContentHash::of(b"hash") };
        let settings = IndexSettings { exact_scan_limit, graph_neighbours: 8, graph_build_width: 40, ..IndexSettings::default() };
        let index = HybridIndex::open(folder.path(), fixtures::analyzer(), &embedder, 64, settings).expect("an index");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let passage = |id: i64| {
            // The few that are visible match worse than all others.
            let text = if id % 100 == 7 { format!("手数料{id}") } else { format!("施設の手数料 施設の手数料{id}") };
            IndexedPassage {
                id: PassageId(id),
                version: VersionId(id),
                document: DocumentId(id),
                collection: CollectionId(i64::from(by_day || id % 100 == 7)),
                days: if id % 100 == 7 { Days::ALWAYS } else { Days { until: Some(Day::constant(2024, 4, 1)), ..Days::ALWAYS } },
                title: String::new(),
                heading_path: Vec::new(),
                embedding: Some(HashEmbedder::vector(&text)),
                text,
            }
        };
        runtime.block_on(index.upsert((0..2_000).map(passage).collect())).expect("an upsert");
        runtime.block_on(index.commit()).expect("a commit");
        let viewer =
            Viewer::new(UserId(1), "reader", Role::Reader, Visibility { collections: [CollectionId(1)].into(), ..Visibility::default() });
        let asked = Question::new("施設の手数料").expect("a question");
        for legs in [Legs::Lexical, Legs::Vector, Legs::Hybrid] {
            let mut query = HybridQuery::new(&viewer, &asked, HashEmbedder::vector("施設の手数料"), 10).with_legs(legs);
            query.as_of = by_day.then_some(Day::constant(2026, 4, 1));
            let found = runtime.block_on(index.search(query)).expect("a ranking").passages;
            assert_eq!(found.len(), 10, "{legs:?}");
            assert!(found.iter().all(|p| p.passage.0 % 100 == 7), "{legs:?}");
        }
    }
}
