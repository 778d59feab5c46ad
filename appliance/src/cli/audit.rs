//! `kura audit`: who did what.

use super::output;
use crate::wiring::Place;
use anyhow::Result;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How many lines, newest first
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

pub async fn run(place: &Place, arguments: &Arguments) -> Result<ExitCode> {
    let catalog = place.catalog().await?;
    let trail = catalog.audit_trail(arguments.limit).await?;
    catalog.close().await;
    if arguments.json {
        output::json(&trail)?;
        return Ok(ExitCode::SUCCESS);
    }
    for entry in trail {
        let actor = entry.actor.map_or("-".to_owned(), |a| format!("user:{a}"));
        output::line(format!("{}\t{actor}\t{}\t{}\t{}", entry.at, entry.action, entry.subject, entry.detail))?;
    }
    Ok(ExitCode::SUCCESS)
}
