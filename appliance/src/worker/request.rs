//! What a worker is asked to do: one JSON object on its standard input, so that no password stands in a list of processes.

use super::conversion::Conversion;
use crate::configuration::Ingest;
use appliance_core::ports::reader::{UnpackBounds, WindowOf};
use ingest::{FileParser, Recognition, Tesseract, TextEncoding};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// One file, and what to do with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// The file: absolute, without links.
    #[serde(with = "path_bytes")]
    pub file: PathBuf,
    /// The name it was uploaded under.
    pub name: String,
    /// What to do.
    pub task: Task,
    /// Its bounds.
    pub settings: Ingest,
    /// What recognises characters for [`Task::Read`].
    pub recognition: Recognition,
    /// The encoding that a person named for a delimited file.
    #[serde(default)]
    pub encoding: Option<String>,
}

/// What a worker does with a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Confine itself and tell how well that went; the file is not opened.
    Probe,
    /// Read it for ingest.
    Read,
    /// Write each cell of a workbook as a line.
    Cells,
    /// Draw a page.
    Render {
        /// The page, from 1.
        page: u32,
        /// Pixels a point.
        scale: f32,
    },
    /// Read the words of a page.
    Words {
        /// The page, from 1.
        page: u32,
    },
    /// Read rows of a sheet.
    Window(WindowOf),
    /// Become LibreOffice and convert it.
    Convert(Conversion),
    /// Take a bundle of files apart.
    Unpack(UnpackBounds),
    /// Write it in the clear.
    Unlock {
        /// The password.
        password: Secret,
    },
}

/// Paths as bytes: JSON's strings cannot hold every name that a file may have.
mod path_bytes {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::ffi::OsString;
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    use std::path::{Path, PathBuf};

    pub fn serialize<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
        path.as_os_str().as_bytes().serialize(to)
    }

    pub fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<PathBuf, D::Error> {
        Ok(PathBuf::from(OsString::from_vec(Vec::deserialize(from)?)))
    }
}

/// A password on its way to the worker. Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Request {
    /// What reads the file inside a worker.
    pub fn parser(&self) -> FileParser {
        self.settings
            .parser()
            .with_recognition(self.recognition.clone())
            .with_encoding(self.encoding.as_deref().and_then(TextEncoding::named))
    }

    /// How long the worker may take before it is ended.
    pub fn time(&self) -> Duration {
        // Nobody waits for ingest; a person waits for a picture.
        let seconds = match self.task {
            Task::Read | Task::Cells | Task::Convert(_) | Task::Probe | Task::Unpack(_) => self.settings.worker_seconds,
            Task::Render { .. } | Task::Words { .. } | Task::Window(_) | Task::Unlock { .. } => self.settings.view_seconds,
        };
        // Recognition has a bound of its own, and a scanned book takes its time.
        Duration::from_secs(seconds) + self.recognising(|t| t.file_time)
    }

    /// How long it may go on without a further page, or a further part of its answer, before it is ended.
    pub fn pause(&self) -> Duration {
        Duration::from_secs(self.settings.stall_seconds) + self.recognising(|t| t.page_time)
    }

    fn recognising(&self, time: impl Fn(&Tesseract) -> Duration) -> Duration {
        match &self.recognition {
            Recognition::Tesseract(tesseract) => time(tesseract),
            Recognition::Off | Recognition::Missing { .. } => Duration::ZERO,
        }
    }

    /// How far the worker stands back for others, from 0 to 19: questions are answered on the same cores.
    pub fn niceness(&self) -> i32 {
        match self.task {
            Task::Read | Task::Cells | Task::Convert(_) => self.settings.niceness,
            _ => 0,
        }
    }
}
