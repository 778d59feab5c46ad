//! Articles, paragraphs, items and tables, by their numbers.

use super::Token;
use crate::figure;
use crate::folding::fold;

/// What is numbered, longer names first.
const PARTS: [&str; 15] = ["条", "項", "号", "章", "節", "款", "編", "目", "表", "図", "類", "種", "期", "次", "回"];
/// What is numbered behind its name (別表第1, 様式第2号, 附則第3項).
const NAMES: [&str; 7] = ["別表", "別記", "様式", "附則", "別図", "付表", "別紙"];
/// Places named by where they stand from here.
const NEAR: [&str; 6] = ["前", "次", "同", "本", "後", "各"];

/// The label at byte `at` of a folded text, and its length.
pub(super) fn label(folded: &str, at: usize) -> Option<(Token, usize)> {
    let (key, end) = named(folded, at).or_else(|| numbered(folded, at)).or_else(|| near(folded, at))?;
    Some((Token::Article(key), end - at))
}

/// 別表第1, 附則第3項, 附則: the name alone counts too.
fn named(folded: &str, at: usize) -> Option<(String, usize)> {
    let name = NAMES.iter().find(|name| folded[at..].starts_with(**name))?;
    let end = at + name.len();
    if let Some((key, end)) = numbered(folded, end) {
        return Some((format!("{name}{key}"), end));
    }
    match figure::figure_at(folded, end).filter(|f| *name != "附則" && f.value.fract() == 0.0) {
        Some(figure) => Some((format!("{name}{}", figure.value), figure.span.end)),
        None => (*name == "附則").then(|| ("附則".to_owned(), end)),
    }
}

/// 第9条の2, 9条, 第1号様式, 第3: with 第 or with 条.
fn numbered(folded: &str, at: usize) -> Option<(String, usize)> {
    let ordinal = folded[at..].starts_with('第');
    let from = if ordinal { skip_space(folded, at + '第'.len_utf8()) } else { at };
    let figure = figure::figure_at(folded, from).filter(|f| !f.fraction && f.value.fract() == 0.0)?;
    let behind = skip_space(folded, figure.span.end);
    let part = PARTS.iter().find(|part| folded[behind..].starts_with(**part));
    let part = part.filter(|part| ordinal || matches!(**part, "条" | "項"));
    let (mut key, mut end) = match part {
        Some(part) => (format!("{part}{}", figure.value), behind + part.len()),
        None if ordinal => (format!("第{}", figure.value), figure.span.end),
        None => return None,
    };
    // 第9条の2の3
    while let Some(branch) = folded[end..].strip_prefix('の').filter(|_| part.is_some()) {
        let from = folded.len() - branch.len();
        let Some(branch) = figure::figure_at(folded, from).filter(|f| !f.fraction && figure::unit_at(folded, f.span.end).is_none()) else {
            break;
        };
        key.push_str(&format!("-{}", branch.value));
        end = branch.span.end;
    }
    if folded[end..].starts_with("様式") {
        return Some((format!("様式{key}"), end + "様式".len()));
    }
    Some((key, end))
}

/// 前条, 次項, 同号, 前二項.
fn near(folded: &str, at: usize) -> Option<(String, usize)> {
    let near = NEAR.iter().find(|near| folded[at..].starts_with(**near))?;
    let from = at + near.len();
    let counted = figure::figure_at(folded, from);
    let behind = counted.map_or(from, |f| f.span.end);
    let part = ["条", "項", "号", "章", "節"].iter().find(|part| folded[behind..].starts_with(**part))?;
    // 前条例, 同条約
    let after = &folded[behind + part.len()..];
    if *part == "条" && after.starts_with(['例', '約']) {
        return None;
    }
    let number = counted.map(|f| f.value.to_string()).unwrap_or_default();
    Some((format!("{near}{number}{part}"), behind + part.len()))
}

fn skip_space(folded: &str, at: usize) -> usize {
    at + usize::from(folded[at..].starts_with(' '))
}

/// The numbers that lines begin with: 「２　届出は」 is paragraph 2 of its article, 「(3) 」 and 「三　」 item 3.
pub(in crate::citation) fn leading(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    for line in text.lines() {
        let folded = fold(line.trim_start());
        let inner = folded.strip_prefix('(').unwrap_or(&folded);
        let Some(figure) = figure::figure_at(inner, 0).filter(|f| f.value.fract() == 0.0 && !f.fraction) else { continue };
        let closed = inner[figure.span.end..].starts_with([')', ' ', '\u{3000}', '.']) || inner.len() == figure.span.end;
        if closed && figure.value < 1000.0 {
            found.push(Token::Article(format!("項{}", figure.value)));
            found.push(Token::Article(format!("号{}", figure.value)));
        }
    }
    found
}
