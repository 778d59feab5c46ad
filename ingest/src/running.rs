//! Running text: what office files, web pages and letters become. Headings, paragraphs and rows of tables stand on
//! lines of their own, and a place is a range of those lines, so that a citation opens where its paragraph stands.

use crate::draft::Draft;
use crate::grid_table::Table;
use crate::heading::{self, Opening};
use crate::limits::Limits;
use appliance_core::document::{BlockKind, Document, Format, Parsed, Warning};
use appliance_core::locator::Place;

/// Characters of a line that may be a heading.
const LONGEST_HEADING: usize = 120;
/// Bytes of a document's beginning in which its title may stand.
const BEGINNING: usize = 600;

/// A piece of running text, in reading order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Piece {
    /// A heading; level 1 is the outermost.
    Heading(u8, String),
    /// A paragraph; its line breaks are kept.
    Paragraph(String),
    /// A table.
    Table(Table),
    /// Text that is shown but said of no passage: running heads and feet.
    Aside(String),
}

/// Whether the pieces hold a character that shows.
pub(crate) fn are_blank(pieces: &[Piece]) -> bool {
    pieces.iter().all(|piece| match piece {
        Piece::Heading(_, text) | Piece::Paragraph(text) | Piece::Aside(text) => text.trim().is_empty(),
        Piece::Table(table) => table.is_blank(),
    })
}

/// A document of running text while it is written.
#[derive(Debug)]
pub(crate) struct Running {
    draft: Draft,
    lines: u32,
    most: usize,
    full: bool,
    warnings: Vec<Warning>,
}

impl Running {
    /// An empty text that grows no longer than the limits allow.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { draft: Draft::default(), lines: 0, most: limits.text_bytes, full: false, warnings: Vec::new() }
    }

    /// Notes a warning.
    pub(crate) fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }

    /// Writes pieces. What looks like the heading of a part of an ordinance becomes one.
    pub(crate) fn write(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Heading(level, text) => self.heading(*level, text),
                Piece::Paragraph(text) => self.paragraph(text),
                Piece::Table(table) => self.table(table),
                Piece::Aside(text) => self.aside(text),
            }
        }
    }

    /// Writes a heading; one that is a sentence or as long as a paragraph is a paragraph after all.
    pub(crate) fn heading(&mut self, level: u8, text: &str) {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let long = line.chars().count() > LONGEST_HEADING || line.ends_with('。');
        let text = if text.contains('\n') { line.as_str() } else { text.trim() };
        self.block(if long { BlockKind::Paragraph } else { BlockKind::Heading { level: level.clamp(1, 9) } }, text);
    }

    /// Writes a paragraph.
    pub(crate) fn paragraph(&mut self, text: &str) {
        let text = text.trim_end().trim_start_matches(['\n', '\r']);
        let line = text.trim();
        let kind = match heading::opening(line) {
            Some(Opening::Part(level)) if !line.contains('\n') => BlockKind::Heading { level },
            _ if self.draft.len() < BEGINNING && appliance_core::structure::is_regulation(line) => BlockKind::Heading { level: 1 },
            _ => BlockKind::Paragraph,
        };
        self.block(kind, text);
    }

    /// Writes a table row by row, each value after its header.
    pub(crate) fn table(&mut self, table: &Table) {
        for line in table.lines() {
            match line {
                crate::grid_table::Line::Row(text) => self.block(BlockKind::Row, &text),
                crate::grid_table::Line::Loose(pieces) => self.write(pieces),
            }
        }
    }

    fn aside(&mut self, text: &str) {
        for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
            if !self.is_full(line.len()) {
                self.draft.aside(line);
                self.lines += 1;
            }
        }
    }

    /// Writes one block. Nothing shown, no block.
    pub(crate) fn block(&mut self, kind: BlockKind, text: &str) {
        let text = text.trim_end();
        if text.trim().is_empty() || self.is_full(text.len()) {
            return;
        }
        let breaks = u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX);
        let place = Place::Text { first_line: self.lines + 1, last_line: self.lines.saturating_add(1).saturating_add(breaks) };
        self.lines = self.lines.saturating_add(1).saturating_add(breaks);
        self.draft.block(kind, |whole| {
            whole.push_str(text);
            place
        });
    }

    fn is_full(&mut self, more: usize) -> bool {
        if !self.full && self.draft.len() + more > self.most {
            self.full = true;
            self.warnings.push(Warning::Truncated { limit: format!("{} MiB of text", self.most >> 20) });
        }
        self.full
    }

    /// The document. An empty title leaves the choice to the first heading or the file's name.
    pub(crate) fn finish(self, format: Format, title: String) -> Parsed {
        let (text, blocks) = self.draft.finish();
        let document = Document { format, title, text, blocks, pages: Vec::new(), sheets: Vec::new() };
        Parsed { document, warnings: self.warnings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_the_lines_of_the_text() {
        let mut running = Running::new(&Limits::default());
        running.write(&[
            Piece::Heading(1, "みなと市手数料条例".to_owned()),
            Piece::Paragraph("一行目\n二行目".to_owned()),
            Piece::Paragraph("第1章　総則".to_owned()),
            Piece::Paragraph("本文".to_owned()),
        ]);
        let document = running.finish(Format::Docx, String::new()).document;
        for block in &document.blocks {
            let Place::Text { first_line, last_line } = block.place else { panic!("text has lines") };
            let lines: Vec<&str> =
                document.text.lines().skip(first_line as usize - 1).take((last_line - first_line + 1) as usize).collect();
            assert_eq!(block.span.slice(&document.text), Some(lines.join("\n").as_str()));
        }
        assert_eq!(document.blocks[2].kind, BlockKind::Heading { level: 2 });
    }
}
