//! PDF: glyphs with positions, lines, reading order, blocks.
//!
//! hayro interprets pages and opens files (encrypted ones too, when the owner's password alone is set); lopdf repairs
//! what hayro cannot open. Everything after [`glyphs`] is geometry of our own: [`frame`] turns vertical and rotated
//! writing into the same problem as horizontal writing, [`line`] finds lines, [`column`] their order, [`flow`] joins
//! them into paragraphs, headings and rows.

mod collection;
mod column;
mod facts;
mod flow;
mod frame;
mod furniture;
mod glyphs;
mod line;
mod opening;
mod page;
mod render;
mod rules;
mod stacked;
mod table;
mod truetype;

pub(crate) use opening::{Unlock, unlock};
pub(crate) use render::Fonts;
pub(crate) use render::render_page;

use crate::limits::Limits;
use appliance_core::document::{Document, Format, Page, PageReading, Parsed, Warning};
use appliance_core::ports::reader::{ParseError, Watch};
use hayro_interpret::InterpreterCache;
use std::sync::Arc;
use std::time::Instant;

/// Reads a PDF.
pub(crate) fn parse(name: &str, bytes: &Arc<Vec<u8>>, limits: &Limits, watch: &Watch) -> Result<Parsed, ParseError> {
    let opening::Opened { pdf, title } = opening::open(bytes).map_err(|e| e.named(name))?;
    let facts = facts::read(&pdf, title.as_deref());
    let settings = opening::settings();
    let cache = InterpreterCache::new();
    let started = Instant::now();

    let mut warnings = Vec::new();
    let mut pages = Vec::new();
    let mut read = Vec::new();
    for (index, page) in pdf.pages().iter().enumerate() {
        let number = index as u32 + 1;
        if watch.is_cancelled() {
            return Err(ParseError::Cancelled { name: name.to_owned() });
        }
        watch.note(index as u32, pdf.pages().len() as u32);
        if index >= limits.pages || started.elapsed() > limits.file_time {
            warnings.push(Warning::Truncated { limit: format!("{index} pages of {}", pdf.pages().len()) });
            break;
        }
        let (width, height) = page.render_dimensions();
        pages.push(Page { number, label: facts.label(index), width, height, reading: PageReading::default() });
        read.push(page::read(page, number, &cache, &settings, limits, &mut warnings));
    }
    furniture::set_aside(&mut read);
    let (text, blocks) = flow::write(read, &facts, limits, &mut warnings);
    let title = facts.title.unwrap_or_default();
    Ok(Parsed { document: Document { format: Format::Pdf, title, text, blocks, pages, sheets: Vec::new() }, warnings })
}
