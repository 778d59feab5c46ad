//! Links by which colleagues read a conversation, each within their own rights.

use crate::failure::Failure;
use crate::page::{Page, Section, html};
use crate::security::see_other;
use crate::signed_in::{Posted, SignedIn};
use crate::turn_view::{self, TurnView};
use actix_web::{HttpResponse, web};
use appliance_core::id::ConversationId;
use askama::Template;

#[derive(Template)]
#[template(path = "shared.html")]
struct SharedPage {
    page: Page,
    /// Nothing can be pinned here.
    pin_to: &'static str,
    shared_by: String,
    title: String,
    turns: Vec<TurnView>,
}

/// `POST /history/{id}/share`
pub async fn share(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let by = posted.by;
    by.site.desk.history.share(&by.viewer, ConversationId(*id)).await?.ok_or(Failure::NotFound)?;
    Ok(see_other(&format!("/history/{id}?done=shared")))
}

/// `POST /shared/{token}/revoke`
pub async fn revoke(posted: Posted, token: web::Path<String>) -> Result<HttpResponse, Failure> {
    let Posted { by, .. } = posted;
    if !by.site.desk.history.revoke(&by.viewer, &token).await? {
        return Err(Failure::NotFound);
    }
    Ok(see_other("/history?done=revoked"))
}

/// `GET /shared/{token}`
pub async fn shared(by: SignedIn, token: web::Path<String>) -> Result<HttpResponse, Failure> {
    let shared = by.site.desk.history.shared(&by.viewer, &token).await?.ok_or(Failure::NotFound)?;
    let mut page = by.page(Section::None, "title-history");
    page.title.clone_from(&shared.title);
    let made = page.date_time(shared.made);
    html(&SharedPage {
        pin_to: "",
        shared_by: page.words("history-shared-by", &[("name", shared.owner.into()), ("made", made.into())]),
        title: shared.title,
        turns: shared.questions.iter().map(|q| turn_view::turn(&page, q)).collect(),
        page,
    })
}
