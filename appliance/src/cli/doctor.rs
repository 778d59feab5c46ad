//! `kura doctor`: whether everything the appliance needs is there and whole.

use super::output;
use crate::catalog::Catalog;
use crate::configuration::{Recognising, Sandbox};
use crate::wiring::{Engines, Place, Writing, blocking};
use crate::worker::Converter;
use crate::{recognition, status, worker};
use anyhow::Result;
use appliance_core::ports::{Embedder, PassageIndex};
use inference::self_test;
use inference::shelf::{Shelf, Soundness};
use ingest::Recognition;
use serde::Serialize;
use std::path::Path;
use std::process::ExitCode;

/// Space below which the doctor warns: a library's index and database grow to about this for 10,000 pages.
const LITTLE_SPACE: u64 = 2 << 30;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Health {
    Ok,
    Warning,
    Failed,
}

/// One thing looked at.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    health: Health,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl Finding {
    fn of(check: &'static str, outcome: Result<String>) -> Self {
        match outcome {
            Ok(detail) => Self { check, health: Health::Ok, detail, hint: None },
            Err(error) => Self { check, health: Health::Failed, detail: output::chain(&error), hint: output::hint(&error) },
        }
    }
}

pub async fn run(place: &Place, arguments: &Arguments) -> Result<ExitCode> {
    let mut findings = vec![Finding::of("processor", processor()), disk(place.data.root())];
    findings.push(Finding::of("models", models(place).await));
    let catalog = place.catalog().await.map_err(anyhow::Error::from);
    let engines = place.engines(Writing::Needed).await;
    findings.push(Finding::of("dictionary", place.analyzer().await.map(|a| format!("compiled from IPADIC, {}", a.dictionary().short()))));
    findings.push(Finding::of("self-tests", self_tests(engines.as_ref()).await));
    findings.push(Finding::of("catalog", database(catalog.as_ref()).await));
    if let (Ok(catalog), Ok(engines)) = (&catalog, &engines) {
        findings.push(index(place, catalog, engines).await);
    }
    findings.push(fonts());
    findings.push(recognition(place));
    findings.push(conversion(place));
    findings.push(sandbox(place));
    tell(&findings, arguments.json)?;
    let healthy = findings.iter().all(|f| f.health != Health::Failed);
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn processor() -> Result<String> {
    inference::cpu::check()?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Ok(format!("has every instruction set that the models need; {cores} cores"))
}

fn disk(folder: &Path) -> Finding {
    match status::disk(folder) {
        Ok(space) => {
            let detail = format!("{:.1} GB free of {:.1} GB", space.free as f64 / 1e9, space.total as f64 / 1e9);
            if space.free < LITTLE_SPACE {
                Finding { check: "disk", health: Health::Warning, detail, hint: Some("make room, or move the data folder".to_owned()) }
            } else {
                Finding { check: "disk", health: Health::Ok, detail, hint: None }
            }
        }
        Err(error) => Finding::of("disk", Err(error.into())),
    }
}

async fn models(place: &Place) -> Result<String> {
    let folder = place.data.models();
    blocking(move || {
        let verifications = Shelf::open(&folder)?.verify(|_| {});
        let mut sound = Vec::new();
        for verification in verifications {
            if verification.outcome? == Soundness::Sound {
                sound.push(verification.model);
            }
        }
        Ok(format!("{}: size, SHA-256 and structure are right", sound.join(", ")))
    })
    .await
}

async fn self_tests(engines: Result<&Engines, &anyhow::Error>) -> Result<String> {
    let engines = engines.map_err(|e| anyhow::anyhow!("they could not be run: {}", output::chain(e)))?;
    self_test::embedder(engines.embedder.as_ref()).await?;
    if let Some((generator, _)) = &engines.generator {
        self_test::generator(generator.as_ref()).await?;
        return Ok("the embedder tells right from wrong, the generator writes".to_owned());
    }
    Ok("the embedder tells right from wrong; no generator is configured".to_owned())
}

async fn database(catalog: Result<&Catalog, &anyhow::Error>) -> Result<String> {
    let catalog = catalog.map_err(|e| output::refusal(output::chain(e), output::hint(e).unwrap_or_default()))?;
    if let Some(complaint) = catalog.integrity().await? {
        return Err(output::refusal(format!("the database is damaged: {complaint}"), "restore catalog.sqlite and files/ from a backup"));
    }
    let (documents, passages, jobs) =
        (catalog.count_documents().await?, catalog.count_searchable().await?, catalog.count_open_jobs().await?);
    Ok(format!("whole; {documents} searchable documents, {passages} passages, {jobs} open jobs"))
}

async fn index(place: &Place, catalog: &Catalog, engines: &Engines) -> Finding {
    let kept = match catalog.count_searchable().await {
        Ok(kept) => kept,
        Err(error) => return Finding::of("index", Err(error.into())),
    };
    if kept == 0 && !place.data.index().exists() {
        return Finding::of("index", Ok("not built yet; nothing is searchable".to_owned()));
    }
    let found = async { anyhow::Ok(place.index_to_read(engines).await?.len().await?) }.await;
    match found {
        Ok(found) if found == kept => {
            Finding::of("index", Ok(format!("{found} passages, as in the catalog; built with {}", engines.embedder.identity().name)))
        }
        Ok(found) => Finding {
            check: "index",
            // While a server writes, the two may differ for a moment.
            health: if found < kept && place.data.lock().is_ok_and(|l| l.is_some()) { Health::Failed } else { Health::Warning },
            detail: format!("{found} passages, the catalog has {kept}"),
            hint: Some("run `kura reindex`, unless files are being read right now".to_owned()),
        },
        Err(error) => Finding::of("index", Err(error)),
    }
}

/// Whether a Japanese font is there for pages whose fonts are not embedded.
fn fonts() -> Finding {
    const NAMES: [&str; 4] = ["ipa", "notosanscjk", "notoserifcjk", "notosansjp"];
    let found = ["/usr/share/fonts", "/usr/local/share/fonts"].iter().find_map(|f| font_under(Path::new(f), &NAMES, 6));
    match found {
        Some(font) => Finding { check: "fonts", health: Health::Ok, detail: font, hint: None },
        None => Finding {
            check: "fonts",
            health: Health::Warning,
            detail: "no Japanese font; pages whose fonts are not embedded are drawn without text".to_owned(),
            hint: Some("install Debian's fonts-ipafont or fonts-noto-cjk".to_owned()),
        },
    }
}

/// Whether characters of scanned pages can be recognised, and in which languages.
fn conversion(place: &Place) -> Finding {
    let found =
        |detail: String, hint: Option<&str>| Finding { check: "conversion", health: Health::Ok, detail, hint: hint.map(str::to_owned) };
    match (place.configuration.ingest.conversion, Converter::of_the_machine()) {
        (false, _) => found("switched off; .doc, .ppt and .jtd files are refused".to_owned(), None),
        (true, Some(converter)) => found(format!("{} converts .doc, .ppt and .jtd files", converter.program().display()), None),
        (true, None) => found(
            "LibreOffice is not installed; .doc, .ppt and .jtd files are refused".to_owned(),
            Some("install libreoffice-writer-nogui and libreoffice-impress-nogui to have them read"),
        ),
    }
}

fn recognition(place: &Place) -> Finding {
    let ingest = &place.configuration.ingest;
    let finding = |health, detail: String| Finding { check: "recognition", health, detail, hint: None };
    match recognition::find(ingest) {
        Recognition::Off => finding(Health::Ok, "switched off; scanned pages are marked as unread".to_owned()),
        Recognition::Missing { reason } => {
            let health = if ingest.recognition == Recognising::Required { Health::Failed } else { Health::Warning };
            Finding { hint: Some(recognition::HINT.to_owned()), ..finding(health, format!("{reason}; scanned pages are marked as unread")) }
        }
        Recognition::Tesseract(tesseract) => {
            let missing: Vec<&str> =
                ingest.recognition_languages.iter().filter(|l| !tesseract.languages.contains(l)).map(String::as_str).collect();
            let detail = format!("{} reads {}", tesseract.program.display(), tesseract.languages.join(", "));
            if missing.is_empty() {
                return finding(Health::Ok, detail);
            }
            let hint = Some(format!("install tesseract's data for {} in {}", missing.join(", "), tesseract.data.display()));
            Finding { hint, ..finding(Health::Warning, format!("{detail}; not installed: {}", missing.join(", "))) }
        }
    }
}

/// Whether the kernel confines the processes that read files.
fn sandbox(place: &Place) -> Finding {
    let settings = &place.configuration.ingest;
    match worker::probe(&worker::Program::this(), settings) {
        Ok(confinement) if confinement.is_whole() => {
            let detail = format!("files are read in processes confined by {confinement}");
            Finding { check: "sandbox", health: Health::Ok, detail, hint: None }
        }
        Ok(confinement) => Finding {
            check: "sandbox",
            health: if settings.sandbox == Sandbox::Required { Health::Failed } else { Health::Warning },
            detail: format!("files are read without the whole sandbox: the kernel offers {confinement}"),
            hint: Some("run Linux 5.13 or newer with Landlock and seccomp enabled".to_owned()),
        },
        Err(error) => Finding::of("sandbox", Err(error.into())),
    }
}

fn font_under(folder: &Path, names: &[&str], depth: u32) -> Option<String> {
    for entry in std::fs::read_dir(folder).ok()?.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().to_lowercase().replace('-', "");
        if path.is_dir() && depth > 0 {
            if let Some(found) = font_under(&path, names, depth - 1) {
                return Some(found);
            }
        } else if names.iter().any(|n| name.starts_with(n)) && [".ttf", ".otf", ".ttc"].iter().any(|e| name.ends_with(e)) {
            return Some(path.display().to_string());
        }
    }
    None
}

fn tell(findings: &[Finding], json: bool) -> Result<()> {
    if json {
        return output::json(&findings);
    }
    for finding in findings {
        let mark = match finding.health {
            Health::Ok => "ok     ",
            Health::Warning => "warning",
            Health::Failed => "FAILED ",
        };
        output::line(format!("{mark} {}: {}", finding.check, finding.detail))?;
        if let Some(hint) = &finding.hint {
            output::line(format!("        hint: {hint}"))?;
        }
    }
    Ok(())
}
