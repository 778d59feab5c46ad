//! The forms of an answer through the real binary and its default model: steps, a table, fields by a schema, and the sheet as PDF.

use anyhow::{Context, Result, ensure};
use kura_tests::appliance::DataFolder;
use kura_tests::{Appliance, Visitor, workspace};
use std::time::Duration;

/// A text without white space, as pages break it.
fn tight(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sheet_of_an_answer_is_read_back_from_its_pdf_word_for_word() -> Result<()> {
    let data = DataFolder::prepare()?;
    let appliance = Appliance::start(&data).await?;
    let visitor = Visitor::administrator(&appliance, &data).await?;
    let files = ["municipal/施設使用料一覧.xlsx", "helpdesk/VPN-Quick-Start.md"].map(workspace::sample);
    visitor.upload(&files).await?;
    visitor.wait_until_settled(Duration::from_secs(180)).await?;

    let asked = visitor.post("/ask", &[("question", "大アリーナ（半面）の2時間の使用料"), ("form", "table")]).await?;
    let address = asked.location.context("an answer has an address")?;
    let page = visitor.get(&address).await?.body;
    ensure!(page.contains("data-form=\"table\"") && page.contains("3,300円"), "the table: {page}");
    let (status, pdf) = visitor.get_bytes(&format!("{address}/sheet.pdf")).await?;
    if status != reqwest::StatusCode::OK {
        eprintln!("skipped: no Japanese font is installed");
        return appliance.stop();
    }
    let file = data.path().join("sheet.pdf");
    std::fs::write(&file, pdf)?;
    let read = tight(&data.kura(&["inspect", "--text", &file.display().to_string()])?);
    let sheet = visitor.get(&format!("{address}/sheet")).await?.body;
    ensure!(read.contains("根拠シート") && read.contains("大アリーナ（半面）の2時間の使用料"), "{read}");
    // Every quotation and every value of the page stands on the paper.
    let values = sheet.split("<blockquote class=\"sheet-text\">").skip(1).chain(sheet.split("<dd>").skip(1));
    for value in values.filter_map(|v| v.split("</").next()) {
        let value =
            tight(&value.replace("&#38;", "&").replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<").replace("&#62;", ">"));
        // Japanese fonts lack the sign between headings; the paper has the one that they have.
        let value = value.replace('›', "＞");
        ensure!(read.contains(&value), "{value} is not on paper: {read}");
    }
    appliance.stop()
}
