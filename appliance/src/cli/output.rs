//! What the command line says: data, talk, and how things went wrong.

use anyhow::Result;
use appliance_core::locator::Place;
use appliance_core::ports::PortError;
use inference::InferenceError;
use retrieval::RetrievalError;
use serde::Serialize;
use std::io::{self, IsTerminal, Write};

/// Prints a line of data.
pub fn line(text: impl AsRef<str>) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", text.as_ref())?;
    Ok(out.flush()?)
}

/// Prints text as it is.
pub fn text(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Prints one JSON value on indented lines.
pub fn json(value: &impl Serialize) -> Result<()> {
    line(serde_json::to_string_pretty(value)?)
}

/// Says something to the person, on standard error. Nobody may be listening; that is no failure.
pub fn say(text: impl AsRef<str>) {
    let _ = writeln!(io::stderr().lock(), "{}", text.as_ref());
}

/// Whether a person watches standard error.
pub fn on_terminal() -> bool {
    io::stderr().is_terminal()
}

/// An error with its remedy.
pub fn refusal(message: impl Into<String>, hint: impl Into<String>) -> anyhow::Error {
    PortError::new(message).with_hint(hint).into()
}

/// Tells what went wrong, with its causes in one line, and what can be done.
pub fn report(error: &anyhow::Error) {
    say(format!("error: {}", chain(error)));
    if let Some(hint) = hint(error) {
        say(format!("hint: {hint}"));
    }
}

/// Whether the reader of standard output closed it (`kura search … | head -1`).
pub fn reader_left(error: &anyhow::Error) -> bool {
    error.chain().any(|e| e.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe))
}

/// The message with its causes; a cause that an outer message already quotes is not repeated.
pub fn chain(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !text.contains(&cause) {
            text.push_str(if text.is_empty() { "" } else { ": " });
            text.push_str(&cause);
        }
    }
    text.replace('\n', " ")
}

/// The remedy nearest to the surface.
pub fn hint(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|e| {
        e.downcast_ref::<PortError>()
            .and_then(|e| e.hint.clone())
            .or_else(|| e.downcast_ref::<InferenceError>().and_then(|e| e.hint().map(str::to_owned)))
            .or_else(|| e.downcast_ref::<RetrievalError>().and_then(RetrievalError::hint))
    })
}

/// A place as a person would name it.
pub fn place(place: &Place) -> String {
    match place {
        Place::Pages { lines } => {
            let (first, last) = (lines.first().map_or(0, |l| l.page), lines.last().map_or(0, |l| l.page));
            if first == last { format!("p. {first}") } else { format!("pp. {first}–{last}") }
        }
        Place::Cells { name, range, .. } => format!("{name}!{range}"),
        Place::Text { first_line, last_line } if first_line == last_line => format!("line {first_line}"),
        Place::Text { first_line, last_line } => format!("lines {first_line}–{last_line}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_named_once_and_the_nearest_remedy_wins() {
        let inner = PortError::new("disk full").with_hint("make room");
        let error = anyhow::Error::from(PortError::caused("catalog: cannot commit", inner).with_hint("call again")).context("file a.pdf");
        assert_eq!(chain(&error), "file a.pdf: catalog: cannot commit: disk full");
        assert_eq!(hint(&error).as_deref(), Some("call again"));
    }

    #[test]
    fn a_reader_who_leaves_is_recognised() {
        let error = anyhow::Error::from(io::Error::from(io::ErrorKind::BrokenPipe)).context("printing");
        assert!(reader_left(&error));
    }
}
