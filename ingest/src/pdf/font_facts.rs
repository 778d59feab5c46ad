//! What font dictionaries say, and how far the maps in them can be believed.

use super::collection::{character, cid, collection, family_of_encoding};
use hayro_cmap::{BfString, CMap, load_embedded};
use hayro_interpret::hayro_syntax::object::{Array, Dict, Name, Object, Stream, String as PdfString};

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

/// The collection that a descendant font names.
pub(super) fn own_collection(descendant: &Dict<'_>) -> Option<&'static str> {
    let ordering = descendant.get::<Dict<'_>>("CIDSystemInfo")?.get::<PdfString<'_>>("Ordering")?;
    collection(ordering.as_bytes())
}

/// What a font's dictionary says; `None` for one without a name.
pub(super) fn facts(font: &Dict<'_>) -> Option<FontFacts> {
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
