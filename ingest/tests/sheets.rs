//! Delimited files and texts made here, read through the public parser and reader; and what holds for every document.

use appliance_core::document::{BlockKind, Document, Format};
use appliance_core::locator::Place;
use appliance_core::ports::reader::{DocumentReader, SourceFile, Watch, WindowOf};
use ingest::{FileParser, FileReader, Limits};
use proptest::prelude::*;
use std::path::Path;

fn written(bytes: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), bytes).expect("written");
    file
}

fn read(path: &Path, name: &str) -> Document {
    FileParser::new(Limits::default())
        .parse(&SourceFile::new(path.to_owned(), name.to_owned()), &Watch::default())
        .expect("a document")
        .document
}

const FACILITIES: &str = "みなと市施設一覧\n\n施設名,所在地,電話番号,使用料\nみなと市民会館,港町1-1,03-0000-0001,\"1,500円\"\n中央図書館,本町2-3,03-0000-0002,無料\n";

fn window_of(format: Format, sheet: u32, first_row: u32, rows: u32) -> WindowOf {
    WindowOf { format, encoding: None, sheet, first_row, rows }
}

#[test]
fn every_value_of_a_list_stands_under_its_header_and_leads_to_its_cell() {
    let file = written(&encoding_rs::SHIFT_JIS.encode(FACILITIES).0);
    let document = read(file.path(), "施設一覧.csv");
    let rows: Vec<&str> =
        document.blocks.iter().filter(|b| b.kind == BlockKind::Row).map(|b| b.span.slice(&document.text).expect("fits")).collect();
    assert_eq!(rows[0], "施設名: みなと市民会館、所在地: 港町1-1、電話番号: 03-0000-0001、使用料: 1,500円");
    let fee = document.text.find("1,500円").expect("the fee");
    let Place::Cells { cells, .. } = &document.blocks[1].place else { panic!("not in cells") };
    let cell = cells.iter().find(|c| c.span.start == fee).expect("a cell").cell;
    assert_eq!(cell.to_string(), "D4");
    let window = FileReader::new().sheet_window(file.path(), &window_of(Format::Csv, 0, 3, 1)).expect("read").expect("a sheet");
    assert_eq!(window.rows[0][cell.column as usize], "1,500円");
}

#[test]
fn each_question_of_a_faq_is_a_passage() {
    let text = "番号,質問,回答\n1,窓口は何時から開いていますか,午前8時30分から開いています。\n2,駐車場はありますか,50台分あります。\n";
    let document = read(written(text.as_bytes()).path(), "faq.csv");
    let passages = FileParser::default().passages(&document);
    assert_eq!(passages.len(), 2);
    assert!(passages[1].text.contains("質問: 駐車場はありますか") && passages[1].text.contains("回答: 50台分あります。"));
}

/// What holds for every document: spans fit, blocks ascend, passages cover all blocks and slice back.
fn check(document: &Document) -> Result<(), TestCaseError> {
    let text = &document.text;
    let mut end = 0;
    for block in &document.blocks {
        prop_assert!(block.span.start >= end && block.span.slice(text).is_some_and(|s| !s.is_empty()));
        end = block.span.end;
        let inside = match &block.place {
            Place::Pages { lines } => lines.iter().map(|l| l.span).collect(),
            Place::Cells { cells, .. } => cells.iter().map(|c| c.span).collect(),
            Place::Text { .. } => Vec::new(),
        };
        prop_assert!(inside.iter().all(|s| block.span.contains(*s) && s.slice(text).is_some()));
    }
    let passages = FileParser::default().passages(document);
    for (index, passage) in passages.iter().enumerate() {
        prop_assert_eq!(passage.ordinal as usize, index);
        prop_assert_eq!(passage.locator.span.slice(text), Some(passage.text.as_str()));
        prop_assert!(passage.text.chars().count() <= 1_300);
    }
    let covered = |at: usize| passages.iter().any(|p| p.locator.span.start <= at && at < p.locator.span.end);
    for block in &document.blocks {
        let letters = block.span.slice(text).unwrap_or("").char_indices().filter(|(_, c)| !c.is_whitespace());
        for (at, c) in letters {
            prop_assert!(covered(block.span.start + at), "{c} of {:?} is in no passage", block.span);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn passages_cover_every_list(rows in prop::collection::vec(prop::collection::vec("[ -~あ-んア-ン一二三区分料金円（）、。𠮷か\u{3099}\n\"]{0,30}", 0..6), 0..30)) {
        let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let csv: String = rows.iter().map(|r| r.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n").collect();
        let file = written(format!("名,値\n{csv}").as_bytes());
        check(&read(file.path(), "list.csv"))?;
    }

    #[test]
    fn passages_cover_every_text(lines in prop::collection::vec("(第[0-9]{1,2}[条章]　|（[あ-ん]{2,4}）|[0-9]　|)[ -~あ-ん一二三。、（）𠮷か\u{3099}]{0,200}", 1..40)) {
        let file = written(format!("題\n{}", lines.join("\n")).as_bytes());
        check(&read(file.path(), "text.txt"))?;
    }

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), kind in 0..6_usize) {
        let (head, name): (&[u8], &str) = [
            (&b"%PDF-1.4\n1 0 obj\n"[..], "a.pdf"), (b"PK\x03\x04xl/workbook.xml", "a.xlsx"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1W\0o\0r\0k\0b\0o\0o\0k\0", "a.xls"),
            (b"", "a.csv"), (b"", "a.txt"), (b"", "a.md"),
        ][kind];
        let file = written(&[head, &bytes].concat());
        let _ = FileParser::default().parse(&SourceFile::new(file.path().to_owned(), name.to_owned()), &Watch::default());
    }
}

/// Real files, where the workplace has them.
#[test]
fn real_documents_keep_the_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/files");
    let files = ["mhlw-model-work-rules/001018385.pdf", "pdfminer/samples/nonfree/kampo.pdf", "soumu-stats/FY2019-settlementcard.xlsx"];
    for file in files {
        let path = root.join(file);
        if !path.exists() {
            println!("skipped: {file} is not here");
            continue;
        }
        let document = read(&path, file);
        check(&document).expect("the rules hold");
    }
}

/// The sample library's workbook: two header rows, merged across and down, one table a sheet.
#[test]
fn merged_headers_of_a_workbook_stand_before_every_value() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/sample/library/municipal/施設使用料一覧.xlsx");
    let document = read(&path, "施設使用料一覧.xlsx");
    let row = document.blocks.iter().find(|b| b.kind == BlockKind::Row).expect("a row");
    let text = row.span.slice(&document.text).expect("fits");
    assert!(text.contains("一般／平日: ") && text.contains("一般／土日祝: "), "{text}");
    let Place::Cells { sheet, cells, .. } = &row.place else { panic!("not in cells") };
    let window = FileReader::new()
        .sheet_window(&path, &window_of(Format::Xlsx, *sheet, 0, document.sheets[0].rows))
        .expect("read")
        .expect("a sheet");
    for cell in cells {
        let shown = &window.rows[cell.cell.row as usize][cell.cell.column as usize];
        assert_eq!(cell.span.slice(&document.text), Some(shown.as_str()));
    }
    for passage in FileParser::default().passages(&document) {
        let Place::Cells { sheet, cells, .. } = &passage.locator.place else { panic!("not in cells") };
        assert!(document.sheets.len() > *sheet as usize && cells.iter().all(|c| passage.locator.span.contains(c.span)));
    }
}
