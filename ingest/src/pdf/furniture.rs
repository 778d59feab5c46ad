//! Furniture: running heads, feet and page numbers, which repeat from page to page and belong to no passage.
//!
//! A line is furniture when its like (numbers apart) stands at the same edge of many pages, or at the same place of
//! neighbouring ones: heads change with the chapter, and left and right pages have their own.

use super::line::Line;
use super::page::PageLines;
use crate::heading::{self, Opening};
use appliance_core::folding::fold_tight;
use std::collections::HashMap;

/// The part of a page's height, at its top and at its bottom, in which furniture stands.
const EDGE: f32 = 0.085;
/// The part in which it stands only when it keeps its place to the point.
const DEEP_EDGE: f32 = 0.13;
/// Lines this close (in points) keep their place.
const PLACE: f32 = 2.0;

/// Where a line's like stands.
#[derive(Debug, Clone)]
struct Standing {
    page: usize,
    at: f32,
    /// Its numbers less the page's: one of them stays the same from page to page where it is the page's.
    counts: Vec<i64>,
}

/// Moves the lines that repeat at the edges of pages out of the text's flow.
pub(crate) fn set_aside(pages: &mut [PageLines]) {
    let mut standing: HashMap<String, Vec<Standing>> = HashMap::new();
    for (index, page) in pages.iter().enumerate() {
        for line in &page.lines {
            if let Some(key) = key(line, page) {
                standing.entry(key).or_default().push(Standing::of(line, index));
            }
        }
    }
    let all = pages.len();
    for (index, page) in pages.iter_mut().enumerate() {
        for line in std::mem::take(&mut page.lines) {
            let repeats = key(&line, page).is_some_and(|key| {
                let standing = standing.get(&key).map_or(&[][..], Vec::as_slice);
                is_furniture(&key, standing, &Standing::of(&line, index), all)
            });
            if repeats { page.aside.push(line) } else { page.lines.push(line) }
        }
    }
}

impl Standing {
    fn of(line: &Line, page: usize) -> Self {
        let folded = fold_tight(&line.text);
        let numbers = folded.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse::<u32>().ok());
        Self { page, at: middle(line), counts: numbers.take(8).map(|n| i64::from(n) - page as i64).collect() }
    }
}

fn is_furniture(key: &str, standing: &[Standing], line: &Standing, all: usize) -> bool {
    let numbered = is_page_number(key);
    if all == 1 {
        return numbered && key.contains('-') && !key.starts_with(DEEP);
    }
    let mut pages: Vec<usize> = standing.iter().map(|s| s.page).collect();
    pages.dedup();
    let others = || standing.iter().filter(|s| s.page != line.page && (s.at - line.at).abs() <= PLACE);
    if key.starts_with(DEEP) {
        return others().count() + 1 >= (all / 3).max(3);
    }
    let near = |distance: usize| others().filter(|s| s.page.abs_diff(line.page) <= distance).count();
    let counted = others().any(|s| s.counts.iter().any(|c| line.counts.contains(c)));
    let often = pages.len() >= (all / 4).max(3);
    // Left and right pages take turns, so the like of a head stands one or two pages on.
    often || near(4) >= 2 || counted || numbered && pages.len() >= 2 || all == 2 && line.page == 1 && near(1) == 1
}

/// Marks keys of lines between the two depths of the edge.
const DEEP: [char; 2] = ['T', 'B'];

/// The line's text with its numbers blotted out, and which edge it stands at; `None` in the middle of the page, and for
/// rows of tables that reach into it: headers that tables repeat are not furniture.
fn key(line: &Line, page: &PageLines) -> Option<String> {
    let edge = match middle(line) / page.height.max(1.0) {
        at if at < EDGE => 't',
        at if at > 1.0 - EDGE => 'b',
        at if at < DEEP_EDGE => DEEP[0],
        at if at > 1.0 - DEEP_EDGE => DEEP[1],
        _ => return None,
    };
    let mut key = String::from(edge);
    let folded = fold_tight(&line.text);
    if is_numeral(&folded) {
        key.push('#');
        return Some(key);
    }
    // 「様式第1号」 and 「様式第2号」 at the heads of two pages are two headings.
    let counts = !matches!(heading::opening(&line.text), Some(Opening::Part(_) | Opening::Article(_)));
    for c in folded.chars().take(120) {
        match c {
            c if counts && c.is_ascii_digit() => {
                if !key.ends_with('#') {
                    key.push('#');
                }
            }
            c => key.push(c),
        }
    }
    Some(key)
}

/// The middle of the line's height on the page; a row stands where its table does.
fn middle(line: &Line) -> f32 {
    let rect = line.frame.rect(line.u, line.table.as_ref().map_or(line.v, |row| row.shape.v));
    rect.y + rect.height / 2.0
}

/// Numerals of kanji or of Roman letters and nothing else.
fn is_numeral(text: &str) -> bool {
    let short = (1..=6).contains(&text.chars().count());
    short && (text.chars().all(|c| "〇一二三四五六七八九十百".contains(c)) || text.chars().all(|c| "ivxlc".contains(c)))
}

/// A number with no words but those of page numbers: `- # -`, `#/#`, `p.#`, `#ページ`.
fn is_page_number(key: &str) -> bool {
    let rest: String = key
        .chars()
        .skip(1)
        .filter(|c| {
            !matches!(c, '#' | '-' | '‐' | '–' | '—' | '−' | '―' | '~' | '〜' | '・' | '/' | '.' | '(' | ')' | '[' | ']' | '|' | '<' | '>')
        })
        .collect();
    key.contains('#') && matches!(rest.as_str(), "" | "p" | "page" | "ページ" | "頁" | "pageof")
}
