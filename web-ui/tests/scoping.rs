//! The scope of a question as fields, without JavaScript.

mod fakes;
#[expect(dead_code, reason = "this test uses a part of it")]
mod visitor;

use actix_web::http::StatusCode;
use visitor::visitor;

#[actix_web::test]
async fn a_form_that_is_sent_back_keeps_its_scope() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    let fields = [("question", ""), ("collection", "1"), ("as_of", "2026-04-01"), ("kind", "条例"), ("department", "市民課")];
    let reply = visitor.submit("/ask", &fields).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    let page = reply.text();
    for kept in ["value=\"2026-04-01\"", "<option selected>条例", "value=\"市民課\"", "2026-04-01時点", "部署: 市民課"] {
        assert!(page.contains(kept), "{kept}");
    }
    let chips = page.split("id=\"scope-chips\"").nth(1).and_then(|p| p.split("</ul>").next()).unwrap_or_default();
    assert_eq!(chips.matches("class=\"chip\"").count(), 4, "{chips}");
}

#[actix_web::test]
async fn a_mark_tells_the_words_it_points_at_in_their_sentence() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    let asked = visitor.submit("/ask", &[("question", "粗大ごみの処理手数料は1点につきいくらですか")]).await;
    let page = visitor.get(&asked.location()).await.text();
    let mark = page.split("<a class=\"citation\"").nth(1).and_then(|p| p.split("</a>").next()).unwrap_or_default();
    let quote = mark.split("data-quote=\"").nth(1).and_then(|p| p.split('"').next()).unwrap_or_default();
    assert!(quote.contains("500円"), "{mark}");
    assert!(mark.contains("data-where=\"みなと市廃棄物"), "{mark}");
}
