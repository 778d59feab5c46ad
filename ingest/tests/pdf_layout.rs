//! Layout of PDFs: columns, ruby, vertical writing, heads and feet, footnotes, words cut in two. The files are made here.

#[expect(dead_code, reason = "each test file uses some of it")]
mod pdf_maker;

use appliance_core::document::{BlockKind, Document};
use ingest::FileParser;
use pdf_maker::{Page, Piece, add_content, blocks, font, helvetica, page, parsed, pdf, read, saved, shown};

fn paragraphs(document: &Document) -> Vec<&str> {
    blocks(document).into_iter().map(|(_, text)| text).collect()
}

fn passages(document: &Document) -> String {
    FileParser::default().passages(document).iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join("\n")
}

fn sjis(text: &str) -> Vec<u8> {
    encoding_rs::SHIFT_JIS.encode(text).0.into_owned()
}

#[test]
fn ruby_never_parts_a_word_from_its_line() {
    let document = read(&[page(vec![
        (60.0, 700.0, 10.5, "市長は、この条例の施行に関し必要な事項を定めるときは、あらかじめ市の"),
        (207.0, 693.0, 5.0, "れいき"),
        (60.0, 682.0, 10.5, "審査会の意見を聴いて例規に定めるところにより公示するものとする。"),
        (60.0, 666.0, 10.5, "２　前項の規定は、別に定める日から適用する。"),
    ])]);
    let expected = "市長は、この条例の施行に関し必要な事項を定めるときは、あらかじめ市の審査会の意見を聴いて例規に定めるところにより公示するものとする。";
    assert_eq!(paragraphs(&document)[0], expected);
    assert!(!passages(&document).contains("れいき") && document.text.contains("れいき"), "{}", document.text);
}

#[test]
fn ruby_of_vertical_writing_stands_beside_its_line() {
    let mut vertical = page(vec![
        (500.0, 780.0, 12.0, "市の例規は、別に定める。"),
        (510.0, 757.0, 6.0, "れいき"),
        (470.0, 780.0, 12.0, "附則は、別に定める。"),
    ]);
    vertical.vertical = true;
    let document = read(&[vertical]);
    assert_eq!(passages(&document), "市の例規は、別に定める。\n附則は、別に定める。");
}

#[test]
fn digits_across_vertical_writing_stay_in_their_line() {
    let mut vertical = page(vec![(500.0, 780.0, 12.0, "平成"), (500.0, 744.0, 12.0, "年「告示」第一号、市長ー「以下」という。")]);
    vertical.vertical = true;
    let mut document = pdf(&[vertical], None);
    let across = font(&mut document, "90ms-RKSJ-H");
    add_content(&mut document, 0, ("F2", across), &shown("F2", (494.0, 745.5, 6.0), &sjis("１２")));
    let document = parsed(&saved(&mut document)).expect("a document").document;
    assert_eq!(paragraphs(&document).join("|"), "平成１２年「告示」第一号、市長ー「以下」という。");
}

#[test]
fn pages_may_mix_vertical_and_horizontal_writing() {
    let mut vertical = page(vec![(500.0, 700.0, 12.0, "市長は、手数料を定める。"), (480.0, 700.0, 12.0, "附則は、別に定める。")]);
    vertical.vertical = true;
    let mut document = pdf(&[vertical], None);
    let horizontal = font(&mut document, "90ms-RKSJ-H");
    add_content(&mut document, 0, ("F2", horizontal), &shown("F2", (60.0, 760.0, 14.0), &sjis("みなと市公報の号外")));
    let document = parsed(&saved(&mut document)).expect("a document").document;
    let found = paragraphs(&document);
    assert_eq!(found, ["みなと市公報の号外", "市長は、手数料を定める。附則は、別に定める。"]);
}

/// Lines of two columns with a gutter of about one character; the right one stands a little lower.
fn columns(drop: f32) -> Vec<Piece<'static>> {
    const LEFT: [&str; 10] = [
        "左の段は一行目から始まり、行の",
        "終わりまで続いて次の行に移る。",
        "文は段の幅いっぱいに組まれてい",
        "るので、行の端はそろって見える",
        "ものである。段落が終わるところ",
        "だけが短い。次の段落も同じよう",
        "に組まれて、段の下まで続いてい",
        "く。読む人は左の段を下まで読ん",
        "でから、右の段の上に移る。こう",
        "して本文は途切れることなく続く",
    ];
    const RIGHT: [&str; 10] = [
        "右の段の一行目は、左の段の最後",
        "の行に続いている。行の高さは左",
        "と同じとは限らない。表であれば",
        "同じ高さに並ぶが、段は別々に組",
        "まれることもある。それでも読む",
        "順は変わらない。上から下へ、段",
        "から段へと進むのである。脚注は",
        "段の下に置かれる。柱とノンブル",
        "は紙面の端に置かれ、本文には含",
        "まれない。これで終わりである。",
    ];
    let mut pieces: Vec<Piece<'static>> = Vec::new();
    for (i, (left, right)) in LEFT.into_iter().zip(RIGHT).enumerate() {
        let y = 700.0 - i as f32 * 16.0;
        pieces.push((60.0, y, 10.0, left));
        pieces.push((220.0, y - drop, 10.0, right));
    }
    // Writers of files finish one column before the next.
    pieces.sort_by(|a, b| a.0.total_cmp(&b.0));
    pieces
}

#[test]
fn columns_are_read_one_after_the_other() {
    for drop in [0.0, 3.0, 8.0] {
        let text = passages(&read(&[page(columns(drop))]));
        assert!(text.contains("行の終わりまで続いて") && text.contains("最後の行に続いている"), "{drop}: {text}");
        assert!(text.find("途切れることなく") < text.find("右の段の一行目"), "{drop}: {text}");
    }
}

#[test]
fn a_left_column_may_be_longer_than_the_right_one() {
    let mut pieces = columns(0.0);
    pieces.truncate(16);
    let text = passages(&read(&[page(pieces)]));
    assert!(text.contains("最後の行に続いている") && text.find("途切れることなく") < text.find("右の段の一行目"), "{text}");
}

fn numbered(heads: [&'static str; 4], feet: [&'static str; 4]) -> Vec<Page<'static>> {
    const TEXTS: [&str; 4] = ["一枚目の本文です。", "二枚目の本文です。", "三枚目の本文です。", "四枚目の本文です。"];
    let one = |i: usize| {
        let x = if i.is_multiple_of(2) { 400.0 } else { 60.0 };
        page(vec![(x, 800.0, 9.0, heads[i]), (60.0, 600.0, 10.5, TEXTS[i]), (x, 30.0, 9.0, feet[i])])
    };
    (0..4).map(one).collect()
}

#[test]
fn heads_of_left_and_right_pages_take_turns() {
    let document =
        read(&numbered(["１　みなと市例規集", "第２章　手数料　２", "３　みなと市例規集", "第２章　手数料　４"], ["一", "二", "三", "四"]));
    assert_eq!(passages(&document), "一枚目の本文です。\n二枚目の本文です。\n三枚目の本文です。\n四枚目の本文です。");
}

#[test]
fn forms_that_follow_each_other_keep_their_names() {
    let document = read(&numbered(["様式第１号", "様式第２号", "様式第３号", "様式第４号"], ["- 1 -", "- 2 -", "- 3 -", "- 4 -"]));
    let text = passages(&document);
    assert!(text.contains("様式第３号") && !text.contains("- 3 -"), "{text}");
}

#[test]
fn two_pages_are_enough_for_page_numbers() {
    let pages: Vec<Page<'_>> =
        ["1 / 2", "2 / 2"].iter().map(|n| page(vec![(60.0, 600.0, 10.5, "本文です。"), (290.0, 30.0, 9.0, n)])).collect();
    assert_eq!(passages(&read(&pages)), "本文です。\n本文です。");
}

#[test]
fn footnotes_let_the_paragraph_over_them_run_on() {
    let first = page(vec![
        (60.0, 700.0, 10.5, "市長は、災害その他特別の事由があると認めるときは、規則で定めるところによ"),
        (60.0, 120.0, 10.5, "り手数料を減額し、又は免除することができるものとし、その基準その他の必要"),
        (60.0, 90.0, 8.0, "*1　災害対策基本法に定めるものをいう。"),
        (60.0, 78.0, 8.0, "*2　市の規則をいう。"),
    ]);
    let second =
        page(vec![(60.0, 700.0, 10.5, "な事項は、別に定める。"), (60.0, 670.0, 10.5, "２　前項の規定は、令和八年四月一日から適用する。")]);
    let document = read(&[first, second]);
    let found = paragraphs(&document);
    let body = found.iter().find(|p| p.contains("その基準その他の必要な事項は、別に定める。"));
    assert!(body.is_some(), "{found:?}");
    assert!(found.contains(&"*1　災害対策基本法に定めるものをいう。") && found.contains(&"*2　市の規則をいう。"), "{found:?}");
}

#[test]
fn words_cut_at_the_end_of_a_line_are_whole_again() {
    let mut document = pdf(&[page(Vec::new())], None);
    let font = helvetica(&mut document);
    let lines: [&[u8]; 3] =
        [b"The mayor shall publish every infor-", b"mation about fees that is to be known", b"by the people of the city."];
    let content: String = (0..3_u8).zip(lines).map(|(i, l)| shown("F2", (60.0, 700.0 - 14.0 * f32::from(i), 11.0), l)).collect();
    add_content(&mut document, 0, ("F2", font), &content);
    let document = parsed(&saved(&mut document)).expect("a document").document;
    assert_eq!(
        paragraphs(&document),
        ["The mayor shall publish every information about fees that is to be known by the people of the city."]
    );
}

#[test]
fn a_stamp_across_the_page_is_a_line_of_its_own() {
    let mut document = pdf(&[page(vec![(60.0, 420.0, 10.5, "第９条　市長は、手数料を免除することができる。")])], None);
    let font = font(&mut document, "90ms-RKSJ-H");
    let hex: String = sjis("見本").iter().map(|b| format!("{b:02x}")).collect();
    let content = format!("BT /F2 60 Tf 0.7071 0.7071 -0.7071 0.7071 120 380 Tm <{hex}> Tj ET\n");
    add_content(&mut document, 0, ("F2", font), &content);
    let document = parsed(&saved(&mut document)).expect("a document").document;
    let found = blocks(&document);
    assert!(found.contains(&(BlockKind::Paragraph, "第９条　市長は、手数料を免除することができる。")), "{found:?}");
    assert!(found.iter().any(|(_, text)| *text == "見本"), "{found:?}");
}
