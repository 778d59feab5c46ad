//! Days that people name: beside a question, and in it.

use super::Day;
use crate::locator::Span;
use crate::structure::dates;

/// What makes a day of a question the day on which it is asked about. A day that is merely mentioned is none: 「令和8年4月1日
/// 以後の手数料」 and 「4月1日現在の人口」 ask for what a text says of it.
const MARKS: [&str; 6] = ["の時点", "時点", "現在施行されている", "現在有効な", "現在の規定", "に施行されていた"];
/// What may follow such a mark, longest first.
const JOINTS: [&str; 8] = ["における", "において", "での", "では", "で", "の", "は", "に"];

/// The day that a person typed: 2024-04-01, 2024/4/1, 令和6年4月1日, R6.4.1.
pub fn typed_day(text: &str) -> Option<Day> {
    let text = text.trim();
    if let Some((date, 0, end)) = dates(text).into_iter().next()
        && end == text.len()
    {
        return date.into();
    }
    let (era, rest) = match text.chars().next()? {
        'R' | 'r' => (2018, &text[1..]),
        'H' | 'h' => (1988, &text[1..]),
        'S' | 's' => (1925, &text[1..]),
        _ => (0, text),
    };
    let parts: Vec<i16> = rest.split(['-', '/', '.']).map(|p| p.trim().parse().ok()).collect::<Option<_>>()?;
    let [year, month, day] = parts[..] else { return None };
    let year = if era > 0 { year.checked_add(era)? } else { year };
    let fits = (1800..2300).contains(&year);
    if fits { Day::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok() } else { None }
}

/// The day as of which a question asks (「令和6年4月1日時点で」, “as of 2024-04-01”), with the bytes that say so.
pub fn named_day(text: &str) -> Option<(Day, Span)> {
    japanese(text).or_else(|| english(text))
}

fn japanese(text: &str) -> Option<(Day, Span)> {
    let western = text.char_indices().filter(|(_, c)| c.is_ascii_digit()).filter_map(|(at, _)| numeric(text, at));
    let written = dates(text).into_iter().filter_map(|(date, start, end)| Some((Option::<Day>::from(date)?, start, end)));
    written.chain(western).find_map(|(day, start, end)| {
        let rest = &text[end..];
        let bare = rest.trim_start();
        let after = MARKS.iter().find_map(|mark| bare.strip_prefix(mark))?;
        let after = JOINTS.iter().find_map(|joint| after.strip_prefix(joint)).unwrap_or(after);
        let after = after.trim_start_matches(['、', ',', '，', ' ', '　']);
        Some((day, Span::new(start, text.len() - after.len())))
    })
}

/// 2024-04-01 or 2024/4/1 at a byte.
fn numeric(text: &str, at: usize) -> Option<(Day, usize, usize)> {
    if text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '/') {
        return None;
    }
    let end = text[at..].find(|c: char| !(c.is_ascii_digit() || c == '-' || c == '/')).map_or(text.len(), |n| at + n);
    Some((typed_day(&text[at..end])?, at, end))
}

/// “as of 2024-04-01”, “as of 1 April 2024”, “as of April 1, 2024”.
fn english(text: &str) -> Option<(Day, Span)> {
    let lower = text.to_ascii_lowercase();
    let (start, begins) = ["as of ", "in force on "].iter().find_map(|mark| Some((lower.find(mark)?, lower.find(mark)? + mark.len())))?;
    if let Some((day, _, end)) = numeric(text, begins) {
        return Some((day, Span::new(start, end)));
    }
    let rest = &lower[begins..];
    let (mut words, mut at) = (Vec::new(), 0);
    while words.len() < 3 {
        at += rest[at..].len() - rest[at..].trim_start_matches([' ', ',']).len();
        let end = rest[at..].find([' ', ',', '?', '.']).map_or(rest.len(), |n| at + n);
        words.push(rest.get(at..end).filter(|w| !w.is_empty())?);
        at = end;
    }
    let month = |word: &str| MONTHS.iter().position(|m| m.starts_with(word) && word.len() >= 3).map(|m| m as i8 + 1);
    let day = |word: &str| word.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse::<i8>().ok();
    let (month, day) = month(words[0]).zip(day(words[1])).or_else(|| month(words[1]).zip(day(words[0])))?;
    Some((Day::new(words[2].parse().ok()?, month, day).ok()?, Span::new(start, begins + at)))
}

const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_typed_in_many_ways() {
        for text in ["2024-04-01", "2024/4/1", "令和6年4月1日", "R6.4.1", " 令和六年四月一日 "] {
            assert_eq!(typed_day(text), Some(Day::constant(2024, 4, 1)), "{text}");
        }
        for text in ["", "2024", "2024-13-01", "令和6年4月1日以後", "4/1", "きのう"] {
            assert_eq!(typed_day(text), None, "{text}");
        }
    }

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, &str)>) {
        let found = named_day(text).map(|(day, span)| (day.to_string(), format!("{}{}", &text[..span.start], &text[span.end..])));
        assert_eq!(found, expected.map(|(day, rest)| (day.to_owned(), rest.to_owned())), "{text}");
    }

    #[test]
    fn a_question_names_its_day() {
        check("令和6年4月1日時点での駐車場の使用料は", Some(("2024-04-01", "駐車場の使用料は")));
        check("駐車場の使用料は、2024/4/1の時点でいくらですか", Some(("2024-04-01", "駐車場の使用料は、いくらですか")));
        check("令和6年4月1日現在施行されている使用料条例第9条", Some(("2024-04-01", "使用料条例第9条")));
        check("What was the fee as of April 1, 2024?", Some(("2024-04-01", "What was the fee ?")));
    }

    #[test]
    fn a_day_that_is_mentioned_is_none() {
        check("令和8年4月1日以後の手数料は", None);
        check("令和6年4月1日現在の人口は", None);
        check("条例第25号は令和6年4月1日から施行されますか", None);
    }
}
