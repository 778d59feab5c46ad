//! Moving a document to the trash, after a look at what goes.

use super::decisions::settled;
use crate::failure::Failure;
use crate::page::{Page, Section, html};
use crate::security::see_other;
use crate::signed_in::{Posted, SignedIn};
use crate::words;
use actix_web::{HttpResponse, web};
use appliance_core::id::DocumentId;
use appliance_core::viewer::Role;
use askama::Template;

#[derive(Template)]
#[template(path = "delete.html")]
struct DeletePage {
    page: Page,
    id: DocumentId,
    what: String,
    title: String,
    file_name: String,
    collection: String,
    passages: String,
    added: String,
}

/// `GET /documents/{id}/delete`
pub async fn page(by: SignedIn, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    by.require(Role::Editor)?;
    let entry = by.site.desk.library.document(&by.viewer, DocumentId(*id)).await?.ok_or(Failure::NotFound)?;
    let page = by.page(Section::Documents, "title-delete");
    html(&DeletePage {
        id: entry.id,
        what: page.with("delete-what", "days", by.site.settings.trash_days),
        title: entry.title,
        file_name: entry.file_name,
        collection: entry.collection_name,
        passages: words::number(entry.passages.into()),
        added: page.date(entry.added),
        page,
    })
}

/// `POST /documents/{id}/delete`
pub async fn delete(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    posted.by.require(Role::Editor)?;
    settled(posted.by.site.desk.shelves.discard(&posted.by.viewer, DocumentId(*id)).await?)?;
    Ok(see_other("/documents?deleted=1"))
}
