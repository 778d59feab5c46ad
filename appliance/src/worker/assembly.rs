//! A reading, put together from a worker's frames and believed only as far as it holds.
//!
//! Invariant: whatever a worker sends, what comes out of [`Assembly::finish`] slices back: every span lies in the text, on
//! character boundaries; every passage is the text of its span; every line stands on a page and every cell on a sheet that
//! the document has. A worker that a hostile file has taken over can lie about that file, and about nothing else.

use super::frame::Frame;
use super::wire::{WireBlock, WirePassage};
use appliance_core::document::{Document, Format, Link, Page, Parsed, Reading, TextOrigin, View, Warning};
use appliance_core::locator::{Place, Rect, Span};
use appliance_core::passage::Passage;

/// Bytes of a title at most.
const MAX_TITLE: usize = 64 << 10;
/// Bytes that one unit of a frame's weight (a line, a cell, a short piece of text) takes in memory, about.
const WEIGHT_BYTES: usize = 64;
/// Points of a page's side at most; a PDF's own bound is 14,400, times a user unit.
const MAX_POINTS: f32 = 10_000_000.0;

/// A reading under way.
pub struct Assembly {
    most_bytes: usize,
    bytes: usize,
    document: Option<Document>,
    warnings: Vec<Warning>,
    passages: Vec<Passage>,
}

impl Assembly {
    /// An empty one, which takes in about `most_bytes`.
    pub fn new(most_bytes: usize) -> Self {
        Self { most_bytes, bytes: 0, document: None, warnings: Vec::new(), passages: Vec::new() }
    }

    /// Takes in the next frame.
    pub fn take(&mut self, frame: Frame) -> Result<(), String> {
        match frame {
            Frame::Document { format, title } => self.begin(&format, title),
            Frame::Text(text) => {
                self.grow(text.len())?;
                self.document()?.text.push_str(&text);
                Ok(())
            }
            Frame::Blocks(blocks) => {
                self.grow(blocks.iter().map(WireBlock::weight).sum::<usize>() * WEIGHT_BYTES)?;
                self.document()?.blocks.extend(blocks.into_iter().map(Into::into));
                Ok(())
            }
            Frame::Pages(json) => {
                self.grow(json.len())?;
                let pages: Vec<Page> = serde_json::from_str(&json).map_err(|e| format!("pages: {e}"))?;
                self.document()?.pages.extend(pages);
                Ok(())
            }
            Frame::Sheets(sheets) => {
                self.grow(sheets.iter().map(|s| WEIGHT_BYTES + s.name.len()).sum())?;
                self.document()?.sheets.extend(sheets);
                Ok(())
            }
            Frame::Warnings(json) => {
                self.grow(json.len())?;
                let warnings: Vec<Warning> = serde_json::from_str(&json).map_err(|e| format!("warnings: {e}"))?;
                self.warnings.extend(warnings);
                Ok(())
            }
            Frame::Passages(passages) => {
                self.grow(passages.iter().map(WirePassage::weight).sum::<usize>() * WEIGHT_BYTES)?;
                self.passages.extend(passages.into_iter().map(Passage::from));
                Ok(())
            }
            _ => Err("an answer to another question".to_owned()),
        }
    }

    /// The reading, if every part of it holds.
    pub fn finish(self) -> Result<Reading, String> {
        let Self { document, warnings, passages, .. } = self;
        let document = document.ok_or("no document")?;
        pages_hold(&document)?;
        blocks_hold(&document)?;
        passages.iter().enumerate().try_for_each(|(at, passage)| passage_holds(&document, at, passage))?;
        Ok(Reading { parsed: Parsed { document, warnings }, passages })
    }

    fn begin(&mut self, format: &str, title: String) -> Result<(), String> {
        let format = Format::from_name(format).ok_or("an unknown format")?;
        if self.document.is_some() {
            return Err("a second document".to_owned());
        }
        if title.len() > MAX_TITLE {
            return Err("an endless title".to_owned());
        }
        let (text, blocks, pages, sheets) = Default::default();
        self.document = Some(Document { format, title, text, blocks, pages, sheets });
        Ok(())
    }

    fn document(&mut self) -> Result<&mut Document, String> {
        self.document.as_mut().ok_or_else(|| "parts of no document".to_owned())
    }

    fn grow(&mut self, bytes: usize) -> Result<(), String> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.most_bytes { Err("more than may be held".to_owned()) } else { Ok(()) }
    }
}

fn pages_hold(document: &Document) -> Result<(), String> {
    let view = document.format.view();
    if (view != View::Pages && !document.pages.is_empty()) || (view != View::Sheets && !document.sheets.is_empty()) {
        return Err("pages or sheets that its format does not have".to_owned());
    }
    for (at, page) in document.pages.iter().enumerate() {
        let measures = [page.width, page.height];
        let share = |value: f32| (0.0..=1.0).contains(&value);
        let sure = match page.reading.origin {
            TextOrigin::Recognised { confidence } => share(confidence),
            TextOrigin::Written | TextOrigin::Unread | TextOrigin::Blank => true,
        };
        let leads = page.links.len() <= Link::MOST && page.links.iter().all(|l| is_finite(l.rect) && Link::leads_out(&l.address));
        if !leads {
            return Err(format!("links of page {} that lead nowhere", at + 1));
        }
        if page.number as usize != at + 1 || !measures.iter().all(|m| (0.0..=MAX_POINTS).contains(m)) || !share(page.reading.score) || !sure
        {
            return Err(format!("page {} is impossible", at + 1));
        }
    }
    Ok(())
}

fn blocks_hold(document: &Document) -> Result<(), String> {
    let mut after = 0;
    for (at, block) in document.blocks.iter().enumerate() {
        if block.span.start < after || block.span.slice(&document.text).is_none() {
            return Err(format!("block {at} lies outside the text or before the one above it"));
        }
        after = block.span.end;
        place_holds(document, block.span, &block.place).map_err(|what| format!("block {at}: {what}"))?;
    }
    Ok(())
}

fn passage_holds(document: &Document, at: usize, passage: &Passage) -> Result<(), String> {
    let span = passage.locator.span;
    if passage.ordinal as usize != at {
        return Err(format!("passage {at} is out of order"));
    }
    if span.slice(&document.text) != Some(passage.text.as_str()) {
        return Err(format!("passage {at} is not the text of its span"));
    }
    if passage.recognised.is_some_and(|sure| !(0.0..=1.0).contains(&sure)) {
        return Err(format!("passage {at}: an impossible confidence"));
    }
    place_holds(document, span, &passage.locator.place).map_err(|what| format!("passage {at}: {what}"))
}

fn place_holds(document: &Document, span: Span, place: &Place) -> Result<(), &'static str> {
    let inside = |part: Span| span.contains(part) && part.slice(&document.text).is_some();
    match (document.format.view(), place) {
        (View::Pages, Place::Pages { lines }) => {
            let on_a_page = |page: u32| page >= 1 && page as usize <= document.pages.len();
            let holds = lines.iter().all(|line| on_a_page(line.page) && inside(line.span) && is_finite(line.rect));
            if holds { Ok(()) } else { Err("a line that stands nowhere") }
        }
        (View::Sheets, Place::Cells { sheet, range, cells, .. }) => {
            let known = (*sheet as usize) < document.sheets.len();
            // A passage that ends within a cell still cites the whole cell.
            let holds = known && cells.iter().all(|cell| range.contains(cell.cell) && cell.span.slice(&document.text).is_some());
            if holds { Ok(()) } else { Err("a cell that stands nowhere") }
        }
        (View::Text, Place::Text { first_line, last_line }) if (1..=*last_line).contains(first_line) => Ok(()),
        _ => Err("a place of another kind of document"),
    }
}

fn is_finite(rect: Rect) -> bool {
    [rect.x, rect.y, rect.width, rect.height].iter().all(|side| side.is_finite())
}
