//! Which encoding a page is in: its mark, then what it says of itself if its bytes agree, then their statistics.

use crate::text::{self, Decoded};
use encoding_rs::Encoding;

/// Bytes in which a page names its encoding (the HTML standard reads 1024; offices put comments before it).
const HEAD: usize = 4096;

/// Decodes a page.
pub(crate) fn decode(bytes: &[u8]) -> Decoded {
    let marked = Encoding::for_bom(bytes).is_some();
    if marked || std::str::from_utf8(bytes).is_ok() {
        // Seven-bit pages may still be ISO-2022-JP.
        let seven_bit = !marked && bytes.contains(&0x1b) && bytes.is_ascii();
        if !seven_bit {
            return text::decode(bytes);
        }
    }
    // A page that names one encoding and is written in another is common: what it says counts if its bytes fit.
    if let Some(encoding) = named(bytes) {
        let decoded = text::decode_as(bytes, encoding);
        let wrong = decoded.text.chars().filter(|c| *c == '\u{fffd}').count();
        if wrong * 1000 <= decoded.text.chars().count() {
            return decoded;
        }
    }
    text::decode(bytes)
}

/// The encoding that the page names in a `meta` element or its XML declaration.
fn named(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).to_ascii_lowercase();
    let names = head
        .match_indices("charset=")
        .map(|(at, key)| at + key.len())
        .chain(head.match_indices("encoding=").map(|(at, key)| at + key.len()));
    names
        .filter_map(|at| {
            let rest = head[at..].trim_start_matches(['"', '\'', ' ']);
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')).unwrap_or(rest.len());
            Encoding::for_label(&rest.as_bytes()[..end])
        })
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{EUC_JP, SHIFT_JIS};

    const PAGE: &str = "<meta charset=CHARSET><p>みなと市の手数料①です。";

    #[track_caller]
    fn check(named: &str, encoding: &'static Encoding) {
        let page = PAGE.replace("CHARSET", named);
        assert_eq!(decode(&encoding.encode(&page).0).text, page);
    }

    #[test]
    fn pages_are_read_in_the_encoding_they_are_in() {
        check("shift_jis", SHIFT_JIS);
        check("euc-jp", EUC_JP);
        check("utf-8", SHIFT_JIS);
        check("shift_jis", encoding_rs::UTF_8);
        check("iso-2022-jp", encoding_rs::ISO_2022_JP);
    }
}
