//! What a question demands besides its words: a small grammar of its own.
//!
//! `"…"` must stand there letter by letter (folded), `-word` must not; `書名:…`, `種別:…`, `日付:…` and `部署:…` say which
//! documents are meant. A minus counts before Japanese and quoted words only, for `-headless` is the name of an option; a
//! demand begins after a space or at the start. Whatever else a question holds is words, so that no character is an error.

use crate::facets::DateRange;
use serde::{Deserialize, Serialize};

/// Demands of one kind that are heeded.
const MOST: usize = 8;
/// The fields of a document.
const FIELDS: [(&str, Field); 4] = [("書名", Field::Title), ("種別", Field::Kind), ("日付", Field::Date), ("部署", Field::Department)];

/// What a question demands besides its words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Narrowing {
    /// Texts that must stand in the passage, its headings or its title.
    pub phrases: Vec<String>,
    /// Texts that must not.
    pub without: Vec<String>,
    /// Parts of the document's title, each of which it must hold.
    pub titles: Vec<String>,
    /// Kinds of documents or files, one of which it must be.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Ranges, in one of which its date must lie.
    #[serde(default)]
    pub dates: Vec<DateRange>,
    /// Departments, from one of which it must come.
    #[serde(default)]
    pub departments: Vec<String>,
}

impl Narrowing {
    /// Whether nothing is demanded.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether anything is demanded of passages or titles, which the index knows.
    pub fn is_of_passages(&self) -> bool {
        !(self.phrases.is_empty() && self.without.is_empty() && self.titles.is_empty())
    }

    /// Whether anything is demanded of documents that only the library knows.
    pub fn is_of_documents(&self) -> bool {
        !(self.kinds.is_empty() && self.dates.is_empty() && self.departments.is_empty())
    }

    /// Parts a question into its words and its demands. Quoted texts are words too; of a question that only demands,
    /// what it demands is searched for.
    pub fn read(text: &str) -> (String, Self) {
        let mut narrowing = Self::default();
        let mut words: Vec<String> = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (token, after) = token(rest);
            match token {
                Token::Word(word) => words.push(word.to_owned()),
                Token::Phrase(phrase) => {
                    words.push(phrase.to_owned());
                    note(&mut narrowing.phrases, phrase.to_owned());
                }
                Token::Without(word) => note(&mut narrowing.without, word.to_owned()),
                Token::Of(Field::Title, title) => note(&mut narrowing.titles, title.to_owned()),
                Token::Of(Field::Kind, kind) => note(&mut narrowing.kinds, kind.to_owned()),
                Token::Of(Field::Department, department) => note(&mut narrowing.departments, department.to_owned()),
                Token::Of(Field::Date, date) => match DateRange::read(date) {
                    Some(range) => note(&mut narrowing.dates, range),
                    None => words.push(date.to_owned()),
                },
            }
            rest = after.trim_start();
        }
        if words.is_empty() {
            words = [&narrowing.titles, &narrowing.kinds, &narrowing.departments].into_iter().flatten().cloned().collect();
        }
        if words.is_empty() {
            return (text.to_owned(), Self::default());
        }
        (words.join(" "), narrowing)
    }
}

fn note<T: PartialEq>(demands: &mut Vec<T>, demand: T) {
    if demands.len() < MOST && !demands.contains(&demand) {
        demands.push(demand);
    }
}

enum Token<'t> {
    Word(&'t str),
    Phrase(&'t str),
    Without(&'t str),
    Of(Field, &'t str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Title,
    Kind,
    Date,
    Department,
}

/// The first token of a text that begins with no space, and what follows it.
fn token(text: &str) -> (Token<'_>, &str) {
    if let Some((phrase, after)) = quoted(text) {
        return (Token::Phrase(phrase), after);
    }
    if let Some(rest) = text.strip_prefix(['-', '－', '−']) {
        let excluded = quoted(rest).or_else(|| Some(bare(rest)).filter(|(word, _)| word.chars().next().is_some_and(is_japanese)));
        if let Some((word, after)) = excluded {
            return (Token::Without(word), after);
        }
    }
    for (name, field) in FIELDS {
        let value = text.strip_prefix(name).and_then(|rest| rest.strip_prefix([':', '：']));
        let value = value.map(|value| quoted(value).unwrap_or_else(|| bare(value))).filter(|(value, _)| !value.is_empty());
        if let Some((value, after)) = value {
            return (Token::Of(field, value), after);
        }
    }
    let (word, after) = bare(text);
    (Token::Word(word), after)
}

/// A quoted text at the start, without its quotes, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix(['"', '“', '”', '＂'])?;
    let end = rest.find(['"', '“', '”', '＂'])?;
    let after = rest[end..].chars().next().map_or(end, |c| end + c.len_utf8());
    let phrase = rest[..end].trim();
    (!phrase.is_empty()).then_some((phrase, &rest[after..]))
}

/// The text up to the next space, and what follows it.
fn bare(text: &str) -> (&str, &str) {
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

fn is_japanese(c: char) -> bool {
    c.is_alphabetic() && !c.is_ascii() && !matches!(c, '\u{ff21}'..='\u{ff5a}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, words: &str, expected: Narrowing) {
        assert_eq!(Narrowing::read(text), (words.to_owned(), expected), "{text}");
    }

    fn some(of: &[&str]) -> Vec<String> {
        of.iter().map(|s| (*s).to_owned()).collect()
    }

    #[test]
    fn demands_are_read() {
        check("手数料 \"粗大 ごみ\"", "手数料 粗大 ごみ", Narrowing { phrases: some(&["粗大 ごみ"]), ..Narrowing::default() });
        check("手数料　－事業系 -\"office 365\"", "手数料", Narrowing { without: some(&["事業系", "office 365"]), ..Narrowing::default() });
        check("書名：手数料条例 減免", "減免", Narrowing { titles: some(&["手数料条例"]), ..Narrowing::default() });
        check("書名:手数料条例", "手数料条例", Narrowing { titles: some(&["手数料条例"]), ..Narrowing::default() });
    }

    #[test]
    fn documents_are_narrowed_by_kind_date_and_department() {
        let dates = vec![DateRange { from: Some("2024-01-01".to_owned()), until: Some("2024-12-31".to_owned()) }];
        let narrowed = Narrowing { kinds: some(&["条例"]), dates, departments: some(&["市民課"]), ..Narrowing::default() };
        check("手数料 種別:条例 日付：2024 部署:市民課", "手数料", narrowed.clone());
        assert!(narrowed.is_of_documents() && !narrowed.is_of_passages());
        check("手数料 日付:いつか", "手数料 いつか", Narrowing::default());
        check("種別:要綱", "要綱", Narrowing { kinds: some(&["要綱"]), ..Narrowing::default() });
    }

    #[test]
    fn all_else_is_words() {
        for text in
            ["soffice -headless", "J-CAST -5度", "\"閉じない", "title:手数料 AND NOT", "書名:", "- \" \"", "-事業系", "「引用」とは"]
        {
            let (words, narrowing) = Narrowing::read(text);
            assert_eq!((words.replace(' ', ""), narrowing), (text.replace(' ', ""), Narrowing::default()), "{text}");
        }
    }
}
