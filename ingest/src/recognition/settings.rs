//! What recognition has to work with.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Whether characters are recognised in pages that show pictures of text, and by what.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recognition {
    /// Nobody wants it: pages without text are marked as unread.
    #[default]
    Off,
    /// It is wanted, but not to be had: each page that would need it says why.
    Missing {
        /// Why, in words.
        reason: String,
    },
    /// There is a program for it.
    Tesseract(Tesseract),
}

/// The program tesseract (version 4 or 5) with its language data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tesseract {
    /// The program, as an absolute path. It is called with an empty environment.
    pub program: PathBuf,
    /// The folder that holds the `.traineddata` files.
    pub data: PathBuf,
    /// Names of the languages to use, all present in `data`. The first one without the ending `_vert` reads lines that run
    /// across, the first with it those that run down; `eng` reads pages that turn out to be mostly Latin.
    pub languages: Vec<String>,
    /// Time for one run over one page.
    pub page_time: Duration,
    /// Time for all pages of a file; those left over are marked as unread.
    pub file_time: Duration,
}

/// The languages that Japanese papers take: lines across, lines down, and Latin pages.
pub const LANGUAGES: [&str; 3] = ["jpn", "jpn_vert", "eng"];

/// Where the program and its data lie when nobody says otherwise: Debian's packages, then what was built by hand.
const PROGRAM_FOLDERS: [&str; 2] = ["/usr/bin", "/usr/local/bin"];
const DATA_FOLDERS: [&str; 5] = [
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/usr/share/tesseract/tessdata",
];

impl Recognition {
    /// Looks for the program in `folders`, then in the usual places, and for those of `languages` that are installed.
    /// The first of them must be there.
    pub fn of_the_machine(folders: &[PathBuf], languages: &[String]) -> Self {
        let usual = PROGRAM_FOLDERS.iter().map(PathBuf::from);
        let Some(program) = folders.iter().cloned().chain(usual).map(|f| f.join("tesseract")).find(|p| p.is_absolute() && p.is_file())
        else {
            return Self::missing("tesseract is not installed");
        };
        let Some(first) = languages.first() else { return Self::missing("no language is configured") };
        let holds = |folder: &Path, language: &str| folder.join(format!("{language}.traineddata")).is_file();
        // Data built beside a program by hand lies beside it: PREFIX/bin, PREFIX/share/tessdata.
        let beside = program.parent().and_then(Path::parent).map(|prefix| prefix.join("share/tessdata"));
        let Some(data) = DATA_FOLDERS.iter().map(PathBuf::from).chain(beside).find(|f| holds(f, first)) else {
            return Self::missing(format!("tesseract has no data for the language {first}"));
        };
        let languages = languages.iter().filter(|l| holds(&data, l)).cloned().collect();
        Self::Tesseract(Tesseract { program, data, languages, ..Tesseract::default() })
    }

    fn missing(reason: impl Into<String>) -> Self {
        Self::Missing { reason: reason.into() }
    }
}

impl Default for Tesseract {
    /// Debian's, with two minutes for a run (two seconds are usual, ten times that where questions are answered on the same
    /// cores) and an hour for a file.
    fn default() -> Self {
        Self {
            program: PathBuf::from("/usr/bin/tesseract"),
            data: PathBuf::from(DATA_FOLDERS[0]),
            languages: LANGUAGES.map(str::to_owned).to_vec(),
            page_time: Duration::from_secs(120),
            file_time: Duration::from_secs(3600),
        }
    }
}

impl Tesseract {
    /// The language for lines that run across the page.
    pub(crate) fn across(&self) -> Option<&str> {
        self.languages.iter().map(String::as_str).find(|l| !l.ends_with("_vert"))
    }

    /// The language for lines that run down the page.
    pub(crate) fn down(&self) -> Option<&str> {
        self.languages.iter().map(String::as_str).find(|l| l.ends_with("_vert"))
    }

    /// The language for Latin pages, when it is another than the first.
    pub(crate) fn latin(&self) -> Option<&str> {
        self.languages.iter().map(String::as_str).find(|l| *l == "eng").filter(|l| Some(*l) != self.across())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_part() {
        let tesseract = Tesseract::default();
        assert_eq!((tesseract.across(), tesseract.down(), tesseract.latin()), (Some("jpn"), Some("jpn_vert"), Some("eng")));
        let english = Tesseract { languages: vec!["eng".to_owned()], ..tesseract };
        assert_eq!((english.across(), english.down(), english.latin()), (Some("eng"), None, None));
    }

    #[test]
    fn what_is_missing_is_said() {
        let Recognition::Missing { reason } = Recognition::of_the_machine(&[], &["klingon".to_owned()]) else { panic!("nobody has it") };
        assert!(reason.contains("klingon") || reason.contains("not installed"), "{reason}");
    }
}
