//! Damaged PDFs: what can be read is read, and the reader is told what was wrong.

#[expect(dead_code, reason = "each test uses a part of it")]
mod pdf_maker;

use appliance_core::document::{Parsed, Warning};
use appliance_core::ports::DocumentReader;
use appliance_core::ports::reader::{ParseError, SourceFile, Watch};
use ingest::{FileParser, FileReader};
use lopdf::{Object, Stream, dictionary};
use pdf_maker::{add_content, helvetica, page, page_id, parsed, pdf, saved};

const FIRST: &str = "粗大ごみの手数料は500円とする。";
const SECOND: &str = "市長は、手数料を減免することができる。";

fn sound() -> Vec<u8> {
    let pages = [page(vec![(60.0, 700.0, 10.5, FIRST)]), page(vec![(60.0, 700.0, 10.5, SECOND)])];
    let mut written = Vec::new();
    pdf(&pages, None).save_to(&mut written).expect("written");
    written
}

fn read(bytes: &[u8]) -> Result<Parsed, ParseError> {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), bytes).expect("written");
    FileParser::default().parse(&SourceFile::new(file.path().to_owned(), "a.pdf".to_owned()), &Watch::default())
}

/// Both pages are read, and the damage is told in these words, if any.
#[track_caller]
fn check(bytes: &[u8], told: &str) {
    let parsed = read(bytes).expect("it is read");
    assert_eq!(parsed.document.pages.len(), 2);
    assert!(parsed.document.text.contains(FIRST) && parsed.document.text.contains(SECOND), "{}", parsed.document.text);
    let repairs: Vec<_> =
        parsed.warnings.iter().filter_map(|w| if let Warning::Repaired { what } = w { Some(what) } else { None }).collect();
    assert!(told.is_empty() || repairs.iter().any(|r| r.contains(told)), "{repairs:?}");
}

/// The bytes with each `from` given way to `to`.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = bytes;
    let mut found = false;
    while let Some(at) = rest.windows(from.len()).position(|w| w == from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
        found = true;
    }
    assert!(found, "there is none");
    out.extend_from_slice(rest);
    out
}

#[test]
fn a_sound_file_is_read_without_a_word() {
    assert_eq!(read(&sound()).expect("it is read").warnings, []);
}

#[test]
fn wrong_and_missing_cross_references_cost_nothing() {
    let sound = sound();
    check(&replaced(&sound, b"startxref", b"startxxxx"), "cross-references");
    check(&replaced(&sound, b"%PDF-1.5\n", b"%PDF-1.5\n% added by a gateway\n"), "cross-references");
    let end = sound.windows(5).rposition(|w| w == b"xref\n").expect("a table");
    check(&sound[..end], "end is missing");
}

#[test]
fn a_header_behind_a_mail_or_cut_off_is_no_matter() {
    let sound = sound();
    check(&[b"X-Mailer: something\r\n".repeat(200), sound.clone()].concat(), "cross-references");
    check(&sound[5..], "cross-references");
}

#[test]
fn streams_may_lack_their_ends_and_lengths() {
    let sound = sound();
    check(&replaced(&sound, b"endstream", b""), "ends of its streams");
    check(&replaced(&replaced(&sound, b"endstream", b""), b"endobj", b""), "ends of its streams");
    check(&replaced(&replaced(&sound, b"startxref", b"startxxxx"), b"/Length ", b"/Length 9"), "cross-references");
}

#[test]
fn pages_are_found_without_a_catalog_and_without_a_tree() {
    let sound = sound();
    check(&replaced(&replaced(&sound, b"/Root", b"/Toor"), b"/Type/Catalog", b"/Type/Unknown"), "structure");
    check(&replaced(&sound, b"/Kids", b"/Sons"), "");
}

#[test]
fn images_of_impossible_size_are_not_drawn() {
    let mut document = pdf(&[page(vec![(60.0, 700.0, 10.5, FIRST)])], None);
    let image = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "Width" => 100, "Height" => 60_000, "BitsPerComponent" => 1,
        "ColorSpace" => "DeviceGray", "Filter" => "CCITTFaxDecode", "DecodeParms" => dictionary! { "K" => -1, "Columns" => 5_000_000 },
    };
    let image = document.add_object(Stream::new(image, vec![0, 1, 2]));
    let font = helvetica(&mut document);
    add_content(&mut document, 0, ("F2", font), "q 500 0 0 500 0 0 cm /I1 Do Q\n");
    let id = page_id(&document, 0);
    let page = document.get_object_mut(id).and_then(Object::as_dict_mut).expect("a page");
    let resources = page.get_mut(b"Resources").and_then(Object::as_dict_mut).expect("resources");
    resources.set("XObject", dictionary! { "I1" => image });
    let file = saved(&mut document);
    assert!(parsed(&file).expect("it is read").document.text.contains(FIRST));
    let refused = FileReader::new().render_page(file.path(), 1, 1.0).expect_err("it would take 300 GB").to_string();
    assert!(refused.contains("million pixels"), "{refused}");
}
