//! Checking a draft against a checklist: both pasted, or documents of the library.

use crate::failure::Failure;
use crate::fields::Fields;
use crate::links;
use crate::page::{Page, Section, html};
use crate::signed_in::{Posted, SignedIn};
use crate::words;
use actix_web::HttpResponse;
use appliance_core::forms::checklist::{self, Doubt, Judged, Verdict};
use appliance_core::id::DocumentId;
use appliance_core::passage::Passage;
use appliance_core::ports::catalog::{Edition, VersionState};
use askama::Template;

/// Documents to choose from.
const MOST_DOCUMENTS: usize = 500;

/// A document to choose.
pub struct ChoiceView {
    id: i64,
    title: String,
}

/// An item as judged.
pub struct JudgedView {
    item: String,
    /// `met`, `missing` or `unclear`.
    verdict: &'static str,
    words: String,
    quotation: String,
    place: String,
    /// The place in the viewer, for documents.
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "forms/checklist.html")]
struct ChecklistPage {
    page: Page,
    documents: Vec<ChoiceView>,
    draft: String,
    items: String,
    draft_document: i64,
    list_document: i64,
    error: Option<String>,
    summary: String,
    judged: Vec<JudgedView>,
}

/// `GET /checklist`
pub async fn page(by: SignedIn) -> Result<HttpResponse, Failure> {
    html(&empty(&by, &Fields::default()).await?)
}

/// `POST /checklist`
pub async fn check(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    let mut shown = empty(&by, &fields).await?;
    let (draft, document) = match shown.draft_document {
        0 => (checklist::passages_of(&shown.draft), None),
        id => (passages(&by, id).await?, Some(DocumentId(id))),
    };
    let list = match shown.list_document {
        0 => shown.items.clone(),
        id => passages(&by, id).await?.into_iter().map(|p| p.text).collect::<Vec<_>>().join("\n"),
    };
    let items = checklist::items(&list);
    if draft.is_empty() || items.is_empty() {
        shown.error = Some(shown.page.t("checklist-empty"));
        return html(&shown);
    }
    let judged = checklist::judge(&items, &draft);
    let count = |verdict| judged.iter().filter(|j| j.verdict == verdict).count();
    shown.summary = shown.page.words(
        "checklist-summary",
        &[("met", count(Verdict::Met).into()), ("missing", count(Verdict::Missing).into()), ("unclear", count(Verdict::Unclear).into())],
    );
    shown.judged = judged.iter().map(|j| view(&shown.page, document, j)).collect();
    html(&shown)
}

async fn passages(by: &SignedIn, id: i64) -> Result<Vec<Passage>, Failure> {
    let stored = by.site.desk.library.passages_of(&by.viewer, DocumentId(id), Edition::Answering).await?;
    if stored.is_empty() {
        return Err(Failure::NotFound);
    }
    Ok(stored.into_iter().map(|s| s.passage).collect())
}

async fn empty(by: &SignedIn, fields: &Fields) -> Result<ChecklistPage, Failure> {
    let documents = by.site.desk.library.documents(&by.viewer).await?;
    let searchable = documents.into_iter().filter(|d| d.state == VersionState::Searchable).take(MOST_DOCUMENTS);
    Ok(ChecklistPage {
        page: by.page(Section::Documents, "title-checklist"),
        documents: searchable.map(|d| ChoiceView { id: d.id.0, title: d.title }).collect(),
        draft: fields.get("draft").to_owned(),
        items: fields.get("items").to_owned(),
        draft_document: fields.get("draft_document").parse().unwrap_or(0),
        list_document: fields.get("list_document").parse().unwrap_or(0),
        error: None,
        summary: String::new(),
        judged: Vec::new(),
    })
}

fn view(page: &Page, document: Option<DocumentId>, judged: &Judged) -> JudgedView {
    let (verdict, key) = match (judged.verdict, judged.doubt) {
        (Verdict::Met, _) => ("met", "checklist-met"),
        (Verdict::Missing, _) => ("missing", "checklist-missing"),
        (Verdict::Unclear, Some(Doubt::OtherNumber)) => ("unclear", "checklist-other-number"),
        (Verdict::Unclear, Some(Doubt::Denied)) => ("unclear", "checklist-denied"),
        (Verdict::Unclear, Some(Doubt::TooShort)) => ("unclear", "checklist-too-short"),
        (Verdict::Unclear, Some(Doubt::Partly) | None) => ("unclear", "checklist-partly"),
    };
    let place = judged.place.as_ref().map(|l| &l.place);
    JudgedView {
        item: judged.item.clone(),
        verdict,
        words: page.t(key),
        quotation: judged.quotation.clone().unwrap_or_default(),
        place: place.map(|p| words::place(page, p)).unwrap_or_default(),
        href: document.zip(place).map(|(document, place)| links::place(document, place, None)),
    }
}
