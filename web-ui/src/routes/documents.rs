//! The library: what is there, how far it is, and adding to it.

use crate::failure::Failure;
use crate::page::{Page, Section, html};
use crate::signed_in::SignedIn;
use crate::words;
use actix_web::{HttpResponse, web};
use appliance_core::id::{CollectionId, DocumentId};
use appliance_core::ports::catalog::{CollectionEntry, DocumentEntry, VersionState};
use askama::Template;
use serde::{Deserialize, Serialize};

const ROWS: usize = 50;

/// A document as a row of the table.
pub struct RowView {
    id: DocumentId,
    title: String,
    file_name: String,
    collection: String,
    format: String,
    parts: String,
    size: String,
    state: String,
    state_name: &'static str,
    tone: &'static str,
    active: bool,
    readable: bool,
    failure: Option<(String, String)>,
    warnings: Vec<String>,
    warning_count: String,
    added: String,
}

#[derive(Template)]
#[template(path = "documents.html")]
struct DocumentsPage {
    page: Page,
    rows: Vec<RowView>,
    collections: Vec<CollectionEntry>,
    filter: Filter,
    filtered: bool,
    summary: String,
    notice: Option<String>,
    previous: Option<String>,
    next: Option<String>,
    max_bytes: u64,
    upload_help: String,
    edits: bool,
}

/// What the table is narrowed to, and what an upload left behind.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    q: String,
    collection: String,
    state: String,
    from: usize,
    added: Option<u32>,
    duplicate: Option<u32>,
    deleted: Option<u32>,
}

impl Filter {
    fn matches(&self, entry: &DocumentEntry) -> bool {
        let wanted = appliance_core::folding::fold(self.q.trim());
        let named = || appliance_core::folding::fold(&format!("{} {}", entry.title, entry.file_name)).contains(&wanted);
        let collected = self.collection.is_empty() || self.collection == entry.collection.to_string();
        let state = match self.state.as_str() {
            "searchable" => entry.state == VersionState::Searchable,
            "waiting" => matches!(entry.state, VersionState::Queued | VersionState::Ingesting),
            "failed" => entry.state == VersionState::Failed,
            "warned" => !entry.warnings.is_empty(),
            _ => true,
        };
        state && collected && (wanted.is_empty() || named())
    }

    fn narrows(&self) -> bool {
        !self.q.trim().is_empty() || !self.collection.is_empty() || !self.state.is_empty()
    }

    fn collection_is(&self, id: &CollectionId) -> bool {
        self.collection == id.to_string()
    }

    fn state_is(&self, state: &str) -> bool {
        self.state == state
    }

    fn page_from(&self, from: usize) -> String {
        let q = crate::links::encoded(&self.q);
        let (collection, state) = (crate::links::encoded(&self.collection), crate::links::encoded(&self.state));
        format!("/documents?q={q}&collection={collection}&state={state}&from={from}")
    }
}

/// `GET /documents`
pub async fn page(by: SignedIn, filter: web::Query<Filter>) -> Result<HttpResponse, Failure> {
    let filter = filter.into_inner();
    let page = by.page(Section::Documents, "title-documents");
    let entries = by.site.desk.library.documents(&by.viewer).await?;
    let collections = by.site.desk.library.collections(&by.viewer).await?;
    let matching: Vec<&DocumentEntry> = entries.iter().filter(|e| filter.matches(e)).collect();
    let from = filter.from.min(matching.len());
    let summary = page.words("library-count", &[("shown", matching.len().into()), ("total", entries.len().into())]);
    let rows: Vec<RowView> = matching.iter().skip(from).take(ROWS).map(|e| row(&page, e)).collect();
    let upload_help = page.with("upload-help", "size", words::bytes(by.site.settings.max_upload_bytes));
    html(&DocumentsPage {
        notice: notice(&page, &filter),
        previous: (from > 0).then(|| filter.page_from(from.saturating_sub(ROWS))),
        next: (from + ROWS < matching.len()).then(|| filter.page_from(from + ROWS)),
        rows,
        collections,
        filtered: filter.narrows(),
        filter,
        summary,
        max_bytes: by.site.settings.max_upload_bytes,
        upload_help,
        edits: page.person.as_ref().is_some_and(crate::request::PersonView::edits),
        page,
    })
}

/// An entry with its state in words, for live progress.
#[derive(Serialize)]
struct StatusEntry {
    #[serde(flatten)]
    entry: DocumentEntry,
    words: String,
    tone: &'static str,
    failure_words: Option<(String, String)>,
}

#[derive(Deserialize)]
pub struct StatusQuery {
    #[serde(default)]
    ids: String,
}

/// `GET /documents/status`: all entries, or those of `?ids=1,2,3`.
pub async fn status(by: SignedIn, query: web::Query<StatusQuery>) -> Result<HttpResponse, Failure> {
    let page = by.page(Section::Documents, "title-documents");
    let ids: Vec<i64> = query.ids.split(',').filter_map(|id| id.parse().ok()).collect();
    let entries = by.site.desk.library.documents(&by.viewer).await?;
    let told: Vec<StatusEntry> = entries
        .into_iter()
        .filter(|e| ids.is_empty() || ids.contains(&e.id.0))
        .map(|entry| StatusEntry {
            words: words::state(&page, &entry),
            tone: words::tone(entry.state),
            failure_words: entry.failure.as_ref().map(|f| words::failure(&page, f)),
            entry,
        })
        .collect();
    Ok(HttpResponse::Ok().json(told))
}

fn row(page: &Page, entry: &DocumentEntry) -> RowView {
    RowView {
        id: entry.id,
        title: entry.title.clone(),
        file_name: entry.file_name.clone(),
        collection: entry.collection_name.clone(),
        format: words::format(page, entry.format),
        parts: if entry.parts == 0 { "–".to_owned() } else { words::number(entry.parts.into()) },
        size: words::bytes(entry.bytes),
        state: words::state(page, entry),
        state_name: words::state_name(entry.state),
        tone: words::tone(entry.state),
        active: matches!(entry.state, VersionState::Queued | VersionState::Ingesting),
        readable: entry.passages > 0 || entry.state == VersionState::Searchable,
        failure: entry.failure.as_ref().filter(|_| entry.state == VersionState::Failed).map(|f| words::failure(page, f)),
        warnings: entry.warnings.iter().take(50).map(|w| words::warning(page, w)).collect(),
        warning_count: page.with("warning-count", "count", entry.warnings.len()),
        added: page.date(entry.added),
    }
}

fn notice(page: &Page, filter: &Filter) -> Option<String> {
    let said: Vec<String> = match (filter.added, filter.duplicate, filter.deleted) {
        (Some(0), Some(0), _) => vec![page.t("notice-no-file")],
        (added, duplicate, deleted) => [("notice-added", added), ("notice-duplicate", duplicate), ("notice-deleted", deleted)]
            .into_iter()
            .filter_map(|(key, count)| Some(page.with(key, "count", count.filter(|c| *c > 0)?)))
            .collect(),
    };
    (!said.is_empty()).then(|| said.join(if page.japanese() { "" } else { " " }))
}
