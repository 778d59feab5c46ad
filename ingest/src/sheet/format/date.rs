//! Dates, times and durations under a format, the Japanese calendar included.

use super::kanji;
use super::token::{Part, Section, Token};

/// The last day that a spreadsheet knows, 31 December 9999.
const LAST_DAY: f64 = 2_958_466.0;
/// Days between the two date systems.
const DAYS_TO_1904: f64 = 1462.0;

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const WEEKDAYS_JA: [&str; 7] = ["日", "月", "火", "水", "木", "金", "土"];

/// A moment of the calendar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moment {
    pub(crate) year: i64,
    pub(crate) month: u32,
    pub(crate) day: u32,
    pub(crate) hour: u32,
    pub(crate) minute: u32,
    pub(crate) second: u32,
    /// Fraction of a second, from 0 to below 1.
    pub(crate) fraction: f64,
    weekday: usize,
}

/// The moment of a serial number, rounded to `digits` decimals of a second; `None` for one outside the calendar.
pub(crate) fn moment(serial: f64, since_1904: bool, digits: usize) -> Option<Moment> {
    let serial = if since_1904 { serial + DAYS_TO_1904 } else { serial };
    if !(0.0..LAST_DAY).contains(&serial) {
        return None;
    }
    let unit = 10_f64.powi(digits.min(6) as i32);
    let ticks = (serial * 86_400.0 * unit).round() / unit;
    let days = (ticks / 86_400.0).floor();
    let seconds = ticks - days * 86_400.0;
    let whole = seconds.floor() as u32;
    // The first of the two systems believes that 1900 had a 29 February; before it the days are one off.
    let (year, month, day) = match days as i64 {
        60 if !since_1904 => (1900, 2, 29),
        0 if !since_1904 => (1900, 1, 0),
        n => civil(n - 25_569 + i64::from(n < 60 && !since_1904)),
    };
    let weekday = (days as i64 + 6).rem_euclid(7) as usize;
    let (hour, minute, second) = (whole / 3600, whole / 60 % 60, whole % 60);
    Some(Moment { year, month, day, hour, minute, second, fraction: seconds - seconds.floor(), weekday })
}

/// Days since 1970 as year, month and day of the Gregorian calendar.
fn civil(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let m = (5 * of_year + 2) / 153;
    let day = (of_year - (153 * m + 2) / 5 + 1) as u32;
    let month = if m < 10 { m + 3 } else { m - 9 } as u32;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The serial number of an ISO 8601 date, time or both (`2026-04-01T09:30:00`); `None` for another text.
pub(crate) fn serial(iso: &str, since_1904: bool) -> Option<f64> {
    let (date, time) = match iso.split_once('T') {
        Some((date, time)) => (date, time),
        None if iso.contains(':') => ("", iso),
        None => (iso, ""),
    };
    let mut serial = 0.0;
    if !date.is_empty() {
        let mut parts = date.splitn(3, '-').map(str::parse::<i64>);
        let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
        if !(0..10_000).contains(&year) || !(1..13).contains(&month) || !(1..32).contains(&day) {
            return None;
        }
        let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let of_year = (153 * m + 2) / 5 + day - 1;
        let of_era = y.rem_euclid(400) * 365 + y.rem_euclid(400) / 4 - y.rem_euclid(400) / 100 + of_year;
        let days = y.div_euclid(400) * 146_097 + of_era - 719_468 + 25_569;
        serial = (days - i64::from(days <= 60)) as f64 - if since_1904 { DAYS_TO_1904 } else { 0.0 };
    }
    let mut unit = 24.0;
    for part in time.trim_end_matches('Z').split(':').filter(|p| !p.is_empty()).take(3) {
        serial += part.parse::<f64>().ok()? / unit;
        unit *= 60.0;
    }
    Some(serial)
}

/// A serial number under a section with parts of dates; `None` where the calendar does not reach.
pub(super) fn show(section: &Section, serial: f64, since_1904: bool) -> Option<String> {
    let digits = section.tokens.iter().map(|t| if let Token::Part(Part::Fraction(n)) = t { *n } else { 0 }).max().unwrap_or(0);
    let elapsed = section.tokens.iter().any(|t| matches!(t, Token::Part(Part::Elapsed(..))));
    if elapsed {
        return Some(duration(section, serial, digits));
    }
    let moment = moment(serial, since_1904, digits)?;
    let halves = section.tokens.iter().any(|t| matches!(t, Token::Part(Part::Half(_))));
    let era = section.tokens.iter().any(|t| matches!(t, Token::Part(Part::Era(_)))) || section.japanese;
    let mut out = String::new();
    for (index, token) in section.tokens.iter().enumerate() {
        match token {
            Token::Part(part) => {
                let before_year = matches!(section.tokens.get(index + 1), Some(Token::Literal(l)) if l.starts_with('年'));
                write(&mut out, *part, &moment, &Manner { section, halves, era, first_year: before_year });
            }
            token => literal(&mut out, token),
        }
    }
    Some(out)
}

struct Manner<'s> {
    section: &'s Section,
    halves: bool,
    /// Whether years without a `y` are those of the Japanese calendar.
    era: bool,
    /// Whether a first year is written 元.
    first_year: bool,
}

fn literal(out: &mut String, token: &Token) {
    match token {
        Token::Literal(text) => out.push_str(text),
        Token::Digit(c) | Token::Fixed(c) => out.push(*c),
        Token::Point => out.push('.'),
        Token::Comma => out.push(','),
        Token::Percent => out.push('%'),
        Token::Slash => out.push('/'),
        Token::Exponent(_) | Token::At | Token::General | Token::Part(_) => {}
    }
}

fn write(out: &mut String, part: Part, m: &Moment, manner: &Manner<'_>) {
    let numerals = manner.section.numerals;
    let mut number = |value: i64, width: usize| out.push_str(&kanji::digits(value, width, numerals));
    let name = |names: &[&str], index: usize, letters: usize| -> String {
        let name = names.get(index).copied().unwrap_or("");
        match letters {
            3 => name.chars().take(3).collect(),
            5 => name.chars().take(1).collect(),
            _ => name.to_owned(),
        }
    };
    match part {
        Part::Year(1 | 2) => number(m.year % 100, 2),
        Part::Year(_) => number(m.year, 4),
        Part::Buddhist(n) => number((m.year + 543) % if n <= 2 { 100 } else { 10_000 }, n.min(4)),
        Part::Month(n @ (1 | 2)) => number(i64::from(m.month), n),
        Part::Month(n) if manner.section.japanese && n < 5 => {
            number(i64::from(m.month), 1);
            out.push('月');
        }
        Part::Month(n) => out.push_str(&name(&MONTHS, (m.month as usize).saturating_sub(1), n)),
        Part::Day(n @ (1 | 2)) => number(i64::from(m.day), n),
        Part::Day(n) if manner.section.japanese => {
            out.push_str(WEEKDAYS_JA[m.weekday]);
            out.push_str(if n > 3 { "曜日" } else { "" });
        }
        Part::Day(n) => out.push_str(&name(&WEEKDAYS, m.weekday, n)),
        Part::Weekday(n) => {
            out.push_str(WEEKDAYS_JA[m.weekday]);
            out.push_str(if n > 3 { "曜日" } else { "" });
        }
        Part::Era(n) => out.push_str(era(m).map_or("", |e| match n {
            1 => e.letter,
            2 => &e.name[..3],
            _ => e.name,
        })),
        Part::EraYear(n) => match era(m).filter(|_| manner.era) {
            Some(e) if m.year == e.before + 1 && manner.first_year => out.push('元'),
            Some(e) => number(m.year - e.before, n.min(2)),
            None => number(m.year, 4),
        },
        Part::Hour(n) => {
            let hour = if manner.halves { (m.hour + 11) % 12 + 1 } else { m.hour };
            number(i64::from(hour), n.min(2));
        }
        Part::Minute(n) => number(i64::from(m.minute), n.min(2)),
        Part::Second(n) => number(i64::from(m.second), n.min(2)),
        Part::Fraction(n) => out.push_str(&fraction(m.fraction, n)),
        Part::Half(long) => out.push_str(match (long, m.hour >= 12, manner.section.japanese) {
            (true, false, true) => "午前",
            (true, true, true) => "午後",
            (true, false, _) => "AM",
            (true, true, _) => "PM",
            (false, false, _) => "A",
            (false, true, _) => "P",
        }),
        Part::Elapsed(..) => {}
    }
}

fn fraction(value: f64, digits: usize) -> String {
    format!("{value:.digits$}").trim_start_matches(['0', '1']).to_owned()
}

/// A duration: the first bracketed unit holds all of it.
fn duration(section: &Section, serial: f64, digits: usize) -> String {
    let unit = 10_f64.powi(digits.min(6) as i32);
    let total = (serial.abs() * 86_400.0 * unit).round() / unit;
    let whole = total.floor() as i64;
    let mut out = String::new();
    if serial < 0.0 && total > 0.0 {
        out.push('-');
    }
    for token in &section.tokens {
        let (value, width) = match token {
            Token::Part(Part::Elapsed('h', n)) => (whole / 3600, *n),
            Token::Part(Part::Elapsed('m', n)) => (whole / 60, *n),
            Token::Part(Part::Elapsed(_, n)) => (whole, *n),
            Token::Part(Part::Hour(n)) => (whole / 3600 % 24, *n),
            Token::Part(Part::Minute(n) | Part::Month(n)) => (whole / 60 % 60, *n),
            Token::Part(Part::Second(n)) => (whole % 60, *n),
            Token::Part(Part::Fraction(n)) => {
                out.push_str(&fraction(total - total.floor(), *n));
                continue;
            }
            token => {
                literal(&mut out, token);
                continue;
            }
        };
        out.push_str(&format!("{value:0width$}"));
    }
    out
}

/// An era of the Japanese calendar.
struct Era {
    letter: &'static str,
    name: &'static str,
    /// The year before its first.
    before: i64,
}

fn era(m: &Moment) -> Option<&'static Era> {
    static ERAS: [((i64, u32, u32), Era); 5] = [
        ((2019, 5, 1), Era { letter: "R", name: "令和", before: 2018 }),
        ((1989, 1, 8), Era { letter: "H", name: "平成", before: 1988 }),
        ((1926, 12, 25), Era { letter: "S", name: "昭和", before: 1925 }),
        ((1912, 7, 30), Era { letter: "T", name: "大正", before: 1911 }),
        ((1868, 1, 25), Era { letter: "M", name: "明治", before: 1867 }),
    ];
    ERAS.iter().find(|(from, _)| (m.year, m.month, m.day) >= *from).map(|(_, era)| era)
}
