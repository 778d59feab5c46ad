//! Characters of PDFs: every encoding, and maps that are missing or wrong. The files are made here.

#[expect(dead_code, reason = "each test file uses some of it")]
mod pdf_maker;

use appliance_core::document::{Parsed, Warning};
use lopdf::{Dictionary, Object, ObjectId, Stream, dictionary};
use pdf_maker::{add_content, helvetica, page, parsed, pdf, saved, shown};

/// A font of codes of two bytes that is not embedded.
struct Font<'f> {
    encoding: &'f str,
    ordering: &'f str,
    /// What the file says its codes mean.
    map: Option<Vec<(u16, String)>>,
}

fn add(document: &mut lopdf::Document, font: &Font<'_>) -> ObjectId {
    let descendant = document.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "CIDFontType2",
        "BaseFont" => "Unheard-Of",
        "CIDSystemInfo" => dictionary! {
            "Registry" => Object::string_literal("Adobe"),
            "Ordering" => Object::string_literal(font.ordering),
            "Supplement" => 2,
        },
        "DW" => 1000,
    });
    let mut dict = dictionary! {
        "Type" => "Font",
        "Subtype" => "Type0",
        "BaseFont" => "Unheard-Of",
        "Encoding" => font.encoding,
        "DescendantFonts" => vec![descendant.into()],
    };
    if let Some(entries) = &font.map {
        let utf16 = |text: &str| text.encode_utf16().map(|u| format!("{u:04x}")).collect::<String>();
        let lines: String = entries.iter().map(|(code, text)| format!("<{code:04x}> <{}>\n", utf16(text))).collect();
        let map = format!(
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapType 2 def\n1 begincodespacerange\n<0000> <ffff>\n\
             endcodespacerange\n{} beginbfchar\n{lines}endbfchar\nendcmap\nend\nend\n",
            entries.len()
        );
        dict.set("ToUnicode", document.add_object(Stream::new(Dictionary::new(), map.into_bytes())));
    }
    document.add_object(dict)
}

fn read(font: &Font<'_>, codes: &[u8]) -> Parsed {
    let mut document = pdf(&[page(Vec::new())], None);
    let id = add(&mut document, font);
    add_content(&mut document, 0, ("F2", id), &shown("F2", (60.0, 700.0, 10.5), codes));
    parsed(&saved(&mut document)).expect("a document")
}

fn mended(parsed: &Parsed) -> u32 {
    parsed.warnings.iter().map(|w| if let Warning::MendedCharacters { count, .. } = w { *count } else { 0 }).sum()
}

#[track_caller]
fn check(encoding: &str, ordering: &str, codes: &[u8], expected: &str) {
    let read = read(&Font { encoding, ordering, map: None }, codes);
    assert_eq!(read.document.text.trim_end(), expected, "{encoding}");
    assert_eq!(read.warnings, []);
}

fn big_endian(units: impl IntoIterator<Item = u16>) -> Vec<u8> {
    units.into_iter().flat_map(u16::to_be_bytes).collect()
}

#[test]
fn predefined_encodings_need_no_map() {
    let text = "粗大ごみの手数料は、５００円とする。";
    let encoded = |encoding: &'static encoding_rs::Encoding| encoding.encode(text).0.into_owned();
    let utf16 = big_endian(text.encode_utf16());
    check("90ms-RKSJ-H", "Japan1", &encoded(encoding_rs::SHIFT_JIS), text);
    check("90msp-RKSJ-H", "Japan1", &encoded(encoding_rs::SHIFT_JIS), text);
    check("EUC-H", "Japan1", &encoded(encoding_rs::EUC_JP), text);
    check("UniJIS-UCS2-H", "Japan1", &utf16, text);
    check("UniJIS-UTF16-H", "Japan1", &utf16, text);
    // The CIDs of ぁ to ん follow each other from 842.
    check("Identity-H", "Japan1", &big_endian([843, 845, 847, 849, 851]), "あいうえお");
    check("GBK-EUC-H", "GB1", &encoding_rs::GBK.encode("市长办公室").0, "市长办公室");
    check("ETen-B5-H", "CNS1", &encoding_rs::BIG5.encode("市長辦公室").0, "市長辦公室");
    check("KSCms-UHC-H", "Korea1", &encoding_rs::EUC_KR.encode("시장실").0, "시장실");
}

/// A text, and its map put wrong by `garble`, in a font of a collection.
fn garbled(text: &str, garble: impl Fn(char) -> String) -> Parsed {
    let code = |c: char| {
        let bytes = encoding_rs::SHIFT_JIS.encode(c.encode_utf8(&mut [0; 4])).0.into_owned();
        u16::from_be_bytes([bytes[0], bytes[1]])
    };
    let map = text.chars().map(|c| (code(c), garble(c))).collect();
    read(&Font { encoding: "90ms-RKSJ-H", ordering: "Japan1", map: Some(map) }, &big_endian(text.chars().map(code)))
}

fn shifted(c: char) -> char {
    if ('ぁ'..='ヾ').contains(&c) { char::from_u32(c as u32 + 0x1690).expect("a kanji") } else { c }
}

#[test]
fn kana_shifted_into_rare_kanji_are_put_right() {
    let text = "市の例規は、別に定めるところによる。";
    let read = garbled(text, |c| shifted(c).to_string());
    assert_eq!(read.document.text.trim_end(), text);
    assert_eq!(mended(&read), 11);
    // The same without a collection that knows better: the shift itself gives them away.
    let map = text.chars().map(|c| (c as u16, shifted(c).to_string())).collect();
    let read = self::read(&Font { encoding: "Identity-H", ordering: "Identity", map: Some(map) }, &big_endian(text.encode_utf16()));
    assert_eq!(read.document.text.trim_end(), text);
    assert_eq!(mended(&read), 11);
}

#[test]
fn a_map_of_private_characters_gives_way_to_the_collection() {
    let text = "災害による減免";
    let read = garbled(text, |c| char::from_u32(0xe000 + (c as u32 & 0xfff)).expect("private use").to_string());
    assert_eq!(read.document.text.trim_end(), text);
    assert_eq!(mended(&read), 7);
}

#[test]
fn a_map_that_shifts_every_character_gives_way_to_the_collection() {
    let text = "手数料を減額し、又は免除することができる。ただし、市長が認めるときは、この限りでない。";
    let read = garbled(text, |c| char::from_u32(c as u32 + 0x300).expect("a character").to_string());
    assert_eq!(read.document.text.trim_end(), text);
    assert!(mended(&read) > 30);
}

#[test]
fn a_map_of_codes_onto_themselves_gives_way_to_the_collection() {
    let codes = [843_u16, 845, 847, 849, 851, 34, 35];
    let map = codes.iter().map(|c| (*c, String::from_utf16_lossy(&[*c]))).collect();
    let read = read(&Font { encoding: "Identity-H", ordering: "Japan1", map: Some(map) }, &big_endian(codes));
    assert_eq!(read.document.text.trim_end(), "あいうえお AB".replace(' ', ""));
    assert_eq!(mended(&read), 7);
}

#[test]
fn a_sound_map_of_a_font_that_only_claims_a_collection_is_believed() {
    // Numbers of glyphs under the name of Adobe-Japan1: the collection would read noise out of them.
    let text = "この条例は公布の日から施行する";
    let map: Vec<(u16, String)> = (900..).zip(text.chars().map(|c| c.to_string())).collect();
    let codes = big_endian((900..).take(text.chars().count()));
    let read = read(&Font { encoding: "Identity-H", ordering: "Japan1", map: Some(map) }, &codes);
    assert_eq!(read.document.text.trim_end(), text);
    assert_eq!(mended(&read), 0);
}

#[test]
fn radicals_are_read_as_kanji_and_counted() {
    let map = vec![(1, "⼀".to_owned()), (2, "⽉".to_owned()), (3, "⻑".to_owned()), (4, "期".to_owned())];
    let read = read(&Font { encoding: "Identity-H", ordering: "Identity", map: Some(map) }, &big_endian([1, 2, 3, 4]));
    assert_eq!(read.document.text.trim_end(), "一月長期");
    assert_eq!(mended(&read), 3);
}

#[test]
fn numbers_of_glyphs_in_office_fonts_mean_letters() {
    let codes: Vec<u16> = "Notice 12".chars().map(|c| c as u16 - 29).collect();
    check("Identity-H", "Identity", &big_endian(codes), "Notice 12");
}

#[test]
fn what_no_map_knows_is_counted() {
    let read = read(&Font { encoding: "Identity-H", ordering: "Identity", map: None }, &big_endian([5000, 5001]));
    let unknown = |w: &Warning| matches!(w, Warning::UnknownGlyphs { page: 1, count: 2 });
    assert!(read.warnings.iter().any(unknown) || read.document.text.is_empty(), "{:?}", read.warnings);
}

#[test]
fn bold_drawn_twice_is_read_once_and_narrow_letters_stay() {
    let mut document = pdf(&[page(Vec::new())], None);
    let font = helvetica(&mut document);
    let mut content = String::new();
    for dx in [0.0, 0.25] {
        content.push_str(&shown("F2", (60.0 + dx, 700.0, 10.0), b"All bills: http://www.example.jp/"));
    }
    add_content(&mut document, 0, ("F2", font), &content);
    let read = parsed(&saved(&mut document)).expect("a document");
    assert_eq!(read.document.text.trim_end(), "All bills: http://www.example.jp/");
}

#[test]
fn invisible_text_over_a_scan_is_read_and_text_off_the_page_is_not() {
    let mut document = pdf(&[page(Vec::new())], None);
    let font = helvetica(&mut document);
    let content =
        format!("3 Tr\n{}0 Tr\n{}", shown("F2", (60.0, 700.0, 10.0), b"Recognised"), shown("F2", (60.0, -400.0, 10.0), b"Outside"));
    add_content(&mut document, 0, ("F2", font), &content);
    let read = parsed(&saved(&mut document)).expect("a document");
    assert_eq!(read.document.text.trim_end(), "Recognised");
}
