//! Configuration: `kura.toml` in typed sections, each key overridable by an environment variable (`KURA_HTTP__PORT`).
//!
//! Unknown keys are refused, and so is a variable that looks like one of ours but names no key: a typing error must
//! not leave the appliance running with something else than was meant.

mod history;

pub use history::History;

use anyhow::{Context as _, Result, bail};
use appliance_core::answering::AnsweringPolicy;
use appliance_core::asking::AskingPolicy;
use appliance_core::completion::Sharing;
use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use inference::EngineSettings;
use retrieval::IndexSettings;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;
use web_ui::Calendar;

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Configuration {
    /// Whose appliance it is.
    pub institution: Institution,
    /// The web server.
    pub http: Http,
    /// How answers are made.
    pub asking: AskingPolicy,
    /// How freely models write, and what becomes of sentences without support.
    pub answering: AnsweringPolicy,
    /// How the index searches.
    pub index: IndexSettings,
    /// The models.
    pub inference: Inference,
    /// Reading files.
    pub ingest: Ingest,
    /// Documents that were deleted.
    pub trash: Trash,
    /// How long conversations are kept.
    pub history: History,
    /// The log.
    pub log: Log,
}

impl Configuration {
    /// How answers are made, with how models write them.
    pub fn asking_policy(&self) -> AskingPolicy {
        AskingPolicy { answering: self.answering, ..self.asking }
    }
}

/// Whose appliance it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Institution {
    /// Its name, shown at sign-in and on every page.
    pub name: String,
    /// Questions to try, shown under the question field.
    pub examples: Vec<String>,
    /// How dates are written in Japanese.
    pub calendar: Calendar,
    /// Whether questions that colleagues asked are offered while a question is typed, without their names.
    pub share_questions: bool,
}

impl Default for Institution {
    fn default() -> Self {
        Self { name: String::new(), examples: Vec::new(), calendar: Calendar::default(), share_questions: true }
    }
}

impl Institution {
    /// Whose past questions are offered.
    pub fn sharing(&self) -> Sharing {
        if self.share_questions { Sharing::Colleagues } else { Sharing::OwnQuestions }
    }
}

/// The web server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// The address to listen on.
    pub bind: IpAddr,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// Whether people reach it over TLS (through a proxy); the cookies are then marked `Secure`.
    pub tls: bool,
    /// Hours without use after which a session ends.
    pub session_idle_hours: u32,
    /// Hours after which a session ends in any case.
    pub session_hours: u32,
    /// MiB of one uploaded file at most.
    pub max_upload_mib: u64,
    /// Files of one upload at most.
    pub max_upload_files: usize,
    /// Threads that serve requests.
    pub workers: usize,
    /// Questions answered at the same time; further ones are asked to come back.
    pub concurrent_questions: usize,
    /// Pages and sheets rendered at the same time.
    pub concurrent_renders: usize,
    /// MiB of rendered pages kept in memory.
    pub render_cache_mib: usize,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            bind: IpAddr::from([127, 0, 0, 1]),
            port: 8080,
            tls: false,
            session_idle_hours: 8,
            session_hours: 72,
            max_upload_mib: 200,
            max_upload_files: 200,
            workers: 2,
            concurrent_questions: 32,
            concurrent_renders: 2,
            render_cache_mib: 64,
        }
    }
}

/// The models.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Inference {
    /// Name of the embedder; empty takes the default of `models/models.toml`.
    pub embedder: String,
    /// Name of the generator; empty takes the default, `none` answers by quotation alone.
    pub generator: String,
    /// Name of the reranker; empty takes the default, where there is one, `none` goes without.
    pub reranker: String,
    /// Threads, queues and sizes.
    pub engine: EngineSettings,
}

/// The name that stands for no generator, or no reranker.
pub const NO_MODEL: &str = "none";

impl Inference {
    /// The embedder asked for; `None` for the default one.
    pub fn embedder(&self) -> Option<&str> {
        Some(self.embedder.as_str()).filter(|n| !n.is_empty())
    }

    /// The generator asked for; `None` for the default one.
    pub fn generator(&self) -> Option<&str> {
        Some(self.generator.as_str()).filter(|n| !n.is_empty())
    }

    /// The reranker asked for; `None` for the default one.
    pub fn reranker(&self) -> Option<&str> {
        Some(self.reranker.as_str()).filter(|n| !n.is_empty())
    }
}

/// Reading files: how many at a time, and how much of each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ingest {
    /// Files read at the same time; 0 takes one for each core, and four at most.
    pub workers: usize,
    /// How often a job is started before it counts as failed.
    pub attempts: u32,
    /// A document whose pages were read worse than this, from 0 to 1, waits until a person accepts it; 0 lets all through.
    pub hold_below: f64,
    /// MiB of one file; a larger one is refused.
    pub file_mib: u64,
    /// Pages of a PDF; later ones are left out with a warning.
    pub pages: usize,
    /// Glyphs of one page.
    pub page_glyphs: usize,
    /// Drawing operations of one page.
    pub page_operations: usize,
    /// Seconds for one page.
    pub page_seconds: u64,
    /// Seconds for one file.
    pub file_seconds: u64,
    /// MiB of a document's text.
    pub text_mib: usize,
    /// Sheets of a workbook.
    pub sheets: usize,
    /// Cells with a value and rows of one workbook, together.
    pub cells: usize,
    /// MiB that the parts of a zipped workbook may unpack to.
    pub unpacked_mib: u64,
    /// Whether the kernel must be able to confine the processes that read files.
    pub sandbox: Sandbox,
    /// MiB of memory for the process that reads a file.
    pub memory_mib: u64,
    /// Seconds of processor time for it.
    pub cpu_seconds: u64,
    /// Seconds after which it is ended.
    pub worker_seconds: u64,
    /// Seconds without a further page after which it is ended.
    pub stall_seconds: u64,
    /// Seconds after which a process is ended that draws a page, reads a window of a sheet or tries a password.
    pub view_seconds: u64,
    /// MiB that either may send back.
    pub result_mib: u64,
    /// How far reading stands back for answering, from 0 to 19.
    pub niceness: i32,
    /// Whether files of older kinds (doc, ppt, jtd) are converted by LibreOffice where it is installed.
    pub conversion: bool,
    /// Whether characters of scanned pages are recognised.
    pub recognition: Recognising,
    /// The languages to recognise them in.
    pub recognition_languages: Vec<String>,
    /// Seconds for one run of the recognition over one page.
    pub recognition_page_seconds: u64,
    /// Seconds of recognition for one file.
    pub recognition_file_seconds: u64,
}

/// Files read at the same time unless more are asked for: each may take `memory_mib`.
const MOST_READERS: usize = 4;

/// What is done where the kernel cannot confine the processes that read files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sandbox {
    /// Files are read all the same; the log, `kura doctor` and the status page say so.
    Wanted,
    /// No file is read.
    Required,
}

/// Whether characters of scanned pages are recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Recognising {
    /// Where tesseract is installed; else scanned pages are marked as unread.
    #[default]
    Auto,
    /// In any case: without tesseract the start fails.
    Required,
    /// Never.
    Off,
}

impl Default for Ingest {
    fn default() -> Self {
        let limits = ingest::Limits::default();
        let recognition = ingest::Tesseract::default();
        Self {
            workers: 0,
            attempts: 3,
            hold_below: 0.6,
            file_mib: limits.file_bytes >> 20,
            pages: limits.pages,
            page_glyphs: limits.page_glyphs,
            page_operations: limits.page_operations,
            page_seconds: limits.page_time.as_secs(),
            file_seconds: limits.file_time.as_secs(),
            text_mib: limits.text_bytes >> 20,
            sheets: limits.sheets,
            cells: limits.cells,
            unpacked_mib: limits.unpacked_bytes >> 20,
            sandbox: Sandbox::Wanted,
            memory_mib: 1024,
            cpu_seconds: 1800,
            worker_seconds: 900,
            stall_seconds: 300,
            view_seconds: 30,
            result_mib: 512,
            niceness: 10,
            conversion: true,
            recognition: Recognising::default(),
            recognition_languages: recognition.languages,
            recognition_page_seconds: recognition.page_time.as_secs(),
            recognition_file_seconds: recognition.file_time.as_secs(),
        }
    }
}

impl Ingest {
    /// The bounds on one file.
    pub fn limits(&self) -> ingest::Limits {
        ingest::Limits {
            file_bytes: self.file_mib << 20,
            pages: self.pages,
            page_glyphs: self.page_glyphs,
            page_operations: self.page_operations,
            page_time: Duration::from_secs(self.page_seconds),
            file_time: Duration::from_secs(self.file_seconds),
            text_bytes: self.text_mib << 20,
            sheets: self.sheets,
            cells: self.cells,
            unpacked_bytes: self.unpacked_mib << 20,
        }
    }

    /// Files read at the same time.
    pub fn readers(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        if self.workers == 0 { cores().min(MOST_READERS) } else { self.workers }
    }

    /// What reads files inside a worker.
    pub fn parser(&self) -> ingest::FileParser {
        ingest::FileParser::new(self.limits())
    }
}

/// Documents that were deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Trash {
    /// Days after which what lies in the trash is removed for good.
    pub keep_days: u32,
}

impl Default for Trash {
    fn default() -> Self {
        Self { keep_days: 30 }
    }
}

/// The log, on standard error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// What is logged, as in `info` or `warn,kura=debug`.
    pub filter: String,
    /// How.
    pub format: LogFormat,
}

/// llama.cpp tells hundreds of lines about each model that it loads, and the server's library greets each worker.
const USUAL_FILTER: &str = "info,llama-cpp-2=error,llama_cpp_2=error,actix_server=warn";

impl Default for Log {
    fn default() -> Self {
        Self { filter: USUAL_FILTER.to_owned(), format: LogFormat::Text }
    }
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Reads the configuration: defaults, then `file` (which must exist when `required`), then the environment.
pub fn read(file: &Path, required: bool) -> Result<Configuration> {
    if required && !file.is_file() {
        bail!("configuration {} does not exist", file.display());
    }
    refuse_near_misses()?;
    let environment = Env::prefixed("KURA_").filter(|key| key.as_str().contains("__")).split("__");
    let mut layers = Figment::from(Serialized::defaults(Configuration::default()));
    if file.is_file() {
        layers = layers.merge(Toml::file_exact(file));
    }
    let configuration: Configuration =
        layers.merge(environment).extract().with_context(|| format!("configuration {} is not valid", file.display()))?;
    check(&configuration)?;
    Ok(configuration)
}

/// `KURA_HTTP_PORT` would be passed over in silence; it means `KURA_HTTP__PORT`.
fn refuse_near_misses() -> Result<()> {
    const SECTIONS: [&str; 9] = ["INSTITUTION", "HTTP", "ASKING", "INDEX", "INFERENCE", "INGEST", "TRASH", "HISTORY", "LOG"];
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let Some(key) = name.strip_prefix("KURA_").filter(|k| !k.contains("__")) else { continue };
        if let Some(section) = SECTIONS.iter().find(|s| key.starts_with(&format!("{s}_"))) {
            bail!("environment variable {name} names no key; write two underscores behind the section: KURA_{section}__…");
        }
    }
    Ok(())
}

/// What the types alone cannot refuse.
fn check(configuration: &Configuration) -> Result<()> {
    let at_least_one = [
        ("http.session_idle_hours", u64::from(configuration.http.session_idle_hours)),
        ("http.session_hours", u64::from(configuration.http.session_hours)),
        ("http.max_upload_mib", configuration.http.max_upload_mib),
        ("http.max_upload_files", configuration.http.max_upload_files as u64),
        ("http.workers", configuration.http.workers as u64),
        ("http.concurrent_questions", configuration.http.concurrent_questions as u64),
        ("http.concurrent_renders", configuration.http.concurrent_renders as u64),
        ("asking.candidates", configuration.asking.candidates as u64),
        ("asking.sources", configuration.asking.sources as u64),
        ("trash.keep_days", u64::from(configuration.trash.keep_days)),
        ("ingest.attempts", u64::from(configuration.ingest.attempts)),
        ("ingest.file_mib", configuration.ingest.file_mib),
        ("ingest.memory_mib", configuration.ingest.memory_mib),
        ("ingest.cpu_seconds", configuration.ingest.cpu_seconds),
        ("ingest.worker_seconds", configuration.ingest.worker_seconds),
        ("ingest.stall_seconds", configuration.ingest.stall_seconds),
        ("ingest.view_seconds", configuration.ingest.view_seconds),
        ("ingest.result_mib", configuration.ingest.result_mib),
    ];
    for (key, value) in at_least_one {
        if value == 0 {
            bail!("configuration: {key} must be at least 1");
        }
    }
    if !(0..=19).contains(&configuration.ingest.niceness) {
        bail!("configuration: ingest.niceness must be between 0 and 19");
    }
    if !(0.0..=1.0).contains(&configuration.ingest.hold_below) {
        bail!("configuration: ingest.hold_below must be from 0 to 1");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Configuration> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("kura.toml");
        std::fs::write(&file, text)?;
        read(&file, true)
    }

    #[test]
    fn the_example_documents_every_key_with_its_default() {
        let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/kura.example.toml");
        let text = std::fs::read_to_string(example).expect("the example exists");
        let given: toml::Table = text.parse().expect("the example is TOML");
        let defaults = toml::Table::try_from(Configuration::default()).expect("the defaults are TOML");
        same_keys("", &given, &defaults);
        let accepted = toml::Table::try_from(parsed(&text).expect("the example is accepted")).expect("a configuration is TOML");
        same_values("", &accepted, &defaults);
        for line in text.lines().filter(|l| l.contains(" = ")) {
            let at = text.find(line).unwrap_or(0);
            let above = text[..at].trim_end().lines().last().unwrap_or("");
            assert!(above.starts_with('#'), "no comment stands above `{line}`");
        }
    }

    #[track_caller]
    fn same_keys(path: &str, given: &toml::Table, defaults: &toml::Table) {
        let names = |t: &toml::Table| t.keys().cloned().collect::<Vec<_>>();
        let (mut ours, mut theirs) = (names(given), names(defaults));
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs, "keys of [{path}]");
        for (name, value) in given {
            if let (toml::Value::Table(g), Some(toml::Value::Table(d))) = (value, defaults.get(name)) {
                same_keys(&format!("{path}.{name}"), g, d);
            }
        }
    }

    #[track_caller]
    fn same_values(path: &str, given: &toml::Table, defaults: &toml::Table) {
        for (name, value) in given {
            match (value, &defaults[name]) {
                (toml::Value::Table(g), toml::Value::Table(d)) => same_values(&format!("{path}.{name}"), g, d),
                (given, default) => assert_eq!(given, default, "{path}.{name}: the example's value is not the default"),
            }
        }
    }

    #[test]
    fn an_unknown_key_a_wrong_type_and_nonsense_are_refused_by_name() {
        for (text, named) in [
            ("[http]\nprot = 1", "prot"),
            ("[http]\nport = \"x\"", "port"),
            ("[nonsense]\n", "nonsense"),
            ("[ingest]\nattempts = 0", "ingest.attempts"),
            ("[ingest]\nhold_below = 60", "ingest.hold_below"),
        ] {
            let said = format!("{:#}", parsed(text).expect_err(text));
            assert!(said.contains(named), "{said}");
        }
    }

    #[test]
    fn without_a_file_the_defaults_hold_unless_one_was_named() {
        let missing = Path::new("/nowhere/kura.toml");
        assert_eq!(read(missing, false).unwrap(), Configuration::default());
        assert!(read(missing, true).is_err());
    }

    #[test]
    fn a_file_changes_only_what_it_names() {
        let configuration =
            parsed("[institution]\nname = \"みなと市\"\ncalendar = \"japanese\"\n[asking.evidence]\nleast_probability = 0.5").unwrap();
        assert_eq!(configuration.institution.name, "みなと市");
        assert_eq!(configuration.asking.evidence.least_probability, 0.5);
        assert_eq!(configuration.http, Http::default());
    }

    #[test]
    fn the_bounds_on_files_are_those_of_the_reader() {
        assert_eq!(Ingest::default().limits(), ingest::Limits::default());
        assert_eq!(Ingest::default().hold_below as f32, appliance_core::quality::LEAST_SCORE);
    }
}
