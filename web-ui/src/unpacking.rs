//! Bundles that were uploaded: taken apart into a folder of their own, off the async threads.

use crate::failure::Failure;
use crate::opening::Passing;
use crate::page::Page;
use crate::site::Site;
use crate::words;
use appliance_core::ports::catalog::FailureReason;
use appliance_core::ports::reader::{UnpackBounds, Unpacked};
use std::path::Path;
use std::sync::Arc;

/// Files of one bundle at most.
const MOST_FILES: usize = 2_000;
/// Bytes that they may come to, as a multiple of what one upload may have.
const MOST_TIMES: u64 = 5;

/// A bundle taken apart. Dropped, what the library has not taken over is removed.
pub struct Bundle {
    /// What came out of it.
    pub unpacked: Unpacked,
    _folder: Passing,
}

/// Takes `file` apart, if it is called a bundle and is one. One that is broken stays as it is: the library then says why it
/// cannot be read.
pub async fn unpack(site: &Site, file: &Path, name: &str) -> Result<Option<Bundle>, Failure> {
    if !name.to_ascii_lowercase().ends_with(".zip") {
        return Ok(None);
    }
    let folder = Passing::new(site);
    std::fs::create_dir(folder.path()).map_err(Failure::Upload)?;
    let bounds = UnpackBounds {
        files: MOST_FILES,
        bytes_each: site.settings.max_upload_bytes,
        bytes: site.settings.max_upload_bytes.saturating_mul(MOST_TIMES),
    };
    let (reader, from, into) = (Arc::clone(&site.desk.reader), file.to_owned(), folder.path().to_owned());
    let unpacked = tokio::task::spawn_blocking(move || reader.unpack(&from, &into, bounds)).await;
    Ok(match unpacked {
        Ok(Ok(Some(unpacked))) => Some(Bundle { unpacked, _folder: folder }),
        Ok(Ok(None)) => None,
        Ok(Err(error)) => {
            tracing::warn!(%error, "a bundle could not be taken apart");
            None
        }
        Err(_) => None,
    })
}

/// Why a file of a bundle was left out, in words.
pub fn left_out(page: &Page, code: &str) -> String {
    match code {
        "nested" => page.t("upload-nested"),
        "too-many" => page.with("upload-too-many", "count", MOST_FILES),
        _ => words::failure(page, &FailureReason { code: code.to_owned(), message: String::new() }).0,
    }
}
