//! The parser: a stored file to a document, a document to passages.

use crate::bundle::{self, Nest};
use crate::limits::Limits;
use crate::recognition::Recognition;
use crate::text::TextEncoding;
use crate::{mail, office, passages, pdf, sheet, shield, sniff, text, web};
use appliance_core::document::{BlockKind, Document, Format, Parsed, Reading, View, Warning};
use appliance_core::locator::CellRef;
use appliance_core::passage::Passage;
use appliance_core::ports::Parser;
use appliance_core::ports::reader::{ParseError, SourceFile, Watch};
use appliance_core::structure;
use std::path::Path;
use std::sync::Arc;
use tracing::trace_span;

/// What takes the cells of a workbook: the sheet's name, the cell, its value; whether to go on.
pub type CellTaker<'t> = &'t mut (dyn FnMut(&str, CellRef, &str) -> bool + Send);

/// Reads PDF, workbooks, office files, web pages, letters, texts, and archives of them.
#[derive(Debug, Clone, Default)]
pub struct FileParser {
    limits: Limits,
    recognition: Recognition,
    encoding: Option<TextEncoding>,
}

impl FileParser {
    /// A parser that reads within `limits`, and recognises no characters in pictures.
    pub fn new(limits: Limits) -> Self {
        Self { limits, recognition: Recognition::Off, encoding: None }
    }

    /// The same, with characters of pictures recognised in that way.
    pub fn with_recognition(self, recognition: Recognition) -> Self {
        Self { recognition, ..self }
    }

    /// The same parser, reading texts in an encoding that a person named instead of the one it would guess.
    pub fn with_encoding(self, encoding: Option<TextEncoding>) -> Self {
        Self { encoding, ..self }
    }

    /// Hands each cell of a workbook that shows something to `take`, in the order of the file: the sheet's name, the
    /// cell, and its value as a person sees it. Nothing is kept, so that a sheet of any length takes little memory.
    /// `take` says whether to go on.
    ///
    /// # Errors
    /// As for reading; a file that is no workbook is of an unknown format here.
    pub fn cells(&self, file: &SourceFile, take: CellTaker<'_>) -> Result<Vec<Warning>, ParseError> {
        let (format, bytes) = self.read(file)?;
        if format.view() != View::Sheets {
            return Err(ParseError::UnknownFormat { name: file.name.clone(), found: format!("no workbook but {format}") });
        }
        let read = shield::on_deep_stack(|| sheet::cells(&file.name, format, bytes, &self.limits, self.encoding, take));
        read.map_err(|reason| ParseError::Damaged { name: file.name.clone(), reason })?
    }

    fn read(&self, file: &SourceFile) -> Result<(Format, Vec<u8>), ParseError> {
        let unavailable = |source| ParseError::Unavailable { name: file.name.clone(), source };
        let length = std::fs::metadata(&file.path).map_err(unavailable)?.len();
        if length > self.limits.file_bytes {
            let limit = format!("{} MiB a file", self.limits.file_bytes >> 20);
            return Err(ParseError::TooLarge { name: file.name.clone(), limit });
        }
        let format = sniff::sniff(&file.path, &file.name)?;
        Ok((format, std::fs::read(&file.path).map_err(unavailable)?))
    }
}

impl FileParser {
    /// Reads a file, telling `watch` how far it is.
    pub fn parse(&self, file: &SourceFile, watch: &Watch) -> Result<Parsed, ParseError> {
        let (format, bytes) = trace_span!("ingest.fetch").in_scope(|| self.read(file))?;
        self.parse_stored(&file.name, format, bytes, watch)
    }

    /// Reads the bytes of a file of that name and format.
    pub(crate) fn parse_stored(&self, name: &str, format: Format, bytes: Vec<u8>, watch: &Watch) -> Result<Parsed, ParseError> {
        tracing::debug!(document.format = format.name(), document.bytes = bytes.len(), "parsing");
        let parsed = shield::on_deep_stack(|| {
            parse_bytes(name, format, bytes, &self.limits, Nest::outermost(&self.recognition, self.encoding), watch)
        });
        let mut parsed = parsed.map_err(|reason| ParseError::Damaged { name: name.to_owned(), reason })??;
        let document = &mut parsed.document;
        // A scan stays in the library: its pages can still be looked at, and its warnings say what is missing.
        if document.blocks.is_empty() && document.pages.is_empty() {
            return Err(ParseError::Empty { name: name.to_owned() });
        }
        if document.title.is_empty() {
            document.title = title(document, name);
        }
        Ok(parsed)
    }

    /// Cuts a document into passages, in reading order.
    pub fn passages(&self, document: &Document) -> Vec<Passage> {
        trace_span!("ingest.passages").in_scope(|| passages::passages(document))
    }
}

impl Parser for FileParser {
    fn read(&self, file: &SourceFile, watch: &Watch) -> Result<Reading, ParseError> {
        let parsed = self.parse(file, watch)?;
        let passages = self.passages(&parsed.document);
        Ok(Reading { parsed, passages })
    }
}

/// Reads the bytes of a file whose format is known; `nest` says how deep in other files it lies.
pub(crate) fn parse_bytes(
    name: &str,
    format: Format,
    bytes: Vec<u8>,
    limits: &Limits,
    nest: Nest<'_>,
    watch: &Watch,
) -> Result<Parsed, ParseError> {
    match format {
        Format::Pdf => pdf::parse(name, &Arc::new(bytes), limits, nest.recognition, watch),
        Format::Xlsx | Format::Xlsb | Format::Xls | Format::Ods | Format::Csv | Format::Tsv => {
            trace_span!("ingest.sheet").in_scope(|| sheet::parse(name, format, bytes, limits, nest.encoding))
        }
        Format::Text => Ok(trace_span!("ingest.text").in_scope(|| text::parse(&bytes, limits, nest.encoding))),
        Format::Markdown => Ok(trace_span!("ingest.text").in_scope(|| text::parse_markdown(&bytes, limits, nest.encoding))),
        Format::Docx | Format::Pptx | Format::Odt | Format::Odp => {
            trace_span!("ingest.office").in_scope(|| office::parse(name, format, &bytes, limits, watch))
        }
        Format::Html => trace_span!("ingest.web").in_scope(|| web::parse(name, &bytes, limits, nest.encoding, watch)),
        Format::Mail => trace_span!("ingest.mail").in_scope(|| mail::parse(name, &bytes, limits, nest, watch)),
        Format::Zip => trace_span!("ingest.bundle").in_scope(|| bundle::parse(name, &bytes, limits, nest, watch)),
    }
}

/// The first heading near the beginning that names no part of the document (第1章, 附則, 別表, 目次), else the file's name
/// without its ending.
fn title(document: &Document, name: &str) -> String {
    let headings = document.blocks.iter().take(5).filter(|b| matches!(b.kind, BlockKind::Heading { .. }));
    let mut texts = headings.filter_map(|b| b.span.slice(&document.text));
    let heading = texts
        .find(|text| !structure::names_a_part(text))
        .map(|text| text.trim_start_matches(['○', '◯', '●', '◎', '■', '□', '◆', '◇']).trim());
    let paged = matches!(document.format, Format::Pdf | Format::Text | Format::Markdown | Format::Docx | Format::Odt | Format::Html);
    match heading {
        Some(text) if paged && (2..=80).contains(&text.chars().count()) => text.to_owned(),
        _ => Path::new(name).file_stem().map_or_else(|| name.to_owned(), |s| s.to_string_lossy().into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use appliance_core::ports::reader::{SourceFile, Watch};

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), text).expect("written");
        let source = SourceFile::new(file.path(), "手元の写し.md");
        let parsed = FileParser::new(Limits::default()).parse(&source, &Watch::default()).expect("it can be read");
        assert_eq!(parsed.document.title, expected, "{text}");
    }

    #[test]
    fn a_part_of_a_document_is_not_its_title() {
        check("# みなと市手数料条例\n\n## 第1章　総則\n", "みなと市手数料条例");
        check("# 第1章　総則\n\n本文です。\n", "手元の写し");
        check("# 附　則\n\n本文です。\n", "手元の写し");
        check("# 別表第1（第3条関係）\n\n本文です。\n", "手元の写し");
        check("# 目次\n\n# 会計の手引\n\n本文です。\n", "会計の手引");
        check("# 第3期みなと市子ども計画\n\n本文です。\n", "第3期みなと市子ども計画");
        check("# 第2回会議の記録\n\n本文です。\n", "第2回会議の記録");
    }
}
