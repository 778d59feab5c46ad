//! Conversations from outside: asking on, looking back, and sharing within each one's rights.

mod fakes;
#[expect(dead_code, reason = "other tests do more as a visitor")]
mod visitor;

use actix_web::http::StatusCode;
use visitor::{Visitor, visitor};

const FEE: &str = "粗大ごみの手数料はいくらですか";

/// Someone signed in who has asked about the fee; the path of the answer.
async fn after_a_question(login: &str) -> (Visitor, String) {
    let mut visitor = visitor().await;
    visitor.sign_in(login).await;
    let reply = visitor.submit("/ask", &[("question", FEE)]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text());
    let path = reply.location();
    (visitor, path)
}

#[actix_web::test]
async fn a_follow_up_is_asked_in_words_of_its_own() {
    let (visitor, answer) = after_a_question("reader").await;
    let page = visitor.get(&answer).await.text();
    assert!(page.contains("name=\"conversation\" value=\"1\""), "the answer's page goes on with its conversation");
    let reply = visitor.submit("/ask", &[("question", "では、65歳以上は？"), ("conversation", "1")]).await;
    let page = visitor.get(&reply.location()).await.text();
    for part in ["次の質問として検索しました", "65歳以上の場合、粗大ごみの手数料はいくらですか", "name=\"as_typed\" value=\"1\""]
    {
        assert!(page.contains(part), "{part}");
    }
    let reply = visitor.submit("/ask", &[("question", "図書館の休館日はいつですか"), ("conversation", "1")]).await;
    assert!(!visitor.get(&reply.location()).await.text().contains("次の質問として検索しました"), "something else is asked as it stands");
    let reply = visitor.submit("/ask", &[("question", "必要なものは？"), ("conversation", "1"), ("as_typed", "1")]).await;
    assert!(!visitor.get(&reply.location()).await.text().contains("次の質問として検索しました"), "so is what was changed by hand");
    let events = visitor.submit("/ask/stream", &[("question", "その期限は？"), ("conversation", "1")]).await.events();
    let (_, last) = events.last().expect("an event");
    assert_eq!(last["conversation"], 1);
    assert!(last["searched"].as_str().expect("a question").ends_with("期限は？"), "{last}");
    assert!(last["follow"].as_str().expect("a form").contains("name=\"conversation\""));
    let reply = visitor.submit("/ask", &[("question", FEE), ("conversation", "99")]).await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND, "there is no such conversation");
}

#[actix_web::test]
async fn the_history_is_searched_named_pinned_deleted_and_restored() {
    let (visitor, _) = after_a_question("reader").await;
    let page = visitor.get("/history").await.text();
    assert!(page.contains(FEE) && page.contains("aria-current=\"page\""));
    assert!(visitor.submit("/history", &[("words", "手数料")]).await.text().contains(FEE));
    assert!(visitor.submit("/history", &[("words", "プール")]).await.text().contains("見つかりませんでした"));
    assert_eq!(visitor.submit("/history/1/rename", &[("name", "ごみの<話>")]).await.location(), "/history/1?done=renamed");
    assert_eq!(visitor.submit("/history/1/pin", &[("back", "list")]).await.location(), "/history?done=pinned");
    assert_eq!(visitor.submit("/history/1/keep", &[("until", "2027-03-31")]).await.location(), "/history/1?done=kept");
    assert_eq!(visitor.submit("/history/1/keep", &[("until", "いつか")]).await.status, StatusCode::BAD_REQUEST);
    let page = visitor.get("/history/1?done=renamed").await.text();
    for part in ["ごみの&#60;話&#62;", "value=\"2027-03-31\"", "固定を外す", "名前を変えました"] {
        assert!(page.contains(part), "{part}");
    }
    let gone = visitor.submit("/history/1/delete", &[]).await.location();
    let page = visitor.get(&gone).await.text();
    assert!(page.contains("action=\"/history/1/restore\"") && !page.contains("ごみの&#60;話&#62;"));
    assert_eq!(visitor.get("/history/1").await.status, StatusCode::NOT_FOUND);
    assert!(visitor.get("/history?deleted=1").await.text().contains("ごみの&#60;話&#62;"));
    visitor.submit("/history/1/restore", &[]).await;
    assert_eq!(visitor.get("/history/1").await.status, StatusCode::OK);
    visitor.submit("/history/1/delete", &[]).await;
    assert!(visitor.get("/history/1/remove").await.text().contains("元には戻せません"));
    visitor.submit("/history/1/remove", &[]).await;
    assert!(!visitor.get("/history?deleted=1").await.text().contains("ごみの"));
    assert_eq!(visitor.post("/history/1/delete", &[]).await.status, StatusCode::FORBIDDEN, "a form needs its token");
}

#[actix_web::test]
async fn a_conversation_is_exported_and_its_sources_are_pinned() {
    let (visitor, _) = after_a_question("reader").await;
    let markdown = visitor.get("/history/1/export.md").await;
    assert!(markdown.header("content-disposition").contains("kura-conversation-1.md"));
    assert!(markdown.text().contains(&format!("## {FEE}")) && markdown.text().contains("- [1]"), "{}", markdown.text());
    let json: serde_json::Value = serde_json::from_str(&visitor.get("/history/1/export.json").await.text()).expect("JSON");
    assert_eq!(json["questions"][0]["question"], FEE);
    let document = json["questions"][0]["answer"]["sources"][0]["passage"]["document"].to_string();
    assert_eq!(visitor.submit("/history/1/pins", &[("document", &document)]).await.location(), "/history/1?done=limited");
    assert_eq!(visitor.submit("/history/1/pins", &[("document", "999")]).await.status, StatusCode::NOT_FOUND);
    visitor.submit("/history/1/limits", &[("only_pins", "1")]).await;
    let reply = visitor.submit("/ask", &[("question", "減免はありますか"), ("conversation", "1")]).await;
    let id = reply.location().replace("/answers/", "");
    let listed: serde_json::Value = serde_json::from_str(&visitor.get("/api/conversations/1").await.text()).expect("JSON");
    let last = &listed["questions"][1];
    assert_eq!(last["id"].to_string(), id);
    assert_eq!(last["limits"]["only_pins"], true);
    let sources = last["answer"]["sources"].as_array().expect("sources");
    assert!(sources.iter().all(|s| s["passage"]["document"].as_i64() == document.parse().ok()), "only what is pinned is searched");
    visitor.submit("/history/1/pins", &[("document", &document), ("way", "remove")]).await;
    assert!(visitor.get("/history/1").await.text().contains("優先する資料はありません"));
}

#[actix_web::test]
async fn a_colleague_reads_what_is_shared_and_nothing_else() {
    let (mut visitor, answer) = after_a_question("editor").await;
    assert_eq!(visitor.submit("/history/1/share", &[]).await.location(), "/history/1?done=shared");
    let page = visitor.get("/history/1").await.text();
    let link = page.split("href=\"/shared/").nth(1).and_then(|rest| rest.split('"').next()).expect("a link").to_owned();
    let link = format!("/shared/{link}");
    visitor.sign_in("reader").await;
    for hidden in ["/history/1", answer.as_str(), "/history/1/export.json", "/api/conversations/1"] {
        assert_eq!(visitor.get(hidden).await.status, StatusCode::NOT_FOUND, "{hidden}");
    }
    assert!(!visitor.get("/history").await.text().contains(FEE));
    assert_eq!(visitor.get("/api/conversations").await.text(), "[]");
    let shared = visitor.get(&link).await;
    assert!(shared.text().contains(FEE) && shared.text().contains("佐藤 健"), "{}", shared.text());
    assert!(!shared.text().contains("/pins"), "nothing can be changed there");
    assert_eq!(visitor.submit(&format!("{link}/revoke"), &[]).await.status, StatusCode::NOT_FOUND);
    visitor.sign_in("editor").await;
    assert_eq!(visitor.submit(&format!("{link}/revoke"), &[]).await.location(), "/history?done=revoked");
    visitor.sign_in("reader").await;
    assert_eq!(visitor.get(&link).await.status, StatusCode::NOT_FOUND);
}
