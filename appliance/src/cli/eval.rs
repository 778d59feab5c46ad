//! `kura eval`: quality measured over sets of questions.

mod answers;
mod check;
mod tune;
mod tune_answers;

use super::output;
use super::search::LegsArgument;
use crate::evaluation::{Choices, Measurement, Trial, Vectors, read_sets};
use crate::vector_cache::VectorCache;
use crate::wiring::{Place, Writing, blocking};
use anyhow::{Context as _, Result};
use appliance_core::evaluation::RetrievalQuality;
use appliance_core::id::ContentHash;
use appliance_core::ports::models::ModelIdentity;
use appliance_core::ports::{Embedder, PassageIndex};
use indicatif::{ProgressBar, ProgressStyle};
use retrieval::HybridIndex;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Index a corpus in a temporary place and measure what its questions find
    Retrieval(Arguments),
    /// Index a corpus in a temporary place, ask its questions, and measure the answers and the refusals
    Answers(answers::Arguments),
    /// Plant errors in sentences of true texts, and measure what the check of sentences catches
    Check(check::Arguments),
    /// Find the settings of the index that find most, judged by questions that they were not chosen by
    Tune(tune::Arguments),
    /// Learn which sentences to quote and when to refuse from one half of the questions, for the other half to judge
    TuneAnswers(tune_answers::Arguments),
}

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Folders of corpus.jsonl and queries.jsonl; of several, one index is made
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Which ways of searching take part
    #[arg(long, value_enum, default_value_t)]
    legs: LegsArgument,
    /// Ask only the first N questions of each folder
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Keep the passages' vectors here between calls
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Ask with the choices that a set gives with its questions: without them, 「次のうち正しいものは」 asks nothing
    #[arg(long)]
    choices: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub async fn run(place: &Place, command: Command) -> Result<ExitCode> {
    let arguments = match command {
        Command::Retrieval(arguments) => arguments,
        Command::Answers(arguments) => return answers::run(place, &arguments).await,
        Command::Check(arguments) => return check::run(place, &arguments).await,
        Command::TuneAnswers(arguments) => return tune_answers::run(place, &arguments).await,
        Command::Tune(arguments) => return tune::run(place, &arguments).await,
    };
    let (corpus, questions) = read_sets(&arguments.folders, arguments.limit.unwrap_or(usize::MAX), Choices::asked(arguments.choices))?;
    let folder = tempfile::tempdir().context("no temporary folder can be made")?;
    let (index, vectors) = prepare(place, &arguments, folder.path()).await?;
    let bar = bar();
    let told = |what: &'static str, done: usize, total: usize| {
        bar.set_message(what);
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    };
    // Not in workers: the texts were read from the questions' own file, are plain, and there are thousands of them.
    let parser = place.configuration.ingest.parser();
    let trial = Trial { parser: &parser, index: index.as_ref(), vectors, legs: arguments.legs.into(), folder: folder.path(), told: &told };
    let measured = trial.run(&corpus, &questions).await?;
    bar.finish_and_clear();
    if arguments.json {
        output::json(&measured)?;
    } else {
        print(&measured)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// An empty index in `folder`, and where vectors come from. Searching by words alone loads no model.
async fn prepare(place: &Place, arguments: &Arguments, folder: &Path) -> Result<(Arc<dyn PassageIndex>, Vectors)> {
    let at = folder.join("index");
    if arguments.legs == LegsArgument::Lexical {
        let (analyzer, settings) = (place.analyzer().await?, place.configuration.index);
        let nobody = ModelIdentity { name: "none".to_owned(), hash: ContentHash::of(b"none") };
        let index = blocking(move || Ok(HybridIndex::open(&at, analyzer, &nobody, 1, settings)?)).await?;
        return Ok((Arc::new(index), Vectors::None));
    }
    let engines = place.engines(Writing::NotNeeded).await?;
    let index = place.index_anew(&engines, &at).await?;
    let embedder = Arc::clone(&engines.embedder) as Arc<dyn Embedder>;
    let vectors = match &arguments.cache {
        Some(cache) => {
            let cache = VectorCache::open(cache, &embedder.identity().hash, embedder.dimension())?;
            Vectors::Cached(embedder, Box::new(cache))
        }
        None => Vectors::Model(embedder),
    };
    Ok((index, vectors))
}

pub(super) fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} · {elapsed}") {
        bar.set_style(style);
    }
    bar
}

fn print(measured: &Measurement) -> Result<()> {
    output::line(format!("{:<24} {:>9} {:>6} {:>6} {:>6} {:>6} {:>7}", "", "questions", "hit@1", "hit@5", "hit@10", "MRR@10", "nDCG@10"))?;
    print_row("all", &measured.quality)?;
    for (kind, quality) in &measured.kinds {
        print_row(kind, quality)?;
    }
    output::line(format!(
        "{} entries, {} passages, {:.1} passages/s; search p50 {:.1} ms, p95 {:.1} ms",
        measured.entries, measured.passages, measured.passages_per_s, measured.p50_ms, measured.p95_ms
    ))?;
    if measured.vectors_reused > 0 {
        output::say(format!("{} vectors came from the cache: passages/s is not the embedder's speed", measured.vectors_reused));
    }
    Ok(())
}

fn print_row(name: &str, q: &RetrievalQuality) -> Result<()> {
    output::line(format!(
        "{name:<24} {:>9} {:>6.3} {:>6.3} {:>6.3} {:>6.3} {:>7.3}",
        q.questions, q.hit_1, q.hit_5, q.hit_10, q.mrr_10, q.ndcg_10
    ))
}
