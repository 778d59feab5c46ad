//! The evidence sheet of an answer (根拠シート): what was asked and answered, each quotation with where and when it stands, and
//! what is needed to make the answer again. On screen and on paper it holds the same.

use crate::answer_view::RecordLine;
use crate::arranged_view;
use crate::page::Page;
use crate::paper::Block;
use crate::routes::version_name;
use crate::validity_view;
use crate::words;
use appliance_core::answer::{Answer, AnswerKind, AnswerSentence, AnsweredQuestion, Citation, Source, Support};
use appliance_core::id::{DocumentId, VersionId};
use appliance_core::ports::version::VersionEntry;
use std::collections::HashMap;

/// A line of the answer.
pub struct LineView {
    /// Its words, with its number where it has one.
    pub text: String,
    /// ①②
    pub marks: String,
    /// Why it is not to be relied on; empty where the check found it.
    pub doubt: String,
}

/// A quotation.
pub struct QuotationView {
    /// ①
    pub symbol: String,
    /// The document's title.
    pub title: String,
    /// The words, as they stand there.
    pub text: String,
    /// Document, version, place, days in force.
    pub facts: Vec<RecordLine>,
}

/// The sheet.
pub struct SheetView {
    /// The question.
    pub question: String,
    /// When it was asked, as of which day it was answered, what sort of answer it is.
    pub facts: Vec<RecordLine>,
    /// The answer.
    pub lines: Vec<LineView>,
    /// What is said in place of an answer, or besides.
    pub notes: Vec<String>,
    /// The quotations.
    pub quotations: Vec<QuotationView>,
    /// What is needed to make the answer again.
    pub record: Vec<RecordLine>,
}

/// The versions of the documents that an answer cites.
pub type Versions = HashMap<DocumentId, Vec<VersionEntry>>;

/// The sheet of a kept answer.
pub fn sheet(page: &Page, kept: &AnsweredQuestion, versions: &Versions) -> SheetView {
    let answer = &kept.answer;
    let line = |key: &str, value: String| RecordLine { label: page.t(key), value };
    let mut facts = vec![line("sheet-asked", page.date_time(kept.asked))];
    facts.extend(answer.as_of.map(|day| line("sheet-as-of", page.day(day.day))));
    facts.push(line("sheet-kind", words::kind(page, answer.kind)));
    let mut notes = Vec::new();
    if answer.kind == AnswerKind::Refused {
        notes.push(page.t("refusal"));
    }
    if answer.undecided {
        notes.push(page.t("kind-undecided-note"));
    }
    if answer.thin {
        notes.push(page.t("answer-thin"));
    }
    notes.push(page.t("sheet-checked"));
    SheetView {
        question: kept.question.clone(),
        facts,
        lines: lines(page, answer),
        notes,
        quotations: quotations(page, answer, versions),
        record: record(page, kept),
    }
}

fn lines(page: &Page, answer: &Answer) -> Vec<LineView> {
    let line = |label: &str, text: &str, sentence: &AnswerSentence| LineView {
        text: if label.is_empty() { text.to_owned() } else { format!("{label} {text}") },
        marks: sentence.citations.iter().map(|c| words::circled(c.source)).collect(),
        doubt: if sentence.support == Support::Supported { String::new() } else { page.t("unsupported") },
    };
    let Some(arranged) = &answer.arranged else { return answer.sentences.iter().map(|s| line("", &s.text, s)).collect() };
    let mut lines: Vec<LineView> = arranged.lead.iter().map(|lead| line("", &lead.text, lead)).collect();
    let rows = (1..).zip(&arranged.rows).map(|(number, row)| {
        let named = |(i, cell): (usize, &String)| match arranged.columns.get(i) {
            Some(column) if !column.is_empty() && !cell.is_empty() => format!("{column}: {cell}"),
            _ => cell.clone(),
        };
        let text = row.cells.iter().enumerate().map(named).filter(|c| !c.is_empty()).collect::<Vec<_>>().join(" / ");
        line(&arranged_view::label(arranged.form, &row.label, number), &text, &row.backing)
    });
    lines.extend(rows);
    lines
}

/// Each place once, in the order of the sources and of the text. After a refusal, the nearest places.
fn quotations(page: &Page, answer: &Answer, versions: &Versions) -> Vec<QuotationView> {
    let rows = answer.arranged.iter().flat_map(|a| a.lead.iter().chain(a.rows.iter().map(|r| &r.backing)));
    // Where rows are shown, the sentences that they took the place of are not cited.
    let sentences = answer.sentences.iter().filter(|_| answer.arranged.is_none()).chain(rows);
    let mut cited: Vec<Citation> = sentences.filter(|s| s.support == Support::Supported).flat_map(|s| s.citations.clone()).collect();
    cited.sort_by_key(|c| (c.source, c.quote));
    cited.dedup();
    cited.iter().filter_map(|c| Some(quotation(page, answer, answer.source(c.source)?, *c, versions))).collect()
}

fn quotation(page: &Page, answer: &Answer, source: &Source, citation: Citation, versions: &Versions) -> QuotationView {
    let stored = &source.passage;
    let text = &stored.passage.text;
    let place = answer.place(citation).map_or_else(|| stored.passage.locator.place.clone(), |l| l.place);
    let headings = words::headings(&stored.title, &stored.passage.heading_path);
    let line = |key: &str, value: String| RecordLine { label: page.t(key), value };
    let mut facts = vec![
        line("sheet-document", stored.title.clone()),
        line("sheet-version", version(page, versions, stored.document, stored.version)),
        line("sheet-place", [headings, words::place(page, &place)].into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")),
    ];
    let validity = validity_view::validity(page, &stored.days);
    facts.extend(validity.map(|v| line("sheet-in-force", format!("{} {}", v.mark, v.days))));
    facts.extend(words::recognised(page, stored.passage.recognised).map(|words| line("sheet-reading", words)));
    QuotationView {
        symbol: words::circled(source.number),
        title: stored.title.clone(),
        text: citation.quote.and_then(|q| q.slice(text)).unwrap_or(text).to_owned(),
        facts,
    }
}

/// The version by its number in the catalog, and by when it was added while it is still there.
fn version(page: &Page, versions: &Versions, document: DocumentId, version: VersionId) -> String {
    let entry = versions.get(&document).and_then(|v| v.iter().find(|v| v.id == version));
    let number = page.with("sheet-version-number", "number", version.to_string());
    entry.map_or_else(|| number.clone(), |entry| format!("{number} {}", version_name(page, entry)))
}

fn record(page: &Page, kept: &AnsweredQuestion) -> Vec<RecordLine> {
    let record = &kept.answer.record;
    let mut lines = Vec::new();
    let mut add = |key: &str, value: String| lines.push(RecordLine { label: page.t(key), value });
    match &record.generator {
        Some(model) => {
            add("record-generator", model.name.clone());
            add("sheet-generator-hash", model.hash.as_str().to_owned());
        }
        None => add("record-generator", page.t("sheet-no-generator")),
    }
    add("record-embedder", record.embedder.name.clone());
    add("sheet-embedder-hash", record.embedder.hash.as_str().to_owned());
    if let Some(prompt) = &record.prompt {
        add("record-prompt", prompt.clone());
    }
    add("record-seed", record.seed.to_string());
    add("sheet-generation", record.generation.map_or_else(|| page.t("sheet-not-kept"), |g| g.to_string()));
    add("sheet-answer", kept.id.to_string());
    lines
}

/// The sheet as it stands on paper.
pub fn on_paper(page: &Page, sheet: &SheetView) -> Vec<Block> {
    let named = |line: &RecordLine| format!("{}: {}", line.label, line.value);
    let mut blocks = vec![Block::Title(page.t("title-sheet"))];
    if !page.institution.is_empty() {
        blocks.push(Block::Small(page.institution.clone()));
    }
    blocks.push(Block::Heading(page.t("sheet-question")));
    blocks.push(Block::Text(sheet.question.clone()));
    blocks.extend(sheet.facts.iter().map(|f| Block::Small(named(f))));
    blocks.push(Block::Heading(page.t("answer")));
    for line in &sheet.lines {
        let doubt = if line.doubt.is_empty() { String::new() } else { format!(" [{}]", line.doubt) };
        blocks.push(Block::Text(format!("{}{}{doubt}", line.text, line.marks)));
    }
    blocks.extend(sheet.notes.iter().map(|n| Block::Small(n.clone())));
    if !sheet.quotations.is_empty() {
        blocks.push(Block::Heading(page.t("evidence")));
    }
    for quotation in &sheet.quotations {
        blocks.push(Block::Text(format!("{} {}", quotation.symbol, quotation.title)));
        blocks.push(Block::Quotation(quotation.text.clone()));
        blocks.extend(quotation.facts.iter().map(|f| Block::Small(named(f))));
    }
    blocks.push(Block::Heading(page.t("record")));
    blocks.extend(sheet.record.iter().map(|r| Block::Small(named(r))));
    blocks.push(Block::Heading(page.t("sheet-confirmed")));
    blocks.push(Block::Text(page.t("sheet-confirmed-lines")));
    blocks
}
