//! Two versions of a document side by side (新旧対照), or a document beside one that is like it.

use crate::comparison_view::{Lines, MOST_LINES, TableLine, summary, table};
use crate::failure::Failure;
use crate::links;
use crate::page::{Page, Section, html};
use crate::paging::Part;
use crate::signed_in::SignedIn;
use crate::validity_view;
use crate::words;
use actix_web::{HttpResponse, web};
use appliance_core::comparison;
use appliance_core::id::{DocumentId, VersionId};
use appliance_core::locator::Span;
use appliance_core::passage::StoredPassage;
use appliance_core::ports::PortError;
use appliance_core::ports::catalog::{DocumentEntry, VersionState};
use appliance_core::ports::version::{VersionEntry, VersionText};
use appliance_core::reference;
use appliance_core::structure::{TextPart, text_parts};
use appliance_core::validity::{self, Day};
use appliance_core::viewer::Role;
use askama::Template;
use serde::Deserialize;

/// Lines of the table on one page.
const LINES: usize = 400;

/// A version in the lists to choose from.
pub struct Choice {
    id: VersionId,
    name: String,
    old: bool,
    new: bool,
}

/// A part of the texts that can be compared alone.
pub struct PartView {
    name: String,
    /// Its name with its caption, and whether it differs.
    label: String,
    chosen: bool,
}

/// One of the two sides.
pub struct SideView {
    document: DocumentId,
    title: String,
    name: String,
}

#[derive(Template)]
#[template(path = "compare.html")]
struct ComparePage {
    page: Page,
    id: DocumentId,
    collection: String,
    sides: Option<(SideView, SideView)>,
    choices: Vec<Choice>,
    /// The articles, tables and supplements of both texts; none where they are no regulations.
    parts: Vec<PartView>,
    with: Option<i64>,
    summary: String,
    cut: Option<String>,
    lines: Vec<TableLine>,
    whole: bool,
    /// The address of the other view: all lines, or the changed ones.
    toggle: String,
    previous: Option<String>,
    next: Option<String>,
}

/// What is put beside what.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    old: Option<i64>,
    new: Option<i64>,
    /// Another document, whose answering version is put on the older side.
    with: Option<i64>,
    /// Whether lines that did not change are shown too.
    all: Option<String>,
    /// The part that is compared alone; empty for the whole texts.
    article: String,
    from: usize,
}

/// `GET /documents/{id}/compare`
pub async fn page(by: SignedIn, id: web::Path<i64>, wanted: web::Query<Wanted>) -> Result<HttpResponse, Failure> {
    let library = &by.site.desk.library;
    let entry = library.document(&by.viewer, DocumentId(*id)).await?.ok_or(Failure::NotFound)?;
    let versions = readable(&by, entry.id).await?;
    let mut page = by.page(Section::Documents, "title-documents");
    page.title = page.with("title-compare", "title", entry.title.as_str());
    let Some((mut older, mut newer)) = sides(&by, &entry, &versions, &wanted).await? else {
        let nothing = page.t(if versions.is_empty() { "compare-nothing-read" } else { "compare-one-version" });
        return html(&ComparePage {
            choices: choices(&page, &versions, None),
            parts: Vec::new(),
            with: None,
            id: entry.id,
            collection: entry.collection_name,
            sides: None,
            summary: nothing,
            cut: None,
            lines: Vec::new(),
            whole: false,
            toggle: String::new(),
            previous: None,
            next: None,
            page,
        });
    };
    let (old, new) = (older.1.version.clone(), newer.1.version.clone());
    let parts = narrowed(&page, &mut older.1, &mut newer.1, &wanted.article).await?;
    let texts = (Lines::of(&older.1), Lines::of(&newer.1));
    let (texts, rows) = web::block(move || {
        let rows = comparison::compare(&texts.0.lines(), &texts.1.lines());
        (texts, rows)
    })
    .await
    .map_err(|e| PortError::caused("comparing was broken off", e))?;
    let alone = parts.iter().any(|p| p.chosen);
    // An article is read whole.
    let whole = wanted.all.is_some() || alone;
    let shown = table(&page, &rows, &texts, whole);
    let part = Part::new(wanted.from, LINES, shown.len());
    let link = |from: usize, whole: bool| wanted.link(entry.id, old.id, new.id, whole, from);
    html(&ComparePage {
        parts,
        with: wanted.with,
        choices: choices(&page, &versions, Some((old.id, new.id)).filter(|_| wanted.with.is_none())),
        summary: summary(&page, &rows),
        cut: (texts.0.cut || texts.1.cut).then(|| page.with("compare-cut", "lines", words::number(MOST_LINES as u64))),
        lines: part.of(shown).collect(),
        toggle: if alone { String::new() } else { link(0, !whole) },
        previous: part.previous(|from| link(from, whole)),
        next: part.next(|from| link(from, whole)),
        sides: Some((side(&page, &older), side(&page, &newer))),
        id: entry.id,
        collection: entry.collection_name,
        whole,
        page,
    })
}

/// The versions of a document that the viewer may read, newest first: held ones are for those who decide about them.
pub async fn readable(by: &SignedIn, id: DocumentId) -> Result<Vec<VersionEntry>, Failure> {
    let mut versions = by.site.desk.library.versions(&by.viewer, id).await?;
    if by.viewer.role() < Role::Editor {
        versions.retain(|v| v.state != VersionState::Held);
    }
    Ok(versions)
}

/// The version in force on a day: of several, the one that began last.
pub fn in_force(versions: &[VersionEntry], day: Day) -> Option<&VersionEntry> {
    let answering = versions.iter().filter(|v| v.days.is_some_and(|days| days.include(day)));
    answering.max_by_key(|v| (v.days.and_then(|d| d.from), v.id))
}

/// The address of the article or table that a passage stands in, beside its wording in the version before; beside the one after,
/// for a passage of the first. `None` where there is no other version, or the passage stands in no such part.
pub fn of_article(versions: &[VersionEntry], passage: &StoredPassage) -> Option<String> {
    let stored = &passage.passage;
    let standing = reference::standing(&passage.title, &stored.heading_path, &stored.text);
    let whole = |spelled: &&String| !spelled.contains(['項', '号', '章']) && !spelled.starts_with("附則");
    let part = standing.addresses.iter().find(whole)?;
    let mut order: Vec<&VersionEntry> = versions.iter().filter(|v| v.days.is_some() || v.id == passage.version).collect();
    order.sort_by_key(|v| (v.days.and_then(|d| d.from), v.id));
    let at = order.iter().position(|v| v.id == passage.version)?;
    let (old, new) = if at > 0 { (order[at - 1], order[at]) } else { (order[0], *order.get(1)?) };
    let article = links::encoded(part);
    Some(format!("/documents/{}/compare?old={}&new={}&article={article}", passage.document, old.id, new.id))
}

/// How a version is called in lists: by its days where they are known, by the day it was added, and by what it is now.
pub fn version_name(page: &Page, version: &VersionEntry) -> String {
    let state = match version.state {
        VersionState::Searchable => "version-answering",
        VersionState::Held => "version-held",
        _ => "version-past",
    };
    let known = version.days.and_then(|days| validity_view::validity(page, &days));
    let state = known.map_or_else(|| page.t(state), |v| format!("{} {}", v.mark, v.days));
    page.words("version-name", &[("added", page.date_time(version.added).into()), ("state", state.into())])
}

/// The two texts to compare, each with the document it is of; `None` when there are no two.
async fn sides(
    by: &SignedIn,
    entry: &DocumentEntry,
    versions: &[VersionEntry],
    wanted: &Wanted,
) -> Result<Option<((DocumentId, VersionText), (DocumentId, VersionText))>, Failure> {
    let known = |id: Option<i64>| match id {
        Some(id) => versions.iter().find(|v| v.id == VersionId(id)).map(|v| Some(v.id)).ok_or(Failure::NotFound),
        None => Ok(None),
    };
    let Some(new) = known(wanted.new)?.or_else(|| versions.first().map(|v| v.id)) else { return Ok(None) };
    let (document, old) = match wanted.with {
        Some(other) => {
            let other = DocumentId(other);
            let versions = readable(by, other).await?;
            let today = validity::today(by.site.desk.clock.as_ref());
            let answering = in_force(&versions, today).or_else(|| versions.iter().find(|v| v.state == VersionState::Searchable));
            (other, Some(answering.ok_or(Failure::NotFound)?.id))
        }
        None => (entry.id, known(wanted.old)?.or_else(|| versions.iter().map(|v| v.id).find(|v| *v < new))),
    };
    let Some(old) = old else { return Ok(None) };
    let library = &by.site.desk.library;
    let older = library.version_text(&by.viewer, document, old).await?.ok_or(Failure::NotFound)?;
    let newer = library.version_text(&by.viewer, entry.id, new).await?.ok_or(Failure::NotFound)?;
    Ok(Some(((document, older), (entry.id, newer))))
}

/// Cuts both texts down to one part, if one is wanted. Returns the parts to choose from: those of the newer text, then those
/// that only the older one has.
async fn narrowed(page: &Page, older: &mut VersionText, newer: &mut VersionText, wanted: &str) -> Result<Vec<PartView>, Failure> {
    let texts = (older.text.clone(), newer.text.clone());
    let (old, new) = web::block(move || (text_parts(&texts.0), text_parts(&texts.1)))
        .await
        .map_err(|e| PortError::caused("reading the parts was broken off", e))?;
    let said = |text: &VersionText, part: Option<&TextPart>| -> Option<String> {
        Some(part?.span.slice(&text.text)?.chars().filter(|c| !c.is_whitespace()).collect())
    };
    let find = |parts: &[TextPart], name: &str| parts.iter().find(|p| p.name == name).cloned();
    let mut names: Vec<&TextPart> = new.iter().collect();
    names.extend(old.iter().filter(|o| new.iter().all(|n| n.name != o.name)));
    let view = |part: &&TextPart| {
        let same = said(older, find(&old, &part.name).as_ref()) == said(newer, find(&new, &part.name).as_ref());
        let caption = if part.caption.is_empty() { String::new() } else { format!("({})", part.caption) };
        let differs = if same { String::new() } else { format!(" {}", page.t("compare-part-differs")) };
        PartView { label: format!("{}{caption}{differs}", part.name), chosen: part.name == wanted, name: part.name.clone() }
    };
    let views: Vec<PartView> = names.iter().map(view).collect();
    if views.iter().any(|v| v.chosen) {
        let (old, new) = (find(&old, wanted), find(&new, wanted));
        cut(older, old.map(|p| p.span));
        cut(newer, new.map(|p| p.span));
    }
    Ok(views)
}

/// Leaves of a text what lies in `span`; nothing where the text has no such part.
fn cut(text: &mut VersionText, span: Option<Span>) {
    let Some(span) = span else {
        (text.text, text.headings) = (String::new(), Vec::new());
        return;
    };
    let above = text.headings.iter().rposition(|(at, _)| *at <= span.start).unwrap_or(0);
    let within = text.headings.drain(..).skip(above).take_while(|(at, _)| *at < span.end);
    text.headings = within.map(|(at, path)| (at.saturating_sub(span.start), path)).collect();
    text.text = span.slice(&text.text).unwrap_or("").to_owned();
}

fn side(page: &Page, (document, text): &(DocumentId, VersionText)) -> SideView {
    SideView { document: *document, title: text.version.title.clone(), name: version_name(page, &text.version) }
}

fn choices(page: &Page, versions: &[VersionEntry], chosen: Option<(VersionId, VersionId)>) -> Vec<Choice> {
    let choice = |v: &VersionEntry| Choice {
        id: v.id,
        name: version_name(page, v),
        old: chosen.is_some_and(|(old, _)| old == v.id),
        new: chosen.map_or(versions.first().is_some_and(|f| f.id == v.id), |(_, new)| new == v.id),
    };
    versions.iter().map(choice).collect()
}

impl Wanted {
    fn link(&self, id: DocumentId, old: VersionId, new: VersionId, whole: bool, from: usize) -> String {
        let beside = self.with.map_or_else(|| format!("old={old}"), |with| format!("with={with}"));
        let all = if whole && self.article.is_empty() { "&all=1" } else { "" };
        let all = if self.article.is_empty() { all.to_owned() } else { format!("&article={}", links::encoded(&self.article)) };
        let from = if from > 0 { format!("&from={from}") } else { String::new() };
        format!("/documents/{id}/compare?{beside}&new={new}{all}{from}")
    }
}
