//! Regulations as who works with them reads them: article by article, by kind, by sound, by the days of their changes.

mod fakes;
#[expect(dead_code, reason = "other tests do more as a visitor")]
mod visitor;

use actix_web::http::StatusCode;
use appliance_core::document::Format;
use appliance_core::locator::{Locator, Place, Span};
use appliance_core::passage::Passage;
use fakes::library::{FakeLibrary, Held};
use visitor::{Visitor, visitor_with};

const PARKING: &str = "みなと市駐車場条例\n第1章　総則\n（趣旨）\n第1条　この条例は、みなと市手数料条例第3条に定めるもののほか、必要な事項を定める。\n\
                       （使用料）\n第2条　使用料は、次に掲げるとおりとする。\n(1)　自転車　100円\n(2)　自動車　500円\n2　前項の使用料は、前納とする。\n\
                       第2条の2　前条第1項の使用料は、還付しない。\n附　則\n1　この条例は、公布の日から施行する。\n2　前項の規定による。\n\
                       別表第1（第2条関係）\n自転車 100円\n";
const FEES: &str = "みなと市手数料条例\n（趣旨）\n第1条　手数料を定める。\n第3条　手数料は、500円とする。\n";

fn regulation(id: i64, collection: i64, title: &str, text: &str) -> Held {
    let span = Span::new(0, text.trim_end().len());
    let last_line = text.trim_end().lines().count() as u32;
    let locator = Locator { span, place: Place::Text { first_line: 1, last_line } };
    let passage = Passage { ordinal: 0, heading_path: vec![], text: text.trim_end().to_owned(), locator, recognised: None };
    Held::new(id, collection, title, &format!("{title}.txt"), Format::Text, text, vec![passage])
}

async fn reader() -> Visitor {
    let held = vec![
        regulation(1, 1, "みなと市駐車場条例", PARKING),
        regulation(2, 2, "みなと市手数料条例", FEES),
        regulation(3, 3, "みなと市職員服務規程", "みなと市職員服務規程\n第1条　定める。\n"),
    ];
    let mut visitor = visitor_with(FakeLibrary::new(held), None).await;
    visitor.sign_in("reader").await;
    visitor
}

#[actix_web::test]
async fn a_regulation_is_read_by_its_structure() {
    let page = reader().await.get("/documents/1/articles").await.text();
    for part in [
        "<h2 class=\"division\" id=\"article-.E7.AC.AC1.E7.AB.A0\">第1章　総則</h2>",
        "id=\"article-2\"><span>第2条（使用料）</span>",
        "<p class=\"item in-1\" id=\"article-2-1-1\">(1)　自転車　100円</p>",
        "id=\"article-2-2\">2　",
        "id=\"article-2_2\"><span>第2条の2</span>",
        "id=\"supplement-1\"",
        "id=\"schedule-1\"",
        "aria-current=\"page\">条文</a>",
        "2026-04-01現在(今日)の内容です",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("（使用料）</p>"), "a caption stands in the head of its article alone");
}

#[actix_web::test]
async fn references_are_links() {
    let page = reader().await.get("/documents/1/articles").await.text();
    for part in [
        "みなと市手数料条例<a href=\"/documents/2/at/article/3\">第3条</a>に",
        "<a href=\"/documents/1/articles?at=article/2-1#article-2-1\">前項</a>の使用料は",
        "<a href=\"/documents/1/articles?at=article/2-1#article-2-1\">前条第1項</a>",
        "<a href=\"/documents/1/articles?at=supplement/1/0-1#supplement-1-0-1\">前項</a>の規定",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let hidden = regulation(2, 3, "みなと市手数料条例", FEES);
    let mut visitor = visitor_with(FakeLibrary::new(vec![regulation(1, 1, "みなと市駐車場条例", PARKING), hidden]), None).await;
    visitor.sign_in("reader").await;
    let page = visitor.get("/documents/1/articles").await.text();
    assert!(page.contains("みなと市手数料条例第3条に"), "what may not be seen is not linked");
}

#[actix_web::test]
async fn an_article_has_a_stable_address() {
    let visitor = reader().await;
    let article = visitor.get("/documents/1/at/article/2-1-2").await;
    assert!(article.status == StatusCode::OK && article.text().contains("<mark class=\"cited\" id=\"cited\">(2)　自動車　500円</mark>"));
    let supplement = visitor.get("/documents/1/at/supplement/1/0-2").await.text();
    assert!(supplement.contains("id=\"cited\">2　前項の規定による。</mark>"), "{supplement}");
    let schedule = visitor.get("/documents/1/at/schedule/1").await.text();
    assert!(schedule.contains("id=\"cited\">別表第1（第2条関係）</mark>"));
    let place = visitor.get("/documents/1/articles?at=article/2-2").await.text();
    assert!(place.contains("class=\"paragraph in-0 marked\" id=\"article-2-2\""), "{place}");
    assert!(place.contains("aria-current=\"true\">第2条（使用料）</a>"), "the tree shows where one is");
    assert_eq!(visitor.get("/documents/3/articles").await.status, StatusCode::NOT_FOUND, "a hidden one");
}

#[actix_web::test]
async fn regulations_are_listed_within_what_a_person_sees() {
    let visitor = reader().await;
    let kinds = visitor.get("/regulations").await.text();
    assert!(kinds.contains("2件の例規") && kinds.contains(">条例 <small>2</small>") && !kinds.contains("服務規程"), "{kinds}");
    let sounds = visitor.get("/regulations?list=sounds").await.text();
    assert!(
        sounds.contains("サ行 <small>1</small>") && sounds.contains("タ行 <small>1</small>"),
        "by the name behind the town's: {sounds}"
    );
    let found = visitor.get("/regulations?q=%E9%A7%90%E8%BB%8A").await.text();
    assert!(found.contains("1件の例規"));
    assert_eq!(visitor.get("/regulations?list=days&event=amended&from=2024-04-01").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn a_long_code_is_sent_in_parts() {
    let articles: String = (1..=1_200)
        .map(|n| format!("第{n}条　この条は、第{}条に定める事項について{}定める。\n", n.max(2) - 1, "必要な事項を".repeat(8)))
        .collect();
    let text = format!("みなと市大法典条例\n{articles}");
    let mut visitor = visitor_with(FakeLibrary::new(vec![regulation(1, 1, "みなと市大法典条例", &text)]), None).await;
    visitor.sign_in("reader").await;
    let first = visitor.get("/documents/1/articles").await.text();
    let next = first.split("rel=\"next\" href=\"").nth(1).and_then(|r| r.split('"').next()).expect("more follows").replace("&#38;", "&");
    assert!(first.len() < 100_000, "{}", first.len());
    let second = visitor.get(next.split('#').next().unwrap_or_default()).await.text();
    assert!(second.contains("rel=\"prev\"") && !second.contains("id=\"article-1\""));
    let middle = visitor.get("/documents/1/articles?at=article/777").await.text();
    assert!(middle.contains("id=\"article-777\""));
}
