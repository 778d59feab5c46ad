//! The whole way through the real binary: upload, wait until searchable, ask, follow the citation, delete, ask again.

use anyhow::{Context, Result, ensure};
use kura_tests::appliance::DataFolder;
use kura_tests::golden::{self, GoldenQuestion};
use kura_tests::{Appliance, Visitor, workspace};
use reqwest::StatusCode;
use serde_json::Value;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_pdf_and_a_workbook_answer_with_citations_that_open() -> Result<()> {
    let (on_page, in_cell) = a_question_on_a_page_and_one_in_a_cell()?;
    let data = DataFolder::prepare()?;
    let appliance = Appliance::start(&data).await?;
    let visitor = Visitor::administrator(&appliance, &data).await?;
    let files = [&on_page, &in_cell].map(|q| workspace::sample(q.document.as_deref().unwrap_or_default()));

    let accepted = visitor.upload(&files).await?;
    ensure!(accepted.status.is_success(), "uploading: {} {}", accepted.status, accepted.body);
    for entry in visitor.wait_until_settled(Duration::from_secs(180)).await? {
        ensure!(entry["state"] == "searchable", "{} is {}: {}", entry["file_name"], entry["state"], entry["failure"]);
    }
    let again = visitor.upload(&files[..1]).await?;
    ensure!(again.body.contains("duplicate"), "the same bytes again are a duplicate: {}", again.body);

    let page_link = cited_link(&visitor, &on_page, "/at/page/").await?;
    let viewer = visitor.get(&page_link).await?;
    ensure!(viewer.status == StatusCode::OK && viewer.body.contains("class=\"cited\""), "{page_link} highlights nothing");
    let document = document_of(&visitor, &on_page).await?;
    let (status, picture) = visitor.get_bytes(&format!("/documents/{document}/pages/{}.png", on_page.page.unwrap_or(1))).await?;
    ensure!(status == StatusCode::OK && picture.starts_with(b"\x89PNG"), "the page's picture: {status}");

    let cell_link = cited_link(&visitor, &in_cell, "/at/cell/").await?;
    let viewer = visitor.get(&cell_link).await?;
    ensure!(viewer.status == StatusCode::OK && viewer.body.contains("cited"), "{cell_link} highlights nothing");

    let deleted = visitor.post(&format!("/documents/{document}/delete"), &[]).await?;
    ensure!(deleted.status == StatusCode::SEE_OTHER, "deleting: {}", deleted.status);
    ensure!(visitor.get(&page_link).await?.status == StatusCode::NOT_FOUND, "a deleted document still opens");
    let answer = visitor.ask(&on_page.question).await?;
    let sources = answer["sources"].as_array().cloned().unwrap_or_default();
    ensure!(sources.iter().all(|s| s["passage"]["document"].as_i64() != Some(document)), "a deleted document still answers");
    appliance.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_read_and_nothing_else() -> Result<()> {
    let data = DataFolder::prepare()?;
    let appliance = Appliance::start(&data).await?;
    let administrator = Visitor::administrator(&appliance, &data).await?;
    let page = administrator.post("/people", &[("login", "yamamoto"), ("name", "山本"), ("role", "reader")]).await?;
    let one_time = one_time_password(&page.body).context("the one-time password is shown once")?;
    let mine = administrator.post("/ask", &[("question", "会議の議題は何ですか")]).await?;
    let answer = mine.location.context("an answer has an address")?;

    let mut reader = Visitor::new(&appliance)?;
    ensure!(reader.get("/").await?.status == StatusCode::SEE_OTHER, "without a session the desk asks to sign in");
    reader.sign_in("yamamoto", &one_time).await?;
    let forced = reader.get("/").await?;
    ensure!(forced.location.as_deref() == Some("/password"), "a one-time password must be changed first");
    reader.first_sign_in("yamamoto", &one_time).await?;
    ensure!(reader.get("/").await?.status == StatusCode::OK, "a reader may ask");
    let upload = reader.upload(&[workspace::root().join("README.md")]).await?;
    ensure!(upload.status == StatusCode::FORBIDDEN, "a reader may not upload: {}", upload.status);
    ensure!(reader.get("/people").await?.status == StatusCode::FORBIDDEN, "a reader may not see the people");
    ensure!(reader.get(&answer).await?.status == StatusCode::NOT_FOUND, "a reader may not see another person's answer");
    appliance.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_model_is_named_with_its_reason() -> Result<()> {
    let data = DataFolder::prepare()?;
    let text = data.path().join("not-a-model.gguf");
    std::fs::write(&text, "これはモデルではありません")?;
    let refusal = data.kura(&["models", "add", &text.display().to_string(), "--role", "generator"]).map_err(|e| e.to_string());
    ensure!(refusal.as_ref().is_err_and(|e| e.contains("not-a-model.gguf") && e.to_lowercase().contains("gguf")), "{refusal:?}");

    let whole = largest_model()?;
    let cut = data.path().join("cut-short.gguf");
    let bytes = std::fs::read(&whole)?;
    std::fs::write(&cut, &bytes[..bytes.len() / 2])?;
    let refusal = data.kura(&["models", "add", &cut.display().to_string(), "--role", "generator"]).map_err(|e| e.to_string());
    ensure!(refusal.as_ref().is_err_and(|e| e.contains("cut-short.gguf") && e.contains("hint")), "{refusal:?}");
    data.kura(&["models", "verify"])?;
    data.kura(&["doctor"])?;
    Ok(())
}

fn a_question_on_a_page_and_one_in_a_cell() -> Result<(GoldenQuestion, GoldenQuestion)> {
    let questions = golden::questions()?;
    let find =
        |wanted: &dyn Fn(&GoldenQuestion) -> bool| questions.iter().find(|q| !q.unanswerable && !q.facts.is_empty() && wanted(q)).cloned();
    let on_page = find(&|q| q.page.is_some()).context("a golden question on a page")?;
    let in_cell = find(&|q| q.cell.is_some()).context("a golden question in a cell")?;
    Ok((on_page, in_cell))
}

/// Asks without JavaScript, and gives the link of a citation that leads into the right document.
async fn cited_link(visitor: &Visitor, golden: &GoldenQuestion, place: &str) -> Result<String> {
    let redirected = visitor.post("/ask", &[("question", &golden.question)]).await?;
    let address = redirected.location.context("an answer has an address")?;
    ensure!(redirected.status == StatusCode::SEE_OTHER && address.starts_with("/answers/"), "asking leads to {address}");
    let page = visitor.get(&address).await?;
    let said = golden::plain(&page.body);
    for fact in &golden.facts {
        ensure!(said.contains(&golden::plain(fact)), "the answer to {:?} does not hold {fact:?}", golden.question);
    }
    let prefix = format!("/documents/{}", document_of(visitor, golden).await?);
    let links = page.body.split("<a ").skip(1).filter(|a| a.split('>').next().is_some_and(|tag| tag.contains("class=\"citation")));
    let mut hrefs =
        links.filter_map(|a| a.split("href=\"").nth(1)?.split('"').next()).map(|h| h.replace("&amp;", "&").replace("&#38;", "&"));
    hrefs
        .find(|h| h.starts_with(&prefix) && h.contains(place))
        .with_context(|| format!("no citation of {:?} leads to {prefix}{place}", golden.question))
}

async fn document_of(visitor: &Visitor, golden: &GoldenQuestion) -> Result<i64> {
    let entry: Option<Value> = visitor.document(golden.document.as_deref().unwrap_or_default()).await?;
    entry.and_then(|e| e["id"].as_i64()).context("the document is in the library")
}

/// The password in the element that shows it.
fn one_time_password(page: &str) -> Option<String> {
    let after = page.split("id=\"one-time-password\"").nth(1)?;
    Some(after.split('>').nth(1)?.split('<').next()?.trim().to_owned())
}

fn largest_model() -> Result<std::path::PathBuf> {
    let entries = std::fs::read_dir(workspace::models()?)?.collect::<std::io::Result<Vec<_>>>()?;
    let models = entries.into_iter().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "gguf"));
    models.max_by_key(|p| p.metadata().map(|m| m.len()).unwrap_or(0)).context("a fetched model")
}
