use super::*;
use crate::document::{Block, BlockKind, Format};
use crate::locator::Span;

/// A document of one block a line; lines that begin with `#` are headings.
fn document(lines: &str) -> Document {
    let (mut text, mut blocks) = (String::new(), Vec::new());
    for (index, line) in lines.lines().map(str::trim_end).filter(|l| !l.is_empty()).enumerate() {
        let level = line.chars().take_while(|c| *c == '#').count();
        let row = line.starts_with('|');
        let words = line[level..].trim_start_matches(['|', ' ']);
        let kind = match level {
            _ if row => BlockKind::Row,
            0 => BlockKind::Paragraph,
            level => BlockKind::Heading { level: level as u8 },
        };
        let start = text.len();
        text.push_str(words);
        let place = Place::Text { first_line: index as u32 + 1, last_line: index as u32 + 1 };
        blocks.push(Block { kind, span: Span::new(start, text.len()), place });
        text.push('\n');
    }
    Document { format: Format::Text, title: String::new(), text, blocks, pages: Vec::new(), sheets: Vec::new() }
}

/// Every node as its kind and address.
fn shown(lines: &str) -> Vec<String> {
    let tree = Tree::of(&document(lines));
    let name = |(index, node): (usize, &Node)| match node.kind {
        NodeKind::Article
        | NodeKind::Paragraph
        | NodeKind::Item
        | NodeKind::Subitem(_)
        | NodeKind::Supplement
        | NodeKind::Schedule
        | NodeKind::Form => tree.address(index),
        _ => format!("{}{}", node.kind.name(), node.number.iter().map(u32::to_string).collect::<Vec<_>>().join("-")),
    };
    tree.nodes.iter().enumerate().map(name).collect()
}

#[track_caller]
fn check(lines: &str, expected: &[&str]) {
    assert_eq!(shown(lines), expected);
}

#[test]
fn an_ordinance_has_its_tree() {
    check(
        "# ○みなと市手数料条例\n平成12年3月24日\n条例第8号\n改正　平成17年3月25日条例第11号\n# 第1章　総則\n（趣旨）\n第1条　この条例は、必要な事項を定める。\n\
         （手数料）\n第2条　手数料は、次の各号に掲げるとおりとする。\n(1)　戸籍　次に掲げる額\nア　謄本\nイ　抄本\n(2)　住民票\n2　前項の規定にかかわらず、\n\
         第1条の2　第3条の規定により\n第2条の2　市長は、\n第3条から第5条まで　削除\n第6条　委任\n\
         # 附　則\n（施行期日）\n1　この条例は、平成12年4月1日から施行する。\n（経過措置）\n2　なお従前の例による。\n\
         # 附　則（令和7年3月21日条例第6号）\n第1条　この条例は、公布の日から施行する。\n第2条　第9条の改正規定は、\n# 別表第1（第2条関係）\n| 1　戸籍\n備考\n1　増築の場合\n2　その他",
        &[
            "題名",
            "章1",
            "第1条",
            "第2条",
            "第2条第1項",
            "第2条第1項第1号",
            "第2条第1項第1号ア",
            "第2条第1項第1号イ",
            "第2条第1項第2号",
            "第2条第2項",
            "第2条の2",
            "第3条",
            "第6条",
            "附則",
            "附則第1項",
            "附則第2項",
            "附則",
            "附則第1条",
            "附則第2条",
            "別表第1",
        ],
    );
}

#[test]
fn dates_are_read() {
    let text = "# ○みなと市条例\n平成12年3月24日\n条例第8号\n改正　平成17年3月25日条例第11号\n第1条　目的を定める。\n附則\nこの条例は、公布の日から施行する。\n\
        附則（令和7年3月21日条例第6号）\nこの条例は、令和7年4月1日から施行する。";
    let tree = Tree::of(&document(text));
    let day = |d: Option<Date>| d.map(|d| d.to_string()).unwrap_or_default();
    assert_eq!((day(tree.dates.promulgated), tree.dates.number.as_deref()), ("2000-03-24".to_owned(), Some("条例第8号")));
    assert_eq!((day(tree.dates.effective), tree.dates.amended.len()), ("2000-03-24".to_owned(), 1));
    let last = tree.nodes.last().expect("a node");
    assert_eq!((day(last.promulgated), day(last.effective)), ("2025-03-21".to_owned(), "2025-04-01".to_owned()));
}

#[test]
fn contents_are_no_chapters_and_commentary_counts_nothing() {
    check(
        "会計細則\n目次\n第一章　総則（第一条―第四条）\n第二章　行事会計\n第一節　通則（第五条・第六条）\n附則\n# 第一章　総則\n（趣旨）\n第一条 この細則は、定める。\n\
         【第１条　趣旨】\n１　この細則では、\n２　次のとおり。\n（１）　一つ\n（監査）\n第二条 次に掲げるとおりとする。\n（ア） 会費\n（イ） 収入\n２ 監査は、行う。\n附　則　\n（施行期日）\n第一条　この細則は、施行する。",
        &[
            "題名",
            "目次",
            "章1",
            "第1条",
            "解説",
            "第2条",
            "第2条第1項",
            "第2条第1項第1号",
            "第2条第1項第2号",
            "第2条第2項",
            "附則",
            "附則第1条",
        ],
    );
}

#[test]
fn rules_with_headings_for_articles_count_by_their_indent() {
    check(
        "# 就業規則\n## 第1章　総則\n### 第1条　目的\n1. この規則は、定める。\n2. 法令による。\n### 第2条　書類\n1. 次の書類を提出しなければならない。\n\u{3000}1. 証明書\n\u{3000}2. 資格\n2. 変更を生じたとき。",
        &["題名", "章1", "第1条", "第1条第1項", "第1条第2項", "第2条", "第2条第1項", "第2条第1項第1号", "第2条第1項第2号", "第2条第2項"],
    );
}

#[test]
fn contents_that_list_in_links_end_at_the_first_heading_that_they_list() {
    check(
        "# 慶弔規程\n## 目次\n- [第1章 総則](#1)\n- [第2章 慶弔](#2)\n## 第1章 総則\n### 第1条（目的）\nこの規程は、慶弔について定める。\n## 第2章 慶弔\n### 第2条（結婚）\n祝金を支給する。\n\
         **第3条（弔慰）**\n弔慰金を支給する。",
        &["題名", "目次", "章1", "第1条", "章2", "第2条", "第3条"],
    );
    check(
        "図書細則\n目次\n前文\n# 第一編　総則\n# 第一章　通則（第一条・第二条）\n# 第二編　雑則（第三条）\n附則\n# 第一編　総則\n# 第一章　通則\n第一条　目的を定める。\n第二条　別に定める。\n# 第二編　雑則\n第三条　委任する。",
        &["題名", "目次", "編1", "章1", "第1条", "第2条", "編2", "第3条"],
    );
}

#[test]
fn wordings_to_choose_from_are_articles_each() {
    check(
        "# 就業規則\n# 第1章　勤務\n（労働時間）\n第1条　労働時間は、1日8時間とする。\n（休日）\n第2条　休日は、次のとおりとする。\n（労働時間）\n第1条　1週間の労働時間は、40時間とする。\n\
         （休日）\n第2条　休日は、毎週2日とする。\n（休暇）\n第3条　休暇を与える。\n第1条　この法律は、労働条件を定める。",
        &["題名", "章1", "第1条", "第2条", "第1条", "第2条", "第3条"],
    );
}

#[test]
fn what_follows_a_supplement_on_its_line_keeps_its_brackets_in_pairs() {
    let tree = Tree::of(&document(
        "# ○みなと市条例\n第1条　目的を定める。\n附　則(平成18年3月31日条例第25号)抄\n1　この条例は、公布の日から施行する。",
    ));
    let supplement = tree.nodes.iter().find(|n| n.kind == NodeKind::Supplement).expect("a 附則");
    assert_eq!(supplement.caption, "平成18年3月31日条例第25号\u{3000}抄");
}

#[test]
fn documents_that_are_no_regulations_have_their_headings() {
    check("# 手引\n## 1 はじめに\n本文です。\n1　一つ\n2　二つ\n## 2 受付\n第3条の規定による。", &["見出し", "見出し", "見出し"]);
}
