//! What is done to several documents at once: after a look at which they are.

use crate::failure::Failure;
use crate::page::{Page, Section, html};
use crate::principals::{Choices, Principals, named};
use crate::security::see_other;
use crate::signed_in::{Posted, SignedIn};
use actix_web::{HttpResponse, web};
use appliance_core::access::DocumentRule;
use appliance_core::id::{CollectionId, DocumentId};
use appliance_core::ports::catalog::{CollectionEntry, Decided, DocumentEntry};
use appliance_core::viewer::Role;
use askama::Template;

/// Documents of one selection at most: a page of the table has fewer.
const MOST: usize = 200;

#[derive(Template)]
#[template(path = "selection.html")]
struct SelectionPage {
    page: Page,
    action: &'static str,
    lead: String,
    confirm: String,
    documents: Vec<DocumentEntry>,
    collections: Vec<CollectionEntry>,
    offered: Vec<Choices>,
}

/// What may be done to a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Discard,
    Move,
    Access,
}

impl Act {
    fn named(name: &str) -> Result<Self, Failure> {
        [Self::Discard, Self::Move, Self::Access].into_iter().find(|a| a.name() == name).ok_or(Failure::BadRequest)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Discard => "discard",
            Self::Move => "move",
            Self::Access => "access",
        }
    }

    /// Who may do it.
    fn role(self) -> Role {
        if self == Self::Access { Role::Administrator } else { Role::Editor }
    }
}

/// `POST /documents/selected`, fields `document`, repeated, and `action`: asks once more.
pub async fn ask(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    let act = Act::named(fields.get("action"))?;
    by.require(act.role())?;
    let documents = by.site.desk.shelves.entries(&by.viewer, &ids(fields.all("document"))).await?;
    if documents.is_empty() {
        return Ok(see_other("/documents?done=none-selected"));
    }
    let (title, lead, confirm) = match act {
        Act::Discard => ("title-selection-discard", "selection-discard-lead", "delete-confirm"),
        Act::Move => ("title-selection-move", "selection-move-lead", "selection-move"),
        Act::Access => ("title-selection-access", "selection-access-lead", "selection-access"),
    };
    let page = by.page(Section::Documents, title);
    let arguments = [("count", documents.len().into()), ("days", by.site.settings.trash_days.into())];
    html(&SelectionPage {
        action: act.name(),
        lead: page.words(lead, &arguments),
        confirm: page.t(confirm),
        documents,
        collections: if act == Act::Move { by.site.desk.library.collections(&by.viewer).await? } else { Vec::new() },
        offered: if act == Act::Access { Principals::of(&by).await?.offered(&page) } else { Vec::new() },
        page,
    })
}

/// `POST /documents/selected/{discard|move|access}`
pub async fn carry_out(posted: Posted, action: web::Path<String>) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    let act = Act::named(&action)?;
    by.require(act.role())?;
    let ids = ids(fields.all("document"));
    let (done, key) = match act {
        Act::Discard => (discard(&by, &ids).await?, "deleted"),
        Act::Move => {
            let collection = fields.get("collection").parse().map(CollectionId).map_err(|_| Failure::BadRequest)?;
            (shift(&by, &ids, collection).await?, "moved")
        }
        Act::Access => {
            let rule = match fields.get("rule") {
                "hide" => Some(DocumentRule::Hide),
                "grant" => Some(DocumentRule::Grant),
                "none" => None,
                _ => return Err(Failure::BadRequest),
            };
            let principal = named(fields.get("principal"))?;
            let mut done = 0;
            for id in &ids {
                done += u32::from(by.site.desk.access.set_rule(&by.viewer, *id, principal, rule).await?);
            }
            (done, "opened")
        }
    };
    Ok(see_other(&format!("/documents?{key}={done}")))
}

async fn discard(by: &SignedIn, ids: &[DocumentId]) -> Result<u32, Failure> {
    let mut done = 0;
    for id in ids {
        done += u32::from(by.site.desk.shelves.discard(&by.viewer, *id).await? == Decided::Done);
    }
    Ok(done)
}

async fn shift(by: &SignedIn, ids: &[DocumentId], collection: CollectionId) -> Result<u32, Failure> {
    let mut done = 0;
    for id in ids {
        done += u32::from(by.site.desk.shelves.move_to(&by.viewer, *id, collection).await? == Decided::Done);
    }
    Ok(done)
}

fn ids<'f>(fields: impl Iterator<Item = &'f str>) -> Vec<DocumentId> {
    fields.filter_map(|id| id.parse().ok()).map(DocumentId).take(MOST).collect()
}
