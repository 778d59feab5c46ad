//! What stands around every document in the reader: its names and days, its outline, and the notes beside it.

use super::compare;
use crate::encodings;
use crate::find_view::FindView;
use crate::links;
use crate::outline::Heading;
use crate::page::Page;
use crate::place_view::{Piece, excerpt};
use crate::validity_view::{self, Fact, ValidityView};
use crate::words;
use appliance_core::id::{DocumentId, VersionId};
use appliance_core::locator::{Locator, Span};
use appliance_core::passage::StoredPassage;
use appliance_core::ports::catalog::{Edition, OpenDocument, VersionState};
use appliance_core::ports::version::{Alike, VersionEntry};
use appliance_core::quality;
use appliance_core::validity::Day;

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
    /// The citations before and after it in the answer that led here.
    pub beside: BesideView,
    /// The place that the address names, when it is not a citation.
    pub landed: String,
    /// A place that the address names and the document does not have.
    pub missing: Option<String>,
    /// The stable address of what is shown.
    pub here: String,
    /// What was looked for within the document.
    pub find: FindView,
    /// Its two views, where it is a regulation: as it was filed, and article by article.
    pub ways: Option<WaysView>,
    /// On which day its version is in force that is shown, and what else there is to say of its days.
    pub day: DayView,
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

/// The views of a regulation.
pub struct WaysView {
    /// As it was filed.
    pub original: String,
    /// Article by article.
    pub articles: String,
    /// Whether it is read article by article.
    pub by_articles: bool,
}

/// As of which day a document is shown.
#[derive(Default)]
pub struct DayView {
    /// The day that was asked for, for the field; empty for today.
    pub asked: String,
    /// The day in words.
    pub words: String,
    /// That no version is in force on it.
    pub none: bool,
    /// That another wording comes into force later: from when, and its address.
    pub coming: Option<(String, String)>,
}

/// The way through an answer's citations.
#[derive(Default)]
pub struct BesideView {
    /// The answer.
    pub answer: Option<String>,
    /// Which of its citations is shown, in words.
    pub position: String,
    /// The citation before.
    pub previous: Option<String>,
    /// The citation after.
    pub next: Option<String>,
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

/// What stands around a document, without what depends on the place.
pub fn view(page: &Page, document: &OpenDocument, edition: Edition) -> ReaderView {
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
        beside: BesideView::default(),
        landed: String::new(),
        missing: None,
        here: format!("/documents/{}", entry.id),
        find: FindView::default(),
        ways: None,
        day: DayView::default(),
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

/// A version in the list.
pub fn version_view(page: &Page, document: &OpenDocument, version: &VersionEntry) -> VersionView {
    let edition = if version.state == VersionState::Held { Edition::Held } else { Edition::Kept(version.id) };
    VersionView {
        href: format!("/documents/{}?{}", document.entry.id, links::edition(edition).unwrap_or_default()),
        name: compare::version_name(page, version),
        shown: version.id == document.version,
    }
}

/// As of which day the document is shown; `asked` is the day of the address.
pub fn day(page: &Page, document: &OpenDocument, versions: &[VersionEntry], asked: Option<Day>) -> DayView {
    let day = asked.unwrap_or(page.today);
    let from = |v: &VersionEntry| v.days.and_then(|d| d.from);
    let coming = versions.iter().filter(|v| v.state != VersionState::Held && from(v) > Some(day) && v.id != document.version);
    let coming = coming.min_by_key(|v| from(v)).and_then(|v| Some((from(v)?, v.id)));
    DayView {
        asked: asked.map(|d| d.to_string()).unwrap_or_default(),
        words: page.with(if asked.is_some() { "day-chosen" } else { "day-today" }, "day", page.day(day)),
        none: asked.is_some() && document.days.is_none_or(|days| !days.include(day)),
        coming: coming.map(|(from, version)| {
            let address = format!("/documents/{}/compare?old={}&new={version}", document.entry.id, document.version);
            (page.with("day-coming", "day", page.day(from)), address)
        }),
    }
}

/// When the version shown is in force.
pub fn days(page: &Page, document: &OpenDocument, versions: &[VersionEntry]) -> DaysView {
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

/// A document in the list of those that say about the same.
pub fn alike_view(page: &Page, alike: Alike) -> AlikeView {
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

/// The cited passage.
pub fn cited_view(page: &Page, passage: &StoredPassage, at: &Locator, quote: Option<Span>, versions: &[VersionEntry]) -> CitedView {
    CitedView {
        headings: words::headings(&passage.title, &passage.passage.heading_path),
        place: words::place(page, &at.place),
        pieces: excerpt(&passage.passage.text, quote.as_slice()),
        recognised: words::recognised(page, passage.passage.recognised),
        compare: compare::of_article(versions, passage),
    }
}
