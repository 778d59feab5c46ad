//! Where an address of a place leads in a document: to bytes of its text, and so to whatever shows them.

use crate::places;
use crate::stable;
use appliance_core::document::Document;
use appliance_core::locator::{CellRange, Locator, Place, Rect, Span};
use appliance_core::passage::StoredPassage;
use appliance_core::ports::catalog::OpenDocument;
use appliance_core::reference::Address;
use appliance_core::structure::Tree;

/// Where in the document to begin.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// At the beginning, or where the query says.
    Start,
    /// A page, from 1.
    Page(u32),
    /// A rectangle of a page, in points.
    Rect(u32, Rect),
    /// Cells of a sheet, from 0.
    Cells(u32, CellRange),
    /// Cells of the sheet of that name.
    NamedCells(String, CellRange),
    /// A line, from 1.
    Line(u32),
    /// A place of a regulation, and the number, from 1, of the 附則 that it lies in.
    Regulation(Address, Option<usize>),
    /// What stands under a heading: the headings from the outermost in.
    Heading(Vec<String>),
    /// A regulation article by article, where the query says.
    Articles,
}

/// What became of a target.
#[derive(Debug, Default)]
pub struct Landing {
    /// The place, where the target is one of the text.
    pub place: Option<Locator>,
    /// How the place is called.
    pub name: String,
    /// Its stable address.
    pub address: Option<String>,
    /// Whether the document has no such place.
    pub missing: bool,
}

impl Target {
    /// Whether passages are needed to find it.
    pub fn needs_passages(&self) -> bool {
        matches!(self, Self::Regulation(..) | Self::Heading(_) | Self::Articles)
    }
}

/// Finds a target that is a place of the text, or a sheet by its name. Others are left as they are.
pub fn land(document: &OpenDocument, passages: &[StoredPassage], target: Target) -> (Target, Landing) {
    match target {
        Target::Regulation(address, supplement) => {
            let span = place_in_regulation(document, &address, supplement);
            let place = span.and_then(|span| places::place_of(document, passages, span));
            let stable = stable::regulation(document.entry.id, &address, supplement);
            (Target::Start, Landing { missing: place.is_none(), place, name: address.to_string(), address: stable })
        }
        Target::Heading(path) => {
            let place = under_heading(passages, &path).map(|s| first_lines(&s.passage.locator));
            let stable = stable::heading(document.entry.id, &path);
            (Target::Start, Landing { missing: place.is_none(), place, name: path.join(" › "), address: Some(stable) })
        }
        Target::NamedCells(name, range) => match document.sheets.iter().position(|s| s.name == name) {
            Some(sheet) => (Target::Cells(sheet as u32, range), Landing::default()),
            None => (Target::Start, Landing { missing: true, name, ..Landing::default() }),
        },
        other => (other, Landing::default()),
    }
}

/// The bytes of a place of a regulation.
pub fn place_in_regulation(document: &OpenDocument, address: &Address, supplement: Option<usize>) -> Option<Span> {
    let lines = Document::of_lines(&document.entry.title, &document.text);
    let tree = Tree::of(&lines);
    let node = &tree.nodes[tree.at(address, supplement)?];
    let (first, last) = (lines.blocks.get(node.blocks.0)?, lines.blocks.get(node.blocks.1)?);
    Some(Span::new(first.span.start, last.span.end))
}

/// The first passage under a heading: the whole path, else the innermost heading alone.
fn under_heading<'p>(passages: &'p [StoredPassage], path: &[String]) -> Option<&'p StoredPassage> {
    let begins = |s: &&StoredPassage| s.passage.heading_path.starts_with(path);
    let innermost = path.last()?;
    passages.iter().find(begins).or_else(|| passages.iter().find(|s| s.passage.heading_path.contains(innermost)))
}

/// The first line of a place: a heading leads to where its text begins, and cites nothing.
fn first_lines(locator: &Locator) -> Locator {
    match &locator.place {
        Place::Pages { lines } => match lines.first() {
            Some(first) => Locator { span: first.span, place: Place::Pages { lines: vec![*first] } },
            None => locator.clone(),
        },
        Place::Text { first_line, .. } => Locator {
            span: Span::new(locator.span.start, locator.span.start),
            place: Place::Text { first_line: *first_line, last_line: *first_line },
        },
        Place::Cells { .. } => locator.clone(),
    }
}
