//! What ingest sees in a file: its text, its passages, its warnings or the cells of a workbook.
//!
//! usage: inspect FILE [--passages | --tree | --json | --cells | --page N OUT.png] [--recognise]

use appliance_core::ports::reader::{DocumentReader, SourceFile, Watch};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(path) = arguments.first().map(PathBuf::from) else {
        return refuse("usage: inspect FILE [--passages | --tree | --json | --cells | --page N OUT.png] [--recognise]");
    };
    match shown(&path, &arguments[1..]) {
        Ok(text) => {
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(message) => refuse(&message),
    }
}

fn refuse(message: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{message}");
    ExitCode::from(1)
}

fn shown(path: &Path, options: &[String]) -> Result<String, String> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut options: Vec<&str> = options.iter().map(String::as_str).collect();
    let recognise = options.iter().position(|o| *o == "--recognise").map(|at| options.remove(at)).is_some();
    if let ["--page", number, out] = options[..] {
        return page(path, number, out);
    }
    if options == ["--cells"] {
        return cells(path, &name);
    }
    let recognition = match recognise {
        true => ingest::Recognition::of_the_machine(&[], &ingest::LANGUAGES.map(str::to_owned)),
        false => ingest::Recognition::Off,
    };
    let parser = ingest::FileParser::new(ingest::Limits::default()).with_recognition(recognition);
    let parsed = parser.parse(&SourceFile::new(path.to_owned(), name), &Watch::default()).map_err(|e| e.to_string())?;
    for warning in &parsed.warnings {
        let _ = writeln!(std::io::stderr(), "warning: {warning}");
    }
    let passages = parser.passages(&parsed.document);
    Ok(match options[..] {
        ["--passages"] => passages.iter().map(|p| format!("--- {} [{}]\n{}\n", p.ordinal, p.heading_path.join(" > "), p.text)).collect(),
        ["--tree"] => appliance_core::structure::Tree::of(&parsed.document).outline(&parsed.document),
        ["--json"] => {
            let seen = serde_json::json!({ "document": parsed.document, "warnings": parsed.warnings, "passages": passages });
            serde_json::to_string_pretty(&seen).map_err(|e| e.to_string())?
        }
        _ => parsed.document.printed(),
    })
}

fn page(path: &Path, number: &str, out: &str) -> Result<String, String> {
    let number = number.parse().map_err(|_| "the page is not a number".to_owned())?;
    let image = ingest::FileReader::new().render_page(path, number, 1.5).map_err(|e| e.to_string())?.ok_or("no such page")?;
    std::fs::write(out, &image.png).map_err(|e| e.to_string())?;
    Ok(format!("{} x {}\n", image.width, image.height))
}

fn cells(path: &Path, name: &str) -> Result<String, String> {
    let parser = ingest::FileParser::new(ingest::Limits::default());
    let mut out = std::io::BufWriter::new(std::io::stdout());
    let mut take = |sheet: &str, cell: appliance_core::locator::CellRef, value: &str| {
        writeln!(out, "{sheet}\t{cell}\t{}", value.replace(['\n', '\r', '\t'], " ")).is_ok()
    };
    let warnings = parser.cells(&SourceFile::new(path.to_owned(), name.to_owned()), &mut take).map_err(|e| e.to_string())?;
    for warning in warnings {
        let _ = writeln!(std::io::stderr(), "warning: {warning}");
    }
    Ok(String::new())
}
