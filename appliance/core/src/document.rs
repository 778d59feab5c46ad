//! A document as ingest read it: its text, its blocks in reading order, its pages or sheets, and what went wrong.

use crate::locator::{Place, Rect, Span};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The kinds of file that Kura reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "each variant is the name of its file format")]
pub enum Format {
    Pdf,
    Xlsx,
    Xlsb,
    Xls,
    Ods,
    Csv,
    Tsv,
    Text,
    Markdown,
    Docx,
    Pptx,
    Odt,
    Odp,
    Html,
    Mail,
    Zip,
}

impl Format {
    const ALL: [Self; 16] = [
        Self::Pdf,
        Self::Xlsx,
        Self::Xlsb,
        Self::Xls,
        Self::Ods,
        Self::Csv,
        Self::Tsv,
        Self::Text,
        Self::Markdown,
        Self::Docx,
        Self::Pptx,
        Self::Odt,
        Self::Odp,
        Self::Html,
        Self::Mail,
        Self::Zip,
    ];

    /// The name used in the catalog, in URLs and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
            Self::Xlsb => "xlsb",
            Self::Xls => "xls",
            Self::Ods => "ods",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Docx => "docx",
            Self::Pptx => "pptx",
            Self::Odt => "odt",
            Self::Odp => "odp",
            Self::Html => "html",
            Self::Mail => "mail",
            Self::Zip => "zip",
        }
    }

    /// The format of that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.name() == name)
    }

    /// Whether it shows pages, sheets or running text.
    pub fn view(self) -> View {
        match self {
            Self::Pdf => View::Pages,
            Self::Xlsx | Self::Xlsb | Self::Xls | Self::Ods | Self::Csv | Self::Tsv => View::Sheets,
            Self::Text | Self::Markdown => View::Text,
            // Their pages are made by the program that opens them; what the file holds is text in order.
            Self::Docx | Self::Pptx | Self::Odt | Self::Odp | Self::Html | Self::Mail | Self::Zip => View::Text,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a document is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Rendered pages.
    Pages,
    /// Tables of cells.
    Sheets,
    /// Running text.
    Text,
}

/// A page of a paged document, as displayed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// Number, from 1, in the order of the file.
    pub number: u32,
    /// The printed label (`iv`, `A-3`), when the file names one that differs from the number.
    pub label: Option<String>,
    /// Width in points.
    pub width: f32,
    /// Height in points.
    pub height: f32,
    /// How its text came to be known.
    #[serde(default)]
    pub reading: PageReading,
    /// Where its links lead outside of the file. Pages show the words under a link, not its address, so addresses are no
    /// part of the document's text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
}

/// A place on a page that leads out of its file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Where it lies on the page.
    pub rect: Rect,
    /// Where it leads: an address that begins with one of [`Link::SCHEMES`], at most [`Link::LONGEST`] bytes.
    pub address: String,
}

impl Link {
    /// What addresses begin with. Others (programs to start, files beside the file) lead nowhere that people may go.
    pub const SCHEMES: [&'static str; 3] = ["http://", "https://", "mailto:"];
    /// Bytes of an address.
    pub const LONGEST: usize = 2_000;
    /// Links of one page.
    pub const MOST: usize = 50;

    /// Whether the address is one that a link may have.
    pub fn leads_out(address: &str) -> bool {
        let spelled = address.len() <= Self::LONGEST && !address.chars().any(char::is_control);
        spelled && Self::SCHEMES.iter().any(|scheme| address.starts_with(scheme))
    }
}

/// How a page's text came to be known, and how far it can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PageReading {
    /// Where the text came from.
    #[serde(flatten)]
    pub origin: TextOrigin,
    /// From 0 (nothing of what the page shows was read) to 1 (no doubt about any of it).
    pub score: f32,
}

impl Default for PageReading {
    /// What is said of pages that were read before readings had a score.
    fn default() -> Self {
        Self { origin: TextOrigin::Written, score: 1.0 }
    }
}

/// Where the text of a page came from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "origin", rename_all = "lowercase")]
pub enum TextOrigin {
    /// The file holds it as text.
    Written,
    /// Characters were recognised in the page's picture.
    Recognised {
        /// Mean confidence of the recognised words, weighted by their length, from 0 to 1.
        confidence: f32,
    },
    /// The page shows something that could not be read as text.
    Unread,
    /// The page shows nothing.
    Blank,
}

/// A sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Name as a person sees it.
    pub name: String,
    /// Rows up to the last one that holds a value.
    pub rows: u32,
    /// Columns up to the last one that holds a value.
    pub columns: u32,
    /// Whether the workbook hides it.
    pub hidden: bool,
}

/// What a block is in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum BlockKind {
    /// A heading; level 1 is the outermost.
    Heading {
        /// Depth, from 1.
        level: u8,
    },
    /// Running text.
    Paragraph,
    /// One row of a table, written with its headers.
    Row,
    /// What somebody hung on a page: a comment. It can be found and cited, but the page does not print it.
    Note,
}

/// A piece of the document's text in reading order. Spans ascend and do not overlap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// What it is.
    #[serde(flatten)]
    pub kind: BlockKind,
    /// Its bytes in [`Document::text`].
    pub span: Span,
    /// Where it can be seen.
    pub place: Place,
}

/// A document as read from one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The file format.
    pub format: Format,
    /// Title from the metadata or the first heading, else the file's name without its ending.
    pub title: String,
    /// The whole text in reading order. Every [`Span`] of the document is a range of its bytes.
    pub text: String,
    /// The text's blocks.
    pub blocks: Vec<Block>,
    /// Pages; empty unless the format shows pages.
    pub pages: Vec<Page>,
    /// Sheets; empty unless the format shows sheets.
    pub sheets: Vec<Sheet>,
}

impl Document {
    /// A text of which nothing but the text is kept, as a document: every line is a block.
    pub fn of_lines(title: &str, text: &str) -> Self {
        let (mut blocks, mut at) = (Vec::new(), 0);
        for (number, line) in (1..).zip(text.split_inclusive('\n')) {
            let bare = line.trim_end();
            if !bare.is_empty() {
                let place = Place::Text { first_line: number, last_line: number };
                blocks.push(Block { kind: BlockKind::Paragraph, span: Span::new(at, at + bare.len()), place });
            }
            at += line.len();
        }
        let (title, text) = (title.to_owned(), text.to_owned());
        Self { format: Format::Text, title, text, blocks, pages: Vec::new(), sheets: Vec::new() }
    }
}

/// Something that could not be read, or was read with doubt. The rest of the document stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Warning {
    /// The page could not be interpreted.
    UnreadablePage {
        /// Page number, from 1.
        page: u32,
        /// What the parser said.
        reason: String,
    },
    /// The page shows marks but holds no text (a scan).
    PageWithoutText {
        /// Page number, from 1.
        page: u32,
    },
    /// Glyphs of the page that no map turns into Unicode.
    UnknownGlyphs {
        /// Page number, from 1.
        page: u32,
        /// How many.
        count: u32,
    },
    /// The sheet could not be read.
    UnreadableSheet {
        /// Sheet name.
        sheet: String,
        /// What the parser said.
        reason: String,
    },
    /// A part of the file (a member of an archive, an attachment) could not be read, or only with doubt.
    UnreadablePart {
        /// The part's name.
        part: String,
        /// What was wrong, in words.
        reason: String,
    },
    /// The text's encoding was guessed, with characters that did not fit.
    DoubtfulEncoding {
        /// The encoding taken.
        encoding: String,
    },
    /// The page's text reads as garbage (a wrong character map, most often), and nothing better was found.
    DoubtfulText {
        /// Page number, from 1.
        page: u32,
    },
    /// Characters of the page that its file maps wrongly and that were put right by their shape or their font.
    MendedCharacters {
        /// Page number, from 1.
        page: u32,
        /// How many.
        count: u32,
    },
    /// The page's characters could have been recognised, had the recognition not failed or been absent.
    NotRecognised {
        /// Page number, from 1.
        page: u32,
        /// Why, in words.
        reason: String,
    },
    /// The file's structure was damaged, and was read after a repair.
    Repaired {
        /// What was wrong, in words.
        what: String,
    },
    /// The workbook is larger than Kura reads: the sheet's rows from one on were left out.
    RowsLeftOut {
        /// Sheet name.
        sheet: String,
        /// The first row that was left out, from 1.
        row: u32,
        /// Which limit, in words.
        limit: String,
    },
    /// The file is larger than Kura reads; what follows the limit is left out.
    Truncated {
        /// Which limit, in words.
        limit: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnreadablePage { page, reason } => write!(f, "page {page} could not be read: {reason}"),
            Self::PageWithoutText { page } => write!(f, "page {page} shows marks but holds no text"),
            Self::UnknownGlyphs { page, count } => write!(f, "page {page} holds {count} glyphs of unknown meaning"),
            Self::UnreadableSheet { sheet, reason } => write!(f, "sheet {sheet:?} could not be read: {reason}"),
            Self::UnreadablePart { part, reason } => write!(f, "part {part:?} could not be read: {reason}"),
            Self::DoubtfulEncoding { encoding } => write!(f, "the encoding was taken for {encoding}, with characters that do not fit"),
            Self::DoubtfulText { page } => write!(f, "the text of page {page} reads as garbage"),
            Self::MendedCharacters { page, count } => write!(f, "page {page} maps {count} characters wrongly; they were put right"),
            Self::NotRecognised { page, reason } => write!(f, "the characters of page {page} were not recognised: {reason}"),
            Self::Repaired { what } => write!(f, "the file was damaged and was repaired: {what}"),
            Self::RowsLeftOut { sheet, row, limit } => {
                write!(f, "sheet {sheet:?} was left out from row {row} on ({limit}); split the workbook to have the rest read")
            }
            Self::Truncated { limit } => write!(f, "only a part was read: {limit}"),
        }
    }
}

/// What came of parsing a file that could be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parsed {
    /// The document.
    pub document: Document,
    /// What could not be read, or only with doubt.
    pub warnings: Vec<Warning>,
}

/// What a parser makes of one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The document and its warnings.
    pub parsed: Parsed,
    /// The document cut into passages, in reading order.
    pub passages: Vec<crate::passage::Passage>,
}

/// A page rendered to pixels, with what a viewer needs to lay text and highlights over it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageImage {
    /// PNG bytes.
    pub png: Vec<u8>,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// A window of a sheet's rows as a person sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetWindow {
    /// The first row shown, from 0.
    pub first_row: u32,
    /// Rows of cell texts; each row has the window's width, empty strings for empty cells.
    pub rows: Vec<Vec<String>>,
    /// Merged ranges that touch the window.
    pub merged: Vec<crate::locator::CellRange>,
}
