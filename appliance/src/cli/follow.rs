//! Following jobs to their end, whoever works them off: a bar on a terminal, a line a file elsewhere.

use super::output;
use crate::catalog::{Catalog, JobState};
use crate::data_folder::DataFolder;
use anyhow::Result;
use appliance_core::id::{DocumentId, JobId};
use appliance_core::ports::catalog::{IngestStage, JobProgress};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use serde::Serialize;
use std::collections::HashMap;
use std::time::Duration;
use tokio::task::JoinHandle;

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
    /// Pages and sheets read.
    pub parts: u64,
    /// Files that were read so badly that a person has to accept them.
    pub held: Vec<Held>,
    /// Files whose ingest a person ended.
    pub cancelled: Vec<String>,
    /// Files that do not, with the reason.
    pub failed: Vec<Failed>,
}

/// A file that waits for a person.
#[derive(Debug, Serialize)]
pub struct Held {
    /// The file's name.
    pub name: String,
    /// Its document.
    pub document: DocumentId,
    /// How well its pages were read, from 0 to 1.
    pub score: Option<f32>,
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
    let mut open: HashMap<JobId, &str> = jobs.iter().map(|f| (f.job, f.name.as_str())).collect();
    let mut outcome = Outcome::default();
    while !open.is_empty() {
        let ids: Vec<JobId> = open.keys().copied().collect();
        let states = catalog.job_states(&ids).await?;
        for state in &states {
            let Some(name) = open.get(&state.id).copied() else { continue };
            if let Some(line) = ended(&mut outcome, name, state) {
                tell(&bar, &line);
                open.remove(&state.id);
                bar.inc(1);
            }
        }
        // A job that the catalog no longer knows belonged to a document that was deleted meanwhile.
        open.retain(|id, _| states.iter().any(|s| s.id == *id));
        bar.set_message(under_way(&open, &states));
        if open.is_empty() {
            break;
        }
        refuse_to_wait_for_nobody(worker, open.len())?;
        tokio::time::sleep(INTERVAL).await;
    }
    bar.finish_and_clear();
    Ok(outcome)
}

/// Shows how embedding goes on until `working` ends.
pub async fn embedding(catalog: &Catalog, working: &JoinHandle<()>) -> Result<()> {
    let left = catalog.embeddings_to_make().await?.passages;
    if left == 0 || working.is_finished() {
        return Ok(());
    }
    let bar = ProgressBar::new(left);
    if let Ok(style) = ProgressStyle::with_template("{bar:20} {pos}/{len} passages embedded · {per_sec} · {eta} left") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(INTERVAL);
    while !working.is_finished() {
        tokio::time::sleep(INTERVAL).await;
        let now = catalog.embeddings_to_make().await?.passages;
        bar.set_length(left.max(now));
        bar.set_position(left.saturating_sub(now));
    }
    bar.finish_and_clear();
    Ok(())
}

/// Counts a job that has ended and says how; `None` while it goes on.
fn ended(outcome: &mut Outcome, name: &str, state: &JobState) -> Option<String> {
    let line = match state.progress.stage {
        IngestStage::Done => {
            outcome.searchable += 1;
            outcome.passages += u64::from(state.passages);
            let warnings = if state.warnings > 0 { format!(", {} warnings", state.warnings) } else { String::new() };
            format!("{name}: {} passages{warnings}", state.passages)
        }
        IngestStage::Held => {
            outcome.held.push(Held { name: name.to_owned(), document: state.document, score: state.score });
            let percent = state.score.map(|s| format!(" ({:.0} % of it)", s * 100.0)).unwrap_or_default();
            format!("{name}: read badly{percent}; `kura document accept {}` lets it answer", state.document)
        }
        IngestStage::Failed => {
            let reason = state.failure.as_ref().map(|f| f.message.clone()).unwrap_or_default();
            outcome.failed.push(Failed { name: name.to_owned(), reason: reason.clone() });
            format!("{name}: failed: {reason}")
        }
        IngestStage::Cancelled => {
            outcome.cancelled.push(name.to_owned());
            format!("{name}: cancelled")
        }
        IngestStage::Queued | IngestStage::Parsing | IngestStage::Embedding | IngestStage::Indexing => return None,
    };
    outcome.parts += u64::from(state.parts);
    Some(line)
}

/// What is being done now, and how many files wait.
fn under_way(open: &HashMap<JobId, &str>, states: &[JobState]) -> String {
    let mut told: Vec<String> = Vec::new();
    let mut waiting = 0;
    for state in states {
        match open.get(&state.id) {
            Some(_) if state.progress.stage == IngestStage::Queued => waiting += 1,
            Some(name) => told.extend(progress(name, &state.progress)),
            None => {}
        }
    }
    if waiting > 0 {
        told.push(format!("{waiting} waiting"));
    }
    told.join(" · ")
}

/// How far a file is: `rules.pdf 120/600 pages, 28.3/s, about 17 s left`.
fn progress(name: &str, progress: &JobProgress) -> Option<String> {
    let unit = match progress.stage {
        IngestStage::Parsing => "pages",
        IngestStage::Embedding | IngestStage::Indexing => "passages",
        _ => return None,
    };
    if progress.total == 0 {
        return Some(name.to_owned());
    }
    let rate = progress.rate.map(|r| format!(", {r:.1}/s")).unwrap_or_default();
    let left =
        progress.seconds_left().map(|s| format!(", about {} left", HumanDuration(Duration::from_secs(s.into())))).unwrap_or_default();
    Some(format!("{name} {}/{} {unit}{rate}{left}", progress.done, progress.total))
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
    if let Ok(style) = ProgressStyle::with_template("{bar:20} {pos}/{len} files · {elapsed} · {wide_msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(INTERVAL);
    bar
}

/// Says a line above the bar, or plainly where there is none.
fn tell(bar: &ProgressBar, line: &str) {
    if bar.is_hidden() { output::say(line) } else { bar.println(line) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_names_the_file_its_pages_the_rate_and_the_time_left() {
        let far = JobProgress { stage: IngestStage::Parsing, done: 120, total: 600, rate: Some(28.26) };
        assert_eq!(progress("a.pdf", &far).as_deref(), Some("a.pdf 120/600 pages, 28.3/s, about 17 seconds left"));
        assert_eq!(progress("a.pdf", &JobProgress::new(IngestStage::Embedding, 3, 9)).as_deref(), Some("a.pdf 3/9 passages"));
        assert_eq!(progress("a.pdf", &JobProgress::new(IngestStage::Parsing, 0, 0)).as_deref(), Some("a.pdf"));
    }
}
