//! The collections, and to whom they are open.

use super::groups::{Done, acceptable, refused};
use crate::failure::Failure;
use crate::page::{Page, Section, html};
use crate::principals::{Choice, Choices, Principals, named};
use crate::security::see_other;
use crate::signed_in::{Posted, SignedIn};
use actix_web::{HttpResponse, web};
use appliance_core::access::Principal;
use appliance_core::id::CollectionId;
use appliance_core::viewer::Role;
use askama::Template;

struct CollectionRow {
    id: CollectionId,
    name: String,
    open_to: Vec<Choice>,
    everyone: bool,
    exceptions: String,
}

#[derive(Template)]
#[template(path = "collections.html")]
struct CollectionsPage {
    page: Page,
    collections: Vec<CollectionRow>,
    offered: Vec<Choices>,
    notice: Option<String>,
    error: Option<String>,
    name: String,
}

/// `GET /collections`
pub async fn page(by: SignedIn, query: web::Query<Done>) -> Result<HttpResponse, Failure> {
    let mut page = collections_page(&by).await?;
    page.notice = query.done.then(|| page.page.t("access-changed"));
    html(&page)
}

/// `POST /collections`
pub async fn add(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    by.require(Role::Administrator)?;
    let name = fields.get("name").trim().to_owned();
    let problem = match acceptable(&name) {
        false => "collection-name-unfit",
        true => match by.site.desk.access.found_collection(&by.viewer, &name).await? {
            Some(_) => return Ok(see_other("/collections?done=true")),
            None => "collection-name-taken",
        },
    };
    let mut page = collections_page(&by).await?;
    page.error = Some(page.page.t(problem));
    page.name = name;
    refused(&page)
}

/// `POST /collections/{id}/open`, field `principal`
pub async fn open(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    by.require(Role::Administrator)?;
    let done = by.site.desk.access.open_to(&by.viewer, CollectionId(*id), named(fields.get("principal"))?).await?;
    if done { Ok(see_other("/collections?done=true")) } else { Err(Failure::NotFound) }
}

/// `POST /collections/{id}/close`, field `principal`
pub async fn close(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    by.require(Role::Administrator)?;
    let done = by.site.desk.access.close_to(&by.viewer, CollectionId(*id), named(fields.get("principal"))?).await?;
    if done { Ok(see_other("/collections?done=true")) } else { Err(Failure::NotFound) }
}

async fn collections_page(by: &SignedIn) -> Result<CollectionsPage, Failure> {
    by.require(Role::Administrator)?;
    let page = by.page(Section::Collections, "title-collections");
    let principals = Principals::of(by).await?;
    let rules = by.site.desk.access.collection_rules().await?;
    let collections = rules.into_iter().map(|rules| CollectionRow {
        id: rules.id,
        everyone: rules.open_to.contains(&Principal::Everyone),
        open_to: rules.open_to.iter().map(|p| Choice { value: p.name(), words: principals.words(&page, *p) }).collect(),
        exceptions: if rules.exceptions == 0 { String::new() } else { page.with("collection-exceptions", "count", rules.exceptions) },
        name: rules.name,
    });
    Ok(CollectionsPage {
        collections: collections.collect(),
        offered: principals.offered(&page),
        notice: None,
        error: None,
        name: String::new(),
        page,
    })
}
