//! The forms of an answer through the real binary and its default model, each as it is kept under `tests/snapshots/forms`; and the
//! evidence sheet as PDF.

use anyhow::{Context, Result, ensure};
use kura_tests::appliance::DataFolder;
use kura_tests::{Appliance, Visitor, snapshot, workspace};
use serde_json::{Value, json};
use std::time::Duration;

/// The day as of which is asked, so that the snapshots say the same on every day.
const DAY: &str = "2026-06-01";
/// Fields that a form of an office has.
const FEES: &str = r#"{
    "type": "object",
    "required": ["手数料", "申請できる人"],
    "properties": {
        "手数料": { "type": "integer", "description": "窓口での手数料（円）" },
        "単位": { "type": "string", "description": "単位" },
        "申請できる人": { "type": ["string", "null"], "description": "申請できる人" }
    }
}"#;
/// What the library says little of in Japanese: the answer is given, and called thin.
const THIN: &str = "VPNに接続する手順を教えてください";
const DRAFT: &str =
    "粗大ごみの収集のお知らせ\n手数料は、1点につき500円です。\n申込みは、収集を希望する日の7日前までに、電話でお願いします。\n";
const CHECKLIST: &str =
    "1. 手数料の額が書いてあること\n2. 申込みは収集を希望する日の7日前まで\n3. 手数料は1点につき600円\n4. 問い合わせ先の記載があるか\n";

#[tokio::test(flavor = "multi_thread")]
async fn each_form_is_as_it_was_kept() -> Result<()> {
    let data = DataFolder::prepare()?;
    let folders = ["municipal", "university", "helpdesk"].map(|folder| workspace::sample(folder).display().to_string());
    data.kura(&["ingest", &folders[0], &folders[1], &folders[2]])?;
    let write = |name: &str, text: &str| -> Result<String> {
        let file = data.path().join(name);
        std::fs::write(&file, text)?;
        Ok(file.display().to_string())
    };
    let mut told = Vec::new();
    let mut hold =
        |name: &str, said: Result<String>| told.extend(said.and_then(|said| snapshot::agrees(&format!("forms/{name}"), &said)).err());
    let ask = |form: &str, question: &str| data.kura(&["ask", "--as-of", DAY, "--form", form, question]);
    hold("plain", ask("plain", "住民票の写しの交付手数料はいくらですか"));
    hold("steps", ask("steps", "転入届の手続はどのようにしますか"));
    hold("list", ask("list", "使用料を減免するのはどのような場合ですか"));
    hold("table", ask("table", "大アリーナと小アリーナの使用料"));
    hold("thin", ask("plain", THIN));
    hold("refusal", ask("plain", "みなと市の昨年の観光客は何人でしたか"));

    let schema = write("fees.json", FEES)?;
    let filled = data.kura(&["ask", "--as-of", DAY, "--form", "json", "--schema", &schema, "--json", "住民票の写しの交付"])?;
    hold(
        "json",
        serde_json::from_str(&filled).context("JSON").and_then(|filled: Value| Ok(serde_json::to_string_pretty(&backed(&filled))?)),
    );

    let number = document(&data, "みなと市廃棄物の処理及び清掃に関する条例.pdf")?;
    hold("summary", data.kura(&["summarise", &number]));
    hold("draft", data.kura(&["draft", "粗大ごみを出すにはどうすればよいですか"]));
    let (draft, list) = (write("下書き.txt", DRAFT)?, write("点検.txt", CHECKLIST)?);
    hold("checklist", data.kura_ending(3, &["checklist", &draft, &list]));
    let edition =
        |n: &str| workspace::sample_library().join("editions").join(n).join("みなと市自転車等駐車場条例.pdf").display().to_string();
    hold("comparison", data.kura_ending(3, &["compare", &edition("1"), &edition("2")]));

    let appliance = Appliance::start(&data).await?;
    let visitor = Visitor::administrator(&appliance, &data).await?;
    let fields = [("question", "住民票の写しの交付手数料はいくらですか"), ("as_of", DAY)];
    let address = visitor.post("/ask", &fields).await?.location.context("an answer has an address")?;
    let thin = visitor.post("/ask", &[("question", THIN)]).await?.location.context("an answer has an address")?;
    let thin = visitor.get(&thin).await?.body;
    ensure!(
        thin.contains("class=\"notice warn thin\"") && thin.contains("class=\"candidate"),
        "the banner, with what else is near: {thin}"
    );
    let sheet = visitor.get(&format!("{address}/sheet")).await?.body;
    let main = sheet.split_once("<main").and_then(|(_, rest)| rest.split_once("</main>")).context("the page's own part")?.0;
    hold("sheet", Ok(without_times_and_hashes(&snapshot::words_of_html(&format!("<main{main}")))));
    appliance.stop()?;
    ensure!(told.is_empty(), "{}", told.iter().map(|e| format!("{e:#}")).collect::<Vec<_>>().join("\n"));
    Ok(())
}

/// The values of a filled form with the words that back each.
fn backed(filled: &Value) -> Value {
    let fields = filled["fields"].as_array().into_iter().flatten();
    let words = |field: &Value| {
        let backing = field["backing"].as_array().into_iter().flatten();
        json!({ "asked": field["asked"], "empty": field["empty"], "backing": backing.map(|b| b["text"].clone()).collect::<Vec<_>>() })
    };
    json!({ "values": filled["values"], "complete": filled["complete"], "fields": fields.map(words).collect::<Vec<_>>() })
}

/// The number of a document by its file name.
fn document(data: &DataFolder, file_name: &str) -> Result<String> {
    let listed = data.kura(&["document", "list"])?;
    let line = listed.lines().find(|line| line.contains(file_name)).with_context(|| format!("{file_name} in {listed}"))?;
    Ok(line.split('\t').next().unwrap_or_default().to_owned())
}

/// A text without what differs from one run to the next: hashes, the time of asking, and those of adding.
fn without_times_and_hashes(text: &str) -> String {
    let is_hash = |word: &str| word.len() >= 12 && word.chars().all(|c| c.is_ascii_hexdigit());
    let masked = |line: &str| -> String {
        let words = line.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
        words.map(|word| if is_hash(word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric())) { "…" } else { word }).collect()
    };
    // The time of asking, and the numbers of the index's state, of the answer and of the seed.
    let is_number =
        |line: &str| line.chars().all(|c| c.is_ascii_digit() || "-: ".contains(c)) && line.ends_with(|c: char| c.is_ascii_digit());
    let is_day = |line: &str| line.len() == DAY.len() && line.contains('-') && !line.contains(':');
    let added = |line: String| line.split_once(" に追加").map(|(_, rest)| format!("… に追加{rest}")).unwrap_or(line);
    let kept = text.lines().filter(|line| is_day(line) || !is_number(line));
    kept.map(masked).map(added).collect::<Vec<_>>().join("\n")
}

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
        let value = tight(&snapshot::without_entities(value));
        // Japanese fonts lack the sign between headings; the paper has the one that they have.
        let value = value.replace('›', "＞");
        ensure!(read.contains(&value), "{value} is not on paper: {read}");
    }
    appliance.stop()
}
