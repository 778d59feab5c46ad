//! PDFs made for tests: written pages in a Japanese font that is not embedded, in the clear or under a password.

use anyhow::Result;
use lopdf::content::{Content, Operation};
use lopdf::encryption::crypt_filters::{Aes256CryptFilter, CryptFilter};
use lopdf::{Dictionary, Document, EncryptionState, EncryptionVersion, Object, Permissions, Stream, StringFormat, dictionary};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Text as old programs show it that take UTF-8 for Shift_JIS: characters that stand beside each other in no language.
pub const GARBAGE: &str =
    "邊怜､ｧ縺斐∩縺ｮ謇区焚譁吶ｒ螟画峩縺吶ｋ蝣ｴ蜷医↓縺ｯ遯灘哨縺ｧ逕ｳ隲区嶌繧貞叙繧雁ｮ壹ａ繧峨ｌ縺滓悄髢灘�縺ｫ謠仙�縺吶ｋ縲";

/// Writes a PDF into `folder`, a page for each of `pages`, a line for each of a page's lines.
pub fn write(folder: &Path, name: &str, pages: &[Vec<String>]) -> Result<PathBuf> {
    let path = folder.join(name);
    document(pages)?.save(&path)?;
    Ok(path)
}

/// Writes a PDF of one page whose lines run down the page, from right to left.
pub fn write_vertical(folder: &Path, name: &str, lines: &[String]) -> Result<PathBuf> {
    let path = folder.join(name);
    let mut document = document(&[Vec::new()])?;
    let mut operations = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        operations.extend(shown(line, 500 - i as i64 * 18, 760));
    }
    let content = Content { operations }.encode()?;
    for object in document.objects.values_mut() {
        if let Ok(stream) = object.as_stream_mut() {
            stream.set_content(content.clone());
        } else if let Ok(font) = object.as_dict_mut()
            && font.get(b"Encoding").is_ok()
        {
            font.set("Encoding", "UniJIS-UTF16-V");
        }
    }
    document.save(&path)?;
    Ok(path)
}

/// The same, encrypted with AES-256 so that only `password` opens it.
pub fn write_locked(folder: &Path, name: &str, pages: &[Vec<String>], password: &str) -> Result<PathBuf> {
    let path = folder.join(name);
    let mut document = document(pages)?;
    let filter: Arc<dyn CryptFilter> = Arc::new(Aes256CryptFilter);
    let version = EncryptionVersion::V5 {
        encrypt_metadata: true,
        crypt_filters: BTreeMap::from([(b"StdCF".to_vec(), filter)]),
        file_encryption_key: &[7; 32],
        stream_filter: b"StdCF".to_vec(),
        string_filter: b"StdCF".to_vec(),
        owner_password: "the owner's",
        user_password: password,
        permissions: Permissions::PRINTABLE,
    };
    document.encrypt(&EncryptionState::try_from(version)?)?;
    document.save(&path)?;
    Ok(path)
}

fn document(pages: &[Vec<String>]) -> Result<Document> {
    let mut document = Document::with_version("1.7");
    let root = document.new_object_id();
    let font = font(&mut document);
    let mut kids = Vec::new();
    for lines in pages {
        let content = document.add_object(Stream::new(Dictionary::new(), content(lines)?));
        let page = document.add_object(dictionary! {
            "Type" => "Page",
            "Parent" => root,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
            "Contents" => content,
            "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
        });
        kids.push(Object::Reference(page));
    }
    let count = kids.len() as i64;
    document.objects.insert(root, Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    document.trailer.set("Root", catalog);
    let id = Object::string_literal("0123456789abcdef");
    document.trailer.set("ID", vec![id.clone(), id]);
    Ok(document)
}

fn font(document: &mut Document) -> lopdf::ObjectId {
    let descendant = document.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "CIDFontType0",
        "BaseFont" => "Ryumin-Light",
        "CIDSystemInfo" => dictionary! {
            "Registry" => Object::string_literal("Adobe"),
            "Ordering" => Object::string_literal("Japan1"),
            "Supplement" => 6,
        },
        "DW" => 1000,
    });
    document.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "Type0",
        "BaseFont" => "Ryumin-Light",
        "Encoding" => "UniJIS-UTF16-H",
        "DescendantFonts" => vec![descendant.into()],
    })
}

fn content(lines: &[String]) -> Result<Vec<u8>> {
    let operations: Vec<Operation> = lines.iter().enumerate().flat_map(|(i, line)| shown(line, 60, 760 - i as i64 * 18)).collect();
    Ok(Content { operations }.encode()?)
}

/// A line of ten-point type whose first character stands at that place.
fn shown(line: &str, x: i64, y: i64) -> [Operation; 5] {
    let codes: Vec<u8> = line.encode_utf16().flat_map(u16::to_be_bytes).collect();
    [
        Operation::new("BT", vec![]),
        Operation::new("Tf", vec!["F1".into(), 10.into()]),
        Operation::new("Td", vec![x.into(), y.into()]),
        Operation::new("Tj", vec![Object::String(codes, StringFormat::Hexadecimal)]),
        Operation::new("ET", vec![]),
    ]
}
