//! `kura dictionary`: the dictionary of Japanese words.

use super::output;
use crate::wiring::{Place, blocking};
use anyhow::Result;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Compile IPADIC's sources (Debian's mecab-ipadic) into one file
    Compile {
        /// The folder of the sources
        #[arg(long, value_name = "DIR", default_value = "/usr/share/mecab/dic/ipadic")]
        from: PathBuf,
        /// The file to write [default: the data folder's dictionary]
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
}

pub async fn run(place: &Place, command: Command) -> Result<ExitCode> {
    let Command::Compile { from, to } = command;
    let to = to.unwrap_or_else(|| place.data.dictionary());
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    output::say(format!("compiling {}", from.display()));
    blocking(move || {
        retrieval::dictionary::compile(&from, &to)?;
        output::line(to.display().to_string())
    })
    .await?;
    Ok(ExitCode::SUCCESS)
}
