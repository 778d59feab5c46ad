//! The library: what is there, how far it is, and adding to it.

use crate::failure::Failure;
use crate::library_filter::{FORMATS, Filter, ROWS};
use crate::page::{Page, Section, html};
use crate::paging::Part;
use crate::principals::Principals;
use crate::signed_in::SignedIn;
use crate::validity_view::{self, ValidityView};
use crate::words;
use actix_web::{HttpResponse, web};
use appliance_core::id::DocumentId;
use appliance_core::ports::catalog::{CollectionEntry, DocumentEntry, VersionState};
use appliance_core::ports::shelves::{Shelf, Wanted};
use askama::Template;
use serde::{Deserialize, Serialize};

/// Documents that one request may ask about by number.
const MOST_ASKED: usize = 500;

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
    /// How many versions there are.
    editions: String,
    /// When its last version in time is in force, where that is known.
    validity: Option<ValidityView>,
    /// To whom it is open, and whether rules of its own add to that; for editors.
    audience: Option<(String, Option<String>)>,
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
    queue: String,
    notice: Option<String>,
    locked: Vec<(DocumentId, String)>,
    previous: Option<String>,
    next: Option<String>,
    max_bytes: u64,
    upload_help: String,
    edits: bool,
    administers: bool,
    /// Which of the wanted ones this page shows.
    range: String,
    /// The formats to choose from.
    formats: [(&'static str, String); FORMATS.len()],
}

/// `GET /documents`
pub async fn page(by: SignedIn, filter: web::Query<Filter>) -> Result<HttpResponse, Failure> {
    let filter = filter.into_inner();
    let page = by.page(Section::Documents, "title-documents");
    let desk = &by.site.desk;
    let wanted = filter.wanted();
    let shelf = desk.shelves.shelf(&by.viewer, &wanted).await?;
    let collections = desk.library.collections(&by.viewer).await?;
    let summary = page.words("library-count", &[("shown", shelf.matching.into()), ("total", shelf.total.into())]);
    let ids: Vec<DocumentId> = shelf.entries.iter().map(|e| e.id).collect();
    let alike = desk.library.alike(&by.viewer, &ids).await?;
    let others = |id: DocumentId| alike.iter().filter(|a| a.document == id).count();
    let edits = page.person.as_ref().is_some_and(crate::request::PersonView::edits);
    let mut rows: Vec<RowView> = shelf.entries.iter().map(|e| row(&page, e, shelf.being_read.as_deref(), others(e.id))).collect();
    if edits {
        let principals = Principals::of(&by).await?;
        for audience in desk.shelves.audiences(&by.viewer, &ids).await? {
            let words = principals.audience(&page, &audience);
            rows.iter_mut().filter(|r| r.id == audience.document).for_each(|r| r.audience = Some(words.clone()));
        }
    }
    let part = Part::new(wanted.from, ROWS, shelf.matching);
    let upload_help = page.with("upload-help", "size", words::bytes(by.site.settings.max_upload_bytes));
    html(&DocumentsPage {
        notice: notice(&page, &filter),
        locked: locked(&by, &filter).await?,
        queue: queue(&page, &shelf),
        previous: part.previous(|from| filter.page_from(from)),
        next: part.next(|from| filter.page_from(from)),
        range: page.words("pager-range", &[("first", (wanted.from + 1).into()), ("last", (wanted.from + rows.len()).into())]),
        formats: FORMATS.map(|f| (f.name(), words::format(&page, Some(f)))),
        rows,
        collections,
        filtered: wanted.narrows(),
        filter,
        summary,
        max_bytes: by.site.settings.max_upload_bytes,
        upload_help,
        edits,
        administers: page.person.as_ref().is_some_and(crate::request::PersonView::administers),
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

/// `GET /documents/status?ids=1,2,3`: those entries.
pub async fn status(by: SignedIn, query: web::Query<StatusQuery>) -> Result<HttpResponse, Failure> {
    let page = by.page(Section::Documents, "title-documents");
    let ids: Vec<DocumentId> = query.ids.split(',').filter_map(|id| id.parse().ok()).map(DocumentId).take(MOST_ASKED).collect();
    let shelves = &by.site.desk.shelves;
    let now = shelves.shelf(&by.viewer, &Wanted::default()).await?.being_read;
    let told: Vec<StatusEntry> = shelves
        .entries(&by.viewer, &ids)
        .await?
        .into_iter()
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
        editions: page.with("edition-count", "count", entry.versions),
        validity: validity_view::validity(page, &entry.days),
        audience: None,
    }
}

/// What the appliance is at, in one line; empty when it rests.
fn queue(page: &Page, shelf: &Shelf) -> String {
    let counts = [("queue-reading", shelf.reading), ("queue-waiting", shelf.waiting), ("queue-held", shelf.held)];
    let told: Vec<String> = counts.into_iter().filter(|(_, n)| *n > 0).map(|(key, n)| page.with(key, "count", n)).collect();
    told.join(&page.t("progress-between"))
}

/// The uploads whose password was wrong, as far as they are still locked or not yet looked at.
async fn locked(by: &SignedIn, filter: &Filter) -> Result<Vec<(DocumentId, String)>, Failure> {
    let named: Vec<DocumentId> = filter.locked.split(',').filter_map(|id| id.parse().ok()).map(DocumentId).take(MOST_ASKED).collect();
    let entries = by.site.desk.shelves.entries(&by.viewer, &named).await?;
    Ok(entries.into_iter().map(|e| (e.id, e.file_name)).collect())
}

fn notice(page: &Page, filter: &Filter) -> Option<String> {
    let done = match filter.done.as_str() {
        "accepted" => Some("notice-accepted"),
        "rejected" => Some("notice-rejected"),
        "cancelled" => Some("notice-cancelled"),
        "retried" => Some("notice-retried"),
        "unlocked" => Some("notice-unlocked"),
        "none-selected" => Some("notice-none-selected"),
        _ => None,
    };
    if let Some(key) = done {
        return Some(page.t(key));
    }
    let counts = [
        ("notice-added", filter.added),
        ("notice-duplicate", filter.duplicate),
        ("notice-deleted", filter.deleted),
        ("notice-moved", filter.moved),
        ("notice-opened", filter.opened),
    ];
    let said: Vec<String> = match (filter.added, filter.duplicate) {
        (Some(0), Some(0)) => vec![page.t("notice-no-file")],
        _ => counts.into_iter().filter_map(|(key, count)| Some(page.with(key, "count", count.filter(|c| *c > 0)?))).collect(),
    };
    (!said.is_empty()).then(|| said.join(if page.japanese() { "" } else { " " }))
}
