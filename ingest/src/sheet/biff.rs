//! Records of binary workbooks (MS-XLS 2.1.4) and the texts in them, which may run on into records that continue them.

use super::bytes::{u16_at, u32_at, utf16};
use encoding_rs::{Encoding, SHIFT_JIS, WINDOWS_1252};

/// A record: its number, its bytes, and those of the records that continue it.
pub(super) struct Record<'b> {
    pub(super) number: u16,
    pub(super) data: &'b [u8],
    pub(super) more: Vec<&'b [u8]>,
}

const CONTINUE: u16 = 0x3c;

/// The records of a stream from a place on.
pub(super) struct Records<'b> {
    stream: &'b [u8],
    at: usize,
}

impl<'b> Records<'b> {
    pub(super) fn new(stream: &'b [u8], at: usize) -> Self {
        Self { stream, at }
    }

    fn one(&self) -> Option<(u16, &'b [u8], usize)> {
        let number = u16_at(self.stream, self.at)?;
        let length = u16_at(self.stream, self.at + 2)? as usize;
        let start = self.at + 4;
        // A record cut off by the end of the file gives what is there.
        let end = (start + length).min(self.stream.len());
        Some((number, self.stream.get(start..end)?, end))
    }
}

impl<'b> Iterator for Records<'b> {
    type Item = Record<'b>;

    fn next(&mut self) -> Option<Record<'b>> {
        let (number, data, end) = self.one()?;
        self.at = end;
        let mut more = Vec::new();
        while let Some((CONTINUE, data, end)) = self.one() {
            more.push(data);
            self.at = end;
        }
        Some(Record { number, data, more })
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
    pub(super) fn code_page(number: u16) -> &'static Encoding {
        match number {
            932 => SHIFT_JIS,
            949 => encoding_rs::EUC_KR,
            936 => encoding_rs::GBK,
            950 => encoding_rs::BIG5,
            874 => encoding_rs::WINDOWS_874,
            1250 => encoding_rs::WINDOWS_1250,
            1251 => encoding_rs::WINDOWS_1251,
            1253 => encoding_rs::WINDOWS_1253,
            1254 => encoding_rs::WINDOWS_1254,
            1255 => encoding_rs::WINDOWS_1255,
            1256 => encoding_rs::WINDOWS_1256,
            1257 => encoding_rs::WINDOWS_1257,
            1258 => encoding_rs::WINDOWS_1258,
            10_000 => encoding_rs::MACINTOSH,
            10_001 => SHIFT_JIS,
            _ => WINDOWS_1252,
        }
    }

    /// A text with its length in one byte.
    pub(super) fn short(self, data: &[u8]) -> Option<String> {
        let length = *data.first()? as usize;
        Some(match self.unicode {
            true => characters(data.get(2..)?, length, data.get(1)? & 1 == 1),
            false => self.encoding.decode(data.get(1..1 + length).or(data.get(1..))?).0.into_owned(),
        })
    }

    /// A text with its length in two bytes, which other records may continue.
    pub(super) fn long(self, data: &[u8], more: &[&[u8]]) -> Option<String> {
        if self.unicode {
            let mut pieces = Pieces::new(data, more);
            return pieces.text();
        }
        let length = u16_at(data, 0)? as usize;
        let mut bytes: Vec<u8> = data.get(2..)?.to_vec();
        more.iter().for_each(|m| bytes.extend_from_slice(m));
        bytes.truncate(length);
        Some(self.encoding.decode(&bytes).0.into_owned())
    }
}

/// Characters of one or two bytes each.
pub(super) fn characters(data: &[u8], count: usize, wide: bool) -> String {
    if wide {
        return utf16(&data[..data.len().min(count * 2)]);
    }
    data[..data.len().min(count)].iter().filter(|b| **b != 0).map(|b| char::from(*b)).collect()
}

/// Bytes that run over the borders of records.
pub(super) struct Pieces<'b> {
    current: &'b [u8],
    rest: std::collections::VecDeque<&'b [u8]>,
}

impl<'b> Pieces<'b> {
    pub(super) fn new(data: &'b [u8], more: &[&'b [u8]]) -> Self {
        Self { current: data, rest: more.iter().copied().collect() }
    }

    /// Goes on to the next record when this one is used up; whether there is a byte.
    fn ready(&mut self) -> bool {
        while self.current.is_empty() {
            match self.rest.pop_front() {
                Some(next) => self.current = next,
                None => return false,
            }
        }
        true
    }

    fn take(&mut self, count: usize) -> &'b [u8] {
        let (taken, rest) = self.current.split_at(count.min(self.current.len()));
        self.current = rest;
        taken
    }

    pub(super) fn skip(&mut self, mut count: usize) {
        while count > 0 && self.ready() {
            count -= self.take(count).len();
        }
    }

    fn byte(&mut self) -> Option<u8> {
        self.ready().then(|| self.take(1).first().copied()).flatten()
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes([self.byte()?, self.byte()?, self.byte()?, self.byte()?]))
    }

    /// A Unicode text: length, flags, runs and phonetic data to pass over.
    pub(super) fn text(&mut self) -> Option<String> {
        let mut left = self.u16()? as usize;
        let flags = self.byte()?;
        let runs = if flags & 8 != 0 { self.u16()? as usize } else { 0 };
        let phonetic = if flags & 4 != 0 { self.u32()? as usize } else { 0 };
        let mut wide = flags & 1 == 1;
        let mut text = String::new();
        while left > 0 {
            if self.current.is_empty() {
                // A text that runs on says anew whether its characters take two bytes.
                wide = self.byte()? & 1 == 1;
            }
            let size = if wide { 2 } else { 1 };
            let count = left.min(self.current.len() / size);
            if count == 0 {
                // A character cut in two: damage; go on behind it.
                self.current = &[];
                if !self.ready() {
                    return Some(text);
                }
                continue;
            }
            text.push_str(&characters(self.take(count * size), count, wide));
            left -= count;
        }
        self.skip(runs * 4);
        self.skip(phonetic);
        Some(text)
    }
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
