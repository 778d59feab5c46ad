//! Styles: which number format each cell style names.

use super::book::Sink;
use super::format::{self, NumberFormat};
use super::grid::Kind;
use appliance_core::locator::CellRef;
use std::collections::HashMap;

/// Styles kept; a workbook may define 65,490.
const MOST_STYLES: usize = 100_000;

/// Bytes of one cell's text: the 32,767 characters that a cell can hold.
const LONGEST_TEXT: usize = 32_767 * 4;

/// The number formats of a workbook's styles.
#[derive(Debug, Default)]
pub(crate) struct Styles {
    codes: HashMap<u16, String>,
    /// For each style, the number of its format.
    styles: Vec<u16>,
    formats: HashMap<u16, NumberFormat>,
    /// Whether dates count from 1904.
    pub(crate) since_1904: bool,
    plain: NumberFormat,
}

impl Styles {
    /// Defines a format.
    pub(crate) fn define(&mut self, id: u16, code: &str) {
        if self.codes.len() < MOST_STYLES {
            self.codes.insert(id, code.to_owned());
        }
    }

    /// Adds the next style.
    pub(crate) fn push(&mut self, format: u16) {
        if self.styles.len() < MOST_STYLES {
            self.styles.push(format);
        }
    }

    /// Reads all formats that the styles use.
    pub(crate) fn settle(&mut self) {
        for id in &self.styles {
            let codes = &self.codes;
            self.formats.entry(*id).or_insert_with(|| {
                let code = codes.get(id).map(String::as_str).or_else(|| format::builtin(*id)).unwrap_or("");
                NumberFormat::read(code)
            });
        }
    }

    /// The format of a style.
    pub(crate) fn format(&self, style: usize) -> &NumberFormat {
        self.styles.get(style).and_then(|id| self.formats.get(id)).unwrap_or(&self.plain)
    }

    /// Hands a number to the sink as its style shows it.
    pub(crate) fn number(&self, sink: &mut dyn Sink, at: CellRef, value: f64, style: usize) -> bool {
        let (text, kind) = self.format(style).show(value, self.since_1904);
        text.is_empty() || sink.cell(at, &text, kind)
    }

    /// Hands a text to the sink as its style shows it.
    pub(crate) fn text(&self, sink: &mut dyn Sink, at: CellRef, text: &str, style: usize) -> bool {
        // One long string named by thousands of cells would grow into gigabytes.
        let text = &text[..text.floor_char_boundary(LONGEST_TEXT)];
        let format = self.format(style);
        if format.decorates() {
            let shown = format.text(text);
            return shown.trim().is_empty() || sink.cell(at, shown.trim(), Kind::Text);
        }
        let text = text.trim();
        text.is_empty() || sink.cell(at, text, Kind::Text)
    }
}
