//! `kura ingest`: files into the library. Beside a running server it only queues them; the server does the work.

use super::follow::{self, Followed, Outcome};
use super::{output, search};
use crate::catalog::Catalog;
use crate::catalog::access::Principal;
use crate::wiring::{self, Place, Writing};
use anyhow::{Context as _, Result, bail};
use appliance_core::id::{CollectionId, DocumentId};
use appliance_core::ports::DocumentReader;
use appliance_core::ports::catalog::{Accepted, Upload};
use appliance_core::ports::reader::{Password, Unlocked};
use appliance_core::validity::Day;
use appliance_core::validity::lineage::SetDays;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Notify;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Files, or folders whose files are all added
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// The collection they go to; made, for everyone to see, if there is none of that name [default: the first one]
    #[arg(long, value_name = "NAME")]
    collection: Option<String>,
    /// The document of which the file is a version, by its number or by the name that it was added under; without it, a file of
    /// the same name is a version
    #[arg(long, value_name = "DOCUMENT")]
    version_of: Option<String>,
    /// The first day on which the file's text is in force, whatever the text says: 2024-04-01 or 令和6年4月1日
    #[arg(long, value_name = "DAY", value_parser = search::day)]
    from: Option<Day>,
    /// The first day on which it is no longer in force
    #[arg(long, value_name = "DAY", value_parser = search::day)]
    until: Option<Day>,
    /// A file whose first line is the password of encrypted files among them; they are stored without it
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub async fn run(place: &Place, arguments: &Arguments) -> Result<ExitCode> {
    let files = files_of(&arguments.paths)?;
    let password = arguments.password_file.as_deref().map(password).transpose()?;
    let catalog = place.catalog().await?;
    let collection = collection(&catalog, arguments.collection.as_deref()).await?;
    let version_of = match &arguments.version_of {
        Some(named) => Some(document_named(&catalog, collection, named).await?),
        None => None,
    };
    if files.len() > 1 && (version_of.is_some() || arguments.from.is_some() || arguments.until.is_some()) {
        bail!("--version-of, --from and --until are for one file at a time");
    }
    let edition = Edition { version_of, days: SetDays { from: arguments.from, until: arguments.until } };
    let started = Instant::now();
    let (jobs, duplicates) = queue(place, &catalog, collection, &files, password.as_ref(), edition).await?;
    let outcome = carry_out(place, &catalog, &jobs).await?;
    let seconds = started.elapsed().as_secs_f64();
    catalog.close().await;
    tell(arguments, files.len(), duplicates, &outcome, seconds)
}

/// Sees these jobs through: here, or with the server that holds the data folder.
pub(super) async fn carry_out(place: &Place, catalog: &Catalog, jobs: &[Followed]) -> Result<Outcome> {
    match place.data.lock()? {
        Some(lock) => {
            let outcome = work(place, catalog, jobs).await?;
            drop(lock);
            Ok(outcome)
        }
        None => {
            output::say(format!("{} files queued; the running server reads them", jobs.len()));
            let outcome = follow::follow(catalog, jobs, follow::Worker::Server(&place.data)).await?;
            if let left @ 1.. = catalog.embeddings_to_make().await?.passages {
                output::say(format!(
                    "{left} passages are found by their words; the server goes on with preparing them for search by meaning"
                ));
            }
            Ok(outcome)
        }
    }
}

/// The password in the first line of a file. It is never an argument: those can be seen by everyone on the machine.
pub(super) fn password(file: &Path) -> Result<Password> {
    let text = fs::read_to_string(file).with_context(|| format!("password file {} cannot be read", file.display()))?;
    Ok(Password::new(text.lines().next().unwrap_or_default()))
}

/// Tries a password on `file`. What was opened lies in a file of its own beside it, which the caller takes over.
pub(super) async fn opened(place: &Place, file: &Path, password: &Password) -> Result<(Unlocked, PathBuf)> {
    let (reader, from, to) = (place.reader(), file.to_owned(), file.with_extension("opened"));
    let password = password.clone();
    wiring::blocking(move || Ok((reader.unlock(&from, &password, &to)?, to))).await
}

/// A file to add, and the name that it gets in the library.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Arrival {
    pub(super) path: PathBuf,
    pub(super) name: String,
}

/// The files named, and all files of the folders named but hidden ones. A file in a folder of a folder is named with
/// its path, so that two of the same name stay two documents.
pub(super) fn files_of(paths: &[PathBuf]) -> Result<Vec<Arrival>> {
    let mut files = Vec::new();
    for path in paths {
        let kind = fs::metadata(path).with_context(|| format!("{} cannot be read", path.display()))?;
        if kind.is_dir() {
            collect(path, path, &mut files)?;
        } else {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
            files.push(Arrival { path: path.clone(), name: name.unwrap_or_default() });
        }
    }
    if files.is_empty() {
        bail!("the folders named hold no files");
    }
    Ok(files)
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<Arrival>) -> Result<()> {
    let failed = || format!("folder {} cannot be listed", folder.display());
    let mut entries = fs::read_dir(folder).with_context(failed)?.collect::<Result<Vec<_>, _>>().with_context(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, kind) = (entry.path(), entry.file_type().with_context(failed)?);
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if kind.is_dir() {
            collect(root, &path, files)?;
        } else if path.is_file() {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            files.push(Arrival { path, name });
        }
    }
    Ok(())
}

async fn collection(catalog: &Catalog, name: Option<&str>) -> Result<CollectionId> {
    let Some(name) = name else {
        let first = catalog.first_collection().await?;
        return first.map(|(id, _)| id).ok_or_else(|| output::refusal("there is no collection", "name one with --collection"));
    };
    if let Some(id) = catalog.collection_named(name).await? {
        return Ok(id);
    }
    output::say(format!(
        "collection {name} is new; everyone who signs in may see it (`kura collection close {name} everyone` changes that)"
    ));
    Ok(catalog.add_collection(name, &[Principal::Everyone]).await?)
}

/// Of what a file is a version, and when it is in force.
#[derive(Clone, Copy)]
struct Edition {
    version_of: Option<DocumentId>,
    days: SetDays,
}

/// The document of a number, or of a name in the collection.
async fn document_named(catalog: &Catalog, collection: CollectionId, named: &str) -> Result<DocumentId> {
    let operator = catalog.local_operator().await?;
    let documents = catalog.visible_documents(&operator).await?;
    let id = named.parse().ok().map(DocumentId);
    let found = documents.iter().find(|d| d.collection == collection && (Some(d.id) == id || d.file_name == named));
    found.map(|d| d.id).ok_or_else(|| output::refusal(format!("the collection has no document {named}"), "see `kura document list`"))
}

/// Copies each file into the store and queues its job. Returns the jobs and how many files the collection held already.
async fn queue(
    place: &Place,
    catalog: &Catalog,
    collection: CollectionId,
    files: &[Arrival],
    password: Option<&Password>,
    edition: Edition,
) -> Result<(Vec<Followed>, usize)> {
    let viewer = catalog.local_operator().await?;
    let (mut jobs, mut duplicates) = (Vec::new(), 0);
    for arrival in files {
        let file = copied(place, arrival)?;
        let file = match password {
            Some(password) => in_the_clear(place, file, arrival, password).await?,
            None => file,
        };
        let Edition { version_of, days } = edition;
        let upload = Upload { file, name: arrival.name.clone(), collection, encoding: None, version_of, days };
        match catalog.accept(&viewer, upload).await? {
            Accepted::Queued { job, .. } => jobs.push(Followed { job, name: arrival.name.clone() }),
            Accepted::Duplicate { .. } => duplicates += 1,
        }
    }
    Ok((jobs, duplicates))
}

/// A copy of the file in the data folder, for the store to take.
fn copied(place: &Place, arrival: &Arrival) -> Result<PathBuf> {
    let folder = place.data.temporary();
    fs::create_dir_all(&folder).with_context(|| format!("folder {} cannot be made", folder.display()))?;
    let copy = tempfile::NamedTempFile::new_in(&folder).with_context(|| format!("no file can be made in {}", folder.display()))?;
    fs::copy(&arrival.path, copy.path()).with_context(|| format!("{} cannot be copied into the data folder", arrival.path.display()))?;
    let (_, file) = copy.keep().context("the copy cannot be kept")?;
    Ok(file)
}

/// The copy in the clear, if the password opens it; else the copy itself, whose ingest then tells what it lacks.
async fn in_the_clear(place: &Place, copy: PathBuf, arrival: &Arrival, password: &Password) -> Result<PathBuf> {
    let said = match opened(place, &copy, password).await {
        Ok((Unlocked::Opened, clear)) => {
            fs::remove_file(&copy).with_context(|| format!("{} cannot be removed", copy.display()))?;
            return Ok(clear);
        }
        Ok((Unlocked::NotNeeded, _)) => return Ok(copy),
        Ok((Unlocked::WrongPassword, _)) => "the password is wrong; `kura document unlock` tries another".to_owned(),
        Err(error) => output::chain(&error),
    };
    output::say(format!("{}: {said}", arrival.name));
    Ok(copy)
}

/// Works the queue off in this process, which holds the lock.
async fn work(place: &Place, catalog: &Catalog, jobs: &[Followed]) -> Result<Outcome> {
    let followed = catalog.pending_updates().await?.is_empty() && catalog.pending_removals().await?.is_empty();
    if followed && catalog.count_open_jobs().await? == 0 {
        return Ok(Outcome::default());
    }
    let engines = place.engines(Writing::NotNeeded).await?;
    let index = place.index(&engines).await?;
    wiring::refuse_lost_passages(index.as_ref(), catalog).await?;
    let runner = place.job_runner(&engines, index, catalog.clone(), Arc::new(Notify::new()));
    runner.recover(place.configuration.ingest.attempts).await?;
    let workers = place.configuration.ingest.readers();
    let working = tokio::spawn(async move { runner.work_off(workers).await });
    let outcome = follow::follow(catalog, jobs, follow::Worker::Here).await?;
    follow::embedding(catalog, &working).await?;
    working.await?;
    Ok(outcome)
}

fn tell(arguments: &Arguments, files: usize, duplicates: usize, outcome: &Outcome, seconds: f64) -> Result<ExitCode> {
    let failed = outcome.failed.len();
    if arguments.json {
        output::json(&json!({
            "files": files, "searchable": outcome.searchable, "failed": outcome.failed, "duplicates": duplicates,
            "held": outcome.held, "cancelled": outcome.cancelled, "pages": outcome.parts, "passages": outcome.passages, "seconds": (seconds * 1000.0).round() / 1000.0,
        }))?;
    } else {
        let known = if duplicates > 0 { format!(", {duplicates} held already") } else { String::new() };
        let held = if outcome.held.is_empty() { String::new() } else { format!(", {} to be accepted", outcome.held.len()) };
        let cancelled = if outcome.cancelled.is_empty() { String::new() } else { format!(", {} cancelled", outcome.cancelled.len()) };
        let rate = outcome.passages as f64 / seconds.max(0.001);
        output::line(format!(
            "{} of {files} files searchable, {failed} failed{held}{cancelled}{known}; {} pages, {} passages in {seconds:.1} s ({rate:.1}/s)",
            outcome.searchable, outcome.parts, outcome.passages
        ))?;
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_folders_keep_their_paths_as_names() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("規則/別表")).unwrap();
        for name in ["b.txt", ".hidden", "規則/a.txt", "規則/別表/a.txt"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let names: Vec<String> =
            files_of(&[folder.path().to_owned(), folder.path().join("規則/a.txt")]).unwrap().into_iter().map(|a| a.name).collect();
        assert_eq!(names, ["b.txt", "規則/a.txt", "規則/別表/a.txt", "a.txt"]);
    }
}
