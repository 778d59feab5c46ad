//! `kura eval tune`: the index's settings chosen by measurement, and judged by questions that took no part in choosing.
//!
//! Each set's questions are parted into folds by their number. For each fold the settings are chosen on the others, one
//! setting after the other (coordinate ascent on the mean nDCG@10 of the sets, each set counting alike), and judged on
//! it. What is printed as found is the mean over folds of such judgements, beside that of the settings in use; the
//! settings proposed are chosen on all questions.

use super::bar;
use crate::cli::output;
use crate::evaluation::{Choices, PASSAGES, Trial, Vectors, entries, read_sets, viewer};
use crate::vector_cache::VectorCache;
use crate::wiring::{Place, Writing};
use anyhow::{Context as _, Result};
use appliance_core::evaluation::quality;
use appliance_core::ports::Embedder;
use appliance_core::question::{MAX_QUESTION_CHARS, Question};
use appliance_core::ranking::{Embedding, HybridQuery, Legs};
use indicatif::ProgressBar;
use retrieval::{HybridIndex, IndexSettings};
use serde_json::json;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// What a setting must add to the mean nDCG@10 of the questions it is chosen by, so that noise is not followed.
const GAIN: f64 = 0.000_5;
/// Rounds through all settings.
const ROUNDS: usize = 2;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Folders of corpus.jsonl and queries.jsonl
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Questions taken of each set, spread over it
    #[arg(long, value_name = "N", default_value_t = 200)]
    questions: usize,
    /// Folds that each set's questions are parted into
    #[arg(long, value_name = "N", default_value_t = 2)]
    folds: usize,
    /// Keep vectors here between calls
    #[arg(long, value_name = "DIR")]
    cache: PathBuf,
    /// Ask with the choices that a set gives with its questions
    #[arg(long)]
    choices: bool,
    /// Only judge these settings (a JSON object of changes to the settings in use), choose none; may be repeated
    #[arg(long, value_name = "JSON")]
    judge: Vec<String>,
    /// Write what every question found, with its features, here, a JSON object a line, to study what is missed
    #[arg(long, value_name = "FILE")]
    study: Option<PathBuf>,
}

/// A setting that is tuned: its name, and how to read and write it.
struct Knob {
    name: &'static str,
    of: fn(&mut IndexSettings) -> &mut f32,
    /// A value to try where it is 0.
    usual: f32,
}

const KNOBS: [Knob; 17] = [
    Knob { name: "vector_weight", of: |s| &mut s.vector_weight, usual: 0.7 },
    Knob { name: "rank_constant", of: |s| &mut s.rank_constant, usual: 20.0 },
    Knob { name: "rerank_cosine", of: |s| &mut s.rerank_cosine, usual: 0.3 },
    Knob { name: "rerank_lexical", of: |s| &mut s.rerank_lexical, usual: 0.3 },
    Knob { name: "rerank_coverage", of: |s| &mut s.rerank_coverage, usual: 0.3 },
    Knob { name: "rerank_phrases", of: |s| &mut s.rerank_phrases, usual: 0.3 },
    Knob { name: "rerank_document", of: |s| &mut s.rerank_document, usual: 0.1 },
    Knob { name: "pairs_boost", of: |s| &mut s.pairs_boost, usual: 0.5 },
    Knob { name: "body_boost", of: |s| &mut s.body_boost, usual: 1.0 },
    Knob { name: "title_boost", of: |s| &mut s.title_boost, usual: 1.0 },
    Knob { name: "headings_boost", of: |s| &mut s.headings_boost, usual: 1.0 },
    Knob { name: "caption_boost", of: |s| &mut s.caption_boost, usual: 1.0 },
    Knob { name: "phrases_boost", of: |s| &mut s.phrases_boost, usual: 0.5 },
    Knob { name: "synonyms_boost", of: |s| &mut s.synonyms_boost, usual: 0.3 },
    Knob { name: "named_boost", of: |s| &mut s.named_boost, usual: 3.0 },
    Knob { name: "articles_boost", of: |s| &mut s.articles_boost, usual: 6.0 },
    Knob { name: "lexical_weight", of: |s| &mut s.lexical_weight, usual: 1.0 },
];

/// A set that is indexed and whose questions are embedded.
struct Prepared {
    name: String,
    index: Arc<HybridIndex>,
    /// The entry that each passage belongs to.
    owners: Vec<usize>,
    questions: Vec<Asked>,
    /// Keeps the index's files.
    _folder: tempfile::TempDir,
}

/// A question ready to be searched.
struct Asked {
    question: Question,
    embedding: Option<Embedding>,
    relevant: HashSet<usize>,
}

impl Asked {
    fn query(&self) -> HybridQuery {
        match &self.embedding {
            Some(embedding) => HybridQuery::new(&viewer(), &self.question, embedding.clone(), PASSAGES),
            None => HybridQuery::lexical(&viewer(), &self.question, PASSAGES),
        }
    }
}

pub async fn run(place: &Place, arguments: &Arguments) -> Result<ExitCode> {
    let engines = place.engines(Writing::NotNeeded).await?;
    let embedder = Arc::clone(&engines.embedder) as Arc<dyn Embedder>;
    let mut sets = Vec::new();
    for folder in &arguments.folders {
        let cache = VectorCache::open(&arguments.cache, &embedder.identity().hash, embedder.dimension())?;
        let vectors = Vectors::Cached(Arc::clone(&embedder), Box::new(cache));
        let at = tempfile::tempdir().context("no temporary folder can be made")?;
        let index = place.index_anew(&engines, &at.path().join("index")).await?;
        sets.push(prepare(place, folder, index, at, vectors, arguments.questions, Choices::asked(arguments.choices)).await?);
    }
    let tuner = Tuner { sets: &sets, folds: arguments.folds.max(2), bar: bar() };
    let used = place.configuration.index;
    for changes in &arguments.judge {
        let settings = changed(&used, changes)?;
        let judged = tuner.judge(&settings, |_| true).await?;
        output::line(changes)?;
        tuner.print("judged", &judged)?;
    }
    match &arguments.study {
        Some(file) => tuner.study(&used, file).await?,
        None if arguments.judge.is_empty() => tuner.tune(used).await?,
        None => {}
    }
    Ok(ExitCode::SUCCESS)
}

fn changed(used: &IndexSettings, changes: &str) -> Result<IndexSettings> {
    let mut all = serde_json::to_value(used)?;
    let changes: serde_json::Value = serde_json::from_str(changes).context("the settings to judge are no JSON")?;
    let (Some(all_of), Some(changes)) = (all.as_object_mut(), changes.as_object()) else {
        anyhow::bail!("the settings to judge are no JSON object")
    };
    changes.iter().for_each(|(name, value)| _ = all_of.insert(name.clone(), value.clone()));
    serde_json::from_value(all).context("no such settings")
}

async fn prepare(
    place: &Place,
    folder: &Path,
    index: Arc<HybridIndex>,
    at: tempfile::TempDir,
    vectors: Vectors,
    most: usize,
    choices: Choices,
) -> Result<Prepared> {
    let (corpus, questions) = read_sets(&[folder.to_owned()], usize::MAX, choices)?;
    let parser = place.configuration.ingest.parser();
    let mut trial = Trial { parser: &parser, index: index.as_ref(), vectors, legs: Legs::Hybrid, folder: at.path(), told: &|_, _, _| {} };
    let owners = trial.index_corpus(&corpus).await?;
    let judged: Vec<_> = questions.into_iter().filter(|q| !q.relevant.is_empty()).collect();
    let step = judged.len().div_ceil(most.max(1)).max(1);
    let taken: Vec<_> = judged.into_iter().step_by(step).collect();
    let texts: Vec<String> = taken.iter().map(|q| q.question.chars().take(MAX_QUESTION_CHARS).collect()).collect();
    let embeddings = trial.vectors.questions(&texts).await?;
    let mut asked = Vec::new();
    for ((judged, text), embedding) in taken.iter().zip(&texts).zip(embeddings) {
        let wanted: HashSet<&str> = judged.relevant.iter().map(String::as_str).collect();
        let relevant = corpus.iter().enumerate().filter(|(_, e)| wanted.contains(e.id.as_str())).map(|(i, _)| i).collect();
        asked.push(Asked { question: Question::new(text)?, embedding, relevant });
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Prepared { name, index, owners, questions: asked, _folder: at })
}

struct Tuner<'a> {
    sets: &'a [Prepared],
    folds: usize,
    bar: ProgressBar,
}

impl Tuner<'_> {
    async fn tune(&self, used: IndexSettings) -> Result<()> {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for fold in 0..self.folds {
            let chosen = self.choose(used, |i| i % self.folds != fold).await?;
            before.push(self.judge(&used, |i| i % self.folds == fold).await?);
            after.push(self.judge(&chosen, |i| i % self.folds == fold).await?);
            output::line(format!("fold {}: {}", fold + 1, described(&used, &chosen)))?;
        }
        self.print("in use, on held-out folds", &means(&before))?;
        self.print("chosen on the other folds, on held-out ones", &means(&after))?;
        let all = self.choose(used, |_| true).await?;
        output::line(format!("chosen on all questions: {}", described(&used, &all)))?;
        Ok(())
    }

    /// Coordinate ascent from the settings in use, over the questions that `among` takes.
    async fn choose(&self, used: IndexSettings, among: impl Fn(usize) -> bool + Copy) -> Result<IndexSettings> {
        let mut best = used;
        let mut value = mean(&self.judge(&best, among).await?);
        for _ in 0..ROUNDS {
            let before = value;
            for knob in &KNOBS {
                let now = *(knob.of)(&mut best);
                let tried = if now > 0.0 { vec![now * 0.5, now * 1.5, now * 2.5, 0.0] } else { vec![knob.usual] };
                for setting in tried {
                    let mut settings = best;
                    *(knob.of)(&mut settings) = setting;
                    let reached = mean(&self.judge(&settings, among).await?);
                    if reached > value + GAIN {
                        (best, value) = (settings, reached);
                    }
                }
                self.bar.set_message(format!("{} {value:.4}", knob.name));
                self.bar.tick();
            }
            if value - before < GAIN {
                break;
            }
        }
        Ok(best)
    }

    /// For each set hit@1, hit@5, hit@10 and nDCG@10.
    async fn judge(&self, settings: &IndexSettings, among: impl Fn(usize) -> bool) -> Result<Vec<[f64; 4]>> {
        let mut qualities = Vec::new();
        for set in self.sets {
            let mut outcomes = Vec::new();
            for asked in set.questions.iter().enumerate().filter(|(i, _)| among(*i)).map(|(_, a)| a) {
                let ranking = set.index.search_with(asked.query(), *settings).await?;
                let hits: Vec<bool> = entries(&ranking, &set.owners)?.iter().map(|e| asked.relevant.contains(e)).collect();
                outcomes.push((hits, asked.relevant.len()));
            }
            let q = quality(&outcomes);
            qualities.push([q.hit_1, q.hit_5, q.hit_10, q.ndcg_10]);
        }
        Ok(qualities)
    }

    /// Writes the passages that every question finds, with whether they are relevant and by what they were ordered.
    async fn study(&self, settings: &IndexSettings, file: &Path) -> Result<()> {
        let mut lines = String::new();
        for set in self.sets {
            for asked in &set.questions {
                let mut query = asked.query();
                query.explain = true;
                let ranking = set.index.search_with(query, *settings).await?;
                let matched = ranking.explanation.map(|e| e.matched).unwrap_or_default();
                let found = ranking.passages.iter().zip(matched).map(|(ranked, matched)| {
                    let entry = set.owners[(ranked.passage.0 - 1) as usize];
                    let features: BTreeMap<String, f32> = matched.features.into_iter().map(|f| (f.name, f.value)).collect();
                    let (lexical, vector) = (ranked.lexical.map(|l| (l.rank, l.score.0)), ranked.vector.map(|v| (v.rank, v.score.0)));
                    json!({ "entry": entry, "relevant": asked.relevant.contains(&entry), "named": ranked.named, "lexical": lexical, "vector": vector, "features": features })
                });
                let found: Vec<serde_json::Value> = found.collect();
                let line = json!({ "set": set.name, "question": asked.question.text(), "relevant": asked.relevant.len(), "found": found });
                lines.push_str(&line.to_string());
                lines.push('\n');
            }
        }
        fs::write(file, lines).with_context(|| format!("{} cannot be written", file.display()))
    }

    fn print(&self, title: &str, judged: &[[f64; 4]]) -> Result<()> {
        output::line(format!("{title:<44} {:>6} {:>6} {:>6} {:>7}", "hit@1", "hit@5", "hit@10", "nDCG@10"))?;
        for (set, [one, five, ten, ndcg]) in self.sets.iter().zip(judged) {
            output::line(format!(
                "{:<44} {one:>6.3} {five:>6.3} {ten:>6.3} {ndcg:>7.3}",
                format!("  {} ({})", set.name, set.questions.len())
            ))?;
        }
        output::line(format!("{:<44} {:>29.4}", "  mean of the sets", mean(judged)))
    }
}

/// The mean nDCG@10 of the sets.
fn mean(judged: &[[f64; 4]]) -> f64 {
    judged.iter().map(|q| q[3]).sum::<f64>() / judged.len().max(1) as f64
}

fn means(folds: &[Vec<[f64; 4]>]) -> Vec<[f64; 4]> {
    let sets = folds.first().map_or(0, Vec::len);
    let of = |set: usize, i: usize| folds.iter().map(|f| f[set][i]).sum::<f64>() / folds.len() as f64;
    (0..sets).map(|set| std::array::from_fn(|i| of(set, i))).collect()
}

/// The settings that differ, as `kura.toml` writes them.
fn described(used: &IndexSettings, chosen: &IndexSettings) -> String {
    let (mut used, mut chosen) = (*used, *chosen);
    let changes = KNOBS.iter().filter_map(|k| {
        let (a, b) = (*(k.of)(&mut used), *(k.of)(&mut chosen));
        (a != b).then(|| format!("{} = {b}", k.name))
    });
    let changes: Vec<String> = changes.collect();
    if changes.is_empty() { "as in use".to_owned() } else { changes.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_described_by_what_differs() {
        let used = IndexSettings::default();
        assert_eq!(described(&used, &used), "as in use");
        let other = changed(&used, r#"{"vector_weight": 0.25}"#).unwrap();
        assert_eq!(described(&used, &other), "vector_weight = 0.25");
        assert!(changed(&used, r#"{"no_such": 1}"#).is_err());
        assert_eq!(means(&[vec![[0.0, 0.0, 0.0, 0.5]], vec![[1.0, 1.0, 1.0, 1.0]]]), vec![[0.5, 0.5, 0.5, 0.75]]);
    }
}
