//! Answers: sentences with their citations, the sources they rest on, and how they came about.

use crate::answering::AnswerMode;
use crate::citation::Fault;
use crate::conversation::{Limits, Withheld};
use crate::evidence::Strength;
use crate::forms::Arranged;
use crate::id::{AnswerId, ConversationId, DocumentId, PassageId};
use crate::locator::{Locator, Span};
use crate::passage::StoredPassage;
use crate::ports::models::ModelIdentity;
use crate::validity::AsOf;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A passage shown to the model or offered to the reader, under the number it is cited by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// The number in `[n]`, from 1.
    pub number: u32,
    /// The passage.
    pub passage: StoredPassage,
    /// How it bears on the question.
    pub strength: Strength,
    /// Other documents that say the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repeated: Vec<Repeated>,
}

/// A place in another document that says the same as a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Repeated {
    /// The passage.
    pub passage: PassageId,
    /// Its document.
    pub document: DocumentId,
    /// The document's title.
    pub title: String,
    /// Where it stands.
    pub locator: Locator,
}

/// A reference of the question that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unresolved {
    /// As the question writes it.
    pub written: String,
    /// Why it leads nowhere.
    pub reason: UnresolvedReason,
}

/// Why a reference leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnresolvedReason {
    /// The regulation has no such place.
    NoSuchPlace,
    /// There is no such regulation.
    NoSuchName,
}

/// A pointer from a sentence to the place that backs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// The [`Source::number`].
    pub source: u32,
    /// The bytes of that passage's text that the sentence quotes; the whole passage when `None`.
    pub quote: Option<Span>,
}

/// Whether a sentence passed the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Support {
    /// What it says was found in what it cites.
    Supported,
    /// It was not. Shown struck through.
    Unsupported,
}

/// One sentence of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerSentence {
    /// The words, without citation marks.
    pub text: String,
    /// What it rests on.
    pub citations: Vec<Citation>,
    /// Whether the check found it there.
    pub support: Support,
    /// Whether the words are the source's own (shown as a quotation).
    pub verbatim: bool,
    /// In which respects it failed the check; none when it is supported.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

/// What sort of answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerKind {
    /// The model's own words, each sentence checked.
    Composed,
    /// The sources' words, chosen by the model and found to the letter.
    Quoted,
    /// The sources' words, chosen by overlap with the question, because what the model said failed the check or
    /// there is no model.
    Extracted,
    /// The sources do not say. The sources are the nearest that were found.
    Refused,
}

/// How an answer came about; enough to make it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerRecord {
    /// The generator, when one took part.
    pub generator: Option<ModelIdentity>,
    /// The embedder.
    pub embedder: ModelIdentity,
    /// The prompt's profile and content hash, when a generator took part.
    pub prompt: Option<String>,
    /// The seed.
    pub seed: u32,
    /// Passages found before the choice.
    pub found: u32,
    /// How freely the words were chosen; `None` in answers that were kept before there were modes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<AnswerMode>,
    /// Whether the model was asked once more because a sentence failed the check.
    #[serde(default)]
    pub rewritten: bool,
    /// Sentences that failed the check and were left out.
    #[serde(default)]
    pub dropped: u32,
    /// Which state of the index was searched; `None` in answers that were kept before it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// Milliseconds of each stage, in order.
    pub stages: Vec<(Stage, u64)>,
}

/// The stages of answering, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Embeds the question and searches.
    Searching,
    /// Chooses among what was found.
    Choosing,
    /// The model writes.
    Writing,
    /// Each sentence is checked.
    Checking,
}

/// An answer whose every sentence went through the check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// What sort.
    pub kind: AnswerKind,
    /// The sentences; none for a refusal.
    pub sentences: Vec<AnswerSentence>,
    /// Whether the sentences are rows of a table between which the question does not decide.
    #[serde(default)]
    pub undecided: bool,
    /// Whether it rests on little (`evidence::Ground::is_thin`): what is near is then offered with it.
    #[serde(default)]
    pub thin: bool,
    /// References of the question that lead nowhere. The nearest places are the first sources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unresolved: Vec<Unresolved>,
    /// The sources, by number.
    pub sources: Vec<Source>,
    /// The day as of which it answers; `None` in answers that were kept before there were days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<AsOf>,
    /// The answer in the form that was asked for; `None` for plain sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arranged: Option<Arranged>,
    /// How it came about.
    pub record: AnswerRecord,
}

impl Answer {
    /// The source of that number.
    pub fn source(&self, number: u32) -> Option<&Source> {
        self.sources.iter().find(|s| s.number == number)
    }

    /// The place that a citation points at, narrowed to its quotation; `None` when the source is gone.
    pub fn place(&self, citation: Citation) -> Option<Locator> {
        let locator = &self.source(citation.source)?.passage.passage.locator;
        Some(match citation.quote {
            Some(quote) => locator.narrowed(Span::new(locator.span.start + quote.start, locator.span.start + quote.end)),
            None => locator.clone(),
        })
    }
}

/// A question and its answer as kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnsweredQuestion {
    /// Its id.
    pub id: AnswerId,
    /// The conversation that it was asked in.
    pub conversation: ConversationId,
    /// The question, as typed.
    pub question: String,
    /// The question that was searched for, where the conversation made it another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub searched: Option<String>,
    /// What was searched.
    #[serde(default)]
    pub limits: Limits,
    /// The answer, as far as the person who looks may see it.
    pub answer: Answer,
    /// What of it they may not.
    #[serde(default)]
    pub withheld: Withheld,
    /// When it was asked.
    pub asked: Timestamp,
}
