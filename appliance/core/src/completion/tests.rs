use super::*;
use crate::viewer::{Role, Visibility};
use std::sync::Arc;
use std::time::Instant;

/// What one document holds: its id, its collection, its title, its headings.
type Sample<'a> = (i64, i64, &'a str, &'a [&'a [&'a str]]);

const LIBRARY: [Sample<'_>; 4] = [
    (
        1,
        1,
        "○みなと市手数料条例（平成12年条例第5号）",
        &[
            &["第1章 総則", "第1条（目的）"],
            &["第2章 手数料", "第九条（手数料の減免）"],
            &["第2章 手数料", "第十二条の二（還付）"],
            &["別表第一"],
        ],
    ),
    (2, 1, "ごみの出し方", &[&["粗大ごみ"], &["粗大ごみ", "手数料"], &["サーバー室の廃棄物"]]),
    (3, 2, "人事手数料取扱要領", &[&["第1条（秘密の手数料）"], &["秘密"]]),
    (4, 1, "例規集", &[&["○公園条例", "第2条（使用）"], &["○図書館条例", "第2条（使用）"]]),
];

fn library(samples: &[Sample<'_>]) -> BTreeMap<DocumentId, Arc<Offers>> {
    let offers = |(id, collection, title, paths): &Sample<'_>| {
        let paths: Vec<Vec<String>> = paths.iter().map(|p| p.iter().map(|h| (*h).to_owned()).collect()).collect();
        let offers = Offers::new(DocumentId(*id), CollectionId(*collection), title, paths.iter().map(Vec::as_slice));
        (DocumentId(*id), Arc::new(offers))
    };
    samples.iter().map(offers).collect()
}

fn viewer(user: i64, collections: &[i64]) -> Viewer {
    let collections = collections.iter().copied().map(CollectionId).collect();
    Viewer::new(UserId(user), "reader", Role::Reader, Visibility { collections, ..Visibility::default() })
}

fn question(id: i64, user: i64, text: &str, documents: &[i64]) -> PastQuestion {
    let documents = documents.iter().copied().map(DocumentId).collect();
    PastQuestion { id: AnswerId(id), user: UserId(user), text: text.to_owned(), key: Key::new(text), documents }
}

fn known<'a>(documents: &'a BTreeMap<DocumentId, Arc<Offers>>, questions: &'a [PastQuestion]) -> Known<'a> {
    Known { documents, questions, sharing: Sharing::Colleagues }
}

fn labels(viewer: &Viewer, questions: &[PastQuestion], typed: &str) -> Vec<String> {
    let documents = library(&LIBRARY);
    complete(known(&documents, questions), viewer, &[], typed, 8).into_iter().map(|c| c.label).collect()
}

#[track_caller]
fn check(typed: &str, expected: &[&str]) {
    assert_eq!(labels(&viewer(1, &[1]), &[], typed), expected, "{typed}");
}

#[test]
fn titles_articles_and_headings_by_start_and_within() {
    check(
        "みなと市手",
        &[
            "みなと市手数料条例",
            "みなと市手数料条例 第1章 総則",
            "みなと市手数料条例 第1条（目的）",
            "みなと市手数料条例 第2章 手数料",
            "みなと市手数料条例 第九条（手数料の減免）",
            "みなと市手数料条例 第十二条の二（還付）",
            "みなと市手数料条例 別表第一",
        ],
    );
    check("減免", &["みなと市手数料条例 第九条（手数料の減免）"]);
    check("粗大", &["粗大ごみ"]);
    check("出し方", &["ごみの出し方"]);
    check("ない言葉", &[]);
}

#[test]
fn ways_of_writing_are_one() {
    for typed in ["手数料条例第9条", "手数料条例 第９条", "手数料条例第九条", "減免 第9条"] {
        check(typed, &["みなと市手数料条例 第九条（手数料の減免）"]);
    }
    check("手数料条例第一条", &["みなと市手数料条例 第1条（目的）"]);
    check("目的 第一条", &["みなと市手数料条例 第1条（目的）"]);
    check("手数料条例第12条の2", &["みなと市手数料条例 第十二条の二（還付）"]);
    check("手数料条例第十", &["みなと市手数料条例 第十二条の二（還付）"]);
    check("手数料条例別表1", &[]);
    check("別表第1", &["みなと市手数料条例 別表第一"]);
    check("サーバ室", &["サーバー室の廃棄物"]);
    check("そだいゴミ", &[]);
    check("ｺﾞﾐの出し", &["ごみの出し方"]);
}

#[test]
fn an_article_is_put_in_as_a_reference_alone() {
    let documents = library(&LIBRARY);
    let found = complete(known(&documents, &[]), &viewer(1, &[1]), &[], "減免", 8);
    assert_eq!((found[0].kind, found[0].text.as_str(), found[0].note.as_str()), (OfferKind::Article, "みなと市手数料条例 第九条", ""));
    let heading = complete(known(&documents, &[]), &viewer(1, &[1]), &[], "サーバー", 8);
    assert_eq!((heading[0].kind, heading[0].note.as_str()), (OfferKind::Heading, "ごみの出し方"));
    // A file that holds several regulations gives each its own articles.
    check("公園条例", &["公園条例", "公園条例 第2条（使用）"]);
}

#[test]
fn what_is_hidden_is_offered_to_nobody_else() {
    assert_eq!(labels(&viewer(1, &[1]), &[], "秘密"), [] as [&str; 0]);
    assert_eq!(labels(&viewer(1, &[1, 2]), &[], "秘密の"), ["人事手数料取扱要領 第1条（秘密の手数料）"]);
    let documents = library(&LIBRARY);
    let narrowed = complete(known(&documents, &[]), &viewer(1, &[1, 2]), &[CollectionId(1)], "秘密", 8);
    assert!(narrowed.is_empty(), "the scope that was chosen narrows the help too");
}

#[test]
fn questions_of_others_only_where_every_document_is_visible() {
    let questions = [
        question(1, 1, "粗大ごみの手数料はいくらですか", &[1]),
        question(2, 2, "粗大ごみの申込はどこですか", &[1, 2]),
        question(3, 2, "粗大ごみと人事の関係は", &[1, 3]),
        question(4, 2, "粗大ごみの消えた文書は", &[1, 99]),
        question(5, 2, "粗大ごみの根拠がない質問", &[]),
        question(6, 2, "粗大ゴミの申込はどこですか？", &[2]),
    ];
    let seen = labels(&viewer(1, &[1]), &questions, "粗大ごみの");
    assert_eq!(seen, ["粗大ごみの手数料はいくらですか", "粗大ゴミの申込はどこですか？"], "one's own first, the same question once");
    assert_eq!(labels(&viewer(3, &[1, 2]), &questions, "粗大ごみと"), ["粗大ごみと人事の関係は"]);
    assert!(labels(&viewer(1, &[]), &questions, "粗大ごみ").is_empty(), "a right that is gone takes one's own question with it");
    let documents = library(&LIBRARY);
    let own = Known { sharing: Sharing::OwnQuestions, ..known(&documents, &questions) };
    let found = complete(own, &viewer(1, &[1]), &[], "粗大ごみの", 8);
    assert_eq!(found.iter().map(|c| c.label.as_str()).collect::<Vec<_>>(), ["粗大ごみの手数料はいくらですか"]);
}

#[test]
fn too_much_and_nothing_are_not_completed() {
    check("", &[]);
    check(" 　・ ", &[]);
    check(&"手".repeat(LONGEST_TYPED + 1), &[]);
}

#[test]
fn no_kind_keeps_the_others_out() {
    let questions: Vec<PastQuestion> = (0..20).map(|i| question(i, 1, &format!("手数料の{i}番目の質問"), &[1])).collect();
    let documents = library(&LIBRARY);
    let found = complete(known(&documents, &questions), &viewer(1, &[1]), &[], "手数料", 8);
    assert_eq!(found.len(), 8);
    for kind in [OfferKind::Title, OfferKind::Question, OfferKind::Article, OfferKind::Heading] {
        assert!(found.iter().any(|c| c.kind == kind), "{kind:?} among {found:?}");
    }
}

/// 100,000 passages under as many headings, and 5,000 questions: each keystroke has to be answered at once.
#[test]
fn a_hundred_thousand_headings_are_looked_through_in_no_time() {
    let mut documents = BTreeMap::new();
    for id in 0..1_000 {
        let paths: Vec<Vec<String>> =
            (1..=100).map(|n| vec![format!("第{}章 手続", n / 20 + 1), format!("第{n}条（手数料の{}）", id * n % 997)]).collect();
        let title = format!("みなと市第{id}号施設手数料条例（平成{}年条例第{id}号）", id % 30 + 1);
        let offers = Offers::new(DocumentId(id), CollectionId(id % 3), &title, paths.iter().map(Vec::as_slice));
        documents.insert(DocumentId(id), Arc::new(offers));
    }
    let questions: Vec<PastQuestion> =
        (0..5_000).map(|i| question(i, i % 40, &format!("第{}号施設の手数料はいくらですか", i % 900), &[i % 1_000])).collect();
    let reader = viewer(1, &[0, 1, 2]);
    for typed in ["手", "手数料", "第500号施設手数料条例 第9条", "条例第99条", "ない言葉"] {
        let since = Instant::now();
        let found = complete(known(&documents, &questions), &reader, &[], typed, 8);
        let elapsed = since.elapsed();
        println!("{typed}: {} offers in {elapsed:?}", found.len());
        assert_eq!(found.is_empty(), typed == "ない言葉", "{typed}");
        // Measured: 1 to 9 ms. The bound leaves room for a machine that is busy.
        assert!(elapsed.as_millis() < 200, "{typed} took {elapsed:?}");
    }
}
