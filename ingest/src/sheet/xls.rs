//! Binary workbooks of the older kind (xls: BIFF5 and BIFF8, MS-XLS).

use super::biff::{Pieces, Record, Records, Writing, characters, link};
use super::book::{Book, Listed, Margin, Refusal, Sink, error, on_sheet, packed, truth};
use super::bytes::{f64_at, u16_at, u32_at};
use super::grid::Kind;
use super::strings::Strings;
use super::styles::Styles;
use appliance_core::locator::{CellRange, CellRef};
use std::collections::HashMap;
use std::io::{Cursor, Read};

/// Bytes of the workbook stream.
const LONGEST_STREAM: u64 = 256 << 20;

// Record numbers of MS-XLS 2.3.
const FORMULA: u16 = 0x06;
const END: u16 = 0x0a;
const NOTE: u16 = 0x1c;
const DATE_SYSTEM: u16 = 0x22;
const ENCRYPTED: u16 = 0x2f;
const CODE_PAGE: u16 = 0x42;
const OBJECT: u16 = 0x5d;
const COLUMNS: u16 = 0x7d;
const SHEET: u16 = 0x85;
const PACKED_NUMBERS: u16 = 0xbd;
const RICH_STRING: u16 = 0xd6;
const STYLE: u16 = 0xe0;
const MERGED: u16 = 0xe5;
const SHARED_STRINGS: u16 = 0xfc;
const SHARED: u16 = 0xfd;
const OBJECT_TEXT: u16 = 0x1b6;
const LINK: u16 = 0x1b8;
const NUMBER: u16 = 0x203;
const LABEL: u16 = 0x204;
const TRUTH_OR_ERROR: u16 = 0x205;
const STRING: u16 = 0x207;
const ROW: u16 = 0x208;
const PACKED_NUMBER: u16 = 0x27e;
const FORMAT: u16 = 0x41e;
const FORMAT_OLD: u16 = 0x1e;
const BEGIN: u16 = 0x809;

/// An open workbook.
pub(crate) struct Xls {
    stream: Vec<u8>,
    sheets: Vec<Listed>,
    /// Where each sheet begins in the stream.
    starts: Vec<usize>,
    strings: Strings,
    styles: Styles,
    writing: Writing,
}

impl Xls {
    pub(crate) fn open(bytes: Vec<u8>) -> Result<Self, Refusal> {
        let stream = stream(bytes)?;
        let mut book = Self {
            stream: Vec::new(),
            sheets: Vec::new(),
            starts: Vec::new(),
            strings: Strings::default(),
            styles: Styles::default(),
            writing: Writing { unicode: true, encoding: encoding_rs::WINDOWS_1252 },
        };
        book.read_globals(&stream)?;
        book.stream = stream;
        Ok(book)
    }

    fn read_globals(&mut self, stream: &[u8]) -> Result<(), Refusal> {
        let mut listed = Vec::new();
        for (index, record) in Records::new(stream, 0).enumerate() {
            let data = record.data;
            match record.number {
                BEGIN if index == 0 => match u16_at(data, 0) {
                    Some(0x600) => {}
                    Some(0x500) => self.writing.unicode = false,
                    _ => return Err(Refusal::Damaged("it is of a version that is not known".to_owned())),
                },
                _ if index == 0 => return Err(Refusal::Damaged("it is older than the kinds that are read".to_owned())),
                ENCRYPTED => return Err(Refusal::Encrypted),
                CODE_PAGE => self.writing.encoding = Writing::code_page(u16_at(data, 0).unwrap_or(0)),
                DATE_SYSTEM => self.styles.since_1904 = u16_at(data, 0) == Some(1),
                FORMAT | FORMAT_OLD => self.define(&record),
                STYLE => self.styles.push(u16_at(data, 2).unwrap_or(0)),
                SHEET => listed.extend(self.sheet(data)),
                SHARED_STRINGS => self.strings = shared_strings(&record),
                END => break,
                _ => {}
            }
        }
        self.styles.settle();
        for (sheet, start) in listed {
            self.sheets.push(sheet);
            self.starts.push(start);
        }
        if self.sheets.is_empty() {
            // A stream without a list holds one sheet, itself.
            self.sheets.push(Listed { name: "Sheet1".to_owned(), hidden: false });
            self.starts.push(0);
        }
        Ok(())
    }

    fn define(&mut self, record: &Record<'_>) {
        let Some(id) = u16_at(record.data, 0) else { return };
        let Some(rest) = record.data.get(2..) else { return };
        let code = if self.writing.unicode { self.writing.long(rest, &record.more) } else { self.writing.short(rest) };
        if let Some(code) = code {
            self.styles.define(id, &code);
        }
    }

    fn sheet(&self, data: &[u8]) -> Option<(Listed, usize)> {
        let start = u32_at(data, 0)? as usize;
        let (state, kind) = (*data.get(4)?, *data.get(5)?);
        let name = self.writing.short(data.get(6..)?)?;
        // Worksheets and macro sheets; not charts, not modules.
        (kind <= 1).then_some((Listed { name, hidden: state & 3 != 0 }, start))
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

fn shared_strings(record: &Record<'_>) -> Strings {
    let mut strings = Strings::default();
    let count = u32_at(record.data, 4).unwrap_or(0);
    let mut pieces = Pieces::new(record.data, &record.more);
    pieces.skip(8);
    for _ in 0..count {
        match pieces.text() {
            Some(text) if strings.push(&text) => {}
            _ => break,
        }
    }
    strings
}

impl Book for Xls {
    fn sheets(&self) -> &[Listed] {
        &self.sheets
    }

    fn read(&mut self, sheet: usize, sink: &mut dyn Sink) -> Result<Margin, String> {
        let start = *self.starts.get(sheet).ok_or("there is no such sheet")?;
        let mut cells = Cells {
            book: self,
            sink,
            margin: Margin::default(),
            awaited: None,
            object: None,
            texts: HashMap::new(),
            notes: Vec::new(),
            going: true,
        };
        let mut depth = 0_u32;
        let mut begun = false;
        for record in Records::new(&self.stream, start) {
            match record.number {
                // Charts within a sheet are streams of their own.
                BEGIN => {
                    depth += 1;
                    begun = true;
                }
                END => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        break;
                    }
                }
                _ if !begun => return Err("it does not begin where the workbook says".to_owned()),
                _ if depth == 1 => {
                    // A record that is too short says nothing.
                    let _ = cells.take(&record);
                }
                _ => {}
            }
        }
        let Cells { mut margin, texts, notes, .. } = cells;
        for (at, object) in notes {
            if let Some(text) = texts.get(&object) {
                margin.note(at, text);
            }
        }
        Ok(margin)
    }
}

/// The cells of one sheet.
struct Cells<'b, 's> {
    book: &'b Xls,
    sink: &'s mut dyn Sink,
    margin: Margin,
    /// A formula whose text follows.
    awaited: Option<(CellRef, usize)>,
    /// The drawing object whose text follows.
    object: Option<u16>,
    texts: HashMap<u16, String>,
    notes: Vec<(CellRef, u16)>,
    going: bool,
}

impl Cells<'_, '_> {
    fn take(&mut self, record: &Record<'_>) -> Option<()> {
        let data = record.data;
        let book = self.book;
        match record.number {
            NUMBER => {
                let (at, style) = head(data)?;
                self.number(at, f64_at(data, 6)?, style);
            }
            PACKED_NUMBER => {
                let (at, style) = head(data)?;
                self.number(at, packed(u32_at(data, 6)?), style);
            }
            PACKED_NUMBERS => {
                let row = u32::from(u16_at(data, 0)?);
                let first = u32::from(u16_at(data, 2)?);
                for (index, cell) in data.get(4..data.len().checked_sub(2)?)?.chunks_exact(6).enumerate() {
                    let at = CellRef { row, column: first + index as u32 };
                    self.number(at, packed(u32_at(cell, 2)?), u16_at(cell, 0)? as usize);
                }
            }
            SHARED => {
                let (at, style) = head(data)?;
                self.text(at, book.strings.get(u32_at(data, 6)? as usize)?, style);
            }
            LABEL | RICH_STRING => {
                let (at, style) = head(data)?;
                self.text(at, &book.writing.long(data.get(6..)?, &record.more)?, style);
            }
            TRUTH_OR_ERROR => {
                let (at, _) = head(data)?;
                let value = *data.get(6)?;
                self.other(at, if *data.get(7)? == 0 { truth(value != 0) } else { error(value) });
            }
            FORMULA => self.formula(data)?,
            STRING => {
                let (at, style) = self.awaited.take()?;
                self.text(at, &book.writing.long(data, &record.more)?, style);
            }
            MERGED => {
                for range in data.get(2..)?.chunks_exact(8) {
                    self.margin.merge(self::range(range)?);
                }
            }
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
            NOTE if book.writing.unicode => {
                let at = CellRef { row: u32::from(u16_at(data, 0)?), column: u32::from(u16_at(data, 2)?) };
                self.notes.push((at, u16_at(data, 6)?));
            }
            NOTE => {
                let at = CellRef { row: u32::from(u16_at(data, 0)?), column: u32::from(u16_at(data, 2)?) };
                let text = book.writing.encoding.decode(data.get(6..)?).0;
                self.margin.note(at, &text);
            }
            _ => {}
        }
        Some(())
    }

    fn number(&mut self, at: CellRef, value: f64, style: usize) {
        if self.going && on_sheet(at) {
            self.going = self.book.styles.number(self.sink, at, value, style);
        }
    }

    fn text(&mut self, at: CellRef, text: &str, style: usize) {
        if self.going && on_sheet(at) {
            self.going = self.book.styles.text(self.sink, at, text, style);
        }
    }

    fn other(&mut self, at: CellRef, text: &str) {
        if self.going && on_sheet(at) {
            self.going = self.sink.cell(at, text, Kind::Other);
        }
    }

    /// The result of a formula: a number, or a mark of another kind.
    fn formula(&mut self, data: &[u8]) -> Option<()> {
        let (at, style) = head(data)?;
        if u16_at(data, 12)? != 0xffff {
            self.number(at, f64_at(data, 6)?, style);
            return Some(());
        }
        let value = *data.get(8)?;
        match *data.get(6)? {
            0 => self.awaited = Some((at, style)),
            1 => self.other(at, truth(value != 0)),
            2 => self.other(at, error(value)),
            _ => {}
        }
        Some(())
    }

    fn link(&mut self, record: &Record<'_>) -> Option<()> {
        let at = range(record.data)?.first;
        let mut data = record.data.to_vec();
        record.more.iter().for_each(|m| data.extend_from_slice(m));
        self.margin.link(at, &link(&data)?);
        Some(())
    }
}

/// Where a cell stands, and its style.
fn head(data: &[u8]) -> Option<(CellRef, usize)> {
    let at = CellRef { row: u32::from(u16_at(data, 0)?), column: u32::from(u16_at(data, 2)?) };
    Some((at, u16_at(data, 4)? as usize))
}

fn range(data: &[u8]) -> Option<CellRange> {
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
