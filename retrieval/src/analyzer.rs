//! From text to the terms of the index: words of the dictionary, and pairs of neighbouring characters.
//!
//! Words make a match mean something; pairs let names and compounds match that no dictionary has. Both are cut from
//! text folded by `appliance_core::folding`, by the same function for passages and questions.

use crate::counted::{articles, counted_numbers, openings};
use crate::error::RetrievalError;
use crate::synonyms::Synonyms;
use crate::word_form::word_form;
use appliance_core::folding::{character_pairs, everyday_in_words, fold, fold_for_search};
use appliance_core::id::ContentHash;
use std::path::Path;
use std::sync::Arc;
use vibrato::{Dictionary, Tokenizer};

/// Raised whenever the same text gives other terms than before; part of the manifest.
pub(crate) const ANALYSIS_VERSION: u32 = 2;
/// Unknown words are cut here, so that no text can make the lattice grow without bounds.
const LONGEST_UNKNOWN: usize = 24;
/// Words that make one compound.
const LONGEST_COMPOUND: usize = 5;
/// Synonyms that one question is widened by.
const MOST_SYNONYMS: usize = 24;
/// Terms beyond this are noise (encoded data), and tantivy would refuse the very long ones.
const LONGEST_TERM_BYTES: usize = 255;

/// Cuts text into terms. Cheap to clone; clones share the dictionary.
#[derive(Clone)]
pub struct Analyzer {
    tokenizer: Arc<Tokenizer>,
    dictionary: ContentHash,
    synonyms: Arc<Synonyms>,
}

impl Analyzer {
    /// Loads the dictionary file that [`compile`](crate::dictionary::compile) wrote.
    pub fn from_dictionary(path: &Path) -> Result<Self, RetrievalError> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(RetrievalError::DictionaryMissing { path: path.to_owned() }),
            Err(e) => return Err(RetrievalError::file(path, "reading the dictionary")(e)),
        };
        let damaged = |e| RetrievalError::Dictionary { path: path.to_owned(), source: Box::new(e) };
        let mut dictionary = Dictionary::read(&bytes[..]).map_err(damaged)?;
        let mut hash = ContentHash::of(&bytes);
        let terms = own_terms(path)?;
        if !terms.is_empty() {
            dictionary = dictionary.reset_user_lexicon_from_reader(Some(terms.as_bytes())).map_err(damaged)?;
            // Other terms cut texts in other ways: an index built without them does not fit.
            hash = ContentHash::of(format!("{hash}\n{terms}").as_bytes());
        }
        let tokenizer = Tokenizer::new(dictionary).max_grouping_len(LONGEST_UNKNOWN);
        Ok(Self { tokenizer: Arc::new(tokenizer), dictionary: hash, synonyms: Arc::default() })
    }

    /// The same, with synonyms that questions are widened by.
    pub fn with_synonyms(self, synonyms: Synonyms) -> Self {
        Self { synonyms: Arc::new(synonyms), ..self }
    }

    /// The synonyms of the words of a question and of the compounds that neighbouring words make, each once; by `own`
    /// besides, which go first.
    pub fn synonyms(&self, text: &str, own: &Synonyms) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        if self.synonyms.is_empty() && own.is_empty() {
            return found;
        }
        let folded: String = fold(text).chars().map(everyday_in_words).collect();
        let mut worker = self.tokenizer.new_worker();
        for run in folded.split(|c: char| !c.is_alphanumeric()).filter(|r| !r.is_empty()) {
            worker.reset_sentence(run);
            worker.tokenize();
            let surfaces: Vec<String> = worker.token_iter().map(|t| t.surface().to_owned()).collect();
            let mut at = 0;
            while at < surfaces.len() {
                // The longest compound is what is meant; its parts are not widened besides.
                let longest = LONGEST_COMPOUND.min(surfaces.len() - at);
                let widened = (1..=longest).rev().find_map(|n| {
                    let word = surfaces[at..at + n].concat();
                    let mut synonyms = own.of(&word);
                    synonyms.extend(self.synonyms.of(&word));
                    (!synonyms.is_empty()).then_some((n, synonyms))
                });
                let (step, synonyms) = widened.unwrap_or((1, Vec::new()));
                for synonym in synonyms {
                    if found.len() < MOST_SYNONYMS && !found.iter().any(|f| f == synonym) {
                        found.push(synonym.to_owned());
                    }
                }
                at += step;
            }
        }
        found
    }

    /// The SHA-256 of the dictionary file.
    pub fn dictionary(&self) -> &ContentHash {
        &self.dictionary
    }

    /// The content words of a text, in base form and in one way of writing, in order, with repeats.
    ///
    /// Runs of ASCII letters and digits stay whole, as they do among the pairs. Numbers with what they count come as
    /// one more term in one spelling (`42条の2`, `500円`).
    pub fn words(&self, text: &str) -> Vec<String> {
        let folded: String = fold(text).chars().map(everyday_in_words).collect();
        let mut worker = self.tokenizer.new_worker();
        let mut words = Vec::new();
        for run in folded.split(|c: char| !c.is_alphanumeric()).filter(|r| !r.is_empty()) {
            for part in by_script(run) {
                if part.is_ascii() {
                    words.push(part.to_owned());
                    continue;
                }
                worker.reset_sentence(part);
                worker.tokenize();
                words.extend(worker.token_iter().filter_map(|t| content_word(t.surface(), t.feature())).map(|w| word_form(&w)));
            }
        }
        words.extend(counted_numbers(&folded));
        words.retain(|w| w.len() <= LONGEST_TERM_BYTES);
        words
    }

    /// The articles, chapters and tables that a text names (`9条`, `別表1`), in the spelling of [`words`](Self::words).
    pub fn articles(&self, text: &str) -> Vec<String> {
        articles(&fold(text))
    }

    /// Those of the [`articles`](Self::articles) that lines open with: what the text is, where others mention it.
    pub fn openings(&self, text: &str) -> Vec<String> {
        openings(&fold(text))
    }

    /// The character pairs of a text by the runs of letters that they stand in, in order, with repeats.
    pub fn pair_runs(&self, text: &str) -> Vec<Vec<String>> {
        let folded = fold_for_search(text);
        let runs = folded.split(|c: char| !c.is_alphanumeric()).map(|run| self.pairs(run));
        runs.filter(|pairs| !pairs.is_empty()).collect()
    }

    /// The character pairs of a text, in order, with repeats.
    pub fn pairs(&self, text: &str) -> Vec<String> {
        let mut pairs = character_pairs(text);
        pairs.retain(|p| p.len() <= LONGEST_TERM_BYTES);
        pairs
    }
}

/// The operator's own terms, beside the dictionary in `terms.txt`, one a line, as the tokenizer takes them.
///
/// They are nouns (IPADIC's context 1285) that cost less than any other way of cutting the text there.
fn own_terms(dictionary: &Path) -> Result<String, RetrievalError> {
    let path = dictionary.with_file_name("terms.txt");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(String::new()),
        Err(e) => return Err(RetrievalError::file(&path, "reading the terms")(e)),
    };
    let terms = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#') && !l.contains([',', '"']));
    let folded = terms.map(|t| fold(t).chars().map(everyday_in_words).filter(|c| c.is_alphanumeric()).collect::<String>());
    Ok(folded.filter(|t| !t.is_empty()).map(|t| format!("{t},1285,1285,-10000,名詞,一般,*\n")).collect())
}

/// Cuts a run where ASCII meets another script.
fn by_script(run: &str) -> impl Iterator<Item = &str> {
    let mut rest = run;
    std::iter::from_fn(move || {
        let ascii = rest.chars().next()?.is_ascii();
        let end = rest.find(|c: char| c.is_ascii() != ascii).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        rest = after;
        Some(part)
    })
}

/// The base form of a word that carries meaning; `None` for particles, auxiliaries, symbols and formal nouns.
///
/// `feature` is `part of speech, subdivision, base form`, as the dictionary module writes it.
fn content_word(surface: &str, feature: &str) -> Option<String> {
    let mut features = feature.splitn(3, ',');
    let (part, subdivision, base) = (features.next()?, features.next().unwrap_or("*"), features.next().unwrap_or("*"));
    let carries_meaning = match part {
        "名詞" | "動詞" | "形容詞" => !matches!(subdivision, "非自立" | "代名詞"),
        "副詞" | "接頭詞" | "連体詞" => true,
        _ => false,
    };
    carries_meaning.then(|| if base == "*" { surface.to_owned() } else { fold(base) })
}

#[cfg(test)]
mod tests {
    use crate::fixtures;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(fixtures::analyzer().words(text), expected);
    }

    #[test]
    fn words_are_content_words_in_base_form() {
        check("手数料を支払った", &["手数料", "支払"]);
        check("ゴミの手数料", &["ゴミ", "手数料"]);
    }

    #[test]
    fn ways_of_writing_are_one() {
        check("斉藤と髙橋", &fixtures::analyzer().words("齋藤と高橋").iter().map(String::as_str).collect::<Vec<_>>());
        check("令和8年4月", &["令和", "8", "年", "4", "月", "8年", "2026年", "4月"]);
        check("2026/04/01", &["2026", "04", "01", "2026年", "4月", "1日"]);
    }

    #[test]
    fn latin_and_numbers_stay_whole() {
        check("ＰＤＦの手数料は５００円", &["pdf", "手数料", "500", "円", "500円"]);
        check("J-CAST 10月", &["j", "cast", "10", "月", "10月"]);
        check("、。「」！", &[]);
    }

    #[test]
    fn synonyms_are_those_of_the_longest_compound() {
        let mut synonyms = super::Synonyms::default();
        synonyms.add("手数料,料金\n施設手数料,使用料\nゴミ,廃棄物");
        let analyzer = fixtures::analyzer().with_synonyms(synonyms);
        let none = super::Synonyms::default();
        assert_eq!(analyzer.synonyms("施設手数料とゴミ", &none), ["使用料", "廃棄物"]);
        assert_eq!(analyzer.synonyms("手数料の手数料", &none), ["料金"]);
        assert!(fixtures::analyzer().synonyms("手数料", &none).is_empty());
        let mut own = super::Synonyms::default();
        own.add("ゴミ,ごみ袋");
        assert_eq!(analyzer.synonyms("ゴミ", &own), ["ごみ袋", "廃棄物"]);
        assert_eq!(fixtures::analyzer().synonyms("ゴミ", &own), ["ごみ袋"]);
    }

    #[test]
    fn a_dictionary_that_is_cut_short_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("d.dic");
        fixtures::dictionary(&path);
        let bytes = std::fs::read(&path).expect("the dictionary");
        for keep in [0, 10, bytes.len() / 2, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..keep]).expect("a shorter file");
            assert!(super::Analyzer::from_dictionary(&path).is_err(), "{keep} bytes are no dictionary");
        }
        std::fs::remove_file(&path).expect("removed");
        let missing = super::Analyzer::from_dictionary(&path).err().expect("nothing to load");
        assert!(missing.hint().is_some_and(|h| h.contains("kura dictionary compile")), "{missing}");
    }

    #[test]
    fn a_long_run_without_breaks_is_cut_up() {
        let words = fixtures::analyzer().words(&"ア".repeat(20_000));
        assert!(words.iter().all(|w| w.len() <= 255));
        assert!(!words.is_empty());
    }
}
