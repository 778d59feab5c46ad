//! The reader for paged documents: the rendered page with the cited rectangles over it.

use super::reader::{Opened, ReaderView, Target};
use crate::failure::Failure;
use crate::links;
use crate::page::{Page, html};
use crate::place_view::rects_on;
use crate::words;
use actix_web::HttpResponse;
use appliance_core::document::{Page as DocumentPage, PageReading, TextOrigin};
use appliance_core::locator::{Place, Rect};
use appliance_core::ports::catalog::Edition;
use appliance_core::quality::DOUBTFUL_PAGE;
use askama::Template;

/// A citation that runs over more pages shows only the first ones.
const MOST_PAGES: usize = 3;
/// CSS pixels a point at 100 %.
const CSS_PIXELS: f32 = 96.0 / 72.0;

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
}

/// The document at one page.
pub fn show(page: Page, reader: ReaderView, opened: &Opened) -> Result<HttpResponse, Failure> {
    let pages = &opened.document.pages;
    let number = wanted(opened)?;
    let lines = opened.cited_lines();
    let mut shown = vec![number];
    shown.extend(lines.iter().map(|l| l.page).filter(|p| *p > number));
    shown.dedup();
    let views: Vec<PageView> = shown
        .iter()
        .take(MOST_PAGES)
        .filter_map(|n| pages.iter().find(|p| p.number == *n))
        .enumerate()
        .map(|(i, p)| page_view(&page, opened, p, i == 0, rects_on(lines, p.number)))
        .collect();
    let last = views.last().map_or(number, |v| v.number);
    let link = |n: u32| {
        let there = pages.iter().any(|p| p.number == n);
        there.then(|| links::page(reader.id, n, opened.edition))
    };
    html(&PagesPage {
        position: page.words("reader-position", &[("page", number.into()), ("count", pages.len().into())]),
        previous: number.checked_sub(1).and_then(link),
        next: link(last + 1),
        count: pages.len(),
        number,
        pages: views,
        reader,
        page,
    })
}

/// The page to show: of the address, of the jump box (a number or a printed label), of the citation, else the first.
fn wanted(opened: &Opened) -> Result<u32, Failure> {
    let pages = &opened.document.pages;
    let first = || opened.cited_lines().first().map_or(1, |l| l.page);
    let number = match opened.target {
        Target::Page(number) => number,
        Target::Start => match opened.query.page.as_deref().map(str::trim).filter(|p| !p.is_empty()) {
            Some(typed) => {
                let labelled = pages.iter().find(|p| p.label.as_deref() == Some(typed)).map(|p| p.number);
                labelled.or_else(|| appliance_core::folding::fold(typed).parse().ok()).ok_or(Failure::NotFound)?
            }
            None => first(),
        },
        Target::Cells(..) | Target::Line(_) => return Err(Failure::NotFound),
    };
    if pages.iter().any(|p| p.number == number) { Ok(number) } else { Err(Failure::NotFound) }
}

fn page_view(bones: &Page, opened: &Opened, page: &DocumentPage, first: bool, rects: Vec<Rect>) -> PageView {
    PageView {
        number: page.number,
        label: page.label.clone(),
        picture: links::picture(opened.document.entry.id, page.number, opened.edition),
        width: (page.width * CSS_PIXELS).round() as u32,
        height: (page.height * CSS_PIXELS).round() as u32,
        view_box: format!("0 0 {} {}", page.width, page.height),
        rects,
        alt: bones.with("page-picture", "page", page.number),
        first,
        reading: reading(bones, page.reading),
        text: text(opened, page),
        links: page.links.iter().map(|l| l.address.clone()).collect(),
    }
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
