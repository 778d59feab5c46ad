//! PDFs made here, read through the public parser and reader.

#[expect(dead_code, reason = "each test file uses some of it")]
mod pdf_maker;

use appliance_core::document::{BlockKind, Warning};
use appliance_core::ports::reader::DocumentReader;
use ingest::{FileParser, FileReader};
use pdf_maker::{Page, blocks, lines, page, parsed, pdf, read, saved};

fn ordinance() -> Page<'static> {
    page(vec![
        (180.0, 780.0, 16.0, "みなと市手数料条例"),
        (60.0, 740.0, 10.5, "第２章　手数料"),
        (70.5, 720.0, 10.5, "（減免）"),
        (60.0, 702.0, 10.5, "第９条　市長は、災害その他特別の事由があると認めるときは、手数料を減額し、又は"),
        (70.5, 684.0, 10.5, "免除することができる。"),
        (60.0, 666.0, 10.5, "２　前項の規定による減免を受けようとする者は、申請書を提出しなければならない。"),
        (70.5, 648.0, 10.5, "（委任）"),
        (60.0, 630.0, 10.5, "第１０条　この条例の施行に関し必要な事項は、規則で定める。"),
    ])
}

#[test]
fn an_ordinance_is_read_with_its_structure_and_places() {
    let document = read(&[ordinance()]);
    let expected = [
        (BlockKind::Heading { level: 1 }, "みなと市手数料条例"),
        (BlockKind::Heading { level: 2 }, "第２章　手数料"),
        (BlockKind::Paragraph, "（減免）"),
        (BlockKind::Paragraph, "第９条　市長は、災害その他特別の事由があると認めるときは、手数料を減額し、又は免除することができる。"),
        (BlockKind::Paragraph, "２　前項の規定による減免を受けようとする者は、申請書を提出しなければならない。"),
        (BlockKind::Paragraph, "（委任）"),
        (BlockKind::Paragraph, "第１０条　この条例の施行に関し必要な事項は、規則で定める。"),
    ];
    assert_eq!(blocks(&document), expected);
    assert_eq!(document.title, "みなと市手数料条例");
    let title = lines(&document, 0)[0];
    // Points from the top left: the baseline stands at 842 - 780, the box 0.88 of the size above it.
    assert!((title.rect.x - 180.0).abs() < 0.1 && (title.rect.y - (62.0 - 0.88 * 16.0)).abs() < 0.1, "{title:?}");
    assert!((title.rect.width - 9.0 * 16.0).abs() < 0.5, "{title:?}");
    assert_eq!(lines(&document, 3).len(), 2);
}

#[test]
fn an_article_is_one_passage_with_its_caption() {
    let document = read(&[ordinance()]);
    let passages = FileParser::default().passages(&document);
    let article = passages.iter().find(|p| p.text.contains("第９条")).expect("the article");
    assert!(article.text.contains("（減免）\n第９条　市長は") && article.text.ends_with("提出しなければならない。"), "{}", article.text);
    assert_eq!(article.heading_path, ["第２章 手数料", "第９条（減免）"]);
    for passage in &passages {
        assert_eq!(passage.locator.span.slice(&document.text), Some(passage.text.as_str()));
    }
}

#[test]
fn rows_of_a_ruled_table_stay_together() {
    let mut table = page(vec![
        (60.0, 780.0, 10.5, "別表第２（第12条関係）"),
        (70.0, 740.0, 10.5, "区分"),
        (200.0, 740.0, 10.5, "単位"),
        (330.0, 740.0, 10.5, "手数料"),
        (70.0, 715.0, 10.5, "粗大ごみのうち"),
        (70.0, 703.0, 10.5, "大きいもの"),
        (200.0, 709.0, 10.5, "１点"),
        (330.0, 709.0, 10.5, "500円"),
        (70.0, 680.0, 10.5, "布団"),
        (200.0, 680.0, 10.5, "１枚"),
        (330.0, 680.0, 10.5, "300円"),
    ]);
    table.rules.extend([755.0, 730.0, 695.0, 670.0].map(|y| [60.0, y, 460.0, y]));
    table.rules.extend([60.0, 190.0, 320.0, 460.0].map(|x| [x, 670.0, x, 755.0]));
    let document = read(&[table]);
    let expected = [
        (BlockKind::Heading { level: 2 }, "別表第２（第12条関係）"),
        (BlockKind::Row, "区分　単位　手数料"),
        (BlockKind::Row, "区分: 粗大ごみのうち大きいもの、単位: １点、手数料: 500円"),
        (BlockKind::Row, "区分: 布団、単位: １枚、手数料: 300円"),
    ];
    assert_eq!(blocks(&document), expected);
    let passages = FileParser::default().passages(&document);
    assert!(passages.iter().any(|p| p.text.contains("大きいもの、単位: １点、手数料: 500円")));
}

#[test]
fn pages_may_be_turned() {
    let mut turned = page(vec![(100.0, 400.0, 20.0, "回転したページ")]);
    turned.rotate = 90;
    let document = read(&[turned]);
    assert_eq!((document.pages[0].width, document.pages[0].height), (842.0, 595.0));
    let line = lines(&document, 0)[0];
    // Turned clockwise by 90 degrees, the text runs down the displayed page.
    assert!(line.vertical && (line.rect.y - 100.0).abs() < 0.5 && (line.rect.height - 140.0).abs() < 1.0, "{line:?}");
}

#[test]
fn vertical_writing_runs_from_right_to_left() {
    let mut vertical = page(vec![(500.0, 780.0, 12.0, "市長は、手数料を定める。"), (470.0, 780.0, 12.0, "附則は、別に定める。")]);
    vertical.vertical = true;
    let document = read(&[vertical]);
    assert_eq!(blocks(&document).iter().map(|b| b.1).collect::<Vec<_>>().join("|"), "市長は、手数料を定める。|附則は、別に定める。");
    let line = lines(&document, 0)[0];
    assert!(line.vertical && (line.rect.x - 494.0).abs() < 1.0 && (line.rect.height - 144.0).abs() < 1.0, "{line:?}");
}

#[test]
fn page_numbers_and_running_heads_belong_to_no_passage() {
    let texts = ["一ページ目の本文です。", "二ページ目の本文です。", "三ページ目の本文です。"];
    let numbers = ["- 1 -", "- 2 -", "- 3 -"];
    let pages: Vec<Page<'_>> = texts
        .iter()
        .zip(numbers)
        .map(|(text, number)| page(vec![(60.0, 810.0, 9.0, "みなと市例規集"), (60.0, 600.0, 10.5, text), (290.0, 30.0, 9.0, number)]))
        .collect();
    let document = read(&pages);
    let passages = FileParser::default().passages(&document);
    let all: String = passages.iter().map(|p| p.text.as_str()).collect();
    assert!(!all.contains("例規集") && !all.contains("- 2 -"), "{all}");
    assert!(document.text.contains("例規集"), "the text keeps what the pages show");
    assert!(texts.iter().all(|t| all.contains(t)));
}

#[test]
fn a_title_of_the_metadata_wins() {
    let file = saved(&mut pdf(&[ordinance()], Some("みなと市例規集 第3編")));
    assert_eq!(parsed(&file).expect("a document").document.title, "みなと市例規集 第3編");
}

#[test]
fn a_page_of_marks_alone_is_a_warning_and_noise_is_refused() {
    let mut blank = page(Vec::new());
    blank.rules.push([10.0, 10.0, 300.0, 300.0]);
    let file = saved(&mut pdf(&[blank, ordinance()], None));
    assert_eq!(parsed(&file).expect("a document").warnings, [Warning::PageWithoutText { page: 1 }]);
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), b"%PDF-1.7\nnothing of the kind").expect("written");
    assert_eq!(parsed(&file).expect_err("no document").code(), "damaged");
}

#[test]
fn a_file_cut_short_gives_what_is_left() {
    let file = saved(&mut pdf(&[ordinance()], None));
    let bytes = std::fs::read(file.path()).expect("bytes");
    // Without its cross-references, objects are found one by one.
    let end = bytes.windows(4).rposition(|w| w == b"xref").expect("a table");
    std::fs::write(file.path(), &bytes[..end - 5]).expect("written");
    let document = parsed(&file).expect("a document").document;
    assert!(document.text.contains("第９条"), "{}", document.text);
}

#[test]
fn pages_are_drawn_with_fonts_of_the_machine() {
    let file = saved(&mut pdf(&[ordinance()], None));
    let reader = FileReader::new();
    let image = reader.render_page(file.path(), 1, 1.5).expect("drawn").expect("a page");
    assert_eq!((image.width, image.height), (892, 1263));
    assert!(image.png.starts_with(b"\x89PNG"));
    assert!(reader.render_page(file.path(), 2, 1.0).expect("read").is_none());
    let without = FileReader::with_fonts(&[]).render_page(file.path(), 1, 1.5).expect("drawn").expect("a page");
    if std::path::Path::new("/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf").exists() {
        assert!(image.png.len() > without.png.len(), "Japanese fonts leave ink");
    } else {
        println!("skipped: no IPA font");
    }
}
