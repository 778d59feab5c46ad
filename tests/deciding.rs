//! What editors decide, through the real binary: a badly read document is accepted, an encrypted one opened, a long one
//! cancelled.

use anyhow::{Context, Result, ensure};
use kura_tests::appliance::DataFolder;
use kura_tests::{Appliance, Visitor, pdf};
use reqwest::StatusCode;
use serde_json::Value;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(240);
const PASSWORD: &str = "みなと2026";

/// A data folder whose appliance recognises no pictures: what is held must not depend on the machine's tesseract.
fn data() -> Result<DataFolder> {
    let data = DataFolder::prepare()?;
    std::fs::write(data.path().join("kura.toml"), "[ingest]\nrecognition = \"off\"\n")?;
    Ok(data)
}

fn page(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|l| (*l).to_owned()).collect()
}

/// Cuts a text into lines that fit a page.
fn lines(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(40).map(|line| line.iter().collect()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_badly_read_document_is_found_only_once_it_is_accepted() -> Result<()> {
    let data = data()?;
    let appliance = Appliance::start(&data).await?;
    let visitor = Visitor::administrator(&appliance, &data).await?;
    let sound = page(&["粗大ごみの処理手数料は、一点につき五百円とする。", "手数料は、収集を申し込むときに納めなければならない。"]);
    let garbage = lines(&pdf::GARBAGE.repeat(6));
    let file = pdf::write(data.path(), "mojibake.pdf", &[sound, garbage.clone(), garbage.clone(), garbage])?;
    ensure!(visitor.upload(&[file]).await?.status.is_success(), "uploading");
    visitor.wait_until_settled(PATIENCE).await?;
    let held = entry(&visitor, "mojibake.pdf").await?;
    ensure!(held["state"] == "held" && held["score"].as_f64().is_some_and(|s| s < 0.6), "not held: {held}");
    let id = held["id"].as_i64().context("an id")?;

    ensure!(found(&visitor, id).await? == 0, "a held document was found");
    let answer = visitor.ask("粗大ごみの処理手数料は一点につきいくらですか").await?;
    ensure!(answer["sources"].as_array().is_some_and(Vec::is_empty), "a held document answers: {answer}");
    let library = visitor.get("/documents?sort=worst").await?.body;
    ensure!(library.contains(&format!("action=\"/documents/{id}/accept\"")), "the library offers to accept it");
    let reading = visitor.get_json(&format!("/api/documents/{id}/reading")).await?;
    ensure!(reading["pages"][0]["number"] != 1 && reading["pages"][3]["number"] == 1, "the worst pages come first: {reading}");
    let page = visitor.get(&format!("/documents/{id}/at/page/2?edition=held")).await?;
    ensure!(page.status == StatusCode::OK && page.body.contains("pages/2.png?scale=2&#38;edition=held"), "an editor looks at its pages");
    let (status, picture) = visitor.get_bytes(&format!("/documents/{id}/pages/2.png?edition=held")).await?;
    ensure!(status == StatusCode::OK && picture.starts_with(b"\x89PNG"), "its picture: {status}");

    let accepted = visitor.post(&format!("/documents/{id}/accept"), &[]).await?;
    ensure!(accepted.location.as_deref() == Some("/documents?done=accepted"), "accepting: {}", accepted.status);
    visitor.wait_until_settled(PATIENCE).await?;
    ensure!(entry(&visitor, "mojibake.pdf").await?["state"] == "searchable", "it was accepted");
    ensure!(found(&visitor, id).await? > 0, "an accepted document is not found");
    let again = visitor.post(&format!("/documents/{id}/accept"), &[]).await?;
    ensure!(again.status == StatusCode::CONFLICT, "accepting twice: {}", again.status);
    appliance.stop()?;

    data.kura(&["reindex"])?;
    let listed: Value = serde_json::from_str(&data.kura(&["document", "list", "--json"])?)?;
    ensure!(listed[0]["state"] == "searchable", "it stays accepted: {listed}");
    let trail = data.kura(&["audit", "--json"])?;
    ensure!(trail.contains("document-accepted"), "the trail tells who accepted it");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_document_opens_with_its_password() -> Result<()> {
    let data = data()?;
    let appliance = Appliance::start(&data).await?;
    let visitor = Visitor::administrator(&appliance, &data).await?;
    let text = page(&["図書館の休館日は、毎週月曜日及び年末年始とする。", "返却が遅れたときは、速やかに返さなければならない。"]);
    let late = pdf::write_locked(data.path(), "later.pdf", std::slice::from_ref(&text), PASSWORD)?;
    let early = pdf::write_locked(data.path(), "at-once.pdf", &[page(&["体育館の使用料は、一時間につき八百円とする。"])], PASSWORD)?;

    let wrong = visitor.upload_with_password(std::slice::from_ref(&late), "ちがう").await?;
    ensure!(wrong.body.contains("later.pdf") && wrong.body.contains("パスワードが違います"), "told at once: {}", wrong.body);
    let right = visitor.upload_with_password(&[early], PASSWORD).await?;
    ensure!(!right.body.contains("message"), "the right password: {}", right.body);
    visitor.wait_until_settled(PATIENCE).await?;
    ensure!(entry(&visitor, "at-once.pdf").await?["state"] == "searchable", "opened while it was uploaded");
    let locked = entry(&visitor, "later.pdf").await?;
    ensure!(locked["state"] == "failed" && locked["failure"]["code"] == "encrypted", "{locked}");
    let id = locked["id"].as_i64().context("an id")?;
    let library = visitor.get("/documents").await?.body;
    ensure!(library.contains(&format!("action=\"/documents/{id}/unlock\"")), "the refusal comes with its remedy");

    let refused = visitor.post(&format!("/documents/{id}/unlock"), &[("password", "まちがい")]).await?;
    ensure!(
        refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains("「later.pdf」のパスワードが違います"),
        "{}",
        refused.body
    );
    ensure!(!refused.body.contains("まちがい"), "a password is never shown again");
    let opened = visitor.post(&format!("/documents/{id}/unlock"), &[("password", PASSWORD)]).await?;
    ensure!(opened.location.as_deref() == Some("/documents?done=unlocked"), "unlocking: {} {}", opened.status, opened.body);
    visitor.wait_until_settled(PATIENCE).await?;
    ensure!(entry(&visitor, "later.pdf").await?["state"] == "searchable", "{}", entry(&visitor, "later.pdf").await?);
    ensure!(found_with(&visitor, id, "図書館の休館日").await? > 0, "what it says is found");
    let (status, picture) = visitor.get_bytes(&format!("/documents/{id}/pages/1.png")).await?;
    ensure!(status == StatusCode::OK && picture.starts_with(b"\x89PNG"), "its page is drawn without a password: {status}");
    appliance.stop()?;

    let log = std::fs::read_to_string(data.path().join("serve.log"))?;
    let catalog = std::fs::read(data.path().join("catalog.sqlite"))?;
    for secret in [PASSWORD, "まちがい", "ちがう"] {
        ensure!(!log.contains(secret) && !catalog.windows(secret.len()).any(|w| w == secret.as_bytes()), "a password was kept");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_and_decisions_have_commands() -> Result<()> {
    let data = data()?;
    let text = page(&["公民館の使用時間は、午前九時から午後九時までとする。"]);
    let file = pdf::write_locked(data.path(), "locked.pdf", std::slice::from_ref(&text), PASSWORD)?;
    let (right, wrong) = (data.path().join("right"), data.path().join("wrong"));
    std::fs::write(&right, format!("{PASSWORD}\n"))?;
    std::fs::write(&wrong, "x\n")?;
    let arguments = |password: &std::path::Path| -> Vec<String> {
        ["ingest", &file.display().to_string(), "--password-file", &password.display().to_string()].map(str::to_owned).to_vec()
    };
    let run = |arguments: &[String]| data.kura(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let refusal = run(&arguments(&wrong)).map_err(|e| e.to_string());
    ensure!(refusal.as_ref().is_err_and(|e| e.contains("locked.pdf") && e.contains("password is wrong")), "{refusal:?}");
    data.kura(&["document", "unlock", "1", "--password-file", &right.display().to_string()])?;
    let listed = data.kura(&["document", "list"])?;
    ensure!(listed.contains("searchable"), "{listed}");

    let garbage = lines(&pdf::GARBAGE.repeat(6));
    let bad = pdf::write(data.path(), "mojibake.pdf", &[garbage.clone(), garbage])?;
    let told = data.kura(&["ingest", &bad.display().to_string()])?;
    ensure!(told.contains("1 to be accepted"), "{told}");
    data.kura(&["document", "accept", "2"])?;
    ensure!(!data.kura(&["document", "list"])?.contains("held"), "accepted");
    let late = data.kura(&["document", "cancel", "2"]).map_err(|e| e.to_string());
    ensure!(late.as_ref().is_err_and(|e| e.contains("document 2 is not in a state for that")), "{late:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_document_tells_how_far_it_is() -> Result<()> {
    let data = data()?;
    let appliance = Appliance::start(&data).await?;
    let visitor = Visitor::administrator(&appliance, &data).await?;
    visitor.upload(&[pdf::write(data.path(), "long.pdf", &long(1))?]).await?;
    let id = entry(&visitor, "long.pdf").await?["id"].as_i64().context("an id")?;
    let told = wait_for_an_estimate(&visitor, id).await?;
    ensure!(told["detail"].as_str().is_some_and(|d| d.contains("毎秒") && d.contains("残り約")), "{told}");
    // It answers by its words, and what is small does not wait behind it.
    ensure!(told["state"] == "searchable" && told["progress"]["stage"] == "embedding", "{told}");
    ensure!(found_with(&visitor, id, "第300条の5 使用料の額").await? > 0, "its words are found");
    visitor.upload(&[pdf::write(data.path(), "short.pdf", &[page(&["駐車場の使用料は、一時間につき二百円とする。"])])?]).await?;
    let since = Instant::now();
    loop {
        let short = entry(&visitor, "short.pdf").await?;
        if short["state"] == "searchable" && short["progress"].is_null() {
            break;
        }
        ensure!(since.elapsed() < PATIENCE, "the short one waits behind the long one: {short}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    ensure!(!entry(&visitor, "long.pdf").await?["progress"].is_null(), "the long one is not done yet");
    let deleted = visitor.post(&format!("/documents/{id}/delete"), &[]).await?;
    ensure!(deleted.status == StatusCode::SEE_OTHER, "deleting what is being embedded: {}", deleted.status);
    visitor.wait_until_settled(Duration::from_secs(30)).await?;
    appliance.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_waits_or_is_read_can_be_cancelled() -> Result<()> {
    let data = data()?;
    let appliance = Appliance::start(&data).await?;
    let visitor = Visitor::administrator(&appliance, &data).await?;
    let files = (1..=6).map(|n| pdf::write(data.path(), &format!("long{n}.pdf"), &long(n))).collect::<Result<Vec<_>>>()?;
    visitor.upload(&files).await?;
    let id = entry(&visitor, "long6.pdf").await?["id"].as_i64().context("an id")?;
    let cancelled = visitor.post(&format!("/documents/{id}/cancel"), &[]).await?;
    ensure!(cancelled.location.as_deref() == Some("/documents?done=cancelled"), "cancelling: {}", cancelled.status);
    let since = Instant::now();
    while entry(&visitor, "long6.pdf").await?["state"] != "cancelled" {
        ensure!(since.elapsed() < Duration::from_secs(20), "not cancelled after 20 seconds");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let library = visitor.get("/documents").await?.body;
    ensure!(library.contains(&format!("action=\"/documents/{id}/retry\"")), "it can be tried again");
    let retried = visitor.post(&format!("/documents/{id}/retry"), &[]).await?;
    ensure!(retried.location.as_deref() == Some("/documents?done=retried"), "retrying: {}", retried.status);
    let deleted = visitor.post(&format!("/documents/{id}/delete"), &[]).await?;
    ensure!(deleted.status == StatusCode::SEE_OTHER, "deleting what is being read: {}", deleted.status);
    appliance.stop()
}

/// 600 pages of rules that no other such file has.
fn long(file: u32) -> Vec<Vec<String>> {
    let line = |n: u32, i: u32| format!("第{n}条の{i} 使用料の額は、{}円とし、納入の期限は市長が別に定める。", n * 100 + i + file);
    (0..600).map(|n| (0..24).map(|i| line(n, i)).collect()).collect()
}

async fn wait_for_an_estimate(visitor: &Visitor, id: i64) -> Result<Value> {
    let since = Instant::now();
    loop {
        let told = visitor.get_json(&format!("/documents/status?ids={id}")).await?;
        // On a slow machine there is one while it is still read; the one that is meant comes after.
        let embedded = told[0]["progress"]["stage"] == "embedding";
        if embedded && told[0]["seconds_left"].as_u64().is_some_and(|s| s > 2) {
            return Ok(told[0].clone());
        }
        ensure!(since.elapsed() < Duration::from_secs(180), "no estimate within 180 seconds: {told}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn entry(visitor: &Visitor, name: &str) -> Result<Value> {
    visitor.document(name).await?.with_context(|| format!("{name} is in the library"))
}

async fn found(visitor: &Visitor, id: i64) -> Result<usize> {
    found_with(visitor, id, "粗大ごみの処理手数料").await
}

/// How many passages of a document a search finds.
async fn found_with(visitor: &Visitor, id: i64, question: &str) -> Result<usize> {
    let query: String = question.bytes().map(|b| format!("%{b:02X}")).collect();
    let found = visitor.get_json(&format!("/api/search?q={query}&limit=50")).await?;
    Ok(found.as_array().into_iter().flatten().filter(|p| p["document"] == id).count())
}
