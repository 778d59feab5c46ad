//! `kura eval answers`: how good the answers are, over a set of questions whose answers are known.

use super::bar;
use crate::cli::output;
use crate::clock::SystemClock;
use crate::evaluation::answers::{AnswerMeasurement, AnswerQuality, Remembering, measure, read_questions, report};
use crate::evaluation::{CorpusEntry, Trial, Vectors, read_lines};
use crate::vector_cache::VectorCache;
use crate::wiring::{Place, Writing};
use anyhow::{Context as _, Result};
use appliance_core::asking::Asking;
use appliance_core::ports::{Embedder, Generator, PassageIndex, PassageStore, Reranker};
use appliance_core::ranking::Legs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Questions asked of each side where no number is named.
const USUAL: usize = 200;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A folder of corpus.jsonl and queries.jsonl, whose questions name their answers
    folder: PathBuf,
    /// The folder whose questions this corpus cannot answer; without it, the next folder beside the first whose questions
    /// name their answers
    #[arg(long, value_name = "DIR")]
    unanswerable: Option<PathBuf>,
    /// Questions asked of each side, spread over the sets
    #[arg(long, value_name = "N", default_value_t = USUAL)]
    limit: usize,
    /// Ask only this half of the questions (thresholds are chosen on the other)
    #[arg(long, value_enum, default_value_t)]
    half: Half,
    /// Answer without the generator, by the sentences that bear most on the question
    #[arg(long)]
    without_model: bool,
    /// Characters of quoted answers (asking.quoted_chars where it is not named)
    #[arg(long, value_name = "N")]
    quoted_chars: Option<usize>,
    /// Keep the passages' vectors here between calls
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Write a page with the failures here
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// A half of a set's questions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Half {
    /// All of them.
    #[default]
    Both,
    /// The first, third, fifth …
    Odd,
    /// The second, fourth, sixth …
    Even,
}

impl Half {
    /// Where its questions begin, and the step from one to the next.
    pub(super) fn places(self) -> (usize, usize) {
        match self {
            Self::Both => (0, 1),
            Self::Odd => (0, 2),
            Self::Even => (1, 2),
        }
    }
}

pub async fn run(place: &Place, arguments: &Arguments) -> Result<ExitCode> {
    let corpus: Vec<CorpusEntry> = read_lines(&arguments.folder.join("corpus.jsonl"))?;
    let answerable = read_questions(&arguments.folder, arguments.limit, arguments.half.places())?;
    anyhow::ensure!(!answerable.is_empty(), "no question of {} names its answers", arguments.folder.display());
    let other = match &arguments.unanswerable {
        Some(folder) => Some(folder.clone()),
        None => neighbour(&arguments.folder)?,
    };
    let unanswerable = match &other {
        Some(folder) => read_questions(folder, arguments.limit, arguments.half.places())?,
        None => Vec::new(),
    };
    let folder = tempfile::tempdir().context("no temporary folder can be made")?;
    let bar = bar();
    let told = |what: &'static str, done: usize, total: usize| {
        bar.set_message(what);
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    };
    let mut asking = prepare(place, arguments.without_model, arguments.cache.as_deref(), folder.path(), &corpus, &told).await?;
    asking.policy.quoted_chars = arguments.quoted_chars.unwrap_or(asking.policy.quoted_chars);
    let (measured, outcomes) = measure(&asking, &answerable, &unanswerable, &told).await?;
    bar.finish_and_clear();
    if let Some(path) = &arguments.report {
        std::fs::write(path, report(&measured, &outcomes)).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    if arguments.json {
        output::json(&measured)?;
    } else {
        print(&measured, other.as_deref())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The next folder beside this one, in the order of their names and round again, whose questions name their answers.
fn neighbour(folder: &Path) -> Result<Option<PathBuf>> {
    let folder = folder.canonicalize().with_context(|| format!("{} cannot be read", folder.display()))?;
    let Some(parent) = folder.parent() else { return Ok(None) };
    let mut beside: Vec<PathBuf> = std::fs::read_dir(parent)?.filter_map(|e| e.ok().map(|e| e.path())).collect();
    beside.retain(|path| path.join("queries.jsonl").is_file() && *path != folder);
    beside.sort();
    let later = beside.partition_point(|path| *path < folder);
    beside.rotate_left(later);
    for candidate in beside {
        if !read_questions(&candidate, 1, (0, 1))?.is_empty() {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}

/// The corpus indexed in `folder`, ready to be asked.
pub(super) async fn prepare(
    place: &Place,
    without_model: bool,
    cache: Option<&Path>,
    folder: &Path,
    corpus: &[CorpusEntry],
    told: &dyn Fn(&'static str, usize, usize),
) -> Result<Asking> {
    let writing = if without_model { Writing::NotNeeded } else { Writing::Needed };
    let engines = place.engines(writing).await?;
    let embedder = Arc::clone(&engines.embedder) as Arc<dyn Embedder>;
    let hybrid = place.index_anew(&engines, &folder.join("index")).await?;
    let kept = Arc::new(Remembering::new(hybrid as Arc<dyn PassageIndex>));
    let vectors = match cache {
        Some(cache) => {
            let cache = VectorCache::open(cache, &embedder.identity().hash, embedder.dimension())?;
            Vectors::Cached(Arc::clone(&embedder), Box::new(cache))
        }
        None => Vectors::Model(Arc::clone(&embedder)),
    };
    // Not in workers: the texts were read from the questions' own file, are plain, and there are thousands of them.
    let parser = place.configuration.ingest.parser();
    let mut trial = Trial { parser: &parser, index: kept.as_ref(), vectors, legs: Legs::default(), folder, told };
    trial.index_corpus(corpus).await?;
    Ok(Asking {
        index: Arc::clone(&kept) as Arc<dyn PassageIndex>,
        passages: kept as Arc<dyn PassageStore>,
        embedder,
        generator: engines.generator.as_ref().map(|(g, _)| Arc::clone(g) as Arc<dyn Generator>),
        reranker: engines.reranker.as_ref().map(|(r, _)| Arc::clone(r) as Arc<dyn Reranker>),
        clock: Arc::new(SystemClock),
        policy: place.configuration.asking_policy(),
    })
}

fn print(measured: &AnswerMeasurement, other: Option<&Path>) -> Result<()> {
    output::line(format!(
        "{:<12} {:>9} {:>7} {:>7} {:>9} {:>6} {:>8} {:>8} {:>8} {:>8}",
        "", "questions", "EM", "F1", "contained", "chars", "cite P", "cite R", "answer s", "first s"
    ))?;
    print_row("all", &measured.quality)?;
    for (mode, quality) in &measured.modes {
        print_row(mode, quality)?;
    }
    let other = other.map_or_else(|| "no other set".to_owned(), |path| path.display().to_string());
    output::line(format!(
        "refusals: precision {:.3}, recall {:.3} over {} questions of {other}; answerable refused {:.3}; model {}",
        measured.refusal_precision, measured.refusal_recall, measured.unanswerable, measured.answerable_refused, measured.model
    ))
}

fn print_row(name: &str, q: &AnswerQuality) -> Result<()> {
    output::line(format!(
        "{name:<12} {:>9} {:>7.3} {:>7.3} {:>9.3} {:>6.0} {:>8.3} {:>8.3} {:>8.2} {:>8.2}",
        q.questions, q.em, q.f1, q.containment, q.characters, q.citation_precision, q.citation_recall, q.answer_s, q.first_token_s
    ))
}
