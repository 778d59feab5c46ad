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
    /// For each style, which of the formats it names.
    styles: Vec<u32>,
    formats: Vec<NumberFormat>,
    by_code: HashMap<String, u32>,
    /// Whether dates count from 1904.
    pub(crate) since_1904: bool,
    plain: NumberFormat,
}

impl Styles {
    /// No styles yet; whether dates count from 1904.
    pub(crate) fn since(since_1904: bool) -> Self {
        Self { since_1904, ..Self::default() }
    }

    /// Defines a format.
    pub(crate) fn define(&mut self, id: u16, code: &str) {
        if self.codes.len() < MOST_STYLES {
            self.codes.insert(id, code.to_owned());
        }
    }

    /// Adds the next style by the number of its format. All formats that a workbook defines come before its styles.
    pub(crate) fn push(&mut self, format: u16) {
        let code = self.codes.get(&format).map(String::as_str).or_else(|| format::builtin(format)).unwrap_or("").to_owned();
        self.push_code(&code);
    }

    /// Adds the next style as calamine tells it.
    pub(crate) fn push_told(&mut self, format: Option<&calamine::NumberFormat>) {
        let code = format.map_or("", |f| f.format_code.as_str());
        let builtin = format.and_then(|f| f.format_id).and_then(|id| u16::try_from(id).ok()).and_then(format::builtin);
        // For a format that every workbook knows by number, calamine tells what an American spreadsheet shows.
        self.push_code(builtin.filter(|_| format::is_american(code)).unwrap_or(code));
    }

    fn push_code(&mut self, code: &str) {
        if self.styles.len() >= MOST_STYLES {
            return;
        }
        let known = self.by_code.get(code).copied();
        let format = known.unwrap_or_else(|| {
            self.formats.push(NumberFormat::read(code));
            let index = (self.formats.len() - 1) as u32;
            self.by_code.insert(code.to_owned(), index);
            index
        });
        self.styles.push(format);
    }

    /// Whether no style was added yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.styles.is_empty()
    }

    /// The format of a style.
    pub(crate) fn format(&self, style: usize) -> &NumberFormat {
        self.styles.get(style).and_then(|format| self.formats.get(*format as usize)).unwrap_or(&self.plain)
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
