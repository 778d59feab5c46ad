//! The fonts of a file, asked when the characters that the file gives a glyph are missing or cannot be meant.
//!
//! Who knows, in this order: the character collection (a CID of Adobe-Japan1 means one thing, whatever the file's map
//! says), the embedded font (its character map, its glyphs' names), and what writers of files are known to do: codes
//! that are Unicode, numbers of glyphs in the order of Microsoft's fonts. Nothing here is looked at for a file whose
//! maps are sound.

use super::cff::{self, Charset};
use super::collection;
use super::font_facts::{Codes, FontFacts};
use super::truetype;
use hayro_interpret::font::{Glyph as Drawn, OutlineFontData, OutlineGlyph, PositionedGlyph};
use std::collections::{HashMap, HashSet};

/// What the fonts of one file know about their glyphs. Lives as long as the file is read.
#[derive(Debug, Default)]
pub(crate) struct FileFonts {
    /// By PostScript name, which is all that the interpreter tells of a glyph's font dictionary.
    facts: HashMap<String, Vec<FontFacts>>,
    programs: HashMap<u128, HashMap<u32, char>>,
    /// Fonts whose maps have been found wrong: their glyphs are asked first, the maps second.
    distrusted: HashSet<String>,
    strikes: HashMap<String, u32>,
}

/// What a font says against its file's map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) character: char,
    /// Whether it holds against a character that could have been meant.
    pub(crate) certain: bool,
}

/// Wrong characters of one font after which its map is not believed any more.
const STRIKES: u32 = 3;

impl FileFonts {
    /// The fonts of a file by what their dictionaries say.
    pub(crate) fn new(facts: Vec<FontFacts>) -> Self {
        let mut fonts = Self::default();
        for fact in facts {
            if fact.overruled {
                fonts.distrusted.insert(fact.name.clone());
            }
            fonts.facts.entry(fact.name.clone()).or_default().push(fact);
        }
        fonts
    }

    /// Fonts whose maps are not believed.
    pub(crate) fn distrusted(&self) -> usize {
        self.distrusted.len()
    }

    /// Whether the map of the glyph's font is not believed.
    pub(crate) fn distrusts_font_of(&self, glyph: &PositionedGlyph<'_>) -> bool {
        let Drawn::Outline(outline) = &**glyph else { return false };
        outline.font_data().and_then(|d| d.postscript_name).is_some_and(|name| self.distrusted.contains(&name))
    }

    /// What the glyph's font says it means.
    pub(crate) fn ask(&mut self, glyph: &PositionedGlyph<'_>) -> Option<Verdict> {
        let outline = match &**glyph {
            Drawn::Outline(outline) => outline,
            Drawn::Type3(type3) => return by_code(type3.char_code(), true),
        };
        let Some(font) = outline.font_data() else { return by_code(outline.char_code(), false) };
        let facts = font.postscript_name.as_deref().and_then(|name| self.facts.get(name)).map_or(&[][..], Vec::as_slice);
        // One name may stand for several dictionaries; where their codes differ, none of them can be asked.
        let agreed = facts.windows(2).all(|f| f[0].codes == f[1].codes && f[0].collection == f[1].collection);
        let collected = facts.iter().filter(|_| agreed).find_map(|f| by_collection(f, outline.char_code()));
        if let Some(character) = collected {
            return Some(Verdict { character, certain: true });
        }
        let embedded = facts.iter().any(|f| f.embedded);
        let unicode = facts.iter().any(|f| f.codes_are_unicode);
        let office = facts.iter().any(|f| !f.embedded && f.by_glyph_number);
        let simple = facts.iter().any(|f| f.simple);
        let programmed = if embedded { self.by_program(&font, outline) } else { None };
        if let Some(character) = programmed {
            return Some(Verdict { character, certain: false });
        }
        let code = outline.char_code();
        let character = if unicode {
            char::from_u32(code)
        } else if office {
            truetype::character_of_office_font(code)
        } else if simple {
            return by_code(code, false);
        } else {
            None
        };
        character.map(|character| Verdict { character, certain: office })
    }

    /// Notes that a font's map gave a character that cannot be meant, while the font knew better.
    pub(crate) fn strike(&mut self, glyph: &PositionedGlyph<'_>) {
        let Drawn::Outline(outline) = &**glyph else { return };
        let Some(name) = outline.font_data().and_then(|d| d.postscript_name) else { return };
        let strikes = self.strikes.entry(name.clone()).or_default();
        *strikes += 1;
        if *strikes >= STRIKES {
            self.distrusted.insert(name);
        }
    }

    fn by_program(&mut self, font: &OutlineFontData, outline: &OutlineGlyph) -> Option<char> {
        let characters = self.programs.entry(font.cache_key).or_insert_with(|| characters((*font.data).as_ref()));
        characters.get(&outline.glyph_id().to_u32()).copied()
    }
}

/// What an embedded font says its glyphs mean.
fn characters(font: &[u8]) -> HashMap<u32, char> {
    let charset = || match cff::charset(font) {
        Some(Charset::Cids { ordering, cids }) => {
            let meaning = |(glyph, cid): (usize, &u16)| Some((glyph as u32, collection::character(&ordering, u32::from(*cid))?));
            cids.iter().enumerate().filter_map(meaning).collect()
        }
        Some(Charset::Names(names)) => {
            let meaning = |(glyph, name): (usize, &Option<String>)| Some((glyph as u32, name.as_deref().and_then(truetype::name_of)?));
            names.iter().enumerate().filter_map(meaning).collect()
        }
        None => HashMap::new(),
    };
    truetype::characters(font).unwrap_or_else(charset)
}

fn by_collection(facts: &FontFacts, code: u32) -> Option<char> {
    let family = facts.collection?;
    let cid = match &facts.codes {
        Codes::Identity => code,
        Codes::Named(name) => collection::cid(name, code)?,
        Codes::Own => return None,
    };
    collection::character(family, cid)
}

/// A code of a font of single bytes that names no meaning: writers that leave it out mean ASCII (and Latin letters in
/// fonts that the file draws itself).
fn by_code(code: u32, drawn_by_file: bool) -> Option<Verdict> {
    let likely = matches!(code, 0x21..=0x7e) || drawn_by_file && matches!(code, 0xc0..=0xff);
    let character = char::from_u32(code).filter(|_| likely)?;
    Some(Verdict { character, certain: false })
}
