//! Fonts of the Adobe character collections (Japan1, GB1, CNS1, Korea1) that name no Unicode map.
//!
//! Most Japanese PDFs hold such fonts: a code selects a CID through the font's encoding, and the collection's UCS2 map
//! knows the CID's meaning. hayro reads that map only for fonts that are not embedded, so [`append`] writes an update
//! to the end of the file (ISO 32000-1, 7.5.6) in which each such font names a map of ours, and [`character_map`]
//! serves it. Maps are made once a process and shared by all files.

use hayro_cmap::{BfString, CMap, CMapName, CidFamily, load_embedded};
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::object::{Array, Dict, Name, ObjRef, Object, ObjectIdentifier, Stream, String as PdfString};
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::sync::{Mutex, OnceLock};

/// Forms nest; deeper ones hold no text worth a map.
const DEPTH: usize = 8;
/// Fonts looked at in one file.
const FONTS: usize = 4_000;
/// Object numbers from here are taken for ours: writers stay below 8,388,607 (ISO 32000-1, annex C), and no file of
/// the sizes we read comes near.
const FIRST_SPARE: u32 = 8_300_000;
/// The names of our maps: this, the collection, a dash, the encoding.
const PREFIX: &str = "Kura-";

/// Objects that give fonts their maps.
#[derive(Debug)]
pub(crate) struct Additions {
    objects: Vec<(ObjRef, Vec<u8>)>,
    root: ObjectIdentifier,
}

/// The additions a file needs; `None` when every font is complete.
pub(crate) fn additions(pdf: &Pdf) -> Option<Additions> {
    let mut search = Search { seen: HashSet::new(), fonts: Vec::new() };
    for page in pdf.pages().iter() {
        search.fonts(&page.resources().fonts);
        search.forms(&page.resources().x_objects, DEPTH);
        search.annotations(page.raw());
    }
    let mut objects: Vec<(ObjRef, Vec<u8>)> = Vec::new();
    let mut spare = FIRST_SPARE;
    for (reference, font) in search.fonts {
        match map_of(&font) {
            Some(Map::Named(name)) => objects.push((reference, with_map(&font, &format!("/{name}")))),
            Some(Map::Written(map)) => {
                let own = ObjRef::new(spare, 0);
                spare += 1;
                let stream = format!("<< /Length {} >>\nstream\n{map}\nendstream", map.len());
                objects.push((own, stream.into_bytes()));
                objects.push((reference, with_map(&font, &format!("{} 0 R", own.obj_number))));
            }
            None => {}
        }
    }
    (!objects.is_empty()).then(|| Additions { objects, root: pdf.xref().root_id() })
}

struct Search<'a> {
    seen: HashSet<ObjRef>,
    fonts: Vec<(ObjRef, Dict<'a>)>,
}

impl<'a> Search<'a> {
    fn fonts(&mut self, fonts: &Dict<'a>) {
        for (name, _) in fonts.entries() {
            if self.fonts.len() >= FONTS {
                return;
            }
            let Some(reference) = fonts.get_ref(&*name) else { continue };
            if self.seen.insert(reference)
                && let Some(font) = fonts.get::<Dict<'a>>(&*name)
            {
                self.fonts.push((reference, font));
            }
        }
    }

    fn forms(&mut self, forms: &Dict<'a>, depth: usize) {
        if depth == 0 {
            return;
        }
        for (name, _) in forms.entries() {
            let Some(reference) = forms.get_ref(&*name) else { continue };
            if !self.seen.insert(reference) {
                continue;
            }
            if let Some(stream) = forms.get::<Stream<'a>>(&*name) {
                self.form(stream.dict(), depth - 1);
            }
        }
    }

    fn form(&mut self, form: &Dict<'a>, depth: usize) {
        let Some(resources) = form.get::<Dict<'a>>("Resources") else { return };
        if let Some(fonts) = resources.get::<Dict<'a>>("Font") {
            self.fonts(&fonts);
        }
        if let Some(forms) = resources.get::<Dict<'a>>("XObject") {
            self.forms(&forms, depth);
        }
    }

    fn annotations(&mut self, page: &Dict<'a>) {
        let Some(annotations) = page.get::<Array<'a>>("Annots") else { return };
        for annotation in annotations.iter::<Dict<'a>>().take(FONTS) {
            let normal = annotation.get::<Dict<'a>>("AP").and_then(|a| a.get::<Stream<'a>>("N"));
            if let Some(normal) = normal {
                self.form(normal.dict(), DEPTH);
            }
        }
    }
}

enum Map {
    /// One of ours, by name.
    Named(String),
    /// Written out, for an encoding that only this file has.
    Written(String),
}

/// The map a font lacks; `None` for one that needs none or belongs to no collection.
fn map_of(font: &Dict<'_>) -> Option<Map> {
    if &*font.get::<Name<'_>>("Subtype")? != b"Type0" || font.contains_key("ToUnicode") {
        return None;
    }
    let descendant = font.get::<Array<'_>>("DescendantFonts")?.iter::<Dict<'_>>().next()?;
    let own = descendant.get::<Dict<'_>>("CIDSystemInfo").and_then(|i| {
        let ordering = i.get::<PdfString<'_>>("Ordering")?;
        collection(ordering.as_bytes())
    });
    match font.get::<Object<'_>>("Encoding")? {
        Object::Name(name) => {
            let encoding = name.as_str().to_owned();
            let family = own.or_else(|| family_of_encoding(&encoding))?;
            Some(Map::Named(format!("{PREFIX}{family}-{encoding}")))
        }
        Object::Stream(stream) => {
            let encoding = CMap::parse(&stream.decoded_data().ok()?, load_embedded)?;
            written(own?, &Codes::Map(&encoding)).map(Map::Written)
        }
        _ => None,
    }
}

fn collection(ordering: &[u8]) -> Option<&'static str> {
    ["Japan1", "GB1", "CNS1", "Korea1"].into_iter().find(|o| o.as_bytes() == ordering)
}

fn family_of_encoding(encoding: &str) -> Option<&'static str> {
    let map = CMap::parse(load_embedded(CMapName::from_bytes(encoding.as_bytes()))?, load_embedded)?;
    match map.metadata().character_collection.as_ref()?.family {
        CidFamily::AdobeJapan1 => Some("Japan1"),
        CidFamily::AdobeGB1 => Some("GB1"),
        CidFamily::AdobeCNS1 => Some("CNS1"),
        CidFamily::AdobeKorea1 => Some("Korea1"),
        _ => None,
    }
}

/// The font dictionary with its map. `data` runs from `<<` to `>>`.
fn with_map(font: &Dict<'_>, map: &str) -> Vec<u8> {
    let data = font.data();
    let end = data.iter().rposition(|b| *b == b'>').and_then(|e| e.checked_sub(1)).unwrap_or(0);
    let mut dict = data[..end].to_vec();
    dict.extend_from_slice(format!(" /ToUnicode {map} >>").as_bytes());
    dict
}

/// The file with the additions as an update at its end.
pub(crate) fn append(mut file: Vec<u8>, additions: &Additions) -> Vec<u8> {
    let previous = last_cross_references(&file);
    file.push(b'\n');
    let mut table = String::from("xref\n");
    for (reference, object) in &additions.objects {
        let _ = writeln!(table, "{} 1\n{:010} {:05} n ", reference.obj_number, file.len(), reference.gen_number);
        file.extend_from_slice(format!("{} {} obj\n", reference.obj_number, reference.gen_number).as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let start = file.len();
    let ObjectIdentifier { obj_number, gen_number } = additions.root;
    let previous = previous.map_or_else(String::new, |p| format!("/Prev {p} "));
    let _ = writeln!(table, "trailer\n<< /Size 8388608 {previous}/Root {obj_number} {gen_number} R >>\nstartxref\n{start}\n%%EOF");
    file.extend_from_slice(table.as_bytes());
    file
}

fn last_cross_references(file: &[u8]) -> Option<usize> {
    let at = file.windows(9).rposition(|w| w == b"startxref")?;
    let digits: String =
        file[at + 9..].iter().map(|b| *b as char).skip_while(|c| c.is_whitespace()).take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
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
        return written(family, &Codes::Utf16);
    }
    let map = CMap::parse(load_embedded(name)?, load_embedded)?;
    written(family, &Codes::Map(&map))
}

enum Codes<'m> {
    Utf16,
    Map(&'m CMap),
}

/// A ToUnicode map, written out: every code of one or two bytes that means something.
fn written(family: &'static str, codes: &Codes<'_>) -> Option<String> {
    let unicode = CMap::parse(load_embedded(unicode_map(family))?, load_embedded)?;
    let mut lines = String::new();
    for code in 0..=0xffff_u32 {
        let meaning = match codes {
            Codes::Utf16 => char::from_u32(code).map(BfString::Char),
            Codes::Map(map) => (1..=2).find_map(|bytes| map.lookup_cid_code(code, bytes)).and_then(|cid| unicode.lookup_bf_string(cid)),
        };
        let text = match meaning {
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
    let count = lines.lines().count();
    Some(format!(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /{PREFIX}map def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n{count} beginbfchar\n{lines}endbfchar\n\
         endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ))
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
