//! XML parts of zipped workbooks, event by event and within bounds.

use encoding_rs::{UTF_16BE, UTF_16LE};
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::io::{self, BufRead, BufReader, Cursor, Read};

/// Bytes of one tag or one text; a longer one is an attack on memory.
const LONGEST_EVENT: usize = 32 << 20;
/// Bytes of a part in UTF-16, which is decoded as a whole.
const LONGEST_UTF16: u64 = 64 << 20;

/// A part read event by event.
pub(crate) struct Xml<'a> {
    reader: Reader<Paced<Box<dyn BufRead + 'a>>>,
    buffer: Vec<u8>,
}

impl<'a> Xml<'a> {
    /// A part that `source` unpacks to.
    pub(crate) fn new(source: impl Read + 'a) -> Result<Self, String> {
        let mut source = BufReader::with_capacity(64 << 10, source);
        let head = source.fill_buf().map_err(|e| e.to_string())?;
        let wide = match head {
            [0xff, 0xfe, ..] | [b'<', 0, ..] => Some(UTF_16LE),
            [0xfe, 0xff, ..] | [0, b'<', ..] => Some(UTF_16BE),
            _ => None,
        };
        let source: Box<dyn BufRead + 'a> = match wide {
            None => Box::new(source),
            Some(encoding) => {
                let mut bytes = Vec::new();
                source.take(LONGEST_UTF16).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
                Box::new(Cursor::new(encoding.decode(&bytes).0.into_owned().into_bytes()))
            }
        };
        let mut reader = Reader::from_reader(Paced { source, since: 0 });
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        Ok(Self { reader, buffer: Vec::new() })
    }

    /// The next event; `Eof` at the end.
    pub(crate) fn next(&mut self) -> Result<Event<'_>, String> {
        self.buffer.clear();
        self.reader.get_mut().since = 0;
        self.reader.read_event_into(&mut self.buffer).map_err(|e| e.to_string())
    }
}

/// A source that fails when one event takes too much of it.
struct Paced<R> {
    source: R,
    since: usize,
}

impl<R: BufRead> Read for Paced<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.source.read(into)
    }
}

impl<R: BufRead> BufRead for Paced<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.since > LONGEST_EVENT {
            return Err(io::Error::other("a tag or a text is too long"));
        }
        self.source.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.since += count;
        self.source.consume(count);
    }
}

/// The value of an attribute, whatever its prefix.
pub(crate) fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = start.attributes().with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == name)?;
    Some(found.normalized_value(XmlVersion::Implicit1_0).map_or_else(|_| found.value.to_string(), std::borrow::Cow::into_owned))
}

/// Whether an attribute says yes.
pub(crate) fn flag(start: &BytesStart<'_>, name: &str) -> bool {
    attribute(start, name).is_some_and(|v| v == "1" || v == "true" || v == "on")
}

/// Appends what an event says, when it is text.
pub(crate) fn push_text(event: &Event<'_>, out: &mut String) {
    match event {
        Event::Text(text) => out.push_str(&text.xml10_content()),
        Event::CData(text) => out.push_str(&text.xml10_content()),
        Event::GeneralRef(reference) => push_reference(reference, out),
        _ => {}
    }
}

fn push_reference(reference: &BytesRef<'_>, out: &mut String) {
    match reference.resolve_char_ref() {
        Ok(Some(c)) => out.push(c),
        _ => out.push_str(resolve_predefined_entity(&reference.xml10_content()).unwrap_or("")),
    }
}

/// Characters that a workbook writes as `_x000D_`.
pub(crate) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let code = rest.get(2..6).filter(|_| rest.as_bytes().get(6) == Some(&b'_'));
        match code.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32) {
            Some(c) => {
                out.push(c);
                rest = &rest[7..];
            }
            None => {
                out.push_str("_x");
                rest = &rest[2..];
            }
        }
    }
    out.push_str(rest);
    out
}
