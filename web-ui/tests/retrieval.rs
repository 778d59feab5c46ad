//! The retrieval test in a browser without JavaScript.

mod fakes;
#[expect(dead_code, reason = "this test uses a part of it")]
mod visitor;

use actix_web::http::StatusCode;
use visitor::visitor;

#[actix_web::test]
async fn editors_see_why_a_passage_ranks_where_it_does() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    assert_eq!(visitor.get("/retrieval").await.status, StatusCode::FORBIDDEN);
    assert_eq!(visitor.submit("/retrieval", &[("question", "手数料")]).await.status, StatusCode::FORBIDDEN);
    assert!(!visitor.get("/").await.text().contains("/retrieval"));

    visitor.sign_in("editor").await;
    assert!(visitor.get("/").await.text().contains("href=\"/retrieval\""), "editors find it in the navigation");
    let form = visitor.get("/retrieval").await.text();
    assert!(form.contains("name=\"vector_weight\" type=\"number\" min=\"0\" max=\"1000\" step=\"any\" value=\"0.7\""));
    assert!(!form.contains("href=\"/people\""), "editors are not led where they may not go");
    let fields = [("question", "粗大ごみの手数料 -\"収集\""), ("vector_weight", "0.7"), ("leg_depth", "100")];
    let page = visitor.submit("/retrieval", &fields).await.text();
    for part in ["id=\"hits\"", "1,234", "lexical</code> 1.5 ms", "手数料 <code>body</code>", "50%", "含まない: 収集", "/documents/"]
    {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("いつもの値は"), "nothing was changed");
}

#[actix_web::test]
async fn weights_are_tried_for_one_request_and_checked() {
    let mut visitor = visitor().await;
    visitor.sign_in("admin").await;
    let tried = visitor.submit("/retrieval", &[("question", "手数料"), ("vector_weight", "0"), ("leg_depth", "20")]).await.text();
    assert!(tried.contains("vector_weight=0、leg_depth=20") && tried.contains("いつもの値は0.7です"));
    assert!(visitor.get("/retrieval").await.text().contains("value=\"0.7\""), "nothing of it stays");
    for (name, value) in
        [("vector_weight", "-1"), ("vector_weight", "NaN"), ("leg_depth", "1.5"), ("leg_depth", "100000"), ("leg_depth", "x")]
    {
        let reply = visitor.submit("/retrieval", &[("question", "手数料"), (name, value)]).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{name}={value}");
        assert!(reply.text().contains("role=\"alert\""));
    }
    assert_eq!(visitor.submit("/retrieval", &[("question", " ")]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(visitor.post("/retrieval", &[("question", "手数料")]).await.status, StatusCode::FORBIDDEN, "without the form's token");
}
