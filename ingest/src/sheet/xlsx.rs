//! Workbooks of Office Open XML (xlsx, xlsm): values, styles, merged ranges and links by calamine, streamed; what is
//! hidden, and comments, read beside it.

use super::book::{Book, Listed, Margin, Refusal, Sink};
use super::bytes::Shared;
use super::declared;
use super::package::{Package, Relation};
use super::styles::Styles;
use super::value;
use super::xml::{Xml, attribute, flag, push_text, unescaped};
use crate::limits::Limits;
use appliance_core::document::Warning;
use appliance_core::locator::{CellRange, CellRef};
use calamine::{Dimensions, Reader, SheetType, SheetVisible, XlsxError};
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;
use std::io::Cursor;

/// An open workbook.
pub(crate) struct Xlsx {
    book: calamine::Xlsx<Cursor<Shared>>,
    package: Package,
    sheets: Vec<Listed>,
    /// The part of each sheet by its name.
    parts: HashMap<String, String>,
    styles: Styles,
    /// Cells that calamine could not read, by sheet.
    unread: HashMap<usize, (usize, String)>,
}

impl Xlsx {
    pub(crate) fn open(bytes: Vec<u8>, limits: &Limits) -> Result<Self, Refusal> {
        let bytes = Shared::new(bytes);
        let mut package = Package::open(bytes.clone(), limits)?;
        declared::weigh_package(&mut package)?;
        let book = match calamine::Xlsx::new(Cursor::new(bytes)) {
            Err(XlsxError::Unrecognized { typ: "sheet:type", .. }) => without_macro_sheets(&mut package)?,
            book => book.map_err(refused)?,
        };
        let parts = parts(&mut package).map_err(Refusal::Damaged)?;
        let worksheets = book.sheets_metadata().iter().filter(|s| s.typ != SheetType::ChartSheet);
        let sheets = worksheets.map(|s| Listed { name: s.name.clone(), hidden: s.visible != SheetVisible::Visible }).collect();
        let styles = Styles::since(book.has_1904_epoch());
        Ok(Self { book, package, sheets, parts, styles, unread: HashMap::new() })
    }

    fn read_cells(&mut self, sheet: usize, sink: &mut dyn Sink) -> Result<(), XlsxError> {
        let mut reader = self.book.worksheet_cells_reader(&self.sheets[sheet].name)?;
        if self.styles.is_empty() {
            reader.styles().iter().for_each(|s| self.styles.push_told(s.number_format.as_ref()));
        }
        loop {
            match reader.next_cell_with_style_id() {
                Ok(Some((cell, style))) => {
                    let (row, column) = cell.get_position();
                    if !value::hand(sink, &self.styles, CellRef { row, column }, cell.get_value(), style) {
                        return Ok(());
                    }
                }
                Ok(None) => return Ok(()),
                Err(error) if is_of_one_cell(&error) => {
                    self.unread.entry(sheet).or_insert_with(|| (0, error.to_string())).0 += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Opens a workbook with sheets of macros of the older kind, which calamine does not know: as sheets of dialogues, whose cells
/// stand in the same places.
fn without_macro_sheets(package: &mut Package) -> Result<calamine::Xlsx<Cursor<Shared>>, Refusal> {
    const RELATIONS: &str = "xl/_rels/workbook.xml.rels";
    let relations = package.text(RELATIONS).map_err(Refusal::Damaged)?.unwrap_or_default();
    let known =
        ["xlMacrosheet", "xlIntlMacrosheet"].iter().fold(relations, |text, kind| text.replace(&format!("/{kind}\""), "/dialogsheet\""));
    let bytes = package.with_part(RELATIONS, &known).map_err(Refusal::Damaged)?;
    calamine::Xlsx::new(Cursor::new(Shared::new(bytes))).map_err(refused)
}

fn refused(error: XlsxError) -> Refusal {
    match error {
        XlsxError::Password => Refusal::Encrypted,
        error => Refusal::Damaged(error.to_string()),
    }
}

/// Whether the reader can go on behind an error, with the next cell.
fn is_of_one_cell(error: &XlsxError) -> bool {
    use XlsxError::{Alphanumeric, CellError, CellTAttribute, ParseFloat, Unexpected, UnexpectedNode, Unrecognized};
    use XlsxError::{RangeWithoutColumnComponent, RangeWithoutRowComponent};
    let value = matches!(error, CellError(_) | CellTAttribute(_) | ParseFloat(_) | Unexpected(_) | UnexpectedNode(_) | Unrecognized { .. });
    value || matches!(error, Alphanumeric(_) | RangeWithoutColumnComponent | RangeWithoutRowComponent)
}

impl Book for Xlsx {
    fn sheets(&self) -> &[Listed] {
        &self.sheets
    }

    fn warnings(&self) -> Vec<Warning> {
        let told = |(sheet, (count, reason)): (&usize, &(usize, String))| Warning::UnreadableSheet {
            sheet: self.sheets[*sheet].name.clone(),
            reason: format!("{count} of its cells: {reason}"),
        };
        let mut unread: Vec<_> = self.unread.iter().collect();
        unread.sort_by_key(|(sheet, _)| **sheet);
        unread.into_iter().map(told).collect()
    }

    fn cells(&mut self, sheet: usize, sink: &mut dyn Sink) -> Result<(), String> {
        // calamine finds sheets by their names.
        let name = &self.sheets[sheet].name;
        if self.sheets[..sheet].iter().any(|before| before.name == *name) {
            return Err("another sheet bears its name".to_owned());
        }
        self.read_cells(sheet, sink).map_err(|e| e.to_string())
    }

    fn margin(&mut self, sheet: usize) -> Margin {
        let mut margin = Margin::default();
        let name = &self.sheets[sheet].name;
        let Some(part) = self.parts.get(name) else { return margin };
        let Ok(Some(xml)) = self.package.xml(part) else { return margin };
        let (merges, links) = hidden(xml, &mut margin);
        if merges {
            let merged = self.book.merge_cells_by_sheet_name(name).unwrap_or_default();
            merged.iter().for_each(|range| margin.merge(self::range(range)));
        }
        if links {
            for link in self.book.hyperlinks_by_sheet_name(name).unwrap_or_default() {
                let target = link.target.or_else(|| link.location.map(|place| format!("#{place}")));
                margin.link(range(&link.range).first, &target.unwrap_or_default());
            }
        }
        for relation in self.package.relations(part).iter().filter(|r| r.kind == "comments") {
            if let Ok(Some(xml)) = self.package.xml(&relation.target) {
                comments(xml, &mut margin);
            }
        }
        margin
    }
}

pub(super) fn range(range: &Dimensions) -> CellRange {
    let cell = |(row, column): (u32, u32)| CellRef { row, column };
    CellRange { first: cell(range.start), last: cell(range.end) }
}

/// The part of each sheet by its name.
fn parts(package: &mut Package) -> Result<HashMap<String, String>, String> {
    let workbook = main_part(package, "xl/workbook.xml");
    let relations = package.relations(&workbook);
    let target = |id: &str| relations.iter().find(|r| r.id == id).map(|r| r.target.clone());
    let mut parts = HashMap::new();
    let mut xml = package.xml(&workbook)?.ok_or("it has no workbook part")?;
    while let Ok(event) = xml.next() {
        match event {
            Event::Eof => break,
            // `r:id`, not `sheetId`: the local name of the first is `id`.
            Event::Start(e) | Event::Empty(e) if e.local_name().as_ref() == "sheet" => {
                if let (Some(name), Some(part)) = (attribute(&e, "name"), attribute(&e, "id").and_then(|id| target(&id))) {
                    parts.entry(name).or_insert(part);
                }
            }
            _ => {}
        }
    }
    Ok(parts)
}

/// The part that the package says is the document.
pub(super) fn main_part(package: &mut Package, usual: &str) -> String {
    if package.has(usual) {
        return usual.to_owned();
    }
    let is_document = |r: &Relation| r.kind == "officeDocument";
    package.relations("").into_iter().find(is_document).map_or_else(|| usual.to_owned(), |r| r.target)
}

/// Rows and columns that a sheet does not show, and whether it has merged ranges and links.
fn hidden(mut xml: Xml<'_>, margin: &mut Margin) -> (bool, bool) {
    let (mut next_row, mut merges, mut links) = (0_u32, false, false);
    while let Ok(event) = xml.next() {
        match event {
            Event::Eof => break,
            Event::Start(e) | Event::Empty(e) => match e.local_name().as_ref() {
                "row" => {
                    let row = hidden_row(&e, next_row);
                    margin.hidden_rows.extend(row.1.then_some(row.0));
                    next_row = row.0.saturating_add(1);
                }
                "col" if flag(&e, "hidden") => {
                    let number = |name| attribute(&e, name).and_then(|v| v.parse::<u32>().ok()).and_then(|n| n.checked_sub(1));
                    margin.hidden_columns.extend(number("min").zip(number("max")));
                }
                "mergeCell" => merges = true,
                "hyperlink" => links = true,
                _ => {}
            },
            _ => {}
        }
    }
    (merges, links)
}

fn hidden_row(e: &BytesStart<'_>, next: u32) -> (u32, bool) {
    let (mut row, mut hidden) = (next, false);
    for attribute in e.attributes().with_checks(false).flatten() {
        match attribute.key.as_ref() {
            "r" => row = attribute.value.parse::<u32>().ok().and_then(|n| n.checked_sub(1)).unwrap_or(next),
            "hidden" => hidden = matches!(&*attribute.value, "1" | "true"),
            _ => {}
        }
    }
    (row, hidden)
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
