//! The fonts of a file, and an update that gives them the Unicode maps they lack.
//!
//! Most Japanese PDFs hold fonts of an Adobe character collection that name no Unicode map: a code selects a CID through
//! the font's encoding, and the collection knows the CID's meaning. [`append`] writes an update to the end of the file
//! (ISO 32000-1, 7.5.6) in which each such font names a map of ours.

use super::collection::{PREFIX, Source, family_of_encoding, written};
use super::font_facts::{self, FontFacts, own_collection};
use hayro_cmap::{CMap, load_embedded};
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::object::{Array, Dict, Name, ObjRef, Object, ObjectIdentifier, Stream};
use std::collections::HashSet;
use std::fmt::Write;

/// Forms nest; deeper ones hold no text worth a map.
const DEPTH: usize = 8;
/// Fonts looked at in one file.
const FONTS: usize = 4_000;
/// Object numbers from here are taken for ours: writers stay below 8,388,607 (ISO 32000-1, annex C), and no file of
/// the sizes we read comes near.
const FIRST_SPARE: u32 = 8_300_000;
/// What the font dictionaries of a file say, and what they lack.
#[derive(Debug)]
pub(crate) struct Survey {
    /// `None` when every font is complete.
    pub(crate) additions: Option<Additions>,
    pub(crate) facts: Vec<FontFacts>,
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
    let facts = search.fonts.iter().map(|(_, font)| font).chain(&search.direct).filter_map(font_facts::facts).collect();
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
