//! The page of a collection's words: its synonyms, and the department that its documents come from.

use super::groups::{Done, refused};
use crate::failure::Failure;
use crate::page::{Page, Section, html};
use crate::security::see_other;
use crate::signed_in::{Posted, SignedIn};
use actix_web::{HttpResponse, web};
use appliance_core::id::CollectionId;
use appliance_core::ports::wording::{Wording, Written};
use appliance_core::viewer::Role;
use askama::Template;

#[derive(Template)]
#[template(path = "wording.html")]
struct WordingPage {
    page: Page,
    id: i64,
    name: String,
    synonyms: String,
    department: String,
    notice: Option<String>,
    error: Option<String>,
}

/// `GET /collections/{id}`
pub async fn page(by: SignedIn, id: web::Path<i64>, query: web::Query<Done>) -> Result<HttpResponse, Failure> {
    let mut page = wording_page(&by, *id).await?;
    page.notice = query.done.then(|| page.page.t("wording-written"));
    html(&page)
}

/// `POST /collections/{id}`, fields `synonyms` and `department`
pub async fn write(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    let mut page = wording_page(&by, *id).await?;
    let (synonyms, department) = (fields.get("synonyms"), fields.get("department"));
    let error = match by.site.desk.wording.set_wording(&by.viewer, CollectionId(*id), synonyms, department).await? {
        Written::Done => return Ok(see_other(&format!("/collections/{id}?done=true"))),
        Written::Unknown => return Err(Failure::NotFound),
        Written::TooLong => page.page.t("wording-too-long"),
        Written::NoGroup { line } => page.page.with("wording-no-group", "line", line),
    };
    page.error = Some(error);
    page.synonyms = synonyms.to_owned();
    page.department = department.to_owned();
    refused(&page)
}

async fn wording_page(by: &SignedIn, id: i64) -> Result<WordingPage, Failure> {
    by.require(Role::Editor)?;
    let found = by.site.desk.wording.wording(&by.viewer, CollectionId(id)).await?;
    let Wording { name, synonyms, department } = found.ok_or(Failure::NotFound)?;
    Ok(WordingPage { page: by.page(Section::Documents, "title-wording"), id, name, synonyms, department, notice: None, error: None })
}
