//! The reader for paged documents: the rendered page with the cited rectangles over it.

use super::reader::{Opened, lines_of};
use super::reader_view::ReaderView;
use crate::failure::Failure;
use crate::find_view::Found;
use crate::landing::Target;
use crate::links;
use crate::page::{Page, html};
use crate::place_view::bounding;
use crate::places::{recognised_words, true_boxes};
use crate::signed_in::SignedIn;
use crate::stable;
use crate::text_layer::{TextLayer, text_layer};
use crate::words;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, web};
use appliance_core::document::{Page as DocumentPage, PageReading, TextOrigin};
use appliance_core::id::DocumentId;
use appliance_core::locator::{PageLine, Place, Rect};
use appliance_core::page_words::PageWords;
use appliance_core::ports::catalog::Edition;
use appliance_core::quality::DOUBTFUL_PAGE;
use askama::Template;
use serde::Deserialize;
use std::sync::Arc;

/// Pages that one view holds; further ones follow as they come into view, or behind a link.
const WINDOW: usize = 8;
/// CSS pixels a point at 100 %.
const CSS_PIXELS: f32 = 96.0 / 72.0;
/// Words over the first page; a page that holds more has its text laid over by a script alone.
const MOST_WORDS: usize = 900;
/// The steps of the zoom, in percent.
const ZOOMS: [u32; 8] = [50, 75, 100, 125, 150, 200, 250, 300];

/// A page.
struct PageView {
    number: u32,
    label: Option<String>,
    picture: String,
    width: u32,
    height: u32,
    view_box: String,
    rects: Vec<Rect>,
    alt: String,
    first: bool,
    /// How it was read, unless without doubt: good, warn or bad, and in words.
    reading: Option<(&'static str, String)>,
    /// What was read of it, where that is in doubt.
    text: Option<String>,
    /// Where its links lead.
    links: Vec<String>,
    /// The places found on it, and whether each is the one that is shown.
    hits: Vec<(Rect, bool)>,
    /// The address of its text.
    words: String,
    /// Its text, on the first page.
    layer: Option<TextLayer>,
}

/// A size in the list of sizes.
struct ZoomView {
    href: String,
    label: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "reader_pages.html")]
struct PagesPage {
    page: Page,
    reader: ReaderView,
    pages: Vec<PageView>,
    number: u32,
    count: usize,
    position: String,
    previous: Option<String>,
    next: Option<String>,
    /// The first page after those shown.
    further: Option<String>,
    /// In percent; nothing for as wide as the window.
    zoom: Option<u32>,
    zooms: Vec<ZoomView>,
    smaller: Option<String>,
    larger: Option<String>,
}

/// The document at one page.
pub async fn show(page: Page, mut reader: ReaderView, opened: &Opened) -> Result<HttpResponse, Failure> {
    let pages = &opened.document.pages;
    let number = wanted(opened)?;
    let zoom = opened.query.zoom.map(nearest_zoom);
    let first = pages.iter().position(|p| p.number == number).unwrap_or(0);
    let words = words_of(opened, &pages[first]).await;
    let view = |p: &DocumentPage| page_view(&page, opened, p, (p.number == number).then_some(words.as_deref()).flatten(), zoom);
    let views: Vec<PageView> = pages.iter().skip(first).take(WINDOW).map(|p| PageView { first: p.number == number, ..view(p) }).collect();
    if let (Some(_), Some(around)) = (opened.mark, views.first().and_then(|v| bounding(&v.rects))) {
        reader.here = reader.here.replace(&stable::place(reader.id, &opened.cited_place()), &stable::rect(reader.id, number, around));
    }
    let zoomed = |zoom: Option<u32>| at(reader.id, number, opened, zoom);
    let link = |n: u32| pages.iter().any(|p| p.number == n).then(|| at(reader.id, n, opened, zoom));
    let after = pages.get(first + views.len()).map(|p| p.number);
    let now = zoom.unwrap_or(100);
    html(&PagesPage {
        position: page.words("reader-position", &[("page", number.into()), ("count", pages.len().into())]),
        previous: number.checked_sub(1).and_then(link),
        next: link(number + 1),
        further: after.and_then(link),
        count: pages.len(),
        number,
        pages: views,
        smaller: ZOOMS.iter().rev().find(|z| **z < now).map(|z| zoomed(Some(*z))),
        larger: ZOOMS.iter().find(|z| **z > now).map(|z| zoomed(Some(*z))),
        zooms: std::iter::once(None)
            .chain(ZOOMS.map(Some))
            .map(|z| ZoomView { href: zoomed(z), label: z.map_or_else(|| page.t("zoom-fit"), |z| format!("{z} %")), current: z == zoom })
            .collect(),
        zoom,
        reader,
        page,
    })
}

/// A page in the reader, with the size and what was looked for kept.
fn at(document: DocumentId, page: u32, opened: &Opened, zoom: Option<u32>) -> String {
    let address = links::page(document, page, opened.edition);
    let zoom = zoom.map(|z| format!("&zoom={z}")).unwrap_or_default();
    let more = format!("{}{zoom}", opened.rest_of_search());
    match more.strip_prefix('&') {
        Some(more) if !address.contains('?') => format!("{address}?{more}"),
        _ => format!("{address}{more}"),
    }
}

fn nearest_zoom(wanted: u32) -> u32 {
    ZOOMS.into_iter().min_by_key(|z| z.abs_diff(wanted)).unwrap_or(100)
}

/// The words of a page, from its file or from what was recognised on it; none where they cannot be read: the page can be
/// looked at all the same.
async fn words_of(opened: &Opened, page: &DocumentPage) -> Option<Arc<PageWords>> {
    let document = &opened.document;
    if let TextOrigin::Recognised { .. } = page.reading.origin {
        return Some(Arc::new(recognised_words(&document.text, &opened.passages, page.number)));
    }
    let read = opened.by.site.renderer.words(&document.hash, document.file.clone(), page.number).await;
    read.inspect_err(|error| tracing::warn!(document.id = document.entry.id.0, page.number, ?error, "no words of a page")).ok().flatten()
}

/// `GET /documents/{id}/pages/{page}/words`: the text over a page, for pages that came into view.
pub async fn words(by: SignedIn, path: web::Path<(i64, u32)>, wanted: web::Query<Wanted>) -> Result<HttpResponse, Failure> {
    let (id, number) = path.into_inner();
    let edition = by.edition(&wanted.edition, wanted.version)?;
    let library = &by.site.desk.library;
    let document = library.open_document(&by.viewer, DocumentId(id), edition).await?.ok_or(Failure::NotFound)?;
    let page = document.pages.iter().find(|p| p.number == number).ok_or(Failure::NotFound)?;
    let words = match page.reading.origin {
        TextOrigin::Recognised { .. } => {
            let passages = library.passages_of(&by.viewer, document.entry.id, edition).await?;
            Arc::new(recognised_words(&document.text, &passages, number))
        }
        _ => by.site.renderer.words(&document.hash, document.file.clone(), number).await?.ok_or(Failure::NotFound)?,
    };
    let layer = text_layer(page.width, page.height, &words);
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .body(WordsFragment { layer }.render()?))
}

/// Which version of a page is meant.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    edition: String,
    version: Option<i64>,
}

#[derive(Template)]
#[template(path = "text_layer.html")]
struct WordsFragment {
    layer: TextLayer,
}

/// The page to show: of the address, of the jump box (a number or a printed label), of the citation, else the first.
fn wanted(opened: &Opened) -> Result<u32, Failure> {
    let pages = &opened.document.pages;
    let found = || opened.found.as_ref().and_then(Found::shown).and_then(|hit| hit.place.page());
    let first = || opened.cited_lines().first().map(|l| l.page).or_else(found).unwrap_or(1);
    let number = match opened.target {
        Target::Page(number) | Target::Rect(number, _) => number,
        Target::Start => match opened.query.page.as_deref().map(str::trim).filter(|p| !p.is_empty()) {
            Some(typed) => {
                let labelled = pages.iter().find(|p| p.label.as_deref() == Some(typed)).map(|p| p.number);
                labelled.or_else(|| appliance_core::folding::fold(typed).parse().ok()).ok_or(Failure::NotFound)?
            }
            None => first(),
        },
        _ => return Err(Failure::NotFound),
    };
    if pages.iter().any(|p| p.number == number) { Ok(number) } else { Err(Failure::NotFound) }
}

fn page_view(bones: &Page, opened: &Opened, page: &DocumentPage, words: Option<&PageWords>, zoom: Option<u32>) -> PageView {
    let pixels = CSS_PIXELS * zoom.unwrap_or(100) as f32 / 100.0;
    let id = opened.document.entry.id;
    PageView {
        number: page.number,
        label: page.label.clone(),
        picture: links::picture(id, page.number, opened.edition),
        width: (page.width * pixels).round() as u32,
        height: (page.height * pixels).round() as u32,
        view_box: format!("0 0 {} {}", page.width, page.height),
        rects: rects(opened, page.number, words),
        alt: bones.with("page-picture", "page", page.number),
        first: false,
        reading: reading(bones, page.reading),
        text: text(opened, page),
        links: page.links.iter().map(|l| l.address.clone()).collect(),
        hits: hits(opened, page.number, words),
        words: links::words(id, page.number, opened.edition),
        layer: words
            .filter(|w| w.lines.iter().map(|l| l.words.len()).sum::<usize>() <= MOST_WORDS)
            .map(|w| text_layer(page.width, page.height, w)),
    }
}

/// What is marked on a page: the cited words at their true boxes, or the rectangle of the address.
fn rects(opened: &Opened, page: u32, words: Option<&PageWords>) -> Vec<Rect> {
    if let Target::Rect(on, rect) = opened.target {
        return if on == page { vec![rect] } else { Vec::new() };
    }
    let cited: Vec<PageLine> = opened.cited_lines().iter().filter(|l| l.page == page).copied().collect();
    true_boxes(&opened.document.text, &opened.whole, &cited, words)
}

/// The places found on a page.
fn hits(opened: &Opened, page: u32, words: Option<&PageWords>) -> Vec<(Rect, bool)> {
    let Some(found) = &opened.found else { return Vec::new() };
    let whole: Vec<PageLine> = opened.passages.iter().flat_map(|s| lines_of(&s.passage.locator)).filter(|l| l.page == page).collect();
    let mut hits = Vec::new();
    for (nth, hit) in found.hits.iter().enumerate() {
        let lines: Vec<PageLine> = lines_of(hit).into_iter().filter(|l| l.page == page).collect();
        let boxes = true_boxes(&opened.document.text, &whole, &lines, words);
        hits.extend(boxes.into_iter().map(|rect| (rect, nth == found.current)));
    }
    hits
}

fn reading(page: &Page, reading: PageReading) -> Option<(&'static str, String)> {
    match reading.origin {
        TextOrigin::Unread => Some(("bad", page.t("page-unread"))),
        TextOrigin::Recognised { confidence } => Some(("warn", page.with("page-recognised", "percent", words::percent(confidence)))),
        TextOrigin::Written if reading.score < DOUBTFUL_PAGE => Some(("warn", page.t("page-doubtful"))),
        TextOrigin::Written | TextOrigin::Blank => None,
    }
}

/// What was read of a page, line by line, where a person should compare it with the page.
fn text(opened: &Opened, page: &DocumentPage) -> Option<String> {
    const MOST_CHARS: usize = 4_000;
    let sound = page.reading.origin == TextOrigin::Written && page.reading.score >= DOUBTFUL_PAGE;
    if sound && opened.edition != Edition::Held {
        return None;
    }
    let lines = opened.passages.iter().filter_map(|stored| match &stored.passage.locator.place {
        Place::Pages { lines } => Some(lines),
        _ => None,
    });
    let on_page = lines.flatten().filter(|line| line.page == page.number);
    let read: Vec<&str> = on_page.filter_map(|line| line.span.slice(&opened.document.text)).collect();
    let read: String = read.join("\n").chars().take(MOST_CHARS).collect();
    (!read.is_empty()).then_some(read)
}
