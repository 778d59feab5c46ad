//! Measuring answers: questions whose answers are known asked of their own corpus, and questions of another corpus, which
//! this one cannot answer, through the real search, model and check.

use super::{read_lines, viewer};
use anyhow::{Context as _, Result};
use appliance_core::answer::{Answer, AnswerKind};
use appliance_core::asking::{AskEvent, Asking, ask};
use appliance_core::document::Format;
use appliance_core::folding::fold_tight;
use appliance_core::id::{CollectionId, DocumentId, PassageId, VersionId};
use appliance_core::locator::{Locator, Place, Span};
use appliance_core::narrowing::Narrowing;
use appliance_core::passage::{Passage, StoredPassage};
use appliance_core::ports::index::IndexedPassage;
use appliance_core::ports::{PassageIndex, PassageStore, PortError};
use appliance_core::question::{MAX_QUESTION_CHARS, Question};
use appliance_core::ranking::{Embedding, HybridQuery, Ranking};
use appliance_core::viewer::Viewer;
use async_trait::async_trait;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc;

/// A question whose answers are known.
#[derive(Debug, Clone, Deserialize)]
pub struct AnswerableQuestion {
    /// The question.
    pub question: String,
    /// Texts each of which answers it.
    #[serde(default)]
    pub answers: Vec<String>,
}

/// Questions of a set that have an answer, spread over the set: `limit` of them, every n-th from `offset` on.
pub fn read_questions(folder: &Path, limit: usize, every: (usize, usize)) -> Result<Vec<AnswerableQuestion>> {
    let all: Vec<AnswerableQuestion> = read_lines(&folder.join("queries.jsonl"))?;
    let (offset, step) = every;
    let answerable = all.into_iter().filter(|q| !q.answers.is_empty()).skip(offset).step_by(step.max(1));
    let half: Vec<AnswerableQuestion> = answerable.collect();
    let stride = (half.len() / limit.max(1)).max(1);
    Ok(half.into_iter().step_by(stride).take(limit).collect())
}

/// An index that remembers the passages put into it, so that answers can be made of them without a catalog.
pub struct Remembering {
    index: Arc<dyn PassageIndex>,
    stored: Mutex<HashMap<PassageId, StoredPassage>>,
}

impl Remembering {
    /// Around an empty index.
    pub fn new(index: Arc<dyn PassageIndex>) -> Self {
        Self { index, stored: Mutex::default() }
    }
}

#[async_trait]
impl PassageIndex for Remembering {
    async fn upsert(&self, passages: Vec<IndexedPassage>) -> Result<(), PortError> {
        self.stored.lock().extend(passages.iter().map(|p| (p.id, stored(p))));
        self.index.upsert(passages).await
    }

    async fn embed(&self, made: Vec<(PassageId, Embedding)>) -> Result<(), PortError> {
        self.index.embed(made).await
    }

    async fn remove_version(&self, version: VersionId) -> Result<(), PortError> {
        self.stored.lock().retain(|_, p| p.version != version);
        self.index.remove_version(version).await
    }

    async fn commit(&self) -> Result<(), PortError> {
        self.index.commit().await
    }

    async fn search(&self, query: HybridQuery) -> Result<Ranking, PortError> {
        self.index.search(query).await
    }

    async fn clear(&self) -> Result<(), PortError> {
        self.stored.lock().clear();
        self.index.clear().await
    }

    async fn len(&self) -> Result<u64, PortError> {
        self.index.len().await
    }

    async fn generation(&self) -> Result<u64, PortError> {
        self.index.generation().await
    }
}

#[async_trait]
impl PassageStore for Remembering {
    async fn visible_passages(&self, viewer: &Viewer, ids: &[PassageId]) -> Result<Vec<StoredPassage>, PortError> {
        let stored = self.stored.lock();
        Ok(ids.iter().filter_map(|id| stored.get(id)).filter(|p| viewer.can_see(p.collection, p.document)).cloned().collect())
    }

    /// Entries of a corpus say no kind, date or department, so that none meets such a demand.
    async fn narrowed(&self, _: &Viewer, narrowing: &Narrowing) -> Result<Option<BTreeSet<DocumentId>>, PortError> {
        Ok(narrowing.is_of_documents().then(BTreeSet::new))
    }

    async fn synonyms(&self, _: &Viewer, _: &[CollectionId]) -> Result<String, PortError> {
        Ok(String::new())
    }

    /// Passages are numbered in the order of their texts.
    async fn neighbours(&self, viewer: &Viewer, ids: &[PassageId]) -> Result<Vec<StoredPassage>, PortError> {
        let stored = self.stored.lock();
        let around = ids.iter().filter_map(|id| Some((stored.get(id)?.version, [PassageId(id.0 - 1), PassageId(id.0 + 1)])));
        let near = around.flat_map(|(version, near)| near.map(|id| (version, id)));
        let found = near.filter_map(|(version, id)| stored.get(&id).filter(|p| p.version == version));
        Ok(found.filter(|p| viewer.can_see(p.collection, p.document)).cloned().collect())
    }
}

fn stored(passage: &IndexedPassage) -> StoredPassage {
    let place = Place::Text { first_line: 1, last_line: 1 };
    let locator = Locator { span: Span::new(0, passage.text.len()), place };
    StoredPassage {
        id: passage.id,
        document: passage.document,
        version: passage.version,
        collection: passage.collection,
        title: passage.title.clone(),
        format: Format::Text,
        days: passage.days,
        passage: Passage { ordinal: 0, heading_path: passage.heading_path.clone(), text: passage.text.clone(), locator, recognised: None },
    }
}

/// What became of one question.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// The question.
    pub question: String,
    /// What would have been right; empty where nothing in the corpus answers it.
    pub expected: Vec<String>,
    /// Which sort of answer it got.
    pub kind: AnswerKind,
    /// The sentences shown.
    pub shown: Vec<String>,
    /// The first sentence is one of the answers, to the letter.
    pub exact: bool,
    /// The F1 of the characters of the first sentence and the nearest answer.
    pub f1: f64,
    /// An answer stands in what is shown.
    pub contained: bool,
    /// Citations, and those among them whose passage holds an answer.
    pub citations: (usize, usize),
    /// Seconds to the answer.
    pub answer_s: f64,
    /// Seconds to the first word of the model, where it wrote one.
    pub first_token_s: Option<f64>,
}

/// What was measured over the questions of one sort of answer, or over all.
#[derive(Debug, Clone, Default, Serialize)]
pub struct AnswerQuality {
    /// Questions that the corpus answers.
    pub questions: usize,
    /// Share whose first sentence is an answer to the letter.
    pub em: f64,
    /// Mean F1 of characters.
    pub f1: f64,
    /// Share in whose shown words an answer stands.
    pub containment: f64,
    /// Mean number of characters shown.
    pub characters: f64,
    /// Share of the citations whose passage holds an answer.
    pub citation_precision: f64,
    /// Share of the questions with a citation whose passage holds an answer.
    pub citation_recall: f64,
    /// Mean seconds to the answer.
    pub answer_s: f64,
    /// Mean seconds to the model's first word.
    pub first_token_s: f64,
}

/// What was measured of a set.
#[derive(Debug, Clone, Serialize)]
pub struct AnswerMeasurement {
    /// Over all questions that the corpus answers.
    #[serde(flatten)]
    pub quality: AnswerQuality,
    /// Questions of the other corpus.
    pub unanswerable: usize,
    /// Share of the refusals that were right.
    pub refusal_precision: f64,
    /// Share of the unanswerable questions that were refused.
    pub refusal_recall: f64,
    /// Share of the answerable questions that were refused.
    pub answerable_refused: f64,
    /// The generator.
    pub model: String,
    /// By the sort of answer.
    pub modes: BTreeMap<String, AnswerQuality>,
}

/// Asks all questions of the corpus. `told` hears how far it is.
pub async fn measure(
    asking: &Asking,
    answerable: &[AnswerableQuestion],
    unanswerable: &[AnswerableQuestion],
    told: &dyn Fn(&'static str, usize, usize),
) -> Result<(AnswerMeasurement, Vec<Outcome>)> {
    let viewer = viewer();
    let mut outcomes = Vec::with_capacity(answerable.len() + unanswerable.len());
    let total = answerable.len() + unanswerable.len();
    let none: [String; 0] = [];
    let all = answerable.iter().map(|q| (q, q.answers.as_slice())).chain(unanswerable.iter().map(|q| (q, none.as_slice())));
    for (i, (question, expected)) in all.enumerate() {
        told("questions", i, total);
        outcomes.push(outcome(asking, &viewer, &question.question, expected).await?);
    }
    told("questions", total, total);
    let model = asking.generator.as_ref().map_or_else(|| "none".to_owned(), |g| g.identity().name.clone());
    Ok((summary(&outcomes, model), outcomes))
}

async fn outcome(asking: &Asking, viewer: &Viewer, text: &str, expected: &[String]) -> Result<Outcome> {
    let question = Question::new(&text.chars().take(MAX_QUESTION_CHARS).collect::<String>())?;
    let (events, mut seen) = mpsc::channel(64);
    let started = Instant::now();
    let first = tokio::spawn(async move {
        let mut first = None;
        while let Some(event) = seen.recv().await {
            if matches!(event, AskEvent::Token { .. }) && first.is_none() {
                first = Some(started.elapsed().as_secs_f64());
            }
        }
        first
    });
    let answer = ask(asking, viewer, &question, &events).await.context("a question could not be answered")?;
    let answer_s = started.elapsed().as_secs_f64();
    drop(events);
    Ok(judged(text, expected, &answer, answer_s, first.await?))
}

fn judged(text: &str, expected: &[String], answer: &Answer, answer_s: f64, first_token_s: Option<f64>) -> Outcome {
    let shown: Vec<String> = answer.sentences.iter().map(|s| s.text.clone()).collect();
    let first = shown.first().map(|s| normal(s)).unwrap_or_default();
    let whole = normal(&shown.concat());
    let expected_normal: Vec<String> = expected.iter().map(|a| normal(a)).filter(|a| !a.is_empty()).collect();
    let mut cited = HashSet::new();
    for citation in answer.sentences.iter().flat_map(|s| &s.citations) {
        cited.insert(citation.source);
    }
    let holds = |number: &&u32| {
        let text = answer.source(**number).map(|s| normal(&s.passage.passage.with_headings(&s.passage.title))).unwrap_or_default();
        expected_normal.iter().any(|a| text.contains(a.as_str()))
    };
    Outcome {
        question: text.to_owned(),
        expected: expected.to_vec(),
        kind: answer.kind,
        exact: expected_normal.contains(&first),
        f1: expected_normal.iter().map(|a| character_f1(&first, a)).fold(0.0, f64::max),
        contained: expected_normal.iter().any(|a| whole.contains(a.as_str())),
        citations: (cited.len(), cited.iter().filter(holds).count()),
        shown,
        answer_s,
        first_token_s,
    }
}

/// A text as it is compared: folded, without white space and marks.
pub(crate) fn normal(text: &str) -> String {
    fold_tight(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// F1 over the characters of two texts, each counted as often as it stands there.
fn character_f1(a: &str, b: &str) -> f64 {
    let mut left: HashMap<char, usize> = HashMap::new();
    for c in b.chars() {
        *left.entry(c).or_default() += 1;
    }
    let mut common = 0;
    for c in a.chars() {
        if let Some(n) = left.get_mut(&c).filter(|n| **n > 0) {
            *n -= 1;
            common += 1;
        }
    }
    let (a, b) = (a.chars().count(), b.chars().count());
    if common == 0 { 0.0 } else { 2.0 * f64::from(common) / (a + b) as f64 }
}

fn summary(outcomes: &[Outcome], model: String) -> AnswerMeasurement {
    let (answerable, unanswerable): (Vec<&Outcome>, Vec<&Outcome>) = outcomes.iter().partition(|o| !o.expected.is_empty());
    let refused = |some: &[&Outcome]| some.iter().filter(|o| o.kind == AnswerKind::Refused).count();
    let (wrongly, rightly) = (refused(&answerable), refused(&unanswerable));
    let mut modes: BTreeMap<String, Vec<&Outcome>> = BTreeMap::new();
    for outcome in &answerable {
        modes.entry(format!("{:?}", outcome.kind).to_lowercase()).or_default().push(outcome);
    }
    AnswerMeasurement {
        quality: quality(&answerable),
        unanswerable: unanswerable.len(),
        refusal_precision: share(rightly, rightly + wrongly),
        refusal_recall: share(rightly, unanswerable.len()),
        answerable_refused: share(wrongly, answerable.len()),
        model,
        modes: modes.into_iter().map(|(mode, some)| (mode, quality(&some))).collect(),
    }
}

fn quality(outcomes: &[&Outcome]) -> AnswerQuality {
    let n = outcomes.len();
    let count = |test: &dyn Fn(&Outcome) -> bool| outcomes.iter().filter(|o| test(o)).count();
    let mean = |of: &dyn Fn(&Outcome) -> f64| rounded(outcomes.iter().map(|o| of(o)).sum::<f64>() / n.max(1) as f64);
    let first: Vec<f64> = outcomes.iter().filter_map(|o| o.first_token_s).collect();
    let answered: Vec<&&Outcome> = outcomes.iter().filter(|o| o.kind != AnswerKind::Refused).collect();
    let characters: usize = answered.iter().map(|o| o.shown.concat().chars().count()).sum();
    AnswerQuality {
        questions: n,
        em: share(count(&|o| o.exact), n),
        f1: mean(&|o| o.f1),
        containment: share(count(&|o| o.contained), n),
        characters: rounded(characters as f64 / answered.len().max(1) as f64),
        citation_precision: share(outcomes.iter().map(|o| o.citations.1).sum(), outcomes.iter().map(|o| o.citations.0).sum()),
        citation_recall: share(count(&|o| o.citations.1 > 0), n),
        answer_s: mean(&|o| o.answer_s),
        first_token_s: rounded(first.iter().fold(0.0, |sum, s| sum + s) / first.len().max(1) as f64),
    }
}

fn share(part: usize, whole: usize) -> f64 {
    rounded(part as f64 / whole.max(1) as f64)
}

fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

/// A page with the failures to look at: answers that do not hold what was expected, wrong refusals, and answers where a
/// refusal was due.
pub fn report(measured: &AnswerMeasurement, outcomes: &[Outcome]) -> String {
    let failed = |o: &&Outcome| if o.expected.is_empty() { o.kind != AnswerKind::Refused } else { !o.contained };
    let mut rows = String::new();
    for o in outcomes.iter().filter(failed) {
        let expected = if o.expected.is_empty() { "(refusal)".to_owned() } else { o.expected.join(" / ") };
        let cells = [o.question.as_str(), expected.as_str(), &format!("{:?}", o.kind), &o.shown.join(" ")];
        let cells: String = cells.iter().map(|cell| format!("<td>{}</td>", escaped(cell))).collect();
        rows.push_str(&format!("<tr>{cells}</tr>\n"));
    }
    let q = &measured.quality;
    format!(
        "<!doctype html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\"><title>Kura: answers measured</title>\
         <style>body{{font-family:sans-serif;margin:2rem}}td,th{{border:1px solid #767676;padding:.3rem .5rem;vertical-align:top;text-align:left}}\
         table{{border-collapse:collapse}}</style></head><body><h1>Answers measured</h1>\
         <p>Model {}, {} answerable and {} unanswerable questions. Containment {:.3} at {:.0} characters, exact {:.3}, F1 {:.3}; \
         citation precision {:.3}, recall {:.3}; refusal precision {:.3}, recall {:.3}; answerable refused {:.3}; \
         {:.2} s an answer, first word after {:.2} s.</p>\n\
         <h2>Failures</h2><table><thead><tr><th>Question</th><th>Expected</th><th>Mode</th><th>Shown</th></tr></thead><tbody>\n{rows}</tbody></table></body></html>\n",
        escaped(&measured.model),
        q.questions,
        measured.unanswerable,
        q.containment,
        q.characters,
        q.em,
        q.f1,
        q.citation_precision,
        q.citation_recall,
        measured.refusal_precision,
        measured.refusal_recall,
        measured.answerable_refused,
        q.answer_s,
        q.first_token_s,
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use appliance_core::testing::{self, ScriptedGenerator};

    #[test]
    fn characters_are_compared_by_how_often_they_stand() {
        assert_eq!(character_f1("500円", "500円"), 1.0);
        assert_eq!(character_f1("ああ", "あ"), 2.0 / 3.0);
        assert_eq!(character_f1("", "あ"), 0.0);
    }

    #[tokio::test]
    async fn answers_and_refusals_are_counted_each_on_their_side() {
        let mut asking = testing::asking(&[("廃棄物条例", "粗大ごみの手数料は、1点につき500円とする。")]).await;
        asking.generator =
            Some(Arc::new(ScriptedGenerator::grounded(" 500円[1]\n根拠[1]: 「粗大ごみの手数料は、1点につき500円とする。」")));
        let question = |text: &str, answers: &[&str]| AnswerableQuestion {
            question: text.to_owned(),
            answers: answers.iter().map(|a| (*a).to_owned()).collect(),
        };
        let answerable = [question("粗大ごみの手数料は", &["500円"]), question("粗大ごみの手数料はいくら", &["700円"])];
        let unanswerable = [question("火星の衛星フォボスの直径", &["22km"])];
        let (measured, outcomes) = measure(&asking, &answerable, &unanswerable, &|_, _, _| {}).await.unwrap();
        assert_eq!((measured.quality.questions, measured.unanswerable), (2, 1));
        assert_eq!((measured.quality.em, measured.quality.containment, measured.quality.citation_recall), (0.5, 0.5, 0.5));
        assert_eq!((measured.refusal_precision, measured.refusal_recall, measured.answerable_refused), (1.0, 1.0, 0.0));
        let page = report(&measured, &outcomes);
        assert!(page.contains("700円") && !page.contains("フォボス"), "{page}");
    }
}
