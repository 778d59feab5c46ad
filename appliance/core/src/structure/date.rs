//! Days as regulations write them: 和暦 in either kind of digits, the first year as 元年, and the Western calendar.

use super::numeral;
use std::fmt;

/// A day of the Western calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Year.
    pub year: u16,
    /// Month, from 1.
    pub month: u8,
    /// Day, from 1.
    pub day: u8,
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Eras, with the year before their first.
const ERAS: [(&str, u32); 5] = [("令和", 2018), ("平成", 1988), ("昭和", 1925), ("大正", 1911), ("明治", 1867)];

/// The days that a text names, in order, each with the byte at which it begins and the one after its end.
pub fn dates(text: &str) -> Vec<(Date, usize, usize)> {
    let characters: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| !c.is_whitespace()).collect();
    let letters: Vec<char> = characters.iter().map(|(_, c)| *c).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        match date_at(&letters[at..]) {
            Some((date, taken)) => {
                let (last, c) = characters[at + taken - 1];
                found.push((date, characters[at].0, last + c.len_utf8()));
                at += taken;
            }
            // The end of a number is no number of its own.
            None => at += numeral::number(&letters[at..]).map_or(1, |(_, taken)| taken.max(1)),
        }
    }
    found
}

fn date_at(text: &[char]) -> Option<(Date, usize)> {
    let era = ERAS.iter().find(|(name, _)| name.chars().eq(text.iter().copied().take(2)));
    let mut at = if era.is_some() { 2 } else { 0 };
    let year = match text.get(at) {
        Some('元') if era.is_some() => {
            at += 1;
            1
        }
        _ => counted(text, &mut at)?,
    };
    let year = match era {
        Some((_, before)) => year.checked_add(*before)?,
        None => (1800..2200).contains(&year).then_some(year)?,
    };
    unit(text, &mut at, '年')?;
    let month = counted(text, &mut at)?;
    unit(text, &mut at, '月')?;
    let day = counted(text, &mut at)?;
    unit(text, &mut at, '日')?;
    let fits = year < 2300 && (1..=12).contains(&month) && (1..=31).contains(&day);
    fits.then_some((Date { year: year as u16, month: month as u8, day: day as u8 }, at))
}

fn counted(text: &[char], at: &mut usize) -> Option<u32> {
    let (value, taken) = numeral::number(text.get(*at..)?)?;
    *at += taken;
    Some(value)
}

fn unit(text: &[char], at: &mut usize, unit: char) -> Option<()> {
    (text.get(*at) == Some(&unit)).then(|| *at += 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = dates(text).iter().map(|(d, ..)| d.to_string()).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn days_are_read_in_every_writing() {
        check("平成9年11月14日条例第25号", &["1997-11-14"]);
        check("令和元年９月２７日、令和 7 年 4 月 1 日", &["2019-09-27", "2025-04-01"]);
        check("昭和二十二年四月十七日法律第六十七号", &["1947-04-17"]);
        check("2026年4月1日から", &["2026-04-01"]);
        check("平成9年11月、第12年3月1日", &[]);
    }
}
