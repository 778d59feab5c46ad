//! The reader: a document at one of its places, with what an answer cited there.

use super::reader_view::{self, BesideView, ReaderView, WaysView};
use super::{compare, reader_articles, reader_pages, reader_sheet, reader_text};
use crate::articles_view::reads_by_articles;
use crate::failure::Failure;
use crate::find_view::Found;
use crate::landing::{self, Landing, Target};
use crate::links::{self, Mark};
use crate::outline;
use crate::page::{Page, Section, html};
use crate::signed_in::SignedIn;
use crate::stable;
use crate::words;
use actix_web::{HttpResponse, web};
use appliance_core::document::{TextOrigin, View};
use appliance_core::id::{AnswerId, DocumentId, PassageId};
use appliance_core::locator::{Locator, PageLine, Place, Span};
use appliance_core::passage::StoredPassage;
use appliance_core::ports::PortError;
use appliance_core::ports::catalog::{Edition, OpenDocument, VersionState};
use appliance_core::quality::DOUBTFUL_PAGE;
use appliance_core::validity::Day;
use appliance_core::viewer::Role;
use askama::Template;
use serde::Deserialize;

/// What is marked, and how the view was moved.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReaderQuery {
    passage: Option<i64>,
    quote: Option<String>,
    /// The answer whose citation led here.
    answer: Option<i64>,
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
    /// What to look for within the document.
    pub find: String,
    /// Which of the places found is shown, from 1.
    pub hit: Option<usize>,
    /// The day whose version is shown.
    pub as_of: String,
    /// Where to begin article by article: `article/9-2`.
    pub at: String,
    /// The line to begin at, where it has no address.
    pub block: Option<usize>,
    /// How large pages are shown, in percent; nothing for as wide as the window.
    pub zoom: Option<u32>,
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
    /// The cited place, narrowed to its quotation, or the place that the address names.
    pub cited: Option<Locator>,
    /// The lines that the cited passage stands on, before they were narrowed.
    pub whole: Vec<PageLine>,
    /// What was found within the document.
    pub found: Option<Found>,
    /// Which version is read.
    pub edition: Edition,
    /// Its passages, unless there are too many and none is needed.
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

/// `GET /documents/{id}/at/page/{n}/{x},{y},{width},{height}`
pub async fn at_rect(by: SignedIn, path: web::Path<(i64, u32, String)>, query: web::Query<ReaderQuery>) -> Result<HttpResponse, Failure> {
    let rect = stable::parse_rect(&path.2).ok_or(Failure::NotFound)?;
    open(by, path.0, Target::Rect(path.1, rect), query.into_inner()).await
}

/// `GET /documents/{id}/at/cell/{sheet}/{range}`
pub async fn at_cell(by: SignedIn, path: web::Path<(i64, u32, String)>, query: web::Query<ReaderQuery>) -> Result<HttpResponse, Failure> {
    let range = stable::parse_range(&path.2).ok_or(Failure::NotFound)?;
    open(by, path.0, Target::Cells(path.1, range), query.into_inner()).await
}

/// `GET /documents/{id}/at/sheet/{name}!{range}`
pub async fn at_sheet(by: SignedIn, path: web::Path<(i64, String)>, query: web::Query<ReaderQuery>) -> Result<HttpResponse, Failure> {
    let (name, range) = stable::parse_sheet(&path.1).ok_or(Failure::NotFound)?;
    open(by, path.0, Target::NamedCells(name, range), query.into_inner()).await
}

/// `GET /documents/{id}/at/line/{n}`
pub async fn at_line(by: SignedIn, path: web::Path<(i64, u32)>, query: web::Query<ReaderQuery>) -> Result<HttpResponse, Failure> {
    open(by, path.0, Target::Line(path.1), query.into_inner()).await
}

/// `GET /documents/{id}/at/article/{address}`
pub async fn at_article(by: SignedIn, path: web::Path<(i64, String)>, query: web::Query<ReaderQuery>) -> Result<HttpResponse, Failure> {
    let address = stable::parse_article(&path.1).ok_or(Failure::NotFound)?;
    open(by, path.0, Target::Regulation(address, None), query.into_inner()).await
}

/// `GET /documents/{id}/at/schedule/{number}`
pub async fn at_schedule(by: SignedIn, path: web::Path<(i64, String)>, query: web::Query<ReaderQuery>) -> Result<HttpResponse, Failure> {
    let address = stable::parse_schedule(&path.1).ok_or(Failure::NotFound)?;
    open(by, path.0, Target::Regulation(address, None), query.into_inner()).await
}

/// `GET /documents/{id}/at/supplement/{number}`
pub async fn at_supplement(by: SignedIn, path: web::Path<(i64, usize)>, query: web::Query<ReaderQuery>) -> Result<HttpResponse, Failure> {
    let address = appliance_core::reference::Address { supplement: true, ..Default::default() };
    open(by, path.0, Target::Regulation(address, Some(path.1)), query.into_inner()).await
}

/// `GET /documents/{id}/at/supplement/{number}/{address}`
pub async fn in_supplement(
    by: SignedIn,
    path: web::Path<(i64, usize, String)>,
    query: web::Query<ReaderQuery>,
) -> Result<HttpResponse, Failure> {
    let address = stable::parse_article(&path.2).ok_or(Failure::NotFound)?;
    let address = appliance_core::reference::Address { supplement: true, ..address };
    open(by, path.0, Target::Regulation(address, Some(path.1)), query.into_inner()).await
}

/// `GET /documents/{id}/at/heading/{path}`: the headings, each a segment of the path as it was sent, so that one may hold a
/// slash.
pub async fn at_heading(
    req: actix_web::HttpRequest,
    by: SignedIn,
    path: web::Path<(i64, String)>,
    query: web::Query<ReaderQuery>,
) -> Result<HttpResponse, Failure> {
    let sent = req.uri().path().split_once("/at/heading/").map_or("", |(_, rest)| rest);
    let headings: Option<Vec<String>> = sent.split('/').filter(|s| !s.is_empty()).map(links::decoded).collect();
    let headings = headings.filter(|h| !h.is_empty()).ok_or(Failure::NotFound)?;
    open(by, path.0, Target::Heading(headings), query.into_inner()).await
}

/// `GET /documents/{id}/articles?at=article/9-2`
pub async fn by_articles(by: SignedIn, id: web::Path<i64>, query: web::Query<ReaderQuery>) -> Result<HttpResponse, Failure> {
    open(by, *id, Target::Articles, query.into_inner()).await
}

async fn open(by: SignedIn, id: i64, target: Target, query: ReaderQuery) -> Result<HttpResponse, Failure> {
    let library = std::sync::Arc::clone(&by.site.desk.library);
    let passage = match query.passage {
        Some(passage) => library.passage(&by.viewer, PassageId(passage)).await?.filter(|p| p.document == DocumentId(id)),
        None => None,
    };
    let versions = compare::readable(&by, DocumentId(id)).await?;
    let asked: Option<Day> = query.as_of.parse().ok();
    let in_force = asked.filter(|_| query.version.is_none() && query.edition.is_empty()).and_then(|day| compare::in_force(&versions, day));
    // What is cited is shown in the version that it is cited from.
    let edition = match (&passage, in_force) {
        (Some(passage), _) => Edition::Kept(passage.version),
        (None, Some(version)) => Edition::Kept(version.id),
        (None, None) => by.edition(&query.edition, query.version)?,
    };
    let Some(document) = library.open_document(&by.viewer, DocumentId(id), edition).await? else {
        return if matches!(edition, Edition::Kept(_)) { Err(Failure::NotFound) } else { waiting(&by, id).await };
    };
    let version = passage.as_ref().map(|p| p.version);
    let mark = query.passage.map(|p| Mark { passage: PassageId(p), quote: query.quote.as_deref().and_then(parse_quote), version });
    let passages = passages(&by, &document, edition, &target, &query).await?;
    let mut page = by.page(Section::Documents, "title-documents");
    page.title.clone_from(&document.entry.title);
    let quote = mark.and_then(|m| m.quote);
    let cited = passage.as_ref().map(|p| narrowed(p, quote));
    let alike = library.alike(&by.viewer, &[document.entry.id]).await?;
    let (document, passages, found, target, landing) = aside(document, passages, target, &query).await?;
    let days = reader_view::days(&page, &document, &versions);
    let landing_at = landing.address.as_deref().and_then(|a| a.split_once("/at/")).map(|(_, at)| at.to_owned()).unwrap_or_default();
    let view = ReaderView {
        versions: match versions.len() {
            0 | 1 => Vec::new(),
            _ => versions.iter().map(|v| reader_view::version_view(&page, &document, v)).collect(),
        },
        alike: alike.into_iter().map(|a| reader_view::alike_view(&page, a)).collect(),
        outline: outline_of(&by, &document, edition, &passages, cited.as_ref().or(landing.place.as_ref())).await?,
        cited: passage.as_ref().zip(cited.as_ref()).map(|(p, at)| reader_view::cited_view(&page, p, at, quote, &versions)),
        beside: beside(&by, &page, &query, mark.as_ref()).await?,
        stale: mark.is_some() && passage.is_none(),
        find: found.as_ref().map(|f| f.view(&page, &document, edition)).unwrap_or_default(),
        here: here(&document, &landing, cited.as_ref(), days.current.is_some()),
        landed: if landing.missing { String::new() } else { landing.name.clone() },
        missing: landing.missing.then_some(landing.name),
        days,
        day: reader_view::day(&page, &document, &versions, asked),
        ways: reads_by_articles(&document).then(|| ways(&document, edition, &landing_at, target == Target::Articles)),
        ..reader_view::view(&page, &document, edition)
    };
    let whole = passage.as_ref().map(|p| lines_of(&p.passage.locator)).unwrap_or_default();
    let cited = cited.or(landing.place);
    let opened = Opened { by, document, target, query, mark, cited, whole, found, edition, passages };
    if opened.target == Target::Articles {
        return reader_articles::show(page, view, &opened, &versions).await;
    }
    match opened.document.format.view() {
        View::Pages => reader_pages::show(page, view, &opened).await,
        View::Sheets => reader_sheet::show(page, view, &opened).await,
        View::Text => reader_text::show(page, view, &opened),
    }
}

/// The passages, where something needs them: the outline of a document that is not too long, a place that is found by its
/// name, words to look for, a page whose words were recognised.
async fn passages(
    by: &SignedIn,
    document: &OpenDocument,
    edition: Edition,
    target: &Target,
    query: &ReaderQuery,
) -> Result<Vec<StoredPassage>, Failure> {
    // The tabs of a workbook are its outline.
    let outlined = document.format.view() != View::Sheets && document.entry.passages <= outline::MOST_PASSAGES;
    let doubtful = document.pages.iter().any(|p| p.reading.origin != TextOrigin::Written || p.reading.score < DOUBTFUL_PAGE);
    if !(outlined || doubtful || target.needs_passages() || !query.find.trim().is_empty()) {
        return Ok(Vec::new());
    }
    Ok(by.site.desk.library.passages_of(&by.viewer, document.entry.id, edition).await?)
}

/// What takes a processor for a moment in a long document: looking for words, and for a place by its name.
async fn aside(
    document: OpenDocument,
    passages: Vec<StoredPassage>,
    target: Target,
    query: &ReaderQuery,
) -> Result<(OpenDocument, Vec<StoredPassage>, Option<Found>, Target, Landing), Failure> {
    let (sought, hit) = (query.find.trim().chars().take(MOST_SOUGHT).collect::<String>(), query.hit);
    let done = web::block(move || {
        let found = (!sought.is_empty()).then(|| Found::of(&document, &passages, &sought, hit));
        let (target, landing) = landing::land(&document, &passages, target);
        (document, passages, found, target, landing)
    });
    Ok(done.await.map_err(|e| PortError::caused("looking for a place was broken off", e))?)
}

/// Characters of a text to look for.
const MOST_SOUGHT: usize = 200;

async fn outline_of(
    by: &SignedIn,
    document: &OpenDocument,
    edition: Edition,
    passages: &[StoredPassage],
    at: Option<&Locator>,
) -> Result<Vec<outline::Heading>, Failure> {
    let at = at.map(|l| l.span.start);
    if document.format.view() == View::Sheets {
        return Ok(Vec::new());
    }
    if document.entry.passages <= outline::MOST_PASSAGES {
        return Ok(outline::outline(passages, edition, at));
    }
    let text = by.site.desk.library.version_text(&by.viewer, document.entry.id, document.version).await?;
    Ok(text.map(|t| outline::of_headings(document.entry.id, &t.headings, edition, at)).unwrap_or_default())
}

/// The way through the citations of the answer that led here.
async fn beside(by: &SignedIn, page: &Page, query: &ReaderQuery, mark: Option<&Mark>) -> Result<BesideView, Failure> {
    let (Some(answer), Some(mark)) = (query.answer.map(AnswerId), mark) else { return Ok(BesideView::default()) };
    let Some(kept) = by.site.desk.archive.answer(&by.viewer, answer).await? else { return Ok(BesideView::default()) };
    let mut ways: Vec<(Mark, String)> = Vec::new();
    for citation in kept.answer.sentences.iter().flat_map(|s| &s.citations) {
        let (Some(source), Some(locator)) = (kept.answer.source(citation.source), kept.answer.place(*citation)) else { continue };
        let mark = Mark { passage: source.passage.id, quote: citation.quote, version: Some(source.passage.version) };
        if !ways.iter().any(|(m, _)| *m == mark) {
            let href = links::of_answer(&links::place(source.passage.document, &locator.place, Some(mark)), answer);
            ways.push((mark, href));
        }
    }
    let same = |(m, _): &(Mark, String)| m.passage == mark.passage && m.quote == mark.quote;
    let at = ways.iter().position(same);
    Ok(BesideView {
        answer: Some(format!("/answers/{answer}")),
        position: at
            .map(|at| page.words("citation-position", &[("number", (at + 1).into()), ("count", ways.len().into())]))
            .unwrap_or_default(),
        previous: at.and_then(|at| at.checked_sub(1)).and_then(|at| ways.get(at)).map(|w| w.1.clone()),
        next: at.and_then(|at| ways.get(at + 1)).map(|w| w.1.clone()),
    })
}

/// The two views of a regulation, each at the place that is shown.
fn ways(document: &OpenDocument, edition: Edition, at: &str, by_articles: bool) -> WaysView {
    let (id, edition) = (document.entry.id, links::edition(edition).unwrap_or_default());
    let joined = |parts: [&str; 2]| parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join("&");
    let question = |query: String| if query.is_empty() { query } else { format!("?{query}") };
    let place = if at.is_empty() { String::new() } else { format!("at={}", links::encoded(at)) };
    let beside = if at.is_empty() { String::new() } else { format!("/at/{at}") };
    WaysView {
        original: format!("/documents/{id}{beside}{}", question(edition.clone())),
        articles: format!("/documents/{id}/articles{}", question(joined([&place, &edition]))),
        by_articles,
    }
}

/// The stable address of what is shown: of the place that was asked for, else of what is cited, else of the document. It
/// names the version only where that is not the one in force.
fn here(document: &OpenDocument, landing: &Landing, cited: Option<&Locator>, former: bool) -> String {
    let id = document.entry.id;
    let place = landing.address.clone().filter(|_| !landing.missing).or_else(|| cited.map(|c| stable::place(id, &c.place)));
    let version = if former { format!("?version={}", document.version) } else { String::new() };
    format!("{}{version}", place.unwrap_or_else(|| format!("/documents/{id}")))
}

/// The lines of a place on pages; none of any other.
pub fn lines_of(locator: &Locator) -> Vec<PageLine> {
    match &locator.place {
        Place::Pages { lines } => lines.clone(),
        Place::Cells { .. } | Place::Text { .. } => Vec::new(),
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

impl Opened {
    /// The mark or the edition, as the end of an address that already has a query.
    pub fn rest_of_query(&self) -> String {
        let rest = self.mark.map(|m| m.query()).or_else(|| links::edition(self.edition));
        rest.map(|r| format!("&{r}")).unwrap_or_default()
    }

    /// The place that is cited; no lines where nothing is.
    pub fn cited_place(&self) -> Place {
        self.cited.as_ref().map_or(Place::Pages { lines: Vec::new() }, |c| c.place.clone())
    }

    /// The places found, as the end of an address that already has a query.
    pub fn rest_of_search(&self) -> String {
        self.found.as_ref().map(|f| format!("&find={}&hit={}", links::encoded(&f.sought), f.current + 1)).unwrap_or_default()
    }

    /// The cited lines, when the document has pages.
    pub fn cited_lines(&self) -> &[PageLine] {
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
        assert_eq!(parse_quote("3-9"), Some(Span::new(3, 9)));
        assert_eq!(parse_quote("3"), None);
    }
}
