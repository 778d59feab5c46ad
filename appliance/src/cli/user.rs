//! `kura user`: the people who may sign in.

use super::output;
use crate::wiring::Place;
use anyhow::Result;
use appliance_core::ports::People;
use appliance_core::ports::catalog::{NewPerson, Person};
use appliance_core::viewer::Role;
use serde_json::json;
use std::process::ExitCode;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List everyone
    List {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Add a person and print their one-time password
    Add {
        /// The name to sign in with
        login: String,
        /// The name shown [default: the login]
        #[arg(long)]
        name: Option<String>,
        /// What they may do: reader, editor or administrator
        #[arg(long, default_value = "reader", value_parser = role)]
        role: Role,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Give a person a new one-time password and end their sessions
    Reset {
        /// The name they sign in with
        login: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Let a person sign in again
    Activate {
        /// The name they sign in with
        login: String,
    },
    /// Keep a person from signing in and end their sessions
    Deactivate {
        /// The name they sign in with
        login: String,
    },
}

pub async fn run(place: &Place, command: Command) -> Result<ExitCode> {
    let catalog = place.catalog().await?;
    match command {
        Command::List { json } => list(&catalog.people().await?, json)?,
        Command::Add { login, name, role, json } => {
            let name = name.unwrap_or_else(|| login.clone());
            let password = catalog.add_person(NewPerson { login: login.clone(), name, role }).await?;
            let password = password.ok_or_else(|| output::refusal(format!("{login} exists already"), "choose another login"))?;
            tell_password(&login, &password, json)?;
        }
        Command::Reset { login, json } => {
            let person = find(place, &login).await?;
            let password = catalog.reset_password(person.id).await?.ok_or_else(|| unknown(&login))?;
            tell_password(&login, &password, json)?;
        }
        Command::Activate { login } => set_active(place, &login, true).await?,
        Command::Deactivate { login } => set_active(place, &login, false).await?,
    }
    catalog.close().await;
    Ok(ExitCode::SUCCESS)
}

fn role(name: &str) -> Result<Role, String> {
    Role::from_name(name).ok_or_else(|| "one of reader, editor, administrator".to_owned())
}

fn list(people: &[Person], json: bool) -> Result<()> {
    if json {
        return output::json(&people);
    }
    for person in people {
        let state = match (person.active, person.must_change_password) {
            (false, _) => "shut out",
            (true, true) => "has a one-time password",
            (true, false) => "active",
        };
        output::line(format!("{}\t{}\t{}\t{state}", person.login, person.role.name(), person.name))?;
    }
    Ok(())
}

fn tell_password(login: &str, password: &str, json: bool) -> Result<()> {
    if json {
        return output::json(&json!({ "login": login, "password": password }));
    }
    output::line(format!("login: {login}"))?;
    output::line(format!("one-time password: {password}"))
}

async fn set_active(place: &Place, login: &str, active: bool) -> Result<()> {
    let person = find(place, login).await?;
    if !place.catalog().await?.set_active(person.id, active).await? {
        return Err(output::refusal(format!("{login} is the last active administrator"), "make another administrator first"));
    }
    Ok(())
}

async fn find(place: &Place, login: &str) -> Result<Person> {
    place.catalog().await?.person(login).await?.ok_or_else(|| unknown(login))
}

fn unknown(login: &str) -> anyhow::Error {
    output::refusal(format!("nobody signs in as {login}"), "see `kura user list`")
}
