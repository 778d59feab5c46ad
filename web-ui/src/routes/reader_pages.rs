//! The reader for paged documents: the rendered page with the cited rectangles over it.

use super::reader::{Opened, ReaderView, Target};
use crate::failure::Failure;
use crate::links;
use crate::page::{Page, html};
use crate::place_view::rects_on;
use actix_web::HttpResponse;
use appliance_core::document::Page as DocumentPage;
use appliance_core::locator::Rect;
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
        there.then(|| format!("/documents/{}/at/page/{n}", reader.id))
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

fn page_view(words: &Page, opened: &Opened, page: &DocumentPage, first: bool, rects: Vec<Rect>) -> PageView {
    PageView {
        number: page.number,
        label: page.label.clone(),
        picture: links::picture(opened.document.entry.id, page.number),
        width: (page.width * CSS_PIXELS).round() as u32,
        height: (page.height * CSS_PIXELS).round() as u32,
        view_box: format!("0 0 {} {}", page.width, page.height),
        rects,
        alt: words.with("page-picture", "page", page.number),
        first,
    }
}
