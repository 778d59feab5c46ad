//! Bearing: how much a sentence or row of the sources says about a question.

use super::unit;
use crate::answer::Source;
use crate::asked::Asked;
use crate::folding::{fold, fold_tight, pair_set};
use crate::locator::Span;
use crate::quantity::{self, Fit};
use crate::ranking::TermWeight;
use std::collections::HashSet;

/// What a term is worth that stands not in the unit but in its title and headings, or elsewhere in its passage.
const IN_HEADINGS: f32 = 0.6;
const IN_PASSAGE: f32 = 0.2;
/// Shares of the question's whole weight: a value of the kind asked for, a code that the question names, a short name
/// (the 中 of 「指定収集袋（中）」), and a unit whose every word is one of the question's.
const VALUE: f32 = 0.45;
const IDENTIFIER: f32 = 0.6;
const SHORT_NAME: f32 = 0.2;
const CONCISE: f32 = 0.2;
/// Each value of a row that stands whole in the question: 住民票の写しの交付 where 住民票の除票の写しの交付 has all its words too,
/// 1日 beside 2時間.
const NAMED: f32 = 0.1;
/// Values that count so, at most.
const MOST_NAMED: usize = 3;
/// Characters from which a value without a figure is a name: 中 and 平日 stand in many words.
const NAME_CHARS: usize = 3;
/// What a unit loses for each word that it denies and the question does not, or the other way round (燃やさない, 燃やす).
const OPPOSITE: f32 = 0.15;
/// What a unit loses whose passage does not name the owner asked about (公民館の…).
const NO_OWNER: f32 = 0.15;
/// A quantity that lies in the range the unit sets for it.
const RANGE: f32 = 0.3;
/// What a unit loses that stands elsewhere than in the places that the question names (第5条): another article answers only where
/// it holds the value asked for, and those do not.
const ELSEWHERE: f32 = 0.5;
/// What each further rank takes away: rank also knows the vectors.
const RANK_STEP: f32 = 0.02;

/// The sources' units, weighed against one question.
pub struct Bearing<'a> {
    asked: &'a Asked,
    /// The question's words, folded, without white space.
    question: String,
    terms: &'a [TermWeight],
    sources: &'a [Source],
    /// How many of the first sources stand in places that the question names.
    named: usize,
    contexts: Vec<Context>,
    /// The weight of all the question's terms.
    total: f32,
    /// All units that may answer, heaviest first; the earlier one when they weigh the same.
    weighed: Vec<Weighed>,
}

/// What stands around the units of a source.
struct Context {
    headings: HashSet<String>,
    passage: HashSet<String>,
    held_by_headings: Vec<bool>,
    held_by_passage: Vec<bool>,
    units: Vec<Span>,
}

/// One unit with its weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Weighed {
    /// Index of the source.
    pub source: usize,
    /// Bytes of that passage's text.
    pub span: Span,
    /// The weight, as a share of the question's.
    pub weight: f32,
}

impl Weighed {
    /// The weight without what its source's rank takes away.
    pub fn weight_at_any_rank(&self) -> f32 {
        self.weight + RANK_STEP * self.source as f32
    }
}

/// The units of a source, and its headings where they hold the value asked for.
fn units(asked: &Asked, source: &Source) -> Vec<Span> {
    let text = &source.passage.passage.text;
    let headings = unit::heading_lines(&source.passage).into_iter();
    let mut units = unit::units(&source.passage);
    units.extend(headings.filter(|h| h.slice(text).is_some_and(|heading| asked.is_answered_by(heading))));
    units.sort();
    units.dedup();
    units
}

impl<'a> Bearing<'a> {
    /// Gets ready to weigh the units of `sources`, the first `named` of which stand in places that the question names.
    pub fn new(asked: &'a Asked, terms: &'a [TermWeight], sources: &'a [Source], named: usize) -> Self {
        let held = |pairs: &HashSet<String>| terms.iter().map(|t| t.stands_in(pairs)).collect();
        let context = |source: &Source| {
            let headings = pair_set(&format!("{} {}", source.passage.title, source.passage.passage.heading_path.join(" ")));
            let passage = pair_set(&source.passage.passage.text);
            let (held_by_headings, held_by_passage) = (held(&headings), held(&passage));
            Context { headings, passage, held_by_headings, held_by_passage, units: units(asked, source) }
        };
        let contexts = sources.iter().map(context).collect();
        let total = terms.iter().map(TermWeight::evidence).sum();
        let question = fold_tight(&asked.words);
        let mut bearing = Self { asked, question, terms, sources, named, contexts, total, weighed: Vec::new() };
        bearing.weighed = bearing.weigh_all();
        bearing
    }

    /// The sources weighed.
    pub(super) fn sources(&self) -> &'a [Source] {
        self.sources
    }

    /// What the question asks for.
    pub(super) fn asked(&self) -> &'a Asked {
        self.asked
    }

    /// The terms of the question.
    pub(super) fn terms(&self) -> &'a [TermWeight] {
        self.terms
    }

    /// All units that may answer, heaviest first; the earlier one when they weigh the same.
    pub(super) fn weighed(&self) -> &[Weighed] {
        &self.weighed
    }

    /// What of a source can be quoted by itself, in the order of the text.
    pub(super) fn units(&self, source: usize) -> &[Span] {
        self.contexts.get(source).map_or(&[], |c| &c.units)
    }

    /// Which of the question's terms the headings of a source hold, and which its passage.
    pub(super) fn around(&self, source: usize) -> (&[bool], &[bool]) {
        self.contexts.get(source).map_or((&[], &[]), |c| (&c.held_by_headings, &c.held_by_passage))
    }

    /// Which of the question's terms are among the pairs of a text.
    pub(super) fn held(&self, pairs: &HashSet<String>) -> Vec<bool> {
        self.terms.iter().map(|t| t.stands_in(pairs)).collect()
    }

    /// The share that the terms marked have of the weight of all.
    pub(super) fn share(&self, held: &[bool]) -> f32 {
        let weight: f32 = self.terms.iter().zip(held).filter(|(_, held)| **held).map(|(t, _)| t.evidence()).sum();
        if self.total > 0.0 { weight / self.total } else { 0.0 }
    }

    fn weigh_all(&self) -> Vec<Weighed> {
        let units = self.contexts.iter().enumerate().flat_map(|(source, c)| c.units.iter().map(move |span| (source, *span)));
        let mut weighed: Vec<Weighed> =
            units.filter_map(|(source, span)| Some(Weighed { source, span, weight: self.weight(source, span)? })).collect();
        weighed.sort_by(|a, b| b.weight.total_cmp(&a.weight).then((a.source, a.span).cmp(&(b.source, b.span))));
        weighed
    }

    /// Whether a source stands in a place that the question names, if it names any that the sources hold.
    pub(super) fn is_asked_of(&self, source: usize) -> bool {
        self.named == 0 || source < self.named
    }

    /// The source of the heaviest unit and its weight; `None` when no unit may answer.
    pub fn heaviest(&self) -> Option<(&'a Source, f32)> {
        self.weighed.first().map(|unit| (&self.sources[unit.source], unit.weight))
    }

    /// The weight of a part of a source's text, as a share of the weight of all the question's terms; values, codes and
    /// ranges can take it above 1. `None` when it says nothing of the question, or when it sets a range that the
    /// question's quantity lies outside of.
    pub fn weight(&self, source: usize, span: Span) -> Option<f32> {
        let context = self.contexts.get(source)?;
        let text = span.slice(&self.sources[source].passage.passage.text)?;
        let pairs = pair_set(text);
        let mut held = 0.0;
        for term in self.terms {
            let worth = match () {
                () if term.stands_in(&pairs) => 1.0,
                () if term.stands_in(&context.headings) => IN_HEADINGS,
                () if term.stands_in(&context.passage) => IN_PASSAGE,
                () => 0.0,
            };
            held += worth * term.evidence();
        }
        let fits: Vec<Fit> = self.asked.quantities.iter().map(|q| quantity::fit(q, text)).collect();
        if held <= 0.0 || self.total <= 0.0 || fits.contains(&Fit::Outside) {
            return None;
        }
        let mut weight = held / self.total;
        let values = unit::values(&self.sources[source].passage, span);
        weight += CONCISE * self.concision(&values, &pairs);
        weight += NAMED * self.named(&values) as f32;
        weight += IDENTIFIER * self.asked.identifiers_in(text) as f32;
        weight += SHORT_NAME * self.asked.short_names_in(text) as f32;
        if self.asked.is_answered_by(text) {
            weight += VALUE;
        }
        if fits.contains(&Fit::Held) {
            weight += RANGE;
        }
        weight -= OPPOSITE * self.asked.contradicted_by(text) as f32;
        if !self.sources[source].strength.owners {
            weight -= NO_OWNER;
        }
        if !self.is_asked_of(source) {
            weight -= ELSEWHERE;
        }
        Some(weight - RANK_STEP * source as f32)
    }

    /// The share of the unit's words that are the question's: a row for something more special than what is asked for
    /// (認可地縁団体の印鑑登録証明書) has a smaller one. Of a row, only its names count, not its headers and values.
    fn concision(&self, values: &[&str], pairs: &HashSet<String>) -> f32 {
        let is_name = |value: &&str| value.chars().any(char::is_alphabetic) && !self.asked.is_answered_by(value);
        let names: HashSet<String> = values.iter().copied().filter(is_name).flat_map(pair_set).collect();
        let own = if names.is_empty() { pairs } else { &names };
        let asked = self.terms.iter().filter(|t| t.stands_in(own)).count();
        asked as f32 / own.len().max(1) as f32
    }

    /// How many values of a row stand whole in the question.
    fn named(&self, values: &[&str]) -> usize {
        let asked = self.question.as_str();
        let stands = |value: &String| {
            let is_figure = value.starts_with(|c: char| c.is_ascii_digit());
            let is_name = value.chars().any(char::is_alphabetic) && (is_figure || value.chars().count() >= NAME_CHARS);
            // The 1日 of 21日 is another one.
            let is_whole = |at: usize| !is_figure || !asked[..at].ends_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','));
            is_name && asked.match_indices(value.as_str()).any(|(at, _)| is_whole(at))
        };
        let values: HashSet<String> = values.iter().map(|value| fold_tight(value)).collect();
        values.iter().filter(|value| stands(value)).count().min(MOST_NAMED)
    }

    /// Whether a part of a source holds a value of the kind that the question asks for.
    pub(super) fn holds_value(&self, source: usize, span: Span) -> bool {
        span.slice(&self.sources[source].passage.passage.text).is_some_and(|words| self.asked.is_answered_by(words))
    }

    /// Whether a unit is a row of a table.
    pub(super) fn is_row(&self, source: usize, span: Span) -> bool {
        unit::is_row(&self.sources[source].passage, span)
    }

    /// Whether two units are rows of one table.
    pub(super) fn are_siblings(&self, a: &Weighed, b: &Weighed) -> bool {
        let (left, right) = (&self.sources[a.source].passage, &self.sources[b.source].passage);
        left.version == right.version
            && left.passage.heading_path == right.passage.heading_path
            && unit::is_row(left, a.span)
            && unit::is_row(right, b.span)
    }

    /// The unit's words, folded.
    pub(super) fn text(&self, unit: &Weighed) -> String {
        fold(unit.span.slice(&self.sources[unit.source].passage.passage.text).unwrap_or(""))
    }
}
