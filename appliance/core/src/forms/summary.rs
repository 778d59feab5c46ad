//! A summary of one document by map and reduce: of each section the sentences that say most of it, and of those the ones that say
//! most of the document. All of them are the document's own.

use super::pieces::{Kind, pieces, sentences_of};
use crate::folding::{fold_tight, pair_set};
use crate::locator::Span;
use crate::passage::StoredPassage;
use std::collections::{BTreeSet, HashMap};

/// Sections that a document is parted into where its headings allow it.
const SECTIONS: std::ops::RangeInclusive<usize> = 2..=40;
/// Characters of a sentence that says something.
const SHORTEST: usize = 8;
/// Words that oblige, allow or limit.
const WEIGHTY: &[&str] =
    &["ならない", "ものとする", "することができる", "必要", "限る", "禁止", "must", "may not", "required", "at most", "at least"];
/// The share of a sentence's pairs that an earlier one may already hold.
const REPEATED: f32 = 0.6;

/// A sentence of a summary: the passage, its bytes, and how much it says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Index of the passage.
    pub passage: usize,
    /// Bytes of its text.
    pub span: Span,
    /// How much it says of its section.
    pub weight: f32,
}

/// A section with what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Its headings, outermost first.
    pub headings: Vec<String>,
    /// Its passages: the first, and one past the last.
    pub passages: (usize, usize),
    /// Its sentences, in their order.
    pub points: Vec<Point>,
}

/// The sections of a document with at most `each` sentences, in order. Sections that hold nothing but headings are left out.
pub fn sections(passages: &[StoredPassage], each: usize) -> Vec<Section> {
    let parted = parted(passages);
    let texts: Vec<HashMap<String, f32>> = parted.iter().map(|(_, range)| counts(&passages[range.0..range.1])).collect();
    let mut held_by: HashMap<&str, f32> = HashMap::new();
    for pair in texts.iter().flat_map(|t| t.keys()) {
        *held_by.entry(pair.as_str()).or_default() += 1.0;
    }
    let total = texts.len() as f32;
    let sections = parted.iter().zip(&texts).map(|((headings, range), own)| {
        let worth =
            |pair: &str| own.get(pair).map_or(0.0, |n| (1.0 + n).ln() * (1.0 + total / held_by.get(pair).copied().unwrap_or(1.0)).ln());
        Section { headings: headings.clone(), passages: *range, points: best(passages, *range, &worth, each) }
    });
    sections.filter(|s| !s.points.is_empty()).collect()
}

/// The sections whose first sentences say most of the document, at most `most`, in their order.
pub fn most_telling(sections: &[Section], passages: &[StoredPassage], most: usize) -> Vec<Point> {
    let length = |s: &Section| passages[s.passages.0..s.passages.1].iter().map(|p| p.passage.text.chars().count()).sum::<usize>() as f32;
    let mut ranked: Vec<(f32, Point)> = Vec::new();
    for section in sections {
        let heaviest = section.points.iter().copied().max_by(|a, b| a.weight.total_cmp(&b.weight));
        ranked.extend(heaviest.map(|p| (p.weight * length(section).sqrt(), p)));
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1.passage, a.1.span).cmp(&(b.1.passage, b.1.span))));
    let mut chosen: Vec<Point> = ranked.into_iter().take(most).map(|(_, p)| p).collect();
    chosen.sort_by_key(|p| (p.passage, p.span));
    chosen
}

/// The passages under each outer heading; under the next inner ones where there are too few of those.
fn parted(passages: &[StoredPassage]) -> Vec<(Vec<String>, (usize, usize))> {
    let mut chosen = Vec::new();
    for depth in 1..=4 {
        let mut parts: Vec<(Vec<String>, (usize, usize))> = Vec::new();
        for (i, stored) in passages.iter().enumerate() {
            let path = &stored.passage.heading_path;
            let key = path[..path.len().min(depth)].to_vec();
            match parts.last_mut() {
                Some((last, range)) if *last == key => range.1 = i + 1,
                _ => parts.push((key, (i, i + 1))),
            }
        }
        let fits = SECTIONS.contains(&parts.len());
        if chosen.is_empty() || parts.len() <= *SECTIONS.end() {
            chosen = parts;
        }
        if fits && depth > 1 || chosen.len() > *SECTIONS.end() {
            break;
        }
    }
    chosen
}

fn counts(passages: &[StoredPassage]) -> HashMap<String, f32> {
    let mut counts = HashMap::new();
    for stored in passages {
        for pair in pair_set(&stored.passage.text).into_iter().filter(|p| says_something(p)) {
            *counts.entry(pair).or_default() += 1.0;
        }
    }
    counts
}

/// Pairs of hiragana are grammar.
fn says_something(pair: &str) -> bool {
    !pair.chars().all(|c| matches!(c, '\u{3041}'..='\u{309f}'))
}

fn best(passages: &[StoredPassage], range: (usize, usize), worth: &dyn Fn(&str) -> f32, each: usize) -> Vec<Point> {
    let mut found: Vec<(Point, BTreeSet<String>)> = Vec::new();
    for (passage, stored) in passages.iter().enumerate().take(range.1).skip(range.0) {
        for span in candidates(stored) {
            let text = span.slice(&stored.passage.text).unwrap_or("");
            // In one order, so that sums are the same each time.
            let pairs: BTreeSet<String> = pair_set(text).into_iter().filter(|p| says_something(p)).collect();
            let mut weight = pairs.iter().map(|p| worth(p)).sum::<f32>() / (pairs.len() as f32 + 12.0);
            if text.chars().any(char::is_numeric) {
                weight *= 1.1;
            }
            if WEIGHTY.iter().any(|w| text.contains(w)) {
                weight *= 1.1;
            }
            found.push((Point { passage, span, weight }, pairs));
        }
    }
    // Of sentences that say as much, the first.
    found.sort_by(|a, b| b.0.weight.total_cmp(&a.0.weight).then((a.0.passage, a.0.span).cmp(&(b.0.passage, b.0.span))));
    let mut chosen: Vec<(Point, BTreeSet<String>)> = Vec::new();
    for (point, pairs) in found {
        let repeats =
            |(_, other): &(Point, BTreeSet<String>)| pairs.intersection(other).count() as f32 > REPEATED * pairs.len().max(1) as f32;
        if chosen.len() < each && !chosen.iter().any(repeats) {
            chosen.push((point, pairs));
        }
    }
    let mut points: Vec<Point> = chosen.into_iter().map(|(p, _)| p).collect();
    points.sort_by_key(|p| (p.passage, p.span));
    points
}

/// Whether a line names an amendment in the head of a regulation (改正平成13年3月26日条例第7号).
fn is_amendment(tight: &str) -> bool {
    ["改正", "制定", "公布"].iter().any(|word| tight.starts_with(word)) && tight.ends_with('号')
}

/// The sentences and items of a passage that are no headings; its rows where it has nothing else.
fn candidates(stored: &StoredPassage) -> Vec<Span> {
    let text = &stored.passage.text;
    let headings: Vec<String> = stored.passage.heading_path.iter().chain([&stored.title]).map(|h| fold_tight(h)).collect();
    let (mut sentences, mut rows) = (Vec::new(), Vec::new());
    for piece in pieces(stored) {
        match piece.kind {
            Kind::Text => sentences.extend(sentences_of(text, piece.span)),
            Kind::Item(_) => sentences.push(piece.span),
            Kind::Row(_) => rows.push(piece.span),
        }
    }
    let tells = |span: &Span| {
        let words = span.slice(text).unwrap_or("");
        let tight = fold_tight(words);
        let is_note = is_amendment(&tight) || tight.starts_with('(') && tight.ends_with(')');
        tight.chars().count() >= SHORTEST && !is_note && !headings.iter().any(|h| h.contains(&tight))
    };
    sentences.retain(tells);
    if sentences.is_empty() { rows } else { sentences }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::stored_passage;

    #[test]
    fn each_section_says_what_is_its_own() {
        let section = |id, heading: &str, text: &str| {
            let mut stored = stored_passage(id, "図書館利用案内", text);
            stored.passage.heading_path = vec![heading.to_owned()];
            stored
        };
        let passages = [
            section(
                1,
                "貸出し",
                "貸出し\n図書は10冊まで2週間借りられます。図書の貸出しの延長は1回に限ります。詳しくは職員にお尋ねください。",
            ),
            section(2, "複写", "複写\n複写は著作権法の定める範囲で、図書は半分以下とします。詳しくは職員にお尋ねください。"),
        ];
        let sections = sections(&passages, 1);
        let said: Vec<&str> =
            sections.iter().map(|s| s.points[0].span.slice(&passages[s.points[0].passage].passage.text).expect("words")).collect();
        assert_eq!(said.len(), 2);
        assert!(said[0].starts_with("図書") && said[1].starts_with("複写は"), "{said:?}");
        assert_eq!(most_telling(&sections, &passages, 1).len(), 1);
    }

    #[test]
    fn a_document_without_headings_is_one_section() {
        let passages = [stored_passage(1, "通知", "粗大ごみの臨時収集を令和8年6月7日に行います。")];
        assert_eq!(sections(&passages, 2).len(), 1);
    }
}
