//! How a worker's work ended when it did not end well, in words that a person can act on.

use super::wire::tamed;
use appliance_core::ports::PortError;
use appliance_core::ports::reader::ParseError;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

/// An end that was not meant.
#[derive(Debug)]
pub enum Ending {
    /// It was no longer wanted.
    Cancelled,
    /// It took longer than it may.
    OutOfTime(Duration),
    /// It read no further page, and sent nothing, for longer than it may.
    Stuck(Duration),
    /// It went past the bound on memory.
    OutOfMemory {
        /// The bound, in MiB.
        mib: u64,
    },
    /// It went past the bound on processor time.
    OutOfProcessor {
        /// The bound, in seconds.
        seconds: u64,
    },
    /// It sent more than it may.
    TooMuch {
        /// The bound, in MiB.
        mib: u64,
    },
    /// It sent something that no sound worker sends.
    Unsound(String),
    /// It died.
    Died(String),
    /// It could not do what was asked, and said why.
    Failed(String),
    /// It could not be started.
    NotStarted(io::Error),
}

impl Ending {
    /// The end of a process that said no last word. `complaint` is what it wrote to standard error.
    pub fn of(status: ExitStatus, complaint: &str, memory_mib: u64, cpu_seconds: u64) -> Self {
        match status.signal() {
            // The allocator of Rust's library says so and aborts.
            Some(libc::SIGABRT) if complaint.contains("memory allocation of") => Self::OutOfMemory { mib: memory_mib },
            Some(libc::SIGXCPU) => Self::OutOfProcessor { seconds: cpu_seconds },
            Some(_) if complaint.contains("has overflowed its stack") => Self::Died("it nests too deeply".to_owned()),
            Some(libc::SIGKILL) => Self::Died("the reading process was killed; the machine may have run out of memory".to_owned()),
            Some(signal) => Self::Died(format!("the reading process ended with {}", signal_name(signal))),
            None => Self::Died(format!("the reading process ended with status {}", status.code().unwrap_or_default())),
        }
    }

    /// The refusal of the file called `name`.
    pub fn refusal(self, name: &str) -> ParseError {
        let name = name.to_owned();
        match self {
            Self::Cancelled => ParseError::Cancelled { name },
            Self::OutOfTime(_) | Self::Stuck(_) | Self::OutOfMemory { .. } | Self::OutOfProcessor { .. } | Self::TooMuch { .. } => {
                ParseError::Exhausted { name, limit: self.in_words() }
            }
            Self::Unsound(_) | Self::Died(_) => ParseError::ReaderDied { name, reason: self.in_words() },
            Self::Failed(reason) => ParseError::Unavailable { name, source: io::Error::other(tamed(&reason)) },
            Self::NotStarted(source) => ParseError::Unavailable { name, source },
        }
    }

    /// The failure to show something; `what` names it, as in "page 3 of FILE cannot be drawn".
    pub fn failure(self, what: &str) -> PortError {
        match self {
            Self::Failed(reason) => PortError::new(tamed(&reason)),
            Self::NotStarted(error) => PortError::caused(what, error),
            ending => PortError::new(format!("{what}: {}", ending.in_words())),
        }
    }

    fn in_words(&self) -> String {
        match self {
            Self::Cancelled => "it was cancelled".to_owned(),
            Self::OutOfTime(most) => format!("more than {} seconds", most.as_secs()),
            Self::Stuck(most) => format!("more than {} seconds without a further page", most.as_secs()),
            Self::OutOfMemory { mib } => format!("more than {mib} MiB of memory"),
            Self::OutOfProcessor { seconds } => format!("more than {seconds} seconds of processor time"),
            Self::TooMuch { mib } => format!("a result of more than {mib} MiB"),
            Self::Unsound(what) => format!("the reading process sent back something unsound ({})", tamed(what)),
            Self::Died(how) => tamed(how),
            Self::Failed(reason) => tamed(reason),
            Self::NotStarted(error) => error.to_string(),
        }
    }
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        libc::SIGILL => "SIGILL, an illegal instruction",
        libc::SIGABRT => "SIGABRT, it gave up",
        libc::SIGBUS => "SIGBUS, memory out of reach",
        libc::SIGFPE => "SIGFPE, an impossible division",
        libc::SIGSEGV => "SIGSEGV, memory out of reach",
        libc::SIGTERM => "SIGTERM, somebody ended it",
        libc::SIGSYS => "SIGSYS, a forbidden call",
        libc::SIGXFSZ => "SIGXFSZ, it tried to write a file",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: i32, complaint: &str, code: &str, words: &str) {
        let error = Ending::of(ExitStatus::from_raw(raw), complaint, 1024, 600).refusal("a.pdf");
        assert_eq!(error.code(), code);
        assert!(error.to_string().contains(words), "{error}");
    }

    #[test]
    fn ends_are_told_in_words() {
        check(libc::SIGABRT, "memory allocation of 99 bytes failed", "exhausted", "more than 1024 MiB of memory");
        check(libc::SIGABRT, "thread 'ingest' has overflowed its stack", "reader-died", "nests too deeply");
        check(libc::SIGXCPU, "", "exhausted", "600 seconds of processor time");
        check(libc::SIGSEGV, "", "reader-died", "SIGSEGV");
        check(libc::SIGKILL, "", "reader-died", "killed");
        check(3 << 8, "", "reader-died", "status 3");
    }
}
