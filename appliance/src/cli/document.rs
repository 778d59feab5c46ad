//! `kura document`: what lies in the library, and rules for single documents.

use super::output;
use crate::catalog::Catalog;
use crate::catalog::access::{DocumentRule, Principal};
use crate::wiring::Place;
use anyhow::Result;
use appliance_core::id::DocumentId;
use appliance_core::ports::catalog::DocumentEntry;
use std::process::ExitCode;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the documents, newest first
    List {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Hide a document from a person, or from `everyone`, who may see its collection
    Hide(Rule),
    /// Show a document to a person, or to `everyone`, who may not see its collection
    Grant(Rule),
    /// Take such rules back
    Clear(Rule),
}

#[derive(Debug, clap::Args)]
pub struct Rule {
    /// The document's number, as `kura document list` prints it
    id: i64,
    /// A login, or `everyone`
    principal: String,
}

pub async fn run(place: &Place, command: Command) -> Result<ExitCode> {
    let catalog = place.catalog().await?;
    match command {
        Command::List { json } => list(&catalog, json).await?,
        Command::Hide(rule) => {
            let (document, principal) = named(&catalog, &rule).await?;
            catalog.set_document_rule(document, principal, DocumentRule::Hide).await?;
        }
        Command::Grant(rule) => {
            let (document, principal) = named(&catalog, &rule).await?;
            catalog.set_document_rule(document, principal, DocumentRule::Grant).await?;
        }
        Command::Clear(rule) => {
            let (document, principal) = named(&catalog, &rule).await?;
            catalog.clear_document_rules(document, principal).await?;
        }
    }
    catalog.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn list(catalog: &Catalog, json: bool) -> Result<()> {
    let entries: Vec<DocumentEntry> = catalog.visible_documents(&catalog.local_operator().await?).await?;
    if json {
        return output::json(&entries);
    }
    for entry in entries {
        let state = format!("{:?}", entry.state).to_lowercase();
        let reason = entry.failure.map(|f| format!("\t{}", f.message)).unwrap_or_default();
        output::line(format!(
            "{}\t{}\t{}\t{state}\t{} passages{reason}",
            entry.id, entry.collection_name, entry.file_name, entry.passages
        ))?;
    }
    Ok(())
}

async fn named(catalog: &Catalog, rule: &Rule) -> Result<(DocumentId, Principal)> {
    let operator = catalog.local_operator().await?;
    let document = DocumentId(rule.id);
    if catalog.visible_document(&operator, document).await?.is_none() {
        return Err(output::refusal(format!("there is no document {document}"), "see `kura document list`"));
    }
    Ok((document, super::collection::principal(catalog, &rule.principal).await?))
}
