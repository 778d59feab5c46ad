//! Tables in PDFs made here: rows with their headers, and what must not become a table.

#[expect(dead_code, reason = "each test file uses some of it")]
mod pdf_maker;

use appliance_core::document::{BlockKind, Document};
use appliance_core::locator::{PageLine, Place};
use ingest::FileParser;
use pdf_maker::{Page, Piece, blocks, lines, page, read};

/// A table: the edges of its columns (points from the left) and of its rows (points from the bottom, downwards), and
/// its cells: column, row, text. Text stands at the left of its cell, 4 points from the edges.
fn table<'t>(us: &[f32], vs: &[f32], cells: &[(usize, usize, &'t str)]) -> Page<'t> {
    let mut page = page(pieces(us, vs, cells));
    let (left, right) = (us[0], us[us.len() - 1]);
    let (top, bottom) = (vs[0], vs[vs.len() - 1]);
    page.rules.extend(vs.iter().map(|y| [left, *y, right, *y]));
    page.rules.extend(us.iter().map(|x| [*x, bottom, *x, top]));
    page
}

fn pieces<'t>(us: &[f32], vs: &[f32], cells: &[(usize, usize, &'t str)]) -> Vec<Piece<'t>> {
    cells.iter().map(|(column, row, text)| (us[*column] + 4.0, vs[*row] - 14.0, 10.0, *text)).collect()
}

/// Takes a rule out of a page between two places: cells become one.
fn without(page: &mut Page<'_>, from: (f32, f32), to: (f32, f32)) {
    let across = from.1 == to.1;
    let mut kept = Vec::new();
    for rule in std::mem::take(&mut page.rules) {
        let [x0, y0, x1, y1] = rule;
        if across && y0 == y1 && y0 == from.1 && x0 <= from.0 && to.0 <= x1 {
            kept.extend([[x0, y0, from.0, y0], [to.0, y0, x1, y0]].into_iter().filter(|r| r[2] - r[0] > 0.1));
        } else if !across && x0 == x1 && x0 == from.0 && y0.min(y1) <= from.1.min(to.1) && from.1.max(to.1) <= y0.max(y1) {
            let (bottom, top) = (y0.min(y1), y0.max(y1));
            kept.extend([[x0, bottom, x0, from.1.min(to.1)], [x0, from.1.max(to.1), x0, top]].into_iter().filter(|r| r[3] - r[1] > 0.1));
        } else {
            kept.push(rule);
        }
    }
    page.rules = kept;
}

fn rows(document: &Document) -> Vec<&str> {
    blocks(document).into_iter().filter(|(kind, _)| *kind == BlockKind::Row).map(|(_, text)| text).collect()
}

/// What each line of a row's place shows.
fn shown<'d>(document: &'d Document, row: &str) -> Vec<(&'d str, PageLine)> {
    let index = blocks(document).iter().position(|(_, text)| *text == row).expect("the row stands there");
    lines(document, index).iter().map(|line| (line.span.slice(&document.text).expect("the span fits"), *line)).collect()
}

/// Every line of every row shows printed text, in ascending order, inside its block.
fn check_places(document: &Document, printed: &[&str]) {
    for block in &document.blocks {
        let Place::Pages { lines } = &block.place else { panic!("a PDF has pages") };
        let mut end = block.span.start;
        for line in lines {
            let text = line.span.slice(&document.text).expect("the span fits");
            assert!(line.span.start >= end && line.span.end <= block.span.end, "{text}");
            assert!(printed.iter().any(|p| p.contains(text)), "{text} is not printed");
            assert!(line.rect.width > 0.0 && line.rect.height > 0.0);
            end = line.span.end;
        }
    }
}

const FEES: [(usize, usize, &str); 12] = [
    (0, 0, "品目"),
    (1, 0, "単位"),
    (2, 0, "持込手数料"),
    (3, 0, "収集手数料"),
    (0, 1, "ふとん"),
    (1, 1, "1枚"),
    (2, 1, "300円"),
    (3, 1, "500円"),
    (0, 2, "机"),
    (1, 2, "1点"),
    (2, 2, "700円"),
    (3, 2, "900円"),
];

#[test]
fn fees_are_read_with_the_header_of_their_own_column() {
    let document = read(&[table(&[60.0, 160.0, 230.0, 330.0, 430.0], &[780.0, 760.0, 740.0, 720.0], &FEES)]);
    assert_eq!(
        rows(&document),
        [
            "品目　単位　持込手数料　収集手数料",
            "品目: ふとん、単位: 1枚、持込手数料: 300円、収集手数料: 500円",
            "品目: 机、単位: 1点、持込手数料: 700円、収集手数料: 900円",
        ]
    );
    check_places(&document, &FEES.map(|(_, _, text)| text));
    let cells = shown(&document, "品目: 机、単位: 1点、持込手数料: 700円、収集手数料: 900円");
    assert_eq!(cells.iter().map(|(text, _)| *text).collect::<Vec<_>>(), ["机", "1点", "700円", "900円"]);
    assert!((cells[3].1.rect.x - 334.0).abs() < 1.0, "{:?}", cells[3]);
    assert_eq!(document.printed(), "品目　単位　持込手数料　収集手数料\nふとん　1枚　300円　500円\n机　1点　700円　900円\n");
}

#[test]
fn a_passage_of_rows_names_their_headers_and_leads_to_their_rectangles() {
    let document = read(&[table(&[60.0, 160.0, 230.0, 330.0, 430.0], &[780.0, 760.0, 740.0, 720.0], &FEES)]);
    let passages = FileParser::default().passages(&document);
    assert_eq!(passages.len(), 1);
    assert!(passages[0].heading_path.is_empty(), "{:?}", passages[0].heading_path);
    let Place::Pages { lines } = &passages[0].locator.place else { panic!("a PDF has pages") };
    assert_eq!(lines.len(), FEES.len());
}

#[test]
fn merged_headers_are_joined_and_a_cell_over_several_columns_gets_what_they_share() {
    let (us, vs) = ([60.0, 160.0, 260.0, 360.0, 460.0], [780.0, 760.0, 740.0, 720.0, 700.0, 680.0]);
    let cells = [
        (0, 0, "室名"),
        (1, 0, "使用料"),
        (3, 0, "冷暖房"),
        (1, 1, "午前"),
        (2, 1, "午後"),
        (0, 2, "ホール"),
        (1, 2, "7,500円"),
        (2, 2, "10,000円"),
        (3, 2, "あり"),
        (0, 3, "和室"),
        (1, 3, "終日900円"),
        (3, 3, "なし"),
        (0, 4, "会議室"),
        (1, 4, "800円"),
        (2, 4, "950円"),
        (3, 4, "あり"),
    ];
    let mut page = table(&us, &vs, &cells);
    without(&mut page, (us[1], vs[1]), (us[1], vs[1]));
    without(&mut page, (us[2], vs[0]), (us[2], vs[1]));
    without(&mut page, (us[0], vs[1]), (us[1], vs[1]));
    without(&mut page, (us[3], vs[1]), (us[4], vs[1]));
    without(&mut page, (us[2], vs[3]), (us[2], vs[4]));
    let document = read(&[page]);
    assert_eq!(
        rows(&document)[2..],
        [
            "室名: ホール、使用料／午前: 7,500円、使用料／午後: 10,000円、冷暖房: あり",
            "室名: 和室、使用料: 終日900円、冷暖房: なし",
            "室名: 会議室、使用料／午前: 800円、使用料／午後: 950円、冷暖房: あり",
        ]
    );
}

#[test]
fn a_cell_over_several_rows_is_carried_to_each() {
    let (us, vs) = ([60.0, 160.0, 300.0, 400.0], [780.0, 760.0, 740.0, 720.0, 700.0]);
    let cells = [
        (0, 0, "種別"),
        (1, 0, "取扱区分"),
        (2, 0, "手数料の額"),
        (0, 1, "粗大ごみ"),
        (1, 1, "収集"),
        (2, 1, "500円"),
        (1, 2, "持込"),
        (2, 2, "300円"),
        (0, 3, "し尿"),
        (1, 3, "定額"),
        (2, 3, "480円"),
    ];
    let mut page = table(&us, &vs, &cells);
    without(&mut page, (us[0], vs[2]), (us[1], vs[2]));
    let document = read(&[page]);
    assert_eq!(
        rows(&document)[1..],
        [
            "種別: 粗大ごみ、取扱区分: 収集、手数料の額: 500円",
            "種別: 粗大ごみ、取扱区分: 持込、手数料の額: 300円",
            "種別: し尿、取扱区分: 定額、手数料の額: 480円",
        ]
    );
    let carried = shown(&document, rows(&document)[2]);
    assert_eq!(carried.iter().map(|(text, _)| *text).collect::<Vec<_>>(), ["持込", "300円"]);
    assert_eq!(document.printed().matches("粗大ごみ").count(), 1);
}

fn continued(first: &[(usize, usize, &'static str)], second: &[(usize, usize, &'static str)]) -> Document {
    let us = [60.0, 160.0, 400.0, 500.0];
    let top = table(&us, &[140.0, 120.0, 100.0, 80.0], first);
    let vs: Vec<f32> = (0..=second.iter().map(|(_, row, _)| row + 1).max().unwrap_or(1)).map(|i| 800.0 - 20.0 * i as f32).collect();
    read(&[top, table(&us, &vs, second)])
}

const FIRST: [(usize, usize, &str); 9] = [
    (0, 0, "品目"),
    (1, 0, "出し方"),
    (2, 0, "手数料"),
    (0, 1, "ふとん"),
    (1, 1, "束ねる"),
    (2, 1, "500円"),
    (0, 2, "机"),
    (1, 2, "引き出しを抜いて、ふたを外した"),
    (2, 2, "900円"),
];

#[test]
fn a_repeated_header_is_no_row_and_heads_the_rows_of_the_next_page() {
    let second = [(0, 0, "品目"), (1, 0, "出し方"), (2, 0, "手数料"), (0, 1, "いす"), (1, 1, "そのまま"), (2, 1, "300円")];
    let document = continued(&FIRST, &second);
    assert_eq!(
        rows(&document),
        [
            "品目　出し方　手数料",
            "品目: ふとん、出し方: 束ねる、手数料: 500円",
            "品目: 机、出し方: 引き出しを抜いて、ふたを外した、手数料: 900円",
            "品目: いす、出し方: そのまま、手数料: 300円",
        ]
    );
    assert_eq!(document.printed().matches("出し方").count(), 2, "the repeated header is printed still");
}

#[test]
fn a_table_goes_on_over_a_page_without_its_header() {
    let document =
        continued(&FIRST, &[(0, 0, "いす"), (1, 0, "そのまま"), (2, 0, "300円"), (0, 1, "棚"), (1, 1, "空にする"), (2, 1, "700円")]);
    assert_eq!(rows(&document)[3..], ["品目: いす、出し方: そのまま、手数料: 300円", "品目: 棚、出し方: 空にする、手数料: 700円"]);
}

#[test]
fn a_row_that_the_page_breaks_is_one_row_on_two_pages() {
    let document = continued(&FIRST, &[(1, 0, "ものに限る。"), (0, 1, "棚"), (1, 1, "空にする"), (2, 1, "700円")]);
    let broken = "品目: 机、出し方: 引き出しを抜いて、ふたを外したものに限る。　手数料: 900円";
    assert_eq!(rows(&document)[2..], [broken, "品目: 棚、出し方: 空にする、手数料: 700円"]);
    let pages: Vec<(&str, u32)> = shown(&document, broken).into_iter().map(|(text, line)| (text, line.page)).collect();
    assert_eq!(pages, [("机", 1), ("引き出しを抜いて、ふたを外した", 1), ("ものに限る。", 2), ("900円", 1)]);
}

#[test]
fn columns_that_stand_under_each_other_are_a_table_without_rules() {
    let us = [60.0, 200.0, 320.0, 420.0];
    let cells = [
        (0, 0, "施設名"),
        (1, 0, "使用時間"),
        (2, 0, "使用料"),
        (0, 1, "中央体育館"),
        (1, 1, "9時から12時"),
        (2, 1, "1,200円"),
        (0, 2, "武道館"),
        (1, 2, "13時から17時"),
        (2, 2, "1,600円"),
        (0, 3, "弓道場"),
        (1, 3, "18時から21時"),
        (2, 3, "800円"),
    ];
    let document = read(&[page(pieces(&us, &[780.0, 762.0, 744.0, 726.0], &cells))]);
    assert_eq!(
        rows(&document),
        [
            "施設名　使用時間　使用料",
            "施設名: 中央体育館、使用時間: 9時から12時、使用料: 1,200円",
            "施設名: 武道館、使用時間: 13時から17時、使用料: 1,600円",
            "施設名: 弓道場、使用時間: 18時から21時、使用料: 800円",
        ]
    );
}

#[test]
fn rules_along_the_rows_are_enough() {
    let (us, vs) = ([60.0, 200.0, 320.0, 420.0], [780.0, 760.0, 740.0, 720.0]);
    let cells = [
        (0, 0, "証明書"),
        (1, 0, "窓口"),
        (2, 0, "手数料"),
        (0, 1, "住民票の写し"),
        (1, 1, "市民課"),
        (2, 1, "300円"),
        (0, 2, "所得証明書"),
        (1, 2, "税務課"),
        (2, 2, "350円"),
    ];
    let mut page = page(pieces(&us, &vs, &cells));
    page.rules.extend(vs.map(|y| [60.0, y, 460.0, y]));
    let document = read(&[page]);
    assert_eq!(
        rows(&document)[1..],
        ["証明書: 住民票の写し、窓口: 市民課、手数料: 300円", "証明書: 所得証明書、窓口: 税務課、手数料: 350円"]
    );
}

#[test]
fn rows_that_only_their_columns_rule_are_rows_still() {
    let us = [60.0, 160.0, 300.0, 400.0];
    let cells = [(0, 0, "品目"), (1, 0, "単位"), (2, 0, "手数料")];
    let mut page = table(&us, &[780.0, 760.0, 700.0], &cells);
    for (row, (item, unit, fee)) in [("ふとん", "1枚", "300円"), ("机", "1点", "900円"), ("いす", "1脚", "200円")].into_iter().enumerate()
    {
        let y = 745.0 - 18.0 * row as f32;
        page.pieces.extend([(64.0, y, 10.0, item), (164.0, y, 10.0, unit), (304.0, y, 10.0, fee)]);
    }
    let document = read(&[page]);
    assert_eq!(
        rows(&document)[1..],
        ["品目: ふとん、単位: 1枚、手数料: 300円", "品目: 机、単位: 1点、手数料: 900円", "品目: いす、単位: 1脚、手数料: 200円"]
    );
}

#[test]
fn a_form_of_names_and_values_has_no_header() {
    let us = [60.0, 160.0, 400.0];
    let cells =
        [(0, 0, "名称"), (1, 0, "みなと市役所"), (0, 1, "電話"), (1, 1, "03-1234-5678"), (0, 2, "所在地"), (1, 2, "みなと市本町1-2")];
    let document = read(&[table(&us, &[780.0, 760.0, 740.0, 720.0], &cells)]);
    assert_eq!(rows(&document), ["名称　みなと市役所", "電話　03-1234-5678", "所在地　みなと市本町1-2"]);
}

#[test]
fn a_frame_around_a_notice_is_no_table() {
    let mut notice = page(vec![
        (70.0, 740.0, 10.5, "お知らせ"),
        (70.0, 720.0, 10.5, "十二月二十九日から一月三日までの間は、窓口の業務を休みます。ごみの"),
        (70.0, 702.0, 10.5, "収集も行いませんので、ご注意ください。"),
    ]);
    notice.rules.extend([
        [60.0, 760.0, 480.0, 760.0],
        [60.0, 690.0, 480.0, 690.0],
        [60.0, 690.0, 60.0, 760.0],
        [480.0, 690.0, 480.0, 760.0],
    ]);
    let document = read(&[notice]);
    assert!(rows(&document).is_empty(), "{:?}", rows(&document));
    assert!(document.text.contains("ごみの収集も行いません"));
}

#[test]
fn graph_paper_under_a_text_does_not_cut_it_up() {
    let mut squared =
        page(vec![(60.0, 700.0, 10.0, "方眼紙に書かれた文章は、表ではありません。"), (60.0, 680.0, 10.0, "二行目の文章です。")]);
    squared.rules.extend((0..200).map(|i| [20.0, 20.0 + 4.0 * i as f32, 575.0, 20.0 + 4.0 * i as f32]));
    squared.rules.extend((0..139).map(|i| [20.0 + 4.0 * i as f32, 20.0, 20.0 + 4.0 * i as f32, 816.0]));
    let document = read(&[squared]);
    assert!(rows(&document).is_empty(), "{:?}", rows(&document));
    assert!(document.text.contains("方眼紙に書かれた文章は、表ではありません。"));
}

#[test]
fn coloured_cells_are_cells_without_a_rule() {
    let (us, vs) = ([60.0, 160.0, 260.0, 360.0], [780.0, 760.0, 740.0, 720.0]);
    let cells = [
        (0, 0, "証明書"),
        (1, 0, "窓口"),
        (2, 0, "手数料"),
        (0, 1, "住民票の写し"),
        (1, 1, "市民課の2番"),
        (2, 1, "300円"),
        (0, 2, "所得証明書"),
        (1, 2, "税務課の5番"),
        (2, 2, "350円"),
    ];
    let mut page = page(pieces(&us, &vs, &cells));
    for (row, y) in vs.windows(2).enumerate() {
        let colour = if row == 0 { [0.2, 0.4, 0.8] } else { [0.9, 0.95, 1.0] };
        page.boxes.extend(us.windows(2).map(|x| ([x[0], y[1] + 1.0, x[1] - 1.0, y[0]], colour)));
    }
    let document = read(&[page]);
    assert_eq!(
        rows(&document)[1..],
        ["証明書: 住民票の写し、窓口: 市民課の2番、手数料: 300円", "証明書: 所得証明書、窓口: 税務課の5番、手数料: 350円"]
    );
}

#[test]
fn dashes_rule_a_table_as_lines_do() {
    let (us, vs) = ([60.0, 160.0, 260.0, 360.0], [780.0, 760.0, 740.0, 720.0]);
    let mut page = page(pieces(
        &us,
        &vs,
        &[
            (0, 0, "品目"),
            (1, 0, "単位"),
            (2, 0, "手数料"),
            (0, 1, "ふとん"),
            (1, 1, "1枚"),
            (2, 1, "500円"),
            (0, 2, "机"),
            (1, 2, "1点"),
            (2, 2, "900円"),
        ],
    ));
    for y in vs {
        page.rules.extend((0..75).map(|i| [60.0 + 4.0 * i as f32, y, 62.0 + 4.0 * i as f32, y]));
    }
    for x in us {
        page.rules.extend((0..15).map(|i| [x, 720.0 + 4.0 * i as f32, x, 722.0 + 4.0 * i as f32]));
    }
    let document = read(&[page]);
    assert_eq!(rows(&document)[1..], ["品目: ふとん、単位: 1枚、手数料: 500円", "品目: 机、単位: 1点、手数料: 900円"]);
}

#[test]
fn characters_under_each_other_in_a_narrow_cell_are_one_word() {
    let (us, vs) = ([60.0, 80.0, 260.0, 360.0], [780.0, 760.0, 735.0, 710.0]);
    let cells = [(1, 0, "取扱区分"), (2, 0, "手数料"), (1, 1, "収集"), (2, 1, "500円"), (1, 2, "持込"), (2, 2, "300円")];
    let mut page = table(&us, &vs, &cells);
    without(&mut page, (us[0], vs[2]), (us[1], vs[2]));
    page.pieces.extend([(65.0, 745.0, 10.0, "粗"), (65.0, 734.0, 10.0, "大"), (65.0, 723.0, 10.0, "物")]);
    let document = read(&[page]);
    assert_eq!(rows(&document)[1..], ["粗大物、取扱区分: 収集、手数料: 500円", "粗大物、取扱区分: 持込、手数料: 300円"]);
}

#[test]
fn rows_between_two_rules_are_not_mixed() {
    let us = [60.0, 200.0, 320.0, 420.0];
    let cells = [
        (0, 0, "施設名"),
        (1, 0, "定員"),
        (2, 0, "使用料"),
        (0, 1, "第一会議室"),
        (1, 1, "20人"),
        (2, 1, "1,200円"),
        (0, 2, "第二会議室"),
        (1, 2, "36人"),
        (2, 2, "1,800円"),
        (0, 3, "和室"),
        (1, 3, "12人"),
        (2, 3, "900円"),
    ];
    let mut page = page(pieces(&us, &[780.0, 760.0, 744.0, 728.0], &cells));
    page.rules.extend([784.0, 762.0, 708.0].map(|y| [60.0, y, 460.0, y]));
    let document = read(&[page]);
    assert_eq!(
        rows(&document)[1..],
        [
            "施設名: 第一会議室、定員: 20人、使用料: 1,200円",
            "施設名: 第二会議室、定員: 36人、使用料: 1,800円",
            "施設名: 和室、定員: 12人、使用料: 900円",
        ]
    );
}

#[test]
fn an_underline_as_wide_as_its_cell_does_not_cut_it() {
    let (us, vs) = ([60.0, 160.0, 262.0, 360.0], [780.0, 760.0, 730.0, 700.0]);
    let cells = [
        (0, 0, "名称"),
        (1, 0, "担当課"),
        (2, 0, "電話番号"),
        (0, 1, "粗大ごみ"),
        (2, 1, "03-1111"),
        (0, 2, "し尿"),
        (1, 2, "水道課"),
        (2, 2, "03-2222"),
    ];
    let mut page = table(&us, &vs, &cells);
    page.pieces.extend([(161.0, 747.0, 10.0, "環境部資源循環推進課"), (161.0, 735.0, 10.0, "係")]);
    let under = 747.0 - 1.4;
    page.rules.extend([[161.0, under, 261.0, under], [161.0, 733.6, 171.0, 733.6]]);
    let document = read(&[page]);
    assert_eq!(
        rows(&document)[1..],
        ["名称: 粗大ごみ、担当課: 環境部資源循環推進課係、電話番号: 03-1111", "名称: し尿、担当課: 水道課、電話番号: 03-2222"]
    );
}
