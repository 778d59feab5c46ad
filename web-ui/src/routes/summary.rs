//! The summary of a document: what its sections say, each sentence with its page.

use super::ask::permit;
use crate::failure::Failure;
use crate::page::{Page, Section, html};
use crate::signed_in::SignedIn;
use crate::told_view::{ToldView, told};
use actix_web::{HttpResponse, web};
use appliance_core::asking;
use appliance_core::id::DocumentId;
use appliance_core::language::Language;
use appliance_core::ports::catalog::Edition;
use askama::Template;
use tokio::sync::mpsc;

/// A section.
pub struct SectionView {
    heading: String,
    sentences: Vec<ToldView>,
}

#[derive(Template)]
#[template(path = "forms/summary.html")]
struct SummaryPage {
    page: Page,
    id: DocumentId,
    document: String,
    points: Vec<ToldView>,
    sections: Vec<SectionView>,
    /// The model that composed, where one did.
    composed_by: Option<String>,
}

/// `GET /documents/{id}/summary`
pub async fn page(by: SignedIn, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let library = &by.site.desk.library;
    let entry = library.document(&by.viewer, DocumentId(*id)).await?.ok_or(Failure::NotFound)?;
    let passages = library.passages_of(&by.viewer, entry.id, Edition::Answering).await?;
    if passages.is_empty() {
        return Err(Failure::NotFound);
    }
    let _permit = permit(&by)?;
    let language = Language::of_text(&passages.iter().take(5).map(|p| p.passage.text.as_str()).collect::<String>());
    let (events, _seen) = mpsc::channel(8);
    let summary = asking::summarise(&by.site.desk.asking, passages, language, &events).await?;
    let mut page = by.page(Section::Documents, "title-summary");
    page.title = page.with("summary-of", "title", entry.title.as_str());
    let sections = summary.sections.iter().map(|section| SectionView {
        heading: section.headings.join(" › "),
        sentences: section.sentences.iter().map(|s| told(&page, s, &summary.sources)).collect(),
    });
    html(&SummaryPage {
        id: entry.id,
        document: entry.title,
        points: summary.points.iter().map(|s| told(&page, s, &summary.sources)).collect(),
        sections: sections.collect(),
        composed_by: summary.generator.as_ref().map(|g| g.name.clone()),
        page,
    })
}
