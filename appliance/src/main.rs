//! The appliance: command line, configuration, catalog, jobs and wiring.

mod catalog;
mod cli;
mod clock;
mod configuration;
mod data_folder;
mod evaluation;
mod files;
mod job_runner;
mod stages;
mod status;
mod vector_cache;
mod wiring;

fn main() -> std::process::ExitCode {
    cli::main()
}
