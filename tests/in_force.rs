//! As of a day: an ordinance that was amended answers each day from the text of that day, in search, answer and viewer.
//!
//! What is in force when is read from the four texts themselves; nothing is told.

use anyhow::{Context, Result, ensure};
use kura_tests::appliance::DataFolder;
use kura_tests::golden;
use kura_tests::{Appliance, Visitor, workspace};
use reqwest::StatusCode;
use serde_json::Value;

const NAME: &str = "みなと市自転車等駐車場条例.pdf";
const QUESTION: &str = "自転車等駐車場の一時使用の使用料は、一般の自転車で1回いくらですか。";
/// A day, the fee of that day, and from when until when its text is in force.
const DAYS: [(&str, &str, &str, &str); 4] = [
    ("2016-04-01", "80円", "2016-04-01", "2020-04-01"),
    ("2024-03-31", "100円", "2020-04-01", "2024-04-01"),
    ("令和6年4月1日", "150円", "2024-04-01", "2030-04-01"),
    ("2030-04-01", "200円", "2030-04-01", ""),
];

#[tokio::test(flavor = "multi_thread")]
async fn each_day_is_answered_from_its_own_text() -> Result<()> {
    let data = DataFolder::prepare()?;
    // Out of order in time, as an office adds what it finds.
    let editions = ["3", "1", "4", "2"].map(|n| workspace::sample_library().join("editions").join(n).display().to_string());
    for edition in &editions {
        data.kura(&["ingest", edition])?;
    }
    for (day, fee, from, until) in DAYS {
        let found: Value = serde_json::from_str(&data.kura(&["search", "--json", "--as-of", day, "--limit", "5", QUESTION])?)?;
        let passages = found["passages"].as_array().context("passages")?;
        ensure!(!passages.is_empty(), "{day}: nothing is found");
        for passage in passages {
            let days = &passage["stored"]["days"];
            ensure!(days["from"] == from && days["until"].as_str().unwrap_or_default() == until, "{day}: {days} of {passage}");
        }
        let said =
            passages.iter().filter_map(|p| p["stored"]["passage"]["text"].as_str().or(p["stored"]["text"].as_str())).collect::<String>();
        ensure!(golden::holds(&said, fee), "{day}: {fee} is not found in {said}");
    }

    // A new index made from the catalog knows the days too.
    data.kura(&["reindex"])?;
    let appliance = Appliance::start(&data).await?;
    let visitor = Visitor::administrator(&appliance, &data).await?;
    let document = visitor.document(NAME).await?.context("the ordinance is one document")?;
    let id = document["id"].as_i64().context("an id")?;
    ensure!(document["versions"] == 4, "four texts are four versions: {document}");
    for (day, fee, from, _) in DAYS {
        let answer = visitor.ask_as_of(QUESTION, day).await?;
        let sentences = answer["sentences"].as_array().cloned().unwrap_or_default();
        let said: String = sentences.iter().filter_map(|s| s["text"].as_str()).collect();
        ensure!(golden::holds(&said, fee), "{day}: {said:?} instead of {fee}");
        let wrong = DAYS.iter().map(|d| d.1).find(|other| *other != fee && golden::holds(&said, other));
        ensure!(wrong.is_none(), "{day}: {said:?} holds the {wrong:?} of another day");
        ensure!(answer["as_of"]["by"] == "person", "{day}: {}", answer["as_of"]);
        follow_the_citation(&visitor, &answer, id, fee, from).await?;
    }
    // A question may name its day itself, and today's text answers one that names none.
    let asked = visitor.ask(&format!("令和4年4月1日時点で、{QUESTION}")).await?;
    ensure!(asked["as_of"]["by"] == "question" && asked["as_of"]["day"] == "2022-04-01", "{}", asked["as_of"]);
    ensure!(asked["sentences"].to_string().contains("100円"), "{}", asked["sentences"]);
    let page = visitor.get(&format!("/documents/{id}")).await?.body;
    ensure!(page.contains("令和5年12月21日条例第37号") || !page.contains("shown-version"), "without a version today's text opens");
    article_beside_article(&visitor, &data, id).await?;
    appliance.stop()
}

/// The citation opens in the version that it cites, which says of which days it is.
async fn follow_the_citation(visitor: &Visitor, answer: &Value, id: i64, fee: &str, from: &str) -> Result<()> {
    let address = format!("/answers/{}", answer["id"]);
    let page = visitor.get(&address).await?.body;
    let links = page.split("<a ").filter(|a| a.starts_with("class=\"citation\""));
    let hrefs = links.filter_map(|a| a.split("href=\"").nth(1)?.split('"').next()).map(|h| h.replace("&#38;", "&").replace("&amp;", "&"));
    let href = hrefs.last().context("a citation")?;
    ensure!(href.starts_with(&format!("/documents/{id}/at/page/")) && href.contains("version="), "{href} names no version");
    let viewer = visitor.get(&href).await?;
    ensure!(viewer.status == StatusCode::OK && golden::holds(&viewer.body, fee), "{href} does not show {fee}");
    ensure!(viewer.body.contains("&#38;article=") || viewer.body.contains("&amp;article="), "{href} offers its other wording");
    let date = viewer.body.contains(from) || viewer.body.contains(&format!("{} 施行", japanese(from)));
    ensure!(date, "{href} does not say that its text is in force from {from}");
    let version = href.split("version=").nth(1).and_then(|v| v.split('&').next()).context("a version")?;
    let (status, picture) = visitor.get_bytes(&format!("/documents/{id}/pages/1.png?version={version}")).await?;
    ensure!(status == StatusCode::OK && picture.starts_with(b"\x89PNG"), "the page of version {version} is shown: {status}");
    Ok(())
}

/// 令和6年4月1日 of 2024-04-01.
fn japanese(day: &str) -> String {
    let numbers: Vec<i64> = day.split('-').filter_map(|n| n.parse().ok()).collect();
    let [year, month, day] = numbers[..] else { return String::new() };
    let (era, year) = if (year, month) >= (2019, 5) { ("令和", year - 2018) } else { ("平成", year - 1988) };
    format!("{era}{year}年{month}月{day}日")
}

/// The fourth article of two versions, its difference marked, without a script; and an operator's own day, which wins.
async fn article_beside_article(visitor: &Visitor, data: &DataFolder, id: i64) -> Result<()> {
    let listed: Value = serde_json::from_str(&data.kura(&["document", "validity", &id.to_string(), "--json"])?)?;
    let version = |from: &str| {
        let versions = listed.as_array().into_iter().flatten();
        versions.into_iter().find(|v| v["days"]["from"] == from).map(|v| v["id"].to_string()).context("a version")
    };
    let (old, new) = (version("2016-04-01")?, version("2020-04-01")?);
    let page = visitor.get(&format!("/documents/{id}/compare?old={old}&new={new}&article=%E7%AC%AC4%E6%9D%A1")).await?.body;
    ensure!(page.contains("<del>") && page.contains("<ins>"), "the differences are marked: {page}");
    ensure!(page.contains("供用時間は") && !page.contains("撤去及び保管に要する費用"), "only the article is compared: {page}");
    data.kura(&["document", "validity", &id.to_string(), "--version", &new, "--from", "2021-04-01"])?;
    let since = std::time::Instant::now();
    loop {
        let answer = visitor.ask_as_of(QUESTION, "2020-12-31").await?;
        if golden::holds(&answer["sentences"].to_string(), "80円") {
            return Ok(());
        }
        ensure!(since.elapsed().as_secs() < 20, "the day that was set does not count: {}", answer["sentences"]);
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
}
