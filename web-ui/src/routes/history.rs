//! One's own conversations: the list, and what is done with one of them.

mod conversation;
mod export;
mod shared;

pub use conversation::{conversation, pin_source, set_limits};
pub use export::{as_json, as_markdown};
pub use shared::{revoke, share, shared};

use crate::failure::Failure;
use crate::links;
use crate::page::{Page, Section, html};
use crate::security::see_other;
use crate::signed_in::{Posted, SignedIn};
use actix_web::{HttpResponse, web};
use appliance_core::conversation::{ConversationChange, ConversationEntry, HistoryQuery, Share};
use appliance_core::id::ConversationId;
use appliance_core::validity::typed_day;
use askama::Template;
use serde::Deserialize;

/// Conversations of one page.
const LISTED: usize = 30;

struct Row {
    id: ConversationId,
    title: String,
    turns: String,
    changed: String,
    goes: String,
    pinned: bool,
    shared: bool,
}

pub(super) struct ShareRow {
    token: String,
    href: String,
    title: String,
    made: String,
    turns: String,
}

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryPage {
    page: Page,
    words: String,
    deleted: bool,
    rows: Vec<Row>,
    shares: Vec<ShareRow>,
    notice: Option<String>,
    /// The conversation that was just deleted and can be restored.
    undo: Option<i64>,
    newer: Option<usize>,
    older: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    deleted: u8,
    from: usize,
    done: String,
    id: Option<i64>,
}

/// `GET /history`
pub async fn page(by: SignedIn, shown: web::Query<Shown>) -> Result<HttpResponse, Failure> {
    listed(&by, "", &shown).await
}

/// `POST /history`, field `words`: what is searched for has no place in addresses, which proxies log.
pub async fn search(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    let shown =
        Shown { deleted: u8::from(fields.get("deleted") == "1"), from: fields.get("from").parse().unwrap_or(0), ..Shown::default() };
    listed(&by, fields.get("words").trim(), &shown).await
}

async fn listed(by: &SignedIn, words: &str, shown: &Shown) -> Result<HttpResponse, Failure> {
    let deleted = shown.deleted == 1;
    let page = by.page(Section::History, if deleted { "title-history-deleted" } else { "title-history" });
    let history = &by.site.desk.history;
    // One more than is shown tells whether there are more.
    let query = HistoryQuery { words: words.to_owned(), deleted, offset: shown.from, limit: LISTED + 1 };
    let mut found = history.conversations(&by.viewer, &query).await?;
    let older = (found.len() > LISTED).then_some(shown.from + LISTED);
    found.truncate(LISTED);
    let shares = if deleted { Vec::new() } else { history.shares(&by.viewer).await? };
    html(&HistoryPage {
        words: words.to_owned(),
        deleted,
        rows: found.into_iter().map(|entry| row(&page, entry)).collect(),
        shares: shares.into_iter().map(|s| share_row(&page, s)).collect(),
        notice: notice(&page, &shown.done),
        undo: shown.id.filter(|_| shown.done == "deleted"),
        newer: (shown.from > 0).then(|| shown.from.saturating_sub(LISTED)),
        older,
        page,
    })
}

fn row(page: &Page, entry: ConversationEntry) -> Row {
    Row {
        id: entry.id,
        title: entry.title,
        turns: page.with("history-turns", "count", entry.turns),
        changed: page.date_time(entry.changed),
        goes: entry.goes.map_or_else(|| page.t("history-kept"), |at| page.with("history-goes", "day", page.date(at))),
        pinned: entry.pinned,
        shared: entry.shares > 0,
    }
}

pub(super) fn share_row(page: &Page, share: Share) -> ShareRow {
    ShareRow {
        href: format!("/shared/{}", share.token),
        token: share.token,
        title: share.title,
        made: page.date_time(share.made),
        turns: page.with("history-turns", "count", share.turns),
    }
}

pub(super) fn notice(page: &Page, done: &str) -> Option<String> {
    let key = match done {
        "deleted" => "history-done-deleted",
        "restored" => "history-done-restored",
        "removed" => "history-done-removed",
        "renamed" => "history-done-renamed",
        "pinned" => "history-done-pinned",
        "unpinned" => "history-done-unpinned",
        "kept" => "history-done-kept",
        "revoked" => "history-done-revoked",
        "shared" => "history-done-shared",
        "limited" => "history-done-limited",
        _ => return None,
    };
    Some(page.t(key))
}

/// `POST /history/{id}/{change}`
pub async fn change(posted: Posted, path: web::Path<(i64, String)>) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    let (id, change) = path.into_inner();
    let (change, done) = match change.as_str() {
        "rename" => (ConversationChange::Rename(fields.get("name").to_owned()), "renamed"),
        "pin" => (ConversationChange::Pin(true), "pinned"),
        "unpin" => (ConversationChange::Pin(false), "unpinned"),
        "keep" => {
            let typed = fields.get("until").trim();
            let day = if typed.is_empty() { None } else { Some(typed_day(typed).ok_or(Failure::BadRequest)?) };
            (ConversationChange::KeepUntil(day), "kept")
        }
        "delete" => (ConversationChange::Delete, "deleted"),
        "restore" => (ConversationChange::Restore, "restored"),
        _ => return Err(Failure::NotFound),
    };
    let of_the_list = matches!(change, ConversationChange::Delete | ConversationChange::Restore);
    if !by.site.desk.history.change(&by.viewer, ConversationId(id), change).await? {
        return Err(Failure::NotFound);
    }
    let back = match fields.get("back") {
        _ if of_the_list => format!("/history?done={done}&id={id}"),
        "list" => format!("/history?done={done}"),
        _ => format!("/history/{id}?done={done}"),
    };
    Ok(see_other(links::own_path(&back)))
}

#[derive(Template)]
#[template(path = "history_remove.html")]
struct RemovePage {
    page: Page,
    id: ConversationId,
    title: String,
    turns: String,
}

/// `GET /history/{id}/remove`: a look at what goes for good.
pub async fn remove_page(by: SignedIn, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let query = HistoryQuery { deleted: true, limit: usize::MAX, ..HistoryQuery::default() };
    let deleted = by.site.desk.history.conversations(&by.viewer, &query).await?;
    let entry = deleted.into_iter().find(|e| e.id.0 == *id).ok_or(Failure::NotFound)?;
    let page = by.page(Section::History, "title-history-remove");
    let turns = page.with("history-turns", "count", entry.turns);
    html(&RemovePage { id: entry.id, title: entry.title, turns, page })
}

/// `POST /history/{id}/remove`
pub async fn remove(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let by = posted.by;
    if !by.site.desk.history.change(&by.viewer, ConversationId(*id), ConversationChange::Remove).await? {
        return Err(Failure::NotFound);
    }
    Ok(see_other("/history?deleted=1&done=removed"))
}

/// `GET /api/conversations`
pub async fn list_for_scripts(by: SignedIn) -> Result<HttpResponse, Failure> {
    let query = HistoryQuery { limit: usize::MAX, ..HistoryQuery::default() };
    Ok(HttpResponse::Ok().json(by.site.desk.history.conversations(&by.viewer, &query).await?))
}

/// `GET /api/conversations/{id}`
pub async fn one_for_scripts(by: SignedIn, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let found = by.site.desk.history.conversation(&by.viewer, ConversationId(*id)).await?;
    Ok(HttpResponse::Ok().json(found.ok_or(Failure::NotFound)?))
}
