//! A furnished appliance, and a walk through all of its pages: whatever a page links to is visited, one page of each kind.

use crate::appliance::{Appliance, DataFolder, PASSWORD, Visitor};
use crate::browser::Browser;
use crate::workspace;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// Pages of a walk at most.
const MOST: usize = 80;
/// How long the sample documents may take to be read.
const PATIENCE: Duration = Duration::from_secs(240);

/// A library with documents of several kinds and states, people, groups and something in the trash.
pub async fn furnish(data: &DataFolder) -> Result<Appliance> {
    let ingest = |files: &[&str], collection: &str| {
        let paths: Vec<String> = files.iter().map(|f| workspace::sample(f).display().to_string()).collect();
        let mut arguments = vec!["ingest", "--collection", collection];
        arguments.splice(1..1, paths.iter().map(String::as_str));
        data.kura(&arguments).map(|_| ())
    };
    ingest(&["みなと市手数料条例.pdf", "市民課よくある質問.xlsx"], "例規")?;
    ingest(&["図書館利用案内.md"], "大学")?;
    data.kura(&["group", "add", "総務課"])?;
    data.kura(&["collection", "open", "例規", "group:総務課"])?;
    data.kura(&["user", "add", "clerk", "--name", "山本 花子"])?;
    data.kura(&["group", "join", "総務課", "clerk"])?;
    let appliance = Appliance::start(data).await?;
    let visitor = Visitor::administrator(&appliance, data).await?;
    let folder = tempfile::tempdir()?;
    let (broken, copy) = (
        folder.path().join("壊れた報告書.pdf"),
        folder.path().join("とても長い名前の文書その名も令和八年度みなと市窓口業務改善計画策定委員会議事録最終版.txt"),
    );
    std::fs::write(&broken, b"%PDF-1.7 nothing of a document")?;
    std::fs::write(&copy, "窓口は午前9時から午後5時まで開いています。\n".repeat(3))?;
    visitor.upload(&[broken, copy.clone()]).await?;
    let entries = visitor.wait_until_settled(PATIENCE).await?;
    let faq =
        entries.iter().find(|e| e["file_name"] == "市民課よくある質問.xlsx").and_then(|e| e["id"].as_i64()).context("the workbook")?;
    visitor.post(&format!("/documents/{faq}/delete"), &[]).await?;
    visitor.ask("証明書の手数料はいくらですか").await?;
    Ok(appliance)
}

/// Signs in with the chosen password.
pub async fn sign_in(browser: &Browser, appliance: &Appliance, login: &str, password: &str) -> Result<()> {
    browser.window.goto(&format!("{}/sign-in", appliance.address())).await?;
    for (name, text) in [("login", login), ("password", password)] {
        browser.wait_for(&format!("input[name={name}]")).await?.send_keys(text).await?;
    }
    browser.wait_for("main form button[type=submit]").await?.click().await?;
    browser.wait_for("details.menu").await?;
    Ok(())
}

/// The same, as the administrator whom [`furnish`] leaves.
pub async fn sign_in_as_administrator(browser: &Browser, appliance: &Appliance) -> Result<()> {
    sign_in(browser, appliance, "admin", PASSWORD).await
}

/// The pages of the appliance, one of each kind, as an administrator finds them by following links from the first page.
pub async fn pages(appliance: &Appliance) -> Result<Vec<(String, String)>> {
    let mut visitor = Visitor::new(appliance)?;
    visitor.sign_in("admin", PASSWORD).await?;
    let begin =
        ["/", "/documents", "/trash", "/people", "/groups", "/collections", "/retrieval", "/status", "/password", "/documents/999999"];
    let mut waiting: VecDeque<String> = begin.iter().map(|p| (*p).to_owned()).collect();
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    while let Some(path) = waiting.pop_front() {
        let kind = kind(&path);
        if found.contains_key(&kind) || found.len() >= MOST {
            continue;
        }
        let reply = visitor.get(&path).await?;
        // A redirection leads to a page that is visited for itself; pictures and files are no pages.
        if let Some(to) = reply.location {
            waiting.push_back(to);
            continue;
        }
        if !reply.body.contains("<main") {
            continue;
        }
        found.insert(kind, path);
        for part in reply.body.split("href=\"").skip(1) {
            let Some(href) = part.split('"').next().filter(|h| h.starts_with('/') && !h.starts_with("//")) else { continue };
            let href = href.split('#').next().unwrap_or(href).replace("&amp;", "&").replace("&#38;", "&");
            if !href.starts_with("/static/") && !href.ends_with("/file") {
                waiting.push_back(href);
            }
        }
    }
    Ok(found.into_iter().collect())
}

/// What kind of page a path leads to: its words without numbers, names and questions.
fn kind(path: &str) -> String {
    let path = path.split('?').next().unwrap_or(path);
    let part = |p: &str| {
        if p.is_ascii() && !p.contains('%') && p.chars().any(|c| c.is_ascii_lowercase()) && !p.chars().any(|c| c.is_ascii_digit()) {
            p.to_owned()
        } else {
            "N".to_owned()
        }
    };
    let parts: Vec<String> = path.split('/').filter(|p| !p.is_empty()).map(part).collect();
    if path.contains("999999") {
        "missing".to_owned()
    } else if parts.is_empty() {
        "ask".to_owned()
    } else {
        parts.join("-")
    }
}
