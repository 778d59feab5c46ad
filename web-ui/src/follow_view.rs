//! What stands around an answer for the sake of its conversation: how the question was understood, what is withheld, and the
//! field to go on.

use crate::page::Page;
use appliance_core::answer::AnsweredQuestion;
use appliance_core::conversation::Withheld;
use appliance_core::id::ConversationId;

/// How a question follows and is followed.
pub struct FollowView {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its page.
    pub href: String,
    /// The question that was searched for, where it is not the one typed.
    pub searched: Option<String>,
    /// What is withheld, in words.
    pub withheld: Option<String>,
}

/// The view of an answer's place in its conversation.
pub fn follow(page: &Page, conversation: ConversationId, searched: Option<&str>, withheld: Withheld) -> FollowView {
    FollowView {
        conversation,
        href: format!("/history/{conversation}"),
        searched: searched.map(str::to_owned),
        withheld: self::withheld(page, withheld),
    }
}

/// The same for an answer that was kept.
pub fn of_kept(page: &Page, kept: &AnsweredQuestion) -> FollowView {
    follow(page, kept.conversation, kept.searched.as_deref(), kept.withheld)
}

/// What is withheld, in words; `None` when nothing is.
pub fn withheld(page: &Page, withheld: Withheld) -> Option<String> {
    let words = |key, n: u32| page.with(key, "count", n);
    match withheld {
        Withheld { sources: 0, searched: false, .. } => None,
        Withheld { sources: 0, searched: true, .. } => Some(page.t("withheld-question")),
        Withheld { sources, sentences: 0, .. } => Some(words("withheld-sources", sources)),
        Withheld { sources, sentences, .. } => {
            Some(page.words("withheld-sentences", &[("count", sources.into()), ("sentences", sentences.into())]))
        }
    }
}
