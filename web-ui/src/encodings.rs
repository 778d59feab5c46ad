//! The encodings that a person can name for a text whose encoding was guessed wrongly.

use crate::failure::Failure;
use appliance_core::document::Format;

/// The name that is kept, and the one that is shown.
pub const OFFERED: [(&str, &str); 6] = [
    ("utf-8", "UTF-8"),
    ("shift_jis", "Shift_JIS (CP932)"),
    ("euc-jp", "EUC-JP"),
    ("iso-2022-jp", "ISO-2022-JP (JIS)"),
    ("utf-16le", "UTF-16 LE"),
    ("utf-16be", "UTF-16 BE"),
];

/// The encoding that a form's field names; `None` for the one that the bytes tell.
pub fn chosen(field: &str) -> Result<Option<String>, Failure> {
    match field.trim() {
        "" => Ok(None),
        name => OFFERED.iter().find(|(kept, _)| *kept == name).map(|(kept, _)| Some((*kept).to_owned())).ok_or(Failure::BadRequest),
    }
}

/// Whether a format is plain text, whose encoding is guessed.
pub fn is_guessed(format: Format) -> bool {
    matches!(format, Format::Csv | Format::Tsv | Format::Text | Format::Markdown | Format::Html)
}
