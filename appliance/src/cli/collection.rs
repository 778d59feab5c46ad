//! `kura collection`: sets of documents and who may see them.

use super::{group, output};
use crate::catalog::access::Principal;
use crate::catalog::{Catalog, LOCAL_OPERATOR};
use crate::wiring::Place;
use anyhow::{Context as _, Result};
use appliance_core::id::CollectionId;
use appliance_core::ports::access::Group;
use appliance_core::ports::catalog::Person;
use appliance_core::ports::{AccessRules, People};
use appliance_core::viewer::Role;
use retrieval::synonyms;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the collections
    List {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Say to whom the collections are open
    Rules {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Add a collection that only administrators and the people named may see
    Add {
        /// Its name
        name: String,
        /// Who may see it: logins, `group:NAME`, `role:NAME`, or `everyone`
        #[arg(long = "for", value_name = "LOGIN")]
        principals: Vec<String>,
    },
    /// Let a person, a group, a role, or everyone see a collection
    Open {
        /// Its name
        name: String,
        /// A login, `group:NAME`, `role:NAME`, or `everyone`
        principal: String,
    },
    /// Print a collection's synonyms, or write them from a file: a group of words parted by commas a line
    Synonyms {
        /// Its name
        name: String,
        /// The file; `-` reads standard input
        #[arg(long, value_name = "FILE")]
        from: Option<PathBuf>,
    },
    /// Say which department the documents of a collection come from that do not say it themselves
    Department {
        /// Its name
        name: String,
        /// The department; without one, none is said
        department: Option<String>,
    },
    /// Take back that a person, a group, a role, or everyone sees a collection
    Close {
        /// Its name
        name: String,
        /// A login, `group:NAME`, `role:NAME`, or `everyone`
        principal: String,
    },
}

pub async fn run(place: &Place, command: Command) -> Result<ExitCode> {
    let catalog = place.catalog().await?;
    match command {
        Command::List { json } => list(&catalog, json).await?,
        Command::Rules { json } => rules(&catalog, json).await?,
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
            catalog.open_collection(LOCAL_OPERATOR, named(&catalog, &name).await?, principal).await?;
        }
        Command::Synonyms { name, from } => synonyms(&catalog, &name, from.as_deref()).await?,
        Command::Department { name, department } => {
            catalog.set_collection_department(named(&catalog, &name).await?, department.as_deref()).await?;
        }
        Command::Close { name, principal } => {
            let principal = self::principal(&catalog, &principal).await?;
            catalog.close_collection(LOCAL_OPERATOR, named(&catalog, &name).await?, principal).await?;
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

async fn rules(catalog: &Catalog, json: bool) -> Result<()> {
    let collections = catalog.collection_rules().await?;
    if json {
        return output::json(&collections);
    }
    let names = Names::of(catalog).await?;
    for collection in collections {
        let open_to: Vec<String> = collection.open_to.iter().map(|p| names.name(*p)).collect();
        let open_to = if open_to.is_empty() { "administrators only".to_owned() } else { open_to.join(", ") };
        output::line(format!("{}\t{open_to}\t{} documents with rules of their own", collection.name, collection.exceptions))?;
    }
    Ok(())
}

async fn synonyms(catalog: &Catalog, name: &str, from: Option<&Path>) -> Result<()> {
    let collection = named(catalog, name).await?;
    let Some(from) = from else { return output::line(catalog.synonyms_of(collection).await?) };
    let groups = match from.to_str() {
        Some("-") => std::io::read_to_string(std::io::stdin())?,
        _ => std::fs::read_to_string(from).with_context(|| format!("{} cannot be read", from.display()))?,
    };
    if let Err(mistake) = synonyms::check(&groups) {
        return Err(output::refusal(mistake.to_string(), "write a group of two or more words parted by commas on each line"));
    }
    Ok(catalog.set_synonyms(collection, &groups).await?)
}

async fn named(catalog: &Catalog, name: &str) -> Result<CollectionId> {
    let found = catalog.collection_named(name).await?;
    found.ok_or_else(|| output::refusal(format!("there is no collection {name}"), "see `kura collection list`"))
}

/// Everyone, a role, a group, or the person who signs in by that name.
pub async fn principal(catalog: &Catalog, name: &str) -> Result<Principal> {
    if let Some(role) = name.strip_prefix("role:") {
        let role = Role::from_name(role);
        let known = "the roles are reader, editor and administrator";
        return role.map(Principal::Role).ok_or_else(|| output::refusal(format!("{name} is no role"), known));
    }
    if let Some(group) = name.strip_prefix("group:") {
        return Ok(Principal::Group(group::named(catalog, group).await?));
    }
    if name == "everyone" {
        return Ok(Principal::Everyone);
    }
    let person = catalog.person(name).await?;
    Ok(Principal::User(person.ok_or_else(|| output::refusal(format!("nobody signs in as {name}"), "see `kura user list`"))?.id))
}

/// Names for principals, as the command line takes them.
pub struct Names {
    groups: Vec<Group>,
    people: Vec<Person>,
}

impl Names {
    pub async fn of(catalog: &Catalog) -> Result<Self> {
        Ok(Self { groups: catalog.all_groups().await?, people: catalog.people().await? })
    }

    pub fn name(&self, principal: Principal) -> String {
        match principal {
            Principal::Everyone | Principal::Role(_) => principal.name(),
            Principal::Group(id) => self.groups.iter().find(|g| g.id == id).map_or(principal.name(), |g| format!("group:{}", g.name)),
            Principal::User(id) => self.people.iter().find(|p| p.id == id).map_or(principal.name(), |p| p.login.clone()),
        }
    }
}
