//! `kura group`: people that rules of access speak of as one.

use super::output;
use crate::catalog::{Catalog, LOCAL_OPERATOR};
use crate::wiring::Place;
use anyhow::Result;
use appliance_core::id::{GroupId, UserId};
use appliance_core::ports::People;
use appliance_core::ports::access::{Group, GroupRemoval};
use std::collections::BTreeSet;
use std::process::ExitCode;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the groups with their members
    List {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Add a group without members
    Add {
        /// Its name
        name: String,
    },
    /// Let people belong to a group
    Join(Membership),
    /// Take people out of a group
    Leave(Membership),
    /// Remove a group that no rule names
    Remove {
        /// Its name
        name: String,
    },
}

#[derive(Debug, clap::Args)]
pub struct Membership {
    /// The group's name
    name: String,
    /// The names that they sign in with
    #[arg(required = true, value_name = "LOGIN")]
    logins: Vec<String>,
}

pub async fn run(place: &Place, command: Command) -> Result<ExitCode> {
    let catalog = place.catalog().await?;
    match command {
        Command::List { json } => list(&catalog, json).await?,
        Command::Add { name } => {
            let added = catalog.found_group(LOCAL_OPERATOR, &name).await?;
            added.ok_or_else(|| output::refusal(format!("group {name} exists already"), "see `kura group list`"))?;
        }
        Command::Join(membership) => change(&catalog, &membership, BTreeSet::insert).await?,
        Command::Leave(membership) => change(&catalog, &membership, |members, user| members.remove(&user)).await?,
        Command::Remove { name } => remove(&catalog, &name).await?,
    }
    catalog.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn list(catalog: &Catalog, json: bool) -> Result<()> {
    let groups = catalog.all_groups().await?;
    if json {
        return output::json(&groups);
    }
    let people = catalog.people().await?;
    for group in groups {
        let members: Vec<&str> = people.iter().filter(|p| group.members.contains(&p.id)).map(|p| p.login.as_str()).collect();
        output::line(format!("{}\t{}", group.name, members.join(", ")))?;
    }
    Ok(())
}

async fn change(catalog: &Catalog, membership: &Membership, change: impl Fn(&mut BTreeSet<UserId>, UserId) -> bool) -> Result<()> {
    let Group { id, mut members, .. } = found(catalog, &membership.name).await?;
    for login in &membership.logins {
        let person = catalog.person(login).await?;
        let person = person.ok_or_else(|| output::refusal(format!("nobody signs in as {login}"), "see `kura user list`"))?;
        change(&mut members, person.id);
    }
    catalog.set_group_members(LOCAL_OPERATOR, id, &members).await?;
    Ok(())
}

async fn remove(catalog: &Catalog, name: &str) -> Result<()> {
    match catalog.dissolve_group(LOCAL_OPERATOR, named(catalog, name).await?).await? {
        GroupRemoval::Done => Ok(()),
        GroupRemoval::Unknown => Err(unknown(name)),
        GroupRemoval::Named { rules } => Err(output::refusal(
            format!("{rules} rules of access name group {name}"),
            "take them back first; with a rule that hides from it, documents would come to light",
        )),
    }
}

async fn found(catalog: &Catalog, name: &str) -> Result<Group> {
    catalog.all_groups().await?.into_iter().find(|g| g.name == name).ok_or_else(|| unknown(name))
}

/// The group of that name.
pub async fn named(catalog: &Catalog, name: &str) -> Result<GroupId> {
    catalog.group_named(name).await?.ok_or_else(|| unknown(name))
}

fn unknown(name: &str) -> anyhow::Error {
    output::refusal(format!("there is no group {name}"), "see `kura group list`")
}
