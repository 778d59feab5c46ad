//! The reader for running text: numbered lines with the cited words marked.

use super::reader::Opened;
use super::reader_view::ReaderView;
use crate::failure::Failure;
use crate::find_view::Found;
use crate::landing::Target;
use crate::page::{Page, html};
use crate::place_view::{Piece, pieces};
use actix_web::HttpResponse;
use appliance_core::document::Format;
use appliance_core::locator::Span;
use appliance_core::passage::StoredPassage;
use askama::Template;
use std::collections::HashMap;

const LINES: usize = 200;
/// Bytes of one line; a file without line breaks would be one line.
const MOST_LINE_BYTES: usize = 6_000;
/// Bytes shown at once, so that a page stays light.
const MOST_BYTES: usize = 60_000;

/// A line.
struct LineView {
    number: usize,
    /// How deep a heading it is, from 1; 0 for running text.
    level: usize,
    pieces: Vec<Piece>,
    first_cited: bool,
}

#[derive(Template)]
#[template(path = "reader_text.html")]
struct TextPage {
    page: Page,
    reader: ReaderView,
    lines: Vec<LineView>,
    position: String,
    /// Whether it is set as a text to read, and not line by line: files whose lines are not their author's.
    flowing: bool,
    previous: Option<String>,
    next: Option<String>,
}

/// The document at one window of lines.
pub fn show(page: Page, reader: ReaderView, opened: &Opened) -> Result<HttpResponse, Failure> {
    let text = &opened.document.text;
    let spans = lines(text);
    let shown = opened.cited.as_ref().or_else(|| opened.found.as_ref().and_then(Found::shown));
    let cited = shown.map(|c| c.span);
    let mut marked: Vec<Span> = opened.found.as_ref().map(Found::spans).unwrap_or_default();
    marked.extend(opened.cited.as_ref().map(|c| c.span));
    let wanted = match opened.target {
        Target::Line(line) => line as usize,
        Target::Start => opened.query.line.unwrap_or(1) as usize,
        _ => return Err(Failure::NotFound),
    };
    // The quotation may begin lines below the passage that the address names.
    let wanted = match (opened.query.line, cited) {
        (None, Some(cited)) => spans.iter().position(|s| s.end > cited.start).map_or(wanted, |i| i + 1),
        _ => wanted,
    };
    let first = wanted.clamp(1, spans.len().max(1)).saturating_sub(1) / LINES * LINES;
    let views = window(text, &spans, first, cited, &marked);
    let last = first + views.len();
    let mark = format!("{}{}", opened.rest_of_query(), opened.rest_of_search());
    let link = |line: usize| format!("/documents/{}?line={line}{mark}", reader.id);
    html(&TextPage {
        position: page.words("text-position", &[("first", (first + 1).into()), ("last", last.into()), ("count", spans.len().into())]),
        previous: (first > 0).then(|| link(first.saturating_sub(LINES) + 1)),
        next: (first + LINES < spans.len()).then(|| link(first + LINES + 1)),
        flowing: !matches!(opened.document.format, Format::Text | Format::Markdown),
        lines: with_headings(views, &opened.passages),
        reader,
        page,
    })
}

/// Tells the lines that are headings: those that the passages under them name.
fn with_headings(mut lines: Vec<LineView>, passages: &[StoredPassage]) -> Vec<LineView> {
    let paths = passages.iter().flat_map(|s| s.passage.heading_path.iter().enumerate());
    let levels: HashMap<&str, usize> = paths.map(|(depth, heading)| (heading.trim(), depth + 1)).collect();
    for line in &mut lines {
        let text: String = line.pieces.iter().map(|p| p.text.as_str()).collect();
        line.level = levels.get(text.trim()).copied().unwrap_or(0).min(3);
    }
    lines
}

fn window(text: &str, spans: &[Span], first: usize, cited: Option<Span>, marked: &[Span]) -> Vec<LineView> {
    let mut views = Vec::new();
    let (mut bytes, mut anchored) = (0, false);
    for (i, line) in spans.iter().enumerate().skip(first).take(LINES) {
        let shown = bounded(text, *line, cited);
        bytes += shown.len();
        // Past the budget the rest of the window is shortened to nothing, but its numbers stay.
        let shown = if bytes > MOST_BYTES && views.len() > 20 { Span::new(shown.start, shown.start) } else { shown };
        let pieces = pieces(text, shown, marked);
        let has_citation = cited.is_some_and(|c| c.overlaps(shown)) && pieces.iter().any(|p| p.cited);
        views.push(LineView { number: i + 1, level: 0, pieces, first_cited: has_citation && !anchored });
        anchored |= has_citation;
    }
    views
}

/// The part of a line that is shown: all of it, or the first bytes from a little before the citation.
fn bounded(text: &str, line: Span, cited: Option<Span>) -> Span {
    if line.len() <= MOST_LINE_BYTES {
        return line;
    }
    let near = cited.filter(|c| c.overlaps(line)).map_or(line.start, |c| c.start.saturating_sub(MOST_LINE_BYTES / 4).max(line.start));
    let start = text.floor_char_boundary(near);
    Span::new(start, text.floor_char_boundary((start + MOST_LINE_BYTES).min(line.end)))
}

/// The lines of a text, without their ends.
fn lines(text: &str) -> Vec<Span> {
    let mut at = 0;
    let mut spans = Vec::new();
    for line in text.split_inclusive('\n') {
        let end = at + line.trim_end_matches(['\n', '\r']).len();
        spans.push(Span::new(at, end));
        at += line.len();
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_places() {
        let text = "一行目\r\n二行目\n\n四行目";
        let found: Vec<&str> = lines(text).into_iter().filter_map(|s| s.slice(text)).collect();
        assert_eq!(found, ["一行目", "二行目", "", "四行目"]);
    }

    #[test]
    fn a_citation_over_two_lines_is_marked_in_both() {
        let text = "手数料は、\n500円とする。";
        let cited = Span::new(9, 22);
        let views = window(text, &lines(text), 0, Some(cited), &[cited]);
        assert!(views.iter().all(|l| l.pieces.iter().any(|p| p.cited)));
        assert_eq!(views.iter().filter(|l| l.first_cited).count(), 1);
    }

    #[test]
    fn an_endless_line_is_cut_at_a_character() {
        let text = "あ".repeat(10_000);
        let cut = bounded(&text, Span::new(0, text.len()), Some(Span::new(15_000, 15_003)));
        assert!(cut.len() <= MOST_LINE_BYTES && cut.slice(&text).is_some() && cut.contains(Span::new(15_000, 15_003)));
    }
}
