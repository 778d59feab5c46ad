//! Versions side by side, and documents that say about the same, from outside.

mod fakes;
#[expect(dead_code, reason = "other tests do more as a visitor")]
mod visitor;

use actix_web::http::StatusCode;
use appliance_core::document::Format;
use appliance_core::locator::{Locator, Place, Span};
use appliance_core::passage::Passage;
use fakes::library::{FakeLibrary, Held};
use visitor::visitor_with;

/// An ordinance in lines, with the fee of one article and whether it has another article.
fn ordinance(fee: &str, longer: bool) -> String {
    let mut lines: Vec<String> = (1..=40).map(|n| format!("第{n}条　市長は、第{}号様式による申請を受け付ける。", n * 7 % 31)).collect();
    lines[11] = format!("第12条　手数料は、1件につき{fee}円とする。");
    if longer {
        lines.push("第41条　この条例の施行に関し必要な事項は、<規則>で定める。".to_owned());
    }
    lines.join("\n")
}

fn library() -> FakeLibrary {
    let text = ordinance("1,500", true);
    let start = text.find("第12条").expect("it stands there");
    let span = Span::new(start, text.len());
    let locator = Locator { span, place: Place::Text { first_line: 12, last_line: 41 } };
    let passage =
        Passage {
            ordinal: 0, heading_path: vec!["第2章 手数料".to_owned()], text: text[start..].to_owned(), locator, recognised: None
        };
    let mut one = Held::new(1, 1, "手数料条例", "rule.txt", Format::Text, &text, vec![passage]);
    one.earlier = vec![ordinance("1,200", false)];
    one.entry.versions = 2;
    let like = Held::new(2, 1, "手数料条例(写し)", "copy.txt", Format::Text, &ordinance("1,800", true), Vec::new());
    let other = Held::new(3, 1, "休館日", "days.txt", Format::Text, "休館日は月曜日です。", Vec::new());
    let hidden = Held::new(6, 3, "学務の写し", "hidden.txt", Format::Text, &ordinance("1,900", true), Vec::new());
    FakeLibrary::new(vec![one, like, other, hidden])
}

#[actix_web::test]
async fn two_versions_stand_side_by_side_with_their_differences_marked() {
    let mut visitor = visitor_with(library(), None).await;
    visitor.sign_in("reader").await;
    let page = visitor.get("/documents/1/compare").await.text();
    for part in [
        "1件につき<del>1,200</del>円",
        "1件につき<ins>1,500</ins>円",
        "(なし)",
        "&#60;規則&#62;",
        "変わった行 1行",
        "加わった行 1行",
        "第2章 手数料",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("第3条　市長は"), "unchanged lines are left out");
    assert!(page.contains("省いています"));
    let whole = visitor.get("/documents/1/compare?old=1&new=10001&all=1").await.text();
    assert!(whole.contains("第3条　市長は") && whole.contains("<ins>1,500</ins>"));
    let back = visitor.get("/documents/1/compare?old=10001&new=1").await.text();
    assert!(back.contains("<del>1,500</del>") && back.contains("<ins>1,200</ins>"));
    let same = visitor.get("/documents/1/compare?old=1&new=1").await.text();
    assert!(same.contains("違いはありません"));
    assert_eq!(visitor.get("/documents/1/compare?old=77").await.status, StatusCode::NOT_FOUND);
    let single = visitor.get("/documents/3/compare").await;
    assert_eq!(single.status, StatusCode::OK);
    assert!(single.text().contains("まだ1つしかありません"));
    visitor.submit("/language", &[("language", "en")]).await;
    assert!(visitor.get("/documents/1/compare").await.text().contains("1 line changed"));
}

#[actix_web::test]
async fn an_article_stands_beside_its_former_wording() {
    let mut visitor = visitor_with(library(), None).await;
    visitor.sign_in("reader").await;
    let page = visitor.get("/documents/1/compare?old=1&new=10001&article=%E7%AC%AC12%E6%9D%A1").await.text();
    assert!(page.contains("<del>1,200</del>") && page.contains("<ins>1,500</ins>"));
    assert!(!page.contains("<td>第11条　") && !page.contains("<td>第13条　"), "nothing but the article is compared");
    assert!(page.contains("<option value=\"第12条\" selected>第12条 [変更あり]</option>"), "{page}");
    assert!(page.contains("<option value=\"第11条\">第11条</option>"), "what did not change is not marked");
    let added = visitor.get("/documents/1/compare?old=1&new=10001&article=%E7%AC%AC41%E6%9D%A1").await.text();
    assert!(added.contains("(なし)") && added.contains("第41条　この条例の施行に関し"), "an article that is new has nothing beside it");
}

#[actix_web::test]
async fn documents_that_are_alike_are_pointed_out_and_compared() {
    let mut visitor = visitor_with(library(), None).await;
    visitor.sign_in("reader").await;
    let list = visitor.get("/documents").await.text();
    assert_eq!(list.matches("似た文書 1件").count(), 2, "{list}");
    assert!(list.contains("/documents/1#alike") && list.contains("/documents/1/compare"));
    let reader = visitor.get("/documents/1").await.text();
    for part in ["内容の似た文書", "手数料条例(写し)", "%が共通です", "/documents/1/compare?with=2", "以前の版"] {
        assert!(reader.contains(part), "{part}: {reader}");
    }
    assert!(!reader.contains("学務の写し"), "a document of a hidden collection");
    let page = visitor.get("/documents/1/compare?with=2").await.text();
    assert!(page.contains("<del>1,800</del>") && page.contains("<ins>1,500</ins>"));
    for hidden in ["/documents/1/compare?with=6", "/documents/6/compare", "/documents/999/compare"] {
        assert_eq!(visitor.get(hidden).await.status, StatusCode::NOT_FOUND, "{hidden}");
    }
}
