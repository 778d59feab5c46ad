//! PDFs made of arbitrary bytes, each reaching one part of the reader.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

/// A page with a font of Adobe-Japan1 whose encoding and Unicode map are the bytes given.
pub(super) fn with_maps(encoding: &[u8], unicode: &[u8]) -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let mut map = dictionary! { "Type" => "CMap", "CMapName" => "Own" };
    map.set("CIDSystemInfo", system("Japan1"));
    let encoding = document.add_object(Stream::new(map, encoding.to_vec()));
    let unicode = document.add_object(Stream::new(Dictionary::new(), unicode.to_vec()));
    let font = composite(&mut document, Object::Reference(encoding), &dictionary! {});
    if let Ok(dict) = document.get_dictionary_mut(font) {
        dict.set("ToUnicode", unicode);
    }
    // The same text without the Unicode map, so that ours is made from the encoding.
    let bare = composite(&mut document, Object::Reference(encoding), &dictionary! {});
    let codes: String = (0..64_u32).map(|i| format!("{:04x}", i * 1031 % 0x1_0000)).collect();
    let content = format!("BT /F1 10 Tf 50 700 Td <{codes}> Tj ET BT /F2 10 Tf 50 600 Td <{codes}> Tj ET");
    finished(document, &[content], &[("F1", font), ("F2", bare)])
}

/// A page with an embedded TrueType font that is the bytes given.
pub(super) fn with_font(program: &[u8]) -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let file = document.add_object(Stream::new(Dictionary::new(), program.to_vec()));
    let descriptor =
        document.add_object(dictionary! { "Type" => "FontDescriptor", "FontName" => "Own", "Flags" => 4, "FontFile2" => file });
    let composite =
        composite(&mut document, "Identity-H".into(), &dictionary! { "FontDescriptor" => descriptor, "CIDToGIDMap" => "Identity" });
    let simple = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "TrueType", "BaseFont" => "Own", "FontDescriptor" => descriptor, "FirstChar" => 32, "LastChar" => 126,
    });
    let codes: String = (0..48_u32).map(|i| format!("{i:04x}")).collect();
    let content = format!("BT /F1 10 Tf 50 700 Td <{codes}> Tj ET BT /F2 10 Tf 50 600 Td (abc ABC 123) Tj ET");
    finished(document, &[content], &[("F1", composite), ("F2", simple)])
}

/// Bytes that place one glyph, run or rule.
const PIECE: usize = 6;
/// Pieces of one input; more would only repeat what fewer show.
const MOST_PIECES: usize = 4_000;

/// Glyphs, runs and rules of all directions, in pieces of six bytes: what, where across, where down, how large, what of.
pub(super) fn strewn(bytes: &[u8]) -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let across = composite(&mut document, "UniJIS-UCS2-H".into(), &dictionary! {});
    let down = composite(&mut document, "UniJIS-UCS2-V".into(), &dictionary! {});
    let mut pages = vec![String::new()];
    for piece in bytes.chunks_exact(PIECE).take(MOST_PIECES) {
        let [what, x, y, size, high, low] = [piece[0], piece[1], piece[2], piece[3], piece[4], piece[5]];
        // Coarse steps, so that pieces line up as often as not.
        let (x, y) = (f32::from(x) * 2.4, f32::from(y) * 3.3);
        let size = 4.0 + f32::from(size % 32);
        let content = match pages.last_mut() {
            Some(page) if what != 0xff => page,
            _ => {
                pages.push(String::new());
                continue;
            }
        };
        let font = if what & 0x08 == 0 { "F1" } else { "F2" };
        let turned = ["1 0 0 1", "0 1 -1 0", "-1 0 0 -1", "0 -1 1 0"][usize::from(what >> 4 & 3)];
        match what & 0x07 {
            0..=2 => content.push_str(&format!("BT /{font} {size} Tf {turned} {x} {y} Tm <{}> Tj ET\n", code(high, low))),
            3 | 4 => {
                let run: String = (0..=low % 24).map(|i| code(high, low.wrapping_add(i))).collect();
                content.push_str(&format!("BT /{font} {size} Tf {turned} {x} {y} Tm <{run}> Tj ET\n"));
            }
            5 => content.push_str(&format!("{x} {y} m {} {y} l S\n", x + f32::from(high) * 2.4)),
            6 => content.push_str(&format!("{x} {y} m {x} {} l S\n", y + f32::from(high) * 3.3)),
            _ => content.push_str(&format!("{x} {y} {} {} re S\n", f32::from(high) * 2.4, f32::from(low) * 3.3)),
        }
    }
    finished(document, &pages, &[("F1", across), ("F2", down)])
}

/// A code of UCS-2 in hexadecimal: mostly kana, kanji and figures, as pages have them.
fn code(high: u8, low: u8) -> String {
    let character = match high % 8 {
        0 => 0x30 + u16::from(low % 10),
        1 => 0x41 + u16::from(low % 58),
        2 | 3 => 0x3041 + u16::from(low % 86),
        4 => 0x30a1 + u16::from(low % 90),
        5 => 0x3000 + u16::from(low % 32),
        6 => u16::from_be_bytes([high, low]),
        _ => 0x4e00 + u16::from(low) * 16,
    };
    format!("{character:04x}")
}

fn system(ordering: &str) -> Object {
    Object::Dictionary(dictionary! {
        "Registry" => Object::string_literal("Adobe"),
        "Ordering" => Object::string_literal(ordering),
        "Supplement" => 2,
    })
}

fn composite(document: &mut Document, encoding: Object, more: &Dictionary) -> ObjectId {
    let subtype = if more.has(b"CIDToGIDMap") { "CIDFontType2" } else { "CIDFontType0" };
    let mut descendant =
        dictionary! { "Type" => "Font", "Subtype" => subtype, "BaseFont" => "Own", "CIDSystemInfo" => system("Japan1"), "DW" => 1000 };
    descendant.extend(more);
    let descendant = document.add_object(descendant);
    document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "Own", "Encoding" => encoding, "DescendantFonts" => vec![descendant.into()],
    })
}

fn finished(mut document: Document, contents: &[String], fonts: &[(&str, ObjectId)]) -> Vec<u8> {
    let root = document.new_object_id();
    let fonts: Dictionary = fonts.iter().map(|(name, id)| (name.as_bytes().to_vec(), Object::Reference(*id))).collect();
    let mut kids = Vec::new();
    for content in contents {
        let content = document.add_object(Stream::new(Dictionary::new(), content.clone().into_bytes()));
        let page = dictionary! {
            "Type" => "Page", "Parent" => root, "Contents" => content,
            "MediaBox" => vec![0.into(), 0.into(), 612.into(), 842.into()],
            "Resources" => dictionary! { "Font" => fonts.clone() },
        };
        kids.push(Object::Reference(document.add_object(page)));
    }
    let count = kids.len() as i64;
    document.objects.insert(root, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    document.trailer.set("Root", catalog);
    let mut written = Vec::new();
    let _ = document.save_to(&mut written);
    written
}
