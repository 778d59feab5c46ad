//! Binary workbooks (xlsb, MS-XLSB): values by calamine, streamed; number formats, merged ranges, comments, links and
//! what is hidden read from the records beside it, and two kinds of cells that calamine passes over.

use super::book::{Book, Listed, Margin, Refusal, Sink, on_sheet};
use super::bytes::{Shared, u16_at, u32_at, utf16};
use super::declared;
use super::grid::Kind;
use super::package::Package;
use super::styles::Styles;
use super::value;
use super::xlsx;
use crate::limits::Limits;
use appliance_core::locator::{CellRange, CellRef};
use calamine::{Reader, SheetType, SheetVisible, XlsbError};
use std::collections::HashMap;
use std::io::{BufReader, Cursor, Read};

/// Bytes of one record; a longer one is damage.
const LONGEST_RECORD: usize = 16 << 20;

// Record numbers of MS-XLSB 2.3.
const ROW: u16 = 0;
const CELL_RK: u16 = 2;
const FORMULA_BOOL: u16 = 10;
const FORMULA_ERROR: u16 = 11;
const FORMAT: u16 = 44;
const STYLE: u16 = 47;
const COLUMNS: u16 = 60;
const CELL_RICH: u16 = 62;
const CELLS_BEGIN: u16 = 145;
const CELLS_END: u16 = 146;
const SHEET: u16 = 156;
const MERGED: u16 = 176;
const LINK: u16 = 494;
const STYLES_BEGIN: u16 = 617;
const STYLES_END: u16 = 618;
const COMMENT: u16 = 635;
const COMMENT_TEXT: u16 = 637;

/// An open workbook.
pub(crate) struct Xlsb {
    book: calamine::Xlsb<Cursor<Shared>>,
    package: Package,
    sheets: Vec<Listed>,
    /// The part of each sheet by its name.
    parts: HashMap<String, String>,
    styles: Styles,
}

impl Xlsb {
    pub(crate) fn open(bytes: Vec<u8>, limits: &Limits) -> Result<Self, Refusal> {
        let bytes = Shared::new(bytes);
        let mut package = Package::open(bytes.clone(), limits)?;
        declared::weigh_package(&mut package)?;
        let book = calamine::Xlsb::new(Cursor::new(bytes)).map_err(|error| match error {
            XlsbError::Password => Refusal::Encrypted,
            error => Refusal::Damaged(error.to_string()),
        })?;
        let worksheets = book.sheets_metadata().iter().filter(|s| s.typ != SheetType::ChartSheet);
        let sheets = worksheets.map(|s| Listed { name: s.name.clone(), hidden: s.visible != SheetVisible::Visible }).collect();
        let mut styles = Styles::since(book.has_1904_epoch());
        let workbook = xlsx::main_part(&mut package, "xl/workbook.bin");
        let relations = package.relations(&workbook);
        let styles_part = relations.iter().find(|r| r.kind == "styles").map_or("xl/styles.bin", |r| r.target.as_str());
        // Without its styles a workbook still has its values.
        let _ = read_styles(&mut package, styles_part, &mut styles);
        let mut parts = HashMap::new();
        let mut records = Records::open(&mut package, &workbook).map_err(Refusal::Damaged)?;
        while let Ok(Some((number, record))) = records.next() {
            if let Some((name, id)) = (number == SHEET).then(|| sheet(record)).flatten() {
                parts.extend(relations.iter().find(|r| r.id == id).map(|r| (name, r.target.clone())));
            }
        }
        drop(records);
        Ok(Self { book, package, sheets, parts, styles })
    }
}

fn sheet(record: &[u8]) -> Option<(String, String)> {
    let (id, end) = text(record, 8)?;
    let (name, _) = text(record, end)?;
    Some((name, id))
}

fn read_styles(package: &mut Package, part: &str, styles: &mut Styles) -> Result<(), String> {
    let mut records = Records::open(package, part)?;
    let mut inside = false;
    while let Some((number, record)) = records.next()? {
        match number {
            FORMAT => {
                if let (Some(id), Some((code, _))) = (u16_at(record, 0), text(record, 2)) {
                    styles.define(id, &code);
                }
            }
            STYLES_BEGIN => inside = true,
            STYLES_END => return Ok(()),
            STYLE if inside => styles.push(u16_at(record, 2).unwrap_or(0)),
            _ => {}
        }
    }
    Ok(())
}

impl Book for Xlsb {
    fn sheets(&self) -> &[Listed] {
        &self.sheets
    }

    /// Steps through the records of a sheet beside calamine, which gives the value of each cell but not its style.
    fn cells(&mut self, sheet: usize, sink: &mut dyn Sink) -> Result<(), String> {
        let name = &self.sheets[sheet].name;
        let part = self.parts.get(name).ok_or("its part is missing")?;
        let mut values = self.book.worksheet_cells_reader(name).map_err(|e| e.to_string())?;
        let mut records = Records::open(&mut self.package, part)?;
        let (mut row, mut inside, mut going) = (0, false, true);
        while let Some((number, record)) = records.next()?.filter(|_| going) {
            match number {
                CELLS_BEGIN => inside = true,
                CELLS_END => break,
                ROW if inside => row = u32_at(record, 0).unwrap_or(row),
                CELL_RK..=FORMULA_BOOL if inside => {
                    let cell = values.next_cell().map_err(|e| e.to_string())?.ok_or("it ends early")?;
                    let (row, column) = cell.get_position();
                    let style = u32_at(record, 4).unwrap_or(0) & 0x00ff_ffff;
                    going = value::hand(sink, &self.styles, CellRef { row, column }, cell.get_value(), style as usize);
                }
                FORMULA_ERROR | CELL_RICH if inside => going = other(number, record, row, &self.styles, sink).unwrap_or(true),
                _ => {}
            }
        }
        Ok(())
    }

    fn margin(&mut self, sheet: usize) -> Margin {
        let mut margin = Margin::default();
        let Some(part) = self.parts.get(&self.sheets[sheet].name) else { return margin };
        let links = Records::open(&mut self.package, part).map(|records| read_margin(records, &mut margin)).unwrap_or_default();
        let relations = self.package.relations(part);
        for (at, id, location) in links {
            match relations.iter().find(|r| r.id == id) {
                Some(relation) => margin.link(at, &relation.target),
                None => margin.link(at, &format!("#{location}")),
            }
        }
        for relation in relations.iter().filter(|r| r.kind == "comments") {
            let Ok(mut records) = Records::open(&mut self.package, &relation.target) else { continue };
            let mut at = None;
            while let Ok(Some((number, record))) = records.next() {
                match number {
                    COMMENT => at = record.get(4..).and_then(range).map(|r| r.first),
                    COMMENT_TEXT => {
                        if let (Some(at), Some((note, _))) = (at, text(record, 1)) {
                            margin.note(at, &note);
                        }
                    }
                    _ => {}
                }
            }
        }
        margin
    }
}

/// What stands beside the values of a sheet; its links by the id of what they lead to.
fn read_margin(mut records: Records<impl Read>, margin: &mut Margin) -> Vec<(CellRef, String, String)> {
    let mut links = Vec::new();
    while let Ok(Some((number, record))) = records.next() {
        match number {
            ROW if record.get(11).is_some_and(|b| b & 0x10 != 0) => margin.hidden_rows.extend(u32_at(record, 0)),
            MERGED => range(record).into_iter().for_each(|r| margin.merge(r)),
            COLUMNS if u16_at(record, 16).is_some_and(|f| f & 1 == 1) => {
                margin.hidden_columns.extend(u32_at(record, 0).zip(u32_at(record, 4)));
            }
            LINK => links.extend(link(record)),
            _ => {}
        }
    }
    links
}

/// Hands on a cell that calamine passes over: a formula's error, a text of several fonts.
fn other(number: u16, record: &[u8], row: u32, styles: &Styles, sink: &mut dyn Sink) -> Option<bool> {
    let at = CellRef { row, column: u32_at(record, 0)? };
    if !on_sheet(at) {
        return None;
    }
    let style = (u32_at(record, 4)? & 0x00ff_ffff) as usize;
    Some(match number {
        CELL_RICH => styles.text(sink, at, &text(record, 9)?.0, style),
        _ => sink.cell(at, error(*record.get(8)?), Kind::Other),
    })
}

/// An error value by its code.
fn error(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0f => "#VALUE!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        0x2a => "#N/A",
        0x2b => "#GETTING_DATA",
        _ => "#ERROR!",
    }
}

fn range(record: &[u8]) -> Option<CellRange> {
    let (top, bottom, left, right) = (u32_at(record, 0)?, u32_at(record, 4)?, u32_at(record, 8)?, u32_at(record, 12)?);
    Some(CellRange { first: CellRef { row: top, column: left }, last: CellRef { row: bottom, column: right } })
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

/// The records of a part.
struct Records<R> {
    source: BufReader<R>,
    record: Vec<u8>,
}

impl<'p> Records<Box<dyn Read + 'p>> {
    /// A part that is missing is an error.
    fn open(package: &'p mut Package, part: &str) -> Result<Self, String> {
        let source: Box<dyn Read + 'p> = Box::new(package.part(part)?.ok_or_else(|| format!("its part {part} is missing"))?);
        Ok(Self { source: BufReader::with_capacity(64 << 10, source), record: Vec::new() })
    }
}

impl<R: Read> Records<R> {
    /// The next record and its number; `None` at the end.
    fn next(&mut self) -> Result<Option<(u16, &[u8])>, String> {
        let Some(first) = self.byte()? else { return Ok(None) };
        let cut_off = || "it ends within a record".to_owned();
        let mut number = u16::from(first);
        if first & 0x80 != 0 {
            number = (number & 0x7f) | (u16::from(self.byte()?.ok_or_else(cut_off)? & 0x7f) << 7);
        }
        let mut length = 0_usize;
        for shift in 0..4 {
            let next = self.byte()?.ok_or_else(cut_off)?;
            length |= usize::from(next & 0x7f) << (7 * shift);
            if next & 0x80 == 0 {
                break;
            }
        }
        if length > LONGEST_RECORD {
            return Err("a record is too long".to_owned());
        }
        self.record.clear();
        // Read as it comes: a false length must not take memory.
        let read = self.source.by_ref().take(length as u64).read_to_end(&mut self.record).map_err(|e| e.to_string())?;
        if read < length {
            return Err(cut_off());
        }
        Ok(Some((number, &self.record)))
    }

    fn byte(&mut self) -> Result<Option<u8>, String> {
        let mut one = [0];
        match self.source.read(&mut one) {
            Ok(0) => Ok(None),
            Ok(_) => Ok(Some(one[0])),
            Err(error) => Err(error.to_string()),
        }
    }
}
