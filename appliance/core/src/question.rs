//! A question as it enters Kura.

use crate::conversation::{Limits, Pin};
use crate::forms::Form;
use crate::id::{CollectionId, ConversationId, DocumentId};
use crate::language::Language;
use crate::narrowing::Narrowing;
use crate::reference::Context;
use crate::validity::{AsOf, ChosenBy, Day, named_day};
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
    /// The day as of which it asks is none.
    #[error("what was chosen as the day is none")]
    NoDay,
}

/// A question with its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    text: String,
    /// The text without what says as of which day it asks.
    undated: String,
    as_of: Option<AsOf>,
    /// Collections to search; all visible ones when empty.
    pub collections: Vec<CollectionId>,
    /// What goes before all else.
    pub pins: Vec<Pin>,
    /// Whether nothing but what is pinned is searched.
    pub only_pins: bool,
    /// Documents that are left out: an answer was to be had from others.
    pub without: Vec<DocumentId>,
    /// Seed of the generator's randomness.
    pub seed: u32,
    /// What the conversation spoke of before, for 「前条」 and 「同法」.
    pub context: Option<Context>,
    /// The form that was chosen for the answer; the one that the wording asks for when `None`.
    pub form: Option<Form>,
    /// The conversation that it goes on with; a new one when `None`.
    pub conversation: Option<ConversationId>,
    /// What it was before the conversation made it plain, where it did.
    pub follows: Option<Follows>,
}

/// A question that was made plain from what was asked before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follows {
    /// The question as typed.
    pub typed: String,
    /// The documents that the answers before it drew on: words of theirs may stand in the question now.
    pub carried: Vec<DocumentId>,
}

impl Question {
    /// A question over everything the viewer may see. White space at its ends is dropped, line breaks become spaces, and between
    /// Japanese characters nothing, so that a text that was pasted over several lines asks the same as a typed one. A day that the text names (「令和6年4月1日時点で」) is the
    /// day as of which it asks.
    pub fn new(text: &str) -> Result<Self, QuestionError> {
        let text = on_one_line(text);
        match text.chars().count() {
            0 => Err(QuestionError::Empty),
            n if n > MAX_QUESTION_CHARS => Err(QuestionError::TooLong(n)),
            _ => {
                let (undated, as_of) = match named_day(&text) {
                    Some((day, span)) => {
                        (format!("{}{}", &text[..span.start], &text[span.end..]), Some(AsOf { day, by: ChosenBy::Question }))
                    }
                    None => (text.clone(), None),
                };
                let undated = if undated.trim().is_empty() { text.clone() } else { undated };
                Ok(Self {
                    text,
                    undated,
                    as_of,
                    collections: Vec::new(),
                    pins: Vec::new(),
                    only_pins: false,
                    without: Vec::new(),
                    seed: 0,
                    context: None,
                    form: None,
                    conversation: None,
                    follows: None,
                })
            }
        }
    }

    /// The form of the answer: the chosen one, else the one that the wording asks for.
    pub fn form(&self) -> Form {
        self.form.unwrap_or_else(|| Form::asked_by(&self.undated))
    }

    /// The same question in words that need nothing before them. A day that was chosen stays chosen.
    pub fn made_plain(&self, text: &str, carried: Vec<DocumentId>) -> Result<Self, QuestionError> {
        let mut plain = Self::new(text)?;
        let follows = Follows { typed: self.typed().to_owned(), carried };
        plain.as_of = plain.as_of.or(self.as_of);
        Ok(Self {
            collections: self.collections.clone(),
            pins: self.pins.clone(),
            only_pins: self.only_pins,
            without: self.without.clone(),
            seed: self.seed,
            context: self.context.clone(),
            form: self.form,
            conversation: self.conversation,
            follows: Some(follows),
            ..plain
        })
    }

    /// The words that are searched for and answered: those typed, unless the conversation made them plain.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The words as typed.
    pub fn typed(&self) -> &str {
        self.follows.as_ref().map_or(&self.text, |f| &f.typed)
    }

    /// What is searched.
    pub fn limits(&self) -> Limits {
        let without = self.without.clone();
        Limits { collections: self.collections.clone(), pins: self.pins.clone(), only_pins: self.only_pins, without }
    }

    /// Searches within these limits.
    pub fn limit(&mut self, limits: Limits) {
        let Limits { collections, pins, only_pins, without } = limits;
        (self.collections, self.pins, self.only_pins, self.without) = (collections, pins, only_pins, without);
    }

    /// The words without what is demanded besides (`書名:…`, `-…`): what is to be embedded and answered.
    pub fn words(&self) -> String {
        Narrowing::read(&self.undated).0
    }

    /// The text without what says as of which day it asks; its demands are still in it.
    pub fn undated(&self) -> &str {
        &self.undated
    }

    /// Asks as of a day, unless the question itself names one.
    pub fn choose_day(&mut self, day: Day) {
        if self.as_of.is_none_or(|a| a.by != ChosenBy::Question) {
            self.as_of = Some(AsOf { day, by: ChosenBy::Person });
        }
    }

    /// The day as of which it asks, where one was named.
    pub fn named_day(&self) -> Option<Day> {
        self.as_of.map(|a| a.day)
    }

    /// The day as of which it is answered, when it is asked on the day `today`.
    pub fn as_of(&self, today: Day) -> AsOf {
        self.as_of.unwrap_or(AsOf { day: today, by: ChosenBy::Today })
    }

    /// The language it is asked in, which is the language of the answer.
    pub fn language(&self) -> Language {
        Language::of_question(self.typed())
    }
}

/// A text without its line breaks: spaces stand for them, but nothing between Japanese characters, whose lines are cut anywhere.
fn on_one_line(text: &str) -> String {
    let is_japanese = |c: char| matches!(c, '\u{3000}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..);
    let mut joined = String::with_capacity(text.len());
    for line in text.lines() {
        let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
        let (Some(before), Some(after)) = (joined.chars().last(), words.chars().next()) else {
            joined.push_str(&words);
            continue;
        };
        if !(is_japanese(before) && is_japanese(after)) {
            joined.push(' ');
        }
        joined.push_str(&words);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_lines_ask_the_same_as_typed_ones() {
        let asked = |text: &str| Question::new(text).map(|q| q.text().to_owned()).expect("a question");
        assert_eq!(asked("  粗大ごみの処理手\r\n　数料は\n\nいくらですか\n"), "粗大ごみの処理手数料はいくらですか");
        assert_eq!(asked("手数料 証明書"), "手数料 証明書");
        assert_eq!(asked("What is\nthe fee\n手数料"), "What is the fee 手数料");
    }
}
