//! The same question asked again of other sources: which documents the answer drew on, to be left out, and what the question
//! was asked of, so that everything else stays as it was.

use crate::feedback_view;
use appliance_core::answer::{Answer, AnsweredQuestion};
use appliance_core::conversation::Limits;
use appliance_core::forms::Form;
use appliance_core::id::ConversationId;
use appliance_core::question::Question;
use appliance_core::validity::ChosenBy;
use std::collections::BTreeSet;

/// A document that the answer found.
pub struct FoundDocument {
    /// Its id.
    pub id: i64,
    /// Its title.
    pub title: String,
    /// Whether the answer rests on it.
    pub cited: bool,
}

/// What the form says.
pub struct AgainView {
    /// The question, in words that need nothing before them.
    pub question: String,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The day that was chosen; empty for today.
    pub as_of: String,
    /// The form that was chosen; empty for the one that the wording asks for.
    pub form: &'static str,
    /// What was searched.
    pub limits: Limits,
    /// The documents that were found.
    pub documents: Vec<FoundDocument>,
}

impl AgainView {
    /// For a question that was answered just now.
    pub fn of_question(question: &Question, conversation: ConversationId, answer: &Answer) -> Self {
        let form = question.form.map_or("", Form::name);
        Self { form, ..Self::of(question.text(), conversation, question.limits(), answer) }
    }

    /// For a question that was kept. The form that was chosen is not kept; the wording asks for one.
    pub fn of_kept(kept: &AnsweredQuestion) -> Self {
        let question = kept.searched.as_deref().filter(|s| !s.is_empty()).unwrap_or(&kept.question);
        Self::of(question, kept.conversation, kept.limits.clone(), &kept.answer)
    }

    fn of(question: &str, conversation: ConversationId, limits: Limits, answer: &Answer) -> Self {
        let cited: BTreeSet<_> = feedback_view::about(answer).into_iter().map(|a| a.id).collect();
        let mut seen = BTreeSet::new();
        let found = answer.sources.iter().map(|s| &s.passage).filter(|p| seen.insert(p.document));
        let documents = found.map(|p| FoundDocument { id: p.document.0, title: p.title.clone(), cited: cited.contains(&p.document) });
        Self {
            question: question.to_owned(),
            conversation,
            as_of: answer.as_of.filter(|a| a.by == ChosenBy::Person).map(|a| a.day.to_string()).unwrap_or_default(),
            form: "",
            limits,
            documents: documents.collect(),
        }
    }
}
