//! Typing help for the question field. Sent as a form, because what is typed has no place in addresses, which proxies log.

use crate::failure::Failure;
use crate::page::Section;
use crate::signed_in::Posted;
use actix_web::HttpResponse;
use appliance_core::completion::{Completion, OfferKind};
use appliance_core::id::CollectionId;
use serde::Serialize;

/// Offers in the list: more are not read while typing.
const MOST: usize = 8;

#[derive(Serialize)]
struct Offer {
    #[serde(flatten)]
    completion: Completion,
    kind_words: String,
}

/// `POST /complete`, fields `question` (what was typed so far) and `collection`
pub async fn complete(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    let collections: Vec<CollectionId> = fields.all("collection").filter_map(|id| id.parse().ok()).map(CollectionId).collect();
    let found = by.site.desk.typing.complete(&by.viewer, &collections, fields.get("question"), MOST).await?;
    let page = by.page(Section::Ask, "title-ask");
    let words = |kind: OfferKind| {
        page.t(match kind {
            OfferKind::Title => "offer-title",
            OfferKind::Question => "offer-question",
            OfferKind::Article => "offer-article",
            OfferKind::Heading => "offer-heading",
        })
    };
    let offers: Vec<Offer> = found.into_iter().map(|completion| Offer { kind_words: words(completion.kind), completion }).collect();
    Ok(HttpResponse::Ok().json(offers))
}
