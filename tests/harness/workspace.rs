//! Where things lie in the repository and in the build folder.

use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The release binary that the tests drive, next to the test executable's own folder.
pub fn kura() -> Result<PathBuf> {
    let exe = std::env::current_exe().context("the test's own path")?;
    let folder = exe.ancestors().find(|a| a.file_name().is_some_and(|n| n == "release")).context("tests run with --release")?;
    let binary = folder.join("kura");
    ensure!(binary.exists(), "{} is missing: run `cargo build --release --workspace` first, or deploy/test", binary.display());
    Ok(binary)
}

/// The folder of verified models that `deploy/models/fetch` fills.
pub fn models() -> Result<PathBuf> {
    let folder = root().join("deploy/models/cache");
    ensure!(folder.exists(), "{} is missing: run deploy/models/fetch first, or deploy/test", folder.display());
    Ok(folder)
}

/// The sample library.
pub fn sample_library() -> PathBuf {
    root().join("deploy/sample/library")
}

/// A file of the sample library, in whichever of its folders it lies.
pub fn sample(name: &str) -> PathBuf {
    let folders = std::fs::read_dir(sample_library()).into_iter().flatten().flatten().map(|entry| entry.path());
    folders.map(|folder| folder.join(name)).find(|file| file.exists()).unwrap_or_else(|| sample_library().join(name))
}

/// All PDFs of the sample library, by path.
pub fn sample_pdfs() -> Vec<PathBuf> {
    let folders = std::fs::read_dir(sample_library()).into_iter().flatten().flatten().map(|entry| entry.path());
    let files = folders.filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten().map(|entry| entry.path());
    let mut pdfs: Vec<PathBuf> = files.filter(|file| file.extension().is_some_and(|e| e == "pdf")).collect();
    pdfs.sort();
    pdfs
}

/// Where screenshots and reports of a test run are kept.
pub fn artefacts() -> Result<PathBuf> {
    let folder = root().join("tests/artefacts");
    std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    Ok(folder)
}
