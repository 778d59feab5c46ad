//! The appliance: command line, configuration, catalog, jobs and wiring.
//!
//! A library only so that tests can reach [`worker`] and [`check`], and measure the desk behind a model that they script; the
//! binary is its one user.

pub mod worker;

mod catalog;
mod cli;
mod clock;
pub mod configuration;
mod data_folder;
mod evaluation;
mod files;
mod job_runner;
#[cfg(test)]
mod leaks;
mod recognition;
mod search_trial;
mod stages;
mod status;
mod typing_help;
mod vector_cache;
mod wiring;

use appliance_core::ports::Generator;
use std::sync::Arc;

pub use evaluation::check;

/// Does what the command line says, or reads one file for the process that called (see [`worker`]).
pub fn main() -> std::process::ExitCode {
    main_with(None)
}

/// The same, where `stand_in` writes the answers instead of the configured model.
pub fn main_with(stand_in: Option<Arc<dyn Generator>>) -> std::process::ExitCode {
    // Before everything else: a worker starts for every file and every picture, and needs none of what follows.
    if std::env::args_os().nth(1).is_some_and(|a| a == worker::SUBCOMMAND) {
        return worker::main();
    }
    cli::main(stand_in)
}
