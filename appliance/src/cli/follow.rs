//! Following jobs to their end, whoever works them off: a bar on a terminal, a line a file elsewhere.

use super::output;
use crate::catalog::Catalog;
use crate::data_folder::DataFolder;
use anyhow::Result;
use appliance_core::id::JobId;
use appliance_core::ports::catalog::IngestStage;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How often the catalog is asked.
const INTERVAL: Duration = Duration::from_millis(200);

/// A job, and the file it is for.
#[derive(Debug, Clone)]
pub struct Followed {
    /// The job.
    pub job: JobId,
    /// The file's name.
    pub name: String,
}

/// Who works the jobs off.
#[derive(Debug, Clone, Copy)]
pub enum Worker<'a> {
    /// This process.
    Here,
    /// A server on this data folder. It may end before the jobs do.
    Server(&'a DataFolder),
}

/// What became of the jobs.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Files that answer questions now.
    pub searchable: usize,
    /// Their passages.
    pub passages: u64,
    /// Files that do not, with the reason.
    pub failed: Vec<Failed>,
}

/// A file that could not be made searchable.
#[derive(Debug, Serialize)]
pub struct Failed {
    /// The file's name.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// Waits until all `jobs` have ended.
pub async fn follow(catalog: &Catalog, jobs: &[Followed], worker: Worker<'_>) -> Result<Outcome> {
    let bar = bar(jobs.len());
    let started = Instant::now();
    let mut open: HashMap<JobId, &str> = jobs.iter().map(|f| (f.job, f.name.as_str())).collect();
    let mut outcome = Outcome::default();
    while !open.is_empty() {
        let ids: Vec<JobId> = open.keys().copied().collect();
        let states = catalog.job_states(&ids).await?;
        let mut underway = 0;
        for state in &states {
            let Some(name) = open.get(&state.id).copied() else { continue };
            match state.progress.stage {
                IngestStage::Done => {
                    outcome.searchable += 1;
                    outcome.passages += u64::from(state.passages);
                    let warnings = if state.warnings > 0 { format!(", {} warnings", state.warnings) } else { String::new() };
                    tell(&bar, &format!("{name}: {} passages{warnings}", state.passages));
                }
                IngestStage::Failed => {
                    let reason = state.failure.as_ref().map(|f| f.message.clone()).unwrap_or_default();
                    tell(&bar, &format!("{name}: failed: {reason}"));
                    outcome.failed.push(Failed { name: name.to_owned(), reason });
                }
                _ => {
                    underway += u64::from(state.progress.done);
                    continue;
                }
            }
            open.remove(&state.id);
            bar.inc(1);
        }
        // A job that the catalog no longer knows belonged to a document that was deleted meanwhile.
        open.retain(|id, _| states.iter().any(|s| s.id == *id));
        let passages = outcome.passages + underway;
        bar.set_message(format!("{passages} passages, {:.1}/s", passages as f64 / started.elapsed().as_secs_f64().max(0.001)));
        if open.is_empty() {
            break;
        }
        refuse_to_wait_for_nobody(worker, open.len())?;
        tokio::time::sleep(INTERVAL).await;
    }
    bar.finish_and_clear();
    Ok(outcome)
}

fn refuse_to_wait_for_nobody(worker: Worker<'_>, waiting: usize) -> Result<()> {
    let Worker::Server(data) = worker else { return Ok(()) };
    match data.lock()? {
        None => Ok(()),
        Some(_free) => Err(output::refusal(
            format!("the server ended; {waiting} files wait in its queue"),
            "start `kura serve`: it takes them up again",
        )),
    }
}

fn bar(files: usize) -> ProgressBar {
    let bar = ProgressBar::new(files as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} files · {msg} · {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(INTERVAL);
    bar
}

/// Says a line above the bar, or plainly where there is none.
fn tell(bar: &ProgressBar, line: &str) {
    if bar.is_hidden() { output::say(line) } else { bar.println(line) }
}
