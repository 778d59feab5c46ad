//! Numbers under a format: places for digits, separators, percentages, exponents, fractions.

use super::kanji;
use super::token::{Section, Token};

/// Digits that a spreadsheet keeps; more are noise of binary fractions.
const DIGITS: usize = 15;

/// A number that is not negative, as decimal digits.
struct Decimal {
    /// Digits before the point, without leading zeros (empty for none).
    whole: Vec<u8>,
    fraction: Vec<u8>,
}

impl Decimal {
    /// Rounded half up to so many decimals, as a spreadsheet rounds.
    fn rounded(value: f64, decimals: usize) -> Self {
        let written = format!("{value:.*e}", DIGITS - 1);
        let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect();
        let mut point = exponent + 1;
        while point < 1 {
            digits.insert(0, 0);
            point += 1;
        }
        let mut point = point as usize;
        let keep = point + decimals;
        if digits.len() > keep {
            let up = digits[keep] >= 5;
            digits.truncate(keep);
            if up && carry(&mut digits) {
                digits.insert(0, 1);
                point += 1;
            }
        }
        digits.resize(point + decimals, 0);
        let fraction = digits.split_off(point);
        let leading = digits.iter().take_while(|d| **d == 0).count();
        Self { whole: digits.split_off(leading), fraction }
    }

    fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.fraction.iter().all(|d| *d == 0)
    }
}

/// Adds one to the last digit; whether it overflowed.
fn carry(digits: &mut [u8]) -> bool {
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return false;
        }
        *digit = 0;
    }
    true
}

/// A number without a format of its own: whole numbers in full, others in ten digits.
pub(super) fn general(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if size.fract() == 0.0 && size < 1e15 {
        return format!("{}", value as i64);
    }
    if !(1e-5..1e11).contains(&size) {
        return scientific(value, 5, 2, true);
    }
    // Ten digits, fewer below one: what an eleven characters wide cell shows.
    let magnitude = size.log10().floor() as i32;
    let decimals = if magnitude >= 0 { 9 - magnitude } else { 9 }.clamp(0, 9) as usize;
    let decimal = Decimal::rounded(size, decimals);
    let mut out = String::from(if value < 0.0 && !decimal.is_zero() { "-" } else { "" });
    push(&mut out, if decimal.whole.is_empty() { &[0] } else { &decimal.whole });
    let kept = decimal.fraction.iter().rposition(|d| *d != 0).map_or(0, |p| p + 1);
    if kept > 0 {
        out.push('.');
        push(&mut out, &decimal.fraction[..kept]);
    }
    out
}

fn push(out: &mut String, digits: &[u8]) {
    out.extend(digits.iter().map(|d| (b'0' + d) as char));
}

fn scientific(value: f64, decimals: usize, width: usize, trimmed: bool) -> String {
    let written = format!("{value:.decimals$e}");
    let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    let mantissa = if trimmed && mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{mantissa}E{}{:0width$}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// A value that is not negative under a section of numbers.
pub(super) fn show(section: &Section, value: f64) -> (String, bool) {
    let tokens = &section.tokens;
    let percents = tokens.iter().filter(|t| **t == Token::Percent).count();
    let value = value * 100_f64.powi(percents as i32);
    if tokens.iter().any(|t| matches!(t, Token::Exponent(_))) {
        return (exponential(tokens, value), value == 0.0);
    }
    let numerator = tokens.iter().position(|t| *t == Token::Slash).filter(|at| tokens[..*at].iter().any(|t| matches!(t, Token::Digit(_))));
    if let Some(slash) = numerator {
        return (fraction(tokens, slash, value), value == 0.0);
    }
    let point = tokens.iter().position(|t| *t == Token::Point).unwrap_or(tokens.len());
    let last = tokens.iter().rposition(|t| matches!(t, Token::Digit(_))).unwrap_or(0);
    // Commas after the last place divide by a thousand each; one between places groups by three.
    let thousands =
        tokens.iter().skip(last).take_while(|t| matches!(t, Token::Digit(_) | Token::Comma)).filter(|t| **t == Token::Comma).count();
    let before_point = tokens[..point].iter().rev().take_while(|t| **t == Token::Comma).count();
    let thousands = thousands.max(if point < tokens.len() { before_point } else { 0 });
    let first = tokens.iter().position(|t| matches!(t, Token::Digit(_))).unwrap_or(0);
    let grouped = tokens[first..last.min(point).max(first)].contains(&Token::Comma);
    let value = value / 1000_f64.powi(thousands as i32);
    let decimals = tokens[point..].iter().filter(|t| matches!(t, Token::Digit(_))).count();
    let decimal = Decimal::rounded(value, decimals);
    let mut out = whole(&tokens[..point], &decimal.whole, grouped);
    decimals_of(&mut out, &tokens[point..], &decimal.fraction);
    let out = if section.numerals > 0 { kanji::exchanged(&out, section.numerals) } else { out };
    (out, decimal.is_zero())
}

/// The places before the point, filled from the right; the first takes what is left.
fn whole(tokens: &[Token], digits: &[u8], grouped: bool) -> String {
    let places = tokens.iter().filter(|t| matches!(t, Token::Digit(_))).count();
    let mut left: Vec<char> = Vec::new();
    let mut rest = digits.iter().rev();
    let mut seen = 0;
    let mut written = 0;
    let mut digit = |left: &mut Vec<char>, c: char| {
        if grouped && written > 0 && written % 3 == 0 {
            left.push(',');
        }
        written += 1;
        left.push(c);
    };
    if places == 0 {
        rest.by_ref().for_each(|d| digit(&mut left, (b'0' + d) as char));
    }
    for token in tokens.iter().rev() {
        match token {
            Token::Digit(kind) => {
                seen += 1;
                match (rest.next(), kind) {
                    (Some(d), _) => digit(&mut left, (b'0' + d) as char),
                    (None, '0') => digit(&mut left, '0'),
                    (None, '?') => left.push(' '),
                    _ => {}
                }
                if seen == places {
                    for d in rest.by_ref() {
                        digit(&mut left, (b'0' + d) as char);
                    }
                }
            }
            Token::Literal(text) => left.extend(text.chars().rev()),
            Token::Fixed(c) => left.push(*c),
            Token::Percent => left.push('%'),
            Token::Slash => left.push('/'),
            _ => {}
        }
    }
    left.iter().rev().collect()
}

fn decimals_of(out: &mut String, tokens: &[Token], digits: &[u8]) {
    let kept = digits.iter().rposition(|d| *d != 0).map_or(0, |p| p + 1);
    let mut index = 0;
    for token in tokens {
        match token {
            Token::Digit(kind) => {
                let digit = digits.get(index).copied().unwrap_or(0);
                match kind {
                    _ if index < kept => out.push((b'0' + digit) as char),
                    '0' => out.push('0'),
                    '?' => out.push(' '),
                    _ => {}
                }
                index += 1;
            }
            Token::Point => out.push('.'),
            Token::Literal(text) => out.push_str(text),
            Token::Fixed(c) => out.push(*c),
            Token::Percent => out.push('%'),
            Token::Slash => out.push('/'),
            _ => {}
        }
    }
}

fn exponential(tokens: &[Token], value: f64) -> String {
    let exponent_at = tokens.iter().position(|t| matches!(t, Token::Exponent(_))).unwrap_or(tokens.len());
    let point = tokens[..exponent_at].iter().position(|t| *t == Token::Point).unwrap_or(exponent_at);
    let places = |tokens: &[Token]| tokens.iter().filter(|t| matches!(t, Token::Digit(_))).count();
    let step = places(&tokens[..point]).max(1) as i32;
    let decimals = places(&tokens[point..exponent_at]);
    let mut exponent = if value == 0.0 { 0 } else { value.log10().floor() as i32 };
    // `##0.0E+0` moves by threes.
    exponent -= exponent.rem_euclid(step);
    let mut decimal = Decimal::rounded(value / 10_f64.powi(exponent), decimals);
    if decimal.whole.len() as i32 > step {
        exponent += step;
        decimal = Decimal::rounded(value / 10_f64.powi(exponent), decimals);
    }
    let mut out = whole(&tokens[..point], &decimal.whole, false);
    decimals_of(&mut out, &tokens[point..exponent_at], &decimal.fraction);
    let plus = matches!(tokens.get(exponent_at), Some(Token::Exponent(true)));
    out.push('E');
    out.push_str(match (exponent < 0, plus) {
        (true, _) => "-",
        (false, true) => "+",
        (false, false) => "",
    });
    let size = exponent.unsigned_abs().to_string();
    let width = places(&tokens[exponent_at..]);
    out.extend(std::iter::repeat_n('0', width.saturating_sub(size.len())));
    out.push_str(&size);
    for token in &tokens[(exponent_at + 1).min(tokens.len())..] {
        if let Token::Literal(text) = token {
            out.push_str(text);
        }
    }
    out
}

/// `# ?/?`: the nearest fraction whose denominator has so many digits, or the one that the format fixes.
fn fraction(tokens: &[Token], slash: usize, value: f64) -> String {
    let is_place = |t: &Token| matches!(t, Token::Digit(_));
    let top = tokens[..slash].iter().rev().take_while(|t| is_place(t)).count();
    let has_whole = tokens[..slash - top].iter().any(is_place);
    let fixed: String =
        tokens[slash + 1..].iter().map_while(|t| if let Token::Fixed(c) | Token::Digit(c @ '0') = t { Some(*c) } else { None }).collect();
    let places = tokens[slash + 1..].iter().take_while(|t| is_place(t)).count();
    let whole = if has_whole { value.floor() } else { 0.0 };
    let rest = value - whole;
    let (mut numerator, denominator) = match fixed.parse::<u64>() {
        Ok(denominator) if denominator > 0 => ((rest * denominator as f64).round() as u64, denominator),
        _ => nearest(rest, 10_u64.pow(places.clamp(1, 7) as u32) - 1),
    };
    let mut whole = whole as u64;
    if has_whole && numerator == denominator {
        whole += 1;
        numerator = 0;
    }
    match (has_whole, numerator) {
        (true, 0) => whole.to_string(),
        (true, _) if whole > 0 => format!("{whole} {numerator}/{denominator}"),
        _ => format!("{numerator}/{denominator}"),
    }
}

/// The nearest fraction with a denominator of at most `most`, by continued fractions.
fn nearest(value: f64, most: u64) -> (u64, u64) {
    let (mut p0, mut q0, mut p1, mut q1) = (0_u64, 1_u64, 1_u64, 0_u64);
    let mut x = value;
    for _ in 0..32 {
        let a = x.floor();
        let (p2, q2) = ((a as u64).saturating_mul(p1).saturating_add(p0), (a as u64).saturating_mul(q1).saturating_add(q0));
        if q2 > most {
            break;
        }
        (p0, q0, p1, q1) = (p1, q1, p2, q2);
        if (x - a).abs() < 1e-9 {
            break;
        }
        x = 1.0 / (x - a);
    }
    (p1, q1.max(1))
}
