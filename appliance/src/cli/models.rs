//! `kura models`: what models the appliance has.

use super::output;
use crate::wiring::{Place, blocking};
use anyhow::Result;
use inference::shelf::{ModelRole, Shelf, Soundness};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the models
    List {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Read every byte of every model and compare it with models.toml
    Verify {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Put a GGUF file on the shelf
    Add {
        /// The file; of a split model, any part
        file: PathBuf,
        /// What it is for: embedder, generator or reranker
        #[arg(long, value_parser = role)]
        role: ModelRole,
        /// The name to configure it under [default: the file's]
        #[arg(long)]
        name: Option<String>,
    },
}

fn role(name: &str) -> Result<ModelRole, String> {
    ModelRole::from_name(name).ok_or_else(|| "one of embedder, generator, reranker".to_owned())
}

pub async fn run(place: &Place, command: Command) -> Result<ExitCode> {
    inference::cpu::check()?;
    let folder = place.data.models();
    blocking(move || {
        let mut shelf = Shelf::open(&folder)?;
        match command {
            Command::List { json } => list(&shelf, json),
            Command::Verify { json } => verify(&shelf, json),
            Command::Add { file, role, name } => {
                let entry = shelf.add(&file, role, name.as_deref())?;
                let (name, role, default) = (entry.name.clone(), entry.role.name(), entry.default);
                output::say(match default {
                    true => format!("{name} is now the {role}"),
                    false => format!("{name} can be used as {role}: set inference.{role} = \"{name}\" in kura.toml"),
                });
                output::line(name)?;
                Ok(ExitCode::SUCCESS)
            }
        }
    })
    .await
}

fn list(shelf: &Shelf, json: bool) -> Result<ExitCode> {
    if json {
        let described = |e: &inference::shelf::ModelEntry| {
            json!({ "name": e.name, "role": e.role.name(), "default": e.default, "present": shelf.is_present(e), "file": e.file, "bytes": e.bytes,
                    "sha256": e.sha256, "licence": e.licence, "origin": e.origin, "context": e.context,
                    "adapter": e.adapter.as_ref().map(|a| &a.file) })
        };
        output::json(&shelf.list().iter().map(described).collect::<Vec<_>>())?;
        return Ok(ExitCode::SUCCESS);
    }
    for entry in shelf.list() {
        let state = match (shelf.is_present(entry), entry.default) {
            (false, _) => "not here",
            (true, true) => "default",
            (true, false) => "here",
        };
        output::line(format!("{}\t{}\t{state}\t{} MB\t{}", entry.name, entry.role.name(), entry.bytes / 1_000_000, entry.licence))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn verify(shelf: &Shelf, json: bool) -> Result<ExitCode> {
    let verifications = shelf.verify(|file| output::say(format!("reading {file}")));
    let sound = verifications.iter().all(|v| v.outcome.is_ok());
    let said = |v: &inference::shelf::Verification| match &v.outcome {
        Ok(Soundness::Sound) => ("sound", None),
        Ok(Soundness::NotFetched) => ("not here", None),
        Err(e) => ("unsound", Some(e.to_string())),
    };
    if json {
        let described = |v| {
            let (state, reason) = said(v);
            json!({ "name": v.model, "state": state, "reason": reason })
        };
        output::json(&verifications.iter().map(described).collect::<Vec<_>>())?;
    } else {
        for v in &verifications {
            let (state, reason) = said(v);
            output::line(format!("{}\t{state}{}", v.model, reason.map(|r| format!("\t{r}")).unwrap_or_default()))?;
        }
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
