//! OpenDocument spreadsheets: each cell carries the text it shows, which calamine passes over for the bare value.

use super::book::{Book, Listed, MOST_COLUMNS, MOST_ROWS, Margin, Refusal, Sink};
use super::bytes::Shared;
use super::format::{self, NumberFormat};
use super::grid::Kind;
use super::package::Package;
use super::xml::{Xml, attribute, push_text};
use crate::limits::Limits;
use appliance_core::locator::{CellRange, CellRef};
use quick_xml::events::{BytesStart, Event};
use std::collections::HashSet;

/// Times that a row or a cell with a value is repeated before the rest is left out.
const MOST_REPEATED: u32 = 10_000;
/// Cells that repetition may make of one written cell; a table that asks for more is an attack.
const MOST_MADE: u64 = 4_000_000;

/// An open workbook.
pub(crate) struct Ods {
    package: Package,
    sheets: Vec<Listed>,
    /// Of the sheet read last.
    margin: Margin,
}

impl Ods {
    pub(crate) fn open(bytes: Vec<u8>, limits: &Limits) -> Result<Self, Refusal> {
        let mut package = Package::open(Shared::new(bytes), limits)?;
        if is_encrypted(&mut package) {
            return Err(Refusal::Encrypted);
        }
        let sheets = listed(&mut package)?;
        Ok(Self { package, sheets, margin: Margin::default() })
    }
}

fn is_encrypted(package: &mut Package) -> bool {
    let Ok(Some(mut xml)) = package.xml("META-INF/manifest.xml") else { return false };
    while let Ok(event) = xml.next() {
        match event {
            Event::Eof => break,
            Event::Start(e) | Event::Empty(e) if e.local_name().as_ref() == "encryption-data" => return true,
            _ => {}
        }
    }
    false
}

/// The tables of the content, and which the styles hide.
fn listed(package: &mut Package) -> Result<Vec<Listed>, Refusal> {
    let xml = package.xml("content.xml").map_err(Refusal::Damaged)?;
    let mut xml = xml.ok_or_else(|| Refusal::Damaged("it has no content".to_owned()))?;
    let mut sheets = Vec::new();
    let mut hidden = HashSet::new();
    let (mut style, mut depth, mut rows) = (String::new(), 0, 1);
    loop {
        match xml.next() {
            Ok(Event::Eof) => return Ok(sheets),
            Ok(Event::Start(e)) if e.local_name().as_ref() == "table-row" => rows = u64::from(count(&e, "number-rows-repeated")),
            Ok(Event::Start(e) | Event::Empty(e)) if e.local_name().as_ref() == "table-cell" => {
                let made = rows.saturating_mul(u64::from(count(&e, "number-columns-repeated")));
                if made > MOST_MADE && attribute(&e, "value-type").is_some() {
                    return Err(Refusal::TooLarge(format!("{made} cells made by repetition of one")));
                }
            }
            Ok(Event::Start(e)) if e.local_name().as_ref() == "table" => {
                // A table inside a cell belongs to that cell.
                depth += 1;
                if depth == 1 {
                    let name = attribute(&e, "name").unwrap_or_else(|| format!("{}", sheets.len() + 1));
                    let hidden = attribute(&e, "style-name").is_some_and(|s| hidden.contains(&s));
                    sheets.push(Listed { name, hidden });
                }
            }
            Ok(Event::End(e)) if e.local_name().as_ref() == "table" => depth -= 1,
            Ok(Event::Start(e)) if e.local_name().as_ref() == "style" => style = attribute(&e, "name").unwrap_or_default(),
            Ok(Event::Start(e) | Event::Empty(e)) if e.local_name().as_ref() == "table-properties" => {
                if attribute(&e, "display").as_deref() == Some("false") {
                    hidden.insert(style.clone());
                }
            }
            Ok(_) => {}
            Err(reason) if sheets.is_empty() => return Err(Refusal::Damaged(reason)),
            Err(_) => return Ok(sheets),
        }
    }
}

impl Book for Ods {
    fn sheets(&self) -> &[Listed] {
        &self.sheets
    }

    fn cells(&mut self, sheet: usize, sink: &mut dyn Sink) -> Result<(), String> {
        let mut xml = self.package.xml("content.xml")?.ok_or("it has no content")?;
        let mut before = 0;
        let mut depth = 0;
        loop {
            match xml.next()? {
                Event::Eof => return Err("there is no such sheet".to_owned()),
                Event::Start(e) if e.local_name().as_ref() == "table" => {
                    depth += 1;
                    before += usize::from(depth == 1);
                    if depth == 1 && before == sheet + 1 {
                        break;
                    }
                }
                Event::End(e) if e.local_name().as_ref() == "table" => depth -= 1,
                _ => {}
            }
        }
        let mut table = Table { sink, margin: Margin::default(), row: 0, column: 0, rows: 1, columns: 0, values: Vec::new(), going: true };
        let read = table.read(&mut xml);
        self.margin = table.margin;
        read
    }

    fn margin(&mut self, _: usize) -> Margin {
        std::mem::take(&mut self.margin)
    }
}

/// One table being read.
struct Table<'s> {
    sink: &'s mut dyn Sink,
    margin: Margin,
    row: u32,
    column: u32,
    /// How many rows the row being read stands for.
    rows: u32,
    columns: u32,
    /// The row's values: column, how many columns, text, kind.
    values: Vec<(u32, u32, String, Kind)>,
    going: bool,
}

/// The cell being read.
#[derive(Default)]
struct Open {
    text: String,
    note: String,
    link: String,
    kind: String,
    /// The value as stored, for a cell that does not carry its text.
    value: String,
    repeated: u32,
    spanned: (u32, u32),
    in_note: bool,
    in_paragraph: bool,
    paragraphs: u32,
    hidden_text: u32,
}

impl Table<'_> {
    fn read(&mut self, xml: &mut Xml<'_>) -> Result<(), String> {
        let mut open: Option<Open> = None;
        let mut tables = 1;
        loop {
            let event = xml.next()?;
            match &event {
                Event::Eof => return Ok(()),
                Event::Start(e) => match e.local_name().as_ref() {
                    "table" => tables += 1,
                    "table-row" if tables == 1 => self.begin_row(e),
                    "table-column" if tables == 1 => self.columns(e),
                    "table-cell" | "covered-table-cell" if tables == 1 => open = Some(begin(e)),
                    name => open.iter_mut().for_each(|o| o.inside(name, e)),
                },
                Event::Empty(e) => match e.local_name().as_ref() {
                    "table-row" if tables == 1 => {
                        self.begin_row(e);
                        self.end_row();
                    }
                    "table-column" if tables == 1 => self.columns(e),
                    "table-cell" | "covered-table-cell" if tables == 1 => self.cell(begin(e)),
                    name => open.iter_mut().for_each(|o| o.alone(name, e)),
                },
                Event::End(e) => match e.local_name().as_ref() {
                    "table" => {
                        tables -= 1;
                        if tables == 0 {
                            return Ok(());
                        }
                    }
                    "table-row" if tables == 1 => self.end_row(),
                    "table-cell" | "covered-table-cell" if tables == 1 => open.take().into_iter().for_each(|o| self.cell(o)),
                    name => open.iter_mut().for_each(|o| o.after(name)),
                },
                event => open.iter_mut().for_each(|o| o.take(event)),
            }
        }
    }

    fn begin_row(&mut self, e: &BytesStart<'_>) {
        self.column = 0;
        self.values.clear();
        self.rows = count(e, "number-rows-repeated");
        let hidden = attribute(e, "visibility").is_some_and(|v| v == "collapse" || v == "filter");
        if hidden {
            let last = self.row.saturating_add(self.rows.min(MOST_REPEATED)).min(MOST_ROWS);
            self.margin.hidden_rows.extend(self.row..last);
        }
    }

    fn columns(&mut self, e: &BytesStart<'_>) {
        let columns = count(e, "number-columns-repeated");
        if attribute(e, "visibility").is_some_and(|v| v == "collapse" || v == "filter") {
            self.margin.hidden_columns.push((self.columns, self.columns.saturating_add(columns - 1)));
        }
        self.columns = self.columns.saturating_add(columns);
    }

    fn cell(&mut self, open: Open) {
        let at = CellRef { row: self.row, column: self.column };
        let repeated = open.repeated;
        let (columns, rows) = open.spanned;
        if columns > 1 || rows > 1 {
            let last = CellRef { row: at.row.saturating_add(rows.max(1) - 1), column: at.column.saturating_add(columns.max(1) - 1) };
            self.margin.merge(CellRange { first: at, last });
        }
        self.margin.note(at, &open.note);
        self.margin.link(at, &open.link);
        let (text, kind) = open.shown();
        if !text.is_empty() && at.column < MOST_COLUMNS {
            self.values.push((at.column, repeated.min(MOST_REPEATED), text, kind));
        }
        self.column = self.column.saturating_add(repeated);
    }

    fn end_row(&mut self) {
        let rows = if self.values.is_empty() { 0 } else { self.rows.min(MOST_REPEATED) };
        for row in self.row..self.row.saturating_add(rows).min(MOST_ROWS) {
            for (column, columns, text, kind) in &self.values {
                for column in *column..column.saturating_add(*columns).min(MOST_COLUMNS) {
                    if self.going {
                        self.going = self.sink.cell(CellRef { row, column }, text, *kind);
                    }
                }
            }
        }
        self.row = self.row.saturating_add(self.rows);
        self.values.clear();
    }
}

fn count(e: &BytesStart<'_>, name: &str) -> u32 {
    attribute(e, name).and_then(|v| v.parse().ok()).unwrap_or(1).max(1)
}

fn begin(e: &BytesStart<'_>) -> Open {
    let mut open = Open { repeated: 1, spanned: (1, 1), ..Open::default() };
    for attribute in e.attributes().with_checks(false).flatten() {
        let number = || attribute.value.parse().unwrap_or(1).max(1);
        match attribute.key.local_name().as_ref() {
            "value-type" if open.kind.is_empty() => open.kind = attribute.value.to_string(),
            "value" | "date-value" | "time-value" | "boolean-value" | "string-value" => open.value = attribute.value.to_string(),
            "number-columns-repeated" => open.repeated = number(),
            "number-columns-spanned" => open.spanned.0 = number(),
            "number-rows-spanned" => open.spanned.1 = number(),
            _ => {}
        }
    }
    open
}

impl Open {
    fn inside(&mut self, name: &str, e: &BytesStart<'_>) {
        match name {
            "annotation" => self.in_note = true,
            "p" | "h" => {
                let into = if self.in_note { &mut self.note } else { &mut self.text };
                if !into.is_empty() {
                    into.push('\n');
                }
                self.in_paragraph = true;
                self.paragraphs += 1;
            }
            // The reading over a word is no part of it.
            "ruby-text" => self.hidden_text += 1,
            "a" if !self.in_note => self.link = attribute(e, "href").unwrap_or_default(),
            _ => self.alone(name, e),
        }
    }

    fn alone(&mut self, name: &str, e: &BytesStart<'_>) {
        if !self.in_paragraph {
            return;
        }
        let into = if self.in_note { &mut self.note } else { &mut self.text };
        match name {
            "s" => into.extend(std::iter::repeat_n(' ', count(e, "c").min(1000) as usize)),
            "tab" => into.push('\t'),
            "line-break" => into.push('\n'),
            _ => {}
        }
    }

    fn after(&mut self, name: &str) {
        match name {
            "annotation" => self.in_note = false,
            "p" | "h" => self.in_paragraph = false,
            "ruby-text" => self.hidden_text = self.hidden_text.saturating_sub(1),
            _ => {}
        }
    }

    fn take(&mut self, event: &Event<'_>) {
        if self.in_paragraph && self.hidden_text == 0 {
            push_text(event, if self.in_note { &mut self.note } else { &mut self.text });
        }
    }

    /// What the cell shows: the text it carries, else its value.
    fn shown(self) -> (String, Kind) {
        let kind = match self.kind.as_str() {
            "float" | "percentage" | "currency" => Kind::Number,
            "date" | "time" => Kind::Date,
            "boolean" => Kind::Other,
            _ => Kind::Text,
        };
        let text = self.text.trim();
        if !text.is_empty() || self.value.is_empty() {
            return (text.to_owned(), kind);
        }
        let under = |code: &str, value: f64| NumberFormat::read(code).show(value, false).0;
        let shown = match self.kind.as_str() {
            "float" | "currency" => self.value.parse().ok().map(|v| under("", v)),
            "percentage" => self.value.parse().ok().map(|v| under("0.##%", v)),
            "date" => format::serial(&self.value, false).map(|v| under(if v.fract() > 0.0 { "yyyy/m/d h:mm" } else { "yyyy/m/d" }, v)),
            "time" => duration(&self.value).map(|v| under("[h]:mm:ss", v)),
            "boolean" => Some(self.value.to_uppercase()),
            _ => None,
        };
        (shown.unwrap_or(self.value), kind)
    }
}

/// `PT09H30M00S` in days.
fn duration(text: &str) -> Option<f64> {
    let mut rest = text.strip_prefix("PT")?;
    let mut days = 0.0;
    for (unit, part) in [('H', 24.0), ('M', 1440.0), ('S', 86_400.0)] {
        if let Some((number, after)) = rest.split_once(unit) {
            days += number.parse::<f64>().ok()? / part;
            rest = after;
        }
    }
    Some(days)
}
