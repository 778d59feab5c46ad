//! Typing help from outside.

mod fakes;
#[expect(dead_code, reason = "this test uses a part of it")]
mod visitor;

use actix_web::http::StatusCode;
use serde_json::Value;
use visitor::{Visitor, visitor};

async fn offers(visitor: &Visitor, fields: &[(&str, &str)]) -> Vec<Value> {
    let reply = visitor.submit("/complete", fields).await;
    assert_eq!(reply.status, StatusCode::OK);
    serde_json::from_str(&reply.text()).expect("JSON")
}

#[actix_web::test]
async fn what_is_offered_follows_what_a_person_sees() {
    let mut visitor = visitor().await;
    assert_eq!(visitor.post("/complete", &[("question", "履修")]).await.status, StatusCode::SEE_OTHER, "nobody is signed in");
    visitor.sign_in("editor").await;
    let seen = offers(&visitor, &[("question", "履修の手")]).await;
    assert_eq!(seen[0]["label"], "履修の手引き2026.pdf");
    assert_eq!((seen[0]["kind"].as_str(), seen[0]["kind_words"].as_str()), (Some("title"), Some("文書")));
    assert!(offers(&visitor, &[("question", "履修の手"), ("collection", "1")]).await.is_empty(), "outside the chosen scope");
    visitor.sign_in("reader").await;
    assert!(offers(&visitor, &[("question", "履修")]).await.is_empty(), "a document of a hidden collection");
    assert!(offers(&visitor, &[("question", "")]).await.is_empty());
    assert_eq!(visitor.post("/complete", &[("question", "履修")]).await.status, StatusCode::FORBIDDEN, "without the form's token");
}

#[actix_web::test]
async fn the_field_points_to_its_list_and_asks_without_it_too() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    let page = visitor.get("/").await.text();
    for part in [
        "data-complete=\"/complete\"",
        "<ul id=\"offers\" class=\"offers\" role=\"listbox\"",
        "id=\"offers-said\" class=\"unseen\" role=\"status\"",
        "complete.js",
    ] {
        assert!(page.contains(part), "{part}");
    }
}
