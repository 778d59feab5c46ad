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
