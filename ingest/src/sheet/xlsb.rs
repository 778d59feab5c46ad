//! Binary workbooks (xlsb, MS-XLSB), record by record.

use super::book::{Book, Listed, Margin, Refusal, Sink, error, on_sheet, packed, truth};
use super::bytes::{f64_at, u16_at, u32_at, utf16};
use super::grid::Kind;
use super::package::Package;
use super::strings::Strings;
use super::styles::Styles;
use super::xlsx;
use crate::limits::Limits;
use appliance_core::locator::{CellRange, CellRef};
use std::io::{BufReader, Read};

/// Bytes of one record; a longer one is damage.
const LONGEST_RECORD: usize = 16 << 20;

// Record numbers of MS-XLSB 2.3.
const ROW: u16 = 0;
const CELL_RK: u16 = 2;
const CELL_ERROR: u16 = 3;
const CELL_BOOL: u16 = 4;
const CELL_REAL: u16 = 5;
const CELL_STRING: u16 = 6;
const CELL_SHARED: u16 = 7;
const FORMULA_STRING: u16 = 8;
const FORMULA_NUMBER: u16 = 9;
const FORMULA_BOOL: u16 = 10;
const FORMULA_ERROR: u16 = 11;
const SHARED_STRING: u16 = 19;
const FORMAT: u16 = 44;
const STYLE: u16 = 47;
const COLUMNS: u16 = 60;
const CELL_RICH: u16 = 62;
const WORKBOOK: u16 = 153;
const SHEET: u16 = 156;
const MERGED: u16 = 176;
const LINK: u16 = 494;
const STYLES_BEGIN: u16 = 617;
const STYLES_END: u16 = 618;
const COMMENT: u16 = 635;
const COMMENT_TEXT: u16 = 637;

/// An open workbook.
pub(crate) struct Xlsb {
    package: Package,
    sheets: Vec<Listed>,
    parts: Vec<String>,
    strings: Strings,
    styles: Styles,
}

impl Xlsb {
    pub(crate) fn open(bytes: Vec<u8>, limits: &Limits) -> Result<Self, Refusal> {
        let mut package = Package::open(bytes, limits)?;
        let workbook = xlsx::main_part(&mut package, "xl/workbook.bin");
        let relations = package.relations(&workbook);
        let mut styles = Styles::default();
        let mut listed = Vec::new();
        each(&mut package, &workbook, |number, record| {
            match number {
                WORKBOOK => styles.since_1904 = record.first().is_some_and(|b| b & 1 == 1),
                SHEET => listed.extend(sheet(record)),
                _ => {}
            }
            true
        })
        .map_err(Refusal::Damaged)?;
        let (mut sheets, mut parts) = (Vec::new(), Vec::new());
        for (name, hidden, id) in listed {
            if let Some(relation) = relations.iter().find(|r| r.id == id).filter(|r| r.kind != "chartsheet") {
                sheets.push(Listed { name, hidden });
                parts.push(relation.target.clone());
            }
        }
        let of = |kind: &str, usual: &str| relations.iter().find(|r| r.kind == kind).map_or_else(|| usual.to_owned(), |r| r.target.clone());
        read_styles(&mut package, &of("styles", "xl/styles.bin"), &mut styles);
        let mut strings = Strings::default();
        // A workbook without texts has no such part; a damaged one still has its numbers.
        let _ = each(&mut package, &of("sharedStrings", "xl/sharedStrings.bin"), |number, record| {
            number != SHARED_STRING || strings.push(&text(record, 1).map_or_else(String::new, |(text, _)| text))
        });
        Ok(Self { package, sheets, parts, strings, styles })
    }
}

fn sheet(record: &[u8]) -> Option<(String, bool, String)> {
    let hidden = u32_at(record, 0)? != 0;
    let (id, end) = text(record, 8)?;
    let (name, _) = text(record, end)?;
    Some((name, hidden, id))
}

fn read_styles(package: &mut Package, part: &str, styles: &mut Styles) {
    let mut inside = false;
    let _ = each(package, part, |number, record| {
        match number {
            FORMAT => {
                if let (Some(id), Some((code, _))) = (u16_at(record, 0), text(record, 2)) {
                    styles.define(id, &code);
                }
            }
            STYLES_BEGIN => inside = true,
            STYLES_END => inside = false,
            STYLE if inside => styles.push(u16_at(record, 2).unwrap_or(0)),
            _ => {}
        }
        true
    });
    styles.settle();
}

impl Book for Xlsb {
    fn sheets(&self) -> &[Listed] {
        &self.sheets
    }

    fn read(&mut self, sheet: usize, sink: &mut dyn Sink) -> Result<Margin, String> {
        let part = self.parts.get(sheet).cloned().ok_or("there is no such sheet")?;
        let mut margin = Margin::default();
        let mut links = Vec::new();
        let mut row = 0;
        let mut going = true;
        let (strings, styles) = (&self.strings, &self.styles);
        each(&mut self.package, &part, |number, record| {
            match number {
                ROW => {
                    row = u32_at(record, 0).unwrap_or(row);
                    if record.get(11).is_some_and(|b| b & 0x10 != 0) {
                        margin.hidden_rows.push(row);
                    }
                }
                CELL_RK..=FORMULA_ERROR | CELL_RICH if going => going = cell(number, record, row, strings, styles, sink).unwrap_or(true),
                MERGED => margin.merged.extend(range(record).filter(|r| r.first != r.last)),
                COLUMNS if u16_at(record, 16).is_some_and(|f| f & 1 == 1) => {
                    margin.hidden_columns.extend(u32_at(record, 0).zip(u32_at(record, 4)));
                }
                LINK => links.extend(link(record)),
                _ => {}
            }
            true
        })?;
        let relations = self.package.relations(&part);
        for (at, id, location) in links {
            match relations.iter().find(|r| r.id == id) {
                Some(relation) => margin.link(at, &relation.target),
                None => margin.link(at, &format!("#{location}")),
            }
        }
        for relation in relations.iter().filter(|r| r.kind == "comments") {
            let mut at = None;
            let _ = each(&mut self.package, &relation.target, |number, record| {
                match number {
                    COMMENT => at = record.get(4..).and_then(range).map(|r| r.first),
                    COMMENT_TEXT => {
                        if let (Some(at), Some((note, _))) = (at, text(record, 1)) {
                            margin.note(at, &note);
                        }
                    }
                    _ => {}
                }
                true
            });
        }
        Ok(margin)
    }
}

/// Hands on one cell; `None` for a record that is too short.
fn cell(number: u16, record: &[u8], row: u32, strings: &Strings, styles: &Styles, sink: &mut dyn Sink) -> Option<bool> {
    let at = CellRef { row, column: u32_at(record, 0)? };
    if !on_sheet(at) {
        return Some(true);
    }
    let style = (u32_at(record, 4)? & 0x00ff_ffff) as usize;
    Some(match number {
        CELL_RK => styles.number(sink, at, packed(u32_at(record, 8)?), style),
        CELL_REAL | FORMULA_NUMBER => styles.number(sink, at, f64_at(record, 8)?, style),
        CELL_BOOL | FORMULA_BOOL => sink.cell(at, truth(*record.get(8)? != 0), Kind::Other),
        CELL_ERROR | FORMULA_ERROR => sink.cell(at, error(*record.get(8)?), Kind::Other),
        CELL_SHARED => styles.text(sink, at, strings.get(u32_at(record, 8)? as usize)?, style),
        CELL_RICH => styles.text(sink, at, &text(record, 9)?.0, style),
        CELL_STRING | FORMULA_STRING => styles.text(sink, at, &text(record, 8)?.0, style),
        _ => true,
    })
}

fn range(record: &[u8]) -> Option<CellRange> {
    let (top, bottom, left, right) = (u32_at(record, 0)?, u32_at(record, 4)?, u32_at(record, 8)?, u32_at(record, 12)?);
    (top <= bottom && left <= right)
        .then_some(CellRange { first: CellRef { row: top, column: left }, last: CellRef { row: bottom, column: right } })
}

fn link(record: &[u8]) -> Option<(CellRef, String, String)> {
    let at = range(record)?.first;
    let (id, end) = text(record, 16)?;
    let (location, _) = text(record, end)?;
    Some((at, id, location))
}

/// A text with its length in front, and where it ends. A missing one (length of all ones) is empty.
fn text(record: &[u8], at: usize) -> Option<(String, usize)> {
    let length = u32_at(record, at)?;
    if length == u32::MAX {
        return Some((String::new(), at + 4));
    }
    let end = (at + 4).checked_add((length as usize).checked_mul(2)?)?;
    Some((utf16(record.get(at + 4..end)?), end))
}

/// Hands each record of a part to `take`, until it says to stop. A part that is missing is an error.
fn each(package: &mut Package, part: &str, mut take: impl FnMut(u16, &[u8]) -> bool) -> Result<(), String> {
    let source = package.part(part)?.ok_or_else(|| format!("its part {part} is missing"))?;
    let mut source = BufReader::with_capacity(64 << 10, source);
    let mut record = Vec::new();
    let byte = |source: &mut BufReader<_>| -> Result<Option<u8>, String> {
        let mut one = [0];
        match Read::read(source, &mut one) {
            Ok(0) => Ok(None),
            Ok(_) => Ok(Some(one[0])),
            Err(error) => Err(error.to_string()),
        }
    };
    while let Some(first) = byte(&mut source)? {
        let mut number = u16::from(first);
        if first & 0x80 != 0 {
            number = (number & 0x7f) | (u16::from(byte(&mut source)?.ok_or("it ends within a record")? & 0x7f) << 7);
        }
        let mut length = 0_usize;
        for shift in 0..4 {
            let next = byte(&mut source)?.ok_or("it ends within a record")?;
            length |= usize::from(next & 0x7f) << (7 * shift);
            if next & 0x80 == 0 {
                break;
            }
        }
        if length > LONGEST_RECORD {
            return Err("a record is too long".to_owned());
        }
        record.clear();
        // Read as it comes: a false length must not take memory.
        let read = source.by_ref().take(length as u64).read_to_end(&mut record).map_err(|e| e.to_string())?;
        if read < length {
            return Err("it ends within a record".to_owned());
        }
        if !take(number, &record) {
            return Ok(());
        }
    }
    Ok(())
}
