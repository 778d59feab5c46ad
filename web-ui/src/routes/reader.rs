//! The reader: a document at one of its places, with what an answer cited there.

use super::{compare, reader_pages, reader_sheet, reader_text};
use crate::encodings;
use crate::failure::Failure;
use crate::links::{self, Mark};
use crate::outline::{self, Heading};
use crate::page::{Page, Section, html};
use crate::place_view::{Piece, excerpt};
use crate::signed_in::SignedIn;
use crate::validity_view::{self, Fact, ValidityView};
use crate::words;
use actix_web::{HttpResponse, web};
use appliance_core::document::View;
use appliance_core::id::{DocumentId, PassageId, VersionId};
use appliance_core::locator::{CellRange, CellRef, Locator, Place, Span};
use appliance_core::passage::StoredPassage;
use appliance_core::ports::catalog::{Edition, OpenDocument, VersionState};
use appliance_core::ports::version::{Alike, VersionEntry};
use appliance_core::quality;
use appliance_core::validity::Day;
use appliance_core::viewer::Role;
use askama::Template;
use serde::Deserialize;

/// What stands around every kind of document.
pub struct ReaderView {
    /// The document.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
    /// The name it was uploaded under.
    pub file_name: String,
    /// Its collection.
    pub collection: String,
    /// Format and size.
    pub kind: String,
    /// When it was added.
    pub added: String,
    /// What could not be read.
    pub warnings: Vec<String>,
    /// Its headings.
    pub outline: Vec<Heading>,
    /// What was cited, when the address says so.
    pub cited: Option<CitedView>,
    /// Whether the cited passage is no longer part of the document.
    pub stale: bool,
    /// The version that the address names.
    pub version: Option<VersionId>,
    /// Whether this version waits for a person to accept it.
    pub held: bool,
    /// The pages that a person should look at, worst first.
    pub doubtful: Vec<DoubtfulView>,
    /// Its versions, newest first, where there are several to compare.
    pub versions: Vec<VersionView>,
    /// When the version shown is in force.
    pub days: DaysView,
    /// Documents that say about the same.
    pub alike: Vec<AlikeView>,
    /// The encodings that its text can be read in, and whether each is the one that was named; empty where none is guessed.
    pub encodings: Vec<(&'static str, &'static str, bool)>,
}

/// A version in the list beside a document.
pub struct VersionView {
    /// It in the reader.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Whether it is the one shown.
    pub shown: bool,
}

/// When the version shown is in force.
#[derive(Default)]
pub struct DaysView {
    /// Its days, where any is known.
    pub validity: Option<ValidityView>,
    /// That it is not the version in force today.
    pub other: bool,
    /// The address of the one that is in force today, where another is.
    pub current: Option<String>,
    /// The address of both side by side.
    pub compare: Option<String>,
    /// What is known of the days of the version shown.
    pub facts: Vec<Fact>,
    /// The version whose days an editor may set here, with what is set: the first day and the first day after the last.
    pub set: Option<(VersionId, String, String)>,
}

/// A document that says about the same.
pub struct AlikeView {
    /// The document.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
    /// The name it was uploaded under.
    pub file_name: String,
    /// Its collection.
    pub collection: String,
    /// How alike it is.
    pub likeness: String,
}

/// A page that was read badly.
pub struct DoubtfulView {
    /// The page in the reader.
    pub href: String,
    /// Its number.
    pub number: u32,
    /// How it was read.
    pub reading: String,
}

/// The cited passage, beside the document.
pub struct CitedView {
    /// The headings above it.
    pub headings: String,
    /// Where it stands.
    pub place: String,
    /// Its text.
    pub pieces: Vec<Piece>,
    /// That its characters were recognised in a picture, if they were.
    pub recognised: Option<String>,
    /// The address of its article beside the former or the next wording, where there is one.
    pub compare: Option<String>,
}

/// Where in the document to begin.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// At the beginning, or where the query says.
    Start,
    /// A page, from 1.
    Page(u32),
    /// Cells of a sheet, from 0.
    Cells(u32, CellRange),
    /// A line, from 1.
    Line(u32),
}

/// What is marked, and how the view was moved.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReaderQuery {
    passage: Option<i64>,
    quote: Option<String>,
    edition: String,
    /// The version to show.
    version: Option<i64>,
    /// The jump box of paged documents. A text, because people type labels and nothing at all.
    pub page: Option<String>,
    /// The sheet, from 0.
    pub sheet: Option<u32>,
    /// The first row shown, from 0.
    pub row: Option<u32>,
    /// The first column shown, from 0.
    pub column: Option<u32>,
    /// The line to show, from 1.
    pub line: Option<u32>,
}

/// A document opened by someone, at a place.
pub struct Opened {
    /// Who reads.
    pub by: SignedIn,
    /// The document.
    pub document: OpenDocument,
    /// Where to begin.
    pub target: Target,
    /// How the view was moved.
    pub query: ReaderQuery,
    /// The mark of the address, to keep while moving.
    pub mark: Option<Mark>,
    /// The cited place, narrowed to its quotation.
    pub cited: Option<Locator>,
    /// Which version is read.
    pub edition: Edition,
    /// Its passages, unless there are too many.
    pub passages: Vec<StoredPassage>,
}

#[derive(Template)]
#[template(path = "reader_waiting.html")]
struct WaitingPage {
    page: Page,
    id: DocumentId,
    state: String,
    detail: String,
    failure: Option<(String, String)>,
    held: bool,
    locked: bool,
    waits: bool,
    decides: bool,
}

/// `GET /documents/{id}`
pub async fn start(by: SignedIn, id: web::Path<i64>, query: web::Query<ReaderQuery>) -> Result<HttpResponse, Failure> {
    open(by, *id, Target::Start, query.into_inner()).await
}

/// `GET /documents/{id}/at/page/{n}`
pub async fn at_page(by: SignedIn, path: web::Path<(i64, u32)>, query: web::Query<ReaderQuery>) -> Result<HttpResponse, Failure> {
    open(by, path.0, Target::Page(path.1), query.into_inner()).await
}

/// `GET /documents/{id}/at/cell/{sheet}/{range}`
pub async fn at_cell(by: SignedIn, path: web::Path<(i64, u32, String)>, query: web::Query<ReaderQuery>) -> Result<HttpResponse, Failure> {
    let range = parse_range(&path.2).ok_or(Failure::NotFound)?;
    open(by, path.0, Target::Cells(path.1, range), query.into_inner()).await
}

/// `GET /documents/{id}/at/line/{n}`
pub async fn at_line(by: SignedIn, path: web::Path<(i64, u32)>, query: web::Query<ReaderQuery>) -> Result<HttpResponse, Failure> {
    open(by, path.0, Target::Line(path.1), query.into_inner()).await
}

async fn open(by: SignedIn, id: i64, target: Target, query: ReaderQuery) -> Result<HttpResponse, Failure> {
    let library = std::sync::Arc::clone(&by.site.desk.library);
    let passage = match query.passage {
        Some(passage) => library.passage(&by.viewer, PassageId(passage)).await?.filter(|p| p.document == DocumentId(id)),
        None => None,
    };
    // What is cited is shown in the version that it is cited from.
    let edition = match &passage {
        Some(passage) => Edition::Kept(passage.version),
        None => by.edition(&query.edition, query.version)?,
    };
    let Some(document) = library.open_document(&by.viewer, DocumentId(id), edition).await? else {
        return if matches!(edition, Edition::Kept(_)) { Err(Failure::NotFound) } else { waiting(&by, id).await };
    };
    let version = passage.as_ref().map(|p| p.version);
    let mark = query.passage.map(|p| Mark { passage: PassageId(p), quote: query.quote.as_deref().and_then(parse_quote), version });
    // The tabs of a workbook are its outline.
    let outlined = document.format.view() != View::Sheets && document.entry.passages <= outline::MOST_PASSAGES;
    let passages = if outlined { library.passages_of(&by.viewer, DocumentId(id), edition).await? } else { Vec::new() };
    let mut page = by.page(Section::Documents, "title-documents");
    page.title.clone_from(&document.entry.title);
    let quote = mark.and_then(|m| m.quote);
    let cited = passage.as_ref().map(|p| narrowed(p, quote));
    let versions = compare::readable(&by, document.entry.id).await?;
    let alike = library.alike(&by.viewer, &[document.entry.id]).await?;
    let view = ReaderView {
        versions: if versions.len() > 1 { versions.iter().map(|v| version_view(&page, &document, v)).collect() } else { Vec::new() },
        days: days(&page, &document, &versions),
        alike: alike.into_iter().map(|a| alike_view(&page, a)).collect(),
        outline: outline::outline(&passages, edition),
        cited: passage.as_ref().zip(cited.as_ref()).map(|(p, at)| cited_view(&page, p, at, quote, &versions)),
        stale: mark.is_some() && passage.is_none(),
        ..view(&page, &document, edition)
    };
    let opened = Opened { by, document, target, query, mark, cited, edition, passages };
    match opened.document.format.view() {
        View::Pages => reader_pages::show(page, view, &opened),
        View::Sheets => reader_sheet::show(page, view, &opened).await,
        View::Text => reader_text::show(page, view, &opened),
    }
}

/// A document that cannot be read yet, or could not be.
async fn waiting(by: &SignedIn, id: i64) -> Result<HttpResponse, Failure> {
    let library = &by.site.desk.library;
    let entry = library.document(&by.viewer, DocumentId(id)).await?.ok_or(Failure::NotFound)?;
    let mut page = by.page(Section::Documents, "title-documents");
    let now = match entry.state {
        VersionState::Queued => words::being_read(&library.documents(&by.viewer).await?),
        _ => None,
    };
    html(&WaitingPage {
        id: entry.id,
        state: words::state(&page, &entry),
        detail: words::progress(&page, &entry, now.as_deref()),
        failure: entry.failure.as_ref().map(|f| words::failure(&page, f)),
        held: entry.state == VersionState::Held,
        locked: words::is_locked(&entry),
        waits: matches!(entry.state, VersionState::Queued | VersionState::Ingesting),
        decides: by.viewer.role() >= Role::Editor,
        page: {
            page.title = entry.title;
            page
        },
    })
}

/// Pages named in the notes as read badly.
const DOUBTFUL_PAGES: usize = 20;

fn doubtful(page: &Page, document: &OpenDocument, edition: Edition) -> Vec<DoubtfulView> {
    let view = |p: &appliance_core::document::Page| DoubtfulView {
        href: links::page(document.entry.id, p.number, edition),
        number: p.number,
        reading: words::origin(page, p.reading),
    };
    quality::doubtful_pages(&document.pages).into_iter().take(DOUBTFUL_PAGES).map(view).collect()
}

fn view(page: &Page, document: &OpenDocument, edition: Edition) -> ReaderView {
    let entry = &document.entry;
    ReaderView {
        id: entry.id,
        title: entry.title.clone(),
        file_name: entry.file_name.clone(),
        collection: entry.collection_name.clone(),
        kind: format!("{} · {}", words::format(page, Some(document.format)), words::bytes(entry.bytes)),
        added: page.date(entry.added),
        warnings: entry.warnings.iter().take(50).map(|w| words::warning(page, w)).collect(),
        outline: Vec::new(),
        cited: None,
        stale: false,
        version: match edition {
            Edition::Kept(version) => Some(version),
            Edition::Answering | Edition::Held => None,
        },
        held: edition == Edition::Held,
        doubtful: doubtful(page, document, edition),
        versions: Vec::new(),
        days: DaysView::default(),
        alike: Vec::new(),
        encodings: encodings(page, document, edition),
    }
}

fn version_view(page: &Page, document: &OpenDocument, version: &VersionEntry) -> VersionView {
    let edition = if version.state == VersionState::Held { Edition::Held } else { Edition::Kept(version.id) };
    VersionView {
        href: format!("/documents/{}?{}", document.entry.id, links::edition(edition).unwrap_or_default()),
        name: compare::version_name(page, version),
        shown: version.id == document.version,
    }
}

fn days(page: &Page, document: &OpenDocument, versions: &[VersionEntry]) -> DaysView {
    let validity = document.days.and_then(|days| validity_view::validity(page, &days));
    let shown = versions.iter().find(|v| v.id == document.version);
    // What is held has a notice of its own.
    let decided = shown.is_none_or(|v| v.state != VersionState::Held);
    let now = compare::in_force(versions, page.today).filter(|v| decided && v.id != document.version);
    let id = document.entry.id;
    let edits = page.person.as_ref().is_some_and(crate::request::PersonView::edits);
    let written = |day: Option<Day>| day.map(|d| d.to_string()).unwrap_or_default();
    DaysView {
        facts: shown.map(|v| validity_view::facts(page, v)).unwrap_or_default(),
        set: shown.filter(|_| edits).map(|v| (v.id, written(v.set.from), written(v.set.until))),
        other: document.days.is_none_or(|days| !days.include(page.today)),
        current: now.map(|v| format!("/documents/{id}?{}", links::edition(Edition::Kept(v.id)).unwrap_or_default())),
        compare: now.map(|v| match v.days.and_then(|d| d.from) < document.days.and_then(|d| d.from) {
            true => format!("/documents/{id}/compare?old={}&new={}", v.id, document.version),
            false => format!("/documents/{id}/compare?old={}&new={}", document.version, v.id),
        }),
        validity,
    }
}

fn alike_view(page: &Page, alike: Alike) -> AlikeView {
    let likeness = words::likeness(page, alike.likeness);
    AlikeView { id: alike.other, title: alike.title, file_name: alike.file_name, collection: alike.collection_name, likeness }
}

fn encodings(page: &Page, document: &OpenDocument, edition: Edition) -> Vec<(&'static str, &'static str, bool)> {
    let edits = page.person.as_ref().is_some_and(crate::request::PersonView::edits);
    if !edits || edition == Edition::Held || !encodings::is_guessed(document.format) {
        return Vec::new();
    }
    let named = document.encoding.as_deref();
    encodings::OFFERED.iter().map(|(name, shown)| (*name, *shown, named == Some(*name))).collect()
}

fn cited_view(page: &Page, passage: &StoredPassage, at: &Locator, quote: Option<Span>, versions: &[VersionEntry]) -> CitedView {
    CitedView {
        headings: words::headings(&passage.title, &passage.passage.heading_path),
        place: words::place(page, &at.place),
        pieces: excerpt(&passage.passage.text, quote.as_slice()),
        recognised: words::recognised(page, passage.passage.recognised),
        compare: compare::of_article(versions, passage),
    }
}

/// The passage's place, narrowed to its quotation when that fits the passage.
fn narrowed(passage: &StoredPassage, quote: Option<Span>) -> Locator {
    let locator = &passage.passage.locator;
    match quote.filter(|q| !q.is_empty() && q.slice(&passage.passage.text).is_some()) {
        Some(quote) => locator.narrowed(Span::new(locator.span.start + quote.start, locator.span.start + quote.end)),
        None => locator.clone(),
    }
}

fn parse_quote(text: &str) -> Option<Span> {
    let (start, end) = text.split_once('-')?;
    Some(Span::new(start.parse().ok()?, end.parse().ok()?))
}

fn parse_range(text: &str) -> Option<CellRange> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    let (first, last) = (CellRef::parse(first)?, CellRef::parse(last)?);
    (first.row <= last.row && first.column <= last.column).then_some(CellRange { first, last })
}

impl Opened {
    /// The mark or the edition, as the end of an address that already has a query.
    pub fn rest_of_query(&self) -> String {
        let rest = self.mark.map(|m| m.query()).or_else(|| links::edition(self.edition));
        rest.map(|r| format!("&{r}")).unwrap_or_default()
    }

    /// The cited lines, when the document has pages.
    pub fn cited_lines(&self) -> &[appliance_core::locator::PageLine] {
        match self.cited.as_ref().map(|c| &c.place) {
            Some(Place::Pages { lines }) => lines,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_strictly() {
        assert_eq!(parse_range("B5:C7").map(|r| r.to_string()), Some("B5:C7".to_owned()));
        assert_eq!(parse_range("C12").map(|r| r.to_string()), Some("C12".to_owned()));
        assert_eq!(parse_range("C7:B5"), None);
        assert_eq!(parse_quote("3-9"), Some(Span::new(3, 9)));
        assert_eq!(parse_quote("3"), None);
    }
}
