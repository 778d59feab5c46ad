//! Numbers and dates as a spreadsheet shows them (ECMA-376 part 1, 18.8.31), for the formats that offices use.

use calamine::ExcelDateTime;

/// Digits that a spreadsheet keeps; more are noise of binary fractions.
const DIGITS: usize = 12;

/// A number under its format; without one, in its shortest form.
pub(crate) fn number(value: f64, format: Option<&str>) -> String {
    let Some(section) = format.and_then(|f| section(f, value)) else { return general(value) };
    match Pattern::read(&section) {
        Some(pattern) => pattern.show(if format.is_some_and(|f| f.contains(';')) && value < 0.0 { -value } else { value }),
        None => general(value),
    }
}

/// The section of a format for a value: positive; negative; zero.
fn section(format: &str, value: f64) -> Option<String> {
    let mut sections = vec![String::new()];
    let mut quoted = false;
    let mut characters = format.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => quoted = !quoted,
            ';' if !quoted => {
                sections.push(String::new());
                continue;
            }
            '\\' if !quoted => {
                sections.last_mut()?.push(c);
                sections.last_mut()?.extend(characters.next());
                continue;
            }
            _ => {}
        }
        sections.last_mut()?.push(c);
    }
    let index = match sections.len() {
        1 => 0,
        2 => usize::from(value < 0.0),
        _ if value == 0.0 => 2,
        _ => usize::from(value < 0.0),
    };
    sections.into_iter().nth(index)
}

/// A number format: literals around one place for digits.
#[derive(Debug, Default, PartialEq)]
struct Pattern {
    before: String,
    after: String,
    decimals: usize,
    /// Digits before the point at least.
    least: usize,
    grouped: bool,
    percent: bool,
    thousands: i32,
    signed: bool,
}

impl Pattern {
    /// Reads a section; `None` for one that is not understood (text, fractions, exponents).
    fn read(section: &str) -> Option<Self> {
        let mut pattern = Self::default();
        let (mut seen, mut point, mut trailing) = (false, false, 0);
        let mut characters = section.chars();
        while let Some(c) = characters.next() {
            let mut literal = |text: &str, seen: bool| if seen { pattern.after.push_str(text) } else { pattern.before.push_str(text) };
            match c {
                '"' => literal(&characters.by_ref().take_while(|c| *c != '"').collect::<String>(), seen),
                '\\' => literal(characters.next()?.encode_utf8(&mut [0; 4]), seen),
                '_' | '*' => {
                    characters.next();
                }
                '[' => {
                    let inside: String = characters.by_ref().take_while(|c| *c != ']').collect();
                    if let Some(currency) = inside.strip_prefix('$') {
                        literal(currency.split('-').next().unwrap_or(""), seen);
                    } else if inside.starts_with("DBNum") {
                        return None;
                    }
                }
                '0' | '#' | '?' => {
                    seen = true;
                    trailing = 0;
                    match (point, c) {
                        (true, '0') => pattern.decimals += 1,
                        (true, _) => pattern.decimals += 1,
                        (false, '0') => pattern.least += 1,
                        (false, _) => {}
                    }
                }
                '.' if seen || section.contains(".0") => {
                    seen = true;
                    point = true;
                }
                ',' if seen => {
                    pattern.grouped = true;
                    trailing += 1;
                }
                '%' | '％' => {
                    pattern.percent = true;
                    literal("%", seen);
                }
                '/' | 'E' | 'e' | '@' | 'G' => return None,
                c => literal(c.encode_utf8(&mut [0; 4]), seen),
            }
        }
        pattern.thousands = trailing;
        pattern.signed = section.starts_with('-');
        if !seen {
            // A section of literals alone (「なし」 for zero) shows them; an empty one hides the value, but a hidden
            // value is still what the cell holds.
            return None;
        }
        Some(pattern)
    }

    fn show(&self, value: f64) -> String {
        let scaled = value * if self.percent { 100.0 } else { 1.0 } / 1000_f64.powi(self.thousands);
        let digits = format!("{:.*}", self.decimals.min(15), tidy(scaled.abs()));
        let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
        let whole = format!("{whole:0>width$}", width = self.least.min(20));
        let whole = if self.grouped { grouped(&whole) } else { whole };
        let point = if fraction.is_empty() { "" } else { "." };
        let sign = if scaled < 0.0 && digits.chars().any(|c| ('1'..='9').contains(&c)) { "-" } else { "" };
        format!("{sign}{}{whole}{point}{fraction}{}", self.before, self.after).trim().to_owned()
    }
}

fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Without the noise of binary fractions: 0.1 + 0.2 is 0.3.
fn tidy(value: f64) -> f64 {
    format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value)
}

fn general(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let tidy = tidy(value);
    match tidy.abs() {
        0.0 => "0".to_owned(),
        a if (1e-9..1e15).contains(&a) => tidy.to_string(),
        _ => format!("{tidy:e}"),
    }
}

/// A date, a time or both, under its format. A date whose format leaves out the year shows it nonetheless: out of the
/// sheet, 「4月1日」 alone says too little.
pub(crate) fn date(value: &ExcelDateTime, format: Option<&str>) -> String {
    let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
    let clock = if second == 0 { format!("{hour}:{minute:02}") } else { format!("{hour}:{minute:02}:{second:02}") };
    if value.is_duration() {
        let seconds = (value.as_f64() * 86_400.0).round();
        let whole = seconds.abs() as u64;
        let sign = if seconds < 0.0 { "-" } else { "" };
        return format!("{sign}{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
    }
    let format = format.unwrap_or("");
    let bare = without_literals(format);
    let has_date = bare.contains(['y', 'd', 'e', 'g']) || bare.is_empty() || bare.contains("mmm");
    if !has_date && bare.contains('h') || value.as_f64() < 1.0 {
        return clock;
    }
    let date = match () {
        () if bare.contains('g') || bare.contains('e') && !bare.contains("general") => era(year, month, day),
        () if format.contains('年') || format.contains('月') => match (bare.contains('d'), bare.contains('m')) {
            (true, _) | (false, false) => format!("{year}年{month}月{day}日"),
            (false, true) => format!("{year}年{month}月"),
        },
        () if bare.contains('-') && bare.contains("yyyy") => format!("{year}-{month:02}-{day:02}"),
        () => format!("{year}/{month}/{day}"),
    };
    let timed = bare.contains('h') || format.is_empty() && value.as_f64().fract() > 1e-6;
    if timed { format!("{date} {clock}") } else { date }
}

fn without_literals(format: &str) -> String {
    let mut bare = String::new();
    let mut characters = format.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => characters.by_ref().take_while(|c| *c != '"').for_each(drop),
            '[' => characters.by_ref().take_while(|c| *c != ']').for_each(drop),
            '\\' | '_' | '*' => {
                characters.next();
            }
            ';' => break,
            c => bare.extend(c.to_lowercase()),
        }
    }
    bare
}

/// A date in the Japanese calendar.
fn era(year: u16, month: u8, day: u8) -> String {
    let (name, first) = match (year, month, day) {
        (2020.., ..) | (2019, 5.., _) => ("令和", 2018),
        (1990.., ..) | (1989, 2.., _) | (1989, 1, 8..) => ("平成", 1988),
        (1927.., ..) | (1926, 12, 25..) => ("昭和", 1925),
        _ => return format!("{year}年{month}月{day}日"),
    };
    match year - first {
        1 => format!("{name}元年{month}月{day}日"),
        n => format!("{name}{n}年{month}月{day}日"),
    }
}

/// `2026-04-01T00:00:00` without what says nothing.
pub(crate) fn iso_date(text: &str) -> String {
    text.trim_end_matches("T00:00:00").replace('T', " ")
}

/// `PT09H30M00S` as `9:30`.
pub(crate) fn iso_duration(text: &str) -> String {
    let Some(rest) = text.strip_prefix("PT") else { return text.to_owned() };
    let part = |unit: char| -> Option<u32> {
        let end = rest.find(unit)?;
        let digits = rest[..end].rsplit(|c: char| !c.is_ascii_digit() && c != '.').next()?;
        digits.split('.').next()?.parse().ok()
    };
    let (hours, minutes, seconds) = (part('H').unwrap_or(0), part('M').unwrap_or(0), part('S').unwrap_or(0));
    if seconds == 0 { format!("{hours}:{minutes:02}") } else { format!("{hours}:{minutes:02}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType;

    #[track_caller]
    fn check(value: f64, format: &str, expected: &str) {
        let format = (!format.is_empty()).then_some(format);
        assert_eq!(number(value, format), expected);
    }

    #[test]
    fn numbers_are_shown_as_in_the_sheet() {
        check(500.0, "", "500");
        check(0.1 + 0.2, "", "0.3");
        check(1234.5, "#,##0", "1,234");
        check(1234567.0, "#,##0\"円\"", "1,234,567円");
        check(0.125, "0.0%", "12.5%");
        check(0.5, "0%", "50%");
        check(-300.0, "#,##0;△#,##0", "△300");
        check(-300.0, "#,##0;[Red]\\-#,##0", "-300");
        check(7.0, "000", "007");
        check(2.0, "General", "2");
        check(1500000.0, "#,##0,", "1,500");
        check(1000.0, "\"¥\"#,##0_);[Red]\\(\"¥\"#,##0\\)", "¥1,000");
        check(-12.25, "0.00_ ", "-12.25");
    }

    #[track_caller]
    fn check_date(serial: f64, format: &str, expected: &str) {
        let format = (!format.is_empty()).then_some(format);
        assert_eq!(date(&ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, false), format), expected);
    }

    #[test]
    fn dates_are_dates() {
        check_date(46113.0, "", "2026/4/1");
        check_date(46113.0, "mm-dd-yy", "2026/4/1");
        check_date(46113.0, "[$-411]ggge\"年\"m\"月\"d\"日\";@", "令和8年4月1日");
        check_date(46113.0, "yyyy\"年\"m\"月\"d\"日\";@", "2026年4月1日");
        check_date(46113.0, "m\"月\"d\"日\"", "2026年4月1日");
        check_date(46113.5, "yyyy/m/d h:mm", "2026/4/1 12:00");
        check_date(0.395_833_333, "h:mm", "9:30");
        assert_eq!(iso_duration("PT09H30M00S"), "9:30");
    }
}
