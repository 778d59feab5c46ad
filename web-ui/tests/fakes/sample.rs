//! A small library of a fictional city.

use super::library::Held;
use appliance_core::document::{Format, Page, PageReading, Sheet, TextOrigin, Warning};
use appliance_core::locator::{CellRange, CellRef, CellSpan, Locator, PageLine, Place, Rect, Span, bounding_range};
use appliance_core::page_words::{PageWords, Word, WordLine};
use appliance_core::passage::Passage;
use appliance_core::ports::catalog::{FailureReason, IngestStage, JobProgress, VersionState};

/// Where type begins on a page, in points.
pub const LEFT: f32 = 72.0;
pub const FIRST_LINE: f32 = 90.0;
pub const LINE_HEIGHT: f32 = 24.0;

/// The sentence that the fee question is about.
pub const FEE: &str = "粗大ごみの処理手数料は、1点につき500円とする。";

const ORDINANCE: &[(&[&str], u32, &[&str])] = &[
    (
        &["第1章 総則", "第1条（目的）"],
        1,
        &["この条例は、廃棄物の減量及び適正な処理に関し必要な事項を定め、", "もって生活環境の保全を図ることを目的とする。"],
    ),
    (
        &["第2章 処理", "第12条（手数料）"],
        7,
        &[
            "粗大ごみの処理手数料は、1点につき500円とする。",
            "ただし、天災その他特別の理由があると認めるときは、",
            "市長は、手数料を減額し、又は免除することができる。",
        ],
    ),
    (&["第2章 処理", "第13条（届出）"], 7, &["粗大ごみを出そうとする者は、あらかじめ市長に届け出なければならない。"]),
    (&["附則"], 8, &["この条例は、令和8年4月1日から施行する。"]),
];

/// What opens the sample's locked files.
pub const FILE_PASSWORD: &str = "ひみつ2026";

/// The documents.
pub fn library() -> Vec<Held> {
    vec![ordinance(), workbook(), manual(), hostile(), encrypted(), under_way(), scanned(), held(7, 1), held(8, 4)]
}

/// The words of the ordinance's page, as its file holds them: each line in two words, the first of four characters.
pub fn words(page: u32) -> PageWords {
    let places = ordinance().passages.into_iter().map(|s| s.passage);
    let lines = places.flat_map(|p| match p.locator.place {
        Place::Pages { lines } => lines.into_iter().map(|l| (l, p.text.clone(), p.locator.span.start)).collect::<Vec<_>>(),
        _ => Vec::new(),
    });
    let line = |(line, text, from): (PageLine, String, usize)| {
        let shown: Vec<char> = text[line.span.start - from..line.span.end - from].chars().collect();
        let (head, tail) = shown.split_at(4.min(shown.len()));
        let word = |chars: &[char], before: usize| Word {
            text: chars.iter().collect(),
            rect: Rect { x: line.rect.x + 12.0 * before as f32, width: 12.0 * chars.len() as f32, ..line.rect },
            spaced: false,
        };
        WordLine { vertical: false, words: vec![word(head, 0), word(tail, head.len())] }
    };
    PageWords { lines: lines.filter(|(l, ..)| l.page == page).map(line).collect() }
}

fn ordinance() -> Held {
    let (mut text, mut passages) = (String::new(), Vec::new());
    let mut line_on_page = 2.0;
    for (ordinal, (headings, page, lines)) in ORDINANCE.iter().enumerate() {
        let start = text.len();
        let mut places = Vec::new();
        for line in *lines {
            let at = text.len();
            text.push_str(line);
            let rect =
                Rect { x: LEFT, y: FIRST_LINE + LINE_HEIGHT * line_on_page, width: 12.0 * line.chars().count() as f32, height: 14.0 };
            places.push(PageLine { page: *page, rect, span: Span::new(at, text.len()), vertical: false });
            line_on_page += 1.0;
        }
        let span = Span::new(start, text.len());
        passages.push(passage(ordinal, headings, &text, span, Place::Pages { lines: places }));
        text.push('\n');
    }
    let mut held = Held::new(1, 1, "みなと市廃棄物の減量及び適正処理に関する条例", "haikibutsu.pdf", Format::Pdf, &text, passages);
    held.pages = (1..=8)
        .map(|number| Page { number, label: None, width: 595.0, height: 842.0, reading: PageReading::default(), links: Vec::new() })
        .collect();
    held.entry.parts = 8;
    held.pages[2].reading = PageReading { origin: TextOrigin::Unread, score: 0.0 };
    held.entry.warnings = vec![Warning::PageWithoutText { page: 3 }];
    (held.entry.score, held.entry.doubtful) = (Some(0.875), 1);
    held
}

/// A document that was recognised in pictures.
fn scanned() -> Held {
    let text = "資源の回収は毎週木曜日の午前に行います。";
    let rect = Rect { x: LEFT, y: FIRST_LINE, width: 240.0, height: 14.0 };
    let line = PageLine { page: 1, rect, span: Span::new(0, text.len()), vertical: false };
    let mut one = passage(0, &[], text, Span::new(0, text.len()), Place::Pages { lines: vec![line] });
    one.recognised = Some(0.87);
    let mut held = Held::new(9, 1, "資源回収のお知らせ", "oshirase.pdf", Format::Pdf, text, vec![one]);
    let reading = PageReading { origin: TextOrigin::Recognised { confidence: 0.87 }, score: 0.87 };
    held.pages = vec![Page { number: 1, label: None, width: 595.0, height: 842.0, reading, links: Vec::new() }];
    (held.entry.parts, held.entry.score) = (1, Some(0.87));
    held
}

/// A document of a collection that was read badly.
fn held(id: i64, collection: i64) -> Held {
    let text = "䛾䛿䛜䜢䛾䛿䛜䜢";
    let rect = Rect { x: LEFT, y: FIRST_LINE, width: 240.0, height: 14.0 };
    let line = PageLine { page: 2, rect, span: Span::new(0, text.len()), vertical: false };
    let passages = vec![passage(0, &[], text, Span::new(0, text.len()), Place::Pages { lines: vec![line] })];
    let mut held = Held::new(id, collection, "文字化けの通知", "mojibake.pdf", Format::Pdf, text, passages);
    let page = |number, origin, score| Page {
        number,
        label: None,
        width: 595.0,
        height: 842.0,
        reading: PageReading { origin, score },
        links: Vec::new(),
    };
    held.pages = vec![page(1, TextOrigin::Written, 0.9), page(2, TextOrigin::Written, 0.1), page(3, TextOrigin::Unread, 0.0)];
    held.entry.parts = 3;
    held.entry.state = VersionState::Held;
    held.entry.answers = false;
    (held.entry.score, held.entry.doubtful) = (Some(0.33), 2);
    held
}

/// The rows of the workbook's first sheet.
pub fn sheet_rows() -> Vec<Vec<String>> {
    let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
    let mut rows = vec![
        row(["施設使用料（令和8年度）", "", "", ""]),
        row(["施設", "区分", "使用料（円）", ""]),
        row(["", "", "市内", "市外"]),
        row(["中央体育館", "午前", "1,200", "2,400"]),
        row(["", "午後", "1,600", "3,200"]),
        row(["市民会館 大ホール", "終日", "48,000", "96,000"]),
    ];
    rows.extend((1..=140).map(|i| row(["地区センター", &format!("第{i}会議室"), "300", "600"])));
    rows
}

/// The merged cells of the sheet.
pub fn merged() -> Vec<CellRange> {
    ["A1:D1", "A2:A3", "B2:B3", "C2:D2", "A4:A5"]
        .iter()
        .filter_map(|range| {
            let (first, last) = range.split_once(':')?;
            Some(CellRange { first: CellRef::parse(first)?, last: CellRef::parse(last)? })
        })
        .collect()
}

fn workbook() -> Held {
    let text = "施設: 中央体育館 区分: 午後 使用料（円） 市内: 1,600 市外: 3,200";
    let cell = |value: &str, row, column| {
        let at = text.find(value).unwrap_or(0);
        CellSpan { span: Span::new(at, at + value.len()), cell: CellRef { row, column } }
    };
    let cells = vec![cell("中央体育館", 3, 0), cell("午後", 4, 1), cell("1,600", 4, 2), cell("3,200", 4, 3)];
    let range = bounding_range(&cells).unwrap_or(CellRange { first: CellRef { row: 4, column: 0 }, last: CellRef { row: 4, column: 3 } });
    let place = Place::Cells { sheet: 0, name: "使用料".to_owned(), range, cells };
    let passages = vec![passage(0, &["使用料"], text, Span::new(0, text.len()), place)];
    let mut held = Held::new(2, 2, "施設使用料一覧", "shiyouryou.xlsx", Format::Xlsx, text, passages);
    held.sheets = vec![
        Sheet { name: "使用料".to_owned(), rows: 146, columns: 4, hidden: false },
        Sheet { name: "改定履歴".to_owned(), rows: 146, columns: 4, hidden: true },
    ];
    held.entry.parts = 2;
    held
}

fn manual() -> Held {
    let text = "窓口の手引き\n\n転入の届出\n転入した日から14日以内に届け出ます。\n本人確認書類を確かめます。\n";
    let at = text.find("転入した日").unwrap_or(0);
    let span = Span::new(at, text.trim_end().len());
    let passages = vec![passage(0, &["転入の届出"], text, span, Place::Text { first_line: 4, last_line: 5 })];
    Held::new(3, 2, "窓口の手引き", "tebiki.md", Format::Markdown, text, passages)
}

/// A document that tries to become part of the page.
fn hostile() -> Held {
    let text = "<script>alert(1)</script>の免除申請は、<img src=x onerror=alert(2)>窓口で\"受け付け'ます。";
    let place = Place::Text { first_line: 1, last_line: 1 };
    let passages = vec![passage(0, &["<b>見出し</b>"], text, Span::new(0, text.len()), place)];
    Held::new(4, 2, "<script>document.title='x'</script>", "\"><script>.txt", Format::Text, text, passages)
}

fn encrypted() -> Held {
    let mut held = Held::new(5, 1, "himitsu.pdf", "himitsu.pdf", Format::Pdf, "", Vec::new());
    held.entry.state = VersionState::Failed;
    held.entry.answers = false;
    held.entry.format = None;
    held.entry.failure = Some(FailureReason { code: "encrypted".into(), message: "himitsu.pdf: the file is encrypted".into() });
    held
}

fn under_way() -> Held {
    let mut held = Held::new(6, 3, "履修の手引き2026.pdf", "履修の手引き2026.pdf", Format::Pdf, "", Vec::new());
    held.entry.state = VersionState::Ingesting;
    held.entry.answers = false;
    held.entry.progress = Some(JobProgress { stage: IngestStage::Embedding, done: 32, total: 96, rate: Some(8.0) });
    held
}

fn passage(ordinal: usize, headings: &[&str], text: &str, span: Span, place: Place) -> Passage {
    Passage {
        ordinal: ordinal as u32,
        heading_path: headings.iter().map(|h| (*h).to_owned()).collect(),
        text: span.slice(text).unwrap_or_default().to_owned(),
        locator: Locator { span, place },
        recognised: None,
    }
}
