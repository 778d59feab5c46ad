//! The evidence sheet of an answer (根拠シート), as a page to print and as PDF.

use super::compare::readable;
use crate::failure::Failure;
use crate::page::{Page, Section, html};
use crate::paper;
use crate::sheet_view::{self, SheetView, Versions};
use crate::signed_in::SignedIn;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::{HttpResponse, web};
use appliance_core::answer::AnsweredQuestion;
use appliance_core::id::AnswerId;
use appliance_core::ports::PortError;
use askama::Template;
use std::collections::hash_map::Entry;

#[derive(Template)]
#[template(path = "forms/sheet.html")]
struct SheetPage {
    page: Page,
    id: AnswerId,
    sheet: SheetView,
    /// Whether it can be had as PDF.
    as_pdf: bool,
}

/// `GET /answers/{id}/sheet`
pub async fn page(by: SignedIn, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let (page, kept, versions) = kept(&by, *id).await?;
    let sheet = sheet_view::sheet(&page, &kept, &versions);
    html(&SheetPage { id: kept.id, sheet, as_pdf: by.site.settings.print_font.is_some(), page })
}

/// `GET /answers/{id}/sheet.pdf`
pub async fn pdf(by: SignedIn, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let (page, kept, versions) = kept(&by, *id).await?;
    let font = by.site.settings.print_font.clone().ok_or_else(|| {
        PortError::new("no Japanese font is installed to print with")
            .with_hint("install Debian's fonts-ipaexfont-gothic or fonts-ipafont-gothic, and start Kura again")
    })?;
    let sheet = sheet_view::sheet(&page, &kept, &versions);
    let blocks = sheet_view::on_paper(&page, &sheet);
    let (title, tag) = (page.title.clone(), page.tag());
    let written = web::block(move || {
        let font = std::fs::read(&font).map_err(|e| PortError::caused(format!("the font {} cannot be read", font.display()), e))?;
        paper::pdf(&font, &title, tag, &blocks).map_err(|e| PortError::caused("the sheet could not be printed", e))
    })
    .await
    .map_err(|e| PortError::caused("printing was broken off", e))??;
    let name = format!("inline; filename=\"kura-sheet-{}.pdf\"", kept.id);
    let private = (CACHE_CONTROL, "private, no-store");
    Ok(HttpResponse::Ok().content_type("application/pdf").insert_header(private).insert_header((CONTENT_DISPOSITION, name)).body(written))
}

async fn kept(by: &SignedIn, id: i64) -> Result<(Page, AnsweredQuestion, Versions), Failure> {
    let kept = by.site.desk.archive.answer(&by.viewer, AnswerId(id)).await?.ok_or(Failure::NotFound)?;
    let mut versions = Versions::new();
    for source in &kept.answer.sources {
        let document = source.passage.document;
        if let Entry::Vacant(unknown) = versions.entry(document) {
            unknown.insert(readable(by, document).await?);
        }
    }
    let mut page = by.page(Section::Ask, "title-sheet");
    page.title = format!("{} {}", page.title, kept.id);
    Ok((page, kept, versions))
}
