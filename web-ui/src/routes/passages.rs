//! The passages of a document, as searches find them: what an editor looks at where an answer surprises.

use crate::failure::Failure;
use crate::links::{self, Mark};
use crate::page::{Page, Section, html};
use crate::paging::{From, Part};
use crate::signed_in::SignedIn;
use crate::words;
use actix_web::{HttpResponse, web};
use appliance_core::id::DocumentId;
use appliance_core::passage::StoredPassage;
use appliance_core::ports::catalog::Edition;
use askama::Template;

/// Passages on one page; the longest together stay under 100 KB.
const ROWS: usize = 25;

/// A passage in the list.
struct PassageRow {
    number: u32,
    place: String,
    href: String,
    headings: String,
    text: String,
    length: String,
    recognised: Option<String>,
}

#[derive(Template)]
#[template(path = "passages.html")]
struct PassagesPage {
    page: Page,
    id: DocumentId,
    title: String,
    summary: String,
    rows: Vec<PassageRow>,
    previous: Option<String>,
    next: Option<String>,
}

/// `GET /documents/{id}/passages`
pub async fn page(by: SignedIn, id: web::Path<i64>, query: web::Query<From>) -> Result<HttpResponse, Failure> {
    let id = DocumentId(*id);
    let library = &by.site.desk.library;
    let entry = library.document(&by.viewer, id).await?.ok_or(Failure::NotFound)?;
    let passages = library.passages_of(&by.viewer, id, Edition::Answering).await?;
    let mut page = by.page(Section::Documents, "title-documents");
    page.title = page.with("title-passages", "title", entry.title.as_str());
    let part = Part::new(query.from, ROWS, passages.len());
    let link = |from: usize| format!("/documents/{id}/passages?from={from}");
    html(&PassagesPage {
        summary: page.with("passages-count", "count", passages.len()),
        rows: part.of(&passages).map(|p| row(&page, p)).collect(),
        previous: part.previous(link),
        next: part.next(link),
        id,
        title: entry.title,
        page,
    })
}

fn row(page: &Page, stored: &StoredPassage) -> PassageRow {
    let passage = &stored.passage;
    let mark = Mark { passage: stored.id, quote: None, version: Some(stored.version) };
    PassageRow {
        number: passage.ordinal + 1,
        place: words::place(page, &passage.locator.place),
        href: links::place(stored.document, &passage.locator.place, Some(mark)),
        headings: words::headings(&stored.title, &passage.heading_path),
        text: passage.text.clone(),
        length: page.with("passages-length", "count", passage.text.chars().count()),
        recognised: words::recognised(page, passage.recognised),
    }
}
