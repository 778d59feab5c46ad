//! Where a text stands in its document.
//!
//! Invariant: a [`Locator`] always slices back. `document.text[locator.span]` is the text that was cut, to the byte.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A half-open range of bytes in a document's text, on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` to `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether it covers nothing.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether the two share at least one byte.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The slice of `text`, or `None` when the span does not fit it.
    pub fn slice(self, text: &str) -> Option<&str> {
        text.get(self.start..self.end)
    }
}

/// A rectangle on a page as displayed (crop box and rotation applied): points (1/72 inch), origin at the top left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// One line of text on a page: the part of the document's text it shows, and its box.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PageLine {
    /// Page number, from 1, in the order of the file (not the printed label).
    pub page: u32,
    /// The line's box.
    pub rect: Rect,
    /// The bytes of the document's text that the line shows.
    pub span: Span,
    /// Whether the line runs from top to bottom (縦書き).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub vertical: bool,
}

/// A cell of a sheet. Row and column count from 0; `Display` gives the A1 style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CellRef {
    /// Row, from 0.
    pub row: u32,
    /// Column, from 0.
    pub column: u32,
}

impl CellRef {
    /// Reads the A1 style (`C12`); `None` when it is not one.
    pub fn parse(a1: &str) -> Option<Self> {
        let digits = a1.find(|c: char| c.is_ascii_digit())?;
        let (letters, number) = a1.split_at(digits);
        if letters.is_empty() || letters.len() > 3 {
            return None;
        }
        let mut column: u32 = 0;
        for c in letters.chars() {
            if !c.is_ascii_alphabetic() {
                return None;
            }
            column = column * 26 + (c.to_ascii_uppercase() as u32 - 'A' as u32 + 1);
        }
        let row: u32 = number.parse().ok()?;
        Some(Self { row: row.checked_sub(1)?, column: column - 1 })
    }
}

impl fmt::Display for CellRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = Vec::new();
        let mut n = self.column + 1;
        while n > 0 {
            letters.push(b'A' + ((n - 1) % 26) as u8);
            n = (n - 1) / 26;
        }
        for l in letters.iter().rev() {
            write!(f, "{}", *l as char)?;
        }
        write!(f, "{}", self.row + 1)
    }
}

/// A rectangle of cells, both corners included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CellRange {
    /// Top left cell.
    pub first: CellRef,
    /// Bottom right cell.
    pub last: CellRef,
}

impl CellRange {
    /// Whether the cell lies inside.
    pub fn contains(&self, cell: CellRef) -> bool {
        (self.first.row..=self.last.row).contains(&cell.row) && (self.first.column..=self.last.column).contains(&cell.column)
    }
}

impl fmt::Display for CellRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { self.first.fmt(f) } else { write!(f, "{}:{}", self.first, self.last) }
    }
}

/// The part of the document's text that shows one cell's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellSpan {
    /// The bytes of the document's text.
    pub span: Span,
    /// The cell whose value stands there.
    pub cell: CellRef,
}

/// Where a text can be seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Place {
    /// Lines on pages, in reading order; a passage may run over a page break.
    Pages {
        /// The lines.
        lines: Vec<PageLine>,
    },
    /// Cells of one sheet.
    Cells {
        /// Sheet number, from 0, in the order of the workbook.
        sheet: u32,
        /// Sheet name as a person sees it.
        name: String,
        /// The smallest range that holds all cited cells.
        range: CellRange,
        /// Which bytes show which cell.
        cells: Vec<CellSpan>,
    },
    /// Lines of a text file, from 1, both included.
    Text {
        /// First line.
        first_line: u32,
        /// Last line.
        last_line: u32,
    },
}

impl Place {
    /// The first page it touches, for paged documents.
    pub fn page(&self) -> Option<u32> {
        match self {
            Self::Pages { lines } => lines.first().map(|l| l.page),
            _ => None,
        }
    }
}

/// A place in a document, and the bytes of its text that stand there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Locator {
    /// The bytes of the document's text.
    pub span: Span,
    /// Where they can be seen.
    pub place: Place,
}

impl Locator {
    /// Narrows the locator to `part` (bytes of the document's text): the lines or cells that show it.
    ///
    /// A line that is only partly covered is cut in proportion to the bytes covered, which is exact for the
    /// full-width type of Japanese documents and close for others. A cell is never cut. If nothing of the place
    /// shows `part`, the place is kept whole.
    pub fn narrowed(&self, part: Span) -> Self {
        let place = match &self.place {
            Place::Pages { lines } => {
                let cut: Vec<PageLine> = lines.iter().filter(|l| l.span.overlaps(part)).map(|l| cut_line(l, part)).collect();
                if cut.is_empty() { self.place.clone() } else { Place::Pages { lines: cut } }
            }
            Place::Cells { sheet, name, cells, .. } => {
                let kept: Vec<CellSpan> = cells.iter().filter(|c| c.span.overlaps(part)).copied().collect();
                match bounding_range(&kept) {
                    Some(range) => Place::Cells { sheet: *sheet, name: name.clone(), range, cells: kept },
                    None => self.place.clone(),
                }
            }
            Place::Text { .. } => self.place.clone(),
        };
        Self { span: part, place }
    }
}

/// The smallest range that holds all of `cells`; `None` for none.
pub fn bounding_range(cells: &[CellSpan]) -> Option<CellRange> {
    let first = cells.first()?.cell;
    let mut range = CellRange { first, last: first };
    for CellSpan { cell, .. } in cells {
        range.first.row = range.first.row.min(cell.row);
        range.first.column = range.first.column.min(cell.column);
        range.last.row = range.last.row.max(cell.row);
        range.last.column = range.last.column.max(cell.column);
    }
    Some(range)
}

fn cut_line(line: &PageLine, part: Span) -> PageLine {
    let total = line.span.len().max(1) as f32;
    let start = part.start.max(line.span.start);
    let end = part.end.min(line.span.end);
    let from = (start - line.span.start) as f32 / total;
    let share = (end - start) as f32 / total;
    let mut rect = line.rect;
    if line.vertical {
        rect.y += rect.height * from;
        rect.height *= share;
    } else {
        rect.x += rect.width * from;
        rect.width *= share;
    }
    PageLine { rect, span: Span::new(start, end), ..*line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(a1: &str, row: u32, column: u32) {
        let cell = CellRef { row, column };
        assert_eq!(cell.to_string(), a1);
        assert_eq!(CellRef::parse(a1), Some(cell));
    }

    #[test]
    fn cells_are_named_as_a_person_names_them() {
        check("A1", 0, 0);
        check("C12", 11, 2);
        check("Z3", 2, 25);
        check("AA10", 9, 26);
        check("XFD1048576", 1_048_575, 16_383);
        assert_eq!(CellRef::parse("12"), None);
        assert_eq!(CellRef::parse("A0"), None);
    }

    #[test]
    fn a_quotation_narrows_a_line_to_its_part() {
        let rect = Rect { x: 100.0, y: 50.0, width: 200.0, height: 12.0 };
        let line = PageLine { page: 3, rect, span: Span::new(10, 50), vertical: false };
        let locator = Locator { span: Span::new(10, 50), place: Place::Pages { lines: vec![line] } };
        let Place::Pages { lines } = locator.narrowed(Span::new(20, 30)).place else { panic!("pages stay pages") };
        assert_eq!((lines[0].rect.x, lines[0].rect.width), (150.0, 50.0));
    }
}
