//! Number formats: a stored value as its cell shows it (ECMA-376 part 1, 18.8.31, and what offices' spreadsheets do).

mod builtin;
mod date;
mod digits;
mod kanji;
mod token;

use super::grid::Kind;
use token::{Section, Token};

pub(crate) use builtin::{code as builtin, is_american};
pub(crate) use date::serial;

/// A format, read once and used for many cells.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct NumberFormat {
    sections: Vec<Section>,
}

impl NumberFormat {
    /// Reads a format code. Whatever is not understood is shown as it stands.
    pub(crate) fn read(code: &str) -> Self {
        let code = code.trim_matches('\0');
        if code.is_empty() || code.eq_ignore_ascii_case("general") {
            return Self::default();
        }
        Self { sections: token::sections(code) }
    }

    /// A number as the cell shows it. `since_1904` says which day its dates count from.
    pub(crate) fn show(&self, value: f64, since_1904: bool) -> (String, Kind) {
        let Some((section, index)) = self.section(value) else { return (digits::general(value), Kind::Number) };
        // A section for negative numbers shows them without the sign, unless it writes one.
        let bare = index > 0 && value < 0.0;
        let size = if bare { -value } else { value };
        if section.is_date() {
            let shown = date::show(section, size, since_1904).map(|s| s.trim().to_owned());
            return shown.filter(|s| !s.is_empty()).map_or_else(|| (digits::general(value), Kind::Number), |s| (s, Kind::Date));
        }
        let shown = number(section, size);
        // A cell whose format hides its value still holds it.
        let shown = if shown.is_empty() { digits::general(value) } else { shown };
        (shown, Kind::Number)
    }

    /// A text as the cell shows it.
    pub(crate) fn text(&self, text: &str) -> String {
        let section = match self.sections.as_slice() {
            [.., last] if self.sections.len() == 4 || last.has(&Token::At) => last,
            _ => return text.to_owned(),
        };
        let mut out = String::new();
        for token in &section.tokens {
            match token {
                Token::At => out.push_str(text),
                Token::Literal(literal) => out.push_str(literal),
                _ => {}
            }
        }
        if out.trim().is_empty() { text.to_owned() } else { out }
    }

    /// Whether texts under it may be shown with something added.
    pub(crate) fn decorates(&self) -> bool {
        self.sections.last().is_some_and(|s| s.tokens.len() > 1 && (self.sections.len() == 4 || s.has(&Token::At)))
    }

    fn section(&self, value: f64) -> Option<(&Section, usize)> {
        let sections = &self.sections;
        let count = sections.len().min(3);
        let conditions = sections.iter().take(count).any(|s| s.condition.is_some());
        let index = match count {
            0 => return None,
            1 => 0,
            _ if conditions => {
                let own = |i: usize| sections[i].condition.is_some_and(|c| c.holds(value));
                match () {
                    () if own(0) => 0,
                    () if own(1) => 1,
                    () if sections[0].condition.is_none() && value >= 0.0 => 0,
                    () => count - 1,
                }
            }
            2 => usize::from(value < 0.0),
            _ if value == 0.0 => 2,
            _ => usize::from(value < 0.0),
        };
        sections.get(index).map(|s| (s, index))
    }
}

fn number(section: &Section, value: f64) -> String {
    let general = section.has(&Token::General) || section.has(&Token::At);
    if general || !section.has_digits() {
        let mut out = String::new();
        for token in &section.tokens {
            match token {
                Token::Literal(text) => out.push_str(text),
                Token::Fixed(c) => out.push(*c),
                Token::Slash => out.push('/'),
                Token::Percent => out.push('%'),
                Token::General | Token::At if matches!(section.numerals, 1 | 2) && value.fract() == 0.0 && (0.0..1e15).contains(&value) => {
                    out.push_str(&kanji::counted(value as u64, section.numerals));
                }
                Token::General | Token::At => out.push_str(&kanji::exchanged(&digits::general(value), section.numerals)),
                _ => {}
            }
        }
        return out.trim().to_owned();
    }
    let (shown, zero) = digits::show(section, value.abs());
    let sign = if value < 0.0 && !zero { "-" } else { "" };
    format!("{sign}{}", shown.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: f64, code: &str, expected: &str) {
        assert_eq!(NumberFormat::read(code).show(value, false).0, expected, "{value} under {code}");
    }

    #[test]
    fn numbers_are_shown_as_in_the_sheet() {
        check(500.0, "", "500");
        check(0.1 + 0.2, "General", "0.3");
        check(1_234_567_890_123.0, "General", "1234567890123");
        check(1.0 / 3.0, "", "0.333333333");
        check(1e-10, "", "1E-10");
        check(1234.5, "#,##0", "1,235");
        check(1_234_567.0, "#,##0\"円\"", "1,234,567円");
        check(0.125, "0.0%", "12.5%");
        check(0.5, "0%", "50%");
        check(-300.0, "#,##0;△#,##0", "△300");
        check(-300.0, "#,##0;\"△ \"#,##0", "△ 300");
        check(-300.0, "#,##0;[Red]\\-#,##0", "-300");
        check(-300.0, "#,##0_);[Red]\\(#,##0\\)", "(300)");
        check(0.0, "#,##0;-#,##0;\"－\"", "－");
        check(0.0, "0;-0;;@", "0");
        check(7.0, "000", "007");
        check(2.0, "General", "2");
        check(1_500_000.0, "#,##0,", "1,500");
        check(1_500_000.0, "#,##0.0,,\"百万円\"", "1.5百万円");
        check(1000.0, "\"¥\"#,##0_);[Red]\\(\"¥\"#,##0\\)", "¥1,000");
        check(1000.0, "[$¥-411]#,##0.00", "¥1,000.00");
        check(-12.25, "0.00_ ", "-12.25");
        check(1.005, "0.00", "1.01");
        check(0.0, "_ * #,##0_ ;_ * \\-#,##0_ ;_ * \"-\"_ ;_ @_ ", "-");
        check(9_012_345.0, "000\\-0000", "901-2345");
        check(5.0, "[>=10]0\"以上\";[<10]0\"未満\"", "5未満");
        check(12_345.678, "0.00E+00", "1.23E+04");
        check(12_345.678, "##0.0E+0", "12.3E+3");
        check(2.75, "# ?/?", "2 3/4");
        check(0.3, "# ??/100", "30/100");
        check(0.375, "?/8", "3/8");
        check(1234.0, "[DBNum1]General", "千二百三十四");
        check(12.0, "[DBNum3]0", "１２");
        check(-5.0, "0.0", "-5.0");
        check(3.0, "第0\"回\"", "第3回");
        check(1.5, "0.0#", "1.5");
    }

    #[test]
    fn dates_are_those_of_the_calendar_asked_for() {
        check(46113.0, "yyyy/m/d", "2026/4/1");
        check(46113.0, "[$-411]ggge\"年\"m\"月\"d\"日\";@", "令和8年4月1日");
        check(43586.0, "[$-411]ggge\"年\"m\"月\"d\"日\"", "令和元年5月1日");
        check(43585.0, "[$-ja-JP-x-gannen]ggge\"年\"m\"月\"d\"日\"", "平成31年4月30日");
        check(46113.0, "[$-411]ge.m.d;@", "R8.4.1");
        check(46113.0, "[DBNum1][$-411]ggge\"年\"m\"月\"d\"日\"", "令和八年四月一日");
        check(46113.0, "yyyy\"年\"m\"月\"d\"日\"(aaa)", "2026年4月1日(水)");
        check(46113.0, "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "2026年4月1日");
        check(46113.5, "yyyy/m/d h:mm", "2026/4/1 12:00");
        check(46113.75, "[$-411]AM/PM h\"時\"mm\"分\"", "午後 6時00分");
        check(0.395_833_333, "h:mm", "9:30");
        check(1.5, "[h]:mm", "36:00");
        check(1.0 / 24.0 / 60.0 * 90.5, "[mm]:ss", "90:30");
        check(0.5, "h:mm AM/PM", "12:00 PM");
        check(40000.0, "d-mmm-yy", "6-Jul-09");
        check(40000.0, "dddd", "Monday");
        check(60.0, "yyyy/m/d", "1900/2/29");
        check(1.0, "yyyy/m/d", "1900/1/1");
        check(0.000_011_574 * 1.25, "mm:ss.00", "00:01.25");
        assert_eq!(NumberFormat::read("yyyy/m/d").show(0.0, true).0, "1904/1/1");
        check(-1.0, "yyyy/m/d", "-1");
    }

    #[test]
    fn texts_take_what_their_section_adds() {
        assert_eq!(NumberFormat::read("0;0;0;@\"様\"").text("山田"), "山田様");
        assert_eq!(NumberFormat::read("@").text("001"), "001");
        assert_eq!(NumberFormat::read("0.0").text("なし"), "なし");
        assert_eq!(NumberFormat::read(";;;").text("隠し"), "隠し");
    }
}
