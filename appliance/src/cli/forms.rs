//! `kura summarise`, `kura checklist` and `kura draft`: what is made of whole documents and of past answers.

use super::{ask, output, search};
use crate::catalog::IndexedLibrary;
use crate::wiring::{Place, Writing};
use anyhow::{Context as _, Result};
use appliance_core::answer::{AnswerSentence, Source};
use appliance_core::asking::{self, Draft, Summary};
use appliance_core::forms::checklist::{self, Doubt, Judged, Verdict};
use appliance_core::id::DocumentId;
use appliance_core::language::Language;
use appliance_core::ports::Library;
use appliance_core::ports::catalog::Edition;
use appliance_core::ports::reader::{Parser, SourceFile, Watch};
use appliance_core::question::Question;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::sync::mpsc;

#[derive(Debug, clap::Args)]
pub struct SummariseArguments {
    /// The document's number, as `kura document list` shows it
    document: i64,
    /// Read it as this person would; without it, as the operator, who sees everything
    #[arg(long = "as", value_name = "LOGIN")]
    login: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub struct ChecklistArguments {
    /// The draft, a file of any kind that Kura reads
    draft: PathBuf,
    /// The checklist: a file whose lines or rows are its items
    list: PathBuf,
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub struct DraftArguments {
    /// The question that is to be answered
    question: String,
    /// Ask as this person would; without it, as the operator, who sees everything
    #[arg(long = "as", value_name = "LOGIN")]
    login: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub async fn summarise(place: &Place, arguments: &SummariseArguments) -> Result<ExitCode> {
    let catalog = place.catalog().await?;
    let viewer = search::viewer(&catalog, arguments.login.as_deref()).await?;
    let engines = place.engines(Writing::Needed).await?;
    let index = place.index_to_read(&engines).await?;
    let library = IndexedLibrary::new(catalog.clone(), Arc::clone(&index) as _, Arc::default());
    let passages = library.passages_of(&viewer, DocumentId(arguments.document), Edition::Answering).await?;
    if passages.is_empty() {
        let hint = "see `kura document list`; a document must be searchable to be summed up";
        return Err(output::refusal(format!("there is no document {} to sum up", arguments.document), hint));
    }
    let asking = place.asking(&engines, index, catalog);
    let language = Language::of_text(&passages.iter().map(|p| p.passage.text.as_str()).take(5).collect::<String>());
    let (events, _seen) = mpsc::channel(8);
    let summary = asking::summarise(&asking, passages, language, &events).await?;
    if arguments.json {
        output::json(&summary)?;
    } else {
        print_summary(&summary)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print_summary(summary: &Summary) -> Result<()> {
    let line = |sentence: &AnswerSentence| output::line(format!("・{}{}", one_line(&sentence.text), places(sentence, &summary.sources)));
    summary.points.iter().try_for_each(line)?;
    for section in &summary.sections {
        output::line(format!("\n{}", section.headings.join(" › ")))?;
        section.sentences.iter().try_for_each(line)?;
    }
    Ok(())
}

/// Where a sentence stands.
fn places(sentence: &AnswerSentence, sources: &[Source]) -> String {
    let place = |number: u32| sources.iter().find(|s| s.number == number).map(|s| output::place(&s.passage.passage.locator.place));
    let mut places: Vec<String> = sentence.citations.iter().filter_map(|c| place(c.source)).collect();
    places.dedup();
    format!(" [{}]", places.join(", "))
}

pub async fn checklist(place: &Place, arguments: &ChecklistArguments) -> Result<ExitCode> {
    let (draft, list) = (read(place, &arguments.draft).await?, read(place, &arguments.list).await?);
    let items = checklist::items(&list.parsed.document.printed());
    if items.is_empty() {
        return Err(output::refusal(format!("{} holds no items", arguments.list.display()), "write one item a line"));
    }
    let judged = checklist::judge(&items, &draft.passages);
    if arguments.json {
        output::json(&judged)?;
    } else {
        judged.iter().try_for_each(print_judged)?;
    }
    let all_met = judged.iter().all(|j| j.verdict == Verdict::Met);
    Ok(if all_met { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

async fn read(place: &Place, file: &Path) -> Result<appliance_core::document::Reading> {
    let name = file.file_name().and_then(|n| n.to_str()).context("the file has no name")?.to_owned();
    let source = SourceFile::new(std::path::absolute(file)?, name);
    let parser = place.parser();
    crate::wiring::blocking(move || Ok(parser.read(&source, &Watch::default())?)).await
}

fn print_judged(judged: &Judged) -> Result<()> {
    let (mark, words) = match (judged.verdict, judged.doubt) {
        (Verdict::Met, _) => ("○", "満たす".to_owned()),
        (Verdict::Missing, _) => ("×", "見当たらない".to_owned()),
        (Verdict::Unclear, doubt) => ("△", format!("要確認（{}）", doubt_words(doubt))),
    };
    output::line(format!("{mark} {words}\t{}", judged.item))?;
    if let (Some(quotation), Some(place)) = (&judged.quotation, &judged.place) {
        output::line(format!("    「{}」 [{}]", one_line(quotation), output::place(&place.place)))?;
    }
    Ok(())
}

fn doubt_words(doubt: Option<Doubt>) -> &'static str {
    match doubt {
        Some(Doubt::OtherNumber) => "数字が違うか、ありません",
        Some(Doubt::Denied) => "肯定と否定が逆です",
        Some(Doubt::TooShort) => "項目の語が少なすぎます",
        Some(Doubt::Partly) | None => "一部の語だけがあります",
    }
}

pub async fn draft(place: &Place, arguments: &DraftArguments) -> Result<ExitCode> {
    let question = Question::new(&arguments.question)?;
    let catalog = place.catalog().await?;
    let viewer = search::viewer(&catalog, arguments.login.as_deref()).await?;
    let engines = place.engines(Writing::Needed).await?;
    let index = place.index_to_read(&engines).await?;
    search::refuse_lost_index(index.as_ref(), &catalog).await?;
    let asking = place.asking(&engines, index, catalog);
    let (events, seen) = mpsc::channel(64);
    let told = tokio::spawn(ask::tell_progress(seen));
    let draft = asking::draft(&asking, &viewer, &question, &events).await;
    drop(events);
    told.await?;
    let draft = draft?;
    if arguments.json {
        output::json(&draft)?;
    } else {
        print_draft(&draft, question.language())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print_draft(draft: &Draft, language: Language) -> Result<()> {
    output::line(match language {
        Language::Ja => "【下書き】 事実は根拠と照合してあります。言い回しは過去の回答のものです。\n",
        Language::En => "[Draft] The facts were checked against their sources. The wording is that of a past answer.\n",
    })?;
    draft.opening.iter().try_for_each(output::line)?;
    ask::print_sentences(&draft.answer, language)?;
    draft.closing.iter().try_for_each(output::line)?;
    if let Some(past) = &draft.past {
        let place = places(&past.question, &draft.answer.sources);
        output::line(format!("\n{}{place}\n{}", one_line(&past.question.text), one_line(&past.answer.text)))?;
    }
    Ok(())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
