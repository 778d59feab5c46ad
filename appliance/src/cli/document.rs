//! `kura document`: what lies in the library, and rules for single documents.

use super::collection::Names;
use super::follow::Followed;
use super::{collection, ingest, output, search};
use crate::catalog::access::DocumentRule;
use crate::catalog::{Catalog, LOCAL_OPERATOR};
use crate::clock::SystemClock;
use crate::wiring::Place;
use anyhow::{Context as _, Result};
use appliance_core::access::Sight;
use appliance_core::id::{DocumentId, VersionId};
use appliance_core::ports::AccessRules;
use appliance_core::ports::catalog::{Decided, Decision, DocumentEntry};
use appliance_core::ports::reader::Unlocked;
use appliance_core::validity::lineage::SetDays;
use appliance_core::validity::{Day, today};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the documents, newest first
    List {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Hide a document from some who may see its collection
    Hide(Rule),
    /// Show a document to some who may not see its collection
    Grant(Rule),
    /// Take such a rule back
    Clear(Rule),
    /// Say which department a document comes from, whatever its text says
    Department {
        /// The document's number, as `kura document list` prints it
        id: i64,
        /// The department; without one, its text says it
        department: Option<String>,
    },
    /// Say who sees a document, and by which rule
    Who {
        /// The document's number, as `kura document list` prints it
        id: i64,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Let a document answer that is held because it was read badly
    Accept(Named),
    /// Delete the newest version of a document that is held, failed or was cancelled; the one before it stays
    Reject(Named),
    /// End the ingest of a document
    Cancel(Named),
    /// Read a document again that failed or was cancelled
    Retry(Named),
    /// Tell when a document's versions are in force, or set the days of one
    Validity(Validity),
    /// Open a document that failed for want of its password
    Unlock(Locked),
}

#[derive(Debug, clap::Args)]
pub struct Named {
    /// The document's number, as `kura document list` prints it
    id: i64,
}

#[derive(Debug, clap::Args)]
pub struct Validity {
    /// The document's number, as `kura document list` prints it
    id: i64,
    /// The version's number, as this command prints it [default: the newest]
    #[arg(long, value_name = "VERSION")]
    version: Option<i64>,
    /// The first day on which it is in force: 2024-04-01 or 令和6年4月1日
    #[arg(long, value_name = "DAY", value_parser = search::day)]
    from: Option<Day>,
    /// The first day on which it is no longer in force
    #[arg(long, value_name = "DAY", value_parser = search::day)]
    until: Option<Day>,
    /// Take back what was set: the days are as the text says
    #[arg(long, conflicts_with_all = ["from", "until"])]
    as_read: bool,
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub struct Locked {
    /// The document's number, as `kura document list` prints it
    id: i64,
    /// A file whose first line is the password
    #[arg(long, value_name = "FILE")]
    password_file: PathBuf,
}

#[derive(Debug, clap::Args)]
pub struct Rule {
    /// The document's number, as `kura document list` prints it
    id: i64,
    /// A login, `group:NAME`, `role:NAME`, or `everyone`
    principal: String,
}

pub async fn run(place: &Place, command: Command) -> Result<ExitCode> {
    let catalog = place.catalog().await?;
    let mut code = ExitCode::SUCCESS;
    match command {
        Command::Accept(named) => code = decide(place, &catalog, &named, Decision::Accept).await?,
        Command::Reject(named) => code = decide(place, &catalog, &named, Decision::Reject).await?,
        Command::Cancel(named) => code = decide(place, &catalog, &named, Decision::Cancel).await?,
        Command::Retry(named) => code = decide(place, &catalog, &named, Decision::Retry).await?,
        Command::Validity(wanted) => code = validity(place, &catalog, &wanted).await?,
        Command::Unlock(locked) => code = unlock(place, &catalog, &locked).await?,
        Command::Department { id, department } => catalog.set_document_department(DocumentId(id), department.as_deref()).await?,
        Command::List { json } => list(&catalog, json).await?,
        Command::Hide(rule) => set(&catalog, &rule, Some(DocumentRule::Hide)).await?,
        Command::Grant(rule) => set(&catalog, &rule, Some(DocumentRule::Grant)).await?,
        Command::Clear(rule) => set(&catalog, &rule, None).await?,
        Command::Who { id, json } => who(&catalog, DocumentId(id), json).await?,
    }
    catalog.close().await;
    Ok(code)
}

async fn decide(place: &Place, catalog: &Catalog, named: &Named, decision: Decision) -> Result<ExitCode> {
    let operator = catalog.local_operator().await?;
    let id = DocumentId(named.id);
    settled(id, catalog.decide(&operator, id, decision).await?.0)?;
    match decision {
        Decision::Accept | Decision::Retry => see_through(place, catalog, id).await,
        Decision::Reject | Decision::Cancel => Ok(ExitCode::SUCCESS),
    }
}

fn settled(id: DocumentId, decided: Decided) -> Result<()> {
    match decided {
        Decided::Done => Ok(()),
        Decided::Unknown => Err(output::refusal(format!("there is no document {id}"), "see `kura document list`")),
        Decided::TooLate => {
            Err(output::refusal(format!("document {id} is not in a state for that"), "see how it stands with `kura document list`"))
        }
    }
}

/// Sets days, where some are named, sees to it that the index follows, and tells how all versions stand.
async fn validity(place: &Place, catalog: &Catalog, wanted: &Validity) -> Result<ExitCode> {
    let operator = catalog.local_operator().await?;
    let id = DocumentId(wanted.id);
    if wanted.as_read || wanted.from.is_some() || wanted.until.is_some() {
        let versions = catalog.kept_versions(&operator, id).await?;
        let named = wanted.version.map(VersionId);
        let chosen = versions.iter().find(|v| named.is_none_or(|n| n == v.id));
        let Some(version) = chosen else {
            return Err(output::refusal(format!("document {id} has no such version"), "see `kura document validity ID`"));
        };
        // What is not named stays as it was set.
        let days = match wanted.as_read {
            true => SetDays::default(),
            false => SetDays { from: wanted.from.or(version.set.from), until: wanted.until.or(version.set.until) },
        };
        if catalog.set_days(&operator, id, version.id, days).await? == Decided::TooLate {
            return Err(output::refusal("the last day comes before the first", "name a later --until"));
        }
        ingest::carry_out(place, catalog, &[]).await?;
    }
    let versions = catalog.kept_versions(&operator, id).await?;
    if wanted.json {
        output::json(&versions)?;
        return Ok(ExitCode::SUCCESS);
    }
    let today = today(&SystemClock);
    for version in versions {
        let days = version.days.unwrap_or_default();
        let stands = match version.days {
            Some(days) => search::in_force(&days, days.standing(today)),
            None => " · answers on no day".to_owned(),
        };
        let by = if version.set == SetDays::default() { "" } else { " · set by an operator" };
        let unknown = if days.are_known() || version.days.is_none() { "" } else { " · no day known" };
        output::line(format!("version {} · {}{stands}{unknown}{by}", version.id, version.title))?;
        for part in &version.said.parts {
            output::line(format!("    {} in force from {}", part.address, part.from))?;
        }
        for said in &version.said.uncomputed {
            output::line(format!("    cannot be computed: {said}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn unlock(place: &Place, catalog: &Catalog, locked: &Locked) -> Result<ExitCode> {
    let operator = catalog.local_operator().await?;
    let id = DocumentId(locked.id);
    let password = ingest::password(&locked.password_file)?;
    let Some(file) = catalog.locked_file(&operator, id).await? else {
        let known = catalog.visible_document(&operator, id).await?.is_some();
        settled(id, if known { Decided::TooLate } else { Decided::Unknown })?;
        return Ok(ExitCode::FAILURE);
    };
    let copy = place.data.temporary().join(format!("unlock-{id}"));
    std::fs::create_dir_all(place.data.temporary()).context("the folder for temporary files cannot be made")?;
    std::fs::copy(&file.file, &copy).with_context(|| format!("{} cannot be copied", file.name))?;
    let tried = ingest::opened(place, &copy, &password).await;
    std::fs::remove_file(&copy).with_context(|| format!("{} cannot be removed", copy.display()))?;
    match tried? {
        (Unlocked::Opened, clear) => settled(id, catalog.unlock(&operator, id, clear).await?)?,
        (Unlocked::WrongPassword, _) => {
            return Err(output::refusal(
                format!("{}: the password is wrong", file.name),
                "check it and call again; the file is still there",
            ));
        }
        (Unlocked::NotNeeded, _) => {
            let hint = "remove the password in its own program and add the file again";
            return Err(output::refusal(format!("{}: this kind of file cannot be opened with a password here", file.name), hint));
        }
    }
    see_through(place, catalog, id).await
}

/// Follows the document's job to its end.
async fn see_through(place: &Place, catalog: &Catalog, id: DocumentId) -> Result<ExitCode> {
    let Some((job, name)) = catalog.newest_job(id).await? else { return Ok(ExitCode::FAILURE) };
    let outcome = ingest::carry_out(place, catalog, &[Followed { job, name }]).await?;
    Ok(if outcome.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn list(catalog: &Catalog, json: bool) -> Result<()> {
    let entries: Vec<DocumentEntry> = catalog.visible_documents(&catalog.local_operator().await?).await?;
    if json {
        return output::json(&entries);
    }
    for entry in entries {
        let state = format!("{:?}", entry.state).to_lowercase();
        let reason = entry.failure.map(|f| format!("\t{}", f.message)).unwrap_or_default();
        let score = entry.score.map(|s| format!("\tread to {:.0} %", s * 100.0)).unwrap_or_default();
        output::line(format!(
            "{}\t{}\t{}\t{state}\t{} passages{score}{reason}",
            entry.id, entry.collection_name, entry.file_name, entry.passages
        ))?;
    }
    Ok(())
}

async fn set(catalog: &Catalog, rule: &Rule, wanted: Option<DocumentRule>) -> Result<()> {
    let document = DocumentId(rule.id);
    let principal = collection::principal(catalog, &rule.principal).await?;
    match catalog.set_document_rule(LOCAL_OPERATOR, document, principal, wanted).await? {
        true => Ok(()),
        false => settled(document, Decided::Unknown),
    }
}

async fn who(catalog: &Catalog, document: DocumentId, json: bool) -> Result<()> {
    let Some(rules) = catalog.document_rules(&catalog.local_operator().await?, document).await? else {
        return settled(document, Decided::Unknown);
    };
    if json {
        return output::json(&rules);
    }
    let names = Names::of(catalog).await?;
    for (person, sight) in rules.people {
        let sees = if sight.sees() { "sees it" } else { "does not" };
        let why = match sight {
            Sight::Administrator => "administrators see everything".to_owned(),
            Sight::Granted(to) => format!("granted to {}", names.name(to)),
            Sight::Open(to) => format!("collection {} is open to {}", rules.collection.name, names.name(to)),
            Sight::Hidden(from) => format!("hidden from {}", names.name(from)),
            Sight::Closed => format!("collection {} is not open to them", rules.collection.name),
        };
        output::line(format!("{}\t{sees}\t{why}", person.login))?;
    }
    Ok(())
}
