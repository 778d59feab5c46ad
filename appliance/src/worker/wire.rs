//! Blocks, passages and refusals in the compact form that travels between the processes.
//!
//! The types of `appliance_core` name their variants inside their fields, for JSON; postcard cannot carry that. Blocks and
//! passages make up nearly all of a reading, so they have a form of their own; pages and warnings travel as JSON.

use appliance_core::document::{Block, BlockKind};
use appliance_core::locator::{CellRange, CellRef, CellSpan, Locator, PageLine, Place, Rect, Span};
use appliance_core::passage::Passage;
use appliance_core::ports::reader::ParseError;
use serde::{Deserialize, Serialize};
use std::io;

/// A block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WireBlock {
    kind: WireKind,
    span: Span,
    place: WirePlace,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum WireKind {
    Heading(u8),
    Paragraph,
    Row,
    Note,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum WirePlace {
    Pages(Vec<WireLine>),
    Cells { sheet: u32, name: String, range: CellRange, cells: Vec<(Span, CellRef)> },
    Text(u32, u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct WireLine {
    page: u32,
    rect: Rect,
    span: Span,
    vertical: bool,
}

/// A passage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WirePassage {
    ordinal: u32,
    heading_path: Vec<String>,
    text: String,
    span: Span,
    place: WirePlace,
    recognised: Option<f32>,
}

impl WireBlock {
    /// How many lines or cells it carries, about: what it costs to send and to hold.
    pub fn weight(&self) -> usize {
        1 + self.place.weight()
    }
}

impl WirePassage {
    /// The same, for a passage.
    pub fn weight(&self) -> usize {
        let words = self.text.len() + self.heading_path.iter().map(|h| 24 + h.len()).sum::<usize>();
        2 + words / 64 + self.place.weight()
    }
}

impl WirePlace {
    fn weight(&self) -> usize {
        match self {
            Self::Pages(lines) => lines.len(),
            Self::Cells { cells, name, .. } => cells.len() + name.len() / 64,
            Self::Text(..) => 0,
        }
    }
}

impl From<Block> for WireBlock {
    fn from(Block { kind, span, place }: Block) -> Self {
        let kind = match kind {
            BlockKind::Heading { level } => WireKind::Heading(level),
            BlockKind::Paragraph => WireKind::Paragraph,
            BlockKind::Row => WireKind::Row,
            BlockKind::Note => WireKind::Note,
        };
        Self { kind, span, place: place.into() }
    }
}

impl From<WireBlock> for Block {
    fn from(WireBlock { kind, span, place }: WireBlock) -> Self {
        let kind = match kind {
            WireKind::Heading(level) => BlockKind::Heading { level },
            WireKind::Paragraph => BlockKind::Paragraph,
            WireKind::Row => BlockKind::Row,
            WireKind::Note => BlockKind::Note,
        };
        Self { kind, span, place: place.into() }
    }
}

impl From<Passage> for WirePassage {
    fn from(Passage { ordinal, heading_path, text, locator, recognised }: Passage) -> Self {
        Self { ordinal, heading_path, text, span: locator.span, place: locator.place.into(), recognised }
    }
}

impl From<WirePassage> for Passage {
    fn from(WirePassage { ordinal, heading_path, text, span, place, recognised }: WirePassage) -> Self {
        Self { ordinal, heading_path, text, locator: Locator { span, place: place.into() }, recognised }
    }
}

impl From<Place> for WirePlace {
    fn from(place: Place) -> Self {
        match place {
            Place::Pages { lines } => {
                let line = |PageLine { page, rect, span, vertical }| WireLine { page, rect, span, vertical };
                Self::Pages(lines.into_iter().map(line).collect())
            }
            Place::Cells { sheet, name, range, cells } => {
                Self::Cells { sheet, name, range, cells: cells.into_iter().map(|CellSpan { span, cell }| (span, cell)).collect() }
            }
            Place::Text { first_line, last_line } => Self::Text(first_line, last_line),
        }
    }
}

impl From<WirePlace> for Place {
    fn from(place: WirePlace) -> Self {
        match place {
            WirePlace::Pages(lines) => {
                let line = |WireLine { page, rect, span, vertical }| PageLine { page, rect, span, vertical };
                Self::Pages { lines: lines.into_iter().map(line).collect() }
            }
            WirePlace::Cells { sheet, name, range, cells } => {
                Self::Cells { sheet, name, range, cells: cells.into_iter().map(|(span, cell)| CellSpan { span, cell }).collect() }
            }
            WirePlace::Text(first_line, last_line) => Self::Text { first_line, last_line },
        }
    }
}

/// Why a worker refused a file: a [`ParseError`] without the file's name, which the supervisor knows better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    UnknownFormat(String),
    OldFormat(String),
    Encrypted,
    Sealed,
    Damaged(String),
    TooLarge(String),
    Exhausted(String),
    ReaderDied(String),
    Cancelled,
    Empty,
    Unavailable(String),
}

/// Characters of a reason at most: it comes from a worker, and is kept and shown.
const MAX_REASON: usize = 500;

/// A worker's words on one line, and not too many of them.
pub fn tamed(words: &str) -> String {
    words.chars().take(MAX_REASON).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

impl From<ParseError> for Refusal {
    fn from(error: ParseError) -> Self {
        match error {
            ParseError::UnknownFormat { found, .. } => Self::UnknownFormat(found),
            ParseError::OldFormat { ending, .. } => Self::OldFormat(ending),
            ParseError::Encrypted { .. } => Self::Encrypted,
            ParseError::Sealed { .. } => Self::Sealed,
            ParseError::Damaged { reason, .. } => Self::Damaged(reason),
            ParseError::TooLarge { limit, .. } => Self::TooLarge(limit),
            ParseError::Exhausted { limit, .. } => Self::Exhausted(limit),
            ParseError::ReaderDied { reason, .. } => Self::ReaderDied(reason),
            ParseError::Cancelled { .. } => Self::Cancelled,
            ParseError::Empty { .. } => Self::Empty,
            ParseError::Unavailable { source, .. } if source.kind() == io::ErrorKind::OutOfMemory => {
                Self::Exhausted("its bytes alone take more memory than one file may take".to_owned())
            }
            ParseError::Unavailable { source, .. } => Self::Unavailable(source.to_string()),
        }
    }
}

impl Refusal {
    /// The refusal of the file called `name`.
    pub fn named(self, name: &str) -> ParseError {
        let name = name.to_owned();
        match self {
            Self::UnknownFormat(found) => ParseError::UnknownFormat { name, found: tamed(&found) },
            Self::OldFormat(ending) => ParseError::OldFormat { name, ending: tamed(&ending) },
            Self::Encrypted => ParseError::Encrypted { name },
            Self::Sealed => ParseError::Sealed { name },
            Self::Damaged(reason) => ParseError::Damaged { name, reason: tamed(&reason) },
            Self::TooLarge(limit) => ParseError::TooLarge { name, limit: tamed(&limit) },
            Self::Exhausted(limit) => ParseError::Exhausted { name, limit: tamed(&limit) },
            Self::ReaderDied(reason) => ParseError::ReaderDied { name, reason: tamed(&reason) },
            Self::Cancelled => ParseError::Cancelled { name },
            Self::Empty => ParseError::Empty { name },
            Self::Unavailable(reason) => ParseError::Unavailable { name, source: io::Error::other(tamed(&reason)) },
        }
    }
}
