//! What a person prefers, kept without JavaScript and without an account.

mod fakes;
#[expect(dead_code, reason = "this test uses a part of it")]
mod visitor;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use visitor::visitor;

#[actix_web::test]
async fn a_choice_of_colours_is_kept_and_holds_on_every_page() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    let plain = visitor.get("/").await.text();
    assert!(plain.contains("media=\"screen and (prefers-color-scheme: dark)\"") && plain.contains("media=\"(prefers-contrast: more)\""));

    let reply =
        visitor.submit("/preferences", &[("theme", "dark"), ("contrast", "high"), ("text", "larger"), ("calendar", "japanese")]).await;
    assert_eq!(reply.location(), "/preferences?saved=1");
    let kept = Cookie::parse(reply.header("set-cookie")).expect("a cookie");
    assert_eq!((kept.name(), kept.value()), ("kura_display", "dark.high.larger.japanese"));
    for path in ["/", "/documents", "/preferences"] {
        let page = visitor.send(visitor.request(path).cookie(Cookie::new("kura_display", kept.value()))).await.text();
        let head = page.split("</head>").next().unwrap_or_default();
        assert!(head.contains("data-text=\"larger\"") && head.contains("content=\"dark\""), "{path}: {head}");
        assert!(head.contains("media=\"screen\"") && head.contains("media=\"all\""), "{path}: {head}");
    }
    let page = visitor.send(visitor.request("/documents/1").cookie(Cookie::new("kura_display", "japanese"))).await.text();
    assert!(page.contains("令和"), "dates follow the choice");
}

#[actix_web::test]
async fn preferences_need_no_account() {
    let visitor = visitor().await;
    let page = visitor.get("/preferences").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("name=\"theme\" value=\"dark\""));
    let reply = visitor.post("/preferences", &[("theme", "light"), ("language", "en")]).await;
    assert_eq!(reply.location(), "/preferences?saved=1");
    assert!(visitor.send(visitor.request("/sign-in").cookie(Cookie::new("kura_language", "en"))).await.text().contains("Display settings"));
}

#[actix_web::test]
async fn a_foreign_form_changes_nothing() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    assert_eq!(visitor.post("/preferences", &[("theme", "dark")]).await.status, StatusCode::FORBIDDEN);
}
