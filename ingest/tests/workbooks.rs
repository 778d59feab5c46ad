//! Workbooks made here, and real ones where the workplace has them: what a person sees in a cell is what is read, under
//! the headers that stand over it.

use appliance_core::document::{BlockKind, Document, Warning};
use appliance_core::locator::Place;
use appliance_core::ports::reader::{SourceFile, Watch};
use ingest::{FileParser, Limits, TextEncoding};
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Note, Workbook, Worksheet};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A stored file, gone when dropped.
struct Stored {
    file: tempfile::NamedTempFile,
    name: &'static str,
}

impl Stored {
    fn new(bytes: &[u8], name: &'static str) -> Self {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), bytes).expect("written");
        Self { file, name }
    }

    /// A workbook of one sheet.
    fn sheet(fill: impl FnOnce(&mut Worksheet)) -> Self {
        let mut workbook = Workbook::new();
        fill(workbook.add_worksheet());
        Self::new(&workbook.save_to_buffer().expect("a workbook"), "book.xlsx")
    }

    fn source(&self) -> SourceFile {
        SourceFile::new(self.file.path().to_owned(), self.name.to_owned())
    }

    fn document(&self) -> Document {
        FileParser::default().parse(&self.source(), &Watch::default()).expect("a document").document
    }

    fn cells(&self) -> BTreeMap<String, String> {
        cells(&self.source(), None)
    }
}

/// `Sheet!A1` to what the cell shows.
fn cells(source: &SourceFile, encoding: Option<TextEncoding>) -> BTreeMap<String, String> {
    let mut cells = BTreeMap::new();
    let parser = FileParser::default().with_encoding(encoding);
    let taken = parser.cells(source, &mut |sheet, cell, value| {
        cells.insert(format!("{sheet}!{cell}"), value.to_owned());
        true
    });
    taken.expect("cells");
    cells
}

fn rows(document: &Document) -> Vec<&str> {
    let rows = document.blocks.iter().filter(|b| b.kind == BlockKind::Row);
    rows.map(|b| b.span.slice(&document.text).expect("fits")).collect()
}

/// Spans of cells show these cells, wherever they stand.
#[track_caller]
fn cites_its_cells(document: &Document, shown: &BTreeMap<String, String>) {
    for block in &document.blocks {
        let Place::Cells { name, cells, .. } = &block.place else { panic!("not in cells") };
        for cell in cells {
            let text = cell.span.slice(&document.text).expect("fits");
            let value = shown.get(&format!("{name}!{}", cell.cell)).map_or("", String::as_str);
            let one_line = value.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(text.split_whitespace().collect::<Vec<_>>().join(" "), one_line, "{name} {}", cell.cell);
        }
    }
}

#[test]
fn cells_show_what_a_person_sees() {
    let stored = Stored::sheet(|sheet| {
        let mut put = |row: u32, value: f64, code: &str| {
            sheet.write_with_format(row, 0, value, &Format::new().set_num_format(code)).expect("written");
        };
        put(0, 1_234_567.0, "#,##0\"円\"");
        put(1, 0.125, "0.0%");
        put(2, -300.0, "#,##0;\"△\"#,##0");
        put(3, 1.5, "[h]:mm");
        put(4, 46_113.0, "[$-411]ggge\"年\"m\"月\"d\"日\"");
        put(5, 7.0, "000");
        put(6, 2.75, "# ?/?");
        let date = ExcelDateTime::from_ymd(2026, 4, 1).expect("a date");
        sheet.write_with_format(7, 0, &date, &Format::new().set_num_format("yyyy/m/d")).expect("written");
        sheet.write(8, 0, true).expect("written");
        sheet.write(9, 0, Formula::new("=1/0").set_result("#DIV/0!")).expect("written");
        sheet.write(10, 0, Formula::new("=SUM(1,2)").set_result("3")).expect("written");
        sheet.write(11, 0, "二行の\n文字").expect("written");
    });
    let cells = stored.cells();
    let seen: Vec<&str> = (1..=12).map(|row| cells[&format!("Sheet1!A{row}")].as_str()).collect();
    let expected =
        ["1,234,567円", "12.5%", "△300", "36:00", "令和8年4月1日", "007", "2 3/4", "2026/4/1", "TRUE", "#DIV/0!", "3", "二行の\n文字"];
    assert_eq!(seen, expected);
}

#[test]
fn a_workbook_that_is_too_large_names_the_rows_left_out() {
    let mut workbook = Workbook::new();
    for name in ["一覧", "控え"] {
        let sheet = workbook.add_worksheet().set_name(name).expect("a name");
        for row in 0..100_u32 {
            for column in 0..3_u16 {
                sheet.write(row, column, format!("値{row}の{column}")).expect("written");
            }
        }
    }
    let stored = Stored::new(&workbook.save_to_buffer().expect("a workbook"), "大きい.xlsx");
    let read = |limits: Limits| {
        let parsed = FileParser::new(limits).parse(&stored.source(), &Watch::default()).expect("a document");
        let left_out: Vec<(String, u32)> = parsed
            .warnings
            .iter()
            .filter_map(|w| match w {
                Warning::RowsLeftOut { sheet, row, .. } => Some((sheet.clone(), *row)),
                _ => None,
            })
            .collect();
        (parsed.document, left_out)
    };
    let (document, left_out) = read(Limits { cells: 121, ..Limits::default() });
    assert_eq!(left_out, [("一覧".to_owned(), 31), ("控え".to_owned(), 1)]);
    assert!(document.text.contains("値29の2") && !document.text.contains("値30の0"));
    let (document, left_out) = read(Limits { text_bytes: 2000, ..Limits::default() });
    let (row, others) = (left_out[0].1, &left_out[1..]);
    assert!(document.text.contains(&format!("値{}の0", row - 2)) && !document.text.contains(&format!("値{}の0", row - 1)), "{row}");
    assert_eq!(others, [("控え".to_owned(), 1)]);
    assert!(read(Limits::default()).1.is_empty());
}

#[test]
fn comments_links_and_what_is_hidden_are_told() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("施設").expect("a name");
    for (column, text) in ["名称", "電話", "備考"].into_iter().enumerate() {
        sheet.write(0, column as u16, text).expect("written");
    }
    for row in 1..4_u32 {
        sheet.write(row, 0, format!("会館{row}")).expect("written");
        sheet.write(row, 1, f64::from(row) * 1000.0).expect("written");
    }
    sheet.write_url_with_text(1, 2, "https://example.jp/hall", "案内").expect("written");
    sheet.insert_note(2, 0, &Note::new("改修中").add_author_prefix(false)).expect("written");
    sheet.set_row_hidden(3).expect("hidden");
    let other = workbook.add_worksheet().set_name("控え").expect("a name");
    other.write(0, 0, "内部の控え").expect("written");
    other.set_hidden(true);
    let document = Stored::new(&workbook.save_to_buffer().expect("a workbook"), "施設.xlsx").document();
    let rows = rows(&document);
    assert!(rows[0].contains("備考: 案内 <https://example.jp/hall>"), "{}", rows[0]);
    assert!(rows[1].contains("会館2［メモ: 改修中］"), "{}", rows[1]);
    assert!(rows[2].starts_with("［非表示の行］"), "{}", rows[2]);
    assert!(document.sheets[1].hidden && document.text.contains("控え（非表示のシート）"));
}

/// A fee table: two header rows, merged across and down, over labels and fees.
fn fees(halls: usize, days: usize, times: usize) -> Stored {
    Stored::sheet(|sheet| {
        let (plain, yen) = (Format::new(), Format::new().set_num_format("#,##0\"円\""));
        sheet.write(0, 0, "施設使用料").expect("written");
        sheet.merge_range(2, 0, 3, 0, "区分", &plain).expect("merged");
        for day in 0..days {
            let first = (1 + day * times) as u16;
            if times > 1 {
                sheet.merge_range(2, first, 2, first + times as u16 - 1, &format!("曜日{}", day + 1), &plain).expect("merged");
            } else {
                sheet.write(2, first, format!("曜日{}", day + 1)).expect("written");
            }
            for time in 0..times {
                sheet.write(3, first + time as u16, format!("時間帯{}", time + 1)).expect("written");
                for hall in 0..halls {
                    let fee = (hall * 10_000 + day * 100 + time + 1_000) as f64;
                    sheet.write_with_format(4 + hall as u32, first + time as u16, fee, &yen).expect("written");
                }
            }
        }
        for hall in 0..halls {
            sheet.write(4 + hall as u32, 0, format!("ホール{}", hall + 1)).expect("written");
        }
        sheet.write(6 + halls as u32, 0, "※消費税を含む。").expect("written");
    })
}

fn shown_yen(value: usize) -> String {
    let digits = value.to_string();
    let (thousands, rest) = digits.split_at(digits.len() - 3);
    format!("{thousands},{rest}円")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_fee_stands_under_its_own_headers_and_no_others(halls in 2_usize..6, days in 1_usize..4, times in 2_usize..5) {
        let stored = fees(halls, days, times);
        let document = stored.document();
        let rows = rows(&document);
        prop_assert_eq!(rows.len(), halls);
        for (hall, row) in rows.iter().enumerate() {
            let mut expected = vec![format!("区分: ホール{}", hall + 1)];
            for day in 0..days {
                for time in 0..times {
                    let fee = shown_yen(hall * 10_000 + day * 100 + time + 1_000);
                    expected.push(format!("曜日{}／時間帯{}: {fee}", day + 1, time + 1));
                }
            }
            prop_assert_eq!(*row, expected.join("、"));
        }
        cites_its_cells(&document, &stored.cells());
    }

    #[test]
    fn passages_of_a_workbook_cover_it_and_slice_back(
        values in prop::collection::vec(prop::collection::vec(prop_oneof![Just(String::new()), "[あ-んア-ン一二三区分料金（）]{1,12}", "[0-9]{1,6}"], 1..6), 1..25),
        merges in prop::collection::vec((0_u32..20, 0_u16..5, 0_u32..3, 1_u16..4), 0..4),
    ) {
        let stored = Stored::sheet(|sheet| {
            for (row, row_values) in values.iter().enumerate() {
                for (column, value) in row_values.iter().enumerate().filter(|(_, v)| !v.is_empty()) {
                    let written = match value.parse::<f64>() {
                        Ok(number) => sheet.write(row as u32, column as u16, number),
                        Err(_) => sheet.write(row as u32, column as u16, value),
                    };
                    written.expect("written");
                }
            }
            // Ranges that overlap others are refused by the writer.
            for (row, column, down, right) in &merges {
                let _ = sheet.merge_range(row + 30, *column, row + 30 + down, column + right, "見出し", &Format::new());
            }
        });
        let Ok(parsed) = FileParser::default().parse(&stored.source(), &Watch::default()) else { return Ok(()) };
        let document = parsed.document;
        let passages = FileParser::default().passages(&document);
        for passage in &passages {
            prop_assert_eq!(passage.locator.span.slice(&document.text), Some(passage.text.as_str()));
            let inside = matches!(&passage.locator.place, Place::Cells { cells, .. } if !cells.is_empty());
            prop_assert!(inside, "{:?} names no cell", passage.text);
        }
        let shown = stored.cells();
        cites_its_cells(&document, &shown);
        for value in shown.values() {
            prop_assert!(passages.iter().any(|p| p.text.contains(value.as_str())), "{value:?} is in no passage");
        }
    }
}

#[test]
fn a_form_of_small_squares_is_read_as_labels_and_values() {
    let stored = Stored::sheet(|sheet| {
        let plain = Format::new();
        let mut over = |first: (u32, u16), last: (u32, u16), text: &str| {
            sheet.merge_range(first.0, first.1, last.0, last.1, text, &plain).expect("merged");
        };
        over((0, 0), (0, 9), "決算の概要");
        over((1, 0), (1, 11), "歳入の状況");
        over((2, 0), (2, 3), "区分");
        over((2, 4), (2, 7), "決算額");
        over((2, 8), (2, 11), "構成比");
        over((3, 0), (3, 3), "地方税");
        over((3, 4), (3, 7), "1,200");
        over((3, 8), (3, 11), "60.0");
        over((4, 0), (4, 3), "使用料");
        over((4, 4), (4, 7), "800");
        over((4, 8), (4, 11), "40.0");
        over((2, 14), (5, 15), "収支");
        over((2, 16), (2, 19), "実質収支");
        over((2, 20), (2, 23), "35");
        over((3, 16), (3, 19), "単年度収支");
        over((3, 20), (3, 23), "-7");
        over((5, 16), (5, 19), "人口");
        over((5, 20), (5, 23), "12,345");
        over((5, 24), (5, 25), "人");
    });
    let document = stored.document();
    let rows = rows(&document);
    assert!(rows.contains(&"地方税、決算額: 1,200、構成比: 60.0"), "{rows:#?}");
    assert!(rows.contains(&"使用料、決算額: 800、構成比: 40.0"), "{rows:#?}");
    assert!(rows.contains(&"収支 実質収支: 35"), "{rows:#?}");
    assert!(rows.contains(&"収支 単年度収支: -7"), "{rows:#?}");
    assert!(rows.contains(&"収支 人口: 12,345人"), "{rows:#?}");
    let passages = FileParser::default().passages(&document);
    let fees = passages.iter().find(|p| p.text.contains("地方税")).expect("a passage");
    assert!(fees.heading_path.iter().any(|h| h.contains("歳入の状況")), "{:?}", fees.heading_path);
    cites_its_cells(&document, &stored.cells());
}

#[test]
fn tables_side_by_side_keep_their_own_rows() {
    let stored = Stored::sheet(|sheet| {
        for (first, titles) in [(0_u16, ["窓口", "件数", "前年"]), (4, ["税目", "収入", "割合"])] {
            for (column, title) in titles.into_iter().enumerate() {
                sheet.write(1, first + column as u16, title).expect("written");
            }
            for row in 0..4_u32 {
                sheet.write(2 + row, first, format!("{}{}", titles[0], row + 1)).expect("written");
                sheet.write(2 + row, first + 1, f64::from(row) + 10.0).expect("written");
                sheet.write(2 + row, first + 2, f64::from(row) + 50.0).expect("written");
            }
        }
        sheet.write(0, 0, "統計").expect("written");
    });
    let document = stored.document();
    let rows = rows(&document);
    assert_eq!(rows[0], "窓口: 窓口1、件数: 10、前年: 50");
    assert_eq!(rows[4], "税目: 税目1、収入: 10、割合: 50");
}

#[test]
fn what_a_form_is_about_stands_over_all_its_sections() {
    let Some(path) = shared("soumu-stats/FY2019-settlementcard.xlsx") else { return };
    let parser = FileParser::default();
    let document = parser.parse(&SourceFile::new(path, "決算カード.xlsx"), &Watch::default()).expect("read").document;
    let passages = parser.passages(&document);
    for (fact, section) in [("地方税、決算額: 1,310,357,812", "歳入の状況"), ("教育費、決算額(Ａ)", "目的別歳出の状況")]
    {
        let found = passages.iter().find(|p| p.text.contains(fact) && p.heading_path[0] == "28大阪府").expect("a passage");
        assert_eq!(found.heading_path, ["28大阪府", "令和元年度 決算状況", section], "{fact}");
    }
}

#[test]
fn a_side_header_goes_on_until_the_next() {
    let csv = "大分類,小分類,料金\n会議室,第1,1000\n,第2,1500\nホール,大,5000\n,小,3000\n";
    let document = Stored::new(csv.as_bytes(), "料金.csv").document();
    assert_eq!(rows(&document)[1], "大分類: 会議室、小分類: 第2、料金: 1500");
    assert_eq!(rows(&document)[3], "大分類: ホール、小分類: 小、料金: 3000");
}

/// An OpenDocument spreadsheet of that content.
fn ods(body: &str) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("mimetype", options.compression_method(zip::CompressionMethod::Stored)).expect("a part");
    archive.write_all(b"application/vnd.oasis.opendocument.spreadsheet").expect("written");
    archive.start_file("content.xml", options).expect("a part");
    let content = format!(
        "<office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\" xmlns:xlink=\"l\" xmlns:style=\"s\">\
         <office:automatic-styles><style:style style:name=\"h\"><style:table-properties table:display=\"false\"/></style:style>\
         </office:automatic-styles><office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    );
    archive.write_all(content.as_bytes()).expect("written");
    archive.finish().expect("an archive").into_inner()
}

#[test]
fn an_opendocument_spreadsheet_shows_its_texts_merges_and_notes() {
    let cell = |text: &str| format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>");
    let fee = "<table:table-cell office:value-type=\"float\" office:value=\"1500\"><text:p>1,500円</text:p>\
               <office:annotation><text:p>改定</text:p></office:annotation></table:table-cell>";
    let body = format!(
        "<table:table table:name=\"料金\"><table:table-row>{}{}</table:table-row><table:table-row>{}{fee}</table:table-row>\
         <table:table-row>{}<table:table-cell office:value-type=\"date\" office:date-value=\"2026-04-01\"/></table:table-row></table:table>\
         <table:table table:name=\"控え\" table:style-name=\"h\"><table:table-row>{}</table:table-row></table:table>",
        cell("区分"),
        cell("料金"),
        cell("大<text:s/>ホール"),
        cell("施行日"),
        cell("内部")
    );
    let stored = Stored::new(&ods(&body), "料金.ods");
    let document = stored.document();
    assert_eq!(rows(&document)[0], "区分: 大 ホール、料金: 1,500円［メモ: 改定］");
    assert_eq!(stored.cells()["料金!B3"], "2026/4/1");
    assert!(document.sheets[1].hidden && !document.sheets[0].hidden);
}

#[test]
fn repetition_without_end_is_refused() {
    let body = "<table:table table:name=\"S\"><table:table-row table:number-rows-repeated=\"999999999\">\
                <table:table-cell table:number-columns-repeated=\"999999999\" office:value-type=\"string\"><text:p>X</text:p>\
                </table:table-cell></table:table-row></table:table>";
    let error = FileParser::default().parse(&Stored::new(&ods(body), "a.ods").source(), &Watch::default()).expect_err("refused");
    assert_eq!(error.code(), "too-large");
}

#[test]
fn a_wrong_guess_of_an_encoding_can_be_overruled() {
    let text = "区分,料金\nホール,100\n";
    let stored = Stored::new(&encoding_rs::EUC_JP.encode(text).0, "a.csv");
    let named = |name: &str| cells(&stored.source(), TextEncoding::named(name));
    assert_eq!(named("euc-jp")["CSV!A1"], "区分");
    assert_ne!(named("cp932")["CSV!A1"], "区分");
}

#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/files").join(path);
    if !path.exists() {
        println!("skipped: {} is not here", path.display());
        return None;
    }
    Some(path)
}

#[test]
fn real_binary_workbooks_show_dates_counted_from_1904() {
    for name in ["calamine/date_1904.xls", "calamine/date_1904.xlsb", "calamine/date_1904.xlsx"] {
        let Some(path) = shared(name) else { continue };
        let cells = cells(&SourceFile::new(path, name.to_owned()), None);
        assert_eq!(cells.values().next().map(String::as_str), Some("2021-01-01"), "{name}: {cells:?}");
    }
}

#[test]
fn hostile_workbooks_are_refused_at_once() {
    for name in ["calamine/OOM_alloc3.xls", "calamine/issue_594_dos.ods", "poi/spreadsheet/poc-xmlbomb-empty.xlsx"] {
        let Some(path) = shared(name) else { continue };
        let started = Instant::now();
        let read = FileParser::default().parse(&SourceFile::new(path, name), &Watch::default());
        assert!(read.is_err(), "{name} was read");
        assert!(started.elapsed() < Duration::from_secs(10), "{name} took {:?}", started.elapsed());
    }
}

/// A sheet of the older kind that declares more columns than it can have.
#[test]
fn a_sheet_that_declares_what_it_cannot_hold_is_refused() {
    let record = |number: u16, data: &[u8]| [&number.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat();
    let begin = |kind: u8| record(0x809, &[0, 6, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let book = |columns: u16| {
        let mut listed = vec![0, 0, 0, 0, 0, 0, 6, 0];
        listed.extend(b"Sheet1");
        let mut globals = [begin(5), record(0x85, &listed), record(0x0a, &[])].concat();
        let start = globals.len() as u32;
        globals[24..28].copy_from_slice(&start.to_le_bytes());
        let mut dimensions = vec![0; 14];
        dimensions[4] = 1;
        dimensions[10..12].copy_from_slice(&columns.to_le_bytes());
        let mut number = vec![0; 14];
        number[6..].copy_from_slice(&1500.0_f64.to_le_bytes());
        [globals, begin(0x10), record(0x200, &dimensions), record(0x203, &number), record(0x0a, &[])].concat()
    };
    let read = |bytes: &[u8]| {
        let stored = Stored::new(bytes, "old.xls");
        FileParser::default().cells(&stored.source(), &mut |_, _, value| value == "1500").map_err(|e| e.to_string())
    };
    // A bare stream without a container, as old programs wrote it.
    assert_eq!(read(&book(1)), Ok(Vec::new()));
    assert!(read(&book(40_000)).is_err_and(|e| e.contains("declares 1 rows and 40000 columns")));
}

/// The workbook with a text in its parts replaced by another.
fn replaced(bytes: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut part, &mut content).expect("unpacked");
        let content = String::from_utf8(content).expect("text").replace(from, to);
        out.start_file(name, zip::write::SimpleFileOptions::default()).expect("begun");
        out.write_all(content.as_bytes()).expect("written");
    }
    out.finish().expect("a zip").into_inner()
}

/// Sizes that a workbook declares and does not have.
#[test]
fn declared_sizes_are_weighed_before_room_is_taken_for_them() {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().write(0, 0, "一つだけ").expect("written");
    let bytes = workbook.save_to_buffer().expect("a workbook");
    let stored = Stored::new(&replaced(bytes, "uniqueCount=\"1\"", "uniqueCount=\"99999999999\""), "many.xlsx");
    let refused = FileParser::default().parse(&stored.source(), &Watch::default()).expect_err("refused").to_string();
    assert!(refused.contains("99999999999 strings declared"), "{refused}");
}

/// Old workbooks of offices keep their macros on sheets of their own; the other sheets are read all the same.
#[test]
fn a_sheet_of_macros_does_not_hide_the_others() {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().write(0, 0, "手数料").expect("written");
    workbook.add_worksheet().write(0, 0, "マクロ").expect("written");
    let bytes = workbook.save_to_buffer().expect("a workbook");
    let sheet = |kind: &str| format!("{kind}\" Target=\"worksheets/sheet2.xml\"");
    let stored = Stored::new(&replaced(bytes, &sheet("/worksheet"), &sheet("/xlMacrosheet")), "macros.xlsm");
    assert_eq!(stored.cells().get("Sheet1!A1").map(String::as_str), Some("手数料"), "{:?}", stored.cells());
}
