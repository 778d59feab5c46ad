//! What a document is, by which searches are narrowed: its kind, its date and its department.
//!
//! The kind follows from its title, as such titles are formed in Japan, and from its file; date and department are read
//! from where documents of that kind say them, and only there. What cannot be read stays unknown.

use crate::document::Format;
use crate::folding::{fold, fold_tight};
use crate::structure::date::{Date, dates};
use serde::{Deserialize, Serialize};

/// Lines at the start and at the end of a document in which it says of when and of whom it is.
const EDGE: usize = 30;
/// Characters of such a line that are looked at.
const LINE: usize = 120;
/// Characters of a department's name.
const DEPARTMENT: usize = 30;

/// Kinds of documents: what they are called, and how titles of that kind end, tightly folded.
const KINDS: &[(&[&str], &[&str])] = &[
    (&["条例"], &["条例"]),
    (&["規則"], &["規則"]),
    (&["法律", "法令"], &["法", "法律", "政令", "施行令", "省令", "府令"]),
    (&["規程", "訓令"], &["規程", "訓令"]),
    (&["要綱"], &["要綱"]),
    (&["要領", "基準", "指針", "ガイドライン"], &["要領", "基準", "指針", "ガイドライン"]),
    (&["例規"], &["条例", "規則", "規程", "訓令", "要綱", "要領", "告示"]),
    (&["手引", "マニュアル", "説明書"], &["手引", "手引き", "マニュアル", "説明書", "ガイド", "manual", "guide"]),
    (&["会議録", "議事録"], &["会議録", "議事録", "議事要旨", "議事概要"]),
    (&["通知", "お知らせ"], &["通知", "お知らせ", "について"]),
    (&["faq", "q&a", "よくある質問"], &["faq", "q&a", "よくある質問", "よくあるご質問"]),
    (&["様式", "申請書"], &["様式", "申請書", "届", "届出書", "報告書"]),
    (&["計画"], &["計画", "計画書"]),
];

/// Kinds of files: what they are called, and their formats.
const FILES: &[(&[&str], &[Format])] = &[
    (&["pdf"], &[Format::Pdf]),
    (&["excel", "エクセル", "表計算"], &[Format::Xlsx, Format::Xlsb, Format::Xls, Format::Ods]),
    (&["word", "ワード"], &[Format::Docx, Format::Odt]),
    (&["powerpoint", "パワーポイント", "スライド"], &[Format::Pptx, Format::Odp]),
    (&["csv"], &[Format::Csv, Format::Tsv]),
    (&["表"], &[Format::Xlsx, Format::Xlsb, Format::Xls, Format::Ods, Format::Csv, Format::Tsv]),
    (&["html", "webページ", "ウェブページ"], &[Format::Html]),
    (&["メール", "mail"], &[Format::Mail]),
    (&["テキスト", "text"], &[Format::Text, Format::Markdown]),
];

/// The names of the kinds that can be asked for, the usual one of each.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(names, _)| names[0]).chain(["PDF", "Excel", "Word", "PowerPoint", "CSV", "メール"])
}

/// Whether a document is of a kind: by its title's end, or by its file. A kind that is not known is looked for in the title.
pub fn is_of_kind(kind: &str, title: &str, format: Format) -> bool {
    let (kind, title) = (fold_tight(kind), without_brackets(&fold_tight(title)));
    if kind.is_empty() {
        return true;
    }
    if let Some((_, formats)) = FILES.iter().find(|(names, _)| names.contains(&kind.as_str())) {
        return formats.contains(&format);
    }
    if kind == format.name() {
        return true;
    }
    match KINDS.iter().find(|(names, _)| names.contains(&kind.as_str())) {
        Some((_, ends)) => ends.iter().any(|end| title.ends_with(end)),
        None => title.contains(kind.as_str()),
    }
}

/// A title without what stands in brackets at its end: 「手数料条例（令和6年改正）」.
fn without_brackets(title: &str) -> String {
    let mut rest = title;
    while let Some(before) = rest.strip_suffix([')', '」', '】', ']']) {
        match before.rfind(['(', '「', '【', '[']) {
            Some(at) if at > 0 => rest = &before[..at],
            _ => break,
        }
    }
    rest.to_owned()
}

/// What a document says of when and of whom it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facets {
    /// Its last date: that of its last amendment, else the one it bears, as 2024-04-01.
    pub dated: Option<String>,
    /// The department that it comes from.
    pub department: Option<String>,
}

impl Facets {
    /// Reads the lines at the start and at the end of a text.
    pub fn read(text: &str) -> Self {
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
        let head = lines.iter().take(EDGE);
        let foot = lines.iter().skip(EDGE.max(lines.len().saturating_sub(EDGE)));
        let department = head.clone().chain(foot).find_map(|line| department(line));
        let dated = head.filter(|l| is_date_line(l)).flat_map(|l| dates(l)).map(|(date, ..)| date).max();
        Self { dated: dated.map(|d| d.to_string()), department }
    }
}

/// Whether a line says the date of its document: a date is most of it, or it says what the date is.
fn is_date_line(line: &str) -> bool {
    const SAYS: [&str; 12] = ["公布", "改正", "施行", "制定", "発行", "作成", "更新", "改定", "改訂", "現在", "条例第", "規則第"];
    let characters = line.chars().count();
    let dated: usize = dates(line).iter().map(|(_, start, end)| line[*start..*end].chars().count()).sum();
    dated > 0 && characters <= LINE && (dated * 2 >= characters || SAYS.iter().any(|s| line.contains(s)))
}

/// The department that a line names as that of its document (「担当課：総務課」「発行：みなと市環境部」).
fn department(line: &str) -> Option<String> {
    const NAMED: [&str; 13] =
        ["担当部署", "担当課", "所管課", "所管部署", "所管", "主管課", "担当", "発行元", "発行者", "発行", "作成者", "作成", "問合せ先"];
    let folded = fold(line);
    let line: String = folded.chars().take(LINE).collect();
    let rest = NAMED.iter().find_map(|named| line.trim_start_matches(['・', '■', '●', '*', '【', '[']).strip_prefix(named))?;
    let rest = rest.trim_start_matches(['】', ']']).trim_start();
    let rest = rest.strip_prefix([':', '/', '|', '、']).unwrap_or(rest).trim();
    let name: String = rest.chars().take_while(|c| !matches!(c, '、' | '。' | '(' | '|' | '/' | ',') && !c.is_ascii_digit()).collect();
    let name = name.split("電話").next().unwrap_or("").trim().to_owned();
    let is_one = ["課", "部", "局", "室", "係", "所", "署", "センター", "委員会", "館", "科", "班", "グループ", "デスク", "事務局"];
    let last = name.split_whitespace().next_back()?;
    (name.chars().count() <= DEPARTMENT && is_one.iter().any(|end| last.ends_with(end))).then_some(name)
}

/// Whether a department is the one asked for, or a part of it: the words of the question stand in its name.
pub fn is_of_department(wanted: &str, department: &str) -> bool {
    let wanted = fold_tight(wanted);
    !wanted.is_empty() && fold_tight(department).contains(&wanted)
}

/// A range of dates, both ends in it; an end that is not given is open.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DateRange {
    /// The first day, as 2024-04-01.
    pub from: Option<String>,
    /// The last day.
    pub until: Option<String>,
}

impl DateRange {
    /// Reads 「2024」「2024-04」「令和6年4月1日」, and ranges of them with 〜 or `..` between, open at either side; `None` where
    /// there is no date.
    pub fn read(text: &str) -> Option<Self> {
        let text: String = fold(text).chars().filter(|c| !c.is_whitespace()).collect();
        for parting in ["..", "~", "〜", "～", "から"] {
            if let Some((from, until)) = text.split_once(parting) {
                let until = until.trim_end_matches("まで");
                let (first, last) = (span(from), span(until));
                let known = (from.is_empty() || first.is_some()) && (until.is_empty() || last.is_some());
                let range = Self { from: first.map(|(a, _)| a), until: last.map(|(_, b)| b) };
                return (known && range != Self::default()).then_some(range);
            }
        }
        if let Some(before) = text.strip_suffix("以前").or_else(|| text.strip_suffix("まで")) {
            return span(before).map(|(_, until)| Self { from: None, until: Some(until) });
        }
        if let Some(after) = text.strip_suffix("以降").or_else(|| text.strip_suffix("以後")) {
            return span(after).map(|(from, _)| Self { from: Some(from), until: None });
        }
        span(&text).map(|(from, until)| Self { from: Some(from), until: Some(until) })
    }

    /// Whether a date lies in it.
    pub fn includes(&self, date: &str) -> bool {
        self.from.as_deref().is_none_or(|from| from <= date) && self.until.as_deref().is_none_or(|until| date <= until)
    }
}

/// The first and the last day of a year, a month or a day.
fn span(text: &str) -> Option<(String, String)> {
    if let Some((date, ..)) = dates(text).into_iter().next() {
        let day = date.to_string();
        return Some((day.clone(), day));
    }
    // A year or a month alone: completed to its first day, it is read as a date.
    let digits: Vec<&str> = text.split(['-', '/', '.', '年', '月', '日']).filter(|p| !p.is_empty()).collect();
    let western = digits.iter().all(|p| p.chars().all(|c| c.is_ascii_digit()));
    let first = match (western, digits.len()) {
        (true, 1) => format!("{}年1月1日", digits[0]),
        (true, 2) => format!("{}年{}月1日", digits[0], digits[1]),
        (true, 3) => format!("{}年{}月{}日", digits[0], digits[1], digits[2]),
        (false, _) if text.ends_with('年') => format!("{text}1月1日"),
        (false, _) if text.ends_with("年度") => format!("{}年4月1日", text.trim_end_matches("年度")),
        (false, _) if text.ends_with('月') => format!("{text}1日"),
        _ => return None,
    };
    let (Date { year, month, day }, ..) = dates(&first).into_iter().next()?;
    let from = format!("{year:04}-{month:02}-{day:02}");
    let until = match (western, digits.len()) {
        (true, 1) => format!("{year:04}-12-31"),
        (true, 3) => from.clone(),
        (false, _) if text.ends_with("年度") => format!("{:04}-03-31", year + 1),
        (false, _) if text.ends_with('年') => format!("{year:04}-12-31"),
        _ => format!("{year:04}-{month:02}-31"),
    };
    Some((from, until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn range(text: &str, from: Option<&str>, until: Option<&str>) {
        let expected = DateRange { from: from.map(str::to_owned), until: until.map(str::to_owned) };
        assert_eq!(DateRange::read(text), Some(expected), "{text}");
    }

    #[test]
    fn ranges_of_dates_are_read() {
        range("2024", Some("2024-01-01"), Some("2024-12-31"));
        range("2024-04", Some("2024-04-01"), Some("2024-04-31"));
        range("2024-04-01", Some("2024-04-01"), Some("2024-04-01"));
        range("令和6年", Some("2024-01-01"), Some("2024-12-31"));
        range("令和６年度", Some("2024-04-01"), Some("2025-03-31"));
        range("令和6年4月1日", Some("2024-04-01"), Some("2024-04-01"));
        range("2023〜2024-03", Some("2023-01-01"), Some("2024-03-31"));
        range("2023-04-01..", Some("2023-04-01"), None);
        range("令和5年以前", None, Some("2023-12-31"));
        for text in ["", "いつか", "..", "2023..いつか"] {
            assert_eq!(DateRange::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_lies_in_its_range() {
        let year = DateRange::read("2024").expect("a range");
        assert!(year.includes("2024-12-31") && !year.includes("2025-01-01"));
    }

    #[test]
    fn kinds_follow_from_titles_and_files() {
        assert!(is_of_kind("条例", "みなと市手数料条例（令和6年改正）", Format::Pdf));
        assert!(!is_of_kind("条例", "手数料条例施行規則", Format::Pdf));
        assert!(is_of_kind("例規", "手数料条例施行規則", Format::Docx));
        assert!(is_of_kind("Excel", "料金表", Format::Xlsx) && !is_of_kind("Excel", "料金表", Format::Pdf));
        assert!(is_of_kind("ＰＤＦ", "x", Format::Pdf) && is_of_kind("会議録", "第3回定例会会議録", Format::Text));
        assert!(is_of_kind("料金", "施設料金の案内", Format::Pdf), "an unknown kind is looked for in the title");
    }

    #[test]
    fn dates_and_departments_are_read_where_documents_say_them() {
        let text = "みなと市手数料条例\n平成12年3月24日\n条例第25号\n改正　令和6年3月22日条例第9号\n第1条　手数料は、平成30年4月1日に申請した者から徴収する。\n\n担当課：市民部 市民課（電話 03-1234-5678）\n";
        let facets = Facets::read(text);
        assert_eq!(facets.dated.as_deref(), Some("2024-03-22"));
        assert_eq!(facets.department.as_deref(), Some("市民部 市民課"));
        assert_eq!(Facets::read("担当者は、別に定める。\n手数料は無料"), Facets::default());
        assert!(is_of_department("市民課", "市民部 市民課") && is_of_department("市民部市民課", "市民部 市民課"));
        assert!(!is_of_department("税務課", "市民部 市民課"));
    }
}
