//! `kura complete`: what the question field would offer while a text is typed.

use super::{output, search};
use crate::typing_help::CatalogTypingHelp;
use crate::wiring::Place;
use anyhow::Result;
use appliance_core::ports::TypingHelp;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What was typed so far
    text: String,
    /// Offers at most
    #[arg(long, value_name = "N", default_value_t = 8)]
    limit: usize,
    /// Complete as for this person; without it, as for the operator, who sees everything
    #[arg(long = "as", value_name = "LOGIN")]
    login: Option<String>,
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

pub async fn run(place: &Place, arguments: &Arguments) -> Result<ExitCode> {
    let catalog = place.catalog().await?;
    let viewer = search::viewer(&catalog, arguments.login.as_deref()).await?;
    let help = CatalogTypingHelp::new(catalog.clone(), place.configuration.institution.sharing());
    let found = help.complete(&viewer, &[], &arguments.text, arguments.limit).await?;
    catalog.close().await;
    if arguments.json {
        output::json(&found)?;
        return Ok(ExitCode::SUCCESS);
    }
    for offer in &found {
        let kind = format!("{:?}", offer.kind).to_lowercase();
        let note = if offer.note.is_empty() { String::new() } else { format!("\t{}", offer.note) };
        output::line(format!("{kind}\t{}{note}", offer.label))?;
    }
    Ok(ExitCode::SUCCESS)
}
