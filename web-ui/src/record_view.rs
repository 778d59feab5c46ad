//! How an answer came about: what was found where and why, and what became of it.

use crate::page::Page;
use crate::words;
use appliance_core::answer::{Answer, Source, Support};

/// A passage that was found.
pub struct FoundView {
    /// ①.
    pub symbol: String,
    /// The document's title.
    pub title: String,
    /// Where it stands.
    pub place: String,
    /// How much of the question's wording stands there, as a share.
    pub wording: String,
    /// How near its meaning is to the question's; empty where meanings were not compared.
    pub meaning: String,
    /// Whether the answer cites it, in words.
    pub used: String,
}

/// What was found, in the order of its numbers.
pub fn found(page: &Page, answer: &Answer) -> Vec<FoundView> {
    let cited = |source: &Source| {
        let supported = answer.sentences.iter().filter(|s| s.support == Support::Supported);
        supported.flat_map(|s| &s.citations).any(|c| c.source == source.number)
    };
    let view = |source: &Source| FoundView {
        symbol: words::circled(source.number),
        title: source.passage.title.clone(),
        place: words::place(page, &source.passage.passage.locator.place),
        wording: format!("{}%", words::percent(source.strength.coverage)),
        meaning: source.strength.similarity.map(|s| format!("{:.2}", s.0)).unwrap_or_default(),
        used: page.t(if cited(source) { "found-cited" } else { "found-not-cited" }),
    };
    answer.sources.iter().map(view).collect()
}
