//! The regulations of the library: by the days on which something happened to them (施行日一覧), by kind (体系) and by sound
//! (五十音).

use crate::failure::Failure;
use crate::initials::{self, LINES};
use crate::links;
use crate::page::{Page, Section, html};
use crate::paging::Part;
use crate::readings::Readings;
use crate::signed_in::SignedIn;
use crate::validity_view::{self, ValidityView};
use actix_web::{HttpResponse, web};
use appliance_core::id::{CollectionId, DocumentId};
use appliance_core::ports::catalog::{CollectionEntry, DocumentEntry, Edition, VersionState};
use appliance_core::ports::version::VersionEntry;
use appliance_core::reference::naming;
use appliance_core::validity::{Day, Ending};
use appliance_core::viewer::Role;
use askama::Template;
use serde::Deserialize;

/// Rows of the table of days on one page, and regulations in one list.
const ROWS: usize = 100;
const LISTED: usize = 600;
/// The kinds of regulations in the order of their rank, by how their titles end; what ends otherwise comes last.
const KINDS: [(&str, &[&str]); 8] = [
    ("kind-law", &["法律", "法", "政令", "省令", "令"]),
    ("kind-ordinance", &["条例"]),
    ("kind-rule", &["規則", "細則"]),
    ("kind-directive", &["規程", "訓令"]),
    ("kind-guideline", &["要綱", "要領", "内規"]),
    ("kind-notice", &["告示"]),
    ("kind-charter", &["規約", "学則", "会則", "定款"]),
    ("kind-other", &[""]),
];

/// What is listed, and how.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    list: String,
    collection: String,
    q: String,
    event: String,
    from: String,
    until: String,
    start: usize,
}

/// Something that happened, or will happen, to a regulation.
struct EventView {
    day: Day,
    shown: String,
    /// Its name in the filter.
    kind: &'static str,
    words: String,
    title: String,
    href: String,
    collection: String,
    detail: String,
    /// Whether it lies ahead.
    coming: bool,
}

/// Regulations under one heading.
struct GroupView {
    anchor: String,
    heading: String,
    entries: Vec<EntryView>,
}

/// A regulation in a list.
struct EntryView {
    title: String,
    href: String,
    collection: String,
    validity: Option<ValidityView>,
    amended: String,
}

#[derive(Template)]
#[template(path = "regulations.html")]
struct RegulationsPage {
    page: Page,
    list: &'static str,
    tabs: Vec<(String, String, bool)>,
    collections: Vec<CollectionEntry>,
    wanted: Wanted,
    summary: String,
    events: Vec<EventView>,
    kinds: Vec<(&'static str, String, bool)>,
    groups: Vec<GroupView>,
    previous: Option<String>,
    next: Option<String>,
}

/// `GET /regulations?list=days|kinds|sounds`
pub async fn page(by: SignedIn, wanted: web::Query<Wanted>) -> Result<HttpResponse, Failure> {
    let wanted = wanted.into_inner();
    let library = &by.site.desk.library;
    let page = by.page(Section::Documents, "title-regulations");
    let regulations = chosen(&by, library.documents_with_versions(&by.viewer).await?, &wanted);
    let list = ["days", "kinds", "sounds"].into_iter().find(|l| *l == wanted.list).unwrap_or("kinds");
    let (mut events, groups) = match list {
        "days" => (events(&page, &regulations, &wanted), Vec::new()),
        "sounds" => (Vec::new(), by_sound(&page, &regulations, &by.site.settings.readings)),
        _ => (Vec::new(), by_kind(&page, &regulations, &by.site.settings.readings)),
    };
    let count = if list == "days" { events.len() } else { regulations.len() };
    // The other lists are shown whole.
    let part = (list == "days").then(|| Part::new(wanted.start, ROWS, count));
    if let Some(part) = part {
        events = part.of(events).collect();
    }
    let tab = |name: &str, words: String| (wanted.link(name, 0), words, name == list);
    html(&RegulationsPage {
        tabs: vec![tab("kinds", page.t("list-kinds")), tab("sounds", page.t("list-sounds")), tab("days", page.t("list-days"))],
        collections: library.collections(&by.viewer).await?,
        summary: page.with(if list == "days" { "list-events" } else { "list-count" }, "count", count),
        kinds: EVENTS.iter().map(|kind| (*kind, page.t(event_words(kind)), *kind == wanted.event)).collect(),
        previous: part.and_then(|p| p.previous(|start| wanted.link(list, start))),
        next: part.and_then(|p| p.next(|start| wanted.link(list, start))),
        list,
        events,
        groups,
        wanted,
        page,
    })
}

/// The regulations that the filter lets through, each with the versions that its reader may see.
fn chosen(by: &SignedIn, all: Vec<(DocumentEntry, Vec<VersionEntry>)>, wanted: &Wanted) -> Vec<(DocumentEntry, Vec<VersionEntry>)> {
    let collection = wanted.collection.parse().ok().map(CollectionId);
    let sought = appliance_core::folding::fold_tight(&wanted.q);
    let fits = |entry: &DocumentEntry| {
        entry.answers
            && naming::is_regulation(&naming::key(&entry.title))
            && collection.is_none_or(|c| c == entry.collection)
            && (sought.is_empty() || appliance_core::folding::fold_tight(&entry.title).contains(&sought))
    };
    let mut chosen: Vec<_> = all.into_iter().filter(|(entry, _)| fits(entry)).collect();
    if by.viewer.role() < Role::Editor {
        for (_, versions) in &mut chosen {
            versions.retain(|v| v.state != VersionState::Held);
        }
    }
    chosen
}

/// Names of events in the filter.
const EVENTS: [&str; 4] = ["promulgated", "in-force", "amended", "repealed"];

fn event_words(kind: &str) -> &'static str {
    match kind {
        "promulgated" => "event-promulgated",
        "in-force" => "event-in-force",
        "amended" => "event-amended",
        _ => "event-repealed",
    }
}

/// What happened to the regulations, the latest first.
fn events(page: &Page, regulations: &[(DocumentEntry, Vec<VersionEntry>)], wanted: &Wanted) -> Vec<EventView> {
    let (from, until): (Option<Day>, Option<Day>) = (wanted.from.parse().ok(), wanted.until.parse().ok());
    let mut events = Vec::new();
    for (entry, versions) in regulations {
        let mut seen: Vec<(Day, &'static str)> = Vec::new();
        // Of the oldest version first: what all versions say of a day is of the first that says it.
        for version in versions.iter().rev() {
            for (day, kind, detail) in events_of(page, version) {
                let outside = from.is_some_and(|f| day < f) || until.is_some_and(|u| day > u);
                let other = !wanted.event.is_empty() && wanted.event != kind;
                if seen.contains(&(day, kind)) || outside || other {
                    continue;
                }
                seen.push((day, kind));
                events.push(EventView {
                    day,
                    shown: page.day(day),
                    kind,
                    words: page.t(event_words(kind)),
                    title: entry.title.clone(),
                    href: version_href(entry.id, version, versions),
                    collection: entry.collection_name.clone(),
                    detail,
                    coming: day > page.today,
                });
            }
        }
    }
    events.sort_by(|a, b| b.day.cmp(&a.day).then_with(|| a.title.cmp(&b.title)).then(a.kind.cmp(b.kind)));
    events
}

fn events_of(page: &Page, version: &VersionEntry) -> Vec<(Day, &'static str, String)> {
    let said = &version.said;
    let mut events: Vec<(Day, &'static str, String)> = Vec::new();
    events.extend(said.promulgated.map(|day| (day, "promulgated", said.number.clone().unwrap_or_default())));
    events.extend(said.amended.iter().map(|day| (*day, "amended", String::new())));
    let days = version.days.unwrap_or_else(|| said.days());
    events.extend(days.from.map(|day| (day, "in-force", String::new())));
    events.extend(said.parts.iter().map(|part| (part.from, "in-force", part.address.to_string())));
    // A version that gives way to the next is not repealed.
    let ended = days.ending.is_some_and(|e| matches!(e, Ending::Repealed | Ending::Expired));
    events.extend(days.until.filter(|_| ended).map(|day| (day, "repealed", page.t("event-last-version"))));
    events
}

fn version_href(document: DocumentId, version: &VersionEntry, versions: &[VersionEntry]) -> String {
    if versions.len() < 2 || version.state == VersionState::Held {
        return format!("/documents/{document}");
    }
    format!("/documents/{document}?{}", links::edition(Edition::Kept(version.id)).unwrap_or_default())
}

fn by_kind(page: &Page, regulations: &[(DocumentEntry, Vec<VersionEntry>)], readings: &Readings) -> Vec<GroupView> {
    let kind = |title: &str| {
        let key = naming::key(title);
        KINDS.iter().position(|(_, ends)| ends.iter().any(|end| key.ends_with(end))).unwrap_or(KINDS.len() - 1)
    };
    grouped(page, regulations, readings, |entry| kind(&entry.title), KINDS.iter().map(|(key, _)| page.t(key)).collect())
}

fn by_sound(page: &Page, regulations: &[(DocumentEntry, Vec<VersionEntry>)], readings: &Readings) -> Vec<GroupView> {
    let town = initials::common_town(regulations.iter().map(|(e, _)| e.title.as_str()));
    let line = |entry: &DocumentEntry| initials::place(without_town(&entry.title, &town), readings).0;
    let headings = LINES.iter().map(|l| if *l == "他" { page.t("sound-other") } else { page.with("sound-line", "kana", *l) }).collect();
    grouped(page, regulations, readings, line, headings)
}

fn without_town<'t>(title: &'t str, town: &str) -> &'t str {
    let bare = title.trim_start_matches(['○', '◯', '●', '◎']);
    bare.strip_prefix(town).filter(|rest| !rest.is_empty()).unwrap_or(bare)
}

fn grouped(
    page: &Page,
    regulations: &[(DocumentEntry, Vec<VersionEntry>)],
    readings: &Readings,
    group: impl Fn(&DocumentEntry) -> usize,
    headings: Vec<String>,
) -> Vec<GroupView> {
    let town = initials::common_town(regulations.iter().map(|(e, _)| e.title.as_str()));
    let mut sorted: Vec<_> =
        regulations.iter().take(LISTED).map(|(e, v)| (group(e), initials::place(without_town(&e.title, &town), readings), e, v)).collect();
    sorted.sort_by(|a, b| (a.0, &a.1, a.2.id).cmp(&(b.0, &b.1, b.2.id)));
    let view = |(nth, heading): (usize, String)| GroupView {
        anchor: format!("group-{nth}"),
        heading,
        entries: sorted.iter().filter(|s| s.0 == nth).map(|(_, _, entry, versions)| entry_view(page, entry, versions)).collect(),
    };
    headings.into_iter().enumerate().map(view).filter(|g| !g.entries.is_empty()).collect()
}

fn entry_view(page: &Page, entry: &DocumentEntry, versions: &[VersionEntry]) -> EntryView {
    let last = versions.iter().flat_map(|v| v.said.amended.iter().copied().chain(v.said.promulgated)).max();
    EntryView {
        title: entry.title.clone(),
        href: format!("/documents/{}/articles", entry.id),
        collection: entry.collection_name.clone(),
        validity: validity_view::validity(page, &entry.days),
        amended: last.map(|day| page.with("list-last-changed", "day", page.day(day))).unwrap_or_default(),
    }
}

impl Wanted {
    fn link(&self, list: &str, start: usize) -> String {
        let mut query = format!("list={list}");
        let days = [("event", &self.event), ("from", &self.from), ("until", &self.until)];
        let kept =
            [("collection", &self.collection), ("q", &self.q)].into_iter().chain(if list == "days" { days.to_vec() } else { Vec::new() });
        for (name, value) in kept.filter(|(_, value)| !value.is_empty()) {
            query.push_str(&format!("&{name}={}", links::encoded(value)));
        }
        if start > 0 {
            query.push_str(&format!("&start={start}"));
        }
        format!("/regulations?{query}")
    }

    /// Whether the filter names that collection.
    pub fn collection_is(&self, id: &CollectionId) -> bool {
        self.collection == id.to_string()
    }
}
