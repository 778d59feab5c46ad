//! The command line: one file a subcommand. Data goes to standard output, talk to standard error; the exit code is 0
//! when done, 1 when something failed, 2 when the command was not understood.

mod ask;
mod audit;
mod bench;
mod collection;
mod compare;
mod complete;
mod dictionary;
mod doctor;
mod document;
mod eval;
mod follow;
mod forms;
mod group;
mod ingest;
mod init;
mod inspect;
mod models;
mod output;
mod reindex;
mod search;
mod serve;
mod trash;
mod user;

use crate::configuration::{self, Log, LogFormat};
use crate::data_folder::DataFolder;
use crate::wiring::Place;
use anyhow::{Context as _, Result};
use appliance_core::ports::Generator;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tracing_subscriber::EnvFilter;

/// Kura (蔵): answers from your own documents, each sentence with the place it comes from, on a closed network.
#[derive(Debug, Parser)]
#[command(name = "kura", version, max_term_width = 100, disable_help_subcommand = false)]
struct Cli {
    /// The folder that holds everything Kura keeps
    #[arg(long, global = true, value_name = "DIR", default_value = "data")]
    data_dir: PathBuf,
    /// The configuration file [default: kura.toml in the data folder, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the data folder, its database and the first administrator
    Init(init::Arguments),
    /// Serve the desk to browsers
    Serve(serve::Arguments),
    /// Add files, or all files of folders, to the library
    Ingest(ingest::Arguments),
    /// Search the library and print the passages found
    Search(search::Arguments),
    /// Print what the question field offers while a text is typed
    Complete(complete::Arguments),
    /// Ask a question and print the answer with its sources
    Ask(ask::Arguments),
    /// Sum up a document, each sentence with its page
    Summarise(forms::SummariseArguments),
    /// Check a draft against a checklist: met, missing or unclear, with the place; exit code 3 when not all are met
    Checklist(forms::ChecklistArguments),
    /// Draft an answer in the wording of the past answer that is nearest
    Draft(forms::DraftArguments),
    /// Print the differences between two files, line by line
    Compare(compare::Arguments),
    /// Print what Kura reads in a file; needs no data folder
    Inspect(inspect::Arguments),
    /// Measure quality over sets of questions
    #[command(subcommand)]
    Eval(eval::Command),
    /// Measure how fast this machine does the appliance's work
    #[command(subcommand)]
    Bench(bench::Command),
    /// List, verify and add models
    #[command(subcommand)]
    Models(models::Command),
    /// List and manage the people who may sign in
    #[command(subcommand)]
    User(user::Command),
    /// List and manage groups of people, for rules of access
    #[command(subcommand)]
    Group(group::Command),
    /// List and share collections of documents
    #[command(subcommand)]
    Collection(collection::Command),
    /// List documents and set rules for single ones
    #[command(subcommand)]
    Document(document::Command),
    /// Delete documents, and bring deleted ones back
    #[command(subcommand)]
    Trash(trash::Command),
    /// Print the audit trail: who did what
    Audit(audit::Arguments),
    /// Check processor, models, dictionary, database, index, disk and fonts
    Doctor(doctor::Arguments),
    /// Rebuild the index from the catalog
    Reindex(reindex::Arguments),
    /// Compile the dictionary of Japanese words
    #[command(subcommand)]
    Dictionary(dictionary::Command),
}

/// Stack of the runtime's threads. Parsers bring their own deeper one.
const STACK_BYTES: usize = 8 << 20;
/// How long work that cannot be broken off may hold up the end of the process.
const FAREWELL: Duration = Duration::from_secs(2);
/// How long a model's computation may hold it up besides: nothing breaks that off, and it must not be running at the end.
const LAST_COMPUTATION: Duration = Duration::from_secs(20);

/// Reads the command line, does what it says, and tells how it went.
pub fn main(stand_in: Option<Arc<dyn Generator>>) -> ExitCode {
    let cli = Cli::parse();
    match run(cli, stand_in) {
        Ok(code) => code,
        Err(error) if output::reader_left(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::report(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli, stand_in: Option<Arc<dyn Generator>>) -> Result<ExitCode> {
    let data = DataFolder::new(cli.data_dir);
    let file = cli.config.clone().unwrap_or_else(|| data.configuration());
    let configuration = configuration::read(&file, cli.config.is_some())?;
    start_log(&cli.command, &configuration.log)?;
    let place = Place { data, configuration, stand_in };
    let command = match cli.command {
        // One file, one worker: starting the runtime's threads would take longer than reading most files.
        Command::Inspect(arguments) => return inspect::run(&place, arguments),
        command => command,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK_BYTES)
        .build()
        .context("the threads cannot be started")?;
    let outcome = runtime.block_on(dispatch(place, command));
    runtime.shutdown_timeout(FAREWELL);
    inference::rest(LAST_COMPUTATION);
    outcome
}

async fn dispatch(place: Place, command: Command) -> Result<ExitCode> {
    match command {
        Command::Init(arguments) => init::run(&place, &arguments).await,
        Command::Serve(arguments) => serve::run(place, &arguments).await,
        Command::Ingest(arguments) => ingest::run(&place, &arguments).await,
        Command::Search(arguments) => search::run(&place, &arguments).await,
        Command::Complete(arguments) => complete::run(&place, &arguments).await,
        Command::Ask(arguments) => ask::run(&place, &arguments).await,
        Command::Summarise(arguments) => forms::summarise(&place, &arguments).await,
        Command::Checklist(arguments) => forms::checklist(&place, &arguments).await,
        Command::Draft(arguments) => forms::draft(&place, &arguments).await,
        Command::Compare(arguments) => compare::run(&place, &arguments).await,
        Command::Inspect(arguments) => inspect::run(&place, arguments),
        Command::Eval(command) => eval::run(&place, command).await,
        Command::Bench(command) => bench::run(&place, command).await,
        Command::Models(command) => models::run(&place, command).await,
        Command::User(command) => user::run(&place, command).await,
        Command::Group(command) => group::run(&place, command).await,
        Command::Collection(command) => collection::run(&place, command).await,
        Command::Document(command) => document::run(&place, command).await,
        Command::Trash(command) => trash::run(&place, command).await,
        Command::Audit(arguments) => audit::run(&place, &arguments).await,
        Command::Doctor(arguments) => doctor::run(&place, &arguments).await,
        Command::Reindex(arguments) => reindex::run(&place, &arguments).await,
        Command::Dictionary(command) => dictionary::run(&place, command).await,
    }
}

/// Starts the log on standard error. Commands other than `serve` speak for themselves and log only trouble.
fn start_log(command: &Command, log: &Log) -> Result<()> {
    if matches!(command, Command::Bench(_)) {
        // It listens to the spans itself, and a process has one listener.
        return Ok(());
    }
    let wanted = if matches!(command, Command::Serve(_)) { log.filter.as_str() } else { "error" };
    let filter = EnvFilter::try_new(wanted).with_context(|| format!("log.filter {wanted:?} is not a filter"))?;
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(output::on_terminal());
    match log.format {
        LogFormat::Text => subscriber.init(),
        LogFormat::Json => subscriber.json().init(),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_of_the_manual_is_understood() {
        for line in [
            "kura --data-dir d serve --port 0 --bind 127.0.0.1",
            "kura ingest a.pdf folder --collection 例規",
            "kura search 粗大ごみ --limit 3 --json",
            "kura ask 粗大ごみの手数料は --json --as yamamoto",
            "kura ask 粗大ごみの手数料は --form table",
            "kura ask 粗大ごみ --form json --schema s.json",
            "kura summarise 3 --json",
            "kura checklist draft.docx list.txt",
            "kura draft 粗大ごみの手数料は",
            "kura compare a.pdf b.pdf --all",
            "kura inspect f.pdf --passages",
            "kura eval retrieval d --legs lexical --limit 10 --json",
            "kura eval tune a b --cache c --questions 50",
            "kura search 手数料条例第9条 --explain",
            "kura bench ingest f.pdf folder --json",
            "kura models add m.gguf --role generator --name m",
            "kura user add yamamoto --name 山本 --role editor",
            "kura group join 総務課 yamamoto sato",
            "kura collection open 例規 group:総務課",
            "kura collection rules --json",
            "kura document hide 3 role:reader",
            "kura document who 3 --json",
            "kura trash put 3",
            "kura trash list --json",
            "kura trash restore 3",
            "kura trash empty --older-than 7",
            "kura complete 手数 --as yamamoto --limit 3 --json",
            "kura doctor --json",
            "kura dictionary compile --from a --to b",
            "kura init --json",
        ] {
            Cli::try_parse_from(line.split(' ')).unwrap_or_else(|e| panic!("{line}: {e}"));
        }
        assert!(Cli::try_parse_from(["kura", "inspect", "f", "--text", "--json"]).is_err());
    }
}
