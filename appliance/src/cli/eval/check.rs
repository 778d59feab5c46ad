//! `kura eval check`: how many planted errors the check of sentences catches, and how many true sentences it passes.

use crate::cli::output;
use crate::evaluation::check::{CheckMeasurement, measure, read_passages, trials};
use crate::wiring::{Place, blocking};
use anyhow::Result;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Folders of corpus.jsonl, or of files, whose sentences are used
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Sentences with an error, and as many true ones
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    count: usize,
    /// Decides which sentences are used and what is made of them
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Print the sentences that were judged wrongly
    #[arg(long)]
    misses: bool,
    /// Print one JSON object, with the sentences that were judged wrongly
    #[arg(long)]
    json: bool,
}

pub async fn run(place: &Place, arguments: &Arguments) -> Result<ExitCode> {
    let parser = place.configuration.ingest.parser();
    let (folders, count, seed) = (arguments.folders.clone(), arguments.count, arguments.seed);
    let measured = blocking(move || {
        let passages = read_passages(&folders, &parser)?;
        Ok(measure(&passages, &trials(&passages, count, seed)))
    })
    .await?;
    if arguments.json {
        output::json(&measured)?;
    } else {
        print(&measured, arguments.misses)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(measured: &CheckMeasurement, misses: bool) -> Result<()> {
    let (planted, truthful) = (&measured.planted, &measured.truthful);
    output::line(format!("{:<18} {:>6} {:>6} {:>7}", "", "of", "right", "share"))?;
    for (name, tally) in [("errors caught", planted), ("true ones passed", truthful)] {
        output::line(format!("{name:<18} {:>6} {:>6} {:>7.4}", tally.trials, tally.right, tally.share))?;
    }
    for (kind, tally) in &measured.kinds {
        output::line(format!("{kind:<18} {:>6} {:>6} {:>7.4}", tally.trials, tally.right, tally.share))?;
    }
    for miss in measured.misses.iter().filter(|_| misses) {
        let faults: Vec<String> = miss.faults.iter().map(|f| format!("{:?} {}", f.criterion, f.written)).collect();
        output::line(format!("{}\n  source  {}\n  checked {}\n  {}", miss.kind, miss.original, miss.sentence, faults.join(", ")))?;
    }
    Ok(())
}
