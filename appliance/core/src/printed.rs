//! What of a document's text its pages print.
//!
//! A row of a table on a page is written with its headers (`品目: ふとん、手数料: 500円`), as rows of sheets are. Headers
//! and values that are carried to a row stand in its text but not in its place on the page: no [`PageLine`] covers them.

use crate::document::{Block, BlockKind, Document};
use crate::locator::{CellSpan, PageLine, Place, Span};
use std::collections::BTreeSet;

/// What ends a header that is written in front of a value.
pub const AFTER_HEADER: &str = ": ";

/// What stands between two cells, parted behind the comment on the first of them, which stands in brackets.
pub fn after_note(gap: &str) -> (&str, &str) {
    gap.rfind('］').map_or(("", gap), |at| gap.split_at(at + '］'.len_utf8()))
}

/// Whether each of a passage's cells begins a row, as the rows are written: on one line, or a long one cell by cell on lines of their
/// own. `offset` is where the passage begins in its document.
///
/// A cell that reaches over several rows (大アリーナ beside 2時間 and 1日) is written into each of them and keeps its own place in the
/// sheet, so that the numbers of rows alone do not tell.
pub fn row_starts(text: &str, cells: &[CellSpan], offset: usize) -> Vec<bool> {
    let mut seen = BTreeSet::new();
    let mut starts = Vec::with_capacity(cells.len());
    let mut before: Option<(&CellSpan, bool)> = None;
    for cell in cells {
        let starts_row = before.is_none_or(|(last, carried)| {
            let gap = text.get(last.span.end.saturating_sub(offset)..cell.span.start.saturating_sub(offset)).unwrap_or("");
            let goes_on = cell.cell.column > last.cell.column && (cell.cell.row == last.cell.row || carried);
            after_note(gap).1.contains('\n') && !goes_on
        });
        starts.push(starts_row);
        before = Some((cell, !seen.insert(cell.cell)));
    }
    starts
}

impl Document {
    /// The text without comments, and without what was written into rows of paged tables to make them readable: only what
    /// the pages print, cells parted by full-width spaces. Other documents have neither: their text as it is.
    pub fn printed(&self) -> String {
        let mut printed = String::with_capacity(self.text.len());
        let mut written = 0;
        for block in &self.blocks {
            let Place::Pages { lines } = &block.place else { continue };
            let Some(before) = self.text.get(written..block.span.start) else { continue };
            match block.kind {
                BlockKind::Row => {
                    printed.push_str(before);
                    push_printed(&mut printed, &self.text, lines);
                    written = block.span.end;
                }
                BlockKind::Note => {
                    printed.push_str(before);
                    let after = self.text.get(block.span.end..).unwrap_or("");
                    written = block.span.end + usize::from(after.starts_with('\n'));
                }
                BlockKind::Heading { .. } | BlockKind::Paragraph => {}
            }
        }
        printed.push_str(self.text.get(written..).unwrap_or(""));
        printed
    }

    /// Comments that hang on the pages, in order.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().filter(|b| b.kind == BlockKind::Note).filter_map(|b| b.span.slice(&self.text))
    }

    /// Whether the block is a row of a table on a page, written with its headers.
    pub fn is_labelled(&self, block: &Block) -> bool {
        block.kind == BlockKind::Row && is_labelled(&self.text, block.span, &block.place, 0)
    }
}

/// Whether `span` of a document shows values with headers that its page does not print there. `text` is the document's
/// from byte `offset` on.
pub fn is_labelled(text: &str, span: Span, place: &Place, offset: usize) -> bool {
    let Place::Pages { lines } = place else { return false };
    let touched: Vec<PageLine> = lines.iter().filter(|l| l.span.overlaps(span)).copied().collect();
    // What follows the last printed value heads nothing.
    let end = touched.last().map_or(span.start, |l| l.span.end);
    gaps(Span::new(span.start, end), &touched).into_iter().any(|gap| header(text, gap, offset).is_some())
}

/// The stretches of `span` that no line shows, in order. Lines ascend.
pub fn gaps(span: Span, lines: &[PageLine]) -> Vec<Span> {
    let mut gaps = Vec::new();
    let mut at = span.start;
    for line in lines.iter().filter(|l| l.span.overlaps(span)) {
        if line.span.start > at {
            gaps.push(Span::new(at, line.span.start));
        }
        at = at.max(line.span.end);
    }
    if at < span.end {
        gaps.push(Span::new(at, span.end));
    }
    gaps
}

/// The header that stands in a gap between printed values; `None` for a mere separator. `text` is the document's from
/// byte `offset` on.
pub fn header(text: &str, gap: Span, offset: usize) -> Option<&str> {
    let gap = Span::new(gap.start.checked_sub(offset)?, gap.end.checked_sub(offset)?);
    let header = gap.slice(text)?.strip_suffix(AFTER_HEADER)?;
    Some(header.trim_start_matches(|c: char| c.is_whitespace() || c == '、')).filter(|h| !h.is_empty())
}

fn push_printed(printed: &mut String, text: &str, lines: &[PageLine]) {
    let mut last: Option<Span> = None;
    for line in lines {
        let between = last.and_then(|l| text.get(l.end..line.span.start));
        match between {
            Some(gap) if gap.chars().all(char::is_whitespace) => printed.push_str(gap),
            Some(_) => printed.push('\u{3000}'),
            None => {}
        }
        printed.push_str(line.span.slice(text).unwrap_or(""));
        last = Some(line.span);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Format;
    use crate::locator::Rect;

    fn document() -> Document {
        let text = "料金\n品目: ふとん・毛布、手数料: 500円\n大人　300円\nおわり".to_owned();
        let block = |kind, whole: &str, parts: &[&str]| {
            let start = text.find(whole).expect("it stands there");
            let rect = Rect { x: 0.0, y: 0.0, width: 1.0, height: 1.0 };
            let lines = parts.iter().map(|part| {
                let at = start + whole.find(part).expect("it stands there");
                PageLine { page: 1, rect, span: Span::new(at, at + part.len()), vertical: false }
            });
            Block { kind, span: Span::new(start, start + whole.len()), place: Place::Pages { lines: lines.collect() } }
        };
        let blocks = vec![
            block(BlockKind::Paragraph, "料金", &["料金"]),
            block(BlockKind::Row, "品目: ふとん・毛布、手数料: 500円", &["ふとん・", "毛布", "500円"]),
            block(BlockKind::Row, "大人　300円", &["300円"]),
        ];
        Document { format: Format::Pdf, title: String::new(), text, blocks, pages: Vec::new(), sheets: Vec::new() }
    }

    #[test]
    fn comments_are_found_and_not_printed() {
        let mut document = document();
        document.blocks[0].kind = BlockKind::Note;
        assert_eq!(document.notes().collect::<Vec<_>>(), ["料金"]);
        assert_eq!(document.printed(), "ふとん・毛布　500円\n300円\nおわり");
    }

    #[test]
    fn headers_and_carried_values_are_not_printed() {
        assert_eq!(document().printed(), "料金\nふとん・毛布　500円\n300円\nおわり");
    }

    #[test]
    fn a_row_is_labelled_when_a_header_stands_before_a_value() {
        let document = document();
        let labelled: Vec<bool> = document.blocks.iter().map(|b| document.is_labelled(b)).collect();
        assert_eq!(labelled, [false, true, false]);
    }

    #[test]
    fn headers_stand_in_the_gaps() {
        let document = document();
        let row = &document.blocks[1];
        let Place::Pages { lines } = &row.place else { panic!("pages") };
        let headers: Vec<&str> = gaps(row.span, lines).into_iter().filter_map(|g| header(&document.text, g, 0)).collect();
        assert_eq!(headers, ["品目", "手数料"]);
    }
}
