//! `kura inspect`: what ingest sees in a file.

use super::output;
use crate::wiring::Place;
use crate::worker::WorkerParser;
use anyhow::Result;
use appliance_core::document::{BlockKind, Parsed, Reading};
use appliance_core::passage::Passage;
use appliance_core::ports::Parser;
use appliance_core::ports::reader::{SourceFile, Watch};
use appliance_core::structure::Tree;
use ingest::TextEncoding;
use serde::Serialize;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file
    file: PathBuf,
    /// Print the document's text: what its pages print, without comments and the headers that rows of paged tables are given
    #[arg(long, conflicts_with_all = ["passages", "json"])]
    text: bool,
    /// Print the passages
    #[arg(long, conflicts_with = "json")]
    passages: bool,
    /// Print the tree of the document: its parts, articles, paragraphs and items, with their numbers and places
    #[arg(long, conflicts_with_all = ["text", "passages", "json", "cells"])]
    tree: bool,
    /// Print everything as one JSON object
    #[arg(long)]
    json: bool,
    /// Seconds for recognising characters of scanned pages; pages left over are told as unread
    #[arg(long, value_name = "N", default_value_t = 30)]
    recognition_seconds: u64,
    /// Print a line per cell of a workbook that shows something: sheet, TAB, cell, TAB, value
    #[arg(long, conflicts_with_all = ["text", "passages", "json"])]
    cells: bool,
    /// Read a CSV in this encoding (cp932, euc-jp, utf-16le …) instead of the one its bytes tell
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    encoding: Option<TextEncoding>,
}

fn encoding(name: &str) -> Result<TextEncoding, String> {
    TextEncoding::named(name).ok_or_else(|| format!("no encoding is called {name:?}; try cp932, euc-jp, utf-8 or utf-16le"))
}

/// Everything, for `--json`.
#[derive(Serialize)]
struct Seen<'a> {
    #[serde(flatten)]
    parsed: &'a Parsed,
    passages: &'a [Passage],
}

pub fn run(place: &Place, arguments: Arguments) -> Result<ExitCode> {
    let Arguments { file, text, passages, tree, json, recognition_seconds, cells, encoding } = arguments;
    let parser = place.parser_within(Duration::from_secs(recognition_seconds)).with_encoding(encoding);
    if cells {
        return print_cells(&parser, file);
    }
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let Reading { parsed, passages: cut } = parser.read(&SourceFile::new(file, name), &Watch::default())?;
    match () {
        () if json => output::json(&Seen { parsed: &parsed, passages: &cut })?,
        () if text => {
            output::text(&parsed.document.printed())?;
            tell_warnings(&parsed);
        }
        () if tree => {
            output::text(&Tree::of(&parsed.document).outline(&parsed.document))?;
            tell_warnings(&parsed);
        }
        () if passages => {
            print_passages(&cut)?;
            tell_warnings(&parsed);
        }
        () => summarise(&parsed, &cut)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn print_cells(parser: &WorkerParser, file: PathBuf) -> Result<ExitCode> {
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut out = io::stdout().lock();
    let mut left = None;
    let read = parser.cells(&SourceFile::new(file, name), &mut |lines| {
        out.write_all(lines.as_bytes()).map_err(|error| {
            let kind = error.kind();
            left = Some(error);
            kind.into()
        })
    });
    if let Some(error) = left {
        return Err(error.into());
    }
    out.flush()?;
    for warning in read? {
        output::say(format!("warning: {warning}"));
    }
    Ok(ExitCode::SUCCESS)
}

fn tell_warnings(parsed: &Parsed) {
    for warning in &parsed.warnings {
        output::say(format!("warning: {warning}"));
    }
}

fn print_passages(passages: &[Passage]) -> Result<()> {
    for passage in passages {
        output::line(format!(
            "── {} · {} · {}",
            passage.ordinal + 1,
            output::place(&passage.locator.place),
            passage.heading_path.join(" › ")
        ))?;
        output::line(&passage.text)?;
    }
    Ok(())
}

fn summarise(parsed: &Parsed, passages: &[Passage]) -> Result<()> {
    let document = &parsed.document;
    let blocks = |wanted: fn(&BlockKind) -> bool| document.blocks.iter().filter(|b| wanted(&b.kind)).count();
    output::line(format!("title: {}", document.title))?;
    output::line(format!("format: {}", document.format))?;
    if !document.pages.is_empty() {
        output::line(format!("pages: {}", document.pages.len()))?;
    }
    for sheet in &document.sheets {
        let hidden = if sheet.hidden { ", hidden" } else { "" };
        output::line(format!("sheet: {} ({} rows, {} columns{hidden})", sheet.name, sheet.rows, sheet.columns))?;
    }
    output::line(format!("characters: {}", document.text.chars().count()))?;
    output::line(format!(
        "blocks: {} headings, {} paragraphs, {} rows, {} notes",
        blocks(|k| matches!(k, BlockKind::Heading { .. })),
        blocks(|k| *k == BlockKind::Paragraph),
        blocks(|k| *k == BlockKind::Row),
        blocks(|k| *k == BlockKind::Note)
    ))?;
    output::line(format!("passages: {}", passages.len()))?;
    for note in document.notes() {
        output::line(format!("note: {note}"))?;
    }
    for page in &document.pages {
        for link in &page.links {
            output::line(format!("link: page {}, {}", page.number, link.address))?;
        }
    }
    for warning in &parsed.warnings {
        output::line(format!("warning: {warning}"))?;
    }
    Ok(())
}
