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
use std::sync::{Arc, Mutex, OnceLock};

/// Forms nest; deeper ones hold no text worth a map.
const DEPTH: usize = 8;
/// Fonts looked at in one file.
const FONTS: usize = 4_000;
/// Object numbers from here are taken for ours: writers stay below 8,388,607 (ISO 32000-1, annex C), and no file of
/// the sizes we read comes near.
const FIRST_SPARE: u32 = 8_300_000;
/// The names of our maps: this, the collection, a dash, the encoding.
const PREFIX: &str = "Kura-";

/// What the font dictionaries of a file say, and what they lack.
#[derive(Debug)]
pub(crate) struct Survey {
    /// `None` when every font is complete.
    pub(crate) additions: Option<Additions>,
    pub(crate) facts: Vec<FontFacts>,
}

/// What a font's dictionary says that the interpreter does not pass on.
#[derive(Debug)]
pub(crate) struct FontFacts {
    /// PostScript name without the letters of a subset.
    pub(crate) name: String,
    /// The ordering of its Adobe collection, unless the file's own map shows that it is none.
    pub(crate) collection: Option<&'static str>,
    pub(crate) codes: Codes,
    pub(crate) embedded: bool,
    /// Codes of one byte.
    pub(crate) simple: bool,
    /// The file's map must be wrong: the collection makes better sense.
    pub(crate) overruled: bool,
    /// Codes are Unicode, though no map says so.
    pub(crate) codes_are_unicode: bool,
    /// Codes are numbers of glyphs in a font of its own order.
    pub(crate) by_glyph_number: bool,
}

/// How codes lead to CIDs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Codes {
    Identity,
    Named(String),
    /// By a map of the file's own.
    Own,
}

/// Objects that give fonts their maps.
#[derive(Debug)]
pub(crate) struct Additions {
    objects: Vec<(ObjRef, Vec<u8>)>,
    root: ObjectIdentifier,
}

/// Looks at every font of a file.
pub(crate) fn survey(pdf: &Pdf) -> Survey {
    let mut search = Search { seen: HashSet::new(), fonts: Vec::new(), direct: Vec::new() };
    for page in pdf.pages().iter() {
        search.fonts(&page.resources().fonts);
        search.forms(&page.resources().x_objects, DEPTH);
        search.annotations(page.raw());
    }
    let facts = search.fonts.iter().map(|(_, font)| font).chain(&search.direct).filter_map(facts).collect();
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
    Survey { additions: (!objects.is_empty()).then(|| Additions { objects, root: pdf.xref().root_id() }), facts }
}

struct Search<'a> {
    seen: HashSet<ObjRef>,
    fonts: Vec<(ObjRef, Dict<'a>)>,
    /// Fonts that no other object can refer to.
    direct: Vec<Dict<'a>>,
}

impl<'a> Search<'a> {
    fn fonts(&mut self, fonts: &Dict<'a>) {
        for (name, _) in fonts.entries() {
            if self.fonts.len() + self.direct.len() >= FONTS {
                return;
            }
            let Some(reference) = fonts.get_ref(&*name) else {
                self.direct.extend(fonts.get::<Dict<'a>>(&*name));
                continue;
            };
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
    let own = own_collection(&descendant);
    match font.get::<Object<'_>>("Encoding")? {
        Object::Name(name) => {
            let encoding = name.as_str().to_owned();
            let family = own.or_else(|| family_of_encoding(&encoding))?;
            Some(Map::Named(format!("{PREFIX}{family}-{encoding}")))
        }
        Object::Stream(stream) => {
            let encoding = CMap::parse(&stream.decoded_data().ok()?, load_embedded)?;
            written(own?, &Source::Map(&encoding)).map(Map::Written)
        }
        _ => None,
    }
}

fn own_collection(descendant: &Dict<'_>) -> Option<&'static str> {
    let ordering = descendant.get::<Dict<'_>>("CIDSystemInfo")?.get::<PdfString<'_>>("Ordering")?;
    collection(ordering.as_bytes())
}

fn facts(font: &Dict<'_>) -> Option<FontFacts> {
    let base = font.get::<Name<'_>>("BaseFont")?.as_str().to_owned();
    let name = match base.split_once('+') {
        Some((subset, name)) if subset.len() == 6 => name.to_owned(),
        _ => base,
    };
    let embedded = |dict: &Dict<'_>| {
        let descriptor = dict.get::<Dict<'_>>("FontDescriptor");
        descriptor.is_some_and(|d| ["FontFile", "FontFile2", "FontFile3"].iter().any(|key| d.contains_key(key)))
    };
    let mut facts = FontFacts {
        name,
        collection: None,
        codes: Codes::Identity,
        embedded: embedded(font),
        simple: true,
        overruled: false,
        codes_are_unicode: false,
        by_glyph_number: false,
    };
    if &*font.get::<Name<'_>>("Subtype")? != b"Type0" {
        return Some(facts);
    }
    let descendant = font.get::<Array<'_>>("DescendantFonts")?.iter::<Dict<'_>>().next()?;
    facts.simple = false;
    facts.embedded = embedded(&descendant);
    facts.collection = own_collection(&descendant);
    facts.codes = match font.get::<Object<'_>>("Encoding")? {
        Object::Name(name) if name.as_str().starts_with("Identity") => Codes::Identity,
        Object::Name(name) => Codes::Named(name.as_str().to_owned()),
        _ => Codes::Own,
    };
    if let (None, Codes::Named(encoding)) = (facts.collection, &facts.codes) {
        facts.collection = family_of_encoding(encoding);
    }
    let map = font.get::<Stream<'_>>("ToUnicode").and_then(|m| CMap::parse(&m.decoded_data().ok()?, load_embedded));
    match (&map, facts.collection) {
        (Some(map), Some(_)) => judge(&mut facts, map),
        (None, None) => {
            let named = font.get::<Name<'_>>("ToUnicode").is_some_and(|n| n.as_str().starts_with("Identity"));
            facts.codes_are_unicode = named || maps_unicode_to_glyphs(&descendant);
        }
        _ => {}
    }
    facts.by_glyph_number = facts.collection.is_none() && facts.codes == Codes::Identity && !facts.codes_are_unicode;
    Some(facts)
}

/// Weighs a file's own map against the collection's, over the codes that text uses most.
fn judge(facts: &mut FontFacts, map: &CMap) {
    const PROBES: [std::ops::RangeInclusive<u32>; 8] = [
        0x1..=0x800,
        0x829f..=0x8396,
        0x889f..=0x88fc,
        0x3041..=0x30fe,
        0x4e00..=0x4eff,
        0xa4a1..=0xa5f6,
        0xb0a1..=0xb0fe,
        0x8140..=0x815b,
    ];
    let Some(family) = facts.collection else { return };
    let (mut alike, mut unlike, mut by_map, mut by_collection) = (0_usize, 0_usize, 0.0, 0.0);
    for code in PROBES.into_iter().flatten() {
        let Some(said) = map.lookup_bf_string(code) else { continue };
        let cid = match &facts.codes {
            Codes::Identity => Some(code),
            Codes::Named(name) => cid(name, code),
            Codes::Own => None,
        };
        let Some(known) = cid.and_then(|cid| character(family, cid)) else { continue };
        let said = match said {
            BfString::Char(c) => c,
            BfString::String(s) => s.chars().next().unwrap_or('\0'),
        };
        if folded(said) == folded(known) {
            alike += 1;
        } else {
            unlike += 1;
            by_map += likelihood(said);
            by_collection += likelihood(known);
        }
    }
    if unlike < 4 || unlike < alike * 3 {
        return;
    }
    let count = unlike as f32;
    if by_collection / count > by_map / count + 0.2 {
        facts.overruled = true;
    } else {
        // A font that says it follows a collection and does not: its CIDs are numbers of glyphs.
        facts.collection = None;
    }
}

/// How likely a Japanese text holds the character, from 0 to 1: most do with kana and the first level of JIS X 0208.
fn likelihood(c: char) -> f32 {
    match c {
        '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fc}' | '、' | '。' | '「' | '」' | '（' | '）' | '０'..='９' => 1.0,
        c if c.is_ascii_alphanumeric() => 1.0,
        '\u{4e00}'..='\u{9fff}' => {
            let mut utf8 = [0; 4];
            let (bytes, _, unknown) = encoding_rs::SHIFT_JIS.encode(c.encode_utf8(&mut utf8));
            if !unknown && bytes.first().is_some_and(|b| (0x88..=0x97).contains(b)) { 1.0 } else { 0.2 }
        }
        c if super::meaning::is_plain(c) => 0.4,
        _ => 0.0,
    }
}

fn folded(c: char) -> char {
    use super::meaning::{Meaning, meaning};
    use unicode_normalization::UnicodeNormalization;
    let c = match meaning(c.encode_utf8(&mut [0; 4])) {
        Meaning::Text(text, _) => text.chars().next().unwrap_or(c),
        _ => c,
    };
    std::iter::once(c).nfkc().next().unwrap_or(c)
}

/// Whether a map from codes to glyphs was made for codes that are Unicode: nearly all of its codes are common
/// characters, none is a control character.
fn maps_unicode_to_glyphs(descendant: &Dict<'_>) -> bool {
    let Some(map) = descendant.get::<Stream<'_>>("CIDToGIDMap").and_then(|s| s.decoded_data().ok().map(std::borrow::Cow::into_owned))
    else {
        return false;
    };
    let used: Vec<u32> =
        (0_u32..).zip(map.chunks_exact(2)).filter(|(code, glyph)| *code > 0 && *glyph != [0, 0]).map(|(code, _)| code).collect();
    let common = used.iter().filter(|code| char::from_u32(**code).is_some_and(super::meaning::is_plain)).count();
    !used.is_empty() && used.iter().all(|code| *code >= 0x20) && common * 10 >= used.len() * 9
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

enum Source<'m> {
    Utf16,
    Map(&'m CMap),
}

/// A ToUnicode map, written out: every code of one or two bytes that means something.
fn written(family: &'static str, codes: &Source<'_>) -> Option<String> {
    let unicode = CMap::parse(load_embedded(unicode_map(family))?, load_embedded)?;
    let mut lines = String::new();
    for code in 0..=0xffff_u32 {
        let meaning = match codes {
            Source::Utf16 => char::from_u32(code).map(BfString::Char),
            Source::Map(map) => (1..=2).find_map(|bytes| map.lookup_cid_code(code, bytes)).and_then(|cid| unicode.lookup_bf_string(cid)),
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
