//! Asking: from a question to an answer whose every sentence was checked.

mod arranging;
mod drafting;
mod extracting;
mod nearness;
mod pinning;
mod reranking;
mod summarising;
mod surroundings;
mod writing;

pub use drafting::{Draft, PastQuestion, draft};
pub use extracting::{Extracted, FilledField, extract};
pub use reranking::reranked;
pub use summarising::{SectionSummary, Summary, summarise};

use crate::answer::{Answer, AnswerKind, AnswerRecord, AnswerSentence, Repeated, Source, Stage, Unresolved, UnresolvedReason};
use crate::answering::{AnswerMode, AnsweringPolicy};
use crate::asked::Asked;
use crate::citation::{self, Grounded, Verdict};
use crate::evidence::{self, Bearing, Choice, EvidenceThresholds, Ground, Quotation};
use crate::id::PassageId;
use crate::locator::Span;
use crate::passage::StoredPassage;
use crate::ports::models::TextRole;
use crate::ports::{Clock, Embedder, Generator, PassageIndex, PassageStore, PortError, Reranker};
use crate::prompt;
use crate::question::Question;
use crate::ranking::{HybridQuery, Ranking, ReferenceOutcome, ResolvedReference};
use crate::repetition::{Distinct, distinct};
use crate::validity::{self, AsOf, Day};
use crate::viewer::Viewer;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use thiserror::Error;
use tokio::sync::mpsc;
use writing::{Desk, Written};

/// How answers are made.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AskingPolicy {
    /// Passages to search for.
    pub candidates: usize,
    /// Passages that a reranker reads, where there is one.
    pub reranked: usize,
    /// Milliseconds that it may take; what it has not read by then keeps its place.
    pub reranking_ms: u64,
    /// Passages offered to the model, fewer when its budget is smaller.
    pub sources: usize,
    /// Characters of an answer that is quoted without a model.
    pub quoted_chars: usize,
    /// The share of the best sentence's weight that a sentence chosen by a small model must have.
    pub trusted_share: f32,
    /// When to refuse.
    pub evidence: EvidenceThresholds,
    /// How freely models write; its own section of the configuration.
    #[serde(skip)]
    pub answering: AnsweringPolicy,
}

impl Default for AskingPolicy {
    fn default() -> Self {
        Self {
            candidates: 24,
            reranked: 12,
            reranking_ms: 1_500,
            sources: 6,
            quoted_chars: 120,
            trusted_share: 0.9,
            evidence: EvidenceThresholds::default(),
            answering: AnsweringPolicy::default(),
        }
    }
}

/// What asking works with.
#[derive(Clone)]
pub struct Asking {
    /// The index.
    pub index: Arc<dyn PassageIndex>,
    /// The passages' texts, with the second permission check.
    pub passages: Arc<dyn PassageStore>,
    /// The embedder that the index was built with.
    pub embedder: Arc<dyn Embedder>,
    /// The generator; without one, answers are quoted from the best passage.
    pub generator: Option<Arc<dyn Generator>>,
    /// The reranker, where an operator brought one.
    pub reranker: Option<Arc<dyn Reranker>>,
    /// The clock, for the times of the stages.
    pub clock: Arc<dyn Clock>,
    /// How answers are made.
    pub policy: AskingPolicy,
}

/// What a reader sees while an answer is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum AskEvent {
    /// A stage begins.
    Stage {
        /// Which.
        stage: Stage,
        /// Passages found, once known.
        found: u32,
        /// Passages chosen, once known.
        chosen: u32,
    },
    /// What the answer will rest on.
    Sources {
        /// The sources, by number.
        sources: Vec<Source>,
    },
    /// A piece of text from the model, not yet checked.
    Token {
        /// The piece.
        text: String,
    },
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum AskError {
    /// The reader closed the connection; the work was stopped.
    #[error("the reader left")]
    ReaderLeft,
    /// A part of the appliance failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Answers `question` for `viewer`, telling `events` how far it is.
///
/// A refusal is an answer. Dropping the receiver of `events` stops the work.
#[tracing::instrument(name = "ask", skip_all, fields(viewer.id = %viewer.user()))]
pub async fn ask(asking: &Asking, viewer: &Viewer, question: &Question, events: &mpsc::Sender<AskEvent>) -> Result<Answer, AskError> {
    let mut walk = Walk { events, clock: asking.clock.as_ref(), started: None, stages: Vec::new() };

    walk.enter(Stage::Searching, 0, 0).await?;
    let ranking = search(asking, viewer, question, asking.policy.candidates).await?;
    let as_of = question.as_of(validity::today(asking.clock.as_ref()));
    let found = in_force(asking, viewer, as_of.day, &offered(&ranking)).await?;

    let count = found.len();
    walk.enter(Stage::Choosing, count, 0).await?;
    let asked = Asked::of(&question.words());
    let sources = sources_of(asking, viewer, question, &asked, &ranking, found).await?;
    let unresolved = unresolved(question, &ranking);
    let mode = asking.generator.as_ref().map_or(AnswerMode::Quote, |g| asking.policy.answering.mode_of(g.as_ref()));
    let generation = Some(asking.index.generation().await?);
    let record = |walk: &mut Walk<'_>, generator: Option<&Arc<dyn Generator>>| AnswerRecord {
        generator: generator.map(|g| g.identity().clone()),
        embedder: asking.embedder.identity().clone(),
        prompt: generator.map(|g| prompt::version(g.profile(), mode, question.language())),
        seed: question.seed,
        found: count as u32,
        generation,
        mode: Some(mode),
        rewritten: false,
        dropped: 0,
        stages: walk.finish(),
    };
    walk.send(AskEvent::Sources { sources: sources.clone() }).await?;
    let check = Check::new(asking, &asked, &ranking, &sources);
    if !check.evidence_suffices() || asks_only_for_what_is_not_there(&ranking) {
        return Ok(Decision::refused().into_answer(sources, unresolved, as_of, record(&mut walk, None)));
    }

    let decision = match &asking.generator {
        Some(generator) => {
            let passages: Vec<StoredPassage> = sources.iter().map(|s| s.passage.clone()).collect();
            let shown = prompt::within_budget(generator.as_ref(), mode, question.language(), &passages, &question.words()).await?;
            walk.enter(Stage::Writing, count, shown).await?;
            let desk = Desk { generator: generator.as_ref(), mode, question, shown: &sources[..shown], found: count };
            let written = desk.write(&mut walk).await?;
            walk.enter(Stage::Checking, count, shown).await?;
            check.decide(written, shown)
        }
        None => check.extract(),
    };
    let thin = decision.kind != AnswerKind::Refused && check.ground().is_thin(&asking.policy.evidence);
    let mut answer = decision.into_answer(sources, unresolved, as_of, record(&mut walk, asking.generator.as_ref()));
    answer.thin = thin;
    arranging::arrange(asking, viewer, question, &ranking.terms, &mut answer).await?;
    Ok(answer)
}

/// What an answer to a question would rest on.
#[derive(Debug, Clone)]
pub struct Gathered {
    /// What the question asks for.
    pub asked: Asked,
    /// What was found.
    pub ranking: Ranking,
    /// The passages chosen of it.
    pub sources: Vec<Source>,
}

/// Searches and chooses as [`ask`] does, and answers nothing: what measurements and tuning look at.
pub async fn gather(asking: &Asking, viewer: &Viewer, question: &Question) -> Result<Gathered, PortError> {
    let ranking = search(asking, viewer, question, asking.policy.candidates).await?;
    let as_of = question.as_of(validity::today(asking.clock.as_ref()));
    let found = in_force(asking, viewer, as_of.day, &offered(&ranking)).await?;
    let asked = Asked::of(&question.words());
    let sources = sources_of(asking, viewer, question, &asked, &ranking, found).await?;
    Ok(Gathered { asked, ranking, sources })
}

/// The sources of an answer among the passages found, with the neighbours that they need.
async fn sources_of(
    asking: &Asking,
    viewer: &Viewer,
    question: &Question,
    asked: &Asked,
    ranking: &Ranking,
    found: Vec<StoredPassage>,
) -> Result<Vec<Source>, PortError> {
    let mut chosen: Vec<Distinct> = distinct(found).into_iter().take(asking.policy.sources).collect();
    chosen.extend(surroundings::of(asking, viewer, &chosen).await?);
    let mut sources = choose(asked, ranking, chosen);
    nearness::complete(asking, question, ranking, &mut sources).await?;
    Ok(sources)
}

/// Embeds the question and searches both legs among what is in force on its day.
pub async fn search(asking: &Asking, viewer: &Viewer, question: &Question, limit: usize) -> Result<Ranking, PortError> {
    let embedded = asking.embedder.embed(TextRole::Query, vec![question.words()]).await?;
    let mut query = match embedded.into_iter().next() {
        Some(embedding) => HybridQuery::new(viewer, question, embedding, limit),
        None => HybridQuery::lexical(viewer, question, limit),
    };
    query.as_of = Some(question.as_of(validity::today(asking.clock.as_ref())).day);
    let pinned = pinning::search(asking, viewer, question, &query).await?;
    let (ranking, pinned) = match pinned {
        Some(pinned) if question.only_pins => (pinned, None),
        pinned => (asking.index.search(prepared(asking.passages.as_ref(), viewer, query).await?).await?, pinned),
    };
    let ranking = match &asking.reranker {
        Some(reranker) => reranked(reranker.as_ref(), asking.passages.as_ref(), &asking.policy, viewer, question, ranking).await?,
        None => ranking,
    };
    Ok(match pinned {
        Some(pinned) => pinning::before(&pinned, question, ranking),
        None => ranking,
    })
}

/// A search with what the library knows of it: the documents that meet its demands, and its collections' synonyms.
pub async fn prepared(passages: &dyn PassageStore, viewer: &Viewer, query: HybridQuery) -> Result<HybridQuery, PortError> {
    let documents = passages.narrowed(viewer, query.narrowing()).await?;
    let synonyms = passages.synonyms(viewer, query.collections()).await?;
    Ok(query.among(documents).widened(synonyms))
}

/// The passages of a ranking, best first: those that the viewer may see and that are in force on the day, as the catalog
/// has it now.
pub async fn found(asking: &Asking, viewer: &Viewer, as_of: AsOf, ranking: &Ranking) -> Result<Vec<StoredPassage>, PortError> {
    let ids: Vec<_> = ranking.passages.iter().map(|p| p.passage).collect();
    in_force(asking, viewer, as_of.day, &ids).await
}

/// Those of `ids` that the viewer may see and that are in force on a day, in their order.
pub async fn in_force(asking: &Asking, viewer: &Viewer, day: Day, ids: &[PassageId]) -> Result<Vec<StoredPassage>, PortError> {
    let mut found = asking.passages.visible_passages(viewer, ids).await?;
    found.retain(|p| p.days.include(day));
    Ok(found)
}

/// The passages found, after the places that are nearest to one that is not there.
fn offered(ranking: &Ranking) -> Vec<PassageId> {
    let nearest = ranking.references.iter().filter_map(|r| match &r.outcome {
        ReferenceOutcome::NoSuchPlace { nearest } => Some(nearest.iter().map(|(_, passage)| *passage)),
        _ => None,
    });
    let mut seen = HashSet::new();
    nearest.flatten().chain(ranking.passages.iter().map(|p| p.passage)).filter(|p| seen.insert(*p)).collect()
}

/// Whether the question names places of known regulations, none of which there is: another article is no answer.
fn asks_only_for_what_is_not_there(ranking: &Ranking) -> bool {
    let missing = |r: &ResolvedReference| matches!(r.outcome, ReferenceOutcome::NoSuchPlace { .. });
    ranking.references.iter().any(missing)
        && ranking.references.iter().all(|r| missing(r) || matches!(r.outcome, ReferenceOutcome::Unnamed))
}

/// The references that lead nowhere, as the question writes them.
fn unresolved(question: &Question, ranking: &Ranking) -> Vec<Unresolved> {
    let words = question.words();
    let of = |r: &ResolvedReference| {
        let reason = match r.outcome {
            ReferenceOutcome::NoSuchPlace { .. } => UnresolvedReason::NoSuchPlace,
            ReferenceOutcome::NoSuchName { .. } => UnresolvedReason::NoSuchName,
            ReferenceOutcome::Found { .. } | ReferenceOutcome::Unnamed => return None,
        };
        Some(Unresolved { written: r.span.slice(&words)?.to_owned(), reason })
    };
    ranking.references.iter().filter_map(of).collect()
}

/// The chosen passages as numbered sources with their strengths.
fn choose(asked: &Asked, ranking: &Ranking, chosen: Vec<Distinct>) -> Vec<Source> {
    let found: HashMap<_, _> = ranking.passages.iter().map(|p| (p.passage, p)).collect();
    let highest = ranking.passages.first().map_or(1.0, |p| p.score.0);
    let numbered = chosen.into_iter().enumerate().map(|(i, Distinct { passage, repeated })| {
        let ranked = found.get(&passage.id);
        let standing = ranked.map_or(0.0, |p| p.score.0 / highest);
        let similarity = ranked.and_then(|p| Some(p.vector?.score));
        let strength = evidence::strength(asked, &ranking.terms, &passage, standing, similarity);
        let repeated =
            repeated.into_iter().map(|s| Repeated { passage: s.id, document: s.document, title: s.title, locator: s.passage.locator });
        Source { number: i as u32 + 1, passage, strength, repeated: repeated.collect() }
    });
    numbered.collect()
}

/// What is shown as the answer.
struct Decision {
    kind: AnswerKind,
    sentences: Vec<AnswerSentence>,
    undecided: bool,
    rewritten: bool,
    dropped: u32,
}

impl Decision {
    fn of(kind: AnswerKind, sentences: Vec<AnswerSentence>) -> Self {
        Self { kind, sentences, undecided: false, rewritten: false, dropped: 0 }
    }

    fn refused() -> Self {
        Self::of(AnswerKind::Refused, Vec::new())
    }

    fn into_answer(self, sources: Vec<Source>, unresolved: Vec<Unresolved>, as_of: AsOf, record: AnswerRecord) -> Answer {
        let Self { kind, sentences, undecided, rewritten, dropped } = self;
        let record = AnswerRecord { rewritten, dropped, ..record };
        Answer { kind, sentences, undecided, thin: false, unresolved, sources, as_of: Some(as_of), arranged: None, record }
    }
}

/// What the check of an answer looks at.
struct Check<'a> {
    asking: &'a Asking,
    asked: &'a Asked,
    bearing: Bearing<'a>,
    sources: &'a [Source],
}

impl<'a> Check<'a> {
    fn new(asking: &'a Asking, asked: &'a Asked, ranking: &'a Ranking, sources: &'a [Source]) -> Self {
        let found = ranking.references.iter().filter_map(|r| match &r.outcome {
            ReferenceOutcome::Found { passages } => Some(passages),
            _ => None,
        });
        let named: HashSet<PassageId> = found.flatten().copied().collect();
        let named = sources.iter().take_while(|s| named.contains(&s.passage.id)).count();
        Self { asking, asked, bearing: Bearing::new(asked, &ranking.terms, sources, named), sources }
    }

    fn ground(&self) -> Ground {
        Ground::of(self.sources).judged_by(&self.asking.embedder.identity().hash)
    }

    /// Whether an answer may be built on the first sources, or on one of their sentences.
    fn evidence_suffices(&self) -> bool {
        let thresholds = &self.asking.policy.evidence;
        let decides = |(source, weight): (&Source, f32)| source.strength.identifiers && weight >= thresholds.decisive_weight;
        self.ground().suffices(thresholds) || self.bearing.heaviest().is_some_and(decides)
    }

    /// Decides what of the model's output is shown, and what takes its place. The model saw the first `shown` sources.
    fn decide(&self, written: Written, shown: usize) -> Decision {
        let Some(verdict) = written.verdict else {
            return match citation::verify_grounded(&written.output, &self.sources[..shown]) {
                Grounded::Quoted { quotation, short } => self.weigh(quotation, short),
                // A small model refuses too readily where the words plainly match; a larger one is believed.
                Grounded::Refusal if !self.words_match() => Decision::refused(),
                Grounded::Refusal | Grounded::Rejected => self.extract(),
            };
        };
        let decision = match verdict {
            Verdict::Checked(sentences) => {
                let (sentences, dropped) = writing::shown(sentences, self.asking.policy.answering.unsupported);
                Decision { dropped, ..Decision::of(AnswerKind::Composed, sentences) }
            }
            Verdict::Refusal => Decision::refused(),
            Verdict::Rejected(_) => self.extract(),
        };
        Decision { rewritten: written.rewritten, ..decision }
    }

    fn best(&self) -> Choice {
        let policy = &self.asking.policy;
        Choice::best(&self.bearing, policy.quoted_chars, policy.evidence.decisive_weight)
    }

    /// The sentences that bear most on the question.
    fn extract(&self) -> Decision {
        self.quoted(AnswerKind::Extracted, &self.best(), None)
    }

    /// Of running text the learned choice is shown, as the model's where it holds what the model chose. A row or rule that a
    /// small model chose is shown when it bears nearly as much on the question as the best there is, and when the question
    /// tells the rows of a table apart.
    fn weigh(&self, chosen: Quotation, short: Option<Span>) -> Decision {
        let best = self.best();
        let short = short.map(|span| Quotation { source: chosen.source, span }).filter(|short| self.answers(*short));
        if best.learned && best.holds(chosen) {
            return self.quoted(AnswerKind::Quoted, &best, short);
        }
        match Choice::of(&self.bearing, chosen.source, chosen.span) {
            Some(choice)
                if !best.learned
                    && !best.undecided
                    && !choice.undecided
                    && choice.weight >= self.asking.policy.trusted_share * best.weight =>
            {
                self.quoted(AnswerKind::Quoted, &choice, short)
            }
            _ => self.quoted(AnswerKind::Extracted, &best, None),
        }
    }

    /// Whether a short answer is of the kind that the question wants.
    fn answers(&self, short: Quotation) -> bool {
        let text = short.span.slice(&self.sources[short.source].passage.passage.text).unwrap_or("");
        match self.asked.value {
            Some(_) => self.asked.is_answered_by(text),
            // A bare figure (the number of a row) answers nothing that asks for no figure.
            None => text.chars().any(char::is_alphabetic),
        }
    }

    fn quoted(&self, kind: AnswerKind, choice: &Choice, short: Option<Quotation>) -> Decision {
        // A value that stands in front of a rule and its exception would hide one of them.
        let short = short.filter(|_| choice.quotations.len() == 1);
        let shown: Vec<Quotation> = short.into_iter().chain(choice.quotations.iter().copied()).collect();
        if shown.is_empty() {
            return Decision::refused();
        }
        Decision { undecided: choice.undecided, ..Decision::of(kind, citation::quote(&shown, self.sources)) }
    }

    fn words_match(&self) -> bool {
        self.sources.iter().any(|s| s.strength.identifiers && s.strength.coverage >= self.asking.policy.evidence.sufficient_coverage)
    }
}

/// Tells the reader how far the walk is, and keeps the time of each stage.
struct Walk<'a> {
    events: &'a mpsc::Sender<AskEvent>,
    clock: &'a dyn Clock,
    started: Option<(Stage, Timestamp)>,
    stages: Vec<(Stage, u64)>,
}

impl Walk<'_> {
    async fn enter(&mut self, stage: Stage, found: usize, chosen: usize) -> Result<(), AskError> {
        self.close();
        self.started = Some((stage, self.clock.now()));
        self.send(AskEvent::Stage { stage, found: found as u32, chosen: chosen as u32 }).await
    }

    async fn send(&self, event: AskEvent) -> Result<(), AskError> {
        self.events.send(event).await.map_err(|_| AskError::ReaderLeft)
    }

    fn close(&mut self) {
        if let Some((stage, since)) = self.started.take() {
            let elapsed = self.clock.now().duration_since(since).as_millis();
            self.stages.push((stage, u64::try_from(elapsed).unwrap_or(0)));
        }
    }

    fn finish(&mut self) -> Vec<(Stage, u64)> {
        self.close();
        std::mem::take(&mut self.stages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, ScriptedGenerator};

    async fn answer_with(generator: Option<&str>, question: &str) -> Answer {
        let mut asking = testing::asking(&[
            ("廃棄物条例", "市は、処理施設を設ける。粗大ごみの手数料は、1点につき500円とする。"),
            ("施設規則", "休館日は、月曜日とする。"),
        ])
        .await;
        asking.generator = generator.map(|text| Arc::new(ScriptedGenerator::grounded(text)) as Arc<dyn Generator>);
        let (events, mut seen) = mpsc::channel(64);
        let question = Question::new(question).expect("a question");
        let answer = ask(&asking, &testing::viewer(), &question, &events).await.expect("an answer");
        drop(events);
        while seen.recv().await.is_some() {}
        answer
    }

    #[tokio::test]
    async fn a_checked_quotation_is_shown() {
        let answer = answer_with(Some(" 500円[1]\n根拠[1]: 「粗大ごみの手数料は、1点につき500円とする。」"), "粗大ごみの手数料は").await;
        assert_eq!(answer.kind, AnswerKind::Quoted);
        assert_eq!(answer.sentences[0].text, "500円");
    }

    #[tokio::test]
    async fn an_invented_amount_gives_way_to_the_source() {
        let answer = answer_with(Some(" 900円[1]\n根拠[1]: 「粗大ごみの手数料は、1点につき900円とする。」"), "粗大ごみの手数料は").await;
        assert_eq!(answer.kind, AnswerKind::Extracted);
        assert_eq!(answer.sentences[0].text, "粗大ごみの手数料は、1点につき500円とする。");
    }

    #[tokio::test]
    async fn a_question_about_something_else_is_refused() {
        let answer = answer_with(Some(" 500円[1]\n根拠[1]: 「粗大ごみの手数料は、1点につき500円とする。」"), "火星の衛星フォボス").await;
        assert_eq!(answer.kind, AnswerKind::Refused);
        assert!(answer.sentences.is_empty());
    }

    #[tokio::test]
    async fn copies_are_one_source_with_the_others_named() {
        let text = "粗大ごみの手数料は、1点につき500円とする。";
        let asking = testing::asking(&[("条例", text), ("条例の写し", text), ("規則", "休館日は、月曜日とする。")]).await;
        let (events, _seen) = mpsc::channel(64);
        let question = Question::new("粗大ごみの手数料は").expect("a question");
        let answer = ask(&asking, &testing::viewer(), &question, &events).await.expect("an answer");
        assert_eq!(answer.sources.len(), 2);
        assert_eq!(answer.sources[0].repeated.len(), 1);
        assert_ne!(answer.sources[0].passage.title, answer.sources[0].repeated[0].title);
    }

    #[tokio::test]
    async fn a_reader_who_leaves_stops_the_work() {
        let asking = testing::asking(&[("規則", "休館日は、月曜日とする。")]).await;
        let (events, seen) = mpsc::channel(1);
        drop(seen);
        let question = Question::new("休館日").expect("a question");
        let outcome = ask(&asking, &testing::viewer(), &question, &events).await;
        assert!(matches!(outcome, Err(AskError::ReaderLeft)));
    }
}
