//! Files that are whole or not there, whatever happens while they are written.

use crate::error::RetrievalError;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes a file through a temporary neighbour that is renamed into place once it is on the disk.
pub(crate) fn write_atomically(
    to: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> Result<(), RetrievalError>,
) -> Result<(), RetrievalError> {
    let folder = to.parent().map_or_else(|| PathBuf::from("."), Path::to_owned);
    std::fs::create_dir_all(&folder).map_err(RetrievalError::file(&folder, "making the folder"))?;
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = folder.join(name);
    let file = File::create(&part).map_err(RetrievalError::file(&part, "creating"))?;
    let mut writer = BufWriter::new(file);
    fill(&mut writer)?;
    let file = writer.into_inner().map_err(|e| RetrievalError::file(&part, "writing")(e.into_error()))?;
    file.sync_all().map_err(RetrievalError::file(&part, "syncing"))?;
    std::fs::rename(&part, to).map_err(RetrievalError::file(to, "renaming into place"))?;
    sync_folder(&folder)
}

/// Writes `bytes` as [`write_atomically`] does.
pub(crate) fn write_bytes(to: &Path, bytes: &[u8]) -> Result<(), RetrievalError> {
    write_atomically(to, |file| file.write_all(bytes).map_err(RetrievalError::file(to, "writing")))
}

/// Makes names that were added to or taken from a folder survive a power cut.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), RetrievalError> {
    let failed = |e| RetrievalError::file(folder, "syncing the folder")(e);
    File::open(folder).and_then(|f| f.sync_all()).map_err(failed)
}
