//! Opening a PDF: as it is, decrypted, repaired, and with the Unicode maps that its fonts lack.

use super::collection;
use crate::shield;
use appliance_core::ports::reader::{ParseError, Password};
use hayro_interpret::InterpreterSettings;
use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use std::sync::Arc;

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
}

/// Opens a file and gives its fonts the Unicode maps they lack.
pub(crate) fn open(bytes: &Arc<Vec<u8>>) -> Result<Opened, Refusal> {
    let pdf = open_plain(bytes)?;
    let title = pdf.metadata().title.clone();
    Ok(Opened { pdf: supplemented(pdf, bytes), title })
}

fn supplemented(pdf: Pdf, bytes: &[u8]) -> Pdf {
    let Ok(Some(additions)) = shield::shielded(|| collection::additions(&pdf)) else { return pdf };
    // An encrypted file would have our additions decrypted to noise, so it is written out in the clear first.
    let base = if crate::sniff::contains(bytes, b"/Encrypt") {
        let Ok(clear) = rewritten(bytes) else { return pdf };
        clear
    } else {
        pdf.data().as_ref().to_vec()
    };
    let additions = if base.len() == bytes.len() { additions } else { again(&base).unwrap_or(additions) };
    let supplemented = collection::append(base, &additions);
    let opened = shield::shielded(|| Pdf::new(supplemented));
    // The supplement must not cost pages: a file whose cross-references bear no update stays as it was.
    match opened {
        Ok(Ok(better)) if better.pages().len() == pdf.pages().len() => better,
        _ => pdf,
    }
}

fn again(base: &[u8]) -> Option<collection::Additions> {
    let pdf = Pdf::new(base.to_vec()).ok()?;
    shield::shielded(|| collection::additions(&pdf)).ok().flatten()
}

/// Opens a file as it is, or as lopdf repairs it.
pub(crate) fn open_plain(bytes: &Arc<Vec<u8>>) -> Result<Pdf, Refusal> {
    let first = match shield::shielded(|| Pdf::new(Arc::clone(bytes))) {
        Ok(Ok(pdf)) if !pdf.pages().is_empty() => return Ok(pdf),
        Ok(Ok(_)) => "it holds no pages".to_owned(),
        // lopdf gets a try: hayro also says so when the encryption dictionary alone is broken.
        Ok(Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected))) => {
            let repaired = rewritten(bytes).map_err(|_| Refusal::Encrypted)?;
            return shield::shielded(|| Pdf::new(repaired))
                .ok()
                .and_then(Result::ok)
                .filter(|p| !p.pages().is_empty())
                .ok_or(Refusal::Encrypted);
        }
        Ok(Err(LoadPdfError::Decryption(error))) => format!("its encryption cannot be read ({error:?})"),
        Ok(Err(LoadPdfError::Invalid)) => "its structure cannot be read".to_owned(),
        Err(panic) => panic,
    };
    let repaired = rewritten(bytes).map_err(|refusal| match refusal {
        Refusal::Encrypted => Refusal::Encrypted,
        Refusal::Damaged(second) => Refusal::Damaged(format!("{first}; {second}")),
    })?;
    match shield::shielded(|| Pdf::new(repaired)) {
        Ok(Ok(pdf)) if !pdf.pages().is_empty() => Ok(pdf),
        _ => Err(Refusal::Damaged(first)),
    }
}

/// The file as lopdf writes it anew: in the clear, with sound cross-references.
fn rewritten(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    let rewrite = || -> Result<Vec<u8>, lopdf::Error> {
        let mut document = lopdf::Document::load_mem(bytes)?;
        if document.is_encrypted() {
            document.decrypt("")?;
        }
        let mut written = Vec::with_capacity(bytes.len());
        document.save_to(&mut written)?;
        Ok(written)
    };
    match shield::shielded(rewrite) {
        Ok(Ok(written)) => Ok(written),
        Ok(Err(lopdf::Error::Decryption(lopdf::encryption::DecryptionError::IncorrectPassword) | lopdf::Error::InvalidPassword)) => {
            Err(Refusal::Encrypted)
        }
        Ok(Err(error)) => Err(Refusal::Damaged(error.to_string())),
        Err(panic) => Err(Refusal::Damaged(panic)),
    }
}

/// What became of a password.
#[derive(Debug)]
pub(crate) enum Unlock {
    NotNeeded,
    WrongPassword,
    /// The file, in the clear.
    Opened(Vec<u8>),
}

/// Writes an encrypted file in the clear, if the password (the user's or the owner's) opens it.
pub(crate) fn unlock(bytes: &[u8], password: &Password) -> Result<Unlock, String> {
    let attempt = || -> Result<Unlock, lopdf::Error> {
        let mut document = lopdf::Document::load_mem(bytes)?;
        if !document.is_encrypted() {
            return Ok(Unlock::NotNeeded);
        }
        document.decrypt(password.reveal())?;
        let mut written = Vec::with_capacity(bytes.len());
        document.save_to(&mut written)?;
        Ok(Unlock::Opened(written))
    };
    match shield::shielded(attempt)? {
        Ok(unlocked) => Ok(unlocked),
        Err(lopdf::Error::Decryption(lopdf::encryption::DecryptionError::IncorrectPassword) | lopdf::Error::InvalidPassword) => {
            Ok(Unlock::WrongPassword)
        }
        Err(error) => Err(error.to_string()),
    }
}

/// How pages are interpreted for their text: fonts that are not embedded by hayro's own Latin ones (only their
/// character codes matter), character maps from the project's cache.
pub(crate) fn settings() -> InterpreterSettings {
    InterpreterSettings { cmap_resolver: Arc::new(collection::character_map), ..InterpreterSettings::default() }
}
