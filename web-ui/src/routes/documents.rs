//! The library: what is there, how far it is, and adding to it.

use crate::failure::Failure;
use crate::page::{Page, Section, html};
use crate::signed_in::SignedIn;
use crate::validity_view::{self, ValidityView};
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
    /// How far it is, or what it waits for.
    detail: String,
    bar: Option<(u32, u32)>,
    active: bool,
    /// Whether something about it goes on that the page follows.
    followed: bool,
    readable: bool,
    held: bool,
    locked: bool,
    /// Whether it may be tried again.
    ended: bool,
    /// Whether a version before the newest one goes on answering.
    replaces: bool,
    failure: Option<(String, String)>,
    score: Option<u32>,
    /// That some of its pages need a person's eyes.
    doubtful: Option<String>,
    warnings: Vec<String>,
    warning_count: String,
    added: String,
    /// That other documents say about the same.
    alike: Option<String>,
    /// Whether there are versions to compare.
    compares: bool,
    /// When its last version in time is in force, where that is known.
    validity: Option<ValidityView>,
}

#[derive(Template)]
#[template(path = "documents.html")]
struct DocumentsPage {
    page: Page,
    form_token: String,
    rows: Vec<RowView>,
    collections: Vec<CollectionEntry>,
    filter: Filter,
    filtered: bool,
    summary: String,
    queue: String,
    notice: Option<String>,
    locked: Vec<(DocumentId, String)>,
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
    sort: String,
    from: usize,
    added: Option<u32>,
    duplicate: Option<u32>,
    deleted: Option<u32>,
    /// What was decided about a document.
    done: String,
    /// Uploads that their password did not open, by id with commas between.
    locked: String,
}

impl Filter {
    fn matches(&self, entry: &DocumentEntry) -> bool {
        let wanted = appliance_core::folding::fold(self.q.trim());
        let named = || appliance_core::folding::fold(&format!("{} {}", entry.title, entry.file_name)).contains(&wanted);
        let collected = self.collection.is_empty() || self.collection == entry.collection.to_string();
        let state = match self.state.as_str() {
            "searchable" => entry.state == VersionState::Searchable,
            "waiting" => matches!(entry.state, VersionState::Queued | VersionState::Ingesting),
            "held" => entry.state == VersionState::Held,
            "failed" => matches!(entry.state, VersionState::Failed | VersionState::Cancelled),
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

    fn worst_first(&self) -> bool {
        self.sort == "worst"
    }

    fn page_from(&self, from: usize) -> String {
        let [q, collection, state, sort] = [&self.q, &self.collection, &self.state, &self.sort].map(|v| crate::links::encoded(v));
        format!("/documents?q={q}&collection={collection}&state={state}&sort={sort}&from={from}")
    }
}

/// `GET /documents`
pub async fn page(by: SignedIn, filter: web::Query<Filter>) -> Result<HttpResponse, Failure> {
    let filter = filter.into_inner();
    let page = by.page(Section::Documents, "title-documents");
    let entries = by.site.desk.library.documents(&by.viewer).await?;
    let collections = by.site.desk.library.collections(&by.viewer).await?;
    let mut matching: Vec<&DocumentEntry> = entries.iter().filter(|e| filter.matches(e)).collect();
    if filter.worst_first() {
        // A document without a score says nothing about how it was read; it stands behind all that do.
        matching.sort_by(|a, b| a.score.unwrap_or(2.0).total_cmp(&b.score.unwrap_or(2.0)).then(a.id.cmp(&b.id)));
    }
    let from = filter.from.min(matching.len());
    let summary = page.words("library-count", &[("shown", matching.len().into()), ("total", entries.len().into())]);
    let now = words::being_read(&entries);
    let shown: Vec<&DocumentEntry> = matching.iter().skip(from).take(ROWS).copied().collect();
    let alike = by.site.desk.library.alike(&by.viewer, &shown.iter().map(|e| e.id).collect::<Vec<_>>()).await?;
    let others = |id: DocumentId| alike.iter().filter(|a| a.document == id).count();
    let rows: Vec<RowView> = shown.iter().map(|e| row(&page, e, now.as_deref(), others(e.id))).collect();
    let upload_help = page.with("upload-help", "size", words::bytes(by.site.settings.max_upload_bytes));
    html(&DocumentsPage {
        notice: notice(&page, &filter),
        locked: locked(&entries, &filter),
        queue: queue(&page, &entries),
        form_token: by.form_token.clone(),
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
    detail: String,
    tone: &'static str,
    /// How long the step under way will take.
    seconds_left: Option<u32>,
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
    let now = words::being_read(&entries);
    let told: Vec<StatusEntry> = entries
        .into_iter()
        .filter(|e| ids.is_empty() || ids.contains(&e.id.0))
        .map(|entry| StatusEntry {
            words: words::state(&page, &entry),
            detail: words::progress(&page, &entry, now.as_deref()),
            seconds_left: entry.progress.and_then(|p| p.seconds_left()),
            tone: words::tone(entry.state),
            failure_words: entry.failure.as_ref().map(|f| words::failure(&page, f)),
            entry,
        })
        .collect();
    Ok(HttpResponse::Ok().json(told))
}

fn row(page: &Page, entry: &DocumentEntry, now: Option<&str>, alike: usize) -> RowView {
    let ended = matches!(entry.state, VersionState::Failed | VersionState::Cancelled);
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
        detail: words::progress(page, entry, now),
        bar: entry
            .progress
            .filter(|p| p.total > 0 && matches!(entry.state, VersionState::Ingesting | VersionState::Searchable))
            .map(|p| (p.done, p.total)),
        active: matches!(entry.state, VersionState::Queued | VersionState::Ingesting),
        followed: entry.progress.is_some(),
        readable: entry.answers,
        held: entry.state == VersionState::Held,
        locked: words::is_locked(entry),
        ended,
        replaces: entry.answers && entry.state != VersionState::Searchable,
        failure: entry.failure.as_ref().filter(|_| ended).map(|f| words::failure(page, f)),
        score: entry.score.map(words::percent),
        doubtful: (entry.doubtful > 0).then(|| page.with("doubtful-count", "count", entry.doubtful)),
        warnings: entry.warnings.iter().take(50).map(|w| words::warning(page, w)).collect(),
        warning_count: page.with("warning-count", "count", entry.warnings.len()),
        added: page.date(entry.added),
        alike: (alike > 0).then(|| page.with("alike-count", "count", alike)),
        compares: entry.versions > 1,
        validity: validity_view::validity(page, &entry.days),
    }
}

/// What the appliance is at, in one line; empty when it rests.
fn queue(page: &Page, entries: &[DocumentEntry]) -> String {
    let count = |state| entries.iter().filter(|e| e.state == state).count();
    let counts = [
        ("queue-reading", count(VersionState::Ingesting)),
        ("queue-waiting", count(VersionState::Queued)),
        ("queue-held", count(VersionState::Held)),
    ];
    let told: Vec<String> = counts.into_iter().filter(|(_, n)| *n > 0).map(|(key, n)| page.with(key, "count", n)).collect();
    told.join(&page.t("progress-between"))
}

/// The uploads whose password was wrong, as far as they are still locked or not yet looked at.
fn locked(entries: &[DocumentEntry], filter: &Filter) -> Vec<(DocumentId, String)> {
    let named: Vec<i64> = filter.locked.split(',').filter_map(|id| id.parse().ok()).collect();
    entries.iter().filter(|e| named.contains(&e.id.0)).map(|e| (e.id, e.file_name.clone())).collect()
}

fn notice(page: &Page, filter: &Filter) -> Option<String> {
    let done = match filter.done.as_str() {
        "accepted" => Some("notice-accepted"),
        "rejected" => Some("notice-rejected"),
        "cancelled" => Some("notice-cancelled"),
        "retried" => Some("notice-retried"),
        "unlocked" => Some("notice-unlocked"),
        _ => None,
    };
    if let Some(key) = done {
        return Some(page.t(key));
    }
    let said: Vec<String> = match (filter.added, filter.duplicate, filter.deleted) {
        (Some(0), Some(0), _) => vec![page.t("notice-no-file")],
        (added, duplicate, deleted) => [("notice-added", added), ("notice-duplicate", duplicate), ("notice-deleted", deleted)]
            .into_iter()
            .filter_map(|(key, count)| Some(page.with(key, "count", count.filter(|c| *c > 0)?)))
            .collect(),
    };
    (!said.is_empty()).then(|| said.join(if page.japanese() { "" } else { " " }))
}
