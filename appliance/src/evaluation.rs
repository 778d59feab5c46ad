//! Measuring retrieval over a folder of `corpus.jsonl` and `queries.jsonl`, through the real parser, passage splitter,
//! embedder and index.

pub mod answer_tuning;
pub mod answers;
pub mod check;

use crate::vector_cache::VectorCache;
use anyhow::{Context as _, Result, bail};
use appliance_core::evaluation::{RetrievalQuality, quality};
use appliance_core::id::{CollectionId, DocumentId, PassageId, UserId, VersionId};
use appliance_core::passage::Passage;
use appliance_core::ports::index::IndexedPassage;
use appliance_core::ports::models::TextRole;
use appliance_core::ports::reader::{ParseError, SourceFile, Watch};
use appliance_core::ports::{Embedder, Parser, PassageIndex};
use appliance_core::question::{MAX_QUESTION_CHARS, Question};
use appliance_core::ranking::{Embedding, HybridQuery, Legs, Ranking};
use appliance_core::validity::Days;
use appliance_core::viewer::{Role, Viewer, Visibility};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Passages asked for, so that ten entries remain when several passages of one entry are found.
pub const PASSAGES: usize = 50;
/// Entries that count.
const ENTRIES: usize = 10;
/// Texts embedded at once.
const BATCH: usize = 16;
/// Passages handed to the index at once.
const UPSERT: usize = 512;

/// One entry of the corpus.
#[derive(Debug, Clone, Deserialize)]
pub struct CorpusEntry {
    /// What `relevant` names.
    pub id: String,
    /// Its title.
    #[serde(default)]
    pub title: String,
    /// Its text.
    pub text: String,
}

/// One question.
#[derive(Debug, Clone, Deserialize)]
pub struct JudgedQuestion {
    /// The question.
    pub question: String,
    /// The entries that answer it.
    #[serde(default)]
    pub relevant: Vec<String>,
    /// A group to report on.
    #[serde(default)]
    pub kind: Option<String>,
    /// The answers to choose from, by their letter.
    #[serde(default)]
    pub choices: BTreeMap<String, String>,
}

/// Whether questions are asked with the answers to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choices {
    /// As a person would ask them, who has the sheet before them.
    Asked,
    /// The question alone.
    LeftOut,
}

impl Choices {
    /// As a flag of the command line says.
    pub fn asked(flag: bool) -> Self {
        if flag { Self::Asked } else { Self::LeftOut }
    }
}

impl JudgedQuestion {
    /// The text that is asked.
    fn asked(&self, choices: Choices) -> String {
        match choices {
            Choices::LeftOut => self.question.clone(),
            Choices::Asked => {
                std::iter::once(self.question.as_str()).chain(self.choices.values().map(String::as_str)).collect::<Vec<_>>().join(" ")
            }
        }
    }
}

/// What was measured.
#[derive(Debug, Clone, Serialize)]
pub struct Measurement {
    /// Over all questions.
    #[serde(flatten)]
    pub quality: RetrievalQuality,
    /// Passages parsed, embedded and indexed in a second.
    pub passages_per_s: f64,
    /// The median time of a search, with the question's embedding, in milliseconds.
    pub p50_ms: f64,
    /// The time that 95 in 100 searches stay below.
    pub p95_ms: f64,
    /// Entries of the corpus.
    pub entries: usize,
    /// Their passages.
    pub passages: usize,
    /// Passages' vectors taken from the cache; `passages_per_s` is not the embedder's where this is not 0.
    pub vectors_reused: usize,
    /// By the questions' kind.
    pub kinds: BTreeMap<String, RetrievalQuality>,
}

/// Reads a file of one JSON object a line.
pub fn read_lines<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<Vec<T>> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let parse = |(i, line): (usize, &str)| serde_json::from_str(line).with_context(|| format!("{} line {}", path.display(), i + 1));
    text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()).map(parse).collect()
}

/// Several sets as one: their entries in one corpus, told apart by their folder's name, which every question's kind is
/// preceded by.
pub fn read_sets(folders: &[std::path::PathBuf], limit: usize, choices: Choices) -> Result<(Vec<CorpusEntry>, Vec<JudgedQuestion>)> {
    let (mut corpus, mut questions) = (Vec::new(), Vec::new());
    for folder in folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let alone = folders.len() == 1;
        let named = |id: String| if alone { id } else { format!("{name}/{id}") };
        let entries: Vec<CorpusEntry> = read_lines(&folder.join("corpus.jsonl"))?;
        corpus.extend(entries.into_iter().map(|e| CorpusEntry { id: named(e.id), ..e }));
        let judged: Vec<JudgedQuestion> = read_lines(&folder.join("queries.jsonl"))?;
        questions.extend(judged.into_iter().take(limit).map(|q| JudgedQuestion {
            question: q.asked(choices),
            relevant: q.relevant.into_iter().map(named).collect(),
            kind: if alone { q.kind } else { Some(q.kind.map_or_else(|| name.clone(), |kind| format!("{name} {kind}"))) },
            choices: BTreeMap::new(),
        }));
    }
    Ok((corpus, questions))
}

/// Where vectors come from.
pub enum Vectors {
    /// From nowhere: only words are searched.
    None,
    /// From a model.
    Model(Arc<dyn Embedder>),
    /// From a model, remembered.
    Cached(Arc<dyn Embedder>, Box<VectorCache>),
}

impl Vectors {
    async fn embed(&mut self, role: TextRole, texts: Vec<String>) -> Result<Vec<Embedding>> {
        match self {
            // The index wants a vector of its dimension, which is 1 here; no search looks at it.
            Self::None => texts.iter().map(|_| Embedding::normalised(vec![1.0]).context("1 has a length")).collect(),
            Self::Model(embedder) => Ok(embedder.embed(role, texts).await?),
            // A question is embedded every time: its time belongs to the search that is measured.
            Self::Cached(embedder, cache) if role == TextRole::Passage => cache.embed(embedder.as_ref(), role, texts).await,
            Self::Cached(embedder, _) => Ok(embedder.embed(role, texts).await?),
        }
    }

    /// The questions' vectors, where the cache has them, for searches whose time is not measured; `None` each without a
    /// model.
    pub async fn questions(&mut self, texts: &[String]) -> Result<Vec<Option<Embedding>>> {
        let mut vectors = Vec::with_capacity(texts.len());
        for some in texts.chunks(BATCH) {
            match self {
                Self::None => vectors.extend(some.iter().map(|_| None)),
                Self::Model(embedder) => vectors.extend(embedder.embed(TextRole::Query, some.to_vec()).await?.into_iter().map(Some)),
                Self::Cached(embedder, cache) => {
                    vectors.extend(cache.embed(embedder.as_ref(), TextRole::Query, some.to_vec()).await?.into_iter().map(Some));
                }
            }
        }
        Ok(vectors)
    }

    fn reused(&self) -> usize {
        if let Self::Cached(_, cache) = self { cache.reused } else { 0 }
    }
}

/// A measurement being made. `told` hears how far it is: what is done, how much of how much.
pub struct Trial<'a> {
    /// Reads the entries' texts.
    pub parser: &'a dyn Parser,
    /// An empty index.
    pub index: &'a dyn PassageIndex,
    /// Where vectors come from.
    pub vectors: Vectors,
    /// Which legs search.
    pub legs: Legs,
    /// Where entries are written to be read.
    pub folder: &'a Path,
    /// Hears of progress.
    pub told: &'a dyn Fn(&'static str, usize, usize),
}

impl Trial<'_> {
    /// Indexes `corpus` and asks every question that has a relevant entry.
    pub async fn run(mut self, corpus: &[CorpusEntry], questions: &[JudgedQuestion]) -> Result<Measurement> {
        let started = Instant::now();
        let passages = self.index_corpus(corpus).await?;
        let indexing = started.elapsed();
        let judged: Vec<&JudgedQuestion> = questions.iter().filter(|q| !q.relevant.is_empty()).collect();
        if judged.is_empty() {
            bail!("no question names a relevant entry");
        }
        let viewer = viewer();
        let mut times = Vec::with_capacity(judged.len());
        let mut outcomes = Vec::with_capacity(judged.len());
        for (i, question) in judged.iter().enumerate() {
            (self.told)("questions", i, judged.len());
            let since = Instant::now();
            let found = self.search(&viewer, &question.question, &passages).await?;
            times.push(since.elapsed());
            let relevant: HashSet<&str> = question.relevant.iter().map(String::as_str).collect();
            let hits: Vec<bool> = found.iter().map(|entry| relevant.contains(corpus[*entry].id.as_str())).collect();
            outcomes.push((hits, relevant.len()));
        }
        (self.told)("questions", judged.len(), judged.len());
        times.sort();
        Ok(Measurement {
            quality: quality(&outcomes),
            passages_per_s: rounded(passages.len() as f64 / indexing.as_secs_f64().max(1e-6)),
            p50_ms: percentile(&times, 0.50),
            p95_ms: percentile(&times, 0.95),
            entries: corpus.len(),
            passages: passages.len(),
            vectors_reused: self.vectors.reused(),
            kinds: by_kind(&judged, &outcomes),
        })
    }

    /// Indexes the corpus. Returns the entry that each passage belongs to; a passage's id is its position plus one.
    pub async fn index_corpus(&mut self, corpus: &[CorpusEntry]) -> Result<Vec<usize>> {
        let mut owners = Vec::new();
        let mut waiting: Vec<(IndexedPassageDraft, String)> = Vec::new();
        for (entry, text) in corpus.iter().enumerate() {
            (self.told)("entries", entry, corpus.len());
            for passage in self.read(entry, text)? {
                owners.push(entry);
                let whole = passage.with_headings(&text.title);
                waiting.push(((owners.len() as i64, entry as i64 + 1, text.title.clone(), passage.heading_path, passage.text), whole));
            }
            if waiting.len() >= UPSERT {
                self.upsert(std::mem::take(&mut waiting)).await?;
            }
        }
        self.upsert(waiting).await?;
        self.index.commit().await?;
        (self.told)("entries", corpus.len(), corpus.len());
        Ok(owners)
    }

    /// The passages of an entry, read as the text file that it would be.
    fn read(&self, number: usize, entry: &CorpusEntry) -> Result<Vec<Passage>> {
        let name = format!("{number}.txt");
        let path = self.folder.join(&name);
        fs::write(&path, &entry.text).with_context(|| format!("{} cannot be written", path.display()))?;
        let read = self.parser.read(&SourceFile::new(path.clone(), name), &Watch::default());
        fs::remove_file(&path)?;
        match read {
            Ok(reading) => Ok(reading.passages),
            Err(ParseError::Empty { .. }) => Ok(Vec::new()),
            Err(error) => Err(error).with_context(|| format!("entry {}", entry.id)),
        }
    }

    async fn upsert(&mut self, waiting: Vec<(IndexedPassageDraft, String)>) -> Result<()> {
        let (drafts, texts): (Vec<IndexedPassageDraft>, Vec<String>) = waiting.into_iter().unzip();
        let mut vectors = Vec::with_capacity(texts.len());
        for some in texts.chunks(BATCH) {
            vectors.extend(self.vectors.embed(TextRole::Passage, some.to_vec()).await?);
        }
        let passages = drafts.into_iter().zip(vectors).map(|((id, document, title, heading_path, text), embedding)| IndexedPassage {
            days: Days::ALWAYS,
            id: PassageId(id),
            version: VersionId(document),
            document: DocumentId(document),
            collection: CollectionId(1),
            title,
            heading_path,
            text,
            embedding: Some(embedding),
        });
        Ok(self.index.upsert(passages.collect()).await?)
    }

    /// The entries found, best first, each once.
    async fn search(&mut self, viewer: &Viewer, text: &str, owners: &[usize]) -> Result<Vec<usize>> {
        // A longer one is cut: a measurement should not stop at one odd question.
        let question = Question::new(&text.chars().take(MAX_QUESTION_CHARS).collect::<String>())?;
        let query = match self.legs {
            Legs::Lexical => HybridQuery::lexical(viewer, &question, PASSAGES),
            legs => {
                let embedded = self.vectors.embed(TextRole::Query, vec![question.words()]).await?;
                let embedding = embedded.into_iter().next().context("the embedder gave no vector")?;
                HybridQuery::new(viewer, &question, embedding, PASSAGES).with_legs(legs)
            }
        };
        entries(&self.index.search(query).await?, owners)
    }
}

/// The entries that a ranking finds, best first, each once.
pub fn entries(ranking: &Ranking, owners: &[usize]) -> Result<Vec<usize>> {
    let mut entries = Vec::new();
    for ranked in &ranking.passages {
        let owner = owners.get((ranked.passage.0 - 1) as usize).copied().context("the index found a passage that nobody gave it")?;
        if !entries.contains(&owner) {
            entries.push(owner);
        }
    }
    entries.truncate(ENTRIES);
    Ok(entries)
}

/// Passage id, document id, title, headings, text.
type IndexedPassageDraft = (i64, i64, String, Vec<String>, String);

/// Somebody who sees the whole corpus.
pub fn viewer() -> Viewer {
    let visibility = Visibility { collections: [CollectionId(1)].into(), ..Visibility::default() };
    Viewer::new(UserId(0), "evaluation", Role::Reader, visibility)
}

fn by_kind(judged: &[&JudgedQuestion], outcomes: &[(Vec<bool>, usize)]) -> BTreeMap<String, RetrievalQuality> {
    let mut kinds: BTreeMap<String, Vec<(Vec<bool>, usize)>> = BTreeMap::new();
    for (question, outcome) in judged.iter().zip(outcomes) {
        if let Some(kind) = &question.kind {
            kinds.entry(kind.clone()).or_default().push(outcome.clone());
        }
    }
    kinds.into_iter().map(|(kind, outcomes)| (kind, quality(&outcomes))).collect()
}

/// The value below which the share `p` of sorted times lies (nearest rank), in milliseconds.
fn percentile(sorted: &[Duration], p: f64) -> f64 {
    let rank = (p * sorted.len() as f64).ceil() as usize;
    rounded(sorted.get(rank.max(1) - 1).map_or(0.0, |t| t.as_secs_f64() * 1000.0))
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use appliance_core::testing::{HashEmbedder, MemoryIndex};

    #[test]
    fn percentiles_are_nearest_ranks() {
        let times: Vec<Duration> = (1..=20).map(Duration::from_millis).collect();
        assert_eq!((percentile(&times, 0.5), percentile(&times, 0.95)), (10.0, 19.0));
        assert_eq!(percentile(&[Duration::from_millis(7)], 0.95), 7.0);
    }

    #[tokio::test]
    async fn an_entry_counts_once_by_its_best_passage_and_kinds_are_told_apart() {
        let entry = |id: &str, text: String| CorpusEntry { id: id.to_owned(), title: id.to_owned(), text };
        let corpus =
            [entry("a", "粗大ごみの手数料は、500円とする。".repeat(60)), entry("b", "図書館の休館日は、月曜日とする。".to_owned())];
        let ask = |question: &str, relevant: &str, kind: &str| JudgedQuestion {
            question: question.to_owned(),
            relevant: vec![relevant.to_owned()],
            kind: Some(kind.to_owned()),
            choices: BTreeMap::new(),
        };
        let questions = [ask("粗大ごみの手数料", "a", "fee"), ask("図書館の休館日", "b", "day"), ask("図書館の休館日", "a", "wrong")];
        let folder = tempfile::tempdir().unwrap();
        let trial = Trial {
            parser: &ingest::FileParser::new(ingest::Limits::default()),
            index: &MemoryIndex::default(),
            vectors: Vectors::Model(Arc::new(HashEmbedder::new())),
            legs: Legs::Vector,
            folder: folder.path(),
            told: &|_, _, _| {},
        };
        let measured = trial.run(&corpus, &questions).await.unwrap();
        assert!(measured.passages > 2, "the long entry is cut into passages");
        assert_eq!((measured.kinds["fee"].hit_1, measured.kinds["day"].hit_1, measured.kinds["wrong"].hit_1), (1.0, 1.0, 0.0));
        assert_eq!(measured.quality.hit_10, 1.0);
        assert_eq!(measured.kinds["wrong"].mrr_10, 0.5);
    }
}
