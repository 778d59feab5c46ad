//! The data folder: where everything lies that the appliance keeps, and who may write to it now.

use crate::files::FileStore;
use anyhow::{Context as _, Result};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// The data folder.
#[derive(Debug, Clone)]
pub struct DataFolder {
    root: PathBuf,
}

impl DataFolder {
    /// The folder at `root`, which need not exist yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The default place of the configuration.
    pub fn configuration(&self) -> PathBuf {
        self.root.join("kura.toml")
    }

    /// The database.
    pub fn catalog(&self) -> PathBuf {
        self.root.join("catalog.sqlite")
    }

    /// The uploaded files.
    pub fn files(&self) -> FileStore {
        FileStore::new(self.root.join("files"))
    }

    /// The models.
    pub fn models(&self) -> PathBuf {
        self.root.join("models")
    }

    /// The lists of words that mean the same: the large one, and the operator's own.
    pub fn synonyms(&self) -> [PathBuf; 2] {
        ["synonyms.txt", "own-synonyms.txt"].map(|name| self.root.join("dictionary").join(name))
    }

    /// How words of titles are read aloud, as the operator writes it down.
    pub fn readings(&self) -> PathBuf {
        self.root.join("dictionary").join("readings.txt")
    }

    /// The compiled dictionary.
    pub fn dictionary(&self) -> PathBuf {
        self.root.join("dictionary").join("ipadic.dic")
    }

    /// The index.
    pub fn index(&self) -> PathBuf {
        self.root.join("index")
    }

    /// A place beside the index for one that is being built, or was replaced.
    pub fn index_aside(&self, name: &str) -> PathBuf {
        self.root.join(format!("index.{name}"))
    }

    /// Files on their way in; on the same file system as the store.
    pub fn temporary(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// Makes the folder and those in it that others write to.
    pub fn create(&self) -> Result<()> {
        for folder in [self.root.clone(), self.root.join("files"), self.models(), self.root.join("dictionary"), self.temporary()] {
            fs::create_dir_all(&folder).with_context(|| format!("folder {} cannot be made", folder.display()))?;
        }
        keep_private(&self.root)
    }

    /// Removes what interrupted uploads left. Only for who holds the lock.
    pub fn clear_temporary(&self) -> Result<()> {
        let folder = self.temporary();
        if folder.is_dir() {
            fs::remove_dir_all(&folder).with_context(|| format!("folder {} cannot be cleared", folder.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("folder {} cannot be made", folder.display()))
    }

    /// Takes the right to write the index and to work off jobs; `None` when another process has it. It is given back
    /// when the value is dropped or the process ends, however it ends.
    pub fn lock(&self) -> Result<Option<DataLock>> {
        let path = self.root.join("kura.lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| format!("lock {} cannot be opened", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(DataLock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(e).with_context(|| format!("lock {} cannot be taken", path.display())),
        }
    }
}

/// The right to write the index and to work off jobs.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

/// The folder holds documents and password hashes: nobody but its owner may look inside.
fn keep_private(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        .with_context(|| format!("folder {} cannot be made private", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_holds_the_lock_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::new(folder.path());
        let first = data.lock().unwrap();
        assert!(first.is_some());
        assert!(data.lock().unwrap().is_none());
        drop(first);
        assert!(data.lock().unwrap().is_some());
    }
}
