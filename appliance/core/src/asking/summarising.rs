//! Summing up one document: of each section what says most of it (map), and of those what says most of the document (reduce).
//!
//! A model that may compose writes a sentence or two for each section, which are checked as answers are; what fails gives way to
//! the section's own sentences. Every sentence has the page that it was taken from.

use super::{AskError, AskEvent, Asking};
use crate::answer::{AnswerSentence, Source, Support};
use crate::answering::AnswerMode;
use crate::citation::{self, Verdict};
use crate::evidence::{Quotation, Strength};
use crate::forms::summary::{self, Point, Section};
use crate::language::Language;
use crate::passage::StoredPassage;
use crate::ports::models::{GenerationRequest, Generator, ModelIdentity};
use crate::prompt;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

/// Sentences of a section, and of the whole.
const EACH: usize = 2;
const MOST: usize = 7;
/// Passages of a section that a model is shown.
const SHOWN: usize = 6;

/// What a section says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SectionSummary {
    /// Its headings, outermost first.
    pub headings: Vec<String>,
    /// Its sentences.
    pub sentences: Vec<AnswerSentence>,
}

/// What a document says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The sentences that say most of the whole, in the order of the document.
    pub points: Vec<AnswerSentence>,
    /// The sections.
    pub sections: Vec<SectionSummary>,
    /// The passages that are cited.
    pub sources: Vec<Source>,
    /// The model that composed, where one did.
    pub generator: Option<ModelIdentity>,
}

/// Sums up a document by its passages, all of one version and in their order.
#[tracing::instrument(name = "summarise", skip_all, fields(passage.count = passages.len()))]
pub async fn summarise(
    asking: &Asking,
    passages: Vec<StoredPassage>,
    language: Language,
    events: &mpsc::Sender<AskEvent>,
) -> Result<Summary, AskError> {
    let sections = summary::sections(&passages, EACH);
    let most = summary::most_telling(&sections, &passages, MOST);
    let composing = asking.generator.clone().filter(|g| asking.policy.answering.mode_of(g.as_ref()) == AnswerMode::Compose);
    let sources: Vec<Source> = (1..).zip(passages).map(|(number, passage)| source(number, passage)).collect();
    let mut told = Vec::new();
    for section in &sections {
        let composed = match &composing {
            Some(generator) => composed(generator.as_ref(), section, &sources, language).await?,
            None => Vec::new(),
        };
        let sentences = if composed.is_empty() { quoted(&section.points, &sources) } else { composed };
        told.push(SectionSummary { headings: section.headings.clone(), sentences });
        if events.is_closed() {
            return Err(AskError::ReaderLeft);
        }
    }
    let points = quoted(&most, &sources);
    let cited: Vec<u32> =
        points.iter().chain(told.iter().flat_map(|s| &s.sentences)).flat_map(|s| &s.citations).map(|c| c.source).collect();
    let sources = sources.into_iter().filter(|s| cited.contains(&s.number)).collect();
    Ok(Summary { points, sections: told, sources, generator: composing.map(|g| g.identity().clone()) })
}

fn source(number: u32, passage: StoredPassage) -> Source {
    let strength = Strength { coverage: 1.0, standing: 1.0, similarity: None, identifiers: true, owners: true };
    Source { number, passage, strength, repeated: Vec::new() }
}

fn quoted(points: &[Point], sources: &[Source]) -> Vec<AnswerSentence> {
    let quotations: Vec<Quotation> = points.iter().map(|p| Quotation { source: p.passage, span: p.span }).collect();
    citation::quote(&quotations, sources)
}

/// What a model says of a section, as far as it passes the check.
async fn composed(
    generator: &dyn Generator,
    section: &Section,
    sources: &[Source],
    language: Language,
) -> Result<Vec<AnswerSentence>, AskError> {
    let wanted = match language {
        Language::Ja => "資料の要点を2文以内でまとめてください。",
        Language::En => "Sum up the sources in at most two sentences.",
    };
    let range = &sources[section.passages.0..section.passages.1.min(section.passages.0 + SHOWN)];
    // Numbered from 1, as prompts are.
    let shown: Vec<Source> = (1..).zip(range).map(|(number, s)| Source { number, ..s.clone() }).collect();
    let passages: Vec<StoredPassage> = shown.iter().map(|s| s.passage.clone()).collect();
    let fitting = prompt::within_budget(generator, AnswerMode::Compose, language, &passages, wanted).await?;
    let request = GenerationRequest {
        prompt: prompt::build(generator.profile(), AnswerMode::Compose, language, &passages[..fitting], wanted),
        max_tokens: prompt::answer_tokens(generator.profile()),
        temperature: 0.0,
        seed: 0,
        constraint: None,
    };
    let mut tokens = generator.generate(request).await?;
    let mut output = String::new();
    while let Some(token) = tokens.recv().await {
        output.push_str(&token?);
    }
    let Verdict::Checked(sentences) = citation::verify_composed(&output, &shown[..fitting]) else { return Ok(Vec::new()) };
    let first = section.passages.0 as u32;
    let renumbered = sentences.into_iter().filter(|s| s.support == Support::Supported).map(|mut sentence| {
        sentence.citations.iter_mut().for_each(|c| c.source += first);
        sentence
    });
    Ok(renumbered.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, ScriptedGenerator, stored_passage};
    use std::sync::Arc;

    fn passages() -> Vec<StoredPassage> {
        let texts = [("貸出し", "図書は10冊まで2週間借りられます。"), ("複写", "複写は、図書の半分以下とします。料金は1枚10円です。")];
        let stored = texts.iter().enumerate().map(|(i, (heading, text))| {
            let mut stored = stored_passage(i as i64 + 1, "図書館利用案内", text);
            stored.passage.heading_path = vec![(*heading).to_owned()];
            stored
        });
        stored.collect()
    }

    #[tokio::test]
    async fn every_sentence_is_the_documents_own_with_its_place() {
        let asking = testing::asking(&[]).await;
        let (events, _seen) = mpsc::channel(8);
        let summary = summarise(&asking, passages(), Language::Ja, &events).await.expect("a summary");
        assert_eq!(summary.sections.len(), 2);
        for sentence in summary.points.iter().chain(summary.sections.iter().flat_map(|s| &s.sentences)) {
            let citation = sentence.citations[0];
            let source = summary.sources.iter().find(|s| s.number == citation.source).expect("a source");
            assert_eq!(citation.quote.and_then(|q| q.slice(&source.passage.passage.text)), Some(sentence.text.as_str()));
        }
    }

    #[tokio::test]
    async fn what_a_model_composes_is_checked_section_by_section() {
        let mut asking = testing::asking(&[]).await;
        asking.generator = Some(Arc::new(ScriptedGenerator::chat("料金は1枚10円です[1]。")) as Arc<dyn Generator>);
        asking.policy.answering.mode = crate::answering::ModeChoice::Compose;
        let (events, _seen) = mpsc::channel(8);
        let summary = summarise(&asking, passages(), Language::Ja, &events).await.expect("a summary");
        // The fee stands in the second section only; the first is told in its own words.
        assert!(summary.sections[0].sentences[0].verbatim);
        let second = &summary.sections[1].sentences[0];
        assert_eq!((second.verbatim, second.citations[0].source), (false, 2));
    }
}
