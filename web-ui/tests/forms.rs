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

#[actix_web::test]
async fn a_document_is_summed_up_with_the_places_of_its_sentences() {
    let mut visitor = visitor_with(library(), None).await;
    visitor.sign_in("reader").await;
    let page = visitor.get("/documents/1/summary").await.text();
    for part in ["要約: プリンターの手引", "カートリッジを&#60;b&#62;", "/documents/1/at/line/"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(visitor.get("/documents/99/summary").await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn a_draft_is_checked_item_by_item_and_nothing_is_guessed() {
    let mut visitor = visitor_with(library(), None).await;
    visitor.sign_in("reader").await;
    let draft = "粗大ごみの手数料は、1点につき500円です。\n雨天の場合も収集します。";
    let items = "1. 粗大ごみの手数料は1点につき500円\n2. 粗大ごみの手数料は1点につき600円\n3. 個人情報の取扱い";
    let page = visitor.submit("/checklist", &[("draft", draft), ("items", items)]).await.text();
    let verdicts: Vec<&str> = page.split("data-verdict=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(verdicts, ["met", "unclear", "missing"], "{page}");
    let nothing = visitor.submit("/checklist", &[("draft", ""), ("items", items)]).await.text();
    assert!(nothing.contains("両方が必要です"));
}

#[actix_web::test]
async fn a_draft_without_a_past_question_shows_the_facts_alone() {
    let mut visitor = visitor_with(library(), None).await;
    visitor.sign_in("reader").await;
    let page = visitor.submit("/draft", &[("question", "トナーの交換の手順は")]).await.text();
    for part in ["これは下書きです", "近い過去の質問は見つかりませんでした", "トナーの交換の手順は"] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[actix_web::test]
async fn fields_by_a_schema_come_as_json_and_a_schema_that_is_not_understood_is_named() {
    let mut visitor = visitor_with(library(), None).await;
    visitor.sign_in("reader").await;
    visitor.learn_token().await;
    let ask = |schema: serde_json::Value| {
        let body = serde_json::json!({ "question": "トナーの交換", "form": "json", "schema": schema });
        let request = visitor.request("/api/ask").method(actix_web::http::Method::POST);
        request.insert_header(("X-Form-Token", visitor.token.clone())).set_json(body)
    };
    let steps = serde_json::json!({"type": "object", "properties": {"steps": {"type": "array", "items": {"type": "string"}, "description": "手順"}}});
    let reply = visitor.send(ask(steps)).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let values: serde_json::Value = serde_json::from_str(&reply.text()).expect("JSON");
    assert_eq!(values["values"]["steps"][0], "前カバーを開けます。", "{values}");
    let refused = visitor.send(ask(serde_json::json!({"type": "object", "properties": {"a": {"type": "string", "pattern": "x"}}}))).await;
    assert!(refused.status == StatusCode::BAD_REQUEST && refused.text().contains("pattern"));
}
