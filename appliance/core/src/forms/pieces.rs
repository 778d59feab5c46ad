//! Pieces of a passage: its numbered items, its rows of cells, and its running text.

use crate::locator::{CellSpan, PageLine, Place, Span};
use crate::passage::StoredPassage;
use crate::printed;
use crate::sentence::sentences;
use crate::structure::{ListMark, list_mark};

/// What parts the cells of a row that is written with bars.
const BAR: &str = " | ";
/// What parts the labelled values of a row.
const BETWEEN: char = '、';

/// A cell of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cell {
    /// The header; empty where the row has none for it.
    pub header: String,
    /// The value, in bytes of the passage's text.
    pub value: Span,
}

/// What a piece is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// An item of a list, with its mark.
    Item(ListMark),
    /// A row of a table.
    Row(Vec<Cell>),
    /// Anything else.
    Text,
}

/// A piece of a passage.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    /// Bytes of the passage's text, without white space at their ends.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// The pieces of a passage, in order. `columns` names the columns of rows with bars, where a passage before it named them.
pub(super) fn pieces(stored: &StoredPassage) -> Vec<Piece> {
    let text = &stored.passage.text;
    let offset = stored.passage.locator.span.start;
    if let Place::Cells { cells, .. } = &stored.passage.locator.place {
        let rows = sheet_rows(text, cells, offset);
        if !rows.is_empty() {
            return rows;
        }
    }
    let bars: Vec<&str> =
        stored.passage.heading_path.last().filter(|h| h.contains(BAR)).map(|h| h.split(BAR).collect()).unwrap_or_default();
    lines(text).into_iter().filter_map(|line| piece(stored, line, &bars)).collect()
}

fn piece(stored: &StoredPassage, line: Span, bars: &[&str]) -> Option<Piece> {
    let text = &stored.passage.text;
    let words = line.slice(text)?;
    let offset = stored.passage.locator.span.start;
    let kind = if let Place::Pages { lines } = &stored.passage.locator.place
        && printed::is_labelled(text, Span::new(offset + line.start, offset + line.end), &stored.passage.locator.place, offset)
    {
        Kind::Row(page_row(text, line, lines, offset))
    } else if words.contains(BAR) {
        let cells = barred(line, words);
        let is_header = cells.len() == bars.len() && cells.iter().zip(bars).all(|(c, b)| c.value.slice(text) == Some(*b));
        if is_header {
            return None;
        }
        let header = |i: usize| bars.get(i).map(|b| (*b).to_owned()).unwrap_or_default();
        Kind::Row(cells.into_iter().enumerate().map(|(i, c)| Cell { header: header(i), ..c }).collect())
    } else if let Some(cells) = written_row(line, words) {
        Kind::Row(cells)
    } else if let Some(mark) = list_mark(words) {
        Kind::Item(mark)
    } else {
        Kind::Text
    };
    Some(Piece { span: line, kind })
}

/// The sentences of a text piece.
pub(super) fn sentences_of(text: &str, piece: Span) -> Vec<Span> {
    let words = piece.slice(text).unwrap_or("");
    sentences(words).into_iter().map(|s| Span::new(piece.start + s.start, piece.start + s.end)).collect()
}

fn lines(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if !trimmed.is_empty() {
            let start = at + (line.len() - line.trim_start().len());
            found.push(Span::new(start, start + trimmed.len()));
        }
        at += line.len();
    }
    found
}

/// The rows of a sheet: cells with headers are rows, a line of a single cell without one is text.
fn sheet_rows(text: &str, cells: &[CellSpan], offset: usize) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut before = 0;
    for (cell, starts) in cells.iter().zip(printed::row_starts(text, cells, offset)) {
        let Some(value) = local(cell.span, offset, text.len()) else { continue };
        let gap = text.get(before..value.start).unwrap_or("");
        let (note, header) = printed::after_note(gap);
        let header = header_in(header);
        let note_end = if note.starts_with('［') { before + note.len() } else { before };
        if !starts && let Some(Piece { span, kind: Kind::Row(row) }) = pieces.last_mut() {
            if let Some(last) = row.last_mut() {
                last.value.end = last.value.end.max(note_end);
            }
            row.push(Cell { header, value });
            span.end = value.end;
        } else {
            let start = value.start - header_start(gap, &header);
            pieces.push(Piece { span: Span::new(start, value.end), kind: Kind::Row(vec![Cell { header, value }]) });
        }
        before = value.end;
    }
    for piece in &mut pieces {
        let unlabelled = matches!(&piece.kind, Kind::Row(cells) if cells.len() == 1 && cells[0].header.is_empty());
        if unlabelled {
            piece.kind = piece.span.slice(text).and_then(list_mark).map_or(Kind::Text, Kind::Item);
        }
    }
    pieces
}

/// The header at the end of what stands before a value; empty where there is none.
fn header_in(gap: &str) -> String {
    let Some(header) = gap.strip_suffix(printed::AFTER_HEADER) else { return String::new() };
    header.trim_start_matches(|c: char| c.is_whitespace() || c == BETWEEN).to_owned()
}

/// How many bytes before its value a row with that first header begins.
fn header_start(gap: &str, header: &str) -> usize {
    if header.is_empty() { 0 } else { gap.len() - gap.find(header).unwrap_or(gap.len()) }
}

/// The cells of a labelled row on a page. Values that were carried to it from above are cells too.
fn page_row(text: &str, row: Span, lines: &[PageLine], offset: usize) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    let mut before = row.start;
    for line in lines {
        let Some(value) = local(line.span, offset, text.len()).filter(|v| v.overlaps(row)) else { continue };
        let gap = Span::new(before, value.start.max(before));
        match gap.slice(text).and_then(|g| g.strip_suffix(printed::AFTER_HEADER)) {
            Some(_) => {
                let (carried, header) = carried(text, gap);
                cells.extend(carried);
                cells.push(Cell { header, value });
            }
            None => match cells.last_mut() {
                Some(last) => last.value.end = value.end,
                None => cells.push(Cell { header: String::new(), value }),
            },
        }
        before = value.end;
    }
    cells
}

/// The labelled values in front of the last header of a gap, and that header.
fn carried(text: &str, gap: Span) -> (Vec<Cell>, String) {
    let words = gap.slice(text).unwrap_or("").trim_end_matches(printed::AFTER_HEADER);
    match words.rfind(BETWEEN) {
        Some(at) if words[..at].contains(printed::AFTER_HEADER) => {
            let cells = written_cells(Span::new(gap.start, gap.start + at), &words[..at]);
            (cells, words[at + BETWEEN.len_utf8()..].trim().to_owned())
        }
        _ => (Vec::new(), header_in(gap.slice(text).unwrap_or(""))),
    }
}

/// The cells of a row that is written with its headers in running text; `None` for a line that is no such row.
fn written_row(line: Span, words: &str) -> Option<Vec<Cell>> {
    let cells = written_cells(line, words);
    let headed = |c: &Cell| !c.header.is_empty() && c.header.chars().count() <= 30 && !c.header.contains('。');
    (cells.len() > 1 && cells.iter().all(headed)).then_some(cells)
}

fn written_cells(line: Span, words: &str) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    let mut at = 0;
    for part in words.split(BETWEEN) {
        let end = line.start + at + part.len();
        match part.split_once(printed::AFTER_HEADER) {
            Some((header, value)) => cells.push(Cell { header: header.trim().to_owned(), value: Span::new(end - value.len(), end) }),
            // A value may hold the separator itself.
            None => match cells.last_mut() {
                Some(last) => last.value.end = end,
                None => cells.push(Cell { header: String::new(), value: Span::new(end - part.len(), end) }),
            },
        }
        at += part.len() + BETWEEN.len_utf8();
    }
    cells
}

fn barred(line: Span, words: &str) -> Vec<Cell> {
    let mut at = 0;
    let mut cells = Vec::new();
    for part in words.split(BAR) {
        let start = line.start + at + (part.len() - part.trim_start().len());
        cells.push(Cell { header: String::new(), value: Span::new(start, start + part.trim().len()) });
        at += part.len() + BAR.len();
    }
    cells
}

fn local(span: Span, offset: usize, length: usize) -> Option<Span> {
    let start = span.start.checked_sub(offset)?;
    let end = span.end.checked_sub(offset).filter(|e| *e <= length && *e >= start)?;
    Some(Span::new(start, end))
}
