//! How a question of a form or a script goes on with a conversation.

use crate::failure::Failure;
use crate::fields::Fields;
use crate::signed_in::SignedIn;
use appliance_core::answer::AnsweredQuestion;
use appliance_core::following;
use appliance_core::id::ConversationId;
use appliance_core::question::Question;

/// What a form says of it: `conversation`, and `as_typed` for a question to be asked as it stands.
#[derive(Debug, Clone, Copy, Default)]
pub struct Following {
    /// The conversation; a new one when `None`.
    pub conversation: Option<ConversationId>,
    /// Whether nothing is carried over from before.
    pub as_typed: bool,
}

impl Following {
    /// What a form's fields say.
    pub fn of(fields: &Fields) -> Self {
        Self { conversation: fields.get("conversation").trim().parse().ok().map(ConversationId), as_typed: fields.get("as_typed") == "1" }
    }
}

/// The question as it follows what was asked before it in its conversation or, where it begins one with 「前条」 or 「同法」, the
/// last question asked. It searches what its conversation is limited to, unless it names collections or documents itself.
pub async fn following(by: &SignedIn, mut question: Question, way: &Following) -> Result<Question, Failure> {
    let Some(id) = way.conversation else { return began(by, question).await };
    let conversation = by.site.desk.history.conversation(&by.viewer, id).await?.ok_or(Failure::NotFound)?;
    question.conversation = Some(id);
    let mut limits = conversation.limits;
    if !question.collections.is_empty() {
        limits.collections.clone_from(&question.collections);
    }
    if !question.pins.is_empty() {
        limits.pins.clone_from(&question.pins);
        limits.only_pins = question.only_pins;
    }
    limits.without.clone_from(&question.without);
    question.limit(limits);
    if way.as_typed {
        return Ok(question);
    }
    Ok(following::follow(&by.site.desk.asking, question, &conversation.questions).await?)
}

/// A question that begins a conversation: 「前条」 means what the last question was about.
async fn began(by: &SignedIn, question: Question) -> Result<Question, Failure> {
    if question.context.is_some() || !following::speaks_of_before(question.text()) {
        return Ok(question);
    }
    let archive = &by.site.desk.archive;
    let Some((id, ..)) = archive.recent(&by.viewer, 1).await?.into_iter().next() else { return Ok(question) };
    let before: Option<AnsweredQuestion> = archive.answer(&by.viewer, id).await?;
    Ok(following::with_context(question, before.as_ref()))
}
