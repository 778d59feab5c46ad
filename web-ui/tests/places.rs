//! Places within documents: stable addresses, the text over pages, finding, and the way through an answer's citations.

mod fakes;
#[expect(dead_code, reason = "other tests do more as a visitor")]
mod visitor;

use actix_web::http::StatusCode;
use appliance_core::testing::ScriptedGenerator;
use fakes::library::FakeLibrary;
use fakes::sample;
use std::sync::Arc;
use visitor::{Visitor, visitor, visitor_with};

async fn reader() -> Visitor {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    visitor
}

#[actix_web::test]
async fn the_text_of_a_page_lies_over_its_picture() {
    let visitor = reader().await;
    let page = visitor.get("/documents/1/at/page/7").await.text();
    let fee = r#"<text font-size="14"><tspan x="72" y="198.3" textLength="48">粗大ごみ</tspan><tspan x="120""#;
    assert!(page.contains(r#"<svg class="words" viewBox="0 0 595 842""#) && page.contains(fee), "{page}");
    assert!(page.contains(r#"data-words="/documents/1/pages/8/words""#), "further pages bring their text when they come into view");
    let layer = visitor.get("/documents/1/pages/7/words").await;
    assert!(layer.header("cache-control").contains("no-cache") && layer.text().contains(fee));
    assert_eq!(visitor.get("/documents/1/pages/99/words").await.status, StatusCode::NOT_FOUND);
    assert_eq!(visitor.get("/documents/6/pages/1/words").await.status, StatusCode::NOT_FOUND, "a document of a hidden collection");
    let recognised = visitor.get("/documents/9/at/page/1").await.text();
    assert!(recognised.contains(">資源の回収は毎週木曜日の午前に行います。</tspan>"), "words that were recognised lie over their picture");
}

#[actix_web::test]
async fn a_citation_is_framed_at_the_true_box_of_its_words() {
    let visitor = reader().await;
    let at = sample::FEE.find("500円").unwrap();
    let page = visitor.get(&format!("/documents/1/at/page/7?passage=101&quote={at}-{}", at + "500円".len())).await.text();
    // Seventeen characters of twelve points stand before it.
    let before = sample::FEE[..at].chars().count() as f32;
    let expected = format!(r#"<rect class="cited" id="cited" x="{}" y="186" width="48" height="14"/>"#, 72.0 + 12.0 * before);
    assert!(page.contains(&expected), "{expected}");
    assert!(page.contains(&format!("/documents/1/at/page/7/{},186,48,14", 72.0 + 12.0 * before)), "the link to the place");
}

#[actix_web::test]
async fn every_place_has_an_address_that_does_not_depend_on_its_reading() {
    let visitor = reader().await;
    let framed = |page: &str| page.contains("class=\"cited\" id=\"cited\"") || page.contains("id=\"cited\"");
    for path in [
        "/documents/1/at/page/7/72,186,100,14",
        "/documents/1/at/heading/%E7%AC%AC2%E7%AB%A0%20%E5%87%A6%E7%90%86/%E7%AC%AC12%E6%9D%A1%EF%BC%88%E6%89%8B%E6%95%B0%E6%96%99%EF%BC%89",
        "/documents/2/at/sheet/%E4%BD%BF%E7%94%A8%E6%96%99!C5:D5",
    ] {
        let reply = visitor.get(path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        assert!(framed(&reply.text()), "{path}");
    }
    let cells = visitor.get("/documents/2/at/cell/0/C5:D5").await.text();
    assert!(cells.contains("data-cell=\"C5\"") && cells.contains("1,600"));
    for path in ["/documents/1/at/article/x", "/documents/1/at/page/7/1,2,3", "/documents/2/at/sheet/B5", "/documents/1/at/page/99"] {
        assert_eq!(visitor.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[actix_web::test]
async fn who_may_not_see_a_document_learns_nothing_of_its_places() {
    let visitor = reader().await;
    for place in
        ["at/page/1", "at/page/1/1,2,3,4", "at/article/1", "at/supplement/1", "at/schedule/1", "at/heading/a", "at/sheet/a!A1", "at/line/1"]
    {
        let (hidden, unknown) =
            (visitor.get(&format!("/documents/6/{place}")).await, visitor.get(&format!("/documents/999/{place}")).await);
        assert_eq!((hidden.status, unknown.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND), "{place}");
    }
}

#[actix_web::test]
async fn a_place_that_is_gone_is_said_to_be_gone() {
    let visitor = reader().await;
    let page = visitor.get("/documents/1/at/article/99-2").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("この版には「第99条第2項」がありません。"), "{}", page.text());
}

#[actix_web::test]
async fn words_are_found_within_a_document_without_javascript() {
    let visitor = reader().await;
    let page = visitor.get("/documents/1?find=%E6%89%8B%E6%95%B0%E6%96%99%20").await.text();
    assert!(page.contains("id=\"page-7\"") && page.contains("2件中1件目"), "the first hit's page is shown");
    assert!(page.contains(r#"<rect class="hit current" id="hit" x="156" y="186" width="36" height="14"/>"#), "{page}");
    assert!(page.contains("href=\"/documents/1/at/page/7?find=%E6%89%8B%E6%95%B0%E6%96%99&#38;hit=2#hit\""));
    let second = visitor.get("/documents/1/at/page/7?find=%E6%89%8B%E6%95%B0%E6%96%99&hit=2").await.text();
    assert!(second.contains("2件中2件目") && second.contains("data-hit=\"previous\""));
    assert!(visitor.get("/documents/1?find=%E7%81%AB%E6%98%9F").await.text().contains("見つかりませんでした。"));
    let sheet = visitor.get("/documents/2?find=1%2C600").await.text();
    assert!(sheet.contains("<td class=\"cited figures\" data-cell=\"C5\""), "{sheet}");
    let text = visitor.get("/documents/3?find=%E6%9C%AC%E4%BA%BA%E7%A2%BA%E8%AA%8D").await.text();
    assert!(text.contains("<mark class=\"cited\" id=\"cited\">本人確認</mark>"), "{text}");
}

#[actix_web::test]
async fn pages_have_sizes_and_only_some_are_sent() {
    let visitor = reader().await;
    let fitting = visitor.get("/documents/1").await.text();
    assert!(fitting.contains("class=\"papers fitting\"") && fitting.contains("width=\"793\" height=\"1123\""));
    let large = visitor.get("/documents/1?zoom=190").await.text();
    assert!(large.contains("width=\"1587\" height=\"2245\"") && !large.contains("papers fitting"), "the nearest step");
    let mut long = sample::library();
    let page = long[0].pages[0].clone();
    long[0].pages = (1..=600).map(|number| appliance_core::document::Page { number, ..page.clone() }).collect();
    let mut visitor = visitor_with(FakeLibrary::new(long), None).await;
    visitor.sign_in("reader").await;
    let first = visitor.get("/documents/1").await.text();
    assert!(first.len() < 100_000 && first.matches("<figure").count() < 20, "{} bytes", first.len());
    assert!(first.contains("id=\"further\" href=\"/documents/1/at/page/9\""));
}

#[actix_web::test]
async fn the_citations_of_an_answer_are_gone_through() {
    let said = " 500円[1]\n根拠[1]: 「粗大ごみの処理手数料は、1点につき500円とする。」";
    let model = ScriptedGenerator::grounded(said);
    let mut visitor = visitor_with(FakeLibrary::new(sample::library()), Some(Arc::new(model))).await;
    visitor.sign_in("reader").await;
    visitor.submit("/ask", &[("question", "粗大ごみの処理手数料は1点につきいくらですか")]).await;
    let answer = visitor.get("/answers/1").await.text();
    let href = answer
        .split("class=\"citation\" data-source=\"1\" href=\"")
        .nth(1)
        .and_then(|r| r.split('"').next())
        .unwrap()
        .replace("&#38;", "&");
    assert!(href.contains("&answer=1#cited"), "{href}");
    let place = visitor.get(href.trim_end_matches("#cited")).await.text();
    assert!(place.contains("件目") && place.contains("href=\"/answers/1\""), "{place}");
    visitor.sign_in("editor").await;
    let other = visitor.get(href.trim_end_matches("#cited")).await.text();
    assert!(!other.contains("/answers/1"), "another person's answer");
}
