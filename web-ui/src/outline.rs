//! The outline of a document: the headings above its passages, each with the first place it stands over.

use crate::links;
use crate::stable;
use appliance_core::id::DocumentId;
use appliance_core::locator::Place;
use appliance_core::passage::StoredPassage;
use appliance_core::ports::catalog::Edition;
use std::collections::BTreeSet;

/// Documents of more passages get no outline: reading all passages for it would slow every page down.
pub const MOST_PASSAGES: u32 = 600;
/// Headings shown whole; of more, the outermost are, and those around the place that is shown.
const WHOLE: usize = 150;
const MOST_OUTERMOST: usize = 150;
const MOST_AROUND: usize = 150;

/// A heading.
pub struct Heading {
    /// Its words.
    pub text: String,
    /// 1 is the outermost; deeper than 3 is shown as 3.
    pub level: usize,
    /// Where what stands under it begins.
    pub href: String,
    /// Whether the place that is shown stands under it.
    pub current: bool,
}

/// The headings of a document, in order. `at` is the byte of its text that is shown.
pub fn outline(passages: &[StoredPassage], edition: Edition, at: Option<usize>) -> Vec<Heading> {
    let entries = entries(passages.iter().map(|p| (p.passage.locator.span.start, p.passage.heading_path.as_slice())));
    let shown = shown(&entries, at);
    let heading = |nth: usize| {
        let Entry { passage, depth, .. } = entries[nth];
        let stored = &passages[passage];
        Heading {
            text: stored.passage.heading_path[depth].clone(),
            level: (depth + 1).min(3),
            href: href(stored, edition),
            current: Some(nth) == shown.1,
        }
    };
    shown.0.into_iter().map(heading).collect()
}

/// The headings of a document whose passages are not at hand, by the bytes from which they stand over its text.
pub fn of_headings(document: DocumentId, headings: &[(usize, Vec<String>)], edition: Edition, at: Option<usize>) -> Vec<Heading> {
    let entries = entries(headings.iter().map(|(start, path)| (*start, path.as_slice())));
    let shown = shown(&entries, at);
    let edition = links::edition(edition).map(|e| format!("?{e}")).unwrap_or_default();
    let heading = |nth: usize| {
        let Entry { passage, depth, .. } = entries[nth];
        let path = &headings[passage].1;
        let href = format!("{}{edition}", stable::heading(document, &path[..=depth]));
        Heading { text: path[depth].clone(), level: (depth + 1).min(3), href, current: Some(nth) == shown.1 }
    };
    shown.0.into_iter().map(heading).collect()
}

/// A heading: the passage that it first stands over, how deep it lies, and the byte from which it stands.
#[derive(Debug, Clone, Copy)]
struct Entry {
    passage: usize,
    depth: usize,
    start: usize,
}

fn entries<'p>(passages: impl Iterator<Item = (usize, &'p [String])>) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut previous: &[String] = &[];
    for (passage, (start, path)) in passages.enumerate() {
        let shared = path.iter().zip(previous).take_while(|(a, b)| a == b).count();
        entries.extend((shared..path.len()).map(|depth| Entry { passage, depth, start }));
        previous = path;
    }
    // A single heading tells nothing that the title does not.
    if entries.len() < 2 { Vec::new() } else { entries }
}

/// Which headings are shown, and which of them is the innermost over the place.
fn shown(entries: &[Entry], at: Option<usize>) -> (Vec<usize>, Option<usize>) {
    let current = at.and_then(|at| entries.iter().rposition(|e| e.start <= at));
    let depths: Vec<usize> = entries.iter().map(|e| e.depth).collect();
    (windowed(&depths, current), current)
}

/// Of headings that lie so deep, those that are shown around the one at `current`: all, or of very many the outermost and
/// those of its branch.
pub fn windowed(depths: &[usize], current: Option<usize>) -> Vec<usize> {
    if depths.len() <= WHOLE {
        return (0..depths.len()).collect();
    }
    let top = depths.iter().copied().min().unwrap_or(0);
    let around = current.unwrap_or(0);
    let from = (0..=around).rev().find(|nth| depths[*nth] == top).unwrap_or(0).max(around.saturating_sub(MOST_AROUND / 2));
    let branch = |nth: &usize| (from..from + MOST_AROUND).contains(nth) && (from + 1..=*nth).all(|n| depths[n] > top);
    let outermost: Vec<usize> = (0..depths.len()).filter(|nth| depths[*nth] == top).collect();
    // Of very many outermost ones, those around the place.
    let first = outermost.partition_point(|nth| *nth < around).saturating_sub(MOST_OUTERMOST / 2);
    let first = first.min(outermost.len().saturating_sub(MOST_OUTERMOST));
    let kept: BTreeSet<usize> = outermost.into_iter().skip(first).take(MOST_OUTERMOST).chain((0..depths.len()).filter(branch)).collect();
    kept.into_iter().collect()
}

/// The place without a mark: nothing is cited here.
fn href(stored: &StoredPassage, edition: Edition) -> String {
    let place = &stored.passage.locator.place;
    let edition = links::edition(edition).map(|e| format!("?{e}")).unwrap_or_default();
    let address = format!("{}{edition}", links::place(stored.document, place, None));
    match place {
        Place::Text { first_line, .. } => format!("{address}#line-{first_line}"),
        Place::Pages { .. } | Place::Cells { .. } => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use appliance_core::testing::stored_passage;

    #[test]
    fn each_heading_stands_once() {
        let mut passages = Vec::new();
        for (id, path) in [(1, vec!["第1章", "第1条"]), (2, vec!["第1章", "第1条"]), (3, vec!["第1章", "第2条"]), (4, vec!["第2章"])]
        {
            let mut stored = stored_passage(id, "条例", "本文");
            stored.passage.heading_path = path.into_iter().map(str::to_owned).collect();
            passages.push(stored);
        }
        let headings = outline(&passages, Edition::Answering, None);
        let written: Vec<(usize, &str)> = headings.iter().map(|h| (h.level, h.text.as_str())).collect();
        assert_eq!(written, [(1, "第1章"), (2, "第1条"), (2, "第2条"), (1, "第2章")]);
        assert_eq!(headings[2].href, "/documents/3/at/line/1#line-1");
    }

    #[test]
    fn a_long_outline_opens_around_the_place() {
        let path = |chapter: usize, section: usize| vec![format!("第{chapter}章"), format!("第{section}節")];
        let headings: Vec<(usize, Vec<String>)> = (0..600).map(|n| (n * 10, path(n / 20, n % 20))).collect();
        let shown = of_headings(DocumentId(3), &headings, Edition::Answering, Some(2_105));
        assert_eq!(shown.iter().filter(|h| h.level == 1).count(), 30);
        let branch: Vec<&str> = shown.iter().filter(|h| h.level == 2).map(|h| h.text.as_str()).collect();
        assert_eq!((branch.len(), branch[10]), (20, "第10節"));
        let current = shown.iter().find(|h| h.current).expect("a heading over the place");
        assert_eq!(current.text, "第10節");
        assert!(current.href.starts_with("/documents/3/at/heading/%E7%AC%AC10"), "{}", current.href);
    }
}
