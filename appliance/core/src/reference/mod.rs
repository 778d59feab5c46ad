//! References to parts of regulations: 「手数料条例第9条第2項」「民法1044の2」「附則第2項」「第3条から第5条まで」.
//!
//! Read from questions by how references are written, in kanji numerals and digits of either width, several at once,
//! with what a conversation makes plain (前条, 同条, 次項). Which regulation is meant, [`naming`] says, given the names
//! that there are; which passage stands at which place of its regulation, [`standing`] says. Nothing here searches.

mod address;
mod inside;
pub mod naming;
mod reader;
mod standing;

pub use address::{Address, Part};
pub use inside::{Within, references_inside};
pub use standing::{Standing, standing};

use crate::answer::Answer;
use crate::folding::Folded;
use crate::locator::Span;
use reader::{Reader, Written};
use serde::{Deserialize, Serialize};

/// References of one question that are looked at.
const MOST: usize = 16;

/// A reference as a question makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Its bytes in the question, without the regulation's name.
    pub span: Span,
    /// The folded text before it, from the last break on: the regulation's name, if it is named, is its end.
    pub before: String,
    /// The place it names.
    pub address: Address,
    /// The last place of a range (第3条から第5条まで).
    pub until: Option<Address>,
}

/// What a conversation has spoken of last: the ground of 「同法」「前条」「次項」.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Context {
    /// The regulation's name, as it was resolved or written.
    pub name: String,
    /// The place in it.
    pub address: Address,
}

impl Context {
    /// What a question leaves behind by its own words: the last place that it names.
    pub fn named_in(question: &str) -> Option<Self> {
        let named = references(question, None).pop().filter(|r| naming::is_regulation(&naming::key(&r.before)))?;
        Some(Self { name: named.before, address: named.until.unwrap_or(named.address) })
    }

    /// What an answered question leaves behind: the last place that it names or, where it names none, that of the first
    /// passage that the answer quotes.
    pub fn left_by(question: &str, answer: &Answer) -> Option<Self> {
        let quoted = answer.sentences.iter().flat_map(|s| &s.citations).find_map(|c| answer.source(c.source));
        let passage = &quoted.or(answer.sources.first())?.passage;
        let Standing { names, addresses, .. } = standing(&passage.title, &passage.passage.heading_path, &passage.passage.text);
        let name = names.last().cloned().unwrap_or_default();
        if let Some(named) = references(question, None).pop() {
            let name = if naming::is_regulation(&naming::key(&named.before)) { named.before } else { name };
            return Some(Self { name, address: named.until.unwrap_or(named.address) });
        }
        let address = addresses.iter().find_map(|a| references(a, None).into_iter().next())?.address;
        Some(Self { name, address })
    }
}

/// The references of a text, in order. `context` is what was spoken of before it.
pub fn references(text: &str, context: Option<&Context>) -> Vec<Reference> {
    let folded = Folded::new(text);
    let reader = Reader::new(&folded.text);
    let mut last = context.cloned();
    let mut found: Vec<Reference> = Vec::new();
    let (mut at, mut free_from) = (0, 0);
    while at < reader.len() && found.len() < MOST {
        let base = last.as_ref().map(|c| &c.address);
        let Some((written, end)) = reader.reference(at, base) else {
            at += 1;
            continue;
        };
        let (until, end) = reader.range_after(&written, end);
        let Some(span) = folded.original(reader.bytes(at, end)) else { break };
        let same_name = reader.same_name(at);
        let carried = same_name || written.relative || !found.is_empty() && reader.joined(free_from, at);
        let before = match &last {
            Some(last) if carried => last.name.clone(),
            // 「この条例第9条」 at the beginning of a conversation names nothing.
            None if same_name => String::new(),
            _ => reader.before(free_from, at),
        };
        let Written { address, .. } = written;
        last = Some(Context { name: before.clone(), address: until.clone().unwrap_or_else(|| address.clone()) });
        found.push(Reference { span, before, address, until });
        (at, free_from) = (end, end);
    }
    found
}

#[cfg(test)]
mod tests;
