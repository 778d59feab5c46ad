//! Days, weekdays and times.

use super::Token;
use crate::figure;

/// Eras with the year before their first.
const ERAS: [(&str, i32); 10] = [
    ("令和", 2018),
    ("平成", 1988),
    ("昭和", 1925),
    ("大正", 1911),
    ("明治", 1867),
    ("r", 2018),
    ("h", 1988),
    ("s", 1925),
    ("t", 1911),
    ("m", 1867),
];

const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

/// The day, weekday or time at byte `at`, and its length. A weekday in brackets is one right behind a day.
pub(super) fn moment(folded: &str, at: usize, dated: bool) -> Option<(Token, usize)> {
    let begins_word = !folded[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
    let read = era(folded, at, begins_word)
        .or_else(|| western(folded, at).filter(|_| begins_word))
        .or_else(|| english(folded, at).filter(|_| begins_word))
        .or_else(|| month(folded, at, 0))
        .or_else(|| time(folded, at).filter(|_| begins_word))
        .or_else(|| weekday(folded, at, dated));
    read.map(|(token, end)| (token, end - at))
}

fn era(folded: &str, at: usize, begins_word: bool) -> Option<(Token, usize)> {
    let rest = &folded[at..];
    let (name, before) = ERAS.iter().find(|(name, _)| rest.starts_with(name))?;
    let letter = name.len() == 1;
    let mut from = skip_spaces(folded, at + name.len());
    if letter {
        from += usize::from(folded[from..].starts_with('.'));
    }
    let (year, end) = match folded[from..].strip_prefix('元') {
        Some(_) if !letter => (1, from + '元'.len_utf8()),
        _ => whole(folded, from)?,
    };
    if letter {
        // R5.4.1: a letter alone is an era only in a whole day.
        let (month, end) = whole(folded, folded[end..].strip_prefix(['.', '/']).map(|r| folded.len() - r.len())?)?;
        let (day, end) = whole(folded, folded[end..].strip_prefix(['.', '/']).map(|r| folded.len() - r.len())?)?;
        return begins_word.then_some((date(year + before, month, day)?, end));
    }
    let end = after(folded, end, "年")?;
    Some(month(folded, skip_spaces(folded, end), year + before).unwrap_or((Token::Date(year + before, 0, 0), end)))
}

fn western(folded: &str, at: usize) -> Option<(Token, usize)> {
    let (year, end) = whole(folded, at).filter(|(year, _)| (1000..3000).contains(year))?;
    if let Some(end) = after(folded, end, "年") {
        // 1500年間 is a duration.
        if folded[end..].starts_with('間') {
            return None;
        }
        return Some(month(folded, skip_spaces(folded, end), year).unwrap_or((Token::Date(year, 0, 0), end)));
    }
    let mark = folded[end..].chars().next().filter(|c| matches!(c, '-' | '/' | '.'))?;
    let (month, end) = whole(folded, end + 1)?;
    let (day, end) = whole(folded, folded[end..].strip_prefix(mark).map(|r| folded.len() - r.len())?)?;
    Some((date(year, month, day)?, end))
}

/// 4月1日, 4月.
fn month(folded: &str, at: usize, year: i32) -> Option<(Token, usize)> {
    let (month, end) = whole(folded, at).filter(|(month, _)| (1..=12).contains(month))?;
    let end = after(folded, end, "月")?;
    let from = skip_spaces(folded, end);
    if let Some((day, day_end)) = whole(folded, from).filter(|(day, _)| (1..=31).contains(day))
        && let Some(day_end) = after(folded, day_end, "日")
    {
        return Some((date(year, month, day)?, day_end));
    }
    Some((date(year, month, 0)?, end))
}

fn english(folded: &str, at: usize) -> Option<(Token, usize)> {
    let rest = &folded[at..];
    let (number, name) = (1..).zip(MONTHS).find(|(_, name)| rest.starts_with(name))?;
    let end = at + name.len();
    let from = skip_spaces(folded, end);
    let (day, end) = whole(folded, from).filter(|(day, _)| (1..=31).contains(day) && from > end)?;
    let comma = folded[end..].trim_start_matches(',').trim_start();
    let year = whole(folded, folded.len() - comma.len()).filter(|(year, _)| (1000..3000).contains(year));
    let (year, end) = year.unwrap_or((0, end));
    Some((date(year, number, day)?, end))
}

fn time(folded: &str, at: usize) -> Option<(Token, usize)> {
    let rest = &folded[at..];
    if rest.starts_with("正午") {
        return Some((Token::Time(720), at + "正午".len()));
    }
    let half = ["午前", "午後"].iter().position(|half| rest.starts_with(half));
    let from = skip_spaces(folded, if half.is_some() { at + "午前".len() } else { at });
    let (hour, end) = whole(folded, from).filter(|(hour, _)| (0..=29).contains(hour))?;
    let (minute, end) = match after(folded, end, "時") {
        Some(end) if folded[end..].starts_with(['間', '代', '点']) => return None,
        Some(end) if folded[end..].starts_with('半') => (30, end + '半'.len_utf8()),
        Some(end) => match whole(folded, skip_spaces(folded, end)) {
            Some((minute, m)) if (0..60).contains(&minute) && folded[m..].starts_with('分') && !folded[m..].starts_with("分の") => {
                (minute, m + '分'.len_utf8())
            }
            _ => (0, end),
        },
        None => {
            let (minute, m) = whole(folded, folded[end..].strip_prefix(':').map(|r| folded.len() - r.len())?)?;
            (m - end == 3 && (0..60).contains(&minute)).then_some((minute, m))?
        }
    };
    let hour = if half == Some(1) && hour < 12 { hour + 12 } else { hour };
    Some((Token::Time(u16::try_from(hour * 60 + minute).ok()?), end))
}

fn weekday(folded: &str, at: usize, dated: bool) -> Option<(Token, usize)> {
    let rest = &folded[at..];
    let bracket = rest.starts_with('(');
    let mut letters = rest.chars().skip(usize::from(bracket));
    let day = letters.next().filter(|c| "月火水木金土日".contains(*c))?;
    let tail = &rest[usize::from(bracket) + day.len_utf8()..];
    let named = tail.strip_prefix("曜日").or_else(|| tail.strip_prefix('曜'));
    if bracket {
        let closed = named.unwrap_or(tail).strip_prefix(')').filter(|_| dated || named.is_some())?;
        return Some((Token::Weekday(day), folded.len() - closed.len()));
    }
    Some((Token::Weekday(day), folded.len() - named?.len()))
}

fn date(year: i32, month: i32, day: i32) -> Option<Token> {
    let fits = (0..=12).contains(&month) && (0..=31).contains(&day);
    fits.then_some(Token::Date(year, month as u8, day as u8))
}

/// A whole number at a byte, and its end.
fn whole(folded: &str, at: usize) -> Option<(i32, usize)> {
    let figure = figure::figure_at(folded, at).filter(|f| !f.fraction && f.value.fract() == 0.0 && f.value < 100_000.0)?;
    Some((figure.value as i32, figure.span.end))
}

fn after(folded: &str, at: usize, word: &str) -> Option<usize> {
    let from = skip_spaces(folded, at);
    folded[from..].starts_with(word).then_some(from + word.len())
}

fn skip_spaces(folded: &str, at: usize) -> usize {
    at + (folded[at..].len() - folded[at..].trim_start_matches(' ').len())
}
