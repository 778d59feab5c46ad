//! Measuring the check: sentences of true texts with an error planted, which it must catch, and true sentences in other
//! words, which it must pass. The same seed plants the same errors.

pub mod chance;
mod planting;
mod scan;
mod truth;

use super::{CorpusEntry, read_lines};
use anyhow::{Context as _, Result, bail};
use appliance_core::answer::Source;
use appliance_core::citation::{Fault, faults};
use appliance_core::document::Format;
use appliance_core::evidence::Strength;
use appliance_core::folding::fold_tight;
use appliance_core::id::{CollectionId, DocumentId, PassageId, VersionId};
use appliance_core::locator::{Locator, Place, Span};
use appliance_core::passage::{Passage, StoredPassage};
use appliance_core::ports::Parser;
use appliance_core::ports::reader::{SourceFile, Watch};
use appliance_core::sentence::sentences;
use appliance_core::validity::Days;
use chance::Chance;
pub use planting::Planted;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
pub use truth::Wording;

/// Characters of a sentence that is used.
const LENGTHS: std::ops::RangeInclusive<usize> = 12..=160;
/// Misses kept of each kind.
const MISSES: usize = 40;

/// A sentence and the passages that it cites, with what the check should say.
#[derive(Debug, Clone)]
pub struct Trial {
    /// What was done to the sentence.
    pub kind: String,
    /// Whether it is still true.
    pub is_true: bool,
    /// The sentence of the source.
    pub original: String,
    /// The sentence as it is checked.
    pub sentence: String,
    /// Index of the passage that it cites.
    pub cited: usize,
}

/// What the check made of one sort of sentences.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Tally {
    /// How many there were.
    pub trials: usize,
    /// How many the check judged rightly: caught an error, or passed a true sentence.
    pub right: usize,
    /// `right` of `trials`.
    pub share: f64,
}

/// A sentence that the check judged wrongly.
#[derive(Debug, Clone, Serialize)]
pub struct Miss {
    /// What was done to it.
    pub kind: String,
    /// The sentence of the source.
    pub original: String,
    /// As it was checked.
    pub sentence: String,
    /// What the check found wrong with it.
    pub faults: Vec<Fault>,
}

/// What was measured.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CheckMeasurement {
    /// Sentences with a planted error.
    pub planted: Tally,
    /// True sentences.
    pub truthful: Tally,
    /// By what was done to them.
    pub kinds: BTreeMap<String, Tally>,
    /// What was judged wrongly, some of each kind.
    pub misses: Vec<Miss>,
}

/// The passages of folders: entries of `corpus.jsonl`, or files of any kind that Kura reads.
pub fn read_passages(folders: &[PathBuf], parser: &dyn Parser) -> Result<Vec<Source>> {
    let mut found: Vec<(String, Vec<String>, String)> = Vec::new();
    for folder in folders {
        let corpus = folder.join("corpus.jsonl");
        if corpus.is_file() {
            let entries: Vec<CorpusEntry> = read_lines(&corpus)?;
            found.extend(entries.into_iter().map(|e| (e.title, Vec::new(), e.text)));
        } else {
            found.extend(read_files(folder, parser)?);
        }
    }
    if found.is_empty() {
        bail!("there is no text to take sentences from");
    }
    Ok(found.into_iter().zip(1..).map(|((title, headings, text), number)| source(number, title, headings, text)).collect())
}

fn read_files(folder: &Path, parser: &dyn Parser) -> Result<Vec<(String, Vec<String>, String)>> {
    let listed = std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut paths: Vec<PathBuf> = listed.collect::<std::io::Result<Vec<_>>>()?.into_iter().map(|e| e.path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths.iter().filter(|p| p.is_file()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let title = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        // A file that Kura refuses gives no sentences.
        let Ok(reading) = parser.read(&SourceFile::new(path.clone(), name), &Watch::default()) else { continue };
        found.extend(reading.passages.into_iter().map(|p| (title.clone(), p.heading_path, p.text)));
    }
    Ok(found)
}

fn source(number: u32, title: String, heading_path: Vec<String>, text: String) -> Source {
    let locator = Locator { span: Span::new(0, text.len()), place: Place::Text { first_line: 1, last_line: 1 } };
    let passage = StoredPassage {
        id: PassageId(i64::from(number)),
        document: DocumentId(i64::from(number)),
        version: VersionId(i64::from(number)),
        collection: CollectionId(1),
        title,
        format: Format::Text,
        days: Days::ALWAYS,
        passage: Passage { ordinal: 0, heading_path, text, locator, recognised: None },
    };
    let strength = Strength { coverage: 1.0, standing: 1.0, similarity: None, identifiers: true, owners: true };
    Source { number, passage, strength, repeated: Vec::new() }
}

/// A sentence of a passage.
struct Original<'a> {
    passage: usize,
    text: &'a str,
    /// What follows it in its passage.
    following: &'a str,
}

/// `count` sentences with an error and as many true ones, each kind as often as the texts allow.
pub fn trials(passages: &[Source], count: usize, seed: u64) -> Vec<Trial> {
    let mut chance = Chance::new(seed);
    let mut originals: Vec<Original<'_>> = Vec::new();
    for (i, source) in passages.iter().enumerate() {
        let text = source.passage.passage.text.as_str();
        let spans = sentences(text);
        for (j, span) in spans.iter().enumerate() {
            let Some(sentence) = span.slice(text) else { continue };
            let following = spans.get(j + 1).and_then(|s| s.slice(text)).unwrap_or("");
            if LENGTHS.contains(&sentence.chars().count()) && !sentence.starts_with("ただし") && !sentence.starts_with("但し") {
                originals.push(Original { passage: i, text: sentence, following });
            }
        }
    }
    chance.shuffle(&mut originals);
    let mut trials = of_each(&Planted::ALL, count, &originals, |kind, original| {
        let (sentence, cited) = kind.plant(original.text, original.following, original.passage, passages, &mut chance)?;
        let elsewhere = fold_tight(&passages[cited].passage.passage.text).contains(&fold_tight(&sentence));
        (!elsewhere || kind == Planted::Exception).then(|| (kind.name(), false, sentence, cited))
    });
    trials.extend(of_each(&Wording::ALL, count, &originals, |kind, original| {
        if original.following.starts_with("ただし") || original.following.starts_with("但し") {
            return None;
        }
        Some((kind.name(), true, kind.reword(original.text)?, original.passage))
    }));
    trials
}

/// `count` trials over `kinds`, the kinds in turn; a kind that the texts do not allow any more leaves its share to others.
fn of_each<'a, K: Copy>(
    kinds: &[K],
    count: usize,
    originals: &[Original<'a>],
    mut make: impl FnMut(K, &Original<'a>) -> Option<(&'static str, bool, String, usize)>,
) -> Vec<Trial> {
    let mut next = vec![0; kinds.len()];
    let mut made = Vec::new();
    while made.len() < count {
        let before = made.len();
        for (kind, at) in kinds.iter().zip(&mut next) {
            if made.len() == count {
                break;
            }
            while let Some(original) = originals.get(*at) {
                *at += 1;
                if let Some((name, is_true, sentence, cited)) = make(*kind, original) {
                    made.push(Trial { kind: name.to_owned(), is_true, original: original.text.to_owned(), sentence, cited });
                    break;
                }
            }
        }
        if made.len() == before {
            break;
        }
    }
    made
}

/// Checks all trials.
pub fn measure(passages: &[Source], trials: &[Trial]) -> CheckMeasurement {
    let mut measured = CheckMeasurement::default();
    let mut kept: BTreeMap<&str, usize> = BTreeMap::new();
    for trial in trials {
        let found = faults(&trial.sentence, &[&passages[trial.cited]]);
        let right = found.is_empty() == trial.is_true;
        let side = if trial.is_true { &mut measured.truthful } else { &mut measured.planted };
        count(side, right);
        count(measured.kinds.entry(trial.kind.clone()).or_default(), right);
        let missed = kept.entry(trial.kind.as_str()).or_default();
        if !right && *missed < MISSES {
            *missed += 1;
            let (kind, original, sentence) = (trial.kind.clone(), trial.original.clone(), trial.sentence.clone());
            measured.misses.push(Miss { kind, original, sentence, faults: found });
        }
    }
    measured
}

fn count(tally: &mut Tally, right: bool) {
    tally.trials += 1;
    tally.right += usize::from(right);
    tally.share = (tally.right as f64 / tally.trials as f64 * 1e4).round() / 1e4;
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "第3条　粗大ごみの処理手数料は、1点につき500円とする。ただし、市長が特に認めるときは、この限りでない。\n\
        第4条　使用の許可を受けた者は、使用日の7日前までに使用料を納めなければならない。\n\
        第5条　市長は、30平方メートルを超える施設（附属の倉庫を除く。）の使用を制限することができる。\n\
        第6条　この条例は、令和5年4月1日から施行する。\n第7条　図書館の休館日は、毎週月曜日とする。";

    fn passages() -> Vec<Source> {
        let other = "公民館は、みなと市中央に置く。管理は、みなと市教育委員会が行う。会議室の定員は、45人とする。";
        [("みなと市廃棄物条例", RULES), ("みなと市公民館条例", other)]
            .into_iter()
            .zip(1..)
            .map(|((title, text), number)| source(number, title.to_owned(), Vec::new(), text.to_owned()))
            .collect()
    }

    #[test]
    fn errors_are_caught_and_true_sentences_pass() {
        let passages = passages();
        let trials = trials(&passages, 40, 7);
        let again: Vec<String> = super::trials(&passages, 40, 7).into_iter().map(|t| t.sentence).collect();
        assert_eq!(trials.iter().map(|t| t.sentence.clone()).collect::<Vec<_>>(), again, "the same seed plants the same");
        assert!(trials.iter().filter(|t| !t.is_true).count() > 15 && trials.iter().filter(|t| t.is_true).count() > 8);
        let measured = measure(&passages, &trials);
        assert!(measured.misses.is_empty(), "{:#?}", measured.misses);
    }
}
