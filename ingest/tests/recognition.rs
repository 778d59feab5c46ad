//! Pages of the sample library, turned into pictures and read back through the recognition of characters.
//!
//! Says «skipped» where tesseract or its Japanese data is not installed.

use appliance_core::document::{Document, Parsed, TextOrigin, Warning};
use appliance_core::locator::{PageLine, Place};
use appliance_core::passage::Passage;
use appliance_core::ports::DocumentReader;
use appliance_core::ports::reader::{ParseError, SourceFile, Watch};
use image::codecs::jpeg::JpegEncoder;
use ingest::{FileParser, FileReader, LANGUAGES, Limits, Recognition};
use lopdf::{Dictionary, Object, Stream, dictionary};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use unicode_normalization::UnicodeNormalization;

const DPI: f32 = 300.0;

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/sample/library").join(name)
}

#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn recognition() -> Option<Recognition> {
    match Recognition::of_the_machine(&[], &LANGUAGES.map(str::to_owned)) {
        found @ Recognition::Tesseract(_) => Some(found),
        missing => {
            println!("skipped: {missing:?}");
            None
        }
    }
}

fn read(file: &Path, recognition: &Recognition) -> Parsed {
    let source = SourceFile::new(file.to_owned(), "scan.pdf".to_owned());
    let parser = FileParser::new(Limits::default()).with_recognition(recognition.clone());
    parser.parse(&source, &Watch::default()).expect("a document")
}

fn passages(document: &Document) -> Vec<Passage> {
    FileParser::default().passages(document)
}

/// A PDF whose pages are grey pictures of the given pages of a file, compressed as a scanner does.
fn pictures(file: &Path, pages: &[u32], quarters: u32) -> tempfile::NamedTempFile {
    let reader = FileReader::new();
    let mut document = lopdf::Document::with_version("1.5");
    let root = document.new_object_id();
    let mut kids = Vec::new();
    for page in pages {
        let drawn = reader.render_page(file, *page, DPI / 72.0).expect("drawn").expect("a page");
        let mut grey = image::load_from_memory(&drawn.png).expect("a picture").into_luma8();
        for _ in 0..quarters {
            grey = image::imageops::rotate90(&grey);
        }
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, 80).encode_image(&grey).expect("packed");
        let facts = dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8,
            "Width" => i64::from(grey.width()), "Height" => i64::from(grey.height()), "Filter" => "DCTDecode",
        };
        let image = document.add_object(Stream::new(facts, jpeg));
        let (width, height) = (grey.width() as f32 * 72.0 / DPI, grey.height() as f32 * 72.0 / DPI);
        let content = document.add_object(Stream::new(Dictionary::new(), format!("{width} 0 0 {height} 0 0 cm /I Do").into_bytes()));
        kids.push(Object::Reference(document.add_object(dictionary! {
            "Type" => "Page", "Parent" => root, "Contents" => content,
            "MediaBox" => vec![0.into(), 0.into(), width.into(), height.into()],
            "Resources" => dictionary! { "XObject" => dictionary! { "I" => image } },
        })));
    }
    let count = kids.len() as i64;
    document.objects.insert(root, Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    document.trailer.set("Root", catalog);
    let to = tempfile::NamedTempFile::new().expect("a temporary file");
    document.save(to.path()).expect("saved");
    to
}

/// The characters of some pages, NFKC, without white space.
fn characters(document: &Document, pages: &[u32]) -> HashMap<char, usize> {
    let mut counts = HashMap::new();
    for block in &document.blocks {
        let Place::Pages { lines } = &block.place else { continue };
        for line in lines.iter().filter(|l| pages.contains(&l.page)) {
            let text = line.span.slice(&document.text).unwrap_or("");
            for c in text.nfkc().filter(|c| !c.is_whitespace()) {
                *counts.entry(c).or_default() += 1;
            }
        }
    }
    counts
}

/// The share of the characters of `truth` that `got` has as well.
fn recall(truth: &HashMap<char, usize>, got: &HashMap<char, usize>) -> f32 {
    let found: usize = truth.iter().map(|(c, n)| n.min(got.get(c).unwrap_or(&0))).sum();
    found as f32 / truth.values().sum::<usize>().max(1) as f32
}

fn line_with<'d>(document: &'d Document, words: &str) -> Option<&'d PageLine> {
    document.blocks.iter().find_map(|b| match &b.place {
        Place::Pages { lines } => lines.iter().find(|l| {
            let text: String = l.span.slice(&document.text).unwrap_or("").nfkc().filter(|c| !c.is_whitespace()).collect();
            text.contains(words)
        }),
        _ => None,
    })
}

#[test]
fn a_page_that_was_turned_into_a_picture_is_read_back() {
    let Some(recognition) = recognition() else { return };
    let files =
        ["municipal/みなと市廃棄物の処理及び清掃に関する条例.pdf", "municipal/みなと市手数料条例.pdf", "university/みなと市立大学学則.pdf"];
    let mut recalls = Vec::new();
    for name in files {
        let written = read(&sample(name), &Recognition::Off).document;
        let scan = pictures(&sample(name), &[2], 0);
        let started = Instant::now();
        let parsed = read(scan.path(), &recognition);
        let recalled = recall(&characters(&written, &[2]), &characters(&parsed.document, &[1]));
        println!("recognition: {name} page 2: recall {recalled:.3} in {:.1} s", started.elapsed().as_secs_f32());
        let reading = parsed.document.pages[0].reading;
        assert!(matches!(reading.origin, TextOrigin::Recognised { confidence } if confidence > 0.7), "{reading:?}");
        assert!(reading.score > 0.7 && parsed.warnings.is_empty(), "{reading:?} {:?}", parsed.warnings);
        assert!(passages(&parsed.document).iter().all(|p| p.recognised.is_some_and(|c| c > 0.7)));
        recalls.push(recalled);
    }
    let mean = recalls.iter().sum::<f32>() / recalls.len() as f32;
    assert!(mean >= 0.95, "recall {mean} of {recalls:?}, at least 0.95 is asked");
}

#[test]
fn a_citation_of_recognised_text_points_at_its_ink() {
    let Some(recognition) = recognition() else { return };
    let file = sample("municipal/みなと市廃棄物の処理及び清掃に関する条例.pdf");
    let written = read(&file, &Recognition::Off).document;
    let scan = pictures(&file, &[1], 0);
    let parsed = read(scan.path(), &recognition).document;
    let mut compared = 0;
    for words in ["第1条", "第2条", "第1章総則", "(趣旨)", "(目的)", "(定義)"] {
        let (Some(truth), Some(got)) = (line_with(&written, words), line_with(&parsed, words)) else { continue };
        if truth.page != 1 {
            continue;
        }
        compared += 1;
        let (a, b) = (truth.rect, got.rect);
        // What was recognised is as wide as its ink; a full-width bracket is half empty.
        let inside = b.x > a.x - 3.0 && b.x + b.width < a.x + a.width + 3.0 && b.width > 0.6 * a.width;
        assert!(inside && (a.y - b.y).abs() < 3.0 && (a.height - b.height).abs() < 3.0, "{words}: {a:?} {b:?}");
    }
    assert!(compared >= 2, "{compared} lines compared");
}

#[test]
fn a_page_on_its_side_is_read() {
    let Some(recognition) = recognition() else { return };
    let file = sample("municipal/みなと市廃棄物の処理及び清掃に関する条例.pdf");
    let written = read(&file, &Recognition::Off).document;
    let scan = pictures(&file, &[2], 1);
    let parsed = read(scan.path(), &recognition).document;
    let recalled = recall(&characters(&written, &[2]), &characters(&parsed, &[1]));
    println!("recognition: the same, turned by 90 degrees: recall {recalled:.3}");
    assert!(recalled >= 0.9, "{recalled}");
    let line = parsed.blocks.iter().find_map(|b| match &b.place {
        Place::Pages { lines } => lines.iter().find(|l| l.rect.height > 200.0),
        _ => None,
    });
    assert!(line.is_some_and(|l| l.vertical), "its lines run down the page");
}

#[test]
fn without_a_recogniser_scanned_pages_are_told_one_by_one() {
    let scan = pictures(&sample("municipal/みなと市手数料条例.pdf"), &[1, 2], 0);
    let missing = Recognition::Missing { reason: "tesseract is not installed".to_owned() };
    let parsed = read(scan.path(), &missing);
    for page in 1..=2 {
        assert_eq!(parsed.document.pages[page as usize - 1].reading.origin, TextOrigin::Unread);
        assert!(parsed.warnings.contains(&Warning::PageWithoutText { page }));
        assert!(
            parsed
                .warnings
                .iter()
                .any(|w| matches!(w, Warning::NotRecognised { page: p, reason } if *p == page && reason.contains("not installed")))
        );
    }
    assert_eq!(appliance_core::quality::document_score(&parsed.document.pages), Some(0.0));
}

#[test]
fn a_file_whose_time_is_up_says_which_pages_are_left() {
    let Some(Recognition::Tesseract(tesseract)) = recognition() else { return };
    let scan = pictures(&sample("municipal/みなと市手数料条例.pdf"), &[1, 2], 0);
    let hasty = Recognition::Tesseract(ingest::Tesseract { file_time: Duration::from_millis(300), ..tesseract });
    let started = Instant::now();
    let parsed = read(scan.path(), &hasty);
    assert!(started.elapsed() < Duration::from_secs(10));
    let left =
        parsed.warnings.iter().filter(|w| matches!(w, Warning::NotRecognised { reason, .. } if reason.contains("longer than"))).count();
    assert_eq!(left, 2, "{:?}", parsed.warnings);
}

#[test]
fn a_cancelled_reading_ends_its_recogniser() {
    let Some(recognition) = recognition() else { return };
    let scan = pictures(&sample("municipal/みなと市手数料条例.pdf"), &[1, 2, 3, 4], 0);
    let watch = Arc::new(Watch::default());
    let reading = std::thread::spawn({
        let (watch, path) = (Arc::clone(&watch), scan.path().to_owned());
        move || {
            let parser = FileParser::new(Limits::default()).with_recognition(recognition);
            parser.parse(&SourceFile::new(path, "scan.pdf".to_owned()), &watch)
        }
    });
    std::thread::sleep(Duration::from_millis(1500));
    watch.cancel();
    let asked = Instant::now();
    let outcome = reading.join().expect("no panic");
    assert!(matches!(outcome, Err(ParseError::Cancelled { .. })), "{outcome:?}");
    assert!(asked.elapsed() < Duration::from_millis(1500), "{:?}", asked.elapsed());
}

#[test]
fn the_scanned_notice_of_the_sample_library_is_read() {
    let Some(recognition) = recognition() else { return };
    let parsed = read(&sample("municipal/粗大ごみ臨時収集のお知らせ.pdf"), &recognition);
    let text: String = parsed.document.text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let reading = parsed.document.pages[0].reading;
    println!("recognition: the scanned notice: score {:.2}", reading.score);
    for fact in ["令和8年6月7日", "午前8時30分から午前11時まで", "200円", "港南小学校", "大雨警報", "粗大ごみ処理券"]
    {
        assert!(text.contains(fact), "{fact} is missing in {text}");
    }
    assert!(matches!(reading.origin, TextOrigin::Recognised { .. }) && reading.score > 0.6, "{reading:?}");
}
