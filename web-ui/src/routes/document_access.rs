//! Who sees one document, and why.

use crate::failure::Failure;
use crate::page::{Page, Section, html};
use crate::paging::Part;
use crate::principals::{Choices, Principals, named};
use crate::security::see_other;
use crate::signed_in::{Posted, SignedIn};
use actix_web::{HttpResponse, web};
use appliance_core::access::DocumentRule;
use appliance_core::id::DocumentId;
use appliance_core::viewer::Role;
use askama::Template;
use serde::Deserialize;

/// People on one page, which stays under 100 KB with them.
const ROWS: usize = 100;

#[derive(Deserialize)]
pub struct Shown {
    #[serde(default)]
    done: bool,
    #[serde(default)]
    from: usize,
}

struct RuleRow {
    principal: String,
    words: String,
    hides: bool,
}

struct SightRow {
    name: String,
    login: String,
    sees: bool,
    why: String,
}

#[derive(Template)]
#[template(path = "document_access.html")]
struct DocumentAccessPage {
    page: Page,
    id: DocumentId,
    title: String,
    collection: String,
    open_to: Vec<String>,
    rules: Vec<RuleRow>,
    people: Vec<SightRow>,
    previous: Option<String>,
    next: Option<String>,
    seen_by: String,
    offered: Vec<Choices>,
    notice: Option<String>,
}

/// `GET /documents/{id}/access`
pub async fn page(by: SignedIn, id: web::Path<i64>, query: web::Query<Shown>) -> Result<HttpResponse, Failure> {
    by.require(Role::Administrator)?;
    let id = DocumentId(*id);
    let desk = &by.site.desk;
    let entry = desk.library.document(&by.viewer, id).await?.ok_or(Failure::NotFound)?;
    let rules = desk.access.document_rules(&by.viewer, id).await?.ok_or(Failure::NotFound)?;
    let principals = Principals::of(&by).await?;
    let mut page = by.page(Section::Documents, "title-documents");
    page.title = page.with("title-document-access", "title", entry.title.as_str());
    let part = Part::new(query.from, ROWS, rules.people.len());
    let link = |from: usize| format!("/documents/{id}/access?from={from}#people-heading");
    let people: Vec<SightRow> = part
        .of(&rules.people)
        .map(|(person, sight)| SightRow {
            name: person.name.clone(),
            login: person.login.clone(),
            sees: sight.sees(),
            why: principals.why(&page, *sight, &rules.collection.name),
        })
        .collect();
    let seen = rules.people.iter().filter(|(_, sight)| sight.sees()).count();
    html(&DocumentAccessPage {
        id,
        title: entry.title,
        open_to: rules.collection.open_to.iter().map(|p| principals.words(&page, *p)).collect(),
        collection: rules.collection.name,
        rules: rules
            .rules
            .iter()
            .map(|(p, rule)| RuleRow { principal: p.name(), words: principals.words(&page, *p), hides: *rule == DocumentRule::Hide })
            .collect(),
        seen_by: page.words("sight-count", &[("seen", seen.into()), ("people", rules.people.len().into())]),
        people,
        previous: part.previous(link),
        next: part.next(link),
        offered: principals.offered(&page),
        notice: query.done.then(|| page.t("access-changed")),
        page,
    })
}

/// `POST /documents/{id}/access`, fields `principal` and `rule`: `hide`, `grant` or `none`
pub async fn change(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    by.require(Role::Administrator)?;
    let rule = match fields.get("rule") {
        "hide" => Some(DocumentRule::Hide),
        "grant" => Some(DocumentRule::Grant),
        "none" => None,
        _ => return Err(Failure::BadRequest),
    };
    let principal = named(fields.get("principal"))?;
    let done = by.site.desk.access.set_rule(&by.viewer, DocumentId(*id), principal, rule).await?;
    if done { Ok(see_other(&format!("/documents/{id}/access?done=true"))) } else { Err(Failure::NotFound) }
}
