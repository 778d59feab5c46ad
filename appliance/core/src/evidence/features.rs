//! Features of what can be quoted: what is known of a sentence or clause before it is said how likely it answers.

use super::bearing::Bearing;
use super::unit;
use crate::folding::{fold, pair_set};
use crate::locator::Span;
use crate::sought::{Kind, Sought, holds, is_of_name};
use std::collections::HashSet;

macro_rules! features {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// The features' names, in the order of their values.
        pub const FEATURES: [&str; [$(stringify!($name)),+].len()] = [$(stringify!($name)),+];

        /// What is known of a part of a source. Shares are of the weight of all the question's terms.
        #[derive(Debug, Clone, Copy, PartialEq, Default)]
        pub struct Features {
            $($(#[$doc])* pub $name: f32),+
        }

        impl Features {
            /// The values, in the order of [`FEATURES`].
            pub fn values(&self) -> [f32; FEATURES.len()] {
                [$(self.$name),+]
            }
        }
    };
}

features! {
    /// Share that the part holds.
    held,
    /// Share that only the title and headings hold, not the sentence.
    headings,
    /// Share that only the rest of the passage holds.
    elsewhere,
    /// Share that the sentence before adds.
    before,
    /// Share that the sentence behind adds.
    after,
    /// The passage's fused score, as a share of the first's.
    standing,
    /// The passage's place among the sources, from 0.
    rank,
    /// 1 for the first source.
    first,
    /// The passage's cosine, less the highest of the sources.
    similarity,
    /// Share that the whole passage holds.
    coverage,
    /// The sentence's share, less the highest of its passage.
    behind_best,
    /// 1 for the sentence with the highest share of its passage.
    best,
    /// Characters of names and numbers that the question does not hold, in tens.
    new,
    /// 1 where there are none.
    nothing_new,
    /// Share of the part's pairs that are the question's.
    concise,
    /// 1 for the first sentence of the passage.
    opening,
    /// The sentence's place in the passage, 0 to 1.
    position,
    /// 1 where a time is sought and held.
    time,
    /// 1 where a person is.
    person,
    /// 1 where a place is.
    place,
    /// 1 where a number is.
    number,
    /// 1 where a reason is.
    reason,
    /// 1 where a number stands with the counter asked with.
    counted,
    /// Share that the whole sentence holds.
    sentence,
    /// The clause's place in its sentence, 0 to 1.
    clause_position,
    /// 1 for the last clause.
    clause_last,
    /// 1 for a sentence that is not cut.
    clause_only,
    /// Share that the clause before holds.
    clause_before,
    /// Share that the clause behind holds.
    clause_after,
    /// ln of the part's characters.
    length,
    /// The sentence's weight as the rules have it.
    bearing,
}

/// The similarity of a passage that only its words found: as far behind the nearest as the farthest usually is.
const WITHOUT_VECTOR: f32 = -0.05;

/// How finely sources are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cut {
    /// Sentences and rows.
    Sentences,
    /// Clauses of sentences, where a sentence may be cut.
    Clauses,
}

/// A part of a source that can be quoted.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Index of the source.
    pub source: usize,
    /// Bytes of that passage's text.
    pub span: Span,
    /// What is known of it.
    pub features: Features,
}

/// What is known of the question.
struct Question {
    sought: Sought,
    characters: HashSet<char>,
}

/// What is known of a sentence.
struct Sentence {
    span: Span,
    held: Vec<bool>,
    share: f32,
    bearing: f32,
}

/// Everything that can be quoted of the sources, in their order. Rows and what limits a rule are never cut.
pub fn candidates(bearing: &Bearing<'_>, cut: Cut) -> Vec<Candidate> {
    let words = &bearing.asked().words;
    let folded = fold(words);
    let question = Question { sought: Sought::of(words), characters: folded.chars().filter(|c| is_telling(*c)).collect() };
    let sources = 0..bearing.sources().len();
    sources.flat_map(|source| of_source(bearing, &question, source, cut)).collect()
}

/// Whether a character belongs to a name or a number.
fn is_telling(c: char) -> bool {
    is_of_name(c) || c.is_ascii_alphanumeric()
}

fn of_source(bearing: &Bearing<'_>, question: &Question, source: usize, cut: Cut) -> Vec<Candidate> {
    let text = &bearing.sources()[source].passage.passage.text;
    let words = |span: Span| span.slice(text).unwrap_or("");
    // What sets a range that the question's quantity lies outside of may not answer.
    let sentence = |span: Span| {
        let held = bearing.held(&pair_set(words(span)));
        Some(Sentence { span, share: bearing.share(&held), held, bearing: bearing.weight(source, span)? })
    };
    let sentences: Vec<Sentence> = bearing.units(source).iter().filter_map(|span| sentence(*span)).collect();
    let highest = sentences.iter().map(|s| s.share).fold(0.0, f32::max);
    let mut found = Vec::new();
    for (at, own) in sentences.iter().enumerate() {
        let parts = parts(bearing, source, own.span, cut);
        let shares: Vec<f32> = parts.iter().map(|part| bearing.share(&bearing.held(&pair_set(words(*part))))).collect();
        let around = around(bearing, source, &sentences, at, highest);
        for (i, part) in parts.iter().enumerate() {
            let mut features = Features {
                held: shares[i],
                clause_position: i as f32 / parts.len() as f32,
                clause_last: flag(i + 1 == parts.len()),
                clause_only: flag(parts.len() == 1),
                clause_before: i.checked_sub(1).map_or(0.0, |before| shares[before]),
                clause_after: shares.get(i + 1).copied().unwrap_or(0.0),
                ..around
            };
            of_part(&mut features, bearing, question, words(*part));
            found.push(Candidate { source, span: *part, features });
        }
    }
    found
}

/// The features that a sentence's parts share.
fn around(bearing: &Bearing<'_>, source: usize, sentences: &[Sentence], at: usize, highest: f32) -> Features {
    let own = &sentences[at];
    let (headings, passage) = bearing.around(source);
    let all = bearing.sources();
    let added = |held: &[bool], without: &[&[bool]]| {
        let new: Vec<bool> = held.iter().enumerate().map(|(i, held)| *held && !without.iter().any(|other| other[i])).collect();
        bearing.share(&new)
    };
    let neighbour = |i: Option<usize>| i.and_then(|i| sentences.get(i)).map_or(0.0, |s| added(&s.held, &[&own.held]));
    let similarities = all.iter().filter_map(|s| s.strength.similarity).map(|s| s.0);
    let nearest = similarities.fold(0.0, f32::max);
    let strength = &all[source].strength;
    Features {
        headings: added(headings, &[&own.held]),
        elsewhere: added(passage, &[&own.held, headings]),
        before: neighbour(at.checked_sub(1)),
        after: neighbour(Some(at + 1)),
        standing: strength.standing,
        rank: source as f32,
        first: flag(source == 0),
        similarity: strength.similarity.map_or(WITHOUT_VECTOR, |s| s.0 - nearest),
        coverage: strength.coverage,
        behind_best: own.share - highest,
        best: flag(own.share >= highest),
        opening: flag(at == 0),
        position: at as f32 / sentences.len() as f32,
        sentence: own.share,
        bearing: own.bearing,
        ..Features::default()
    }
}

/// The features of a part's own words.
fn of_part(features: &mut Features, bearing: &Bearing<'_>, question: &Question, words: &str) {
    let folded = fold(words);
    let new = folded.chars().filter(|c| is_telling(*c) && !question.characters.contains(c)).count();
    let pairs = pair_set(words);
    let met = |kind: Kind| flag(question.sought.seeks(kind) && holds(kind, &folded));
    features.new = new as f32 / 10.0;
    features.nothing_new = flag(new == 0);
    features.concise = bearing.terms().iter().filter(|t| t.stands_in(&pairs)).count() as f32 / pairs.len().max(1) as f32;
    features.time = met(Kind::Time);
    features.person = met(Kind::Person);
    features.place = met(Kind::Place);
    features.number = met(Kind::Number);
    features.reason = met(Kind::Reason);
    features.counted = flag(question.sought.is_counted_in(&folded));
    features.length = (1.0 + words.chars().count() as f32).ln();
}

fn flag(is: bool) -> f32 {
    if is { 1.0 } else { 0.0 }
}

/// The parts of a sentence: itself, or its clauses.
fn parts(bearing: &Bearing<'_>, source: usize, sentence: Span, cut: Cut) -> Vec<Span> {
    let stored = &bearing.sources()[source].passage;
    match cut {
        Cut::Clauses if !unit::is_row(stored, sentence) => unit::clauses(&stored.passage.text, sentence),
        _ => vec![sentence],
    }
}
