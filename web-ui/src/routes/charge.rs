//! Who is in charge of a collection or of a document: whom to ask, and who sees what is said of it.

use super::groups::Done;
use crate::failure::Failure;
use crate::fields::Fields;
use crate::page::{Page, Section, html};
use crate::security::see_other;
use crate::signed_in::{Posted, SignedIn};
use actix_web::{HttpResponse, web};
use appliance_core::feedback::{Charge, Contact, LONGEST_CONTACT};
use appliance_core::id::{CollectionId, DocumentId, UserId};
use appliance_core::viewer::Role;
use askama::Template;

struct PersonChoice {
    id: UserId,
    words: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "charge.html")]
struct ChargePage {
    page: Page,
    action: String,
    subject: String,
    name: String,
    reach: String,
    people: Vec<PersonChoice>,
    notice: Option<String>,
}

/// `GET /collections/{id}/charge`
pub async fn of_collection(by: SignedIn, id: web::Path<i64>, query: web::Query<Done>) -> Result<HttpResponse, Failure> {
    page(&by, Charge::Collection(CollectionId(*id)), query.done).await
}

/// `GET /documents/{id}/charge`
pub async fn of_document(by: SignedIn, id: web::Path<i64>, query: web::Query<Done>) -> Result<HttpResponse, Failure> {
    page(&by, Charge::Document(DocumentId(*id)), query.done).await
}

/// `POST /collections/{id}/charge`, fields `name`, `reach` and `user`
pub async fn name_for_collection(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    name(&posted.by, Charge::Collection(CollectionId(*id)), &posted.fields).await
}

/// `POST /documents/{id}/charge`, fields `name`, `reach` and `user`
pub async fn name_for_document(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    name(&posted.by, Charge::Document(DocumentId(*id)), &posted.fields).await
}

async fn page(by: &SignedIn, charge: Charge, done: bool) -> Result<HttpResponse, Failure> {
    by.require(Role::Administrator)?;
    let contact = by.site.desk.feedback.named(&by.viewer, charge).await?.ok_or(Failure::NotFound)?;
    let page = by.page(Section::Collections, "title-charge");
    let people = by.site.desk.people.people().await?.into_iter().filter(|p| p.active);
    let choice = |p: appliance_core::ports::catalog::Person| PersonChoice {
        chosen: contact.user == Some(p.id),
        words: format!("{} ({})", p.name, p.login),
        id: p.id,
    };
    html(&ChargePage {
        action: address(charge),
        subject: subject(by, charge).await?,
        people: people.map(choice).collect(),
        name: contact.name.clone(),
        reach: contact.reach.clone(),
        notice: done.then(|| page.t("charge-named")),
        page,
    })
}

async fn name(by: &SignedIn, charge: Charge, fields: &Fields) -> Result<HttpResponse, Failure> {
    by.require(Role::Administrator)?;
    let (name, reach) = (fields.get("name").trim(), fields.get("reach").trim());
    if name.chars().count() > LONGEST_CONTACT || reach.chars().count() > LONGEST_CONTACT {
        return Err(Failure::BadRequest);
    }
    let user = fields.get("user").parse().ok().map(UserId);
    let contact = (!name.is_empty()).then(|| Contact { name: name.to_owned(), reach: reach.to_owned(), user });
    let done = by.site.desk.feedback.name(&by.viewer, charge, contact.as_ref()).await?;
    if done { Ok(see_other(&format!("{}?done=true", address(charge)))) } else { Err(Failure::NotFound) }
}

fn address(charge: Charge) -> String {
    match charge {
        Charge::Collection(id) => format!("/collections/{id}/charge"),
        Charge::Document(id) => format!("/documents/{id}/charge"),
    }
}

/// The name of what it is about.
async fn subject(by: &SignedIn, charge: Charge) -> Result<String, Failure> {
    let library = &by.site.desk.library;
    match charge {
        Charge::Collection(id) => {
            let found = library.collections(&by.viewer).await?.into_iter().find(|c| c.id == id);
            found.map(|c| c.name).ok_or(Failure::NotFound)
        }
        Charge::Document(id) => Ok(library.document(&by.viewer, id).await?.ok_or(Failure::NotFound)?.title),
    }
}
