//! Reading a value of a kind from words of a source. What the words do not decide stays empty, with the reason.

use super::pieces::{Kind as PieceKind, pieces};
use super::schema::Kind;
use crate::asked::Asked;
use crate::folding::{fold, holds_pair, pair_set};
use crate::locator::Span;
use crate::passage::StoredPassage;
use crate::polarity::Polarity;
use crate::structure::dates;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value, json};

/// Why a field is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Empty {
    /// The sources do not say.
    NotFound,
    /// The words found hold no value of that kind.
    NoValue,
    /// They hold several, and nothing tells which is meant.
    Ambiguous,
    /// The value lies outside of what the schema allows.
    OutOfBounds,
}

/// Words that say yes or no besides the denial of a verb.
const NO: &[&str] = &[
    "不可",
    "禁止",
    "できません",
    "できない",
    "ではない",
    "対象外",
    "対象とならない",
    "認めない",
    "しない",
    "ありません",
    "not ",
    "forbidden",
    "no longer",
];
/// What a description names that counts money.
const MONEY: &[&str] = &["額", "料", "費", "価格", "値段", "円", "fee", "price", "cost", "amount", "fare"];
/// Counters that a description may name.
const COUNTERS: &[&str] = &[
    "日", "人", "名", "回", "枚", "点", "冊", "時間", "分", "年", "か月", "%", "割", "単位", "台", "歳", "pages", "days", "minutes",
    "hours",
];

/// The value of a kind that `quoted` words of a passage hold, and where it stands; `about` says what is asked for.
pub fn value(kind: &Kind, about: &str, stored: &StoredPassage, quoted: Span) -> Result<(Value, Span), Empty> {
    let text = &stored.passage.text;
    let cell = best_cell(about, stored, quoted);
    if cell.is_none() && matches!(kind, Kind::Text(_)) && (holds_cells(stored, quoted) || !speaks_of(about, stored, quoted)) {
        // A row none of whose columns is asked for, or a sentence about something else.
        return Err(Empty::NoValue);
    }
    let part = cell.unwrap_or(quoted);
    let found = in_part(kind, about, text, part);
    // The best cell may only name what the others tell.
    match found {
        Err(Empty::NoValue) if part != quoted => in_part(kind, about, text, quoted),
        found => found,
    }
}

fn in_part(kind: &Kind, about: &str, text: &str, part: Span) -> Result<(Value, Span), Empty> {
    let words = part.slice(text).ok_or(Empty::NoValue)?;
    let (value, within) = match kind {
        Kind::Text(bounds) => {
            let trimmed = words.trim();
            let length = trimmed.chars().count();
            if !bounds.hold(length as f64) {
                return Err(Empty::OutOfBounds);
            }
            let start = words.len() - words.trim_start().len();
            (Value::from(trimmed), Span::new(start, start + trimmed.len()))
        }
        Kind::Date => {
            let found = dates(words).into_iter().map(|(date, start, end)| (date.to_string(), Span::new(start, end)));
            let (day, span) = only(&found.collect::<Vec<_>>())?;
            (Value::from(day), span)
        }
        Kind::Number(bounds) | Kind::Integer(bounds) => {
            let whole = matches!(kind, Kind::Integer(_));
            let (number, span) = only(&numbers_about(about, words))?;
            if !bounds.hold(number) || (whole && number.fract() != 0.0) {
                return Err(Empty::OutOfBounds);
            }
            (json_number(number, whole).ok_or(Empty::NoValue)?, span)
        }
        Kind::Boolean => (json!(truth(about, words)?), Span::new(0, words.len())),
        Kind::Choice(options) => {
            let folded = fold(words);
            let stands = options.iter().filter(|o| folded.contains(&fold(o)));
            // 「一部公開」 holds 「公開」 too: the longer one is meant.
            let longest: Vec<&String> =
                stands.clone().filter(|o| !stands.clone().any(|p| p.len() > o.len() && fold(p).contains(&fold(o)))).collect();
            match longest[..] {
                [] => return Err(Empty::NoValue),
                [one] => (Value::from(one.as_str()), Span::new(0, words.len())),
                _ => return Err(Empty::Ambiguous),
            }
        }
        Kind::List(..) | Kind::Object(_) => return Err(Empty::NoValue),
    };
    Ok((value, Span::new(part.start + within.start, part.start + within.end)))
}

/// Whether a description asks for an amount of money.
pub fn counts_money(about: &str) -> bool {
    let folded = fold(about);
    MONEY.iter().any(|m| folded.contains(m))
}

/// Whether a value that a model wrote stands in the words that it quoted.
pub fn stands(kind: &Kind, value: &Value, words: &str) -> bool {
    match (kind, value) {
        (Kind::Text(bounds), Value::String(s)) => {
            bounds.hold(s.chars().count() as f64) && !s.trim().is_empty() && fold(words).contains(&fold(s))
        }
        (Kind::Date, Value::String(s)) => dates(words).iter().any(|(d, ..)| d.to_string() == *s),
        (Kind::Number(bounds) | Kind::Integer(bounds), Value::Number(n)) => {
            let Some(n) = n.as_f64().filter(|n| bounds.hold(*n)) else { return false };
            numbers(words).iter().any(|(found, ..)| (found - n).abs() < 1e-9)
        }
        (Kind::Choice(options), Value::String(s)) => options.contains(s) && fold(words).contains(&fold(s)),
        // A yes or no is read from the words themselves.
        (Kind::Boolean, Value::Bool(b)) => truth("", words).is_ok_and(|t| t == *b),
        (Kind::List(item, bounds), Value::Array(all)) => bounds.hold(all.len() as f64) && all.iter().all(|v| stands(item, v, words)),
        (Kind::Object(fields), Value::Object(object)) => {
            fields.iter().all(|f| object.get(&f.name).is_none_or(|v| v.is_null() || stands(&f.kind, v, words)))
        }
        _ => false,
    }
}

/// The one value that is found, however often.
fn only<T: PartialEq + Clone>(found: &[(T, Span)]) -> Result<(T, Span), Empty> {
    let first = found.first().cloned().ok_or(Empty::NoValue)?;
    if found.iter().all(|(value, _)| *value == first.0) { Ok(first) } else { Err(Empty::Ambiguous) }
}

fn truth(about: &str, words: &str) -> Result<bool, Empty> {
    let folded = fold(words);
    let no =
        NO.iter().any(|no| folded.contains(no)) || (!about.is_empty() && Polarity::of(&fold(about)).opposite(&Polarity::of(&folded)) > 0);
    let limited = ["ただし", "但し", "除く", "場合に限り", "unless", "except"].iter().any(|w| folded.contains(w));
    // A rule with an exception is no plain yes or no.
    if limited { Err(Empty::Ambiguous) } else { Ok(!no) }
}

/// The numbers of a text that count what a description asks for.
fn numbers_about(about: &str, words: &str) -> Vec<(f64, Span)> {
    let asked = Asked::of(about);
    let folded = fold(about);
    let all = numbers(words);
    let counted_by = |wanted: &dyn Fn(&str) -> bool| -> Vec<(f64, Span)> {
        all.iter().filter(|(_, _, counter)| wanted(counter)).map(|(n, span, _)| (*n, *span)).collect()
    };
    let money = counts_money(about);
    let named: Vec<&&str> = COUNTERS.iter().filter(|c| folded.contains(**c)).collect();
    if money {
        let found = counted_by(&|counter| counter.starts_with('円') || counter.starts_with("yen"));
        if found.is_empty() {
            let free = ["無料", "無償"].iter().find_map(|free| Some((words.find(free)?, free.len())));
            return free.map(|(at, length)| (0.0, Span::new(at, at + length))).into_iter().collect();
        }
        return found;
    }
    if asked.value.is_some() {
        let with_counter = |span: &Span, counter: &str| asked.is_answered_by(&format!("{}{counter}", span.slice(words).unwrap_or("")));
        return all.iter().filter(|(_, span, counter)| with_counter(span, counter)).map(|(n, span, _)| (*n, *span)).collect();
    }
    if !named.is_empty() {
        let found = counted_by(&|counter| named.iter().any(|c| counter.starts_with(**c)));
        if !found.is_empty() {
            return found;
        }
    }
    counted_by(&|_| true)
}

/// The numbers of a text with the characters behind each: separators, 万 and 千, and full width are read; days are left out.
fn numbers(text: &str) -> Vec<(f64, Span, String)> {
    let days: Vec<Span> = dates(text).into_iter().map(|(_, start, end)| Span::new(start, end)).collect();
    let mut found = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        if !is_digit(c) {
            continue;
        }
        let (mut total, mut digits, mut end) = (0.0, String::from(c), start + c.len_utf8());
        while let Some((at, c)) = chars.peek().copied() {
            let next_is_digit = text[at + c.len_utf8()..].chars().next().is_some_and(is_digit);
            let unit = match c {
                '億' => 1e8,
                '万' => 1e4,
                '千' => 1e3,
                _ => 0.0,
            };
            if is_digit(c) || (matches!(c, '.' | '．') && next_is_digit) {
                digits.push(c);
            } else if unit > 0.0 {
                total += plain(&digits).unwrap_or(1.0) * unit;
                digits.clear();
            } else if !(matches!(c, ',' | '，') && next_is_digit) {
                break;
            }
            end = at + c.len_utf8();
            chars.next();
        }
        let rest = if digits.is_empty() { Some(0.0) } else { plain(&digits) };
        let span = Span::new(start, end);
        if let Some(rest) = rest.filter(|_| !days.iter().any(|d| d.overlaps(span))) {
            let counter = fold(&text[end..].chars().take(8).collect::<String>());
            found.push((total + rest, span, counter.trim_start().to_owned()));
        }
    }
    found
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c)
}

fn plain(digits: &str) -> Option<f64> {
    fold(digits).parse().ok()
}

fn json_number(number: f64, whole: bool) -> Option<Value> {
    if whole || number.fract() == 0.0 { Some(Value::from(number as i64)) } else { Number::from_f64(number).map(Value::Number) }
}

/// The value of the row that is quoted whose header says most of what is asked for; `None` where no header does.
fn best_cell(about: &str, stored: &StoredPassage, quoted: Span) -> Option<Span> {
    let rows = pieces(stored).into_iter().filter(|p| p.span.overlaps(quoted));
    let cells: Vec<_> = rows.filter_map(|p| if let PieceKind::Row(cells) = p.kind { Some(cells) } else { None }).flatten().collect();
    let wanted = pair_set(about);
    let shared = |header: &str| pair_set(header).iter().filter(|p| wanted.contains(*p)).count();
    let most = cells.iter().map(|c| shared(&c.header)).max().filter(|most| *most > 0)?;
    let mut best = cells.iter().filter(|c| shared(&c.header) == most);
    match (best.next(), best.next()) {
        (Some(one), None) => Some(one.value),
        _ => None,
    }
}

/// Whether a sentence or its headings have any of the words that describe a field; descriptions in hiragana alone have none.
fn speaks_of(about: &str, stored: &StoredPassage, quoted: Span) -> bool {
    let words = quoted.slice(&stored.passage.text).unwrap_or("");
    let said = pair_set(&format!("{words} {}", stored.passage.heading_path.join(" ")));
    let mut telling = pair_set(about).into_iter().filter(|pair| pair.chars().all(|c| !matches!(c, '\u{3041}'..='\u{309f}'))).peekable();
    telling.peek().is_none() || telling.any(|pair| holds_pair(&said, &pair))
}

/// Whether several cells of a row are quoted.
fn holds_cells(stored: &StoredPassage, quoted: Span) -> bool {
    pieces(stored).into_iter().any(|piece| match piece.kind {
        PieceKind::Row(cells) => cells.iter().filter(|c| !c.header.is_empty() && c.value.overlaps(quoted)).count() > 1,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::schema::Bounds;
    use crate::testing::stored_passage;

    #[track_caller]
    fn check(kind: &Kind, about: &str, text: &str, expected: &Result<Value, Empty>) {
        let stored = stored_passage(1, "資料", text);
        let found = value(kind, about, &stored, Span::new(0, text.len()));
        if let Ok((_, span)) = &found {
            assert!(span.slice(text).is_some(), "{text}");
        }
        assert_eq!(&found.map(|(v, _)| v), expected, "{about}: {text}");
    }

    #[test]
    fn amounts_and_numbers_are_read_with_their_counters() {
        let integer = Kind::Integer(Bounds::default());
        check(&integer, "手数料", "粗大ごみの手数料は、1点につき５００円とする。", &Ok(json!(500)));
        check(&integer, "出産育児一時金の額", "50万円を支給します。", &Ok(json!(500_000)));
        check(&integer, "支給額", "それ以外は48万8千円です。", &Ok(json!(488_000)));
        check(&integer, "使用料", "平日は3,300円、土日は3,960円", &Err(Empty::Ambiguous));
        check(&integer, "申込みの期限は何日前か", "希望する日の7日前までに申し込む。", &Ok(json!(7)));
        check(&integer, "手数料", "手数料は、無料とする。", &Ok(json!(0)));
        check(&integer, "手数料", "手数料は、規則で定める。", &Err(Empty::NoValue));
        check(&Kind::Number(Bounds { least: None, most: Some(1.0) }), "率は何%", "年3.5%とする。", &Err(Empty::OutOfBounds));
    }

    #[test]
    fn days_choices_and_truths_are_read_or_left_empty() {
        check(&Kind::Date, "施行日", "この条例は、令和8年4月1日から施行する。", &Ok(json!("2026-04-01")));
        check(&Kind::Date, "期間", "令和8年4月1日から令和8年5月1日まで", &Err(Empty::Ambiguous));
        let choice = Kind::Choice(vec!["公開".to_owned(), "一部公開".to_owned(), "非公開".to_owned()]);
        check(&choice, "区分", "公開区分は、一部公開とする。", &Ok(json!("一部公開")));
        check(&choice, "区分", "一部公開又は非公開とする。", &Err(Empty::Ambiguous));
        check(&Kind::Boolean, "返金できるか", "返金や交換はできません。", &Ok(json!(false)));
        check(&Kind::Boolean, "予約できるか", "3日前から予約できます。", &Ok(json!(true)));
        check(&Kind::Boolean, "利用できるか", "利用できる。ただし、市長が認めるときは、この限りでない。", &Err(Empty::Ambiguous));
    }

    #[test]
    fn a_row_gives_the_cell_whose_header_is_asked_for() {
        let row = "駐車場: 東口、最初の30分: 150円、1日の上限: 1,500円";
        check(&Kind::Integer(Bounds::default()), "1日の上限の料金", row, &Ok(json!(1500)));
        check(&Kind::Text(Bounds::default()), "駐車場の名", row, &Ok(json!("東口")));
    }

    #[test]
    fn what_a_model_wrote_must_stand_in_its_quotation() {
        let words = "手数料は、1,200円とし、令和8年4月1日から適用する。";
        assert!(stands(&Kind::Integer(Bounds::default()), &json!(1200), words));
        assert!(!stands(&Kind::Integer(Bounds::default()), &json!(1300), words));
        assert!(stands(&Kind::Date, &json!("2026-04-01"), words));
        assert!(!stands(&Kind::Text(Bounds::default()), &json!("無料"), words));
    }
}
