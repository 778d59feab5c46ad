//! `kura collection`: sets of documents and who may see them.

use super::output;
use crate::catalog::Catalog;
use crate::catalog::access::Principal;
use crate::wiring::Place;
use anyhow::Result;
use appliance_core::id::CollectionId;
use std::process::ExitCode;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the collections
    List {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Add a collection that only administrators and the people named may see
    Add {
        /// Its name
        name: String,
        /// Who may see it: logins, or `everyone`
        #[arg(long = "for", value_name = "LOGIN")]
        principals: Vec<String>,
    },
    /// Let a person, or `everyone`, see a collection
    Open {
        /// Its name
        name: String,
        /// A login, or `everyone`
        principal: String,
    },
    /// Take a person's, or everyone's, sight of a collection away
    Close {
        /// Its name
        name: String,
        /// A login, or `everyone`
        principal: String,
    },
}

pub async fn run(place: &Place, command: Command) -> Result<ExitCode> {
    let catalog = place.catalog().await?;
    match command {
        Command::List { json } => list(&catalog, json).await?,
        Command::Add { name, principals } => {
            if catalog.collection_named(&name).await?.is_some() {
                return Err(output::refusal(format!("collection {name} exists already"), "see `kura collection list`"));
            }
            let mut found = Vec::new();
            for principal in &principals {
                found.push(self::principal(&catalog, principal).await?);
            }
            catalog.add_collection(&name, &found).await?;
        }
        Command::Open { name, principal } => {
            let principal = self::principal(&catalog, &principal).await?;
            catalog.open_collection(named(&catalog, &name).await?, principal).await?;
        }
        Command::Close { name, principal } => {
            let principal = self::principal(&catalog, &principal).await?;
            catalog.close_collection(named(&catalog, &name).await?, principal).await?;
        }
    }
    catalog.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn list(catalog: &Catalog, json: bool) -> Result<()> {
    let entries = catalog.visible_collections(&catalog.local_operator().await?).await?;
    if json {
        return output::json(&entries);
    }
    for entry in entries {
        output::line(format!("{}\t{} documents", entry.name, entry.documents))?;
    }
    Ok(())
}

async fn named(catalog: &Catalog, name: &str) -> Result<CollectionId> {
    let found = catalog.collection_named(name).await?;
    found.ok_or_else(|| output::refusal(format!("there is no collection {name}"), "see `kura collection list`"))
}

/// Everyone, or the person who signs in by that name.
pub async fn principal(catalog: &Catalog, name: &str) -> Result<Principal> {
    if name == "everyone" {
        return Ok(Principal::Everyone);
    }
    let person = catalog.person(name).await?;
    Ok(Principal::User(person.ok_or_else(|| output::refusal(format!("nobody signs in as {name}"), "see `kura user list`"))?.id))
}
