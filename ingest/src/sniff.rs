//! Which format a file is in: by its content first, by the ending of its name where content cannot tell.

use appliance_core::document::Format;
use appliance_core::ports::reader::ParseError;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// Bytes read from each end of a file. A zip's directory of names stands at its end.
const HEAD: usize = 64 << 10;
const TAIL: u64 = 256 << 10;

/// The format of the file at `path`, which was uploaded as `name`.
///
/// # Errors
/// `UnknownFormat` for kinds that Kura does not read, `Encrypted` for a workbook in an encrypted container, `Empty` for
/// a file without a byte, `Unavailable` when it cannot be opened.
pub fn sniff(path: &Path, name: &str) -> Result<Format, ParseError> {
    let unavailable = |source| ParseError::Unavailable { name: name.to_owned(), source };
    let file = File::open(path).map_err(unavailable)?;
    let length = file.metadata().map_err(unavailable)?.len();
    told(file, length, name)
}

/// The format of these bytes.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn sniff_bytes(bytes: &[u8], name: &str) -> Result<Format, ParseError> {
    told(std::io::Cursor::new(bytes), bytes.len() as u64, name)
}

fn told(mut file: impl Read + Seek, length: u64, name: &str) -> Result<Format, ParseError> {
    let unavailable = |source| ParseError::Unavailable { name: name.to_owned(), source };
    let mut head = vec![0; HEAD.min(usize::try_from(length).unwrap_or(HEAD))];
    file.read_exact(&mut head).map_err(unavailable)?;
    let found = match () {
        () if head.is_empty() => return Err(ParseError::Empty { name: name.to_owned() }),
        () if contains(&head[..head.len().min(1024)], b"%PDF-") => Ok(Format::Pdf),
        // A header behind much else, or cut off with the first bytes of the file.
        () if ending(name) == "pdf" && (contains(&head, b"%PDF-") || contains(&head, b" obj")) => Ok(Format::Pdf),
        () if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") => {
            file.seek(SeekFrom::Start(length.saturating_sub(TAIL))).map_err(unavailable)?;
            file.read_to_end(&mut head).map_err(unavailable)?;
            zipped(&head)
        }
        () if head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) => {
            // The directory of a compound file may stand anywhere in it.
            file.seek(SeekFrom::Start(head.len() as u64)).map_err(unavailable)?;
            file.take(256 << 20).read_to_end(&mut head).map_err(unavailable)?;
            if contains(&head, &utf16("EncryptedPackage")) {
                return Err(ParseError::Encrypted { name: name.to_owned() });
            }
            compound(&head)
        }
        () => plain(&head, &ending(name)),
    };
    found.map_err(|found| ParseError::UnknownFormat { name: name.to_owned(), found: found.to_owned() })
}

fn zipped(ends: &[u8]) -> Result<Format, &'static str> {
    match () {
        () if contains(ends, b"xl/workbook.bin") => Ok(Format::Xlsb),
        () if contains(ends, b"opendocument.spreadsheet") => Ok(Format::Ods),
        () if contains(ends, b"word/") => Err("a Word document"),
        () if contains(ends, b"ppt/") => Err("a PowerPoint presentation"),
        () if contains(ends, b"opendocument.") => Err("an OpenDocument file that is not a spreadsheet"),
        () if contains(ends, b"xl/") || contains(ends, b"xl\\") => Ok(Format::Xlsx),
        () if contains(ends, b"[Content_Types].xml") => Ok(Format::Xlsx),
        () => Err("a zip archive"),
    }
}

fn compound(bytes: &[u8]) -> Result<Format, &'static str> {
    match () {
        () if contains(bytes, &utf16("Workbook")) || contains(bytes, &utf16("Book\0")) || contains(bytes, &utf16("WORKBOOK")) => {
            Ok(Format::Xls)
        }
        () if contains(bytes, &utf16("BOOK\0")) => Ok(Format::Xls),
        () if contains(bytes, &utf16("WordDocument")) => Err("a Word document of the old binary kind"),
        () if contains(bytes, &utf16("PowerPoint Document")) => Err("a PowerPoint presentation of the old binary kind"),
        () => Err("a compound file that is no workbook"),
    }
}

fn plain(head: &[u8], ending: &str) -> Result<Format, &'static str> {
    let utf16 = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    let start =
        String::from_utf8_lossy(&head[..head.len().min(512)]).trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']).to_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        return Err("a web page");
    }
    if start.starts_with("{\\rtf") {
        return Err("a rich text file");
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
        "xlsx" | "xlsm" | "xls" | "xlsb" | "ods" | "pdf" => Err("text, not what its name says"),
        "html" | "htm" | "xml" | "json" | "svg" | "rtf" => Err("a file of another kind"),
        _ => Ok(Format::Text),
    }
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
        check(b"<!DOCTYPE html><p>", "a.xls", Err("unknown-format"));
        check(b"\x89PNG\r\n\x1a\n\0\0\0\r", "a.png", Err("unknown-format"));
        check(b"", "a.csv", Err("empty"));
    }
}
