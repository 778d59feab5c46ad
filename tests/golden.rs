//! The golden questions of the sample library, asked of the real binary with the real models.
//!
//! Prints the figures. Fails when the right document and page stand among the first three candidates for fewer than
//! 95 % of the questions, when answers lack their facts or hold a neighbour's value, when a citation leads nowhere, when a question without an answer gets one,
//! or when any of the four gates says NG.

use anyhow::{Context, Result, ensure};
use kura_tests::appliance::DataFolder;
use kura_tests::gates::{self, Findings, Table};
use kura_tests::golden::{self, GoldenQuestion};
use kura_tests::{Appliance, Visitor, workspace};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Instant;

#[derive(Default)]
struct Figures {
    answerable: usize,
    found_first: usize,
    found_in_three: usize,
    answered: usize,
    with_facts: usize,
    with_wrong: usize,
    citations: usize,
    resolved: usize,
    unanswerable: usize,
    refused: usize,
    kinds: HashMap<String, usize>,
    misses: Vec<String>,
    seconds: Vec<f64>,
    gates: Table,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_golden_questions_are_answered_from_the_right_place() -> Result<()> {
    let data = DataFolder::prepare()?;
    // Each folder on its own, as deploy/run does: a document's name is its path below the folder that was named.
    let folders = ["municipal", "university", "helpdesk"].map(|folder| workspace::sample(folder).display().to_string());
    let editions = ["1", "2", "3", "4"].map(|n| workspace::sample_library().join("editions").join(n).display().to_string());
    let all: Vec<&str> = std::iter::once("ingest").chain(folders.iter().chain(&editions).map(String::as_str)).collect();
    data.kura(&all)?;
    let appliance = Appliance::start(&data).await?;
    let visitor = Visitor::administrator(&appliance, &data).await?;
    let names = file_names(&visitor).await?;

    let mut figures = Figures::default();
    let mut report = Vec::new();
    let recognises = recognises(&data)?;
    for question in golden::questions()? {
        if question.scanned && !recognises {
            skipped(&question);
            continue;
        }
        let since = Instant::now();
        let answer = visitor.ask_as_of(&question.question, question.as_of.as_deref().unwrap_or_default()).await?;
        figures.seconds.push(since.elapsed().as_secs_f64());
        judge(&visitor, &names, &question, &answer, &mut figures).await?;
        report.push(json!({ "question": question.question, "kind": answer["kind"], "sentences": answer["sentences"], "first": answer["sources"][0]["passage"]["title"], "strength": answer["sources"][0]["strength"] }));
    }
    std::fs::write(workspace::artefacts()?.join("golden.json"), serde_json::to_string_pretty(&report)?)?;
    print_figures(&mut figures);

    ensure!(figures.answerable >= 40 && figures.unanswerable >= 8, "the golden set is complete");
    let share = figures.found_in_three as f64 / figures.answerable as f64;
    ensure!(share >= 0.95, "right document and page among the first three for {share:.3}, at least 0.95 is asked");
    let share = figures.with_facts as f64 / figures.answerable as f64;
    ensure!(share >= 0.93, "the answer holds the facts for {share:.3}, at least 0.93 is asked");
    ensure!(figures.with_wrong == 0, "{} answers hold the value of a neighbouring row", figures.with_wrong);
    ensure!(figures.resolved == figures.citations, "{} of {} citations lead to their place", figures.resolved, figures.citations);
    ensure!(
        figures.refused == figures.unanswerable,
        "{} of {} questions without an answer were refused",
        figures.refused,
        figures.unanswerable
    );
    ensure!(figures.gates.wrong() == 0, "{} marks of the four gates are NG", figures.gates.wrong());
    appliance.stop()
}

/// Whether the appliance can recognise characters in scans here. One that could and fails is asked all the same.
fn recognises(data: &DataFolder) -> Result<bool> {
    let notice = workspace::sample("粗大ごみ臨時収集のお知らせ.pdf");
    let seen: Value = serde_json::from_str(&data.kura(&["inspect", "--json", &notice.display().to_string()])?)?;
    let missing = |w: &Value| w["kind"] == "not_recognised" && w["reason"].as_str().is_some_and(|r| r.starts_with("tesseract"));
    Ok(!seen["warnings"].as_array().into_iter().flatten().any(missing))
}

#[expect(clippy::print_stdout, reason = "a question that is not asked must be seen")]
fn skipped(question: &GoldenQuestion) {
    println!("golden: skipped without tesseract and its Japanese data: {}", question.question);
}

async fn file_names(visitor: &Visitor) -> Result<HashMap<i64, String>> {
    let entries = visitor.get_json("/api/documents").await?;
    let mut names = HashMap::new();
    for entry in entries.as_array().context("a list of documents")? {
        ensure!(entry["state"] == "searchable", "{} is {}: {}", entry["file_name"], entry["state"], entry["failure"]);
        names.insert(entry["id"].as_i64().context("an id")?, entry["file_name"].as_str().context("a name")?.to_owned());
    }
    Ok(names)
}

async fn judge(
    visitor: &Visitor,
    names: &HashMap<i64, String>,
    golden: &GoldenQuestion,
    answer: &Value,
    figures: &mut Figures,
) -> Result<()> {
    let kind = answer["kind"].as_str().unwrap_or_default().to_owned();
    *figures.kinds.entry(kind.clone()).or_default() += 1;
    let mut findings = Findings { answerable: !golden.unanswerable, refused: kind == "refused", ..Findings::default() };
    if golden.unanswerable {
        figures.unanswerable += 1;
        figures.gates.add(&golden.question, &findings);
        if kind == "refused" {
            figures.refused += 1;
        } else {
            figures.misses.push(format!("not refused: {}", golden.question));
        }
        return Ok(());
    }
    figures.answerable += 1;
    let sources = answer["sources"].as_array().cloned().unwrap_or_default();
    let rank = sources.iter().position(|s| is_right(&s["passage"], golden, names));
    figures.found_first += usize::from(rank == Some(0));
    figures.found_in_three += usize::from(rank.is_some_and(|r| r < 3));
    if rank.is_none_or(|r| r >= 3) {
        figures.misses.push(format!("place not among the first three ({rank:?}): {}", golden.question));
    }
    findings.right_place = rank.is_some_and(|r| r < 3);
    if kind == "refused" {
        figures.misses.push(format!("refused: {}", golden.question));
        figures.gates.add(&golden.question, &findings);
        return Ok(());
    }
    figures.answered += 1;
    let sentences = answer["sentences"].as_array().cloned().unwrap_or_default();
    let said: String = sentences.iter().filter(|s| s["support"] == "supported").filter_map(|s| s["text"].as_str()).collect();
    let wrong: Vec<&String> = golden.wrong.iter().filter(|w| golden::holds(&said, w)).collect();
    if !wrong.is_empty() {
        figures.with_wrong += 1;
        figures.misses.push(format!("a neighbour's {wrong:?} in the answer ({kind}): {}", golden.question));
    }
    findings.holds_wrong = !wrong.is_empty();
    findings.holds_facts = golden.facts.iter().all(|f| golden::holds(&said, f));
    if findings.holds_facts {
        figures.with_facts += 1;
    } else {
        figures.misses.push(format!("facts {:?} not in the answer ({kind}): {}", golden.facts, golden.question));
    }
    for citation in sentences.iter().flat_map(|s| s["citations"].as_array().cloned().unwrap_or_default()) {
        figures.citations += 1;
        findings.citations.0 += 1;
        if leads_to_its_place(visitor, &sources, &citation).await? {
            figures.resolved += 1;
            findings.citations.1 += 1;
        } else {
            figures.misses.push(format!("citation {citation} leads nowhere: {}", golden.question));
        }
    }
    findings.structure = gates::structure(answer);
    figures.gates.add(&golden.question, &findings);
    Ok(())
}

/// Whether a passage lies in the right document, and on the right page or sheet (and row, for a cell).
fn is_right(passage: &Value, golden: &GoldenQuestion, names: &HashMap<i64, String>) -> bool {
    let document = passage["document"].as_i64().and_then(|d| names.get(&d));
    if document.map(String::as_str) != golden.document.as_deref() {
        return false;
    }
    let place = &passage["locator"]["place"];
    match (golden.page, &golden.cell) {
        (Some(page), _) => place["lines"].as_array().into_iter().flatten().any(|l| l["page"] == page),
        (None, Some(cell)) => {
            let sheet_fits = golden.sheet.as_deref().is_none_or(|s| place["name"] == s);
            let digits = cell.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
            let row: i64 = cell[digits..].parse().unwrap_or(0);
            let holds =
                |v: &Value| v["first"]["row"].as_i64().is_some_and(|f| f < row) && v["last"]["row"].as_i64().is_some_and(|l| row <= l + 1);
            sheet_fits && holds(&place["range"])
        }
        (None, None) => true,
    }
}

/// Follows a citation as its link in the page does: the viewer must open there with something highlighted.
async fn leads_to_its_place(visitor: &Visitor, sources: &[Value], citation: &Value) -> Result<bool> {
    let Some(source) = sources.iter().find(|s| s["number"] == citation["source"]) else { return Ok(false) };
    let passage = &source["passage"];
    let place = &passage["locator"]["place"];
    let at = match place["kind"].as_str() {
        Some("pages") => format!("page/{}", place["lines"][0]["page"]),
        Some("cells") => format!("cell/{}/A{}", place["sheet"], place["range"]["first"]["row"].as_i64().unwrap_or(0) + 1),
        _ => format!("line/{}", place["first_line"]),
    };
    let quote = match (citation["quote"]["start"].as_u64(), citation["quote"]["end"].as_u64()) {
        (Some(start), Some(end)) => format!("&quote={start}-{end}"),
        _ => String::new(),
    };
    let reply = visitor.get(&format!("/documents/{}/at/{at}?passage={}{quote}", passage["document"], passage["id"])).await?;
    Ok(reply.status.is_success() && reply.body.contains("cited"))
}

#[expect(clippy::print_stdout, reason = "the figures are what this test is run for")]
fn print_figures(f: &mut Figures) {
    f.seconds.sort_by(f64::total_cmp);
    let share = |n: usize, of: usize| format!("{n}/{of} = {:.3}", n as f64 / of.max(1) as f64);
    println!("golden: right place first            {}", share(f.found_first, f.answerable));
    println!("golden: right place in first three   {}", share(f.found_in_three, f.answerable));
    println!("golden: answered                     {}", share(f.answered, f.answerable));
    println!("golden: answer holds all facts       {}", share(f.with_facts, f.answerable));
    println!("golden: answer holds a wrong value   {}", share(f.with_wrong, f.answered));
    println!("golden: citations that resolve       {}", share(f.resolved, f.citations));
    println!("golden: unanswerable refused         {}", share(f.refused, f.unanswerable));
    println!("golden: kinds of answers             {:?}", f.kinds);
    let at = |q: f64| f.seconds[((f.seconds.len() - 1) as f64 * q) as usize];
    println!("golden: seconds an answer            p50 {:.1}, p95 {:.1}", at(0.5), at(0.95));
    for line in f.gates.to_string().lines() {
        println!("golden: {line}");
    }
    for note in &f.gates.noted {
        println!("golden: {note}");
    }
    for miss in &f.misses {
        println!("golden: miss: {miss}");
    }
}
