//! PDF: glyphs with positions, lines, reading order, blocks.
//!
//! hayro interprets pages and opens files (encrypted and damaged ones too); lopdf repairs and decrypts what hayro cannot
//! open. Everything after [`glyphs`] is geometry of our own: [`frame`] turns vertical and rotated
//! writing into the same problem as horizontal writing, [`line`] finds lines, [`column`] their order, [`flow`] joins
//! them into paragraphs, headings and rows.

mod cff;
mod collection;
mod column;
mod direction;
mod facts;
mod flow;
mod font_facts;
mod fonts;
mod footnotes;
mod frame;
mod furniture;
mod glyphs;
mod line;
mod meaning;
mod mending;
mod notes;
mod opening;
mod page;
mod pictures;
mod quality;
mod recognised;
mod render;
mod rewriting;
mod ruby;
mod rules;
mod scan;
mod segment;
mod spelled;
mod stacked;
mod survey;
mod table;
mod truetype;
mod unlocking;
mod words;

pub(crate) use render::Fonts;
pub(crate) use render::render_page;
pub use unlocking::Unlock;
pub(crate) use unlocking::unlock;
pub(crate) use words::page_words;

use crate::limits::Limits;
use crate::recognition::Recognition;
use appliance_core::document::{Block, Document, Format, Page, Parsed, Warning};
use appliance_core::locator::Place;
use appliance_core::ports::reader::{ParseError, Watch};
use hayro_interpret::InterpreterCache;
use recognised::Tilt;
use std::sync::Arc;
use std::time::Instant;
use tracing::trace_span;

/// Reads a PDF.
pub(crate) fn parse(
    name: &str,
    bytes: &Arc<Vec<u8>>,
    limits: &Limits,
    recognition: &Recognition,
    watch: &Watch,
) -> Result<Parsed, ParseError> {
    let opening::Opened { pdf, title, repairs, mut fonts } = opening::open(bytes).map_err(|e| e.named(name))?;
    let facts = trace_span!("ingest.facts").in_scope(|| facts::read(&pdf, title.as_deref()));
    let settings = opening::settings();
    let cache = InterpreterCache::new();
    let scanner = scan::Scanner::new(recognition, watch);
    let means = page::Means { cache: &cache, settings: &settings, limits, scanner: &scanner, keeps_glyphs: false };
    let cancelled = || ParseError::Cancelled { name: name.to_owned() };
    let started = Instant::now();

    let mut warnings: Vec<Warning> = repairs.into_iter().map(|what| Warning::Repaired { what }).collect();
    let mut pages = Vec::new();
    let mut read = Vec::new();
    for (index, page) in pdf.pages().iter().enumerate() {
        let number = index as u32 + 1;
        if watch.is_cancelled() {
            return Err(cancelled());
        }
        watch.note(index as u32, pdf.pages().len() as u32);
        if index >= limits.pages || started.elapsed().saturating_sub(scanner.spent()) > limits.file_time {
            warnings.push(Warning::Truncated { limit: format!("{index} pages of {}", pdf.pages().len()) });
            break;
        }
        let (width, height) = page.render_dimensions();
        let mut lines = page::read(page, number, &means, &mut fonts, &mut warnings);
        let links = std::mem::take(&mut lines.links);
        pages.push(Page { number, label: facts.label(index), width, height, reading: lines.reading, links });
        read.push(lines);
    }
    // A page whose recognition was broken off must not pass for one that was read.
    if watch.is_cancelled() {
        return Err(cancelled());
    }
    let tilts: Vec<(u32, Tilt)> = read.iter().filter_map(|p| Some((p.number, p.tilt?))).collect();
    trace_span!("ingest.layout").in_scope(|| furniture::set_aside(&mut read));
    let (text, mut blocks) = trace_span!("ingest.write").in_scope(|| flow::write(read, &facts, limits, &mut warnings));
    lean(&mut blocks, &tilts);
    let title = facts.title.unwrap_or_default();
    Ok(Parsed { document: Document { format: Format::Pdf, title, text, blocks, pages, sheets: Vec::new() }, warnings })
}

/// Moves the lines of pages that were set straight for recognition to where a person sees them.
fn lean(blocks: &mut [Block], tilts: &[(u32, Tilt)]) {
    if tilts.is_empty() {
        return;
    }
    for block in blocks {
        let Place::Pages { lines } = &mut block.place else { continue };
        for line in lines {
            if let Some((_, tilt)) = tilts.iter().find(|(page, _)| *page == line.page) {
                line.rect = tilt.leaning(line.rect);
            }
        }
    }
}
