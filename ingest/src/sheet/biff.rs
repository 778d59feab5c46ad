//! Records of binary workbooks (MS-XLS 2.1.4) and what is read of them beside their values.

use super::bytes::{u16_at, u32_at, utf16};
use encoding_rs::{Encoding, WINDOWS_1252};

// Numbers of records that hold cells (MS-XLS 2.3).
pub(super) const FORMULA: u16 = 0x06;
pub(super) const PACKED_NUMBERS: u16 = 0xbd;
pub(super) const RICH_STRING: u16 = 0xd6;
pub(super) const SHARED: u16 = 0xfd;
pub(super) const NUMBER: u16 = 0x203;
pub(super) const LABEL: u16 = 0x204;
pub(super) const TRUTH_OR_ERROR: u16 = 0x205;
pub(super) const PACKED_NUMBER: u16 = 0x27e;
// And of those around them.
const BEGIN: u16 = 0x809;
const END: u16 = 0x0a;
const CONTINUE: u16 = 0x3c;

/// A record: its number, its bytes, and those of the records that continue it.
pub(super) struct Record<'b> {
    pub(super) number: u16,
    /// Where it begins in the stream.
    pub(super) start: usize,
    pub(super) data: &'b [u8],
    pub(super) more: Vec<&'b [u8]>,
}

impl Record<'_> {
    /// Row and column of the cell that it holds, of the last one if it holds several; `None` for other records.
    pub(super) fn last_cell(&self) -> Option<(u32, u32)> {
        let (row, column) = (u16_at(self.data, 0)?, u16_at(self.data, 2)?);
        let column = match self.number {
            FORMULA | RICH_STRING | SHARED | NUMBER | LABEL | TRUTH_OR_ERROR | PACKED_NUMBER => column,
            PACKED_NUMBERS => u16_at(self.data, self.data.len().checked_sub(2)?)?.max(column),
            _ => return None,
        };
        Some((u32::from(row), u32::from(column)))
    }
}

/// The records of a stream from a place on.
pub(super) struct Records<'b> {
    stream: &'b [u8],
    at: usize,
    /// How deep in streams within streams, where a sheet is read.
    depth: Option<u32>,
}

impl<'b> Records<'b> {
    /// All records from the beginning.
    pub(super) fn new(stream: &'b [u8]) -> Self {
        Self { stream, at: 0, depth: None }
    }

    /// Those of the sheet that begins at a place, without those of charts within it.
    pub(super) fn of_sheet(stream: &'b [u8], start: usize) -> Self {
        Self { stream, at: start, depth: Some(0) }
    }

    fn one(&self) -> Option<(u16, &'b [u8], usize)> {
        let number = u16_at(self.stream, self.at)?;
        let length = u16_at(self.stream, self.at + 2)? as usize;
        let start = self.at + 4;
        // A record cut off by the end of the file gives what is there.
        let end = (start + length).min(self.stream.len());
        Some((number, self.stream.get(start..end)?, end))
    }

    fn next_of_any(&mut self) -> Option<Record<'b>> {
        let (number, data, end) = self.one()?;
        let start = self.at;
        self.at = end;
        let mut more = Vec::new();
        while let Some((CONTINUE, data, end)) = self.one() {
            more.push(data);
            self.at = end;
        }
        Some(Record { number, start, data, more })
    }
}

impl<'b> Iterator for Records<'b> {
    type Item = Record<'b>;

    fn next(&mut self) -> Option<Record<'b>> {
        loop {
            let record = self.next_of_any()?;
            let Some(depth) = &mut self.depth else { return Some(record) };
            match record.number {
                BEGIN => *depth += 1,
                END if *depth <= 1 => return None,
                END => *depth -= 1,
                _ if *depth == 0 => return None,
                _ if *depth == 1 => return Some(record),
                _ => {}
            }
        }
    }
}

/// How the texts of a workbook are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writing {
    /// Whether texts are Unicode (BIFF8).
    pub(super) unicode: bool,
    pub(super) encoding: &'static Encoding,
}

impl Writing {
    /// The encoding of a code page.
    pub(super) fn of_code_page(number: u16) -> &'static Encoding {
        codepage::to_encoding(known_code_page(number)).unwrap_or(WINDOWS_1252)
    }

    /// A text with its length in one byte.
    pub(super) fn short(self, data: &[u8]) -> Option<String> {
        let length = *data.first()? as usize;
        Some(match self.unicode {
            true => characters(data.get(2..)?, length, data.get(1)? & 1 == 1),
            false => self.encoding.decode(data.get(1..1 + length).or(data.get(1..))?).0.into_owned(),
        })
    }

    /// A text with its length in two bytes.
    pub(super) fn long(self, data: &[u8]) -> Option<String> {
        let length = u16_at(data, 0)? as usize;
        Some(match self.unicode {
            true => characters(data.get(3..)?, length, data.get(2)? & 1 == 1),
            false => self.encoding.decode(data.get(2..2 + length).or(data.get(2..))?).0.into_owned(),
        })
    }
}

/// A code page by the number that Windows knows it by: the Macintosh's Japanese is Windows's; one that nobody knows is
/// Western.
pub(super) fn known_code_page(number: u16) -> u16 {
    match number {
        10_001 => 932,
        number if codepage::to_encoding(number).is_some() => number,
        _ => 1252,
    }
}

/// Characters of one or two bytes each.
pub(super) fn characters(data: &[u8], count: usize, wide: bool) -> String {
    if wide {
        return utf16(&data[..data.len().min(count * 2)]);
    }
    data[..data.len().min(count)].iter().filter(|b| **b != 0).map(|b| char::from(*b)).collect()
}

/// Where a link of a sheet leads (MS-OSHARED 2.3.7.1); `None` for kinds that name no address.
pub(super) fn link(data: &[u8]) -> Option<String> {
    const URL: [u8; 4] = [0xe0, 0xc9, 0xea, 0x79];
    const FILE: [u8; 4] = [0x03, 0x03, 0x00, 0x00];
    let flags = u32_at(data, 28)?;
    let mut at = 32;
    let string = |at: &mut usize| -> Option<String> {
        let length = (u32_at(data, *at)? as usize).checked_mul(2)?;
        let text = utf16(data.get(*at + 4..(*at + 4).checked_add(length)?)?);
        *at += 4 + length;
        Some(text)
    };
    if flags & 0x10 != 0 {
        string(&mut at)?;
    }
    if flags & 0x80 != 0 {
        string(&mut at)?;
    }
    if flags & 0x1 != 0 {
        if flags & 0x100 != 0 {
            return string(&mut at);
        }
        let kind = data.get(at..at + 4)?;
        at += 16;
        if kind == URL {
            let length = u32_at(data, at)? as usize;
            return Some(utf16(data.get(at + 4..(at + 4).checked_add(length)?)?)).map(|t| t.split('\0').next().unwrap_or("").to_owned());
        }
        if kind == FILE {
            let length = u32_at(data, at + 2)? as usize;
            return Some(WINDOWS_1252.decode(data.get(at + 6..(at + 6).checked_add(length)?)?).0.trim_end_matches('\0').to_owned());
        }
        return None;
    }
    (flags & 0x8 != 0).then(|| string(&mut at)).flatten().map(|place| format!("#{place}"))
}
