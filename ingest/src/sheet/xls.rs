//! Binary workbooks of the older kind (xls: BIFF5 and BIFF8, MS-XLS): values and merged ranges by calamine; number
//! formats, comments, links and what is hidden read from the records beside it.

use super::biff::{self, Record, Records, Writing, characters, link};
use super::book::{Book, Listed, Margin, Refusal, Sink};
use super::bytes::{u16_at, u32_at};
use super::declared;
use super::styles::Styles;
use super::value;
use super::xlsx::range;
use appliance_core::locator::{CellRange, CellRef};
use calamine::{Data, Range, Reader, SheetType, SheetVisible, XlsError, XlsOptions};
use std::collections::HashMap;
use std::io::{Cursor, Read, Write};

/// Bytes of the workbook stream.
const LONGEST_STREAM: u64 = 256 << 20;
/// The code page of Unicode.
const UTF_16: u16 = 1200;

// Record numbers of MS-XLS 2.3.
const NOTE: u16 = 0x1c;
const FORMAT_OLD: u16 = 0x1e;
const ENCRYPTED: u16 = 0x2f;
const CODE_PAGE: u16 = 0x42;
const OBJECT: u16 = 0x5d;
const COLUMNS: u16 = 0x7d;
const SHEET: u16 = 0x85;
const STYLE: u16 = 0xe0;
const OBJECT_TEXT: u16 = 0x1b6;
const LINK: u16 = 0x1b8;
const ROW: u16 = 0x208;
const FORMAT: u16 = 0x41e;
const BEGIN: u16 = 0x809;
const END: u16 = 0x0a;

/// An open workbook.
pub(crate) struct Xls {
    book: calamine::Xls<Cursor<Vec<u8>>>,
    stream: Vec<u8>,
    sheets: Vec<Listed>,
    globals: Globals,
    /// For each sheet, its place among those of calamine.
    places: Vec<usize>,
}

/// What the workbook says of all its sheets.
struct Globals {
    styles: Styles,
    writing: Writing,
    code_page: u16,
    /// Where each sheet begins in the stream.
    starts: Vec<usize>,
}

impl Xls {
    pub(crate) fn open(bytes: Vec<u8>) -> Result<Self, Refusal> {
        let mut stream = stream(bytes)?;
        let mut globals = globals(&stream)?;
        declared::weigh_sheets(&mut stream, &globals.starts)?;
        let mut options = XlsOptions::default();
        options.force_codepage = Some(if globals.writing.unicode { UTF_16 } else { globals.code_page });
        let container = contained(&stream).map_err(|e| Refusal::Damaged(e.to_string()))?;
        let book = calamine::Xls::new_with_options(Cursor::new(container), options).map_err(refused)?;
        globals.styles.since_1904 = book.has_1904_epoch();
        let mut sheets = Vec::new();
        let mut places = Vec::new();
        for (place, sheet) in book.sheets_metadata().iter().enumerate() {
            if matches!(sheet.typ, SheetType::WorkSheet | SheetType::MacroSheet) {
                sheets.push(Listed { name: sheet.name.clone(), hidden: sheet.visible != SheetVisible::Visible });
                places.push(place);
            }
        }
        Ok(Self { book, stream, sheets, globals, places })
    }
}

fn refused(error: XlsError) -> Refusal {
    match error {
        XlsError::Password => Refusal::Encrypted,
        error => Refusal::Damaged(error.to_string()),
    }
}

/// The workbook's stream: out of its container, or the file itself.
fn stream(bytes: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    if !bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Ok(bytes);
    }
    let damaged = |e: std::io::Error| Refusal::Damaged(e.to_string());
    let mut container = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    let name = ["/Workbook", "/Book"].into_iter().find(|name| container.is_stream(name));
    let name = name.ok_or_else(|| Refusal::Damaged("it holds no workbook".to_owned()))?;
    let mut stream = Vec::new();
    let mut source = container.open_stream(name).map_err(damaged)?.take(LONGEST_STREAM);
    // A stream whose chain breaks off gives what comes before the break.
    match source.read_to_end(&mut stream) {
        Err(error) if stream.is_empty() => Err(damaged(error)),
        _ => Ok(stream),
    }
}

/// The stream alone in a sound container, as calamine wants it: whatever was wrong with the file's own is left behind,
/// and so is what is not read (pictures, macros).
fn contained(stream: &[u8]) -> std::io::Result<Vec<u8>> {
    // Of the two versions calamine takes the newer only where small streams are in it.
    let container = Cursor::new(Vec::with_capacity(stream.len() + stream.len() / 64));
    let mut container = cfb::CompoundFile::create_with_version(cfb::Version::V3, container)?;
    container.create_stream("/Workbook")?.write_all(stream)?;
    container.flush()?;
    Ok(container.into_inner().into_inner())
}

fn globals(stream: &[u8]) -> Result<Globals, Refusal> {
    let writing = Writing { unicode: true, encoding: encoding_rs::WINDOWS_1252 };
    let mut globals = Globals { styles: Styles::default(), writing, code_page: 1252, starts: Vec::new() };
    for (index, record) in Records::new(stream).enumerate() {
        let data = record.data;
        match record.number {
            BEGIN if index == 0 => match u16_at(data, 0) {
                Some(0x600) => {}
                Some(0x500) => globals.writing.unicode = false,
                _ => return Err(Refusal::Damaged("it is of a version that is not known".to_owned())),
            },
            _ if index == 0 => return Err(Refusal::Damaged("it is older than the kinds that are read".to_owned())),
            ENCRYPTED => return Err(Refusal::Encrypted),
            CODE_PAGE => {
                globals.code_page = biff::known_code_page(u16_at(data, 0).unwrap_or(0));
                globals.writing.encoding = Writing::of_code_page(globals.code_page);
            }
            FORMAT | FORMAT_OLD => globals.define(data),
            STYLE => globals.styles.push(u16_at(data, 2).unwrap_or(0)),
            SHEET => globals.starts.push(u32_at(data, 0).unwrap_or(0) as usize),
            END => break,
            _ => {}
        }
    }
    Ok(globals)
}

impl Globals {
    fn define(&mut self, data: &[u8]) {
        let (Some(id), Some(rest)) = (u16_at(data, 0), data.get(2..)) else { return };
        let code = if self.writing.unicode { self.writing.long(rest) } else { self.writing.short(rest) };
        if let Some(code) = code {
            self.styles.define(id, &code);
        }
    }
}

impl Book for Xls {
    fn sheets(&self) -> &[Listed] {
        &self.sheets
    }

    fn cells(&mut self, sheet: usize, sink: &mut dyn Sink) -> Result<(), String> {
        let place = self.places[sheet];
        let range = self.book.worksheet_range(&self.sheets[sheet].name).map_err(|e| e.to_string())?;
        let start = *self.globals.starts.get(place).ok_or("there is no such sheet")?;
        for record in Records::of_sheet(&self.stream, start) {
            if !hand_record(&record, &range, &self.globals.styles, sink).unwrap_or(true) {
                break;
            }
        }
        Ok(())
    }

    fn margin(&mut self, sheet: usize) -> Margin {
        let mut beside =
            Beside { writing: self.globals.writing, margin: Margin::default(), object: None, texts: HashMap::new(), notes: Vec::new() };
        let merged = self.book.merge_cells_by_sheet_name(&self.sheets[sheet].name).unwrap_or_default();
        merged.iter().for_each(|merged| beside.margin.merge(range(merged)));
        let start = self.globals.starts.get(self.places[sheet]).copied().unwrap_or(usize::MAX);
        for record in Records::of_sheet(&self.stream, start) {
            // A record that is too short says nothing.
            let _ = beside.take(&record);
        }
        let Beside { mut margin, texts, notes, .. } = beside;
        for (at, object) in notes {
            if let Some(text) = texts.get(&object) {
                margin.note(at, text);
            }
        }
        margin
    }
}

/// Hands on the cells of a record with the values that calamine read there, each under its style; whether to go on.
/// `None` for a record that holds no cell.
fn hand_record(record: &Record<'_>, range: &Range<Data>, styles: &Styles, sink: &mut dyn Sink) -> Option<bool> {
    let (row, last) = record.last_cell()?;
    let first = u32::from(u16_at(record.data, 2)?);
    let mut going = true;
    for (index, column) in (first..=last).enumerate() {
        let style = match record.number {
            biff::PACKED_NUMBERS => u16_at(record.data, 4 + index * 6)?,
            _ => u16_at(record.data, 4)?,
        };
        if let Some(value) = range.get_value((row, column)) {
            going = going && value::hand(sink, styles, CellRef { row, column }, value, usize::from(style));
        }
    }
    Some(going)
}

/// What stands beside the values of a sheet.
struct Beside {
    writing: Writing,
    margin: Margin,
    /// The drawing object whose text follows.
    object: Option<u16>,
    texts: HashMap<u16, String>,
    notes: Vec<(CellRef, u16)>,
}

impl Beside {
    fn take(&mut self, record: &Record<'_>) -> Option<()> {
        let data = record.data;
        let at = || Some(CellRef { row: u32::from(u16_at(data, 0)?), column: u32::from(u16_at(data, 2)?) });
        match record.number {
            ROW if data.get(12)? & 0x20 != 0 => self.margin.hidden_rows.push(u32::from(u16_at(data, 0)?)),
            COLUMNS if data.get(8)? & 1 == 1 => {
                self.margin.hidden_columns.push((u32::from(u16_at(data, 0)?), u32::from(u16_at(data, 2)?)));
            }
            LINK => self.link(record)?,
            OBJECT => self.object = (u16_at(data, 0) == Some(0x15)).then(|| u16_at(data, 6)).flatten(),
            OBJECT_TEXT => {
                let count = u16_at(data, 10)? as usize;
                let object = self.object.take()?;
                self.texts.insert(object, continued(&record.more, count));
            }
            NOTE if self.writing.unicode => self.notes.push((at()?, u16_at(data, 6)?)),
            NOTE => {
                let text = self.writing.encoding.decode(data.get(6..)?).0;
                self.margin.note(at()?, &text);
            }
            _ => {}
        }
        Some(())
    }

    fn link(&mut self, record: &Record<'_>) -> Option<()> {
        let at = linked(record.data)?.first;
        let mut data = record.data.to_vec();
        record.more.iter().for_each(|m| data.extend_from_slice(m));
        self.margin.link(at, &link(&data)?);
        Some(())
    }
}

fn linked(data: &[u8]) -> Option<CellRange> {
    let number = |at| u16_at(data, at).map(u32::from);
    Some(CellRange { first: CellRef { row: number(0)?, column: number(4)? }, last: CellRef { row: number(2)?, column: number(6)? } })
}

/// The characters of a drawing object's text: each record says whether they take two bytes.
fn continued(records: &[&[u8]], count: usize) -> String {
    let mut left = count;
    let mut text = String::new();
    for record in records {
        let Some((flags, data)) = record.split_first().filter(|_| left > 0) else { break };
        let wide = flags & 1 == 1;
        let size = if wide { 2 } else { 1 };
        let here = left.min(data.len() / size);
        text.push_str(&characters(data, here, wide));
        left -= here;
    }
    text
}
