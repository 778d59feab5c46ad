//! The store of uploaded files, each under its SHA-256 (`files/ab/cdef…`), so that equal bytes lie there once.

use appliance_core::id::ContentHash;
use appliance_core::ports::PortError;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A folder of files by content.
#[derive(Debug, Clone)]
pub struct FileStore {
    folder: PathBuf,
}

impl FileStore {
    /// A store in `folder`, which need not exist yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Where the bytes of that hash lie, if they do.
    pub fn path(&self, hash: &ContentHash) -> PathBuf {
        let (first, rest) = hash.as_str().split_at(2);
        self.folder.join(first).join(rest)
    }

    /// Moves `file` to its place, or removes it when its bytes lie there already. `hash` is the hash of its bytes.
    pub fn take_in(&self, file: &Path, hash: &ContentHash) -> Result<(), PortError> {
        let place = self.path(hash);
        let failed = |e| PortError::caused(format!("file {} cannot be stored", place.display()), e);
        if place.is_file() {
            return fs::remove_file(file).map_err(failed);
        }
        let folder = place.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).map_err(failed)?;
        File::open(file).and_then(|f| f.sync_all()).map_err(failed)?;
        match fs::rename(file, &place) {
            Err(e) if e.kind() == io::ErrorKind::CrossesDevices => copy_across(file, &place).map_err(failed)?,
            other => other.map_err(failed)?,
        }
        // The rename itself is durable only once its folder is.
        File::open(folder).and_then(|f| f.sync_all()).map_err(failed)
    }

    /// Removes the bytes of that hash; nothing happens when they are gone.
    pub fn remove(&self, hash: &ContentHash) -> Result<(), PortError> {
        let place = self.path(hash);
        match fs::remove_file(&place) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                Err(PortError::caused(format!("file {} cannot be removed", place.display()), e))
            }
            _ => Ok(()),
        }
    }

    /// The hashes of all stored files.
    pub fn list(&self) -> Result<Vec<ContentHash>, PortError> {
        let failed = |e| PortError::caused(format!("folder {} cannot be listed", self.folder.display()), e);
        let mut hashes = Vec::new();
        if !self.folder.is_dir() {
            return Ok(hashes);
        }
        for shelf in fs::read_dir(&self.folder).map_err(failed)? {
            let shelf = shelf.map_err(failed)?;
            if !shelf.file_type().map_err(failed)?.is_dir() {
                continue;
            }
            for file in fs::read_dir(shelf.path()).map_err(failed)? {
                let name = format!("{}{}", shelf.file_name().to_string_lossy(), file.map_err(failed)?.file_name().to_string_lossy());
                hashes.extend(ContentHash::parse(&name));
            }
        }
        Ok(hashes)
    }
}

/// The SHA-256 and the length of a file.
pub fn hash_file(path: &Path) -> io::Result<(ContentHash, u64)> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut length = 0;
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((ContentHash::from_digest(hasher.finalize().as_slice()), length)),
            n => {
                hasher.update(&buffer[..n]);
                length += n as u64;
            }
        }
    }
}

/// Copies under a temporary name first, so that a half-copied file never stands under its hash.
fn copy_across(file: &Path, place: &Path) -> io::Result<()> {
    let partial = place.with_extension("partial");
    fs::copy(file, &partial)?;
    File::open(&partial)?.sync_all()?;
    fs::rename(&partial, place)?;
    fs::remove_file(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_bytes_are_stored_once_and_listed_by_hash() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("files"));
        for name in ["a.txt", "b.txt"] {
            let file = folder.path().join(name);
            fs::write(&file, "同じ中身").unwrap();
            let (hash, length) = hash_file(&file).unwrap();
            assert_eq!(length, 12);
            store.take_in(&file, &hash).unwrap();
            assert!(!file.exists());
        }
        let hash = ContentHash::of("同じ中身".as_bytes());
        assert_eq!(store.list().unwrap(), std::slice::from_ref(&hash));
        store.remove(&hash).unwrap();
        store.remove(&hash).unwrap();
        assert!(store.list().unwrap().is_empty());
    }
}
