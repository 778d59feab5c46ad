//! How a document was read, page by page, the worst first: what an editor looks at before accepting it.

use crate::failure::Failure;
use crate::links;
use crate::page::{Page, Section, html};
use crate::paging::{From, Part};
use crate::security::see_other;
use crate::signed_in::SignedIn;
use crate::words;
use actix_web::{HttpResponse, web};
use appliance_core::document::{Page as DocumentPage, TextOrigin};
use appliance_core::id::DocumentId;
use appliance_core::ports::catalog::{Edition, OpenDocument, VersionState};
use appliance_core::quality::DOUBTFUL_PAGE;
use appliance_core::viewer::Role;
use askama::Template;
use serde_json::json;

const ROWS: usize = 100;

/// A page as a row of the table.
struct PageRow {
    href: String,
    name: String,
    origin: String,
    tone: &'static str,
    percent: Option<u32>,
}

#[derive(Template)]
#[template(path = "reading.html")]
struct ReadingPage {
    page: Page,
    id: DocumentId,
    collection: String,
    file_name: String,
    summary: Vec<String>,
    rows: Vec<PageRow>,
    /// Whether an editor decides here.
    decides: bool,
    /// Whether a version before it goes on answering.
    replaces: bool,
    previous: Option<String>,
    next: Option<String>,
}

/// `GET /documents/{id}/reading`
pub async fn page(by: SignedIn, id: web::Path<i64>, query: web::Query<From>) -> Result<HttpResponse, Failure> {
    let id = DocumentId(*id);
    let Some((document, edition)) = newest_read(&by, id).await? else { return Ok(see_other(&format!("/documents/{id}"))) };
    let mut page = by.page(Section::Documents, "title-documents");
    page.title = page.with("title-reading", "title", document.entry.title.as_str());
    let pages = worst_first(&document.pages);
    let part = Part::new(query.from, ROWS, pages.len());
    let link = |from: usize| format!("/documents/{id}/reading?from={from}");
    let summary = summary(&page, &document);
    html(&ReadingPage {
        rows: part.of(&pages).map(|p| row(&page, id, edition, p)).collect(),
        previous: part.previous(link),
        next: part.next(link),
        summary,
        id,
        decides: edition == Edition::Held,
        replaces: document.entry.answers,
        collection: document.entry.collection_name,
        file_name: document.entry.file_name,
        page,
    })
}

/// `GET /api/documents/{id}/reading`
pub async fn for_scripts(by: SignedIn, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let (document, edition) = newest_read(&by, DocumentId(*id)).await?.ok_or(Failure::NotFound)?;
    Ok(HttpResponse::Ok().json(json!({
        "document": document.entry.id,
        "held": edition == Edition::Held,
        "score": document.entry.score,
        "pages": worst_first(&document.pages),
    })))
}

/// The version that waits for a decision, for those who decide, else the one that answers. `None` while none was read.
async fn newest_read(by: &SignedIn, id: DocumentId) -> Result<Option<(OpenDocument, Edition)>, Failure> {
    let library = &by.site.desk.library;
    let entry = library.document(&by.viewer, id).await?.ok_or(Failure::NotFound)?;
    let decides = entry.state == VersionState::Held && by.viewer.role() >= Role::Editor;
    let edition = if decides { Edition::Held } else { Edition::Answering };
    Ok(library.open_document(&by.viewer, id, edition).await?.map(|document| (document, edition)))
}

/// All pages by score, unread ones first, blank ones last; pages of equal score in the order of the document.
fn worst_first(pages: &[DocumentPage]) -> Vec<&DocumentPage> {
    let mut sorted: Vec<&DocumentPage> = pages.iter().collect();
    let rank = |p: &DocumentPage| match p.reading.origin {
        TextOrigin::Unread => 0,
        TextOrigin::Written | TextOrigin::Recognised { .. } => 1,
        TextOrigin::Blank => 2,
    };
    sorted.sort_by(|a, b| rank(a).cmp(&rank(b)).then(a.reading.score.total_cmp(&b.reading.score)).then(a.number.cmp(&b.number)));
    sorted
}

fn summary(page: &Page, document: &OpenDocument) -> Vec<String> {
    let Some(score) = document.entry.score else {
        return vec![page.t(if document.pages.is_empty() { "reading-no-pages" } else { "reading-not-assessed" })];
    };
    let count = |wanted: fn(&DocumentPage) -> bool| document.pages.iter().filter(|p| wanted(p)).count();
    let counts = [
        ("reading-unread-count", count(|p| p.reading.origin == TextOrigin::Unread)),
        ("reading-recognised-count", count(|p| matches!(p.reading.origin, TextOrigin::Recognised { .. }))),
        ("reading-doubtful-count", count(|p| p.reading.origin != TextOrigin::Blank && p.reading.score < DOUBTFUL_PAGE)),
        ("reading-blank-count", count(|p| p.reading.origin == TextOrigin::Blank)),
    ];
    let mut told = vec![page.words("reading-score", &[("percent", words::percent(score).into()), ("pages", document.pages.len().into())])];
    told.extend(counts.into_iter().filter(|(_, n)| *n > 0).map(|(key, n)| page.with(key, "count", n)));
    told
}

fn row(page: &Page, id: DocumentId, edition: Edition, one: &DocumentPage) -> PageRow {
    let doubtful = one.reading.score < DOUBTFUL_PAGE;
    PageRow {
        href: links::page(id, one.number, edition),
        name: one.label.as_ref().map_or_else(|| format!("p.{}", one.number), |label| format!("{label} (p.{})", one.number)),
        origin: words::origin(page, one.reading),
        tone: match one.reading.origin {
            TextOrigin::Unread => "bad",
            TextOrigin::Blank => "past",
            _ if doubtful => "warn",
            _ => "good",
        },
        percent: (one.reading.origin != TextOrigin::Blank).then(|| words::percent(one.reading.score)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use appliance_core::document::PageReading;

    #[test]
    fn the_worst_pages_come_first_and_blank_ones_last() {
        let one = |number, origin, score| DocumentPage {
            number,
            label: None,
            width: 595.0,
            height: 842.0,
            reading: PageReading { origin, score },
            links: Vec::new(),
        };
        let pages = [
            one(1, TextOrigin::Written, 1.0),
            one(2, TextOrigin::Blank, 0.0),
            one(3, TextOrigin::Recognised { confidence: 0.4 }, 0.4),
            one(4, TextOrigin::Written, 0.1),
            one(5, TextOrigin::Unread, 0.3),
        ];
        assert_eq!(worst_first(&pages).iter().map(|p| p.number).collect::<Vec<_>>(), [5, 4, 3, 1, 2]);
    }
}
