//! How words are read aloud, as the operator writes it down (`dictionary/readings.txt`): a list by sound follows it where it
//! says something, and the order of kanji where it does not.

use appliance_core::folding::fold;
use std::collections::HashMap;
use thiserror::Error;

/// Lines that are heeded.
const MOST: usize = 20_000;

/// A line that names no reading.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("line {line} of the readings is not of the form 手数料=てすうりょう")]
pub struct NoReading {
    /// Its number, from 1.
    pub line: usize,
}

/// Words with their readings.
#[derive(Debug, Clone, Default)]
pub struct Readings {
    /// By the first character: the words, longest first, each with its reading.
    by_first: HashMap<char, Vec<(String, String)>>,
}

impl Readings {
    /// Reads lines of the form 「手数料=てすうりょう」; empty lines and those that begin with `#` say nothing.
    pub fn read(text: &str) -> Result<Self, NoReading> {
        let mut by_first: HashMap<char, Vec<(String, String)>> = HashMap::new();
        for (nth, line) in text.lines().enumerate().take(MOST) {
            let line = line.trim().trim_start_matches('\u{feff}');
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (word, reading) = line.split_once(['=', '＝', '\t']).ok_or(NoReading { line: nth + 1 })?;
            let (word, reading) = (fold(word.trim()), fold(reading.trim()));
            let first = word.chars().next().filter(|_| !reading.is_empty()).ok_or(NoReading { line: nth + 1 })?;
            by_first.entry(first).or_default().push((word, reading));
        }
        for words in by_first.values_mut() {
            words.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        }
        Ok(Self { by_first })
    }

    /// A folded text with its words read aloud, the longest word first; what has no reading stays.
    pub fn spell(&self, text: &str) -> String {
        let mut spelled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let known = self.by_first.get(&first).and_then(|words| words.iter().find(|(word, _)| rest.starts_with(word.as_str())));
            match known {
                Some((word, reading)) => {
                    spelled.push_str(reading);
                    rest = &rest[word.len()..];
                }
                None => {
                    spelled.push(first);
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        spelled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_written_down_longest_first() {
        let readings = Readings::read("# 読み\n手数料=てすうりょう\n手=て\n\n公民館＝こうみんかん\n").expect("readings");
        assert_eq!(readings.spell("手数料条例"), "てすうりょう条例");
        assert_eq!(readings.spell("手引"), "て引");
        assert_eq!(readings.spell("みなと市公民館"), "みなと市こうみんかん");
        assert_eq!(Readings::read("手数料=てすうりょう\n公民館\n").expect_err("no reading"), NoReading { line: 2 });
    }
}
