//! The Adobe character collections (Japan1, GB1, CNS1, Korea1): what a CID means, and the Unicode maps made of that.
//!
//! hayro reads the collections' maps only for fonts that are not embedded, so [`survey`](super::survey) names maps of ours
//! in the others, and [`character_map`] serves them. Maps are made once a process and shared by all files.

use hayro_cmap::{BfString, CMap, CMapName, CidFamily, load_embedded};
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, OnceLock};

/// The names of our maps: this, the collection, a dash, the encoding.
pub(super) const PREFIX: &str = "Kura-";

/// The collection of that ordering.
pub(super) fn collection(ordering: &[u8]) -> Option<&'static str> {
    ["Japan1", "GB1", "CNS1", "Korea1"].into_iter().find(|o| o.as_bytes() == ordering)
}

/// The collection that a predefined encoding leads to.
pub(super) fn family_of_encoding(encoding: &str) -> Option<&'static str> {
    let map = CMap::parse(load_embedded(CMapName::from_bytes(encoding.as_bytes()))?, load_embedded)?;
    match map.metadata().character_collection.as_ref()?.family {
        CidFamily::AdobeJapan1 => Some("Japan1"),
        CidFamily::AdobeGB1 => Some("GB1"),
        CidFamily::AdobeCNS1 => Some("CNS1"),
        CidFamily::AdobeKorea1 => Some("Korea1"),
        _ => None,
    }
}

/// Maps made so far, by collection and encoding.
type Made = HashMap<String, Option<&'static [u8]>>;

/// The character map of that name: hayro's, or one of ours.
pub(crate) fn character_map(name: CMapName<'_>) -> Option<&'static [u8]> {
    static MADE: OnceLock<Mutex<Made>> = OnceLock::new();
    let CMapName::Custom(bytes) = name else { return load_embedded(name) };
    let ours = std::str::from_utf8(bytes).ok()?.strip_prefix(PREFIX)?;
    let (family, encoding) = ours.split_once('-')?;
    let family = collection(family.as_bytes())?;
    let known = CMapName::from_bytes(encoding.as_bytes());
    match known {
        CMapName::IdentityH | CMapName::IdentityV => return load_embedded(unicode_map(family)),
        CMapName::Custom(_) => return None,
        _ => {}
    }
    let mut made = MADE.get_or_init(Mutex::default).lock().ok()?;
    // Leaking is bounded: four collections times the 61 encodings of ISO 32000.
    let make = || made_for(family, encoding, known).map(|map| &*Box::leak(map.into_bytes().into_boxed_slice()));
    *made.entry(ours.to_owned()).or_insert_with(make)
}

/// Maps read so far, by name: a few hundred kilobytes each, wanted by every other file.
fn parsed(name: CMapName<'_>) -> Option<Arc<CMap>> {
    static PARSED: OnceLock<Mutex<HashMap<Vec<u8>, Arc<CMap>>>> = OnceLock::new();
    let mut parsed = PARSED.get_or_init(Mutex::default).lock().ok()?;
    if let Some(map) = parsed.get(name.to_bytes()) {
        return Some(Arc::clone(map));
    }
    // Bounded by the maps that ISO 32000 names: others are not found, and not kept.
    let map = Arc::new(CMap::parse(load_embedded(name)?, load_embedded)?);
    parsed.insert(name.to_bytes().to_vec(), Arc::clone(&map));
    Some(map)
}

/// The character of a CID in the collection of that ordering.
pub(crate) fn character(ordering: &str, cid: u32) -> Option<char> {
    let family = collection(ordering.as_bytes())?;
    match parsed(unicode_map(family))?.lookup_bf_string(cid)? {
        BfString::Char(c) => Some(c).filter(|c| !c.is_control()),
        BfString::String(s) => s.chars().next(),
    }
}

/// The CID of a code in a predefined encoding.
pub(crate) fn cid(encoding: &str, code: u32) -> Option<u32> {
    let map = parsed(CMapName::from_bytes(encoding.as_bytes()))?;
    (1..=4).find_map(|bytes| map.lookup_cid_code(code, bytes))
}

fn unicode_map(family: &str) -> CMapName<'static> {
    match family {
        "GB1" => CMapName::AdobeGb1Ucs2,
        "CNS1" => CMapName::AdobeCns1Ucs2,
        "Korea1" => CMapName::AdobeKorea1Ucs2,
        _ => CMapName::AdobeJapan1Ucs2,
    }
}

fn made_for(family: &'static str, encoding: &str, name: CMapName<'_>) -> Option<String> {
    // The codes of these encodings are UTF-16 already; going through the CID would lose variants.
    if encoding.starts_with("Uni") {
        return written(family, &Source::Utf16);
    }
    let map = CMap::parse(load_embedded(name)?, load_embedded)?;
    written(family, &Source::Map(&map))
}

/// How codes lead to characters.
pub(super) enum Source<'m> {
    /// They are UTF-16.
    Utf16,
    /// Through a map to CIDs.
    Map(&'m CMap),
}

/// A ToUnicode map, written out: every code of one or two bytes that means something.
pub(super) fn written(family: &'static str, codes: &Source<'_>) -> Option<String> {
    let Source::Map(map) = codes else { return Some(map_of_lines("range", &utf16_ranges())) };
    let unicode = parsed(unicode_map(family))?;
    let mut lines = String::new();
    for code in 0..=0xffff_u32 {
        let bytes = if code > 0xff { 2..=2 } else { 1..=2 };
        let cid = bytes.into_iter().find_map(|bytes| map.lookup_cid_code(code, bytes));
        let text = match cid.and_then(|cid| unicode.lookup_bf_string(cid)) {
            Some(BfString::Char(c)) if c != '\0' => c.to_string(),
            Some(BfString::String(s)) => s,
            _ => continue,
        };
        let _ = write!(lines, "<{code:04x}> <");
        for unit in text.encode_utf16() {
            let _ = write!(lines, "{unit:04x}");
        }
        lines.push_str(">\n");
    }
    Some(map_of_lines("char", &lines))
}

/// Codes that are UTF-16 mean themselves. A range ends with the first of its two bytes (ISO 32000-1, 9.10.3).
fn utf16_ranges() -> String {
    let high = (0x00..=0xff_u32).filter(|high| !(0xd8..=0xdf).contains(high));
    let range = |high: u32| {
        let first = if high == 0 { 1 } else { high << 8 };
        format!("<{first:04x}> <{high:02x}ff> <{first:04x}>\n")
    };
    high.map(range).collect()
}

/// A ToUnicode map of these lines, which list single codes (`char`) or ranges of codes (`range`).
fn map_of_lines(kind: &str, lines: &str) -> String {
    let count = lines.lines().count();
    format!(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /{PREFIX}map def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n{count} beginbf{kind}\n{lines}endbf{kind}\n\
         endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, code: u32, expected: char) {
        let data = character_map(CMapName::from_bytes(name.as_bytes())).expect("a map");
        let map = CMap::parse(data, load_embedded).expect("it parses");
        assert_eq!(map.lookup_bf_string(code), Some(BfString::Char(expected)));
    }

    #[test]
    fn codes_of_each_encoding_lead_to_their_characters() {
        check("Kura-Japan1-Identity-H", 843, 'あ');
        check("Kura-Japan1-90ms-RKSJ-H", 0x82a0, 'あ');
        check("Kura-Japan1-90ms-RKSJ-V", 0x8e73, '市');
        check("Kura-Japan1-UniJIS-UTF16-H", 0x5e02, '市');
        check("Kura-Japan1-H", 0x3b54, '市');
        check("Kura-Japan1-EUC-H", 0xbbd4, '市');
    }
}
