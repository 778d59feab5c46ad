//! `kura dictionary`: the dictionary of Japanese words.

use super::output;
use crate::wiring::{Place, blocking};
use anyhow::{Context as _, Result};
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
    /// Make the list of synonyms from Sudachi's dictionary (npm package sudachi-synonyms-dictionary, Apache-2.0)
    Synonyms {
        /// The package's JSON file
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// The file to write [default: synonyms.txt beside the data folder's dictionary]
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
}

pub async fn run(place: &Place, command: Command) -> Result<ExitCode> {
    let (from, to) = match command {
        Command::Compile { from, to } => (from, to),
        Command::Synonyms { from, to } => return synonyms(place, from, to).await,
    };
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

async fn synonyms(place: &Place, from: PathBuf, to: Option<PathBuf>) -> Result<ExitCode> {
    let [default, _] = place.data.synonyms();
    let to = to.unwrap_or(default);
    blocking(move || {
        let json = std::fs::read_to_string(&from).with_context(|| format!("{} cannot be read", from.display()))?;
        let list = retrieval::synonyms::from_sudachi(&json).with_context(|| format!("{} is not Sudachi's dictionary", from.display()))?;
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&to, list).with_context(|| format!("{} cannot be written", to.display()))?;
        output::line(to.display().to_string())
    })
    .await?;
    Ok(ExitCode::SUCCESS)
}
