//! Answers in forms, and the sheet of an answer, from outside.

mod fakes;
#[expect(dead_code, reason = "other tests do more as a visitor")]
mod visitor;

use actix_web::http::StatusCode;
use appliance_core::document::Format;
use appliance_core::locator::{Locator, Place, Span};
use appliance_core::passage::Passage;
use fakes::library::{FakeLibrary, Held};
use visitor::visitor_with;

const TONER: &str = "トナーの交換の手順は、次のとおりです。\n1　前カバーを開けます。\n2　カートリッジを<b>抜き</b>ます。";

fn library() -> FakeLibrary {
    let locator = Locator { span: Span::new(0, TONER.len()), place: Place::Text { first_line: 1, last_line: 3 } };
    let passage = Passage { ordinal: 0, heading_path: vec!["交換".to_owned()], text: TONER.to_owned(), locator, recognised: None };
    FakeLibrary::new(vec![Held::new(1, 1, "プリンターの手引", "printer.txt", Format::Text, TONER, vec![passage])])
}

#[actix_web::test]
async fn steps_are_a_list_and_the_sheet_holds_all_that_was_quoted() {
    let mut visitor = visitor_with(library(), None).await;
    visitor.sign_in("reader").await;
    let asked = visitor.submit("/ask", &[("question", "トナーの交換の手順は"), ("form", "steps")]).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER);
    let address = asked.location();
    let page = visitor.get(&address).await.text();
    for part in
        ["data-form=\"steps\"", "前カバーを開けます。", "&#60;b&#62;", "資料にある並びをそのまま示します", &format!("{address}/sheet")]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    let sheet = visitor.get(&format!("{address}/sheet")).await.text();
    for part in
        ["根拠シート", "トナーの交換の手順は", "前カバーを開けます。", "プリンターの手引", "索引の世代", "基準日", "乱数の種", "SHA-256"]
    {
        assert!(sheet.contains(part), "{part}: {sheet}");
    }
    let pdf = visitor.get(&format!("{address}/sheet.pdf")).await;
    if pdf.status == StatusCode::OK {
        assert_eq!(pdf.header("content-type"), "application/pdf");
    } else {
        eprintln!("skipped: no Japanese font is installed");
    }
    assert_eq!(visitor.get("/answers/999/sheet").await.status, StatusCode::NOT_FOUND);
}
