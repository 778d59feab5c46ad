//! Files that are more than their readers can take, fed to a running appliance: each costs itself and nothing else.

use anyhow::{Context, Result, ensure};
use kura_tests::appliance::{Appliance, DataFolder, Visitor};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// How long the files may take to settle.
const SETTLED: Duration = Duration::from_secs(240);

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_dies_costs_its_own_file() -> Result<()> {
    let data = DataFolder::prepare()?;
    // Room for a file of a few megabytes. One reader at a time, so that a test knows which file it reads.
    std::fs::write(data.path().join("kura.toml"), "[ingest]\nmemory_mib = 100\nworkers = 1\n")?;
    let appliance = Appliance::start(&data).await?;
    let visitor = Visitor::administrator(&appliance, &data).await?;

    let struck = table(data.path(), "途中で.csv", 100_000)?;
    visitor.upload(&[struck]).await?;
    strike_down_a_worker(&appliance)?;
    let vast = table(data.path(), "大きな.csv", 1_500_000)?;
    let rule = data.path().join("規則.md");
    std::fs::write(&rule, "# みなと市庭球場規則\n\n## 第3条（休場日）\n\n庭球場の休場日は、水曜日とする。\n")?;
    visitor.upload(&[vast, rule]).await?;
    visitor.wait_until_settled(SETTLED).await?;

    let outcome = async |name: &str| -> Result<(String, String)> {
        let entry = visitor.document(name).await?.with_context(|| format!("{name} is in the library"))?;
        Ok((entry["state"].as_str().unwrap_or_default().to_owned(), entry["failure"]["code"].as_str().unwrap_or_default().to_owned()))
    };
    ensure!(outcome("途中で.csv").await? == ("failed".into(), "reader-died".into()), "{:?}", visitor.document("途中で.csv").await?);
    ensure!(outcome("大きな.csv").await? == ("failed".into(), "exhausted".into()), "{:?}", visitor.document("大きな.csv").await?);
    ensure!(outcome("規則.md").await?.0 == "searchable", "{:?}", visitor.document("規則.md").await?);
    let answer = visitor.ask("庭球場の休場日はいつですか").await?;
    ensure!(answer.to_string().contains("水曜日"), "{answer}");
    ensure!(appliance.children()?.is_empty(), "readers are left");
    appliance.stop()
}

/// Ends the first reader that the appliance starts.
fn strike_down_a_worker(appliance: &Appliance) -> Result<()> {
    let since = Instant::now();
    loop {
        if let Some(worker) = appliance.children()?.first() {
            // It may have ended by itself in this moment; the file's state then tells.
            Command::new("kill").args(["-KILL", &worker.to_string()]).status()?;
            return Ok(());
        }
        ensure!(since.elapsed() < Duration::from_secs(60), "no file is read");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// A table of many rows.
fn table(folder: &Path, name: &str, rows: usize) -> Result<PathBuf> {
    let mut text = String::from("番号,施設,所在地,電話\n");
    for row in 0..rows {
        writeln!(text, "{row},集会所{row},みなと市本町{}丁目{}番,03-0000-{:04}", row % 9 + 1, row % 40 + 1, row % 10_000)?;
    }
    let path = folder.join(name);
    std::fs::write(&path, text)?;
    Ok(path)
}
