//! Words that mean the same: groups that questions are widened by, never passages.
//!
//! A file has one group a line, its members parted by commas (`ごみ,廃棄物`) or `=`; a member that begins with `~` is looked for
//! but does not widen a question itself, for words of several meanings. Lines that begin with `#` are comments. The
//! larger list is made from the synonym dictionary of Sudachi ([`from_sudachi`], Apache License 2.0, Works Applications
//! Co., Ltd.), the operator's own lies beside it.

use crate::error::RetrievalError;
use appliance_core::folding::fold_for_search;
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;

/// Characters of a member that is looked at.
const LONGEST: usize = 40;
/// Synonyms that widen one word.
const MOST: usize = 8;

/// Groups of synonyms.
#[derive(Debug, Default)]
pub struct Synonyms {
    groups: Vec<Vec<String>>,
    /// The groups that a word widens a question by.
    by_word: HashMap<String, Vec<u32>>,
}

impl Synonyms {
    /// Adds the groups of a file's text.
    pub fn add(&mut self, text: &str) {
        for line in text.lines().filter(|l| !l.trim_start().starts_with('#')) {
            let members: Vec<&str> = line.split([',', '、', '，', '=', '＝']).map(str::trim).filter(|m| !m.is_empty()).collect();
            let words: Vec<String> = members.iter().map(|m| tight(m.trim_start_matches(['~', '〜', '～']))).collect();
            if words.len() < 2 || words.iter().any(|w| w.is_empty() || w.chars().count() > LONGEST) {
                continue;
            }
            let group = self.groups.len() as u32;
            for (member, word) in members.iter().zip(&words) {
                let groups = self.by_word.entry(word.clone()).or_default();
                if !member.starts_with(['~', '〜', '～']) && !groups.contains(&group) {
                    groups.push(group);
                }
            }
            self.groups.push(members.iter().map(|m| m.trim_start_matches(['~', '〜', '～']).to_owned()).collect());
        }
        self.by_word.retain(|_, groups| !groups.is_empty());
    }

    /// Adds the groups of a file, where there is one.
    pub fn add_file(&mut self, path: &Path) -> Result<(), RetrievalError> {
        match std::fs::read_to_string(path) {
            Ok(text) => self.add(&text),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(RetrievalError::file(path, "reading the synonyms")(e)),
        }
        Ok(())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The synonyms of a word, without it.
    pub fn of(&self, word: &str) -> Vec<&str> {
        let word = tight(word);
        let groups = self.by_word.get(&word).into_iter().flatten();
        let members = groups.flat_map(|g| &self.groups[*g as usize]).map(String::as_str);
        members.filter(|m| tight(m) != word).take(MOST).collect()
    }
}

/// Bytes of a list that a collection may have: it is read anew for every question.
const LONGEST_LIST: usize = 64 * 1024;

/// What is wrong with a list of synonyms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// It is read anew for every question, so that it must not be long.
    #[error("the list has more than {LONGEST_LIST} bytes")]
    TooLong,
    /// A line is no group of two words or more.
    #[error("line {line} of the list is no group of words")]
    NoGroup {
        /// Which, from 1.
        line: usize,
    },
}

/// Whether a collection may have a list of synonyms.
pub fn check(text: &str) -> Result<(), Mistake> {
    if text.len() > LONGEST_LIST {
        return Err(Mistake::TooLong);
    }
    let mut lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty() && !l.trim_start().starts_with('#'));
    let alone = lines.find(|(_, line)| {
        let mut one = Synonyms::default();
        one.add(line);
        one.is_empty()
    });
    alone.map_or(Ok(()), |(i, _)| Err(Mistake::NoGroup { line: i + 1 }))
}

fn tight(word: &str) -> String {
    fold_for_search(word).chars().filter(|c| !c.is_whitespace()).collect()
}

/// One word of Sudachi's dictionary, as its npm package `sudachi-synonyms-dictionary` has it.
#[derive(Deserialize)]
struct SudachiWord {
    #[serde(rename = "midashi")]
    word: String,
    /// 0 widens, 1 is only looked for, 2 takes no part.
    #[serde(rename = "expandControl")]
    widens: u8,
}

#[derive(Deserialize)]
struct SudachiGroup {
    items: Vec<SudachiWord>,
}

/// The groups of Sudachi's dictionary (JSON) as the text of a file of synonyms.
pub fn from_sudachi(json: &str) -> Result<String, serde_json::Error> {
    let groups: Vec<SudachiGroup> = serde_json::from_str(json)?;
    let mut text = String::from(
        "# Made from the synonym dictionary of Sudachi, (c) Works Applications Co., Ltd., Apache License 2.0.\n# A member with ~ is looked for but does not widen a question itself.\n",
    );
    for group in groups {
        let usable = |w: &&SudachiWord| w.widens < 2 && !w.word.contains([',', '、', '，']);
        let members: Vec<String> =
            group.items.iter().filter(usable).map(|w| if w.widens == 1 { format!("~{}", w.word) } else { w.word.clone() }).collect();
        if members.len() > 1 && members.iter().any(|m| !m.starts_with('~')) {
            text.push_str(&members.join(","));
            text.push('\n');
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_widen_by_their_members() {
        let mut synonyms = Synonyms::default();
        assert!(synonyms.is_empty());
        synonyms.add("# own\nごみ,廃棄物\n住基カード、住民基本台帳カード\n~通知,告知\n一つだけ\n");
        assert_eq!(synonyms.of("廃棄物"), ["ごみ"]);
        assert_eq!(synonyms.of("住基ｶｰﾄﾞ"), ["住民基本台帳カード"]);
        assert_eq!(synonyms.of("告知"), ["通知"]);
        assert!(synonyms.of("通知").is_empty() && synonyms.of("一つだけ").is_empty());
    }

    #[test]
    fn a_line_that_is_no_group_is_named() {
        assert_eq!(check("# own\nごみ=廃棄物\n\n住基カード,住民基本台帳カード"), Ok(()));
        assert_eq!(check("ごみ=廃棄物\n手数料"), Err(Mistake::NoGroup { line: 2 }));
        assert_eq!(check(&"あ,い\n".repeat(20_000)), Err(Mistake::TooLong));
    }

    #[test]
    fn the_dictionary_of_sudachi_becomes_a_file() {
        let json = r#"[{"id":"1","items":[{"midashi":"ごみ","expandControl":0},{"midashi":"塵","expandControl":1},{"midashi":"x","expandControl":2}]},
            {"id":"2","items":[{"midashi":"一人","expandControl":0}]}]"#;
        let text = from_sudachi(json).expect("groups");
        assert!(text.ends_with("\nごみ,~塵\n") && !text.contains("一人"), "{text}");
        assert!(from_sudachi("{}").is_err());
    }
}
