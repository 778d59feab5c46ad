//! Which format a file is in: by its content first, by the ending of its name where content cannot tell.

use crate::archive;
use appliance_core::document::Format;
use appliance_core::ports::reader::ParseError;
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;

/// Bytes read from each end of a file. A zip's directory of names stands at its end.
const HEAD: usize = 64 << 10;
const TAIL: u64 = 256 << 10;

/// Kinds that another program has to convert first, and how their names end.
const OLD_KINDS: [(&str, &str); 3] =
    [("a Word document of the old kind", "doc"), ("a PowerPoint presentation of the old kind", "ppt"), ("a document of Ichitaro", "jtd")];

/// The format of the file at `path`, which was uploaded as `name`.
///
/// # Errors
/// `UnknownFormat` for kinds that Kura does not read, `OldFormat` for those that another program has to convert first, `Encrypted` for a workbook in an encrypted container, `Empty` for
/// a file without a byte, `Unavailable` when it cannot be opened.
pub fn sniff(path: &Path, name: &str) -> Result<Format, ParseError> {
    let unavailable = |source| ParseError::Unavailable { name: name.to_owned(), source };
    sniffed(File::open(path).map_err(unavailable)?, name)
}

/// The format of a file in memory: a member of an archive, an attachment.
pub(crate) fn sniff_bytes(bytes: &[u8], name: &str) -> Result<Format, ParseError> {
    sniffed(Cursor::new(bytes), name)
}

fn sniffed(mut file: impl Read + Seek, name: &str) -> Result<Format, ParseError> {
    let unavailable = |source| ParseError::Unavailable { name: name.to_owned(), source };
    let length = file.seek(SeekFrom::End(0)).map_err(unavailable)?;
    file.seek(SeekFrom::Start(0)).map_err(unavailable)?;
    let mut head = vec![0; HEAD.min(usize::try_from(length).unwrap_or(HEAD))];
    file.read_exact(&mut head).map_err(unavailable)?;
    let found = match () {
        () if head.is_empty() => return Err(ParseError::Empty { name: name.to_owned() }),
        () if contains(&head[..head.len().min(1024)], b"%PDF-") => Ok(Format::Pdf),
        // A header behind much else, or cut off with the first bytes of the file.
        () if ending(name) == "pdf" && (contains(&head, b"%PDF-") || contains(&head, b" obj")) => Ok(Format::Pdf),
        () if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") => {
            file.seek(SeekFrom::Start(length.saturating_sub(TAIL))).map_err(unavailable)?;
            let mut tail = Vec::new();
            file.read_to_end(&mut tail).map_err(unavailable)?;
            zipped(&head, &tail)
        }
        () if head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) => {
            // The directory of a compound file may stand anywhere in it.
            file.seek(SeekFrom::Start(head.len() as u64)).map_err(unavailable)?;
            file.take(256 << 20).read_to_end(&mut head).map_err(unavailable)?;
            if contains(&head, &utf16("EncryptedPackage")) {
                return Err(ParseError::Encrypted { name: name.to_owned() });
            }
            compound(&head, &ending(name))
        }
        () => plain(&head, &ending(name)),
    };
    found.map_err(|found| match OLD_KINDS.iter().find(|(kind, _)| *kind == found) {
        Some((_, ending)) => ParseError::OldFormat { name: name.to_owned(), ending: (*ending).to_owned() },
        None => ParseError::UnknownFormat { name: name.to_owned(), found: found.to_owned() },
    })
}

/// What a zip file is, by the names in its directory: its members may be office files themselves.
fn zipped(head: &[u8], tail: &[u8]) -> Result<Format, &'static str> {
    let names = archive::directory_names(tail);
    if names.is_empty() {
        return zipped_by_marks(&[head, tail].concat());
    }
    let has = |name: &str| names.iter().any(|n| n == name);
    let under = |folder: &str| names.iter().any(|n| n.starts_with(folder));
    let office = has("[content_types].xml");
    let open = has("content.xml") && (has("mimetype") || has("meta-inf/manifest.xml"));
    match () {
        () if has("xl/workbook.bin") => Ok(Format::Xlsb),
        () if open && contains(head, b"opendocument.spreadsheet") => Ok(Format::Ods),
        () if open && contains(head, b"opendocument.text") => Ok(Format::Odt),
        () if open && contains(head, b"opendocument.presentation") => Ok(Format::Odp),
        () if open => Err("an OpenDocument file that is no text, spreadsheet or presentation"),
        () if office && under("word/") => Ok(Format::Docx),
        () if office && under("ppt/") => Ok(Format::Pptx),
        () if office && under("visio/") => Err("a Visio drawing: save it as PDF"),
        () if office || under("xl/") && has("xl/workbook.xml") => Ok(Format::Xlsx),
        () if has("meta-inf/container.xml") && contains(head, b"epub") => Err("an e-book"),
        () => Ok(Format::Zip),
    }
}

/// The same for an archive whose directory is lost.
fn zipped_by_marks(ends: &[u8]) -> Result<Format, &'static str> {
    match () {
        () if contains(ends, b"xl/workbook.bin") => Ok(Format::Xlsb),
        () if contains(ends, b"opendocument.spreadsheet") => Ok(Format::Ods),
        () if contains(ends, b"word/document") => Ok(Format::Docx),
        () if contains(ends, b"ppt/presentation") => Ok(Format::Pptx),
        () if contains(ends, b"opendocument.text") => Ok(Format::Odt),
        () if contains(ends, b"opendocument.presentation") => Ok(Format::Odp),
        () if contains(ends, b"xl/") || contains(ends, b"xl\\") => Ok(Format::Xlsx),
        () if contains(ends, b"[Content_Types].xml") => Ok(Format::Xlsx),
        () => Ok(Format::Zip),
    }
}

fn compound(bytes: &[u8], ending: &str) -> Result<Format, &'static str> {
    match () {
        () if contains(bytes, &utf16("Workbook")) || contains(bytes, &utf16("Book\0")) || contains(bytes, &utf16("WORKBOOK")) => {
            Ok(Format::Xls)
        }
        () if contains(bytes, &utf16("BOOK\0")) => Ok(Format::Xls),
        () if contains(bytes, &utf16("WordDocument")) => Err(OLD_KINDS[0].0),
        () if contains(bytes, &utf16("PowerPoint Document")) => Err(OLD_KINDS[1].0),
        () if matches!(ending, "jtd" | "jtdc" | "jtt" | "jtw") || contains(bytes, &utf16("DocumentText")) => Err(OLD_KINDS[2].0),
        () if ending == "msg" => Err("a letter of Outlook: save it as .eml or PDF"),
        () => Err("a compound file that is no workbook"),
    }
}

fn plain(head: &[u8], ending: &str) -> Result<Format, &'static str> {
    let utf16 = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    let start =
        String::from_utf8_lossy(&head[..head.len().min(512)]).trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']).to_lowercase();
    if matches!(ending, "eml" | "mht" | "mhtml") || is_letter(&start) {
        return Ok(Format::Mail);
    }
    let page = start.starts_with("<!doctype html") || start.starts_with("<html") || start.starts_with("<?xml") && start.contains("<html");
    if page || matches!(ending, "html" | "htm" | "xhtml" | "shtml") && !utf16 && contains(head, b"<") {
        return Ok(Format::Html);
    }
    if start.starts_with("{\\rtf") {
        return Err("a rich text file: save it as .docx or PDF");
    }
    // BIFF2 to BIFF5 streams without a container.
    if head.starts_with(&[0x09]) && ending == "xls" {
        return Ok(Format::Xls);
    }
    if !utf16 && contains(head, &[0, 0]) || !utf16 && head.iter().filter(|b| **b == 0).count() * 8 > head.len() && !looks_utf16(head) {
        return Err("binary data");
    }
    match ending {
        "csv" => Ok(Format::Csv),
        "tsv" | "tab" => Ok(Format::Tsv),
        "md" | "markdown" => Ok(Format::Markdown),
        "txt" | "text" | "log" | "" => Ok(Format::Text),
        "xlsx" | "xlsm" | "xls" | "xlsb" | "ods" | "pdf" | "docx" | "docm" | "doc" | "pptx" | "ppt" | "odt" | "odp" | "jtd" | "zip" => {
            Err("text, not what its name says")
        }
        "html" | "htm" | "xml" | "json" | "svg" | "rtf" => Err("a file of another kind"),
        _ => Ok(Format::Text),
    }
}

/// Whether a text begins with the fields of a letter, as they leave and reach a mail server.
fn is_letter(start: &str) -> bool {
    let fields: Vec<&str> =
        start.lines().filter(|l| !l.starts_with([' ', '\t'])).filter_map(|l| l.split_once(':')).map(|(f, _)| f).collect();
    let known = ["from", "to", "received", "return-path", "delivered-to", "message-id", "mime-version", "subject", "date", "content-type"];
    let first = start.lines().next().and_then(|l| l.split_once(':')).is_some_and(|(f, _)| known.contains(&f) || f.starts_with("x-"));
    let letters = ["received", "return-path", "message-id", "mime-version", "delivered-to"];
    first && fields.iter().filter(|f| known.contains(f)).count() >= 3 && fields.iter().any(|f| letters.contains(f))
}

/// UTF-16 without a mark: every other byte of Latin text is zero, and no two in a row.
fn looks_utf16(head: &[u8]) -> bool {
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    even == 0 || odd == 0
}

fn utf16(name: &str) -> Vec<u8> {
    name.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The ending of a file name in lower case, without the dot.
pub(crate) fn ending(name: &str) -> String {
    Path::new(name).extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// Whether `needle` occurs in `bytes`.
pub(crate) fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    let Some((&first, rest)) = needle.split_first() else { return true };
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|b| *b == first) {
        at += found + 1;
        if bytes[at..].starts_with(rest) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], name: &str, expected: Result<Format, &str>) {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), bytes).expect("written");
        let found = sniff(file.path(), name).map_err(|e| e.code());
        assert_eq!(found, expected);
    }

    #[test]
    fn content_comes_before_the_name() {
        check(b"%PDF-1.4\n", "x.txt", Ok(Format::Pdf));
        check("区分,料金\n".as_bytes(), "料金.csv", Ok(Format::Csv));
        check("# 題".as_bytes(), "a.md", Ok(Format::Markdown));
        check(b"plain", "note", Ok(Format::Text));
        check(b"\xff\xfeA\0", "a.txt", Ok(Format::Text));
        check(b"<!DOCTYPE html><p>", "a.xls", Ok(Format::Html));
        check(b"<p>words", "a.htm", Ok(Format::Html));
        check(b"Received: by x\r\nFrom: a@b\r\nTo: c@d\r\nSubject: e\r\n\r\nText", "a", Ok(Format::Mail));
        check("件名: 会議\nDate: 明日\n".as_bytes(), "a.txt", Ok(Format::Text));
        check(b"\x89PNG\r\n\x1a\n\0\0\0\r", "a.png", Err("unknown-format"));
        check(b"", "a.csv", Err("empty"));
    }
}
