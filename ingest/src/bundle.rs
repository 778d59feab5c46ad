//! Bundles: zip archives of files that Kura reads. Each member is a part under its name; what cannot be read is a
//! warning that names it. Bundles in bundles and letters in letters are followed, but not for ever.

use crate::archive::{Archive, Refusal};
use crate::limits::Limits;
use crate::parser;
use crate::recognition::Recognition;
use crate::running::Running;
use crate::text::TextEncoding;
use crate::{shield, sniff};
use appliance_core::document::{BlockKind, Document, Format, Parsed, Warning};
use appliance_core::ports::reader::{ParseError, Watch};
use std::time::Instant;

/// Depth of bundles and letters in each other.
const DEEPEST: u8 = 3;
/// Members of one bundle.
const MOST_MEMBERS: usize = 5_000;

/// How deep in other files a file lies, and since when the outermost is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nest<'r> {
    depth: u8,
    started: Instant,
    /// What recognises the characters of scans, in members too.
    pub(crate) recognition: &'r Recognition,
    /// The encoding that a person named for texts.
    pub(crate) encoding: Option<TextEncoding>,
}

impl<'r> Nest<'r> {
    /// A file that lies in no other.
    pub(crate) fn outermost(recognition: &'r Recognition, encoding: Option<TextEncoding>) -> Self {
        Self { depth: 0, started: Instant::now(), recognition, encoding }
    }
}

/// Reads a bundle.
pub(crate) fn parse(name: &str, bytes: &[u8], limits: &Limits, nest: Nest<'_>, watch: &Watch) -> Result<Parsed, ParseError> {
    let mut archive = Archive::open(bytes, limits.unpacked_bytes).map_err(|refusal| refusal.of(name))?;
    let mut members: Vec<(usize, String)> = archive.names().iter().cloned().enumerate().filter(|(_, n)| is_file(n)).collect();
    members.sort_by(|a, b| a.1.cmp(&b.1));
    let mut running = Running::new(limits);
    if members.len() > MOST_MEMBERS {
        running.warn(Warning::Truncated { limit: format!("{MOST_MEMBERS} files of an archive") });
    }
    let total = members.len().min(MOST_MEMBERS) as u32;
    let mut refused = 0;
    for (count, (index, member_name)) in members.iter().take(MOST_MEMBERS).enumerate() {
        let contents = match archive.read_at(*index) {
            Ok(contents) => contents,
            Err(Refusal::Damaged(reason)) => {
                running.warn(Warning::UnreadablePart { part: member_name.clone(), reason });
                continue;
            }
            Err(Refusal::Encrypted) => {
                refused += 1;
                running.warn(Warning::UnreadablePart { part: member_name.clone(), reason: "it is encrypted".to_owned() });
                continue;
            }
            Err(refusal) => return Err(refusal.of(name)),
        };
        member(&mut running, member_name, member_name, contents, limits, nest, watch).map_err(|refusal| refusal.of(name))?;
        if nest.depth == 0 {
            watch.note(count as u32 + 1, total);
        }
    }
    if refused > 0 && refused == members.len() {
        return Err(Refusal::Encrypted.of(name));
    }
    Ok(running.finish(Format::Zip, stem(name)))
}

/// Reads one file out of another and writes it as a part under `heading`.
pub(crate) fn member(
    running: &mut Running,
    heading: &str,
    name: &str,
    bytes: Vec<u8>,
    limits: &Limits,
    nest: Nest<'_>,
    watch: &Watch,
) -> Result<(), Refusal> {
    if watch.is_cancelled() {
        return Err(Refusal::Cancelled);
    }
    running.heading(1, heading);
    if nest.started.elapsed() > limits.file_time {
        running.warn(Warning::UnreadablePart { part: name.to_owned(), reason: "no time was left for it".to_owned() });
        return Ok(());
    }
    match read(name, bytes, limits, nest, watch) {
        Ok(parsed) => {
            for warning in parsed.warnings {
                running.warn(Warning::UnreadablePart { part: name.to_owned(), reason: warning.to_string() });
            }
            write(running, &parsed.document);
            Ok(())
        }
        Err(ParseError::Cancelled { .. }) => Err(Refusal::Cancelled),
        Err(error) => {
            running.warn(Warning::UnreadablePart { part: name.to_owned(), reason: error.to_string() });
            Ok(())
        }
    }
}

fn read(name: &str, bytes: Vec<u8>, limits: &Limits, nest: Nest<'_>, watch: &Watch) -> Result<Parsed, ParseError> {
    let format = sniff::sniff_bytes(&bytes, name)?;
    let depth = nest.depth + 1;
    if depth >= DEEPEST && matches!(format, Format::Zip | Format::Mail) {
        return Err(Refusal::TooLarge(format!("{DEEPEST} files in each other")).of(name));
    }
    // What a bundle's members may unpack to shrinks with their depth: they multiply.
    let mut limits = limits.clone();
    limits.unpacked_bytes /= 4;
    shield::shielded(|| parser::parse_bytes(name, format, bytes, &limits, Nest { depth, ..nest }, watch))
        .unwrap_or_else(|reason| Err(Refusal::Damaged(reason).of(name)))
}

/// The blocks of a member, one level of headings deeper.
fn write(running: &mut Running, document: &Document) {
    for block in &document.blocks {
        let kind = match block.kind {
            BlockKind::Heading { level } => BlockKind::Heading { level: level.saturating_add(1).min(9) },
            other => other,
        };
        running.block(kind, block.span.slice(&document.text).unwrap_or_default());
    }
}

/// Whether a member is a file of somebody's, and not a folder or what a system leaves behind.
pub(crate) fn is_file(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    !name.ends_with('/') && !name.is_empty() && !name.starts_with("__MACOSX/") && !matches!(last, ".DS_Store" | "Thumbs.db" | "desktop.ini")
}

fn stem(name: &str) -> String {
    std::path::Path::new(name).file_stem().map_or_else(|| name.to_owned(), |s| s.to_string_lossy().into_owned())
}
