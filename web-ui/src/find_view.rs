//! What was found within a document, as the reader lists and marks it.

use crate::links;
use crate::page::Page;
use crate::place_view::{Piece, excerpt};
use crate::places;
use crate::words;
use appliance_core::finding;
use appliance_core::locator::{Locator, Place, Span};
use appliance_core::passage::StoredPassage;
use appliance_core::ports::catalog::{Edition, OpenDocument};

/// Hits listed; who gets more looks for more words.
pub const MOST: usize = 200;

/// What was looked for, and what was found.
pub struct Found {
    /// As it was typed.
    pub sought: String,
    /// The places, in order.
    pub hits: Vec<Locator>,
    /// The one that is shown, from 0.
    pub current: usize,
    /// Whether there are more.
    pub cut: bool,
}

/// A hit in the list.
pub struct HitView {
    /// Its place in the reader.
    pub href: String,
    /// Where it stands.
    pub place: String,
    /// The words around it.
    pub pieces: Vec<Piece>,
    /// Whether it is the one that is shown.
    pub current: bool,
}

/// The list of hits.
#[derive(Default)]
pub struct FindView {
    /// What was looked for; empty where nothing was.
    pub sought: String,
    /// How many were found, in words.
    pub summary: String,
    /// The hits near the one that is shown.
    pub hits: Vec<HitView>,
    /// The hit before it.
    pub previous: Option<String>,
    /// The hit after it.
    pub next: Option<String>,
}

/// Hits listed around the one that is shown.
const LISTED: usize = 40;

impl Found {
    /// Looks for `sought` in a document. `hit` is the one to show, from 1.
    pub fn of(document: &OpenDocument, passages: &[StoredPassage], sought: &str, hit: Option<usize>) -> Self {
        let spans = finding::find(&document.text, sought, MOST + 1);
        let cut = spans.len() > MOST;
        let hits: Vec<Locator> = spans.into_iter().take(MOST).filter_map(|span| places::place_of(document, passages, span)).collect();
        let current = hit.unwrap_or(1).clamp(1, hits.len().max(1)) - 1;
        Self { sought: sought.to_owned(), hits, current, cut }
    }

    /// The hit that is shown.
    pub fn shown(&self) -> Option<&Locator> {
        self.hits.get(self.current)
    }

    /// The bytes of the hits.
    pub fn spans(&self) -> Vec<Span> {
        self.hits.iter().map(|h| h.span).collect()
    }

    /// The list beside the document.
    pub fn view(&self, page: &Page, document: &OpenDocument, edition: Edition) -> FindView {
        let href = |nth: usize| self.hits.get(nth).map(|hit| self.href(document, edition, nth, &hit.place));
        let from = self.current.saturating_sub(LISTED / 2).min(self.hits.len().saturating_sub(LISTED));
        let listed = self.hits.iter().enumerate().skip(from).take(LISTED);
        FindView {
            summary: match (self.hits.len(), self.cut) {
                (0, _) => page.t("find-nothing"),
                (count, true) => page.with("find-many", "count", count),
                (count, false) => page.words("find-count", &[("count", count.into()), ("number", (self.current + 1).into())]),
            },
            hits: listed
                .map(|(nth, hit)| HitView {
                    href: self.href(document, edition, nth, &hit.place),
                    place: words::place(page, &hit.place),
                    pieces: around(&document.text, hit.span),
                    current: nth == self.current,
                })
                .collect(),
            previous: self.current.checked_sub(1).and_then(href),
            next: href(self.current + 1),
            sought: self.sought.clone(),
        }
    }

    fn href(&self, document: &OpenDocument, edition: Edition, nth: usize, place: &Place) -> String {
        let edition = links::edition(edition).map(|e| format!("&{e}")).unwrap_or_default();
        let sought = links::encoded(&self.sought);
        format!("{}?find={sought}&hit={}{edition}#hit", links::place(document.entry.id, place, None), nth + 1)
    }
}

/// The hit with some of its line around it.
fn around(text: &str, span: Span) -> Vec<Piece> {
    const AROUND: usize = 60;
    let (Some(before), Some(after)) = (text.get(..span.start), text.get(span.end..)) else { return Vec::new() };
    let start = before.char_indices().rev().take(AROUND / 3).take_while(|(_, c)| *c != '\n').last().map_or(span.start, |(at, _)| at);
    let end =
        after.char_indices().take(AROUND).take_while(|(_, c)| *c != '\n').last().map_or(span.end, |(at, c)| span.end + at + c.len_utf8());
    let cited = Span::new(span.start - start, span.end - start);
    text.get(start..end).map(|line| excerpt(line, &[cited])).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hit_is_shown_within_its_line() {
        let text = "前の行\n粗大ごみの手数料は500円とする。\n次の行";
        let at = text.find("手数料").unwrap();
        let pieces = around(text, Span::new(at, at + 9));
        let written: Vec<(&str, bool)> = pieces.iter().map(|p| (p.text.as_str(), p.cited)).collect();
        assert_eq!(written, [("粗大ごみの", false), ("手数料", true), ("は500円とする。", false)]);
    }
}
