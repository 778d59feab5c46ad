//! What editors decide, and what everyone is told about how documents were read.

mod fakes;
#[expect(dead_code, reason = "this test uses a part of it")]
mod visitor;

use actix_web::http::{Method, StatusCode};
use appliance_core::ports::catalog::{IngestStage, JobProgress, VersionState};
use fakes::library::FakeLibrary;
use fakes::sample;
use serde_json::{Value, json};
use visitor::{Reply, Visitor, visitor, visitor_with};

/// A document that is held, in a collection that editors and readers see, and one that neither sees.
const HELD: i64 = 7;
const HELD_ELSEWHERE: i64 = 8;
const LOCKED: i64 = 5;
const RECOGNISED: i64 = 9;

fn state(visitor: &Visitor, id: i64) -> Option<VersionState> {
    visitor.library.held.lock().iter().find(|h| h.entry.id.0 == id).map(|h| h.entry.state)
}

fn set_state(visitor: &Visitor, id: i64, state: VersionState) {
    visitor.library.held.lock().iter_mut().filter(|h| h.entry.id.0 == id).for_each(|h| h.entry.state = state);
}

async fn script(visitor: &Visitor, path: &str, body: Value) -> Reply {
    let request = visitor.request(path).method(Method::POST).insert_header(("X-Form-Token", visitor.token.clone())).set_json(body);
    visitor.send(request).await
}

fn json(reply: &Reply) -> Value {
    serde_json::from_str(&reply.text()).expect("JSON")
}

#[actix_web::test]
async fn an_editor_accepts_and_rejects_what_is_held() {
    let mut visitor = visitor().await;
    visitor.sign_in("editor").await;
    let library = visitor.get("/documents").await.text();
    for part in ["確認を待っています", "action=\"/documents/7/accept\"", "href=\"/documents/7/reading\"", "確認待ち 1件", ">33%"]
    {
        assert!(library.contains(part), "{part}");
    }
    assert!(visitor.get("/documents?state=held").await.text().contains("文字化けの通知"));
    let reading = visitor.get("/documents/7/reading").await.text();
    assert!(reading.contains("action=\"/documents/7/accept\"") && reading.contains("action=\"/documents/7/reject\""));
    let accepted = visitor.submit("/documents/7/accept", &[]).await;
    assert_eq!((accepted.status, accepted.location()), (StatusCode::SEE_OTHER, "/documents?done=accepted".to_owned()));
    assert_eq!(state(&visitor, HELD), Some(VersionState::Queued));
    let told = visitor.get(&accepted.location()).await.text();
    assert!(told.contains("role=\"status\">文書を受け入れました。"));
    let late = visitor.submit("/documents/7/accept", &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text().contains("文書の状態が変わりました"));
    set_state(&visitor, HELD, VersionState::Held);
    assert_eq!(visitor.submit("/documents/7/reject", &[]).await.location(), "/documents?done=rejected");
    assert_eq!(state(&visitor, HELD), None);
}

#[actix_web::test]
async fn readers_decide_nothing_and_see_no_held_pages() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    for path in ["/documents/7/accept", "/documents/7/reject", "/documents/6/cancel", "/documents/5/retry", "/documents/5/unlock"] {
        assert_eq!(visitor.submit(path, &[("password", sample::FILE_PASSWORD)]).await.status, StatusCode::FORBIDDEN, "{path}");
        let api = script(&visitor, &format!("/api{path}"), json!({ "password": "x" })).await;
        assert_eq!(api.status, StatusCode::FORBIDDEN, "/api{path}");
    }
    assert_eq!(visitor.get("/documents/5/unlock").await.status, StatusCode::FORBIDDEN);
    assert_eq!(visitor.get("/documents/7/at/page/2?edition=held").await.status, StatusCode::FORBIDDEN);
    assert_eq!(visitor.get("/documents/7/pages/2.png?edition=held").await.status, StatusCode::FORBIDDEN);
    assert_eq!(visitor.get("/documents/7/pages/2.png").await.status, StatusCode::NOT_FOUND);
    assert_eq!(visitor.get("/documents/7/reading").await.location(), "/documents/7", "nothing of it answers yet");
    assert!(visitor.get("/documents/7").await.text().contains("編集者が受け入れるまで"));
    let library = visitor.get("/documents").await.text();
    for action in ["/accept", "/reject", "/cancel", "/retry", "/unlock", "type=\"password\""] {
        assert!(!library.contains(action), "{action}");
    }
    assert_eq!(state(&visitor, HELD), Some(VersionState::Held));
}

#[actix_web::test]
async fn a_document_of_a_hidden_collection_is_as_if_it_were_not_there() {
    let mut visitor = visitor().await;
    visitor.sign_in("editor").await;
    set_state(&visitor, HELD, VersionState::Searchable);
    assert!(!visitor.get("/documents?state=held").await.text().contains("文字化けの通知"), "another collection's held document");
    for decision in ["accept", "reject", "cancel", "retry", "unlock"] {
        let path = format!("/documents/{HELD_ELSEWHERE}/{decision}");
        assert_eq!(visitor.submit(&path, &[("password", "x")]).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(script(&visitor, &format!("/api{path}"), json!({ "password": "x" })).await.status, StatusCode::NOT_FOUND, "/api{path}");
    }
    for path in ["/documents/8/reading", "/api/documents/8/reading", "/documents/8/at/page/1?edition=held", "/documents/8/unlock"] {
        assert_eq!(visitor.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(visitor.submit("/documents/7/explode", &[]).await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn decisions_need_the_forms_token() {
    let mut visitor = visitor().await;
    visitor.sign_in("editor").await;
    for path in ["/documents/7/accept", "/documents/7/reject", "/documents/6/cancel", "/documents/5/retry", "/documents/5/unlock"] {
        assert_eq!(visitor.post(path, &[("password", "x")]).await.status, StatusCode::FORBIDDEN, "{path}");
        let bare = visitor.request(&format!("/api{path}")).method(Method::POST).set_json(json!({ "password": "x" }));
        assert_eq!(visitor.send(bare).await.status, StatusCode::FORBIDDEN, "/api{path}");
    }
    assert_eq!(state(&visitor, HELD), Some(VersionState::Held));
}

#[actix_web::test]
async fn ingest_is_cancelled_and_tried_again() {
    let mut visitor = visitor().await;
    visitor.sign_in("admin").await;
    assert!(visitor.get("/documents").await.text().contains("action=\"/documents/6/cancel\""));
    assert_eq!(visitor.submit("/documents/6/cancel", &[]).await.location(), "/documents?done=cancelled");
    let library = visitor.get("/documents?done=cancelled").await.text();
    assert!(library.contains("読み取りを中止しました") && library.contains("action=\"/documents/6/retry\""));
    assert_eq!(visitor.submit("/documents/6/cancel", &[]).await.status, StatusCode::CONFLICT);
    assert_eq!(visitor.submit("/documents/6/retry", &[]).await.location(), "/documents?done=retried");
    let entry = json(&script(&visitor, "/api/documents/6/cancel", json!({})).await);
    assert_eq!(entry["state"], "cancelled");
    let gone = script(&visitor, "/api/documents/6/reject", json!({})).await;
    assert_eq!((gone.status, gone.text().as_str()), (StatusCode::OK, "null"));
}

#[actix_web::test]
async fn the_encoding_of_a_text_is_named_on_its_page_and_at_upload() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    assert!(!visitor.get("/documents/3").await.text().contains("/documents/3/encoding"), "readers have nothing read again");
    assert_eq!(visitor.submit("/documents/3/encoding", &[("encoding", "euc-jp")]).await.status, StatusCode::FORBIDDEN);

    let mut visitor = self::visitor().await;
    visitor.sign_in("admin").await;
    assert!(visitor.get("/documents").await.text().contains("name=\"encoding\""));
    let page = visitor.get("/documents/3").await.text();
    assert!(page.contains("action=\"/documents/3/encoding\"") && page.contains("文字化けしているとき"), "{page}");
    assert!(!visitor.get("/documents/1").await.text().contains("/documents/1/encoding"), "a PDF has no encoding to guess");
    assert_eq!(visitor.submit("/documents/1/encoding", &[("encoding", "euc-jp")]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(visitor.submit("/documents/3/encoding", &[("encoding", "klingon")]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(visitor.post("/documents/3/encoding", &[("encoding", "euc-jp")]).await.status, StatusCode::FORBIDDEN, "no token");
    assert_eq!(visitor.submit("/documents/3/encoding", &[("encoding", "euc-jp")]).await.location(), "/documents?done=retried");
    assert_eq!(state(&visitor, 3), Some(VersionState::Queued));
}

#[actix_web::test]
async fn a_wrong_password_is_told_at_once_and_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("stored");
    std::fs::write(&file, b"locked:clear text").expect("written");
    let mut held = sample::library();
    held.iter_mut().filter(|h| h.entry.id.0 == LOCKED).for_each(|h| h.file.clone_from(&file));
    let mut visitor = visitor_with(FakeLibrary::new(held), None).await;
    visitor.sign_in("editor").await;
    let page = visitor.get("/documents/5/unlock").await.text();
    assert!(page.contains("himitsu.pdf") && page.contains("パスワードを外した状態で保管します"));
    let wrong = visitor.submit("/documents/5/unlock", &[("password", "よそのパスワード")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = wrong.text();
    assert!(
        told.contains("role=\"alert\"") && told.contains("「himitsu.pdf」のパスワードが違います") && told.contains("aria-invalid=\"true\"")
    );
    assert!(!told.contains("よそのパスワード"), "a password is never shown again");
    assert_eq!((state(&visitor, LOCKED), visitor.left_in_upload_folder()), (Some(VersionState::Failed), 0));
    let api = script(&visitor, "/api/documents/5/unlock", json!({ "password": "x" })).await;
    assert_eq!((api.status, json(&api)["error"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("unlock-wrong")));

    let right = visitor.submit("/documents/5/unlock", &[("password", sample::FILE_PASSWORD)]).await;
    assert_eq!(right.location(), "/documents?done=unlocked");
    assert_eq!(visitor.library.accepted.lock()[0], ("himitsu.pdf".to_owned(), b"clear text".to_vec()));
    assert_eq!((state(&visitor, LOCKED), visitor.left_in_upload_folder()), (Some(VersionState::Queued), 0));
    assert_eq!(visitor.submit("/documents/5/unlock", &[("password", "x")]).await.status, StatusCode::CONFLICT);
    assert_eq!(visitor.submit("/documents/1/unlock", &[("password", "x")]).await.status, StatusCode::CONFLICT, "never locked");
}

#[actix_web::test]
async fn a_file_that_no_password_opens_is_told_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("stored");
    std::fs::write(&file, b"another kind of encryption").expect("written");
    let mut held = sample::library();
    held.iter_mut().filter(|h| h.entry.id.0 == LOCKED).for_each(|h| h.file.clone_from(&file));
    let mut visitor = visitor_with(FakeLibrary::new(held), None).await;
    visitor.sign_in("editor").await;
    let told = visitor.submit("/documents/5/unlock", &[("password", "x")]).await;
    assert!(told.text().contains("元のソフトでパスワードを外し"), "{}", told.text());
}

#[actix_web::test]
async fn a_password_is_given_with_an_upload() {
    let mut visitor = visitor().await;
    visitor.sign_in("editor").await;
    assert!(visitor.get("/documents").await.text().contains("name=\"password\" type=\"password\""));
    let bytes = b"locked:clear";
    let wrong = visitor.upload_with("a.pdf", bytes, Some("x")).await;
    assert!(json(&wrong)[0]["message"].as_str().is_some_and(|m| m.contains("「a.pdf」のパスワードが違います")));
    assert_eq!(visitor.library.accepted.lock()[0].1, bytes, "the file came in as it is");
    let right = visitor.upload_with("b.pdf", bytes, Some(sample::FILE_PASSWORD)).await;
    assert_eq!((json(&right)[0]["outcome"].as_str(), json(&right)[0].get("message")), (Some("queued"), None));
    assert_eq!(visitor.library.accepted.lock()[1].1, b"clear");
    let plain = visitor.upload_with("c.txt", b"plain", Some("x")).await;
    assert_eq!((json(&plain)[0]["outcome"].as_str(), json(&plain)[0].get("message")), (Some("queued"), None));
    assert_eq!(visitor.left_in_upload_folder(), 0);
    let page = visitor.get("/documents?added=1&duplicate=0&locked=1000").await.text();
    assert!(page.contains("role=\"alert\">「a.pdf」のパスワードが違います") && page.contains("/documents/1000/unlock"));
    assert!(
        !visitor.get("/documents?locked=8").await.text().contains("/documents/8/unlock"),
        "a document that may not be seen is not named"
    );
}

#[actix_web::test]
async fn the_worst_read_documents_come_first_on_demand() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    let order = |page: &str| -> Vec<String> {
        page.split("data-document=\"").skip(1).filter_map(|r| r.split('"').next()).map(str::to_owned).collect()
    };
    let worst = order(&visitor.get("/documents?sort=worst").await.text());
    assert_eq!(&worst[..3], ["7", "9", "1"]);
    assert_ne!(order(&visitor.get("/documents").await.text())[..3], worst[..3]);
    let page = visitor.get("/documents?sort=worst").await.text();
    assert!(page.contains("<option value=\"worst\" selected>読み取りの良くない順") && page.contains("1ページに注意"));
}

#[actix_web::test]
async fn how_each_page_was_read_is_listed_worst_first_with_links() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    let page = visitor.get("/documents/1/reading").await.text();
    assert!(page.contains("読み取り 87%(8ページの平均)") || page.contains("読み取り 88%(8ページの平均)"), "{page}");
    let first = page.split("<tbody>").nth(1).and_then(|t| t.split("</tr>").next()).unwrap_or_default();
    assert!(first.contains("href=\"/documents/1/at/page/3\"") && first.contains("このページは文字を読み取れていません"), "{first}");
    assert!(!page.contains("/accept"), "there is nothing to decide");
    let none = visitor.get("/documents/3/reading").await.text();
    assert!(none.contains("ページがないため"));
    visitor.sign_in("editor").await;
    let told = json(&visitor.get("/api/documents/7/reading").await);
    assert_eq!((told["held"].as_bool(), told["pages"][0]["number"].as_i64()), (Some(true), Some(3)));
    let held = visitor.get("/documents/7/reading").await.text();
    assert!(held.contains("href=\"/documents/7/at/page/2?edition=held\""));
    let shown = visitor.get("/documents/7/at/page/2?edition=held").await.text();
    assert!(shown.contains("確認を待っています") && shown.contains("このページから読み取った文字") && shown.contains("䛾䛿䛜䜢"));
    assert!(shown.contains("/documents/7/pages/2.png?scale=2&#38;edition=held") && shown.contains("/documents/7/at/page/3?edition=held"));
    assert!(visitor.get("/documents/7/pages/2.png?edition=held").await.bytes.starts_with(b"\x89PNG"));
}

#[actix_web::test]
async fn the_viewer_marks_pages_that_were_not_read() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    let unread = visitor.get("/documents/1/at/page/3").await.text();
    assert!(unread.contains("<span class=\"state-words bad\">このページは文字を読み取れていません</span>"));
    assert!(visitor.get("/documents/1/at/page/1").await.text().contains("読み取りの良くないページ"), "named on every page");
    let recognised = visitor.get("/documents/9/at/page/1?passage=900").await.text();
    assert!(recognised.contains("画像から読み取った文字です(確度87%)。原本のページで確かめてください。"));
    assert!(!visitor.get("/documents/1/at/page/7").await.text().contains("<span class=\"state-words bad\">"));
}

#[actix_web::test]
async fn an_answer_from_a_picture_says_so_with_a_way_to_the_page() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    let reply = visitor.submit("/ask", &[("question", "資源の回収は何曜日の午前ですか")]).await;
    let page = visitor.get(&reply.location()).await.text();
    let card = page.split("data-source=").find(|c| c.contains("資源回収のお知らせ") && c.contains("class=\"recognised\"")).expect("a card");
    assert!(card.contains("画像から読み取った文字です(確度87%)") && card.contains(&format!("/documents/{RECOGNISED}/at/page/1")), "{card}");
    let found = json(&visitor.get("/api/search?q=%E8%B3%87%E6%BA%90%E3%81%AE%E5%9B%9E%E5%8F%8E&limit=20").await);
    let recognised: Vec<f64> = found.as_array().into_iter().flatten().filter_map(|p| p["recognised"].as_f64()).collect();
    assert_eq!(recognised.len(), 1);
    assert!((recognised[0] - 0.87).abs() < 1e-6);
    assert!(found.as_array().is_some_and(|f| f.iter().all(|p| p["document"] != HELD)), "a held document is not found");
}

#[actix_web::test]
async fn what_waits_says_for_what() {
    let mut visitor = visitor().await;
    for held in visitor.library.held.lock().iter_mut() {
        match held.entry.id.0 {
            2 => (held.entry.state, held.entry.progress, held.entry.ahead) = (VersionState::Queued, None, Some(3)),
            3 => {
                held.entry.state = VersionState::Ingesting;
                held.entry.progress = Some(JobProgress { stage: IngestStage::Parsing, done: 120, total: 600, rate: Some(28.2) });
            }
            _ => {}
        }
    }
    visitor.sign_in("reader").await;
    let library = visitor.get("/documents").await.text();
    for part in [
        "前に3件あります、いまは「窓口の手引き」を読み取っています",
        "120/600ページ、毎秒28ページ、残り約20秒",
        "<progress value=\"120\" max=\"600\" aria-label=\"窓口の手引き\">",
        "読み取り中 1件、待ち 1件、確認待ち 1件",
    ] {
        assert!(library.contains(part), "{part}");
    }
    assert!(visitor.get("/documents/2").await.text().contains("前に3件あります"));
    let status = json(&visitor.get("/documents/status?ids=3").await);
    assert_eq!((status[0]["seconds_left"].as_i64(), status[0]["words"].as_str()), (Some(18), Some("読み取っています")));
    assert!(status[0]["detail"].as_str().is_some_and(|d| d.contains("残り約20秒")));
    let chosen = visitor.submit("/language", &[("language", "en"), ("back", "/documents")]).await;
    assert!(visitor.get(&chosen.location()).await.text().contains("120 of 600 pages, 28 pages a second, about 20 s left"));
}
