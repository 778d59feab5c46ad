//! Golden questions: what a person of the city would ask of the sample library, and what must come back.

use crate::workspace;
use anyhow::{Context, Result};
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

/// One golden question.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldenQuestion {
    /// The question.
    pub question: String,
    /// The file that holds the answer.
    pub document: Option<String>,
    /// Its page, from 1, for paged documents.
    pub page: Option<u32>,
    /// Its sheet, for workbooks.
    pub sheet: Option<String>,
    /// Its cell (A1 style), for workbooks.
    pub cell: Option<String>,
    /// What the answer must contain.
    #[serde(default)]
    pub facts: Vec<String>,
    /// Values of neighbouring rows, columns and articles, which the answer must not contain.
    #[serde(default)]
    pub wrong: Vec<String>,
    /// The day as of which it is asked; today without it.
    pub as_of: Option<String>,
    /// What sort of question.
    pub kind: Option<String>,
    /// Whether the answer stands in a scan, which only recognition of characters reads.
    #[serde(default)]
    pub scanned: bool,
    /// Whether the library does not hold the answer.
    #[serde(default)]
    pub unanswerable: bool,
}

#[derive(Deserialize)]
struct GoldenFile {
    question: Vec<GoldenQuestion>,
}

/// All golden questions, by file name.
pub fn questions() -> Result<Vec<GoldenQuestion>> {
    let folder = workspace::root().join("tests/golden");
    let mut files: Vec<_> = std::fs::read_dir(&folder)?.collect::<std::io::Result<Vec<_>>>()?.into_iter().map(|e| e.path()).collect();
    files.sort();
    let mut all = Vec::new();
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "toml")) {
        let read: GoldenFile = toml::from_str(&std::fs::read_to_string(file)?).with_context(|| file.display().to_string())?;
        all.extend(read.question);
    }
    Ok(all)
}

/// The form in which facts are compared: NFKC, lower case, no white space, no thousands separators.
pub fn plain(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace() && *c != ',').collect()
}

/// Whether `said` holds `fact`, both in the form of [`plain`]; 500円 does not stand in 1,500円.
pub fn holds(said: &str, fact: &str) -> bool {
    let (said, fact) = (plain(said), plain(fact));
    let begins_with_digit = fact.starts_with(|c: char| c.is_ascii_digit());
    said.match_indices(&fact).any(|(at, _)| {
        let before = said[..at].chars().next_back();
        !(begins_with_digit && before.is_some_and(|c| c.is_ascii_digit() || c == '.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_no_part_of_a_larger_one() {
        assert!(holds("手数料: １，５００円", "1,500円"));
        assert!(!holds("手数料: 1,500円", "500円"));
        assert!(holds("6 月 7 日(日)", "6月7日"));
    }
}
