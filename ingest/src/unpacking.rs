//! Bundles taken apart before they are read: each file of a zip archive for itself, or why it is left out.

use crate::archive::{Archive, Refusal};
use crate::bundle::is_file;
use crate::sniff;
use appliance_core::document::Format;
use appliance_core::ports::PortError;
use appliance_core::ports::reader::{ParseError, UnpackBounds};
use std::io;
use std::path::Path;

/// A file of a bundle.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Its bytes, under its name with the folders around it.
    File(&'a str, Vec<u8>),
    /// It is left out; a code says why: one of [`ParseError::code`], `nested` or `too-many`.
    LeftOut(&'a str, &'static str),
}

/// Tells `take` each file of the bundle at `file`, in the order of their names. `false` when it is none, but a file that only
/// happens to be zipped, such as a workbook.
///
/// # Errors
/// When the file cannot be opened, is no sound archive, or `take` fails.
pub fn unpack(file: &Path, bounds: UnpackBounds, take: &mut dyn FnMut(Piece<'_>) -> io::Result<()>) -> Result<bool, PortError> {
    let failed = |reason: String| PortError::new(format!("{} cannot be unpacked: {reason}", file.display()));
    if !matches!(sniff::sniff(file, "bundle.zip"), Ok(Format::Zip)) {
        return Ok(false);
    }
    let bytes = std::fs::read(file).map_err(|e| failed(e.to_string()))?;
    let mut archive = Archive::open(&bytes, bounds.bytes).map_err(|refusal| failed(format!("{refusal:?}")))?;
    let mut members: Vec<(usize, String)> = archive.names().iter().cloned().enumerate().filter(|(_, n)| is_file(n)).collect();
    members.sort_by(|a, b| a.1.cmp(&b.1));
    for (count, (index, name)) in members.iter().enumerate() {
        let piece = if count >= bounds.files { Piece::LeftOut(name, "too-many") } else { piece(&mut archive, *index, name, bounds) };
        take(piece).map_err(|e| failed(e.to_string()))?;
    }
    Ok(true)
}

fn piece<'a>(archive: &mut Archive<'_>, index: usize, name: &'a str, bounds: UnpackBounds) -> Piece<'a> {
    let bytes = match archive.read_at(index) {
        Ok(bytes) => bytes,
        Err(Refusal::Encrypted) => return Piece::LeftOut(name, "encrypted"),
        Err(Refusal::TooLarge(_)) => return Piece::LeftOut(name, "too-large"),
        Err(Refusal::Damaged(_) | Refusal::Cancelled) => return Piece::LeftOut(name, "damaged"),
    };
    if bytes.len() as u64 > bounds.bytes_each {
        return Piece::LeftOut(name, "too-large");
    }
    match sniff::sniff_bytes(&bytes, name) {
        Ok(Format::Zip) => Piece::LeftOut(name, "nested"),
        // What is encrypted may be opened with its password, and older kinds may be converted: the library sees to that.
        Ok(_) | Err(ParseError::Encrypted { .. } | ParseError::OldFormat { .. }) => Piece::File(name, bytes),
        Err(error) => Piece::LeftOut(name, error.code()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn zipped(files: &[(&str, &[u8])]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut bytes = io::Cursor::new(Vec::new());
        let mut writer = ZipWriter::new(&mut bytes);
        for (name, contents) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(contents).unwrap();
        }
        writer.finish().unwrap();
        file.write_all(bytes.get_ref()).unwrap();
        file
    }

    fn told(file: &Path, bounds: UnpackBounds) -> (bool, Vec<String>) {
        let mut told = Vec::new();
        let bundle = unpack(file, bounds, &mut |piece| {
            told.push(match piece {
                Piece::File(name, bytes) => format!("{name} {}", bytes.len()),
                Piece::LeftOut(name, code) => format!("{name} {code}"),
            });
            Ok(())
        });
        (bundle.unwrap(), told)
    }

    #[test]
    fn each_file_comes_for_itself_and_each_refusal_with_its_reason() {
        let inner = zipped(&[("a.txt", "中".as_bytes())]);
        let inner = std::fs::read(inner.path()).unwrap();
        let files: [(&str, &[u8]); 6] = [
            ("例規/手数料条例.txt", "手数料は500円。".as_bytes()),
            ("__MACOSX/x", b"x"),
            ("例規/内.zip", &inner),
            ("絵.bin", &[0, 0, 1, 2, 0, 0, 3, 0, 0]),
            ("空.txt", b""),
            ("長い.txt", &[b'a'; 300]),
        ];
        let bundle = zipped(&files);
        let bounds = UnpackBounds { files: 4, bytes_each: 200, bytes: 10_000 };
        let (is_bundle, told) = told(bundle.path(), bounds);
        assert!(is_bundle);
        assert_eq!(told, ["例規/内.zip nested", "例規/手数料条例.txt 21", "空.txt empty", "絵.bin unknown-format", "長い.txt too-many"]);
    }

    #[test]
    fn what_unpacks_to_too_much_is_left_out_and_other_files_are_no_bundles() {
        let bundle = zipped(&[("a.txt", &[b'a'; 300]), ("b.txt", &[b'b'; 300])]);
        let bounds = UnpackBounds { files: 9, bytes_each: 1_000, bytes: 400 };
        assert_eq!(told(bundle.path(), bounds).1, ["a.txt 300", "b.txt too-large"]);
        let mut plain = tempfile::NamedTempFile::new().unwrap();
        plain.write_all(b"text").unwrap();
        assert_eq!(told(plain.path(), bounds), (false, Vec::new()));
    }
}
