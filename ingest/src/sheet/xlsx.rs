//! Workbooks of Office Open XML (xlsx, xlsm), streamed.

use super::book::{Book, Listed, Margin, Refusal, Sink, on_sheet, truth};
use super::format;
use super::grid::Kind;
use super::package::{Package, Relation};
use super::strings::Strings;
use super::styles::Styles;
use super::xml::{Xml, attribute, flag, push_text, unescaped};
use crate::limits::Limits;
use appliance_core::locator::{CellRange, CellRef};
use quick_xml::events::{BytesStart, Event};

/// An open workbook.
pub(crate) struct Xlsx {
    package: Package,
    sheets: Vec<Listed>,
    /// The part of each sheet.
    parts: Vec<String>,
    strings: Strings,
    styles: Styles,
}

impl Xlsx {
    pub(crate) fn open(bytes: Vec<u8>, limits: &Limits) -> Result<Self, Refusal> {
        let mut package = Package::open(bytes, limits)?;
        let workbook = main_part(&mut package, "xl/workbook.xml");
        let relations = package.relations(&workbook);
        let mut book = Self { package, sheets: Vec::new(), parts: Vec::new(), strings: Strings::default(), styles: Styles::default() };
        book.read_workbook(&workbook, &relations).map_err(Refusal::Damaged)?;
        let of = |kind: &str, usual: &str| relations.iter().find(|r| r.kind == kind).map_or_else(|| usual.to_owned(), |r| r.target.clone());
        book.read_styles(&of("styles", "xl/styles.xml"));
        let strings = of("sharedStrings", "xl/sharedStrings.xml");
        if let Some(xml) = book.package.xml(&strings).map_err(Refusal::Damaged)? {
            // What was read before the damage serves the cells that name it.
            book.strings = shared_strings(xml).unwrap_or_else(|(read, _)| read);
        }
        Ok(book)
    }

    fn read_workbook(&mut self, part: &str, relations: &[Relation]) -> Result<(), String> {
        let mut xml = self.package.xml(part)?.ok_or_else(|| "it has no workbook part".to_owned())?;
        let mut listed = Vec::new();
        loop {
            match xml.next() {
                Ok(Event::Start(e) | Event::Empty(e)) => match e.local_name().as_ref() {
                    "workbookPr" => self.styles.since_1904 = flag(&e, "date1904"),
                    "sheet" => {
                        let state = attribute(&e, "state").unwrap_or_default();
                        let hidden = state.eq_ignore_ascii_case("hidden") || state.eq_ignore_ascii_case("veryHidden");
                        // `r:id`, not `sheetId`: the local name of the first is `id`.
                        listed.push((attribute(&e, "name").unwrap_or_default(), hidden, attribute(&e, "id").unwrap_or_default()));
                    }
                    _ => {}
                },
                Ok(Event::Eof) => break,
                Ok(_) => {}
                Err(reason) if listed.is_empty() => return Err(reason),
                Err(_) => break,
            }
        }
        drop(xml);
        for (name, hidden, id) in listed {
            let Some(relation) = relations.iter().find(|r| r.id == id) else { continue };
            if relation.kind != "chartsheet" {
                self.sheets.push(Listed { name, hidden });
                self.parts.push(relation.target.clone());
            }
        }
        Ok(())
    }

    fn read_styles(&mut self, part: &str) {
        let Ok(Some(mut xml)) = self.package.xml(part) else { return };
        let mut in_cells = false;
        while let Ok(event) = xml.next() {
            match event {
                Event::Eof => break,
                Event::Start(e) | Event::Empty(e) => match e.local_name().as_ref() {
                    "numFmt" => {
                        let id = attribute(&e, "numFmtId").and_then(|v| v.parse().ok());
                        if let (Some(id), Some(code)) = (id, attribute(&e, "formatCode")) {
                            self.styles.define(id, &code);
                        }
                    }
                    "cellXfs" => in_cells = true,
                    "xf" if in_cells => {
                        self.styles.push(attribute(&e, "numFmtId").and_then(|v| v.parse().ok()).unwrap_or(0));
                    }
                    _ => {}
                },
                Event::End(e) if e.local_name().as_ref() == "cellXfs" => in_cells = false,
                _ => {}
            }
        }
        self.styles.settle();
    }

    fn read_margin(&mut self, part: &str, links: Vec<(CellRef, String)>, margin: &mut Margin) {
        let relations = self.package.relations(part);
        for (at, id) in links {
            if let Some(relation) = relations.iter().find(|r| r.id == id) {
                margin.link(at, &relation.target);
            }
        }
        for relation in relations.iter().filter(|r| r.kind == "comments") {
            if let Ok(Some(xml)) = self.package.xml(&relation.target) {
                comments(xml, margin);
            }
        }
    }
}

impl Book for Xlsx {
    fn sheets(&self) -> &[Listed] {
        &self.sheets
    }

    fn read(&mut self, sheet: usize, sink: &mut dyn Sink) -> Result<Margin, String> {
        let part = self.parts.get(sheet).cloned().ok_or("there is no such sheet")?;
        let xml = self.package.xml(&part)?.ok_or("its part is missing")?;
        let mut cells = Cells { strings: &self.strings, styles: &self.styles, margin: Margin::default(), links: Vec::new(), next_row: 0 };
        let read = cells.read(xml, sink);
        let Cells { mut margin, links, .. } = cells;
        self.read_margin(&part, links, &mut margin);
        read.map(|()| margin)
    }
}

/// The part that the package says is the document.
pub(super) fn main_part(package: &mut Package, usual: &str) -> String {
    if package.has(usual) {
        return usual.to_owned();
    }
    let relations = package.relations("");
    relations.into_iter().find(|r| r.kind == "officeDocument").map_or_else(|| usual.to_owned(), |r| r.target)
}

/// Shared strings: the text of each item without its phonetic runs. On an error those read so far come with it.
fn shared_strings(mut xml: Xml<'_>) -> Result<Strings, (Strings, String)> {
    let mut strings = Strings::default();
    let mut item = String::new();
    let (mut text, mut phonetic) = (false, false);
    loop {
        match xml.next() {
            Err(reason) => return Err((strings, reason)),
            Ok(Event::Eof) => return Ok(strings),
            Ok(Event::Start(e)) => match e.local_name().as_ref() {
                "si" => item.clear(),
                "rPh" => phonetic = true,
                "t" => text = !phonetic,
                _ => {}
            },
            Ok(Event::Empty(e)) if e.local_name().as_ref() == "si" => {
                strings.push("");
            }
            Ok(Event::End(e)) => match e.local_name().as_ref() {
                "si" => {
                    let room = if item.contains("_x") { strings.push(&unescaped(&item)) } else { strings.push(&item) };
                    if !room {
                        return Err((strings, "its strings are too long".to_owned()));
                    }
                }
                "rPh" => phonetic = false,
                "t" => text = false,
                _ => {}
            },
            Ok(event) if text => push_text(&event, &mut item),
            Ok(_) => {}
        }
    }
}

fn comments(mut xml: Xml<'_>, margin: &mut Margin) {
    let mut at = None;
    let mut note = String::new();
    let mut text = false;
    while let Ok(event) = xml.next() {
        match event {
            Event::Eof => break,
            Event::Start(e) => match e.local_name().as_ref() {
                "comment" => {
                    at = attribute(&e, "ref").and_then(|r| CellRef::parse(&r));
                    note.clear();
                }
                "t" => text = true,
                _ => {}
            },
            Event::End(e) => match e.local_name().as_ref() {
                "comment" => {
                    if let Some(at) = at.take() {
                        margin.note(at, &unescaped(&note));
                    }
                }
                "t" => text = false,
                _ => {}
            },
            event if text => push_text(&event, &mut note),
            _ => {}
        }
    }
}

/// A range in the A1 style.
fn range(text: &str) -> Option<CellRange> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    Some(CellRange { first: CellRef::parse(first)?, last: CellRef::parse(last)? })
}

/// The cells of one sheet.
struct Cells<'b> {
    strings: &'b Strings,
    styles: &'b Styles,
    margin: Margin,
    /// Links by the id of what they lead to.
    links: Vec<(CellRef, String)>,
    next_row: u32,
}

/// The cell being read.
#[derive(Default)]
struct Open {
    at: Option<CellRef>,
    style: usize,
    kind: String,
    text: String,
}

impl Cells<'_> {
    fn read(&mut self, mut xml: Xml<'_>, sink: &mut dyn Sink) -> Result<(), String> {
        let mut next = CellRef { row: 0, column: 0 };
        let mut open = Open::default();
        let (mut text, mut phonetic, mut going) = (false, false, true);
        loop {
            match xml.next()? {
                Event::Eof => return Ok(()),
                Event::Start(e) => match e.local_name().as_ref() {
                    "c" => begin(&mut open, &e, &mut next),
                    // Some writers give an inline string a second time as a value.
                    "v" => text = open.kind != "inlineStr" || open.text.is_empty(),
                    "t" => text = !phonetic,
                    "rPh" => phonetic = true,
                    "row" => self.row(&e, &mut next),
                    _ => self.mark(&e),
                },
                Event::Empty(e) => match e.local_name().as_ref() {
                    // A cell without a value still moves on those that do not say where they stand.
                    "c" => begin(&mut open, &e, &mut next),
                    "row" => self.row(&e, &mut next),
                    _ => self.mark(&e),
                },
                Event::End(e) => match e.local_name().as_ref() {
                    "c" if going => going = self.finish(&open, sink),
                    "v" | "t" => text = false,
                    "rPh" => phonetic = false,
                    _ => {}
                },
                event if text && going => push_text(&event, &mut open.text),
                _ => {}
            }
        }
    }

    fn row(&mut self, e: &BytesStart<'_>, next: &mut CellRef) {
        let (mut number, mut hidden) = (None, false);
        for attribute in e.attributes().with_checks(false).flatten() {
            match attribute.key.as_ref() {
                "r" => number = attribute.value.parse::<u32>().ok().and_then(|n| n.checked_sub(1)),
                "hidden" => hidden = matches!(&*attribute.value, "1" | "true"),
                _ => {}
            }
        }
        let row = number.unwrap_or(self.next_row);
        self.next_row = row.saturating_add(1);
        *next = CellRef { row, column: 0 };
        if hidden {
            self.margin.hidden_rows.push(row);
        }
    }

    /// What stands beside the cells.
    fn mark(&mut self, e: &BytesStart<'_>) {
        match e.local_name().as_ref() {
            "mergeCell" => {
                if let Some(range) = attribute(e, "ref").and_then(|r| range(&r)) {
                    self.margin.merge(range);
                }
            }
            "hyperlink" => {
                let Some(at) = attribute(e, "ref").and_then(|r| range(&r)).map(|r| r.first) else { return };
                match (attribute(e, "id"), attribute(e, "location")) {
                    (Some(id), _) => self.links.push((at, id)),
                    (None, Some(location)) => self.margin.link(at, &format!("#{location}")),
                    _ => {}
                }
            }
            "col" if flag(e, "hidden") => {
                let number = |name| attribute(e, name).and_then(|v| v.parse::<u32>().ok()).and_then(|n| n.checked_sub(1));
                if let (Some(first), Some(last)) = (number("min"), number("max")) {
                    self.margin.hidden_columns.push((first, last));
                }
            }
            _ => {}
        }
    }

    /// Hands on the cell that ended; whether to go on.
    fn finish(&self, open: &Open, sink: &mut dyn Sink) -> bool {
        let Some(at) = open.at.filter(|at| on_sheet(*at)) else { return true };
        let text = open.text.as_str();
        match open.kind.as_str() {
            "s" => match text.trim().parse::<usize>().ok().and_then(|n| self.strings.get(n)) {
                Some(string) => self.styles.text(sink, at, string, open.style),
                None => true,
            },
            "str" | "inlineStr" if text.contains("_x") => self.styles.text(sink, at, &unescaped(text), open.style),
            "str" | "inlineStr" => self.styles.text(sink, at, text, open.style),
            _ if text.trim().is_empty() => true,
            "b" => sink.cell(at, truth(text.trim() != "0" && !text.trim().eq_ignore_ascii_case("false")), Kind::Other),
            "e" => sink.cell(at, text.trim(), Kind::Other),
            "d" => match format::serial(text.trim(), self.styles.since_1904) {
                Some(serial) => self.styles.number(sink, at, serial, open.style),
                None => sink.cell(at, text.trim(), Kind::Date),
            },
            _ => match text.trim().parse::<f64>() {
                Ok(value) => self.styles.number(sink, at, value, open.style),
                // A text where a number should stand is shown as it is.
                Err(_) => self.styles.text(sink, at, text, open.style),
            },
        }
    }
}

fn begin(open: &mut Open, e: &BytesStart<'_>, next: &mut CellRef) {
    open.text.clear();
    open.kind.clear();
    open.style = 0;
    let mut at = None;
    for attribute in e.attributes().with_checks(false).flatten() {
        match attribute.key.as_ref() {
            "r" => at = CellRef::parse(&attribute.value),
            "s" => open.style = attribute.value.parse().unwrap_or(0),
            "t" => open.kind.push_str(&attribute.value),
            _ => {}
        }
    }
    let at = at.unwrap_or(*next);
    *next = CellRef { row: at.row, column: at.column.saturating_add(1) };
    open.at = Some(at);
}
