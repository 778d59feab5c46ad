//! Documents to limit a question to, found by their titles. Sent as a form, because what is typed has no place in addresses.

use crate::failure::Failure;
use crate::signed_in::Posted;
use actix_web::HttpResponse;
use appliance_core::id::CollectionId;
use appliance_core::ports::catalog::VersionState;
use appliance_core::ports::shelves::{Order, Wanted};
use serde::Serialize;

/// Documents offered at once.
const MOST: usize = 8;

#[derive(Serialize)]
struct Found {
    id: i64,
    title: String,
    collection: String,
}

/// `POST /scope/documents`, fields `title` (a part of it) and `collection`
pub async fn documents(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    let collections: Vec<CollectionId> = fields.all("collection").filter_map(|id| id.parse().ok()).map(CollectionId).collect();
    let wanted = Wanted {
        words: fields.get("title").trim().to_owned(),
        collection: collections.first().copied().filter(|_| collections.len() == 1),
        states: vec![VersionState::Searchable],
        order: Order::Title,
        count: MOST,
        ..Wanted::default()
    };
    let shelf = by.site.desk.shelves.shelf(&by.viewer, &wanted).await?;
    let found = shelf.entries.into_iter().map(|e| Found { id: e.id.0, title: e.title, collection: e.collection_name });
    Ok(HttpResponse::Ok().json(found.collect::<Vec<_>>()))
}
