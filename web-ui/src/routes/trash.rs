//! The trash: what was deleted, until it is restored or its time is over.

use super::decisions::settled;
use crate::failure::Failure;
use crate::page::{Page, Section, html};
use crate::security::see_other;
use crate::signed_in::{Posted, SignedIn};
use crate::words;
use actix_web::{HttpResponse, web};
use appliance_core::id::DocumentId;
use appliance_core::ports::shelves::Discarded;
use appliance_core::viewer::Role;
use askama::Template;
use jiff::SignedDuration;
use serde::Deserialize;

struct Row {
    id: DocumentId,
    title: String,
    file_name: String,
    collection: String,
    format: String,
    size: String,
    since: String,
    by: String,
    until: String,
}

#[derive(Template)]
#[template(path = "trash.html")]
struct TrashPage {
    page: Page,
    lead: String,
    notice: Option<String>,
    rows: Vec<Row>,
    erases: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

/// `GET /trash`
pub async fn page(by: SignedIn, done: web::Query<Done>) -> Result<HttpResponse, Failure> {
    by.require(Role::Editor)?;
    let page = by.page(Section::Documents, "title-trash");
    let days = by.site.settings.trash_days;
    let discarded = by.site.desk.shelves.trash(&by.viewer).await?;
    html(&TrashPage {
        lead: page.with("trash-lead", "days", days),
        notice: match done.done.as_str() {
            "restored" => Some(page.t("notice-restored")),
            "erased" => Some(page.t("notice-erased")),
            _ => None,
        },
        rows: discarded.into_iter().map(|d| row(&page, d, days)).collect(),
        erases: by.viewer.role() >= Role::Administrator,
        page,
    })
}

fn row(page: &Page, discarded: Discarded, days: u32) -> Row {
    let until = discarded.since.checked_add(SignedDuration::from_hours(24 * i64::from(days)));
    Row {
        id: discarded.id,
        title: discarded.title,
        file_name: discarded.file_name,
        collection: discarded.collection_name,
        format: words::format(page, discarded.format),
        size: words::bytes(discarded.bytes),
        since: page.date_time(discarded.since),
        by: discarded.by.unwrap_or_else(|| page.t("trash-by-operator")),
        until: until.map(|at| page.date(at)).unwrap_or_default(),
    }
}

/// `POST /trash/{id}/restore`
pub async fn restore(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    posted.by.require(Role::Editor)?;
    settled(posted.by.site.desk.shelves.restore(&posted.by.viewer, DocumentId(*id)).await?)?;
    Ok(see_other("/trash?done=restored"))
}

#[derive(Template)]
#[template(path = "erase.html")]
struct ErasePage {
    page: Page,
    id: DocumentId,
    title: String,
    file_name: String,
    collection: String,
}

/// `GET /trash/{id}/erase`
pub async fn erase_page(by: SignedIn, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    by.require(Role::Administrator)?;
    let discarded = by.site.desk.shelves.trash(&by.viewer).await?;
    let one = discarded.into_iter().find(|d| d.id.0 == *id).ok_or(Failure::NotFound)?;
    let page = by.page(Section::Documents, "title-erase");
    html(&ErasePage { page, id: one.id, title: one.title, file_name: one.file_name, collection: one.collection_name })
}

/// `POST /trash/{id}/erase`
pub async fn erase(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    posted.by.require(Role::Administrator)?;
    settled(posted.by.site.desk.shelves.erase(&posted.by.viewer, DocumentId(*id)).await?)?;
    Ok(see_other("/trash?done=erased"))
}
