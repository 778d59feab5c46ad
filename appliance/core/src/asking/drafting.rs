//! A draft of an answer in the style of past ones (議会答弁, FAQ): the past question that is nearest lends its wording, the facts
//! are asked for anew and checked.

use super::{AskError, AskEvent, Asking, ask, found, search};
use crate::answer::{Answer, AnswerSentence, Source};
use crate::citation;
use crate::evidence::{Quotation, coverage};
use crate::forms::Form;
use crate::forms::past_answer::{past_answers, skeleton};
use crate::question::Question;
use crate::validity;
use crate::viewer::Viewer;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

/// Passages among which a past question is looked for.
const LOOKED_AT: usize = 40;
/// The share of the question's weight that a past question must hold to lend its wording.
const NEAR: f32 = 0.3;

/// A past question with its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PastQuestion {
    /// The question, with its place.
    pub question: AnswerSentence,
    /// Its answer, with its place.
    pub answer: AnswerSentence,
    /// How near it is, as the share of the new question's weight, 0 to 1.
    pub nearness: f32,
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The past question that is nearest; `None` where none is near.
    pub past: Option<PastQuestion>,
    /// Its opening, where it carries wording and no fact.
    pub opening: Option<String>,
    /// Its closing, likewise.
    pub closing: Option<String>,
    /// The facts, as the sources have them today.
    pub answer: Answer,
}

/// Drafts an answer. The draft's facts are the supported sentences of [`Draft::answer`], whose sources hold the past answer too.
#[tracing::instrument(name = "draft", skip_all, fields(viewer.id = %viewer.user()))]
pub async fn draft(asking: &Asking, viewer: &Viewer, question: &Question, events: &mpsc::Sender<AskEvent>) -> Result<Draft, AskError> {
    let ranking = search(asking, viewer, question, LOOKED_AT).await?;
    let as_of = question.as_of(validity::today(asking.clock.as_ref()));
    let passages = found(asking, viewer, as_of, &ranking).await?;
    let mut nearest: Option<(f32, usize, crate::forms::past_answer::PastAnswer)> = None;
    for (index, stored) in passages.iter().enumerate() {
        for past in past_answers(stored) {
            let words = past.question.slice(&stored.passage.text).unwrap_or("");
            let nearness = coverage(&ranking.terms, words);
            if nearness >= NEAR && nearest.is_none_or(|(best, ..)| nearness > best) {
                nearest = Some((nearness, index, past));
            }
        }
    }
    let mut plain = question.clone();
    plain.form = Some(Form::Plain);
    let mut answer = ask(asking, viewer, &plain, events).await?;
    let Some((nearness, index, past)) = nearest else { return Ok(Draft { past: None, opening: None, closing: None, answer }) };
    let stored = &passages[index];
    let source = answer.sources.iter().position(|s| s.passage.id == stored.id).unwrap_or_else(|| {
        let number = answer.sources.iter().map(|s| s.number).max().unwrap_or(0) + 1;
        let strength = crate::evidence::strength(&crate::asked::Asked::of(&question.words()), &ranking.terms, stored, 0.0, None);
        answer.sources.push(Source { number, passage: stored.clone(), strength, repeated: Vec::new() });
        answer.sources.len() - 1
    });
    let mut words = citation::quote(&[Quotation { source, span: past.question }, Quotation { source, span: past.answer }], &answer.sources);
    let (Some(told), Some(asked)) = (words.pop(), words.pop()) else {
        return Ok(Draft { past: None, opening: None, closing: None, answer });
    };
    let (opening, closing) = skeleton(&told.text);
    Ok(Draft { past: Some(PastQuestion { question: asked, answer: told, nearness }), opening, closing, answer })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn the_wording_is_the_past_answers_and_the_facts_are_todays() {
        let asking = testing::asking(&[
            ("答弁集", "問　粗大ごみの手数料の見直しについて伺う。\n答　御質問の粗大ごみの手数料についてお答えします。令和5年度は1点につき300円です。引き続き適正な負担に努めてまいります。"),
            ("廃棄物条例", "粗大ごみの手数料は、1点につき500円とする。"),
        ])
        .await;
        let (events, mut seen) = mpsc::channel(64);
        let question = Question::new("粗大ごみの手数料について伺う").expect("a question");
        let draft = draft(&asking, &testing::viewer(), &question, &events).await.expect("a draft");
        drop(events);
        while seen.recv().await.is_some() {}
        let past = draft.past.expect("a past question");
        assert_eq!(past.question.text, "粗大ごみの手数料の見直しについて伺う。");
        assert_eq!(draft.opening.as_deref(), Some("御質問の粗大ごみの手数料についてお答えします。"));
        assert_eq!(draft.closing.as_deref(), Some("引き続き適正な負担に努めてまいります。"));
        assert!(draft.answer.source(past.answer.citations[0].source).is_some());
    }
}
