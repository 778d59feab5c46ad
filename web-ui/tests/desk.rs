//! The desk from outside: requests in, pages and streams out, over ports in memory.

mod fakes;
mod visitor;

use actix_web::http::StatusCode;
use appliance_core::language::Language;
use appliance_core::ports::models::PromptProfile;
use fakes::library::FakeLibrary;
use fakes::models::SlowGenerator;
use fakes::{people::PASSWORD, sample};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use visitor::{visitor, visitor_with};

const GROUNDED: &str = " 500円[1]\n根拠[1]: 「粗大ごみの処理手数料は、1点につき500円とする。」";
const FEE_QUESTION: &str = "粗大ごみの処理手数料は1点につきいくらですか";

#[actix_web::test]
async fn without_a_session_every_page_leads_to_sign_in() {
    let visitor = visitor().await;
    assert_eq!(visitor.get("/").await.location(), "/sign-in");
    for path in ["/documents", "/documents/1", "/people", "/status", "/answers/1", "/documents/1/pages/1.png", "/documents/1/file"] {
        let reply = visitor.get(path).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{path}");
        assert!(reply.location().starts_with("/sign-in?next="), "{path}");
    }
    assert_eq!(visitor.get("/api/documents").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(visitor.get("/healthz").await.text(), "ok");
}

#[actix_web::test]
async fn signing_in_leads_where_one_wanted_to_go() {
    let mut visitor = visitor().await;
    let page = visitor.get("/sign-in?next=%2Fdocuments%2F1").await;
    assert!(page.text().contains("みなと市") && page.text().contains("name=\"next\" value=\"/documents/1\""));
    let refused = visitor.post("/sign-in", &[("login", "reader"), ("password", "wrong")]).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert!(refused.text().contains("ログイン名またはパスワードが違います"));
    let reply = visitor.post("/sign-in", &[("login", "reader"), ("password", PASSWORD), ("next", "/documents/1")]).await;
    assert_eq!(reply.location(), "/documents/1");
    let cookie = reply.header("set-cookie");
    for part in ["kura_session=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "the test's settings name no TLS");
    visitor.keep_cookie(&reply);
    assert_eq!(visitor.get("/").await.status, StatusCode::OK);
    visitor.learn_token().await;
    assert_eq!(visitor.submit("/sign-out", &[]).await.location(), "/sign-in");
    assert_eq!(visitor.get("/").await.location(), "/sign-in");
}

#[actix_web::test]
async fn too_many_failures_are_told_to_wait() {
    let visitor = visitor().await;
    for _ in 0..5 {
        visitor.post("/sign-in", &[("login", "reader"), ("password", "wrong")]).await;
    }
    let reply = visitor.post("/sign-in", &[("login", "reader"), ("password", PASSWORD)]).await;
    assert_eq!((reply.status, reply.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "30".to_owned()));
    assert!(reply.text().contains("30秒"));
}

#[actix_web::test]
async fn a_one_time_password_must_be_replaced_first() {
    let mut visitor = visitor().await;
    visitor.sign_in("new").await;
    assert_eq!(visitor.get("/documents").await.location(), "/password");
    assert_eq!(visitor.get("/api/documents").await.status, StatusCode::FORBIDDEN);
    let differs = visitor.submit("/password", &[("current", PASSWORD), ("new", "ひみつのあいことば2026"), ("again", "x")]).await;
    assert_eq!(differs.status, StatusCode::BAD_REQUEST);
    let fields = [("current", PASSWORD), ("new", "ひみつのあいことば2026"), ("again", "ひみつのあいことば2026")];
    assert_eq!(visitor.submit("/password", &fields).await.location(), "/");
    assert_eq!(visitor.get("/documents").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn forms_without_the_token_or_from_elsewhere_change_nothing() {
    let mut visitor = visitor().await;
    visitor.sign_in("admin").await;
    for path in ["/ask", "/ask/stream", "/documents/1/delete", "/people", "/people/3/reset", "/people/3/active", "/language", "/sign-out"] {
        let reply = visitor.post(path, &[("question", "手数料"), ("active", "false"), ("language", "en")]).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(visitor.post("/password", &[("current", PASSWORD)]).await.status, StatusCode::FORBIDDEN);
    let foreign = visitor.form("/documents/1/delete", &[("form_token", &visitor.token)]).insert_header(("Origin", "http://evil.example"));
    assert_eq!(visitor.send(foreign.insert_header(("Host", "kura.local"))).await.status, StatusCode::FORBIDDEN);
    let json = visitor.request("/api/ask").set_json(serde_json::json!({ "question": "手数料" })).method(actix_web::http::Method::POST);
    assert_eq!(visitor.send(json).await.status, StatusCode::FORBIDDEN);
    assert_eq!(visitor.get("/documents/1").await.status, StatusCode::OK, "the document is still there");
}

#[actix_web::test]
async fn a_reader_reads_and_nothing_else() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    assert_eq!(visitor.submit("/documents/1/delete", &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(visitor.get("/documents/1/delete").await.status, StatusCode::FORBIDDEN);
    assert_eq!(visitor.upload("notes.txt", b"text").await.status, StatusCode::FORBIDDEN);
    for path in ["/people", "/status", "/api/status"] {
        assert_eq!(visitor.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let library = visitor.get("/documents").await.text();
    assert!(!library.contains("id=\"upload-form\"") && !library.contains("/delete\""));
    assert!(!library.contains("履修の手引き"), "a document of a hidden collection");
    assert_eq!(visitor.get("/documents/6").await.status, StatusCode::NOT_FOUND);
    assert_eq!(visitor.get("/documents/999").await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn the_day_of_an_answer_is_chosen_and_shown() {
    let mut visitor = visitor_with(FakeLibrary::new(sample::library()), Some(grounded(Duration::ZERO))).await;
    visitor.sign_in("reader").await;
    assert!(visitor.get("/").await.text().contains("name=\"as_of\" type=\"date\" value=\"\""));
    visitor.submit("/ask", &[("question", FEE_QUESTION)]).await;
    assert!(visitor.get("/answers/1").await.text().contains("2026-04-01 現在(今日)"));
    visitor.submit("/ask", &[("question", FEE_QUESTION), ("as_of", "2024-04-01")]).await;
    let chosen = visitor.get("/answers/2").await.text();
    assert!(chosen.contains("2024-04-01 現在(指定した基準日)") && chosen.contains("type=\"date\" value=\"2024-04-01\""), "{chosen}");
    let named = format!("令和5年4月1日時点で、{FEE_QUESTION}");
    visitor.submit("/ask", &[("question", &named), ("as_of", "2024-04-01")]).await;
    assert!(visitor.get("/answers/3").await.text().contains("2023-04-01 現在(質問にある日付)"), "the question's own day goes first");
    let wrong = visitor.submit("/ask", &[("question", FEE_QUESTION), ("as_of", "きのう")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.text().contains("基準日は"));
}

#[actix_web::test]
async fn asking_works_without_javascript() {
    let mut visitor = visitor_with(FakeLibrary::new(sample::library()), Some(grounded(Duration::ZERO))).await;
    visitor.sign_in("reader").await;
    let reply = visitor.submit("/ask", &[("question", FEE_QUESTION)]).await;
    assert_eq!(reply.location(), "/answers/1");
    let page = visitor.get("/answers/1").await.text();
    for part in ["data-kind=\"quoted\"", "500円", sample::FEE, "class=\"sentence", "data-support=\"supported\"", "AIが作成しました"]
    {
        assert!(page.contains(part), "{part}");
    }
    let href = between(&page, "class=\"citation\" data-source=\"1\" href=\"", "\"").replace("&#38;", "&");
    assert!(href.starts_with("/documents/1/at/page/7?version=1&passage=101&quote=") && href.ends_with("#cited"), "{href}");
    let place = visitor.get(href.trim_end_matches("#cited")).await.text();
    assert!(place.contains("<img class=\"page\" src=\"/documents/1/pages/7.png?scale=2&#38;version=1\""));
    assert!(place.contains("viewBox=\"0 0 595 842\"") && place.contains("<rect class=\"cited\" id=\"cited\""));
    assert!(place.contains("<mark class=\"cited\">500円</mark>"));
    assert!(visitor.get("/").await.text().contains(FEE_QUESTION), "the question stands among the recent ones");
    visitor.sign_in("editor").await;
    assert_eq!(visitor.get("/answers/1").await.status, StatusCode::NOT_FOUND, "another person's answer");
}

#[actix_web::test]
async fn a_refusal_is_an_answer_with_candidates() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    let reply = visitor.submit("/ask", &[("question", "火星の衛星フォボスの直径")]).await;
    let page = visitor.get(&reply.location()).await.text();
    assert!(page.contains("資料からは確認できませんでした。") && page.contains("class=\"candidate\""));
    assert!(!page.contains("class=\"sentence\"") && !page.contains("role=\"alert\""));
}

#[actix_web::test]
async fn an_empty_question_is_sent_back_with_words() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    let reply = visitor.submit("/ask", &[("question", " \n ")]).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert!(reply.text().contains("質問を入力してください。"));
    let long = "あ".repeat(2001);
    assert!(visitor.submit("/ask", &[("question", &long)]).await.text().contains("2,000文字まで"));
}

#[actix_web::test]
async fn the_stream_tells_its_steps_in_order() {
    let mut visitor = visitor_with(FakeLibrary::new(sample::library()), Some(grounded(Duration::from_millis(1)))).await;
    visitor.sign_in("reader").await;
    let reply = visitor.submit("/ask/stream", &[("question", FEE_QUESTION)]).await;
    assert!(reply.header("content-type").starts_with("text/event-stream"));
    let events = reply.events();
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    let first_token = names.iter().position(|n| *n == "token").expect("tokens");
    assert_eq!(&names[..first_token], ["stage", "stage", "sources", "stage"]);
    assert_eq!(&names[names.len() - 2..], ["stage", "answer"]);
    let stages: Vec<&str> = events.iter().filter(|(n, _)| n == "stage").filter_map(|(_, d)| d["stage"].as_str()).collect();
    assert_eq!(stages, ["searching", "choosing", "writing", "checking"]);
    let before = events[first_token - 1].1["before"].as_str().unwrap_or_default();
    assert!(before.contains("件から") && before.contains("件を選びました"), "{before}");
    let (_, answer) = events.last().expect("an answer");
    assert_eq!(answer["id"], 1);
    assert!(answer["html"].as_str().is_some_and(|h| h.contains(sample::FEE) && h.contains("class=\"citation\"")));
    assert!(answer["evidence"].as_str().is_some_and(|h| h.contains("<mark class=\"cited\">")));
}

#[actix_web::test]
async fn a_reader_who_leaves_stops_the_model() {
    let generator = SlowGenerator::new(PromptProfile::GroundedJa, &GROUNDED.repeat(20), Duration::from_millis(20));
    let abandoned = Arc::clone(&generator.abandoned);
    let mut visitor = visitor_with(FakeLibrary::new(sample::library()), Some(Arc::new(generator))).await;
    visitor.sign_in("reader").await;
    visitor.leave_after_first_token("/ask/stream", &[("question", FEE_QUESTION)]).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(abandoned.load(Ordering::SeqCst));
}

#[actix_web::test]
async fn hostile_texts_stay_texts() {
    let mut visitor = visitor().await;
    visitor.sign_in("editor").await;
    let asked = visitor.submit("/ask", &[("question", "免除申請は窓口で受け付けますか<script>alert(3)</script>")]).await;
    let stream = visitor.submit("/ask/stream", &[("question", "免除申請は窓口で受け付けますか")]).await;
    let (_, answer) = stream.events().pop().expect("an answer");
    let pages = [
        visitor.get(&asked.location()).await.text(),
        visitor.get("/documents").await.text(),
        visitor.get("/documents/4/at/line/1?passage=400&quote=0-30").await.text(),
        visitor.get("/documents/4/delete").await.text(),
        answer["html"].as_str().unwrap_or_default().to_owned(),
        answer["evidence"].as_str().unwrap_or_default().to_owned(),
    ];
    assert!(pages[0].contains("免除申請は、"), "the hostile document answers");
    for page in pages {
        for hostile in ["<script>", "<img src=x", "<b>見出し"] {
            assert!(!page.contains(hostile), "{hostile} in {page}");
        }
    }
}

#[actix_web::test]
async fn a_sheet_shows_its_cited_cells() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    let page = visitor.get("/documents/2/at/cell/0/A4:D5?passage=200").await.text();
    assert!(page.contains("<td class=\"cited figures\" data-cell=\"C5\""), "the cited amount");
    assert!(page.contains("id=\"cited\" rowspan=\"2\">中央体育館</td>"), "a merged cell is cited through its first");
    assert!(page.contains("<td colspan=\"4\">施設使用料"), "a merged heading");
    assert!(page.contains("<th scope=\"col\">C</th>") && page.contains("<th scope=\"row\">5</th>"));
    assert!(page.contains("1–100行目 / 146行") && page.contains("row=100"));
    let far = visitor.get("/documents/2/at/cell/0/B120").await.text();
    assert!(far.contains("101–146行目") && far.contains("class=\"cited\" data-cell=\"B120\" id=\"cited\""));
    assert_eq!(visitor.get("/documents/2/at/cell/9/A1").await.status, StatusCode::NOT_FOUND);
    assert_eq!(visitor.get("/documents/2/at/cell/0/nonsense").await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn a_text_shows_its_cited_words() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    let page = visitor.get("/documents/3/at/line/4?passage=300&quote=0-15").await.text();
    assert!(page.contains("<mark class=\"cited\" id=\"cited\">転入した</mark>") || page.contains("id=\"cited\">転入した"), "{page}");
    assert!(page.contains("id=\"line-4\" value=\"4\""));
    let stale = visitor.get("/documents/3/at/line/4?passage=999&quote=0-15").await.text();
    assert!(stale.contains("この文書は回答の後に新しくなりました"));
}

#[actix_web::test]
async fn pages_are_pictures_that_are_asked_for_again() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    let picture = visitor.get("/documents/1/pages/7.png?scale=1.5").await;
    assert!(picture.bytes.starts_with(b"\x89PNG"));
    assert_eq!(picture.header("cache-control"), "private, no-cache");
    let again = visitor.request("/documents/1/pages/7.png?scale=1.5").insert_header(("If-None-Match", picture.header("etag")));
    assert_eq!(visitor.send(again).await.status, StatusCode::NOT_MODIFIED);
    assert_eq!(visitor.get("/documents/1/pages/99.png").await.status, StatusCode::NOT_FOUND);
    assert_eq!(visitor.get("/documents/1?page=%EF%BC%98").await.status, StatusCode::OK, "full-width digits are digits");
}

#[actix_web::test]
async fn uploads_reach_the_library_whole() {
    let mut visitor = visitor().await;
    visitor.sign_in("editor").await;
    let bytes = "市民課の手引き\n".repeat(10_000).into_bytes();
    let reply = visitor.upload("../手引き.txt", &bytes).await;
    let outcome: Value = serde_json::from_str(&reply.text()).expect("JSON");
    assert_eq!((outcome[0]["outcome"].as_str(), outcome[0]["name"].as_str()), (Some("queued"), Some("手引き.txt")));
    assert_eq!(visitor.library.accepted.lock()[0], ("手引き.txt".to_owned(), bytes.clone()));
    let again = visitor.upload("手引き.txt", &bytes).await;
    assert!(again.text().contains("duplicate"));
    assert_eq!(visitor.left_in_upload_folder(), 0);
    let too_large = visitor.upload("大きい.txt", &vec![b'a'; 2_000_000]).await;
    assert_eq!(too_large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(visitor.left_in_upload_folder(), 0);
    let status: Value = serde_json::from_str(&visitor.get("/documents/status?ids=1000").await.text()).expect("JSON");
    assert_eq!((status[0]["state"].as_str(), status[0]["words"].as_str()), (Some("queued"), Some("順番を待っています")));
    assert!(visitor.get("/documents").await.text().contains("data-state=\"queued\" data-active=\"true\""));
}

#[actix_web::test]
async fn deleting_asks_first() {
    let mut visitor = visitor().await;
    visitor.sign_in("editor").await;
    assert!(visitor.get("/documents/3/delete").await.text().contains("30日のあいだは"));
    assert_eq!(visitor.submit("/documents/3/delete", &[]).await.location(), "/documents?deleted=1");
    assert_eq!(visitor.get("/documents/3").await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn the_trash_gives_back_and_gives_up() {
    let mut visitor = visitor().await;
    visitor.sign_in("editor").await;
    let title = "みなと市廃棄物の減量及び適正処理に関する条例";
    for id in [1, 3] {
        visitor.submit(&format!("/documents/{id}/delete"), &[]).await;
    }
    assert!(visitor.get("/trash").await.text().contains(title));
    assert_eq!(visitor.submit("/trash/1/restore", &[]).await.location(), "/trash?done=restored");
    assert!(!visitor.get("/trash").await.text().contains(title));
    assert_eq!(visitor.get("/documents/1").await.status, StatusCode::OK);
    assert_eq!(visitor.get("/trash/3/erase").await.status, StatusCode::FORBIDDEN, "for good is for administrators");
    visitor.sign_in("admin").await;
    assert!(visitor.get("/trash/3/erase").await.text().contains("元には戻せません"));
    assert_eq!(visitor.submit("/trash/3/erase", &[]).await.location(), "/trash?done=erased");
    assert!(visitor.get("/trash").await.text().contains("ごみ箱は空です"));
    visitor.sign_in("reader").await;
    assert_eq!(visitor.get("/trash").await.status, StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn failures_of_documents_come_with_a_remedy() {
    let mut visitor = visitor().await;
    visitor.sign_in("editor").await;
    let page = visitor.get("/documents").await.text();
    assert!(page.contains("パスワードがかかっています。") && page.contains("「パスワードを入力」から開けます。"));
    assert!(page.contains("検索の準備をしています") && page.contains("32/96件、毎秒8.0件、残り約10秒"));
    assert!(visitor.get("/documents/5").await.text().contains("href=\"/documents/5/unlock\""));
    assert!(!visitor.get("/documents?state=failed").await.text().contains("施設使用料一覧"));
    assert!(visitor.get("/documents?q=%EF%BD%93hiyouryou").await.text().contains("施設使用料一覧"), "names are compared folded");
}

#[actix_web::test]
async fn administrators_manage_people() {
    let mut visitor = visitor().await;
    visitor.sign_in("admin").await;
    let added = visitor.submit("/people", &[("login", "tanaka"), ("name", "田中"), ("role", "editor")]).await.text();
    assert!(added.contains("id=\"one-time-password\">kaki-nagi-7312<"));
    assert!(!visitor.get("/people").await.text().contains("kaki-nagi"), "shown once");
    let taken = visitor.submit("/people", &[("login", "tanaka"), ("name", "田中"), ("role", "editor")]).await;
    assert_eq!(taken.status, StatusCode::BAD_REQUEST);
    let last = visitor.submit("/people/1/active", &[("active", "false")]).await;
    assert!(last.text().contains("管理者が一人もいなくなるため"));
    assert_eq!(visitor.submit("/people/3/active", &[("active", "false")]).await.location(), "/people");
    assert!(visitor.submit("/people/2/reset", &[]).await.text().contains("sora-umi-5521"));
    assert!(visitor.get("/status").await.text().contains("multilingual-e5-small"));
}

#[actix_web::test]
async fn the_language_is_the_persons_choice() {
    let mut visitor = visitor().await;
    let english = visitor.send(visitor.request("/sign-in").insert_header(("Accept-Language", "en-GB,en"))).await.text();
    assert!(english.contains("<html lang=\"en\">") && english.contains("Sign in"));
    visitor.sign_in("reader").await;
    assert!(visitor.get("/").await.text().contains("<html lang=\"ja\">"));
    let chosen = visitor.submit("/language", &[("language", Language::En.tag()), ("back", "/documents")]).await;
    assert_eq!(chosen.location(), "/documents");
    assert!(visitor.get("/documents").await.text().contains("<html lang=\"en\">"));
    assert_eq!(visitor.submit("/language", &[("language", "ja"), ("back", "//evil.example")]).await.location(), "/");
}

#[actix_web::test]
async fn every_answer_carries_the_security_headers() {
    let mut visitor = visitor().await;
    visitor.sign_in("admin").await;
    for path in ["/", "/documents", "/documents/1", "/nowhere", "/static/desk.css", "/api/documents", "/healthz", "/documents/x"] {
        let reply = visitor.get(path).await;
        let policy = reply.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("referrer-policy"), "same-origin", "{path}");
        assert!(!reply.header("x-request-id").is_empty(), "{path}");
    }
    let nowhere = visitor.get("/nowhere").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    assert!(nowhere.text().contains("見つかりません") && nowhere.text().contains(&nowhere.header("x-request-id")));
    assert_eq!(visitor.get("/").await.header("cache-control"), "no-store");
}

#[actix_web::test]
async fn pages_are_light_hold_no_inline_code_and_ask_nobody_else() {
    let mut visitor = visitor().await;
    visitor.sign_in("admin").await;
    visitor.submit("/ask", &[("question", FEE_QUESTION)]).await;
    let paths =
        ["/", "/answers/1", "/documents", "/documents/1", "/documents/2", "/documents/3", "/people", "/status", "/password", "/nowhere"];
    for path in paths {
        let page = visitor.get(path).await.text();
        let assets: Vec<String> = page.split("/static/").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect();
        let mut weight = page.len();
        for asset in assets {
            // As browsers ask for it.
            let reply = visitor.send(visitor.request(&format!("/static/{asset}")).insert_header(("accept-encoding", "gzip, br"))).await;
            assert!(asset.contains(".svg") || reply.header("content-encoding") == "gzip", "{asset} is sent unpacked");
            assert_eq!((reply.status, reply.header("cache-control").contains("immutable")), (StatusCode::OK, true), "{asset}");
            weight += reply.bytes.len();
        }
        assert!(weight < 100_000, "{path} weighs {weight} bytes");
        for foreign in ["http://", "https://", "src=\"//", "href=\"//", " style=", " onclick", " onload", "<style", "javascript:"] {
            assert!(!page.contains(foreign), "{path} holds {foreign}");
        }
        assert!(!page.contains("<script>") && page.contains("<main id=\"main\"") && page.contains("class=\"skip\""), "{path}");
    }
}

#[actix_web::test]
async fn the_json_api_answers_in_cores_words() {
    let mut visitor = visitor_with(FakeLibrary::new(sample::library()), Some(grounded(Duration::ZERO))).await;
    visitor.sign_in("reader").await;
    let session: Value = serde_json::from_str(&visitor.get("/api/session").await.text()).expect("JSON");
    assert_eq!((session["login"].as_str(), session["role"].as_str()), (Some("reader"), Some("reader")));
    let ask = visitor
        .request("/api/ask")
        .method(actix_web::http::Method::POST)
        .insert_header(("X-Form-Token", visitor.token.clone()))
        .set_json(serde_json::json!({ "question": FEE_QUESTION }));
    let answer: Value = serde_json::from_str(&visitor.send(ask).await.text()).expect("JSON");
    assert_eq!((answer["id"].as_i64(), answer["kind"].as_str()), (Some(1), Some("quoted")));
    let quoted = answer["sentences"][1]["text"].as_str().expect("a quotation");
    assert!(quoted.starts_with(sample::FEE) && quoted.contains("ただし"), "the rule with its exception: {quoted}");
    let found: Value = serde_json::from_str(&visitor.get("/api/search?q=%E6%89%8B%E6%95%B0%E6%96%99&limit=3").await.text()).expect("JSON");
    assert_eq!(found.as_array().map(Vec::len), Some(3));
    assert!(found[0]["href"].as_str().is_some_and(|h| h.starts_with("/documents/")));
    let missing = visitor.get("/api/documents/999").await;
    let error: Value = serde_json::from_str(&missing.text()).expect("JSON");
    assert_eq!((missing.status, error["error"].as_str()), (StatusCode::NOT_FOUND, Some("not-found")));
}

#[actix_web::test]
async fn an_empty_library_says_what_to_do() {
    let mut visitor = visitor_with(FakeLibrary::default(), None).await;
    visitor.sign_in("reader").await;
    assert!(visitor.get("/").await.text().contains("文書がまだありません"));
    visitor.sign_in("editor").await;
    assert!(visitor.get("/").await.text().contains("文書を追加すると"));
}

#[actix_web::test]
async fn the_original_comes_back_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("original");
    std::fs::write(&file, b"%PDF-1.7 original").expect("written");
    let mut held = sample::library();
    held[0].file = file;
    let mut visitor = visitor_with(FakeLibrary::new(held), None).await;
    visitor.sign_in("reader").await;
    let reply = visitor.get("/documents/1/file").await;
    assert_eq!(reply.bytes, b"%PDF-1.7 original");
    assert!(reply.header("content-disposition").starts_with("attachment; filename*=UTF-8''haikibutsu.pdf"));
}

fn grounded(pause: Duration) -> Arc<SlowGenerator> {
    Arc::new(SlowGenerator::new(PromptProfile::GroundedJa, GROUNDED, pause))
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split(before).nth(1).and_then(|rest| rest.split(after).next()).unwrap_or_default()
}

#[actix_web::test]
async fn a_bundle_becomes_its_files_and_says_what_it_leaves_out() {
    let mut visitor = visitor().await;
    visitor.sign_in("editor").await;
    let outcomes: Value = serde_json::from_str(&visitor.upload("資料.zip", b"bundle:").await.text()).expect("JSON");
    let told: Vec<_> = outcomes.as_array().into_iter().flatten().map(|o| (o["name"].as_str(), o["outcome"].as_str())).collect();
    assert_eq!(told, [(Some("例規/一.txt"), Some("queued")), (Some("二.txt"), Some("queued")), (Some("絵.bin"), Some("refused"))]);
    assert!(outcomes[2]["message"].as_str().is_some_and(|m| !m.is_empty()));
    assert_eq!(visitor.left_in_upload_folder(), 0);
    let plain: Value = serde_json::from_str(&visitor.upload("ただの.zip", b"text").await.text()).expect("JSON");
    assert_eq!(plain[0]["outcome"], "queued", "what is no bundle goes in as it is");
}

#[actix_web::test]
async fn a_selection_is_looked_at_before_anything_happens_to_it() {
    let mut visitor = visitor().await;
    visitor.sign_in("editor").await;
    let picked = [("document", "1"), ("document", "3"), ("document", "999")];
    let asked = visitor.submit("/documents/selected", &[picked.as_slice(), &[("action", "discard")]].concat()).await.text();
    assert!(asked.contains("次の2件の文書をごみ箱に移します") && asked.contains("みなと市廃棄物の減量及び適正処理に関する条例"));
    assert_eq!(visitor.get("/documents/1").await.status, StatusCode::OK, "only asked");
    let to = visitor.submit("/documents/selected/move", &[picked.as_slice(), &[("collection", "2")]].concat()).await;
    assert_eq!(to.location(), "/documents?moved=2");
    assert_eq!(visitor.submit("/documents/selected/discard", &picked).await.location(), "/documents?deleted=2");
    assert_eq!(visitor.get("/documents/1").await.status, StatusCode::NOT_FOUND);
    assert_eq!(visitor.submit("/documents/selected", &[("action", "discard")]).await.location(), "/documents?done=none-selected");
    assert_eq!(visitor.submit("/documents/selected", &[("document", "2"), ("action", "access")]).await.status, StatusCode::FORBIDDEN);
    visitor.sign_in("admin").await;
    let asked = visitor.submit("/documents/selected", &[("document", "2"), ("action", "access")]).await.text();
    assert!(asked.contains("name=\"principal\""));
    let fields = [("document", "2"), ("principal", "everyone"), ("rule", "hide")];
    assert_eq!(visitor.submit("/documents/selected/access", &fields).await.location(), "/documents?opened=1");
    visitor.sign_in("reader").await;
    assert_eq!(visitor.submit("/documents/selected/discard", &[("document", "2")]).await.status, StatusCode::FORBIDDEN);
}
