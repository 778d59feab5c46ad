//! A question as it enters Kura.

use crate::id::CollectionId;
use crate::language::Language;
use crate::narrowing::Narrowing;
use crate::reference::Context;
use thiserror::Error;

/// The longest question taken, in characters.
pub const MAX_QUESTION_CHARS: usize = 2_000;

/// Why a text is no question.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QuestionError {
    /// Nothing but white space.
    #[error("the question is empty")]
    Empty,
    /// Longer than [`MAX_QUESTION_CHARS`].
    #[error("the question has {0} characters; at most {MAX_QUESTION_CHARS} are taken")]
    TooLong(usize),
}

/// A question with its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    text: String,
    /// Collections to search; all visible ones when empty.
    pub collections: Vec<CollectionId>,
    /// Seed of the generator's randomness.
    pub seed: u32,
    /// What the conversation spoke of before, for 「前条」 and 「同法」.
    pub context: Option<Context>,
}

impl Question {
    /// A question over everything the viewer may see. White space at its ends is dropped and line breaks become
    /// spaces, so that a pasted text asks the same as a typed one.
    pub fn new(text: &str) -> Result<Self, QuestionError> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match text.chars().count() {
            0 => Err(QuestionError::Empty),
            n if n > MAX_QUESTION_CHARS => Err(QuestionError::TooLong(n)),
            _ => Ok(Self { text, collections: Vec::new(), seed: 0, context: None }),
        }
    }

    /// The words, as typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The words without what is demanded besides (`書名:…`, `-…`): what is to be embedded and answered.
    pub fn words(&self) -> String {
        Narrowing::read(&self.text).0
    }

    /// The language it is asked in, which is the language of the answer.
    pub fn language(&self) -> Language {
        Language::of_text(&self.text)
    }
}
