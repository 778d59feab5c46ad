//! Encrypted PDFs: refused without their password, opened with it, opened without one where only the owner's is set.

#[expect(dead_code, reason = "each test uses a part of it")]
mod pdf_maker;

use appliance_core::ports::DocumentReader;
use appliance_core::ports::reader::{ParseError, Password, SourceFile, Unlocked, Watch};
use ingest::{FileParser, FileReader};
use lopdf::encryption::crypt_filters::{Aes128CryptFilter, Aes256CryptFilter, CryptFilter, Rc4CryptFilter};
use lopdf::{EncryptionState, EncryptionVersion, Object, Permissions, dictionary};
use pdf_maker::{page, parsed, pdf, saved};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tempfile::NamedTempFile;
use unicode_normalization::UnicodeNormalization;

const TEXT: &str = "粗大ごみの手数料は500円とする。";

fn plain() -> lopdf::Document {
    let mut document = pdf(&[page(vec![(60.0, 700.0, 10.5, TEXT)])], Some("手数料条例"));
    let id = Object::string_literal("0123456789abcdef");
    document.trailer.set("ID", vec![id.clone(), id]);
    document
}

fn filters(filter: Arc<dyn CryptFilter>) -> BTreeMap<Vec<u8>, Arc<dyn CryptFilter>> {
    BTreeMap::from([(b"StdCF".to_vec(), filter)])
}

/// The sample under each revision of the standard security handler (ISO 32000-2, table 21).
#[expect(deprecated, reason = "files of revision 5 exist")]
fn encrypted(user_password: &str) -> Vec<(&'static str, NamedTempFile)> {
    let owner_password = "owner";
    let permissions = Permissions::PRINTABLE;
    let key = [7; 32];
    let plain = plain();
    let document = &plain;
    let standard = || b"StdCF".to_vec();
    let v4 = |filter: Arc<dyn CryptFilter>, encrypt_metadata| EncryptionVersion::V4 {
        document,
        encrypt_metadata,
        crypt_filters: filters(filter),
        stream_filter: standard(),
        string_filter: standard(),
        owner_password,
        user_password,
        permissions,
    };
    macro_rules! aes256 {
        ($revision:ident) => {
            EncryptionVersion::$revision {
                encrypt_metadata: true,
                crypt_filters: filters(Arc::new(Aes256CryptFilter)),
                file_encryption_key: &key,
                stream_filter: standard(),
                string_filter: standard(),
                owner_password,
                user_password,
                permissions,
            }
        };
    }
    let versions = vec![
        ("RC4, 40 bits", EncryptionVersion::V1 { document, owner_password, user_password, permissions }),
        ("RC4, 128 bits", EncryptionVersion::V2 { document, owner_password, user_password, key_length: 128, permissions }),
        ("crypt filter RC4", v4(Arc::new(Rc4CryptFilter), true)),
        ("AES-128", v4(Arc::new(Aes128CryptFilter), true)),
        ("AES-128, metadata in the clear", v4(Arc::new(Aes128CryptFilter), false)),
        ("AES-256, revision 5", aes256!(R5)),
        ("AES-256, revision 6", aes256!(V5)),
    ];
    versions
        .into_iter()
        .map(|(name, version)| {
            let state = EncryptionState::try_from(version).expect("a state");
            let mut document = plain.clone();
            document.encrypt(&state).expect("encrypted");
            (name, saved(&mut document))
        })
        .collect()
}

fn unlocked(file: &Path, password: &str) -> Result<(Unlocked, Option<String>), String> {
    let folder = tempfile::tempdir().expect("a folder");
    let clear = folder.path().join("clear.pdf");
    let outcome = FileReader::new().unlock(file, &Password::new(password), &clear).map_err(|e| e.to_string())?;
    let text = clear.exists().then(|| text(&clear).expect("the unlocked file is read"));
    Ok((outcome, text))
}

fn text(file: &Path) -> Result<String, ParseError> {
    let source = SourceFile::new(file.to_owned(), "a.pdf".to_owned());
    FileParser::default().parse(&source, &Watch::default()).map(|p| p.document.printed())
}

#[test]
fn files_with_an_owner_password_alone_open() {
    for (name, file) in encrypted("") {
        let document = parsed(&file).unwrap_or_else(|e| panic!("{name}: {e}")).document;
        assert_eq!(document.text.trim(), TEXT, "{name}");
        assert_eq!(document.title, "手数料条例", "{name}");
        assert_eq!(unlocked(file.path(), "any"), Ok((Unlocked::NotNeeded, None)), "{name}");
        assert!(FileReader::new().render_page(file.path(), 1, 1.0).is_ok_and(|i| i.is_some()), "{name}");
    }
}

#[test]
fn files_with_a_user_password_open_with_either_password_and_no_other() {
    for (name, file) in encrypted("user") {
        assert!(matches!(parsed(&file), Err(ParseError::Encrypted { .. })), "{name}");
        assert_eq!(unlocked(file.path(), "wrong"), Ok((Unlocked::WrongPassword, None)), "{name}");
        assert_eq!(unlocked(file.path(), ""), Ok((Unlocked::WrongPassword, None)), "{name}");
        for password in ["user", "owner"] {
            let (outcome, text) = unlocked(file.path(), password).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(outcome, Unlocked::Opened, "{name}, {password}");
            assert_eq!(text.as_deref().map(str::trim), Some(TEXT), "{name}, {password}");
        }
    }
}

#[test]
fn passwords_beyond_ascii_open_however_the_writer_encoded_them() {
    for password in ["æøå", "çédille"] {
        for (name, file) in encrypted(password) {
            let (outcome, _) = unlocked(file.path(), password).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(outcome, Unlocked::Opened, "{name}, {password}");
        }
    }
    // What Japanese software of the time did: the bytes of Shift_JIS, which read as Latin letters here.
    let (typed, bytes) = ("ｸﾗ2024", "¸×2024");
    for (name, file) in encrypted(bytes).into_iter().filter(|(name, _)| !name.contains("256")) {
        let (outcome, text) = unlocked(file.path(), typed).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(outcome, Unlocked::Opened, "{name}");
        assert_eq!(text.as_deref().map(str::trim), Some(TEXT), "{name}");
    }
    // Revision 6 says how (SASLprep, RFC 4013): full width is folded.
    for (name, file) in encrypted("蔵ABC").into_iter().filter(|(name, _)| name.contains("256")) {
        let (outcome, _) = unlocked(file.path(), "蔵ＡＢＣ").unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(outcome, Unlocked::Opened, "{name}");
    }
}

#[test]
fn files_for_the_holder_of_a_certificate_say_so() {
    let mut document = plain();
    let handler = dictionary! {
        "Filter" => "Adobe.PubSec",
        "SubFilter" => "adbe.pkcs7.s5",
        "V" => 4,
        "Length" => 128,
        "CF" => dictionary! { "DefaultCryptFilter" => dictionary! {
            "CFM" => "AESV2", "Length" => 16, "Recipients" => vec![Object::string_literal("an envelope")],
        } },
        "StmF" => "DefaultCryptFilter",
        "StrF" => "DefaultCryptFilter",
    };
    let handler = document.add_object(handler);
    document.trailer.set("Encrypt", handler);
    let file = saved(&mut document);
    let refused = parsed(&file).expect_err("it is sealed");
    assert!(matches!(refused, ParseError::Sealed { .. }), "{refused}");
    assert!(refused.to_string().contains("certificate"), "{refused}");
    assert!(unlocked(file.path(), "any").is_err());
}

/// Every encrypted PDF of the shared files: it opens, or is refused and opens with its password, and reads as poppler
/// reads it.
#[test]
fn encrypted_files_of_the_shared_data_open() {
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let Ok(table) = std::fs::read_to_string(data.join("pdfs.tsv")) else {
        println!("skipped: no shared data");
        return;
    };
    let mut rows = table.lines().map(|l| l.split('\t').collect::<Vec<_>>());
    let header: HashMap<&str, usize> = rows.next().expect("a header").into_iter().enumerate().map(|(i, n)| (n, i)).collect();
    let mut wrong = Vec::new();
    for row in rows.filter(|r| r[header["encrypted"]] == "yes" && r[header["password"]] != "UNKNOWN") {
        let (path, password) = (data.join(row[header["path"]]), row[header["password"]]);
        let found = if password.is_empty() {
            text(&path).map_err(|e| e.to_string())
        } else {
            assert!(matches!(text(&path), Err(ParseError::Encrypted { .. })), "{}", path.display());
            unlocked(&path, password).and_then(|(outcome, text)| text.ok_or_else(|| format!("{outcome:?}")))
        };
        let Some(expected) = poppler(&path, password) else { continue };
        match found {
            Ok(found) if likeness(&found, &expected) >= 0.95 => {}
            Ok(found) => wrong.push(format!("{}: likeness {:.3}", path.display(), likeness(&found, &expected))),
            Err(reason) => wrong.push(format!("{}: {reason}", path.display())),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What pdftotext reads, where it is installed and reads anything.
fn poppler(file: &Path, password: &str) -> Option<String> {
    let output = Command::new("pdftotext").args(["-q", "-enc", "UTF-8", "-upw", password]).arg(file).arg("-").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.success() && text.chars().any(|c| !c.is_whitespace())).then_some(text)
}

/// F1 of the characters, spaces apart.
fn likeness(found: &str, expected: &str) -> f64 {
    let count = |text: &str| {
        let mut counts: HashMap<char, usize> = HashMap::new();
        for c in text.nfkc().filter(|c| !c.is_whitespace()) {
            *counts.entry(c).or_default() += 1;
        }
        counts
    };
    let (found, expected) = (count(found), count(expected));
    let common: usize = found.iter().map(|(c, n)| (*n).min(expected.get(c).copied().unwrap_or(0))).sum();
    2.0 * common as f64 / (found.values().sum::<usize>() + expected.values().sum::<usize>()).max(1) as f64
}
