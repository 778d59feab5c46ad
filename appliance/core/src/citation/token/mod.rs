//! Tokens: a text as the check compares it. Numbers, days, articles and the words that deny, limit and except are one token
//! each, whatever their writing; all else is characters (words, in Latin letters). Layout and punctuation are none.

mod cue;
mod label;
mod moment;

pub(super) use cue::{Cue, Kind};
pub(super) use label::leading as leading_labels;

use crate::figure;
use crate::folding::fold;
use std::hash::Hash;

/// A token.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Token {
    /// A day, as far as it is told: year, month, day; 0 where it is not told.
    Date(i32, u8, u8),
    /// A weekday, by its kanji.
    Weekday(char),
    /// A time of day, in minutes.
    Time(u16),
    /// A number with what it counts, and one without (a fraction has 「/」).
    Amount(String, &'static str),
    /// 第9条の2, 別表第1, 前項: what it is and its numbers.
    Article(String),
    /// A word that denies, obliges, permits, limits or excepts.
    Cue(Cue),
    /// A word in Latin letters.
    Word(String),
    /// A character.
    Letter(char),
}

/// A token, and where it stands in the folded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub token: Token,
    pub start: usize,
    pub end: usize,
}

impl Token {
    /// Whether it carries meaning by itself: no kana of grammar.
    pub fn is_content(&self) -> bool {
        match self {
            Self::Letter(c) => !matches!(c, '\u{3041}'..='\u{309f}' | 'ー'),
            _ => true,
        }
    }

    /// Whether it is a figure, a day or an article.
    pub fn is_fact(&self) -> bool {
        matches!(self, Self::Date(..) | Self::Weekday(_) | Self::Time(_) | Self::Amount(..) | Self::Article(_))
    }
}

/// A text in its folded form with its tokens.
#[derive(Debug, Clone)]
pub(super) struct Tokens {
    pub folded: String,
    pub placed: Vec<Placed>,
}

impl Tokens {
    /// Reads a text.
    pub fn of(text: &str) -> Self {
        let folded = plain(&fold(text));
        let mut placed: Vec<Placed> = Vec::new();
        let mut at = 0;
        while let Some(c) = folded[at..].chars().next() {
            let dated = matches!(placed.last(), Some(Placed { token: Token::Date(..), end, .. }) if *end == at);
            let (token, end) = match next(&folded, at, dated) {
                Some(found) => found,
                None => (None, at + c.len_utf8()),
            };
            if let Some(token) = token {
                match placed.last_mut().filter(|last| is_one_day(last, &token, folded.get(last.end..at).unwrap_or(""))) {
                    Some(last) => (last.token, last.end) = (whole_day(&last.token, token), end),
                    None => placed.push(Placed { token, start: at, end }),
                }
            }
            at = end;
        }
        Self { folded, placed }
    }

    /// The text from one token to another.
    pub fn text(&self, first: usize, last: usize) -> &str {
        match (self.placed.get(first), self.placed.get(last)) {
            (Some(first), Some(last)) => self.folded.get(first.start..last.end).unwrap_or(""),
            _ => "",
        }
    }

    /// The tokens alone.
    pub fn tokens(&self) -> Vec<&Token> {
        self.placed.iter().map(|p| &p.token).collect()
    }
}

/// Whether two tokens tell of one day: 2015年（平成27年）, and the 7月29日 behind it.
fn is_one_day(last: &Placed, token: &Token, between: &str) -> bool {
    match (&last.token, token) {
        (Token::Date(a, 0, 0), Token::Date(b, 0, 0)) => a == b && between == "(",
        (Token::Date(a, 0, 0), Token::Date(0, m, _)) => *a != 0 && *m != 0 && matches!(between.trim(), ")" | ""),
        _ => false,
    }
}

fn whole_day(year: &Token, day: Token) -> Token {
    match (year, day) {
        (Token::Date(y, ..), Token::Date(_, m, d)) => Token::Date(*y, m, d),
        (_, day) => day,
    }
}

/// Dashes and tildes have one form.
fn plain(folded: &str) -> String {
    let dash = |c: char| match c {
        '‐' | '‑' | '–' | '—' | '−' | '―' => '-',
        '〜' | '～' => '~',
        other => other,
    };
    folded.chars().map(dash).collect()
}

/// The token at a byte, and the byte after it; no token for layout and punctuation.
fn next(folded: &str, at: usize, dated: bool) -> Option<(Option<Token>, usize)> {
    let rest = &folded[at..];
    let c = rest.chars().next()?;
    if let Some((token, length)) = label::label(folded, at).or_else(|| moment::moment(folded, at, dated)) {
        return Some((Some(token), at + length));
    }
    if let Some((cue, length)) = cue::cue(folded, at) {
        return Some((cue.map(Token::Cue), at + length));
    }
    if c.is_ascii_alphabetic() {
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        return Some((Some(cue::english(&rest[..length])), at + length));
    }
    if let Some(found) = amount(folded, at) {
        return Some(found);
    }
    let kept = c.is_alphanumeric() || matches!(c, '々' | 'ー');
    Some((kept.then_some(Token::Letter(c)), at + c.len_utf8()))
}

fn amount(folded: &str, at: usize) -> Option<(Option<Token>, usize)> {
    let figure = figure::figure_at(folded, at)?;
    let unit = figure::unit_at(folded, figure.span.end);
    let several = folded[at..figure.span.end].chars().count() > 1;
    // 一般, 三重県, 千葉: a single kanji that counts nothing is part of a word.
    if figure.kanji && unit.is_none() && !several {
        return None;
    }
    let (mut value, mut unit, mut end) = match unit {
        Some((unit, end)) => (figure.value, unit, end),
        None => (figure.value, if figure.fraction { "/" } else { "" }, figure.span.end),
    };
    if unit == "割" {
        (value, unit) = (value * 10.0, "%");
        // 三割五分
        if let Some(further) = figure::figure_at(folded, end).filter(|f| folded[f.span.end..].starts_with('分')) {
            value += further.value;
            end = further.span.end + '分'.len_utf8();
        }
    }
    let value = (value * 1e6).round() / 1e6;
    Some((Some(Token::Amount(value.to_string(), unit)), end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(a: &str, b: &str) {
        assert_eq!(Tokens::of(a).tokens(), Tokens::of(b).tokens(), "{a} / {b}");
    }

    #[track_caller]
    fn different(a: &str, b: &str) {
        assert_ne!(Tokens::of(a).tokens(), Tokens::of(b).tokens(), "{a} / {b}");
    }

    #[test]
    fn what_is_the_same_in_another_writing_is_one_token() {
        same("令和５年４月１日から", "2023年4月1日から");
        same("昭和六十三年", "1988年");
        same("2015年（平成27年）7月29日", "2015年7月29日");
        same("令和元年", "2019年");
        same("2023-04-01", "令和5年4月1日");
        same("午後１時30分", "13:30");
        same("第十二条の二第三項", "第12条の2第3項");
        same("千二百円", "1,200 円");
        same("三割五分", "35％");
        same("十四日以内", "14日以内");
        same("（月）休館", "月休館");
        same("届け出なければなりません", "届け出なければならない");
        same("at least three days", "at least 3 days");
    }

    #[test]
    fn what_is_another_thing_is_another_token() {
        different("第12条", "第13条");
        different("第3項", "第3号");
        different("附則第3項", "第3項");
        different("5年以内", "5年以上");
        different("令和5年", "平成5年");
        different("500円", "500人");
        different("午前9時", "午後9時");
        different("前条", "次条");
        different("できる", "できない");
    }
}
