//! Following: how a question goes on with what was asked before it in its conversation.
//!
//! 「では、65歳以上は？」 is searched as 「65歳以上の場合、粗大ごみの手数料はいくらですか」. Rules of how people ask make it so, without any
//! model; a question that speaks of something else is left as it is, and nothing is carried into it. A model that writes freely
//! may word it instead ([`wording`]), and is believed only as far as its words are those of the conversation.

mod english;
mod japanese;
mod nouns;
#[cfg(test)]
mod tests;
mod topic;
pub mod wording;

use crate::answer::AnsweredQuestion;
use crate::asking::Asking;
use crate::id::DocumentId;
use crate::language::Language;
use crate::narrowing::Narrowing;
use crate::ports::PortError;
use crate::question::Question;
use crate::reference::Context;
use std::collections::BTreeSet;

/// Words of a question that only what was asked before makes plain.
const SPEAKING_OF_BEFORE: [&str; 16] = [
    "前条",
    "次条",
    "同条",
    "前項",
    "次項",
    "同項",
    "前号",
    "次号",
    "同号",
    "同法",
    "同条例",
    "同規則",
    "同要綱",
    "この条例",
    "この規則",
    "その条",
];

/// Whether a question names a place by another one (前条, 同法).
pub fn speaks_of_before(text: &str) -> bool {
    SPEAKING_OF_BEFORE.iter().any(|word| text.contains(word))
}

/// What was asked and answered before a question.
pub struct Before<'a> {
    /// The question, in words that need nothing before them.
    pub question: &'a str,
    /// The place that it left behind.
    pub context: Option<Context>,
    /// The sentences of its answer.
    pub answered: Vec<&'a str>,
}

/// The question with the place that an answered one leaves behind, so that 「前条」 means the one before that.
pub fn with_context(mut question: Question, before: Option<&AnsweredQuestion>) -> Question {
    question.context = before.and_then(|b| Context::left_by(asked(b), &b.answer));
    question
}

/// A follow-up in words that need nothing before them, by rules; `None` when it does already.
pub fn plain(typed: &str, before: &Before<'_>) -> Option<String> {
    let plain = match Language::of_question(typed) {
        Language::Ja => japanese::plain(typed, before),
        Language::En => english::plain(typed, before),
    }?;
    (plain.trim() != typed.trim()).then_some(plain)
}

/// The question as it follows the questions of its conversation, the last of them last.
///
/// A day that the last question named stays the day of what follows it, until another is named or chosen.
pub async fn follow(asking: &Asking, question: Question, before: &[AnsweredQuestion]) -> Result<Question, PortError> {
    let Some(last) = before.last() else { return Ok(question) };
    let question = if speaks_of_before(question.text()) { with_context(question, Some(last)) } else { question };
    let (words, _) = Narrowing::read(question.text());
    // Demands (種別:…) stand behind the words and are asked as they are.
    let Some(demands) = question.text().strip_prefix(words.as_str()).map(str::to_owned) else { return Ok(question) };
    let known = Before {
        question: asked(last),
        context: Context::left_by(asked(last), &last.answer).or_else(|| Context::named_in(asked(last))),
        answered: last.answer.sentences.iter().map(|s| s.text.as_str()).collect(),
    };
    let Some(plain) = plain(&words, &known) else { return Ok(question) };
    let plain = wording::by_model(asking, &words, &known).await?.unwrap_or(plain);
    let Ok(mut followed) = question.made_plain(&format!("{plain}{demands}"), carried(before)) else { return Ok(question) };
    if followed.named_day().is_none()
        && let Some(day) = last.answer.as_of.filter(|a| a.by == crate::validity::ChosenBy::Question)
    {
        followed.choose_day(day.day);
    }
    Ok(followed)
}

fn asked(answered: &AnsweredQuestion) -> &str {
    answered.searched.as_deref().unwrap_or(&answered.question)
}

/// The documents that the answers drew on: words of theirs may go from question to question.
fn carried(before: &[AnsweredQuestion]) -> Vec<DocumentId> {
    let drawn = before
        .iter()
        .flat_map(|b| &b.answer.sources)
        .flat_map(|s| std::iter::once(s.passage.document).chain(s.repeated.iter().map(|r| r.document)));
    drawn.collect::<BTreeSet<_>>().into_iter().collect()
}
