//! Furniture: running heads, feet and page numbers, which repeat from page to page and belong to no passage.

use super::line::Line;
use super::page::PageLines;
use appliance_core::folding::fold_tight;
use std::collections::HashMap;

/// The part of a page's height, at its top and at its bottom, in which furniture stands.
const EDGE: f32 = 0.085;

/// Moves the lines that repeat at the edges of pages out of the text's flow.
pub(crate) fn set_aside(pages: &mut [PageLines]) {
    if pages.len() < 2 {
        return;
    }
    let mut counts: HashMap<String, usize> = HashMap::new();
    for page in pages.iter() {
        let mut keys: Vec<String> = page.lines.iter().filter_map(|l| key(l, page)).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            *counts.entry(key).or_default() += 1;
        }
    }
    let often = (pages.len() / 4).max(3);
    for page in pages.iter_mut() {
        let lines = std::mem::take(&mut page.lines);
        for line in lines {
            let repeats = key(&line, page).is_some_and(|key| {
                let count = counts.get(&key).copied().unwrap_or(0);
                count >= often || count >= 2 && is_page_number(&key)
            });
            if repeats { page.aside.push(line) } else { page.lines.push(line) }
        }
    }
}

/// The line's text with its numbers blotted out, and which edge it stands at; `None` in the middle of the page.
fn key(line: &Line, page: &PageLines) -> Option<String> {
    // A row stands where its table does: headers that tables repeat are not furniture.
    let rect = line.frame.rect(line.u, line.table.as_ref().map_or(line.v, |row| row.shape.v));
    let middle = rect.y + rect.height / 2.0;
    let edge = match middle / page.height.max(1.0) {
        at if at < EDGE => 't',
        at if at > 1.0 - EDGE => 'b',
        _ => return None,
    };
    let mut key = String::from(edge);
    for c in fold_tight(&line.text).chars().take(120) {
        match c {
            c if c.is_ascii_digit() => {
                if !key.ends_with('#') {
                    key.push('#');
                }
            }
            c => key.push(c),
        }
    }
    Some(key)
}

/// A number with no words but those of page numbers: `- # -`, `#/#`, `p.#`, `#ページ`.
fn is_page_number(key: &str) -> bool {
    let rest: String = key
        .chars()
        .skip(1)
        .filter(|c| !matches!(c, '#' | '-' | '‐' | '–' | '—' | '−' | '―' | '/' | '.' | '(' | ')' | '[' | ']' | '|'))
        .collect();
    key.contains('#') && matches!(rest.as_str(), "" | "p" | "page" | "ページ" | "頁" | "pageof")
}
