//! Opening a PDF: as it is, decrypted, repaired, and with the Unicode maps that its fonts lack.

use super::collection::{Additions, Survey};
use super::fonts::FileFonts;
use super::{collection, rewriting, unlocking};
use crate::shield;
use appliance_core::ports::reader::ParseError;
use hayro_interpret::InterpreterSettings;
use hayro_interpret::hayro_syntax::object::Dict;
use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use std::sync::Arc;
use tracing::trace_span;

/// Why a PDF does not open.
#[derive(Debug)]
pub(crate) enum Refusal {
    Encrypted,
    Damaged(String),
}

impl Refusal {
    /// The refusal of the file called `name`.
    pub(crate) fn named(self, name: &str) -> ParseError {
        let name = name.to_owned();
        match self {
            Self::Encrypted => ParseError::Encrypted { name },
            Self::Damaged(reason) => ParseError::Damaged { name, reason },
        }
    }
}

/// An open file, with what only its first reading tells.
pub(crate) struct Opened {
    pub(crate) pdf: Pdf,
    /// The title of the document information dictionary, as stored.
    pub(crate) title: Option<Box<[u8]>>,
    /// What was wrong with the file, in words.
    pub(crate) repairs: Vec<String>,
    /// What its fonts know.
    pub(crate) fonts: FileFonts,
}

/// Opens a file and gives its fonts the Unicode maps they lack.
pub(crate) fn open(bytes: &Arc<Vec<u8>>) -> Result<Opened, Refusal> {
    let pdf = trace_span!("ingest.open").in_scope(|| open_plain(bytes))?;
    let mut repairs = damage(bytes);
    repairs.extend(missing_pages(&pdf));
    let title = pdf.metadata().title.clone();
    let (pdf, fonts) = trace_span!("ingest.maps").in_scope(|| supplemented(pdf));
    Ok(Opened { pdf, title, repairs, fonts })
}

/// The file with the maps its fonts lack, and what its fonts know. It stays as it was when they cannot be added without
/// losing a page.
fn supplemented(pdf: Pdf) -> (Pdf, FileFonts) {
    let whole = pdf.pages().len();
    let kept = |better: &Pdf| better.pages().len() == whole;
    let Ok(Survey { additions, facts }) = shield::shielded(|| collection::survey(&pdf)) else { return (pdf, FileFonts::default()) };
    let fonts = FileFonts::new(facts);
    let Some(additions) = additions else { return (pdf, fonts) };
    // What is appended to an encrypted file would be decrypted to noise, so that one is written anew first.
    if !crate::sniff::contains(pdf.data().as_ref(), b"/Encrypt") {
        let appended = collection::append(pdf.data().as_ref().to_vec(), &additions);
        if let Some(better) = opened(appended).filter(kept) {
            return (better, fonts);
        }
    }
    // Cross-references that hayro had to find by itself bear no update either.
    (anew(&pdf).filter(kept).unwrap_or(pdf), fonts)
}

fn anew(pdf: &Pdf) -> Option<Pdf> {
    let rewritten = shield::shielded(|| rewriting::rewritten(pdf)).ok().flatten()?;
    let plain = opened(rewritten.clone())?;
    let additions: Option<Additions> = shield::shielded(|| collection::survey(&plain)).ok()?.additions;
    match additions {
        Some(additions) => opened(collection::append(rewritten, &additions)),
        None => Some(plain),
    }
}

fn opened(bytes: impl Into<Arc<Vec<u8>>>) -> Option<Pdf> {
    let bytes: Arc<Vec<u8>> = bytes.into();
    shield::shielded(|| Pdf::new(bytes)).ok().and_then(Result::ok).filter(|p| !p.pages().is_empty())
}

/// Opens a file as it is, or as it can be decrypted or repaired.
pub(crate) fn open_plain(bytes: &Arc<Vec<u8>>) -> Result<Pdf, Refusal> {
    let reason = match shield::shielded(|| Pdf::new(Arc::clone(bytes))) {
        Ok(Ok(pdf)) if !pdf.pages().is_empty() => return Ok(pdf),
        Ok(Ok(_)) => "it holds no pages".to_owned(),
        Ok(Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected))) => return decrypted(bytes).ok_or(Refusal::Encrypted),
        Ok(Err(LoadPdfError::Decryption(error))) => return decrypted(bytes).ok_or(Refusal::Damaged(unlocking::said(error))),
        Ok(Err(LoadPdfError::Invalid)) => "its structure cannot be read".to_owned(),
        Err(panic) => panic,
    };
    repaired(bytes).ok_or(Refusal::Damaged(reason))
}

/// The file without its encryption, where that takes no password.
fn decrypted(bytes: &[u8]) -> Option<Pdf> {
    let by_lopdf = shield::shielded(|| unlocking::without_password(bytes)).ok().flatten();
    by_lopdf.and_then(opened).or_else(|| {
        let clear = shield::shielded(|| unlocking::only_attachments(bytes)).unwrap_or(false);
        if clear { unlocking::without_encryption(bytes).and_then(opened) } else { None }
    })
}

/// The file as lopdf writes it anew, first by its cross-references, then by the objects found in it.
fn repaired(bytes: &[u8]) -> Option<Pdf> {
    [false, true].into_iter().find_map(|force_reconstruct| {
        let options = lopdf::LoadOptions { force_reconstruct, ..lopdf::LoadOptions::default() };
        let rewrite = || -> Option<Vec<u8>> {
            let mut document = lopdf::Document::load_mem_with_options(bytes, options).ok()?;
            let mut written = Vec::with_capacity(bytes.len());
            document.save_to(&mut written).ok()?;
            Some(written)
        };
        shield::shielded(rewrite).ok().flatten().and_then(opened)
    })
}

/// How pages are interpreted for their text: fonts that are not embedded by hayro's own Latin ones (only their
/// character codes matter), character maps from the project's cache.
pub(crate) fn settings() -> InterpreterSettings {
    InterpreterSettings { cmap_resolver: Arc::new(collection::character_map), ..InterpreterSettings::default() }
}

/// Bytes at the end in which a sound file says that it ends there.
const TAIL: usize = 2048;

/// What the bytes of a file show to be damaged, in words. hayro repairs without a word.
fn damage(bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    if !crate::sniff::contains(&bytes[bytes.len().saturating_sub(TAIL)..], b"%%EOF") {
        found.push("its end is missing".to_owned());
    }
    if !cross_references_are_sound(bytes) {
        found.push("its cross-references are wrong".to_owned());
    }
    found
}

/// Whether the last `startxref` leads to a table or a stream of cross-references.
fn cross_references_are_sound(bytes: &[u8]) -> bool {
    let Some(at) = bytes.windows(9).rposition(|w| w == b"startxref") else { return false };
    let digits = bytes[at + 9..].iter().skip_while(|b| b.is_ascii_whitespace()).take_while(|b| b.is_ascii_digit());
    let offset = digits.fold(0_usize, |n, d| n.saturating_mul(10).saturating_add(usize::from(d - b'0')));
    // Offsets count from the header (ISO 32000-1, 7.5.2), which may follow other bytes.
    let header = bytes[..bytes.len().min(1024)].windows(5).position(|w| w == b"%PDF-").unwrap_or(0);
    [offset, offset.saturating_add(header)].into_iter().any(|start| {
        let there = bytes.get(start..).unwrap_or_default();
        let there = &there[there.iter().take_while(|b| b.is_ascii_whitespace()).count()..];
        there.starts_with(b"xref") || there.first().is_some_and(u8::is_ascii_digit)
    })
}

/// Pages that the file counts and that are not there.
fn missing_pages(pdf: &Pdf) -> Option<String> {
    let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id())?;
    let counted = usize::try_from(root.get::<Dict<'_>>("Pages")?.get::<i32>("Count")?).ok()?;
    let found = pdf.pages().len();
    (counted > found).then(|| format!("{} of its {counted} pages were not found", counted - found))
}
