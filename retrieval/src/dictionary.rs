//! The dictionary of Japanese words: from Debian's sources of IPADIC (`mecab-ipadic`) to one file for the tokenizer.
//!
//! Of each word's features only the part of speech, its subdivision and the base form are kept, because the index
//! uses no others: the file is half as large for it (25 MB), and loads in 80 ms. IPADIC's licence (NAIST) is permissive.

use crate::durable::write_atomically;
use crate::error::RetrievalError;
use encoding_rs::EUC_JP;
use std::path::{Path, PathBuf};
use vibrato::SystemDictionaryBuilder;

/// Columns of IPADIC's CSV: surface, left id, right id, cost, then the features.
const FEATURES: usize = 4;
/// The base form's place among the features (`動詞,自立,*,*,五段・マ行,基本形,引き込む,…`).
const BASE_FORM: usize = 6;

/// Compiles the CSV sources in `source_dir` (EUC-JP: `*.csv`, `matrix.def`, `char.def`, `unk.def`) to the file `to`.
///
/// `to` is either the whole dictionary or not there. Takes about 3 seconds.
pub fn compile(source_dir: &Path, to: &Path) -> Result<(), RetrievalError> {
    let lexicon = lexicon(source_dir)?;
    let matrix = decoded(&source_dir.join("matrix.def"))?;
    let characters = decoded(&source_dir.join("char.def"))?;
    let unknown = shortened(&source_dir.join("unk.def"))?;
    let dictionary = SystemDictionaryBuilder::from_readers(&lexicon[..], matrix.as_bytes(), characters.as_bytes(), &unknown[..])
        .map_err(|e| RetrievalError::DictionarySource { path: source_dir.to_owned(), reason: e.to_string() })?;
    write_atomically(to, |file| {
        dictionary.write(file).map(|_| ()).map_err(|e| RetrievalError::Dictionary { path: to.to_owned(), source: Box::new(e) })
    })
}

/// All words, in the order of the files' names.
fn lexicon(source_dir: &Path) -> Result<Vec<u8>, RetrievalError> {
    let read_failed = |e| RetrievalError::file(source_dir, "listing")(e);
    let mut files: Vec<PathBuf> = std::fs::read_dir(source_dir)
        .map_err(read_failed)?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "csv"))
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(RetrievalError::DictionarySource { path: source_dir.to_owned(), reason: "no *.csv in this folder".to_owned() });
    }
    let mut lexicon = Vec::new();
    for file in &files {
        lexicon.extend(shortened(file)?);
    }
    Ok(lexicon)
}

/// A CSV file with each line's features cut down to `part of speech, subdivision, base form`.
///
/// The base form is `*` where it is the surface itself. `unk.def` has the same columns.
fn shortened(path: &Path) -> Result<Vec<u8>, RetrievalError> {
    let text = decoded(path)?;
    let bad = |reason: String| RetrievalError::DictionarySource { path: path.to_owned(), reason };
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::with_capacity(text.len()));
    for record in reader.records() {
        let record = record.map_err(|e| bad(e.to_string()))?;
        let column = |i: usize| record.get(i).ok_or_else(|| bad(format!("a line of {} columns", record.len())));
        let surface = column(0)?;
        let base = record.get(FEATURES + BASE_FORM).unwrap_or("*");
        let base = if base == surface { "*" } else { base };
        let subdivision = record.get(FEATURES + 1).unwrap_or("*");
        writer
            .write_record([surface, column(1)?, column(2)?, column(3)?, column(FEATURES)?, subdivision, base])
            .map_err(|e| bad(e.to_string()))?;
    }
    writer.into_inner().map_err(|e| bad(e.to_string()))
}

/// A file's text.
fn decoded(path: &Path) -> Result<String, RetrievalError> {
    let bytes = std::fs::read(path).map_err(RetrievalError::file(path, "reading"))?;
    let (text, malformed) = EUC_JP.decode_without_bom_handling(&bytes);
    if malformed {
        return Err(RetrievalError::DictionarySource { path: path.to_owned(), reason: "not EUC-JP".to_owned() });
    }
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn a_dictionary_is_whole_or_not_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let to = folder.path().join("ipadic.dic");
        let empty = folder.path().join("empty");
        std::fs::create_dir(&empty).expect("a folder");
        assert!(matches!(compile(&empty, &to), Err(RetrievalError::DictionarySource { .. })));
        assert!(!to.exists());
        fixtures::dictionary(&to);
        assert!(to.exists());
        assert_eq!(
            std::fs::read_dir(folder.path()).expect("a listing").filter(|e| e.as_ref().is_ok_and(|e| e.path().is_file())).count(),
            1
        );
    }

    #[test]
    fn sources_in_another_encoding_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let sources = fixtures::dictionary_sources(folder.path());
        std::fs::write(sources.join("Noun.csv"), "手数料,0,0,1,名詞,一般,*,*,*,*,手数料\n").expect("written as UTF-8");
        let error = compile(&sources, &folder.path().join("d.dic")).expect_err("UTF-8 is not EUC-JP");
        assert!(error.to_string().contains("Noun.csv"), "{error}");
        assert!(error.hint().is_some_and(|h| h.contains("mecab-ipadic")));
    }
}
