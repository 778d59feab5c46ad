//! Passages: they cover their document, lead back to it, and part no item; and those of sample documents, to be read.

#[expect(dead_code, reason = "other tests make other formats of it")]
mod ordinance_maker;

use appliance_core::document::Document;
use appliance_core::locator::Place;
use appliance_core::passage::Passage;
use appliance_core::ports::reader::{SourceFile, Watch};
use appliance_core::structure::{NodeKind, Tree};
use ingest::{FileParser, Limits};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn read(bytes: &[u8], name: &str) -> (Document, Vec<Passage>) {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), bytes).expect("written");
    let parser = FileParser::new(Limits::default());
    let source = SourceFile::new(file.path().to_owned(), name.to_owned());
    let document = parser.parse(&source, &Watch::default()).expect("it can be read").document;
    let passages = parser.passages(&document);
    (document, passages)
}

/// What must hold of any document's passages.
fn hold(document: &Document, passages: &[Passage]) {
    for (index, passage) in passages.iter().enumerate() {
        assert_eq!(passage.ordinal as usize, index);
        assert_eq!(passage.locator.span.slice(&document.text), Some(passage.text.as_str()));
    }
    assert!(passages.is_sorted_by(|a, b| a.locator.span.end <= b.locator.span.start));
    let covered = |at: usize| passages.iter().any(|p| (p.locator.span.start..p.locator.span.end).contains(&at));
    for block in &document.blocks {
        let text = block.span.slice(&document.text).expect("a block is text");
        for (at, c) in text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
            assert!(covered(block.span.start + at), "{c} of {text:?} is in no passage");
        }
    }
}

/// Every 号 stands whole in some passage.
fn hold_items(document: &Document, passages: &[Passage]) {
    let tree = Tree::of(document);
    for node in tree.nodes.iter().filter(|n| n.kind == NodeKind::Item) {
        let (first, last) = (document.blocks[node.blocks.0].span.start, document.blocks[node.blocks.1].span.end);
        let text = document.text[first..last].trim();
        if text.chars().count() <= 1_200
            && !document.blocks[node.blocks.0..=node.blocks.1].iter().any(|b| b.kind == appliance_core::document::BlockKind::Row)
        {
            assert!(passages.iter().any(|p| p.text.contains(text)), "an item was cut: {text}");
        }
    }
}

/// A sentence of some length.
fn sentence() -> impl Strategy<Value = String> {
    (1usize..60).prop_map(|n| format!("{}。", "市長は、手数料を徴収し、".repeat(n / 6 + 1).chars().take(n + 3).collect::<String>()))
}

#[derive(Debug, Clone)]
struct Article {
    caption: bool,
    body: String,
    paragraphs: Vec<(String, Vec<(String, usize)>)>,
}

fn article() -> impl Strategy<Value = Article> {
    let items = prop::collection::vec((sentence(), 0usize..4), 0..9);
    let paragraphs = prop::collection::vec((sentence(), items), 0..4);
    (any::<bool>(), sentence(), paragraphs).prop_map(|(caption, body, paragraphs)| Article { caption, body, paragraphs })
}

/// The text of an ordinance, and how many articles, paragraphs and items it has.
fn written(articles: &[Article]) -> (String, [usize; 3]) {
    let mut text = String::from("みなと市見本条例\n令和7年3月31日\n条例第1号\n");
    let mut count = [0; 3];
    for (number, article) in articles.iter().enumerate() {
        if article.caption {
            text.push_str("（見出し）\n");
        }
        text.push_str(&format!("第{}条　{}\n", number + 1, article.body));
        count[0] += 1;
        for (index, (body, items)) in article.paragraphs.iter().enumerate() {
            text.push_str(&format!("{}　次の各号のとおり{body}\n", index + 2));
            count[1] += 1;
            for (at, (item, subitems)) in items.iter().enumerate() {
                text.push_str(&format!("({})　{item}\n", at + 1));
                count[2] += 1;
                for sub in "アイウエ".chars().take(*subitems) {
                    text.push_str(&format!("{sub}　{item}\n"));
                }
            }
        }
    }
    (text, count)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn passages_cover_an_ordinance_and_part_no_item(articles in prop::collection::vec(article(), 1..12)) {
        let (text, count) = written(&articles);
        for name in ["a.txt", "a.md", "a.html"] {
            let bytes = if name == "a.html" { format!("<html><body><p>{}</p></body></html>", text.trim().replace('\n', "</p><p>")) } else { text.clone() };
            let (document, passages) = read(bytes.as_bytes(), name);
            hold(&document, &passages);
            hold_items(&document, &passages);
            let tree = Tree::of(&document);
            let of = |kind| tree.nodes.iter().filter(|n| n.kind == kind && !n.label.is_empty()).count();
            prop_assert_eq!([of(NodeKind::Article), of(NodeKind::Paragraph), of(NodeKind::Item)], count, "{}: {}", name, text);
        }
    }

    #[test]
    fn passages_cover_any_text(text in "[あ-ん第条項号章附則別表（）()0-9一二三アイ。、　 #|\\n-]{1,400}") {
        for name in ["a.txt", "a.md"] {
            let file = tempfile::NamedTempFile::new().expect("a temporary file");
            std::fs::write(file.path(), &text).expect("written");
            let parser = FileParser::new(Limits::default());
            let source = SourceFile::new(file.path().to_owned(), name.to_owned());
            if let Ok(parsed) = parser.parse(&source, &Watch::default()) {
                hold(&parsed.document, &parser.passages(&parsed.document));
            }
        }
    }
}

#[test]
fn an_article_of_a_supplement_bears_its_name() {
    let text = "みなと市見本条例\n令和7年3月31日\n条例第1号\n（目的）\n第1条　この条例は、目的を定める。\n第2条　手数料は、300円とする。\n附　則（令和7年3月21日条例第6号）\n（施行期日）\n\
        第1条　この条例は、令和7年4月1日から施行する。\n（経過措置）\n第2条　なお従前の例による。\n別表第1（第2条関係）\n備考\n1　増築の場合\n";
    let (_, passages) = read(text.as_bytes(), "a.txt");
    let paths: Vec<String> = passages.iter().map(|p| p.heading_path.join(" › ")).collect();
    assert!(paths.contains(&"第2条".to_owned()), "{paths:?}");
    assert!(paths.contains(&"附 則（令和7年3月21日条例第6号） › 附則第2条（経過措置）".to_owned()), "{paths:?}");
    assert!(paths.last().is_some_and(|p| p.starts_with("別表第1")), "{paths:?}");
}

#[test]
fn a_table_of_contents_is_one_passage_and_heads_nothing() {
    let text = "会計細則\n（令和七年細則第五号）\n\n目次\n  第一章　総則（第一条―第四条）\n  第二章　行事会計\n    第一節　通則（第五条・第六条）\n  附則\n\n      第一章　総則\n\n\
                  （趣旨）\n第一条 この細則は、会計業務について定める。\n\n      附　則\n\nこの細則は、令和七年四月一日から施行する。\n";
    let (document, passages) = read(text.as_bytes(), "a.txt");
    hold(&document, &passages);
    let shown: Vec<(String, &str)> = passages.iter().map(|p| (p.heading_path.join(" › "), p.text.as_str())).collect();
    let contents: Vec<_> = shown.iter().filter(|(path, _)| path == "目次").collect();
    assert_eq!(contents.len(), 1, "{shown:?}");
    assert!(contents[0].1.starts_with("目次") && contents[0].1.ends_with("附則"), "{shown:?}");
    assert!(shown.iter().any(|(path, text)| path == "第一章 総則 › 第一条（趣旨）" && text.contains("会計業務")), "{shown:?}");
    assert!(shown.iter().any(|(_, text)| text.contains("会計細則") && text.contains("令和七年細則第五号")), "{shown:?}");
}

#[test]
fn the_first_section_of_a_manual_does_not_belong_to_its_contents() {
    let text = "# 窓口の手引\n\n## 目次\n\n1. 受付\n2. 交付\n\n## 受付\n\n番号札\n\n番号札は、来庁の順に渡します。\n\n## 交付\n\n証明書は、窓口で渡します。\n";
    let (document, passages) = read(text.as_bytes(), "a.md");
    hold(&document, &passages);
    let of = |part: &str| passages.iter().find(|p| p.text.contains(part)).map(|p| p.heading_path.join(" › "));
    assert_eq!(of("番号札は"), Some("受付".to_owned()), "{passages:?}");
    assert_eq!(of("証明書は"), Some("交付".to_owned()), "{passages:?}");
    assert_eq!(of("2. 交付"), Some("目次".to_owned()), "{passages:?}");
}

#[test]
fn what_only_speaks_about_an_article_is_none_of_its_paragraphs() {
    let text = "# 就業規則\n\n（休日）\n\n第1条　休日は、次のとおりとする。\n\n2　会社は、休日を振り替えることがある。\n\n【第1条　休日】\n\n\
        1　労基法では、何曜日を休日とするかを規定していません。\n\n2　休日は、原則として暦日で与えなければなりません。\n\n（休暇）\n\n第2条　休暇を与える。\n";
    let (document, passages) = read(text.as_bytes(), "a.md");
    hold(&document, &passages);
    let of = |part: &str| passages.iter().find(|p| p.text.contains(part)).map(|p| p.heading_path.join(" › "));
    assert_eq!(of("暦日").as_deref(), Some("第1条（休日） › 【第1条 休日】"), "{passages:?}");
    assert_eq!(of("振り替える").as_deref(), Some("第1条（休日）"), "{passages:?}");
    assert_eq!(of("休暇を").as_deref(), Some("第2条（休暇）"), "{passages:?}");
}

#[test]
fn a_procedure_in_english_takes_as_much_room_as_one_in_japanese() {
    let step = |n: u32| format!("{n}. Open the settings, choose the network that your department uses, and confirm with OK.\n");
    let steps: String = (1..=6).map(step).collect();
    let text = format!("# VPN\n\n## Connecting\n\n{steps}\n## Leaving\n\nClose the window.\n");
    let (document, passages) = read(text.as_bytes(), "a.md");
    hold(&document, &passages);
    assert!(passages.iter().any(|p| (1..=6).all(|n| p.text.contains(&format!("{n}. Open")))), "{passages:?}");
}

#[test]
fn a_question_and_its_answer_are_one_passage() {
    let pair = |n: u32| {
        format!(
            "Q{n}　証明書は、どの窓口の{n}番で受け取れますか。\n\nA{n}　市民課の{n}番窓口です。本人を確認できるものをお持ちください。代理の方は、委任状もお持ちください。\n\n"
        )
    };
    let text: String = (1..=9).map(pair).collect();
    let (document, passages) = read(format!("よくあるご質問\n\n{text}").as_bytes(), "a.txt");
    hold(&document, &passages);
    for n in 1..=9 {
        let own: Vec<&Passage> = passages.iter().filter(|p| p.text.contains(&format!("Q{n}　"))).collect();
        assert_eq!(own.len(), 1, "{passages:?}");
        assert!(own[0].text.contains(&format!("A{n}　")) && !own[0].text.contains(&format!("Q{}　", n + 1)), "{passages:?}");
    }
}

#[test]
fn every_passage_of_a_table_bears_its_caption() {
    let row = |n: u32| {
        format!(
            "<tr><td>第{n}集会室（市民交流センター本館の二階、定員{n}0人、音響設備を含む）</td><td>{n},200円（冷暖房の費用を含む額とする）</td></tr>"
        )
    };
    let rows: String = (1..=9).map(row).collect();
    let page = format!(
        "<html><body><p>使用の申込みは、使用する日の前日までに行ってください。</p><p>市民交流センター使用料</p>\
         <table><tr><th>室名</th><th>使用料</th></tr>{rows}</table><p>使用料は、使用の許可を受けたときに納めてください。</p></body></html>"
    );
    let (document, passages) = read(page.as_bytes(), "a.html");
    hold(&document, &passages);
    let of_rows: Vec<&Passage> = passages.iter().filter(|p| p.text.contains("集会室")).collect();
    assert!(of_rows.len() > 2, "{passages:?}");
    for passage in of_rows {
        let named = passage.text.contains("市民交流センター使用料") || passage.heading_path.contains(&"市民交流センター使用料".to_owned());
        assert!(named, "{passage:?}");
    }
    assert!(passages.last().is_some_and(|p| p.text.contains("納めてください")));
}

/// The documents whose passages lie in `snapshots`: texts of the sample library, and its ordinances as web pages.
fn documents() -> Vec<(String, Vec<u8>, String)> {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/sample/library");
    let texts = [
        "helpdesk/VPN-Quick-Start.md",
        "helpdesk/アカウントとパスワードの手引.txt",
        "helpdesk/エラーコード一覧.md",
        "university/図書館利用案内.md",
    ];
    let mut documents: Vec<(String, Vec<u8>, String)> = Vec::new();
    for text in texts {
        let path = library.join(text);
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        documents.push((name.clone(), std::fs::read(&path).expect("a sample"), name));
    }
    for ordinance in ordinance_maker::all() {
        documents.push((format!("{}.html", ordinance.name), ordinance_maker::html(&ordinance), "a.html".to_owned()));
    }
    documents
}

fn snapshot(bytes: &[u8], name: &str) -> String {
    let (document, passages) = read(bytes, name);
    hold(&document, &passages);
    hold_items(&document, &passages);
    passages.iter().map(|p| format!("── {} [{}]\n{}\n", p.ordinal, p.heading_path.join(" › "), p.text)).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots")
}

#[test]
fn passages_of_sample_documents_are_as_they_were_read() {
    let documents = documents();
    assert!(documents.len() >= 10);
    for (name, bytes, called) in documents {
        let kept = std::fs::read_to_string(folder().join(format!("{name}.passages"))).expect("a snapshot");
        assert_eq!(
            snapshot(&bytes, &called),
            kept,
            "{name}: write it anew with `cargo test -p ingest --test passages -- --ignored`, and read it"
        );
    }
}

/// Real documents of other people, where the workplace has them: only the outline of their passages is kept here.
const REAL: [(&str, &str); 12] = [
    ("ordinance-system.html", "reiki-html/reiki_honbun/k518RG00000080.html"),
    ("school-accounts.txt", "school-regulations/会計細則（令和七年細則第二号）.law.txt"),
    ("travel-rules.md", "tuqulore-handbook/03_出張旅費規程.md"),
    ("model-work-rules.pdf", "mhlw-model-work-rules/001018385.pdf"),
    ("clinics.pdf", "mhlw-pdf-csv/data_files/shinryoujo_17/001036451.pdf"),
    ("settlement-cards.xlsx", "soumu-stats/FY2019-settlementcard.xlsx"),
    ("population.xlsx", "soumu-stats/FY2023-population_dynamics_municipal.xlsx"),
    ("open-data.csv", "takamatsu-opendata/old_data/0031.csv"),
    ("numbered.docx", "poi/document/Numbering.docx"),
    ("complex-layout.docx", "markitdown/markitdown-ocr/tests/ocr_test_data/docx_complex_layout.docx"),
    ("slides.pptx", "markitdown/markitdown/tests/test_files/test.pptx"),
    ("old-workbook.xls", "sdkn104/Workflow/WorkFlow.xls"),
];
/// Passages of one document that are outlined.
const OUTLINED: usize = 120;

fn place(place: &Place) -> String {
    match place {
        Place::Pages { lines } => {
            let pages: BTreeSet<u32> = lines.iter().map(|l| l.page).collect();
            format!("p.{}", pages.iter().map(u32::to_string).collect::<Vec<_>>().join(","))
        }
        Place::Cells { name, range, .. } => format!("{name}!{range}"),
        Place::Text { first_line, last_line } => format!("l.{first_line}–{last_line}"),
    }
}

/// Where each passage stands, what it is called, how long it is and how it begins.
fn outline(path: &Path, name: &str) -> String {
    let (document, passages) = read(&std::fs::read(path).expect("a file"), name);
    hold(&document, &passages);
    hold_items(&document, &passages);
    let line = |p: &Passage| {
        let begins: String = p.text.chars().filter(|c| !c.is_whitespace()).take(24).collect();
        format!("{} {} [{}] {} {begins}\n", p.ordinal, place(&p.locator.place), p.heading_path.join(" › "), p.text.chars().count())
    };
    let outlined: String = passages.iter().take(OUTLINED).map(line).collect();
    format!("{} passages\n{outlined}", passages.len())
}

fn real_documents() -> Vec<(&'static str, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/files");
    REAL.iter().map(|(name, path)| (*name, root.join(path))).filter(|(_, path)| path.exists()).collect()
}

#[test]
fn passages_of_real_documents_are_as_they_were_read() {
    let documents = real_documents();
    if documents.len() < REAL.len() {
        println!("skipped: {} of {} real documents are not here", REAL.len() - documents.len(), REAL.len());
    }
    for (name, path) in documents {
        let kept = std::fs::read_to_string(folder().join(format!("{name}.outline"))).expect("an outline");
        assert_eq!(
            outline(&path, name),
            kept,
            "{name}: write it anew with `cargo test -p ingest --test passages -- --ignored`, and read it"
        );
    }
}

#[test]
#[ignore = "writes the snapshots"]
fn write_the_snapshots() {
    for (name, bytes, called) in documents() {
        std::fs::write(folder().join(format!("{name}.passages")), snapshot(&bytes, &called)).expect("written");
    }
    for (name, path) in real_documents() {
        std::fs::write(folder().join(format!("{name}.outline")), outline(&path, name)).expect("written");
    }
}
