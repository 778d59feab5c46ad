//! A power cut during ingest costs nothing: the job resumes, and nothing half-indexed ever answers.

use anyhow::{Context, Result, ensure};
use kura_tests::appliance::DataFolder;
use kura_tests::{Appliance, Visitor, workspace};
use serde_json::Value;
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

#[tokio::test(flavor = "multi_thread")]
async fn the_old_version_answers_until_the_new_one_is_ready_whatever_happens() -> Result<()> {
    let data = DataFolder::prepare()?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("規則.txt");
    let appliance = Appliance::start(&data).await?;
    let visitor = Visitor::administrator(&appliance, &data).await?;
    std::fs::write(&file, rules(1, "4,321"))?;
    visitor.upload(std::slice::from_ref(&file)).await?;
    visitor.wait_until_settled(Duration::from_secs(120)).await?;
    ensure!(fees(&visitor).await? == ["4,321"], "the first version answers");

    // The new version is long, so that its embedding can be broken off in the middle.
    std::fs::write(&file, rules(300, "9,876"))?;
    visitor.upload(std::slice::from_ref(&file)).await?;
    ensure!(fees(&visitor).await?.len() == 1, "one version answers at any time");
    wait_until_one_is_embedded(&visitor).await?;
    ensure!(fees(&visitor).await? == ["9,876"], "the new version answers by its words while its embeddings are made");
    appliance.kill()?;

    let appliance = Appliance::start(&data).await?;
    let mut visitor = Visitor::new(&appliance)?;
    visitor.sign_in("admin", kura_tests::appliance::PASSWORD).await?;
    let entry = visitor.document("規則.txt").await?.context("the document is there")?;
    ensure!(entry["state"] == "searchable" && !entry["progress"].is_null(), "its embeddings are still to be made: {entry}");
    ensure!(fees(&visitor).await? == ["9,876"], "the new version answers after the power cut");
    visitor.wait_until_settled(Duration::from_secs(240)).await?;
    let entry = visitor.document("規則.txt").await?.context("the document is there")?;
    ensure!(entry["state"] == "searchable" && entry["versions"] == 2, "the new version took its place: {entry}");
    ensure!(fees(&visitor).await? == ["9,876"], "the new version alone answers");
    let compared = visitor.get(&format!("/documents/{}/compare", entry["id"])).await?;
    ensure!(compared.body.contains("<del>4,321</del>") && compared.body.contains("<ins>9,876</ins>"), "both versions can be compared");
    appliance.stop()
}

/// Rules whose second article names a fee, with so many articles after it.
fn rules(articles: u32, fee: &str) -> String {
    let mut text = format!(
        "みなと市見本規則\n（目的）\n第1条　この規則は、展望台の使用料を定める。\n（使用料）\n第2条　展望台の使用料は、{fee}円とする。\n"
    );
    for n in 3..3 + articles {
        text.push_str(&format!("（第{n}様式）\n第{n}条　申請者は、様式第{n}号により、{}日前までに申請しなければならない。\n", n % 28 + 1));
    }
    text
}

/// The fees that a search for the rule finds, each once.
async fn fees(visitor: &Visitor) -> Result<Vec<String>> {
    let found = visitor.get_json("/api/search?q=%E5%B1%95%E6%9C%9B%E5%8F%B0%E3%81%AE%E4%BD%BF%E7%94%A8%E6%96%99&limit=20").await?;
    let texts: Vec<&str> = found.as_array().into_iter().flatten().filter_map(|p| p["text"].as_str()).collect();
    let fees = ["4,321", "9,876"].into_iter().filter(|fee| texts.iter().any(|t| t.contains(fee))).map(str::to_owned).collect();
    Ok(fees)
}

async fn wait_until_one_is_ingesting(visitor: &Visitor) -> Result<()> {
    wait_until_one(visitor, |e| e["state"] == "ingesting").await.context("no document was seen while it was being read")
}

/// Waits until a document answers while only a part of its embeddings is made.
async fn wait_until_one_is_embedded(visitor: &Visitor) -> Result<()> {
    let begun = |e: &Value| e["state"] == "searchable" && e["progress"]["done"].as_u64().is_some_and(|done| done > 0);
    wait_until_one(visitor, begun).await.context("no document was seen while it was being embedded")
}

async fn wait_until_one(visitor: &Visitor, is_so: impl Fn(&Value) -> bool) -> Result<()> {
    let since = Instant::now();
    while since.elapsed() < Duration::from_secs(60) {
        let entries = visitor.get_json("/api/documents").await?;
        if entries.as_array().into_iter().flatten().any(&is_so) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    anyhow::bail!("a minute was not enough")
}
