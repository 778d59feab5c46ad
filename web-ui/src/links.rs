//! Addresses of documents and of places in them.

use appliance_core::id::{AnswerId, DocumentId, PassageId, VersionId};
use appliance_core::locator::{Place, Span};
use appliance_core::ports::catalog::Edition;

/// A passage, and the bytes of its text that are quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The passage.
    pub passage: PassageId,
    /// The quoted bytes of its text; the whole passage when `None`.
    pub quote: Option<Span>,
    /// The version that it is a passage of. An address without it still leads there, as long as the passage is kept.
    pub version: Option<VersionId>,
}

impl Mark {
    /// The mark as the query of an address.
    pub fn query(&self) -> String {
        let version = self.version.map(|v| format!("version={v}&")).unwrap_or_default();
        match self.quote {
            Some(quote) => format!("{version}passage={}&quote={}-{}", self.passage, quote.start, quote.end),
            None => format!("{version}passage={}", self.passage),
        }
    }
}

/// A place of a document, with what is marked there.
pub fn place(document: DocumentId, place: &Place, mark: Option<Mark>) -> String {
    let at = match place {
        Place::Pages { lines } => lines.first().map(|l| format!("/at/page/{}", l.page)).unwrap_or_default(),
        Place::Cells { sheet, range, .. } => format!("/at/cell/{sheet}/{range}"),
        Place::Text { first_line, .. } => format!("/at/line/{first_line}"),
    };
    match mark {
        Some(mark) => format!("/documents/{document}{at}?{}#cited", mark.query()),
        None => format!("/documents/{document}{at}"),
    }
}

/// An address of a citation with the answer that it leads away from.
pub fn of_answer(address: &str, answer: AnswerId) -> String {
    let (address, anchor) = address.split_once('#').unwrap_or((address, ""));
    let joint = if address.contains('?') { '&' } else { '?' };
    let anchor = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
    format!("{address}{joint}answer={answer}{anchor}")
}

/// A page of a document as a picture.
pub fn picture(document: DocumentId, page: u32, edition: Edition) -> String {
    let edition = self::edition(edition).map(|e| format!("&{e}")).unwrap_or_default();
    format!("/documents/{document}/pages/{page}.png?scale={PICTURE_SCALE}{edition}")
}

/// The text over a page of a document.
pub fn words(document: DocumentId, page: u32, edition: Edition) -> String {
    let edition = self::edition(edition).map(|e| format!("?{e}")).unwrap_or_default();
    format!("/documents/{document}/pages/{page}/words{edition}")
}

/// A page of a document in the reader.
pub fn page(document: DocumentId, page: u32, edition: Edition) -> String {
    let edition = self::edition(edition).map(|e| format!("?{e}")).unwrap_or_default();
    format!("/documents/{document}/at/page/{page}{edition}")
}

/// An edition as the query of an address; `None` for the one that answers.
pub fn edition(edition: Edition) -> Option<String> {
    match edition {
        Edition::Answering => None,
        Edition::Held => Some("edition=held".to_owned()),
        Edition::Kept(version) => Some(format!("version={version}")),
    }
}

/// Pixels a point of the pictures in pages: twice what the layout shows at 100 %, so that fine screens get sharp type
/// and the crops beside an answer come from the same rendered page as the viewer.
pub const PICTURE_SCALE: f32 = 2.0;

/// Percent-encodes a text for use as one value in a query.
pub fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => encoded.push(byte as char),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// The text of a percent-encoded segment of a path; `None` where it is none.
pub fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |b: Option<u8>| (b? as char).to_digit(16);
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push((high * 16 + low) as u8);
    }
    String::from_utf8(bytes).ok()
}

/// A path of this site to come back to; anything else gives the ask page.
pub fn own_path(sent: &str) -> &str {
    let own = sent.starts_with('/') && !sent.starts_with("//") && !sent.contains(['\\', '\r', '\n']);
    if own { sent } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use appliance_core::locator::{CellRange, CellRef};

    #[test]
    fn a_cell_keeps_its_name() {
        let range = CellRange { first: CellRef { row: 4, column: 1 }, last: CellRef { row: 6, column: 2 } };
        let cells = Place::Cells { sheet: 0, name: "料金表".into(), range, cells: Vec::new() };
        let mark = Mark { passage: PassageId(9), quote: Some(Span::new(0, 15)), version: Some(VersionId(4)) };
        assert_eq!(place(DocumentId(3), &cells, Some(mark)), "/documents/3/at/cell/0/B5:C7?version=4&passage=9&quote=0-15#cited");
    }

    #[test]
    fn a_foreign_address_is_not_followed() {
        for foreign in ["https://evil.example", "//evil.example", "/\\evil.example", ""] {
            assert_eq!(own_path(foreign), "/");
        }
        assert_eq!(own_path("/documents/3?page=2"), "/documents/3?page=2");
        assert_eq!(encoded("/a?b=粗"), "/a%3Fb%3D%E7%B2%97");
        assert_eq!(decoded("a%2Fb%E7%B2%97").as_deref(), Some("a/b粗"));
        assert_eq!(decoded("%E7%B2"), None);
        assert_eq!(decoded("%g0"), None);
        assert_eq!(of_answer("/documents/3/at/page/7?passage=9#cited", AnswerId(4)), "/documents/3/at/page/7?passage=9&answer=4#cited");
    }
}
