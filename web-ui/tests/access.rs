//! Groups and rules of access, as an administrator meets them in a browser without JavaScript.

mod fakes;
#[expect(dead_code, reason = "this test uses a part of it")]
mod visitor;

use actix_web::http::StatusCode;
use visitor::visitor;

#[actix_web::test]
async fn only_administrators_see_and_change_rules() {
    let mut visitor = visitor().await;
    for login in ["reader", "editor"] {
        visitor.sign_in(login).await;
        for path in ["/groups", "/groups/1", "/collections", "/documents/1/access"] {
            assert_eq!(visitor.get(path).await.status, StatusCode::FORBIDDEN, "{login} {path}");
        }
        for path in ["/groups", "/groups/1", "/groups/1/remove", "/collections", "/collections/1/open", "/collections/1/close"] {
            let reply = visitor.submit(path, &[("name", "x"), ("principal", "everyone")]).await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{login} {path}");
        }
        let reply = visitor.submit("/documents/1/access", &[("principal", "everyone"), ("rule", "hide")]).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN);
        assert!(!visitor.get("/documents").await.text().contains("/access\""), "{login} is offered no rules");
    }
    visitor.sign_in("admin").await;
    for path in ["/groups", "/collections", "/collections/1/open", "/documents/1/access"] {
        assert_eq!(visitor.post(path, &[("name", "x")]).await.status, StatusCode::FORBIDDEN, "{path} without the form's token");
    }
}

#[actix_web::test]
async fn a_group_is_made_filled_used_and_kept_while_rules_name_it() {
    let mut visitor = visitor().await;
    visitor.sign_in("admin").await;
    assert!(visitor.get("/groups").await.text().contains("グループはまだありません"));
    assert_eq!(visitor.submit("/groups", &[("name", " 総務課 ")]).await.location(), "/groups/1");
    let taken = visitor.submit("/groups", &[("name", "総務課")]).await;
    assert_eq!(taken.status, StatusCode::BAD_REQUEST);
    assert!(taken.text().contains("もうあります") && taken.text().contains("role=\"alert\""));
    assert_eq!(visitor.submit("/groups", &[("name", "")]).await.status, StatusCode::BAD_REQUEST);

    assert_eq!(visitor.submit("/groups/1", &[("member", "2"), ("member", "3")]).await.location(), "/groups?done=true");
    let list = visitor.get("/groups?done=true").await.text();
    assert!(list.contains("2人") && list.contains("佐藤 健、鈴木 一郎") && list.contains("次の検索と回答から"));
    let group = visitor.get("/groups/1").await.text();
    assert!(group.contains("name=\"member\" value=\"3\" checked") && !group.contains("name=\"member\" value=\"1\" checked"));
    assert_eq!(visitor.get("/groups/9").await.status, StatusCode::NOT_FOUND);
    assert_eq!(visitor.submit("/groups/1", &[("member", "x")]).await.status, StatusCode::BAD_REQUEST);

    assert_eq!(visitor.submit("/collections/3/open", &[("principal", "group:1")]).await.location(), "/collections?done=true");
    let refused = visitor.submit("/groups/1/remove", &[]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.text().contains("1か所"));
    visitor.submit("/collections/3/close", &[("principal", "group:1")]).await;
    assert_eq!(visitor.submit("/groups/1/remove", &[]).await.location(), "/groups?done=true");
}

#[actix_web::test]
async fn the_rules_of_a_document_say_who_sees_it_and_why() {
    let mut visitor = visitor().await;
    visitor.sign_in("admin").await;
    visitor.submit("/groups", &[("name", "学務課")]).await;
    visitor.submit("/groups/1", &[("member", "3")]).await;
    assert!(visitor.get("/documents").await.text().contains("href=\"/documents/6/access\""));
    let closed = visitor.get("/documents/6/access").await.text();
    assert!(closed.contains("管理者だけ") && closed.contains("分類「学務」を公開していません"));
    assert!(closed.contains("4人中1人が見られます"));
    let reply = visitor.submit("/documents/6/access", &[("principal", "group:1"), ("rule", "grant")]).await;
    assert_eq!(reply.location(), "/documents/6/access?done=true");
    let granted = visitor.get("/documents/6/access").await.text();
    assert!(granted.contains("この文書を「学務課(グループ)」に見せる決まりがあります") && granted.contains("4人中2人"));
    visitor.submit("/documents/6/access", &[("principal", "group:1"), ("rule", "none")]).await;
    assert!(visitor.get("/documents/6/access").await.text().contains("4人中1人"));
    for (principal, rule) in [("nobody", "hide"), ("everyone", "burn"), ("", "")] {
        let reply = visitor.submit("/documents/6/access", &[("principal", principal), ("rule", rule)]).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{principal} {rule}");
    }
    assert_eq!(visitor.get("/documents/99/access").await.status, StatusCode::NOT_FOUND);
    visitor.submit("/language", &[("language", "en"), ("back", "/")]).await;
    assert!(visitor.get("/documents/6/access").await.text().contains("The collection “学務” is not open to them."));
}

#[actix_web::test]
async fn a_new_collection_is_open_to_nobody() {
    let mut visitor = visitor().await;
    visitor.sign_in("admin").await;
    assert_eq!(visitor.submit("/collections", &[("name", "人事")]).await.location(), "/collections?done=true");
    let page = visitor.get("/collections").await.text();
    assert!(page.contains("人事") && page.contains("action=\"/collections/4/open\""));
    assert_eq!(visitor.submit("/collections", &[("name", "人事")]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(visitor.submit("/collections/99/open", &[("principal", "everyone")]).await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn editors_write_the_words_of_collections_they_see() {
    let mut visitor = visitor().await;
    visitor.sign_in("reader").await;
    assert_eq!(visitor.get("/collections/1").await.status, StatusCode::FORBIDDEN);
    visitor.sign_in("editor").await;
    assert_eq!(visitor.get("/collections/99").await.status, StatusCode::NOT_FOUND);
    let wrong = visitor.submit("/collections/1", &[("synonyms", "ごみ,廃棄物\n手数料"), ("department", "")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.text().contains("2行目") && wrong.text().contains("廃棄物"), "what was written is kept");
    let written = visitor.submit("/collections/1", &[("synonyms", "ごみ,廃棄物"), ("department", "環境課")]).await;
    assert_eq!(written.location(), "/collections/1?done=true");
    let page = visitor.get("/collections/1?done=true").await.text();
    assert!(page.contains("次の質問から") && page.contains("ごみ,廃棄物") && page.contains("環境課"));
    assert!(visitor.get("/").await.text().contains("name=\"department\""), "the ask page offers filters");
}
