//! Encrypted PDFs: opened without a password where only the owner's is set, and with one.
//!
//! hayro decrypts for whoever has the user's password, and reads what its writers got wrong; lopdf also knows the
//! owner's. Passwords are bytes to the older revisions of the encryption, and nobody wrote down which: a password in
//! Japanese may have been typed as PDFDocEncoding, as UTF-8 or as Shift_JIS, so each of them is tried.

use super::rewriting;
use crate::{shield, sniff};
use appliance_core::ports::reader::Password;
use encoding_rs::{Encoding, SHIFT_JIS, WINDOWS_1252};
use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use lopdf::encryption::PasswordAlgorithm;
use lopdf::{Document, LoadOptions, Object, ObjectId};
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization;

/// What became of a password.
#[derive(Debug)]
pub enum Unlock {
    /// The file needs none.
    NotNeeded,
    /// It does not open the file.
    WrongPassword,
    /// The file, in the clear.
    Opened(Vec<u8>),
}

/// Writes an encrypted file in the clear, if the password (the user's or the owner's) opens it.
///
/// # Errors
/// In words, when the file is encrypted in a way that no password opens, or broken.
pub(crate) fn unlock(bytes: &Arc<Vec<u8>>, password: &Password) -> Result<Unlock, String> {
    if super::opening::open_plain(bytes).is_ok() {
        return Ok(Unlock::NotNeeded);
    }
    let composed: String = password.reveal().nfkc().collect();
    let mut failure = None;
    for typed in [password.reveal(), composed.as_str()] {
        match shield::shielded(|| Pdf::new_with_password(Arc::clone(bytes), typed)) {
            Ok(Ok(pdf)) if !pdf.pages().is_empty() => match shield::shielded(|| rewriting::rewritten(&pdf)) {
                Ok(Some(clear)) => return Ok(Unlock::Opened(clear)),
                Ok(None) => failure = Some("it is too large to be written in the clear".to_owned()),
                Err(panic) => failure = Some(panic),
            },
            Ok(Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected))) => {}
            Ok(Err(LoadPdfError::Decryption(error))) => failure = Some(said(error)),
            Ok(Err(LoadPdfError::Invalid) | Ok(_)) => failure = Some("its structure cannot be read".to_owned()),
            Err(panic) => failure = Some(panic),
        }
    }
    match shield::shielded(|| by_bytes(bytes, password.reveal())) {
        Ok(Attempt::Opened(clear)) => Ok(Unlock::Opened(clear)),
        Ok(Attempt::WrongPassword) => Ok(Unlock::WrongPassword),
        Ok(Attempt::Failed(reason)) | Err(reason) => Err(failure.unwrap_or(reason)),
    }
}

/// Why an encryption cannot be undone, in words.
pub(super) fn said(error: DecryptionError) -> String {
    match error {
        DecryptionError::UnsupportedAlgorithm => "it is encrypted in a way that no password opens",
        DecryptionError::MissingIDEntry | DecryptionError::InvalidEncryption => "its encryption is described wrongly",
        DecryptionError::PasswordProtected => "it needs a password",
    }
    .to_owned()
}

/// Whether the file is encrypted for holders of certificates: its security handler is not the standard one, which knows
/// passwords alone (ISO 32000-1, 7.6.4).
pub(super) fn is_sealed(bytes: &[u8]) -> bool {
    let handler = || -> Option<Vec<u8>> {
        let document = encrypted(bytes).ok()?;
        Some(document.get_encrypted().ok()?.get(b"Filter").and_then(Object::as_name).ok()?.to_vec())
    };
    match shield::shielded(handler) {
        Ok(Some(handler)) => handler != b"Standard",
        _ => [b"/Adobe.PubSec".as_slice(), b"/Adobe.PPKLite", b"/adbe.pkcs7"].iter().any(|sign| sniff::contains(bytes, sign)),
    }
}

/// The file as lopdf decrypts it without a password; `None` when it does not.
pub(super) fn without_password(bytes: &[u8]) -> Option<Vec<u8>> {
    match by_bytes(bytes, "") {
        Attempt::Opened(clear) => Some(clear),
        Attempt::WrongPassword | Attempt::Failed(_) => None,
    }
}

enum Attempt {
    Opened(Vec<u8>),
    WrongPassword,
    Failed(String),
}

/// Tries the password through lopdf, as every sequence of bytes that the file's writer may have taken it for.
fn by_bytes(bytes: &[u8], password: &str) -> Attempt {
    let mut document = match encrypted(bytes) {
        Ok(document) => document,
        Err(error) => return Attempt::Failed(error.to_string()),
    };
    let algorithm = match PasswordAlgorithm::try_from(&document) {
        Ok(algorithm) => algorithm,
        Err(error) => return Attempt::Failed(error.to_string()),
    };
    let mut candidates: Vec<Vec<u8>> = algorithm.sanitize_password(password).into_iter().collect();
    candidates.push(password.as_bytes().to_vec());
    candidates.extend([SHIFT_JIS, WINDOWS_1252].into_iter().filter_map(|e| encoded(password, e)));
    candidates.dedup();
    let Some(right) = candidates.into_iter().find(|c| document.authenticate_raw_password(c).is_ok()) else {
        return Attempt::WrongPassword;
    };
    if let Err(error) = document.decrypt_raw(right)
        && document.is_encrypted()
    {
        return Attempt::Failed(error.to_string());
    }
    let mut written = Vec::with_capacity(bytes.len());
    match document.save_to(&mut written) {
        Ok(()) => Attempt::Opened(written),
        Err(error) => Attempt::Failed(error.to_string()),
    }
}

fn encoded(password: &str, encoding: &'static Encoding) -> Option<Vec<u8>> {
    let (bytes, _, lost) = encoding.encode(password);
    (!lost).then(|| bytes.into_owned())
}

/// The name that takes the place of an `/Encrypt` that must not be seen; of the same length, so that nothing moves.
const HIDDEN: &[u8; 8] = b"/KuraEnc";
const OBJECT_STREAM: &[u8] = b"ObjStm";
const HIDDEN_STREAM: &[u8] = b"KuraSt";

/// A copy in which no trailer says that the file is encrypted; `None` when none says so in the clear.
pub(super) fn without_encryption(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut copy = bytes.to_vec();
    let mut found = false;
    let mut at = 0;
    while let Some(next) = copy[at..].windows(8).position(|w| w == b"/Encrypt") {
        let start = at + next;
        at = start + 8;
        // Not `/EncryptMetadata`.
        if !copy.get(at).is_some_and(u8::is_ascii_alphabetic) {
            copy[start..at].copy_from_slice(HIDDEN);
            found = true;
        }
    }
    found.then_some(copy)
}

/// Loads an encrypted file as it stands, to be decrypted by bytes: lopdf itself takes passwords as text only, and
/// loads nothing without one. Its loading would also drop the object streams, which it cannot unpack yet.
fn encrypted(bytes: &[u8]) -> Result<Document, lopdf::Error> {
    let hidden = without_encryption(bytes).ok_or(lopdf::Error::NotEncrypted)?;
    let mut document = Document::load_mem_with_options(&hidden, LoadOptions::with_filter(hide_object_streams))?;
    for object in document.objects.values_mut() {
        if let Ok(stream) = object.as_stream_mut()
            && stream.dict.has_type(HIDDEN_STREAM)
        {
            stream.dict.set("Type", Object::Name(OBJECT_STREAM.to_vec()));
        }
    }
    let encryption = document.trailer.remove(&HIDDEN[1..]).ok_or(lopdf::Error::NotEncrypted)?;
    let reference = match encryption {
        Object::Reference(id) => id,
        direct => document.add_object(direct),
    };
    document.trailer.set("Encrypt", Object::Reference(reference));
    if !document.trailer.has(b"ID") {
        // Some writers leave it out and count it as empty.
        document.trailer.set("ID", Object::Array(vec![Object::string_literal(""), Object::string_literal("")]));
    }
    Ok(document)
}

fn hide_object_streams(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    if let Ok(stream) = object.as_stream_mut()
        && stream.dict.has_type(OBJECT_STREAM)
    {
        stream.dict.set("Type", Object::Name(HIDDEN_STREAM.to_vec()));
    }
    // lopdf keeps what it lent; the second part of the answer is not looked at.
    Some((id, Object::Null))
}

/// Whether strings and streams of an encrypted file lie in the clear, because only its attachments are encrypted.
pub(super) fn only_attachments(bytes: &[u8]) -> bool {
    let Ok(document) = encrypted(bytes) else { return false };
    let Ok(encryption) = document.get_encrypted() else { return false };
    let clear = |key: &[u8]| encryption.get(key).and_then(Object::as_name).map_or(true, |name| name == b"Identity");
    encryption.get(b"V").and_then(Object::as_i64).is_ok_and(|v| v >= 4) && clear(b"StmF") && clear(b"StrF")
}
