//! `kura init`: the data folder, its database, the first collection and the first administrator.

use super::output;
use crate::catalog::access::Principal;
use crate::catalog::{Catalog, SessionPolicy};
use crate::clock::SystemClock;
use crate::wiring::Place;
use anyhow::Result;
use appliance_core::ports::People;
use appliance_core::ports::catalog::NewPerson;
use appliance_core::viewer::Role;
use serde_json::json;
use std::process::ExitCode;
use std::sync::Arc;

/// The collection that every appliance begins with.
const FIRST_COLLECTION: &str = "共有文書";

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The name that the first administrator signs in with
    #[arg(long, value_name = "LOGIN", default_value = "admin")]
    admin: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub async fn run(place: &Place, arguments: &Arguments) -> Result<ExitCode> {
    place.data.create()?;
    let catalog = Catalog::open(&place.data.catalog(), place.data.files(), Arc::new(SystemClock), SessionPolicy::default()).await?;
    if catalog.first_collection().await?.is_none() {
        catalog.add_collection(FIRST_COLLECTION, &[Principal::Everyone]).await?;
    }
    let password = match catalog.people().await?.iter().any(|p| p.role == Role::Administrator) {
        true => None,
        false => {
            let person = NewPerson { login: arguments.admin.clone(), name: arguments.admin.clone(), role: Role::Administrator };
            let password = catalog.add_person(person).await?;
            Some(password.ok_or_else(|| {
                output::refusal(format!("{} exists already and is no administrator", arguments.admin), "name another one with --admin")
            })?)
        }
    };
    catalog.close().await;
    tell(place, arguments, password.as_deref())
}

fn tell(place: &Place, arguments: &Arguments, password: Option<&str>) -> Result<ExitCode> {
    let folder = place.data.root().display();
    if arguments.json {
        let login = password.map(|_| &arguments.admin);
        output::json(&json!({ "data_dir": folder.to_string(), "login": login, "password": password }))?;
        return Ok(ExitCode::SUCCESS);
    }
    match password {
        Some(password) => {
            output::say(format!("{folder} is ready. Sign in once with this password; Kura then asks for one of your own."));
            output::line(format!("login: {}", arguments.admin))?;
            output::line(format!("one-time password: {password}"))?;
        }
        None => output::say(format!("{folder} exists and has an administrator; `kura user reset LOGIN` gives a new password")),
    }
    Ok(ExitCode::SUCCESS)
}
