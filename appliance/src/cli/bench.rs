//! `kura bench`: how fast this machine does the appliance's work.

use super::ingest::files_of;
use super::output;
use crate::stages::{Stages, is_stage};
use crate::wiring::{Place, blocking};
use crate::worker::{Program, WorkerParser};
use anyhow::{Context as _, Result};
use appliance_core::ports::Parser as _;
use appliance_core::ports::reader::{SourceFile, Watch};
use ingest::{FileParser, Recognition};
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Read files in this process, on one thread, and tell what each stage of reading takes
    Ingest(Arguments),
}

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Files, and folders whose files are all read
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Read the files a second time in confined processes, as the appliance does, and tell what that adds
    #[arg(long)]
    confined: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// What reading the files took.
#[derive(Debug, Serialize)]
struct Measured {
    files: usize,
    refused: usize,
    pages: usize,
    passages: usize,
    megabytes: f64,
    /// From the file on disk to its passages; refused files count too.
    seconds: f64,
    pages_per_second: f64,
    megabytes_per_second: f64,
    /// The most memory that the process has held, as far as the system tells.
    peak_megabytes: Option<f64>,
    stages: Vec<Share>,
    /// The same files read in confined processes, one after the other.
    confined_seconds: Option<f64>,
    slowest: Vec<Slow>,
}

#[derive(Debug, Serialize)]
struct Share {
    stage: &'static str,
    seconds: f64,
    /// Of the whole time, from 0 to 1.
    share: f64,
}

#[derive(Debug, Serialize)]
struct Slow {
    file: String,
    pages: usize,
    seconds: f64,
}

/// Files that are named as the slowest.
const SLOWEST: usize = 5;

pub async fn run(place: &Place, command: Command) -> Result<ExitCode> {
    let Command::Ingest(arguments) = command;
    let stages = Stages::default();
    let listener = tracing_subscriber::registry().with(stages.clone().with_filter(filter_fn(is_stage)));
    tracing::subscriber::set_global_default(listener).context("the stages cannot be listened to")?;
    let files = files_of(&arguments.paths)?;
    let parser = FileParser::new(place.configuration.ingest.limits());
    let sources: Vec<SourceFile> = files.into_iter().map(|f| SourceFile::new(f.path, f.name)).collect();
    // Recognition would be another measurement: both sides go without.
    let workers = arguments.confined.then(|| WorkerParser::new(Program::this(), place.configuration.ingest.clone(), Recognition::Off));
    let measured = blocking(move || {
        let confined = workers.map(|workers| read_all(&workers, &sources).as_secs_f64());
        Ok(Measured { confined_seconds: confined, ..measure(&parser, sources, &stages) })
    })
    .await?;
    if arguments.json {
        output::json(&measured)?;
    } else {
        tell(&measured)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads every file, for the time it takes.
fn read_all(parser: &WorkerParser, files: &[SourceFile]) -> Duration {
    let since = Instant::now();
    for file in files {
        // A refusal takes its time too.
        let _ = parser.read(file, &Watch::default());
    }
    since.elapsed()
}

fn measure(parser: &FileParser, files: Vec<SourceFile>, stages: &Stages) -> Measured {
    let (mut refused, mut pages, mut passages, mut bytes) = (0, 0, 0, 0);
    let mut slowest = Vec::new();
    let mut whole = Duration::ZERO;
    let count = files.len();
    for file in files {
        bytes += std::fs::metadata(&file.path).map_or(0, |m| m.len());
        let since = Instant::now();
        let read = parser.read(&file, &Watch::default());
        let took = since.elapsed();
        whole += took;
        let of_file = read.as_ref().map_or(0, |r| r.parsed.document.pages.len());
        pages += of_file;
        match read {
            Ok(read) => passages += read.passages.len(),
            Err(_) => refused += 1,
        }
        slowest.push(Slow { file: file.name, pages: of_file, seconds: took.as_secs_f64() });
    }
    slowest.sort_by(|a, b| b.seconds.total_cmp(&a.seconds).then_with(|| a.file.cmp(&b.file)));
    slowest.truncate(SLOWEST);
    let seconds = whole.as_secs_f64();
    let megabytes = bytes as f64 / 1e6;
    Measured {
        files: count,
        refused,
        pages,
        passages,
        megabytes,
        seconds,
        pages_per_second: pages as f64 / seconds,
        megabytes_per_second: megabytes / seconds,
        peak_megabytes: peak(),
        stages: shares(stages, whole),
        confined_seconds: None,
        slowest,
    }
}

/// The stages' shares, and what no stage accounts for.
fn shares(stages: &Stages, whole: Duration) -> Vec<Share> {
    let share = |stage, time: Duration| Share { stage, seconds: time.as_secs_f64(), share: time.as_secs_f64() / whole.as_secs_f64() };
    let spent = stages.spent();
    let accounted: Duration = spent.iter().map(|(_, time)| *time).sum();
    let mut shares: Vec<Share> = spent.into_iter().map(|(stage, time)| share(stage, time)).collect();
    shares.push(share("rest", whole.saturating_sub(accounted)));
    shares
}

fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}

fn tell(measured: &Measured) -> Result<()> {
    let Measured { files, refused, pages, passages, megabytes, seconds, .. } = measured;
    output::line(format!("files: {files}, of which {refused} refused"))?;
    output::line(format!("read: {pages} pages, {passages} passages, {megabytes:.1} MB in {seconds:.2} s"))?;
    output::line(format!("speed: {:.0} pages/s, {:.1} MB/s", measured.pages_per_second, measured.megabytes_per_second))?;
    if let Some(peak) = measured.peak_megabytes {
        output::line(format!("memory at most: {peak:.0} MB"))?;
    }
    if let Some(confined) = measured.confined_seconds {
        let more = (confined - seconds) * 1e3 / *files as f64;
        output::line(format!("in confined processes: {confined:.2} s, {more:.1} ms a file more"))?;
    }
    for Share { stage, seconds, share } in &measured.stages {
        output::line(format!("stage {stage:<10} {seconds:8.3} s {:5.1} %", share * 100.0))?;
    }
    for Slow { file, pages, seconds } in &measured.slowest {
        output::line(format!("slowest: {seconds:.3} s for {file} ({pages} pages)"))?;
    }
    Ok(())
}
