//! A question and its answer within a conversation.

use crate::answer_view::{self, AnswerView, SourceView};
use crate::follow_view;
use crate::page::Page;
use appliance_core::answer::AnsweredQuestion;

/// A source, with what pins it.
pub struct TurnSource {
    /// Its view.
    pub view: SourceView,
    /// Its document.
    pub document: i64,
    /// Its passage.
    pub passage: i64,
}

/// A question and its answer.
pub struct TurnView {
    /// The answer's number.
    pub id: i64,
    /// The question as typed.
    pub question: String,
    /// The question that was searched for, where it is another.
    pub searched: Option<String>,
    /// When.
    pub asked: String,
    /// What is withheld, in words.
    pub withheld: Option<String>,
    /// Whether all that was said is withheld.
    pub silent: bool,
    /// The answer.
    pub answer: AnswerView,
    /// The sources that it cites.
    pub sources: Vec<TurnSource>,
}

/// The view of a question and its answer.
pub fn turn(page: &Page, kept: &AnsweredQuestion) -> TurnView {
    let evidence = answer_view::evidence(page, &kept.answer);
    let source = |view: SourceView| {
        let passage = kept.answer.source(view.number).map(|s| (s.passage.document.0, s.passage.id.0)).unwrap_or_default();
        TurnSource { view, document: passage.0, passage: passage.1 }
    };
    TurnView {
        id: kept.id.0,
        question: kept.question.clone(),
        searched: kept.searched.clone(),
        asked: page.date_time(kept.asked),
        withheld: follow_view::withheld(page, kept.withheld),
        silent: kept.answer.sentences.is_empty() && kept.withheld.sentences > 0,
        answer: answer_view::answer(page, kept.id, &kept.answer),
        sources: evidence.cited.into_iter().map(source).collect(),
    }
}
