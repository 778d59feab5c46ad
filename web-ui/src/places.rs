//! From bytes of a document's text to the place where a person sees them.

use appliance_core::document::View;
use appliance_core::locator::{Locator, PageLine, Place, Rect, Span};
use appliance_core::page_words::{PageWords, Word, WordLine};
use appliance_core::passage::StoredPassage;
use appliance_core::ports::catalog::OpenDocument;

/// The place of a part of a document's text; `None` where nothing of it is shown anywhere.
pub fn place_of(document: &OpenDocument, passages: &[StoredPassage], part: Span) -> Option<Locator> {
    match document.format.view() {
        View::Text => Some(Locator { span: part, place: lines_of(&document.text, part) }),
        View::Pages => {
            let mut lines = lines_in(passages, part);
            lines.retain(|l| l.page > 0);
            (!lines.is_empty()).then_some(Locator { span: part, place: Place::Pages { lines } })
        }
        View::Sheets => {
            let holds = |s: &&StoredPassage| s.passage.locator.span.overlaps(part);
            passages.iter().find(holds).map(|s| s.passage.locator.narrowed(part))
        }
    }
}

/// The lines on pages that show a part of the text, each once, cut to it.
fn lines_in(passages: &[StoredPassage], part: Span) -> Vec<PageLine> {
    let mut lines: Vec<PageLine> = Vec::new();
    for stored in passages.iter().filter(|s| s.passage.locator.span.overlaps(part)) {
        let whole = matches!(&stored.passage.locator.place, Place::Pages { lines } if lines.iter().any(|l| l.span.overlaps(part)));
        if let (true, Place::Pages { lines: cut }) = (whole, stored.passage.locator.narrowed(part).place) {
            lines.extend(cut.into_iter().filter(|l| l.span.overlaps(part)));
        }
    }
    lines.sort_by_key(|l| (l.span.start, l.span.end));
    lines.dedup_by_key(|l| l.span);
    lines
}

fn lines_of(text: &str, part: Span) -> Place {
    let number = |at: usize| 1 + text.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() as u32;
    Place::Text { first_line: number(part.start), last_line: number(part.end.saturating_sub(1).max(part.start)) }
}

/// The true boxes of cited lines on a page, by the page's words; a line that the words do not spell keeps its own box.
/// `whole` are the lines before they were cut to what is cited.
pub fn true_boxes(text: &str, whole: &[PageLine], cited: &[PageLine], words: Option<&PageWords>) -> Vec<Rect> {
    let mut boxes = Vec::new();
    for line in cited {
        let uncut = whole.iter().find(|l| l.page == line.page && l.span.contains(line.span));
        let exact = uncut.zip(words).and_then(|(uncut, words)| words.boxes(uncut, uncut.span.slice(text)?, line.span));
        match exact {
            Some(exact) => boxes.extend(exact),
            None => boxes.push(line.rect),
        }
    }
    boxes
}

/// The words of a page by the lines that were recognised on it.
pub fn recognised_words(text: &str, passages: &[StoredPassage], page: u32) -> PageWords {
    let of = |stored: &StoredPassage| match &stored.passage.locator.place {
        Place::Pages { lines } => lines.clone(),
        Place::Cells { .. } | Place::Text { .. } => Vec::new(),
    };
    let mut lines: Vec<PageLine> = passages.iter().flat_map(of).filter(|l| l.page == page).collect();
    lines.sort_by_key(|l| (l.span.start, l.span.end));
    lines.dedup_by_key(|l| l.span);
    let line = |l: PageLine| {
        let word = Word { text: l.span.slice(text)?.trim().to_owned(), rect: l.rect, spaced: false };
        (!word.text.is_empty()).then(|| WordLine { vertical: l.vertical, words: vec![word] })
    };
    PageWords { lines: lines.into_iter().filter_map(line).collect() }
}
