//! Sentences with the places that they were taken from, outside of answers: summaries and drafts.

use crate::links::{self, Mark};
use crate::page::Page;
use crate::words;
use appliance_core::answer::{AnswerSentence, Source};
use appliance_core::locator::Span;

/// A place.
pub struct WhereView {
    /// The document's title.
    pub title: String,
    /// The place in words.
    pub place: String,
    /// The place in the viewer.
    pub href: String,
}

/// A sentence.
pub struct ToldView {
    /// Its words.
    pub text: String,
    /// Whether they are the source's own.
    pub verbatim: bool,
    /// Where they stand.
    pub places: Vec<WhereView>,
}

/// The view of a sentence over its sources.
pub fn told(page: &Page, sentence: &AnswerSentence, sources: &[Source]) -> ToldView {
    let place = |citation: &appliance_core::answer::Citation| {
        let stored = &sources.iter().find(|s| s.number == citation.source)?.passage;
        let locator = &stored.passage.locator;
        let narrowed = citation.quote.map(|q| locator.narrowed(Span::new(locator.span.start + q.start, locator.span.start + q.end)));
        let place = narrowed.map_or_else(|| locator.place.clone(), |l| l.place);
        let mark = Mark { passage: stored.id, quote: citation.quote, version: Some(stored.version) };
        Some(WhereView {
            title: stored.title.clone(),
            place: words::place(page, &place),
            href: links::place(stored.document, &place, Some(mark)),
        })
    };
    ToldView { text: sentence.text.clone(), verbatim: sentence.verbatim, places: sentence.citations.iter().filter_map(place).collect() }
}
