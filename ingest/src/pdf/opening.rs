//! Opening a PDF: as it is, decrypted, repaired, and with the Unicode maps that its fonts lack.

use super::fonts::FileFonts;
use super::survey::{self, Additions, Survey};
use super::{collection, mending, rewriting, unlocking};
use crate::shield;
use appliance_core::ports::reader::ParseError;
use hayro_interpret::InterpreterSettings;
use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use std::sync::Arc;
use tracing::trace_span;

/// Why a PDF does not open.
#[derive(Debug)]
pub(crate) enum Refusal {
    Encrypted,
    /// For the holder of a certificate.
    Sealed,
    Damaged(String),
}

impl Refusal {
    /// The refusal of the file called `name`.
    pub(crate) fn named(self, name: &str) -> ParseError {
        let name = name.to_owned();
        match self {
            Self::Encrypted => ParseError::Encrypted { name },
            Self::Sealed => ParseError::Sealed { name },
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
    let (pdf, mut repairs) = trace_span!("ingest.open").in_scope(|| mended(bytes))?;
    repairs.extend(mending::missing_pages(&pdf));
    let title = pdf.metadata().title.clone();
    let (pdf, fonts) = trace_span!("ingest.maps").in_scope(|| supplemented(pdf));
    Ok(Opened { pdf, title, repairs, fonts })
}

/// The file with the maps its fonts lack, and what its fonts know. It stays as it was when they cannot be added without
/// losing a page.
fn supplemented(pdf: Pdf) -> (Pdf, FileFonts) {
    let whole = pdf.pages().len();
    let kept = |better: &Pdf| better.pages().len() == whole;
    let Ok(Survey { additions, facts }) = shield::shielded(|| survey::survey(&pdf)) else { return (pdf, FileFonts::default()) };
    let fonts = FileFonts::new(facts);
    let Some(additions) = additions else { return (pdf, fonts) };
    // What is appended to an encrypted file would be decrypted to noise, so that one is written anew first.
    if !crate::sniff::contains(pdf.data().as_ref(), b"/Encrypt") {
        let appended = survey::append(pdf.data().as_ref().to_vec(), &additions);
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
    let additions: Option<Additions> = shield::shielded(|| survey::survey(&plain)).ok()?.additions;
    match additions {
        Some(additions) => opened(survey::append(rewritten, &additions)),
        None => Some(plain),
    }
}

fn opened(bytes: impl Into<Arc<Vec<u8>>>) -> Option<Pdf> {
    let bytes: Arc<Vec<u8>> = bytes.into();
    shield::shielded(|| Pdf::new(bytes)).ok().and_then(Result::ok).filter(|p| !p.pages().is_empty())
}

/// Opens a file as it is, or as it can be decrypted or repaired.
pub(crate) fn open_plain(bytes: &Arc<Vec<u8>>) -> Result<Pdf, Refusal> {
    mended(bytes).map(|(pdf, _)| pdf)
}

/// The file with what was wrong with it, in words.
fn mended(bytes: &Arc<Vec<u8>>) -> Result<(Pdf, Vec<String>), Refusal> {
    let mut repairs = mending::damage(bytes);
    let pdf = match mending::with_stream_ends(bytes) {
        Some(ends) => {
            repairs.push("ends of its streams are missing".to_owned());
            readable(&Arc::new(ends), &mut repairs)?
        }
        None => readable(bytes, &mut repairs)?,
    };
    if mending::tree_is_sound(&pdf) {
        return Ok((pdf, repairs));
    }
    let found = shield::shielded(|| mending::with_pages_found(pdf.data().as_ref())).ok().flatten().and_then(opened);
    match found.filter(|f| mending::pages_with_content(f) > mending::pages_with_content(&pdf)) {
        Some(better) => {
            repairs.push("its page tree is broken".to_owned());
            Ok((better, repairs))
        }
        None => Ok((pdf, repairs)),
    }
}

fn readable(bytes: &Arc<Vec<u8>>, repairs: &mut Vec<String>) -> Result<Pdf, Refusal> {
    let reason = match shield::shielded(|| Pdf::new(Arc::clone(bytes))) {
        Ok(Ok(pdf)) if !pdf.pages().is_empty() => return Ok(pdf),
        Ok(Ok(_)) => "it holds no pages".to_owned(),
        Ok(Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected))) => return decrypted(bytes).ok_or(Refusal::Encrypted),
        Ok(Err(LoadPdfError::Decryption(error))) => {
            let refused = || if unlocking::is_sealed(bytes) { Refusal::Sealed } else { Refusal::Damaged(unlocking::said(error)) };
            return decrypted(bytes).ok_or_else(refused);
        }
        Ok(Err(LoadPdfError::Invalid)) => "its structure cannot be read".to_owned(),
        Err(panic) => panic,
    };
    repairs.push("its structure is broken".to_owned());
    let pages_alone = || shield::shielded(|| mending::with_pages_found(bytes)).ok().flatten().and_then(opened);
    repaired(bytes).or_else(pages_alone).ok_or(Refusal::Damaged(reason))
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
