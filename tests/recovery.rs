//! A power cut during ingest costs nothing: the job resumes, and nothing half-indexed ever answers.

use anyhow::{Context, Result, ensure};
use kura_tests::appliance::DataFolder;
use kura_tests::{Appliance, Visitor, workspace};
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_ingest_resumes_after_the_next_start() -> Result<()> {
    let data = DataFolder::prepare()?;
    let appliance = Appliance::start(&data).await?;
    let visitor = Visitor::administrator(&appliance, &data).await?;
    let files: Vec<PathBuf> = workspace::sample_pdfs();
    visitor.upload(&files).await?;
    wait_until_one_is_ingesting(&visitor).await?;
    appliance.kill()?;

    let appliance = Appliance::start(&data).await?;
    let mut visitor = Visitor::new(&appliance)?;
    visitor.sign_in("admin", kura_tests::appliance::PASSWORD).await?;
    let early = visitor.get_json("/api/documents").await?;
    let searchable: Vec<i64> =
        early.as_array().into_iter().flatten().filter(|e| e["state"] == "searchable").filter_map(|e| e["id"].as_i64()).collect();
    let found = visitor.get_json("/api/search?q=%E6%89%8B%E6%95%B0%E6%96%99&limit=50").await?;
    for passage in found.as_array().into_iter().flatten() {
        let document = passage["document"].as_i64().context("a passage has a document")?;
        let now = visitor.get_json("/api/documents").await?;
        let state = now.as_array().into_iter().flatten().find(|e| e["id"] == document).map(|e| e["state"].clone());
        ensure!(
            searchable.contains(&document) || state.is_some_and(|s| s == "searchable"),
            "document {document} answered before it was searchable"
        );
    }

    let settled = visitor.wait_until_settled(Duration::from_secs(240)).await?;
    ensure!(settled.len() == files.len(), "{} of {} documents are left", settled.len(), files.len());
    for entry in &settled {
        let resumed = entry["state"] == "searchable";
        let explained = entry["state"] == "failed" && entry["failure"]["message"].as_str().is_some_and(|m| !m.is_empty());
        ensure!(resumed || explained, "{} neither resumed nor failed with a reason: {}", entry["file_name"], entry["state"]);
        ensure!(resumed, "{} did not resume: {}", entry["file_name"], entry["failure"]["message"]);
    }
    appliance.stop()
}

async fn wait_until_one_is_ingesting(visitor: &Visitor) -> Result<()> {
    let since = Instant::now();
    while since.elapsed() < Duration::from_secs(60) {
        let entries = visitor.get_json("/api/documents").await?;
        if entries.as_array().into_iter().flatten().any(|e| e["state"] == "ingesting" && e["progress"]["stage"] == "embedding") {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    anyhow::bail!("no document was seen while it was being embedded")
}
