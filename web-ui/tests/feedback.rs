//! What people say of answers, without JavaScript.

mod fakes;
#[expect(dead_code, reason = "this test uses a part of it")]
mod visitor;

use actix_web::http::StatusCode;
use visitor::visitor;

const QUESTION: &str = "粗大ごみの処理手数料は1点につきいくらですか";

#[actix_web::test]
async fn a_remark_reaches_the_administrator_who_settles_it() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    let answer = visitor.submit("/ask", &[("question", QUESTION)]).await.location();
    let page = visitor.get(&answer).await.text();
    assert!(page.contains("action=\"/answers/1/feedback\"") && page.contains("name=\"judgement\" value=\"wrong\""));
    let said = visitor.submit("/answers/1/feedback", &[("judgement", "wrong"), ("words", "金額が古いです"), ("document", "1")]).await;
    assert!(said.status == StatusCode::OK && said.text().contains("知らせました"));
    assert!(!visitor.get("/feedback").await.text().contains("金額が古いです"), "a reader who is in charge of nothing sees nothing");

    visitor.sign_in("admin").await;
    assert!(visitor.get("/feedback?judgement=wrong").await.text().contains("金額が古いです"));
    assert!(!visitor.get("/feedback?judgement=right").await.text().contains("金額が古いです"));
    assert_eq!(visitor.submit("/feedback/1", &[("settled", "yes")]).await.location(), "/feedback");
    assert!(!visitor.get("/feedback").await.text().contains("金額が古いです"));
    assert!(visitor.get("/feedback?settled=1").await.text().contains("対応済み"));
}

#[actix_web::test]
async fn what_is_no_judgement_is_refused() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    visitor.submit("/ask", &[("question", QUESTION)]).await;
    assert_eq!(visitor.submit("/answers/1/feedback", &[("judgement", "splendid")]).await.status, StatusCode::BAD_REQUEST);
    let long = "長".repeat(1_001);
    assert_eq!(visitor.submit("/answers/1/feedback", &[("judgement", "wrong"), ("words", &long)]).await.status, StatusCode::BAD_REQUEST);
}

#[actix_web::test]
async fn whoever_is_in_charge_of_a_document_is_named_under_its_answers() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    assert_eq!(visitor.get("/documents/1/charge").await.status, StatusCode::FORBIDDEN);
    visitor.sign_in("admin").await;
    let named = visitor.submit("/documents/1/charge", &[("name", "環境課 山本"), ("reach", "内線 1234")]).await;
    assert_eq!(named.location(), "/documents/1/charge?done=true");
    visitor.sign_in("reader").await;
    let answer = visitor.submit("/ask", &[("question", QUESTION)]).await.location();
    let page = visitor.get(&answer).await.text();
    assert!(page.contains("環境課 山本") && page.contains("内線 1234"));
}
