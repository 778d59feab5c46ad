//! `kura compare`: the differences between two files of any kinds, line by line.

use super::output;
use crate::wiring::{Place, blocking};
use anyhow::{Context as _, Result};
use appliance_core::comparison::{self, Side};
use appliance_core::ports::reader::{Parser, SourceFile, Watch};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The older file
    old: PathBuf,
    /// The newer file
    new: PathBuf,
    /// Print lines that did not change too
    #[arg(long)]
    all: bool,
}

pub async fn run(place: &Place, arguments: &Arguments) -> Result<ExitCode> {
    let (old, new) = (text(place, &arguments.old).await?, text(place, &arguments.new).await?);
    let lines = |text: &str| -> Vec<String> { text.lines().map(str::trim_end).filter(|l| !l.is_empty()).map(str::to_owned).collect() };
    let (old, new) = (lines(&old), lines(&new));
    let (olds, news): (Vec<&str>, Vec<&str>) = (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
    let mut changed = false;
    for row in comparison::compare(&olds, &news) {
        let same = matches!((&row.old, &row.new), (Some(o), Some(n)) if o.marked.is_empty() && n.marked.is_empty());
        changed |= !same;
        match (&row.old, &row.new) {
            (_, Some(new)) if same && arguments.all => output::line(format!("  {}", news[new.line]))?,
            _ if same => {}
            (old, new) => {
                old.iter().try_for_each(|side| output::line(format!("- {}", marked(side, olds[side.line]))))?;
                new.iter().try_for_each(|side| output::line(format!("+ {}", marked(side, news[side.line]))))?;
            }
        }
    }
    Ok(if changed { ExitCode::from(3) } else { ExitCode::SUCCESS })
}

/// A line with what differs in brackets; as it is where all of it does.
fn marked(side: &Side, line: &str) -> String {
    let mut text = String::new();
    let mut at = 0;
    for span in &side.marked {
        if span.len() == line.len() {
            return line.to_owned();
        }
        text.push_str(&format!("{}【{}】", &line[at..span.start], &line[span.start..span.end]));
        at = span.end;
    }
    text + &line[at..]
}

async fn text(place: &Place, file: &Path) -> Result<String> {
    let name = file.file_name().and_then(|n| n.to_str()).context("the file has no name")?.to_owned();
    let source = SourceFile::new(std::path::absolute(file)?, name);
    let parser = place.parser();
    blocking(move || Ok(parser.read(&source, &Watch::default())?.parsed.document.printed())).await
}
