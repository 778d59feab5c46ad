//! Ways in for hostile bytes: one function for each parser, which fuzz targets and the corpus tests call.
//!
//! Each reads whatever bytes it is given through the same code as a stored file, and asserts what must hold of anything
//! that was read. Panics of other people's parsers are shielded and no finding; [`watch_own_panics`] tells them from
//! our own. Built for tests and under the feature `fuzzing` alone.

mod synthetic;

#[cfg(test)]
mod corpus;

use crate::limits::Limits;
use crate::{parser, sniff};
use appliance_core::document::{Format, Parsed};
use appliance_core::ports::reader::{Password, Watch};
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A parser as a function of bytes.
pub type Target = fn(&[u8]);

/// The parsers, by the names that their fuzz targets and their fixtures bear.
pub const TARGETS: [(&str, Target); 13] = [
    ("pdf", pdf),
    ("unlock", unlock),
    ("cmap", character_map),
    ("font", font),
    ("layout", layout),
    ("workbook", workbook),
    ("delimited", delimited),
    ("text", text),
    ("office", office),
    ("web", web),
    ("mail", mail),
    ("bundle", bundle),
    ("sniff", sniffing),
];

/// A PDF: opening, repair, pages, passages.
pub fn pdf(bytes: &[u8]) {
    read(Format::Pdf, bytes.to_vec());
}

/// A PDF with a password, which is the bytes up to the first line break.
pub fn unlock(bytes: &[u8]) {
    let at = bytes.iter().position(|b| *b == b'\n').unwrap_or(0);
    let password = Password::new(String::from_utf8_lossy(&bytes[..at]).into_owned());
    let file = Arc::new(bytes[at..].to_vec());
    let _ = crate::shield::on_deep_stack(|| crate::pdf::unlock(&file, &password));
}

/// A font's maps: its encoding (first half) and its ToUnicode map (second half) in a PDF around them.
pub fn character_map(bytes: &[u8]) {
    let (encoding, unicode) = bytes.split_at(bytes.len() / 2);
    read(Format::Pdf, synthetic::with_maps(encoding, unicode));
}

/// An embedded font program in a PDF around it, without a Unicode map.
pub fn font(bytes: &[u8]) {
    read(Format::Pdf, synthetic::with_font(bytes));
}

/// Glyphs and rules strewn over pages as the bytes say.
pub fn layout(bytes: &[u8]) {
    read(Format::Pdf, synthetic::strewn(bytes));
}

/// A workbook; the first byte chooses the format.
pub fn workbook(bytes: &[u8]) {
    let Some((choice, rest)) = bytes.split_first() else { return };
    let formats = [Format::Xlsx, Format::Xls, Format::Ods, Format::Xlsb];
    read(formats[usize::from(*choice) % formats.len()], rest.to_vec());
}

/// A delimited file; the first byte chooses the format.
pub fn delimited(bytes: &[u8]) {
    let Some((choice, rest)) = bytes.split_first() else { return };
    read(if choice % 2 == 0 { Format::Csv } else { Format::Tsv }, rest.to_vec());
}

/// A text file; the first byte chooses the format.
pub fn text(bytes: &[u8]) {
    let Some((choice, rest)) = bytes.split_first() else { return };
    read(if choice % 2 == 0 { Format::Text } else { Format::Markdown }, rest.to_vec());
}

/// An office file; the first byte chooses the format.
pub fn office(bytes: &[u8]) {
    let Some((choice, rest)) = bytes.split_first() else { return };
    let formats = [Format::Docx, Format::Pptx, Format::Odt, Format::Odp];
    read(formats[usize::from(*choice) % formats.len()], rest.to_vec());
}

/// A web page.
pub fn web(bytes: &[u8]) {
    read(Format::Html, bytes.to_vec());
}

/// A letter with its attachments.
pub fn mail(bytes: &[u8]) {
    read(Format::Mail, bytes.to_vec());
}

/// An archive of files.
pub fn bundle(bytes: &[u8]) {
    read(Format::Zip, bytes.to_vec());
}

/// The format of a file, by its first and last bytes.
pub fn sniffing(bytes: &[u8]) {
    for name in ["a.pdf", "a.csv", "a.xls", "a"] {
        let _ = sniff::sniff_bytes(bytes, name);
    }
}

/// Bounds that keep one input short; the relations between them are those of [`Limits::default`].
fn limits() -> Limits {
    Limits {
        pages: 50,
        page_glyphs: 20_000,
        page_operations: 50_000,
        page_time: Duration::from_secs(2),
        file_time: Duration::from_secs(4),
        text_bytes: 4 << 20,
        cells: 50_000,
        unpacked_bytes: 64 << 20,
        ..Limits::default()
    }
}

fn read(format: Format, bytes: Vec<u8>) {
    let parser = parser::FileParser::new(limits());
    if let Ok(parsed) = parser.parse_stored("a", format, bytes, &Watch::default()) {
        hold(&parser, &parsed);
    }
}

/// Asserts what the rest of Kura relies on.
fn hold(parser: &parser::FileParser, parsed: &Parsed) {
    let document = &parsed.document;
    let mut end = 0;
    for block in &document.blocks {
        assert!(block.span.slice(&document.text).is_some(), "a block's span is no text");
        assert!(block.span.start >= end, "blocks overlap");
        end = block.span.end;
    }
    for page in &document.pages {
        assert!(page.width.is_finite() && page.height.is_finite(), "a page without a size");
        assert!((0.0..=1.0).contains(&page.reading.score), "a score out of bounds");
    }
    for passage in parser.passages(document) {
        assert_eq!(passage.locator.span.slice(&document.text), Some(passage.text.as_str()), "a passage that is not its text");
    }
}

static OWN_PANICS: AtomicUsize = AtomicUsize::new(0);

/// Counts panics of our own code from now on, with `told` called for each; panics of other crates pass in silence.
pub fn watch_own_panics(told: impl Fn(&panic::PanicHookInfo<'_>) + Send + Sync + 'static) {
    panic::set_hook(Box::new(move |info| {
        let own = info.location().is_some_and(|l| {
            let file = l.file();
            (file.contains("ingest/src") || file.contains("appliance/core")) && !file.ends_with("shield.rs")
        });
        if own {
            OWN_PANICS.fetch_add(1, Ordering::Relaxed);
            told(info);
        }
    }));
}

/// Panics of our own code since [`watch_own_panics`].
pub fn own_panics() -> usize {
    OWN_PANICS.load(Ordering::Relaxed)
}
