//! Recognition of characters: where this machine keeps tesseract and its languages.

use crate::configuration::{Ingest, Recognising};
use anyhow::Result;
use appliance_core::ports::PortError;
use ingest::{Recognition, Tesseract};
use std::path::PathBuf;
use std::time::Duration;

/// What remedies a missing program or language.
pub const HINT: &str = "install Debian's tesseract-ocr, tesseract-ocr-jpn and tesseract-ocr-jpn-vert, or set ingest.recognition to \"off\"";

/// Looks for what the configuration asks for, in the folders of `PATH` first. What is missing is told page by page.
#[expect(clippy::disallowed_methods, reason = "where programs lie is the machine's to say, not the configuration's")]
pub fn find(ingest: &Ingest) -> Recognition {
    if ingest.recognition == Recognising::Off {
        return Recognition::Off;
    }
    let folders: Vec<PathBuf> = std::env::var_os("PATH").iter().flat_map(std::env::split_paths).collect();
    match Recognition::of_the_machine(&folders, &ingest.recognition_languages) {
        Recognition::Tesseract(tesseract) => Recognition::Tesseract(Tesseract {
            page_time: Duration::from_secs(ingest.recognition_page_seconds),
            file_time: Duration::from_secs(ingest.recognition_file_seconds),
            ..tesseract
        }),
        other => other,
    }
}

/// Refuses to go on without what is required.
pub fn insist(ingest: &Ingest, found: &Recognition) -> Result<()> {
    match (ingest.recognition, found) {
        (Recognising::Required, Recognition::Missing { reason }) => {
            Err(PortError::new(format!("ingest.recognition is \"required\", but {reason}")).with_hint(HINT).into())
        }
        _ => Ok(()),
    }
}
