//! `kura reindex`: a new index from the catalog, built beside the old one and put in its place in one step.

use super::output;
use crate::catalog::{Catalog, ReindexPassage};
use crate::wiring::{Engines, Place, Writing};
use anyhow::{Context as _, Result};
use appliance_core::id::PassageId;
use appliance_core::ports::index::IndexedPassage;
use appliance_core::ports::models::TextRole;
use appliance_core::ports::{Embedder, EmbeddingLog, PassageIndex};
use appliance_core::ranking::Embedding;
use indicatif::{ProgressBar, ProgressStyle};
use rustix::fs::{CWD, RenameFlags};
use serde_json::json;
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// Passages taken from the catalog at once.
const BATCH: u32 = 256;
/// Texts embedded at once.
const EMBEDDING_BATCH: usize = 16;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub async fn run(place: &Place, arguments: &Arguments) -> Result<ExitCode> {
    let catalog = place.catalog().await?;
    let _lock = place.lock()?;
    catalog.read_missing_validities().await?;
    let engines = place.engines(Writing::NotNeeded).await?;
    let (built, passages, embedded) = {
        let folder = place.data.index_aside("new");
        let index = place.index_anew(&engines, &folder).await?;
        let (passages, embedded) = fill(&catalog, &engines, index.as_ref()).await?;
        (folder, passages, embedded)
    };
    swap(&built, &place.data.index(), &place.data.index_aside("old"))?;
    // The new index was built from what answers alone, with its days.
    catalog.removals_done(&catalog.pending_removals().await?).await?;
    catalog.updates_done(&catalog.pending_updates().await?).await?;
    catalog.close().await;
    if arguments.json {
        output::json(&json!({ "passages": passages, "embedded": embedded }))?;
    } else {
        output::line(format!("{passages} passages indexed, {embedded} of them embedded anew"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Puts every searchable passage into the index. Returns how many, and how many had to be embedded.
async fn fill(catalog: &Catalog, engines: &Engines, index: &dyn PassageIndex) -> Result<(u64, u64)> {
    let bar = bar(catalog.count_searchable().await?);
    let model = &engines.embedder.identity().hash;
    let (mut after, mut passages, mut embedded) = (PassageId(0), 0, 0);
    loop {
        let batch = catalog.passages_after(after, BATCH, model).await?;
        let Some(last) = batch.last() else { break };
        after = last.stored.id;
        let made = embed_missing(catalog, engines, &batch).await?;
        passages += batch.len() as u64;
        embedded += made.len() as u64;
        bar.set_position(passages);
        index.upsert(batch.into_iter().map(|p| indexed(p, &made)).collect()).await?;
    }
    index.commit().await?;
    bar.finish_and_clear();
    Ok((passages, embedded))
}

/// Embeds the passages that the model has not embedded yet, and keeps the vectors, so that a second call goes on from
/// where a first one was broken off.
async fn embed_missing(catalog: &Catalog, engines: &Engines, batch: &[ReindexPassage]) -> Result<HashMap<PassageId, Embedding>> {
    let missing: Vec<&ReindexPassage> = batch.iter().filter(|p| p.embedding.is_none()).collect();
    let mut made = Vec::with_capacity(missing.len());
    for some in missing.chunks(EMBEDDING_BATCH) {
        let texts = some.iter().map(|p| p.stored.passage.with_headings(&p.stored.title)).collect();
        let vectors = engines.embedder.embed(TextRole::Passage, texts).await?;
        made.extend(some.iter().map(|p| p.stored.id).zip(vectors));
    }
    catalog.store_embeddings(&engines.embedder.identity().hash, &made).await?;
    Ok(made.into_iter().collect())
}

fn indexed(passage: ReindexPassage, made: &HashMap<PassageId, Embedding>) -> IndexedPassage {
    let made = made.get(&passage.stored.id).cloned();
    ReindexPassage { embedding: passage.embedding.or(made), ..passage }.indexed()
}

/// Puts `built` in the place of `current`. Where the file system can exchange two folders, there is no moment without
/// an index; elsewhere, a crash in that moment leaves none, which the next start tells.
fn swap(built: &Path, current: &Path, old: &Path) -> Result<()> {
    let failed = || format!("index {} cannot be put in place", current.display());
    if !current.exists() {
        return fs::rename(built, current).with_context(failed);
    }
    if rustix::fs::renameat_with(CWD, built, CWD, current, RenameFlags::EXCHANGE).is_ok() {
        return fs::remove_dir_all(built).with_context(|| format!("the old index {} cannot be removed", built.display()));
    }
    if old.exists() {
        fs::remove_dir_all(old).with_context(|| format!("{} cannot be removed", old.display()))?;
    }
    fs::rename(current, old).with_context(failed)?;
    fs::rename(built, current).with_context(failed)?;
    fs::remove_dir_all(old).with_context(|| format!("the old index {} cannot be removed", old.display()))
}

fn bar(passages: u64) -> ProgressBar {
    let bar = ProgressBar::new(passages);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} passages · {per_sec} · {eta} left") {
        bar.set_style(style);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_index_takes_the_place_of_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for round in ["first", "second"] {
            fs::create_dir(at("index.new")).unwrap();
            fs::write(at("index.new").join("mark"), round).unwrap();
            swap(&at("index.new"), &at("index"), &at("index.old")).unwrap();
            assert_eq!(fs::read_to_string(at("index").join("mark")).unwrap(), round);
            assert!(!at("index.new").exists() && !at("index.old").exists());
        }
    }
}
