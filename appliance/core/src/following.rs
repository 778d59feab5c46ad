//! Following: how a question goes on with what was asked before it in its conversation.

use crate::answer::AnsweredQuestion;
use crate::asking::Asking;
use crate::ports::PortError;
use crate::question::Question;
use crate::reference::Context;

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

/// The question with the place that an answered one leaves behind, so that 「前条」 means the one before that.
pub fn with_context(mut question: Question, before: Option<&AnsweredQuestion>) -> Question {
    question.context = before.and_then(|b| Context::left_by(b.searched.as_deref().unwrap_or(&b.question), &b.answer));
    question
}

/// The question as it follows the questions of its conversation, the last of them last.
pub async fn follow(_asking: &Asking, question: Question, before: &[AnsweredQuestion]) -> Result<Question, PortError> {
    Ok(if speaks_of_before(question.text()) { with_context(question, before.last()) } else { question })
}
