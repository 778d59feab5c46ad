//! One conversation: its questions and answers, what it searches, and what can be done with it.

use super::{ShareRow, notice, share_row};
use crate::failure::Failure;
use crate::page::{Page, Section, html};
use crate::security::see_other;
use crate::signed_in::{Posted, SignedIn};
use crate::turn_view::{self, TurnView};
use actix_web::{HttpResponse, web};
use appliance_core::conversation::{Conversation, ConversationChange, Limits, Pin};
use appliance_core::id::{CollectionId, ConversationId, DocumentId, PassageId};
use askama::Template;
use serde::Deserialize;

struct CollectionChoice {
    id: CollectionId,
    name: String,
    chosen: bool,
}

struct PinRow {
    document: DocumentId,
    passage: String,
    title: String,
}

#[derive(Template)]
#[template(path = "conversation.html")]
struct ConversationPage {
    page: Page,
    id: ConversationId,
    pin_to: String,
    title: String,
    named: bool,
    pinned: bool,
    keep_until: String,
    goes: String,
    turns: Vec<TurnView>,
    collections: Vec<CollectionChoice>,
    pins: Vec<PinRow>,
    only_pins: bool,
    shares: Vec<ShareRow>,
    notice: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

/// `GET /history/{id}`
pub async fn conversation(by: SignedIn, id: web::Path<i64>, done: web::Query<Done>) -> Result<HttpResponse, Failure> {
    let Conversation { entry, limits, questions } = own(&by, *id).await?;
    let mut page = by.page(Section::History, "title-history");
    page.title.clone_from(&entry.title);
    let history = &by.site.desk.history;
    let shares = history.shares(&by.viewer).await?.into_iter().filter(|s| s.conversation == entry.id);
    let collections = by.site.desk.library.collections(&by.viewer).await?;
    let chosen = |c: CollectionId| limits.collections.contains(&c);
    html(&ConversationPage {
        id: entry.id,
        pin_to: format!("/history/{}/pins", entry.id),
        title: entry.title,
        named: entry.named,
        pinned: entry.pinned,
        keep_until: entry.keep_until.map(|d| d.to_string()).unwrap_or_default(),
        goes: entry.goes.map_or_else(|| page.t("history-kept"), |at| page.with("history-goes", "day", page.date(at))),
        turns: questions.iter().map(|q| turn_view::turn(&page, q)).collect(),
        collections: collections.into_iter().map(|c| CollectionChoice { chosen: chosen(c.id), id: c.id, name: c.name }).collect(),
        pins: pins(&by, &page, &limits).await?,
        only_pins: limits.only_pins,
        shares: shares.map(|s| share_row(&page, s)).collect(),
        notice: notice(&page, &done.done),
        page,
    })
}

async fn own(by: &SignedIn, id: i64) -> Result<Conversation, Failure> {
    by.site.desk.history.conversation(&by.viewer, ConversationId(id)).await?.ok_or(Failure::NotFound)
}

/// What is pinned, by its title; what may not be seen any more is named so.
async fn pins(by: &SignedIn, page: &Page, limits: &Limits) -> Result<Vec<PinRow>, Failure> {
    let mut rows = Vec::new();
    for pin in &limits.pins {
        let entry = by.site.desk.library.document(&by.viewer, pin.document).await?;
        let title = entry.map_or_else(|| page.t("withheld-source"), |e| e.title);
        let title = if pin.passage.is_some() { page.with("history-pin-place", "title", title) } else { title };
        rows.push(PinRow { document: pin.document, passage: pin.passage.map(|p| p.to_string()).unwrap_or_default(), title });
    }
    Ok(rows)
}

/// `POST /history/{id}/limits`, fields `collection` (any number) and `only_pins`
pub async fn set_limits(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    let mut limits = own(&by, *id).await?.limits;
    limits.collections = fields.all("collection").filter_map(|c| c.parse().ok()).map(CollectionId).collect();
    limits.only_pins = fields.get("only_pins") == "1" && !limits.pins.is_empty();
    changed(&by, *id, limits).await
}

/// `POST /history/{id}/pins`, fields `document`, `passage` (may be empty) and `way` (`remove` to unpin)
pub async fn pin_source(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    let mut limits = own(&by, *id).await?.limits;
    let document = DocumentId(fields.get("document").parse().map_err(|_| Failure::BadRequest)?);
    let pin = Pin { document, passage: fields.get("passage").parse().ok().map(PassageId) };
    limits.pins.retain(|p| *p != pin);
    if fields.get("way") != "remove" {
        by.site.desk.library.document(&by.viewer, document).await?.ok_or(Failure::NotFound)?;
        limits.pins.push(pin);
    }
    limits.only_pins &= !limits.pins.is_empty();
    changed(&by, *id, limits).await
}

async fn changed(by: &SignedIn, id: i64, limits: Limits) -> Result<HttpResponse, Failure> {
    let change = ConversationChange::Limit(limits);
    if !by.site.desk.history.change(&by.viewer, ConversationId(id), change).await? {
        return Err(Failure::NotFound);
    }
    Ok(see_other(&format!("/history/{id}?done=limited")))
}
