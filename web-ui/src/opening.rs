//! Opening encrypted files: one password is tried at a time, off the async threads, and never kept or written down.

use crate::failure::Failure;
use crate::routes::UPLOAD_PREFIX;
use crate::site::Site;
use appliance_core::ports::reader::{Password, Unlocked};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file in the upload folder, or a folder in it, that goes when it is dropped, unless the library has taken it.
pub struct Passing(PathBuf);

impl Passing {
    /// A name in the upload folder that no other file has.
    pub fn new(site: &Site) -> Self {
        Self(site.settings.upload_dir.join(format!("{UPLOAD_PREFIX}{}", site.next_request_id())))
    }

    /// A file that lies there already.
    pub fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        // The library has moved it away when it was accepted; then there is nothing to remove.
        let removed = if self.0.is_dir() { std::fs::remove_dir_all(&self.0) } else { std::fs::remove_file(&self.0) };
        if let Err(error) = removed
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "an unfinished upload could not be removed");
        }
    }
}

/// What became of a password.
pub enum Attempt {
    /// The file needs none, or is of a kind that Kura cannot open.
    NotNeeded,
    /// The file in the clear.
    Opened(Passing),
    /// It is not the file's.
    WrongPassword,
    /// The file is too broken to tell.
    Failed,
}

/// Tries a password on a file.
pub async fn attempt(site: &Site, file: &Path, password: &Password) -> Result<Attempt, Failure> {
    let _turn = site.unlocking.acquire().await.map_err(|_| Failure::Busy)?;
    let opened = Passing::new(site);
    let (reader, password) = (Arc::clone(&site.desk.reader), password.clone());
    let (from, to) = (file.to_owned(), opened.path().to_owned());
    let tried = tokio::task::spawn_blocking(move || reader.unlock(&from, &password, &to)).await;
    Ok(match tried {
        Ok(Ok(Unlocked::Opened)) => Attempt::Opened(opened),
        Ok(Ok(Unlocked::WrongPassword)) => Attempt::WrongPassword,
        Ok(Ok(Unlocked::NotNeeded)) => Attempt::NotNeeded,
        Ok(Err(error)) => {
            tracing::warn!(%error, "a file could not be opened with its password");
            Attempt::Failed
        }
        Err(_) => Attempt::Failed,
    })
}
