//! What one document offers: its title, its articles, its headings.

use super::key::{Key, Typed, find};
use super::{Completion, Fit, OfferKind, Place};
use crate::folding::fold_tight;
use crate::id::{CollectionId, DocumentId};
use crate::reference::{naming, references};
use std::collections::HashSet;

/// Offers of one document; a workbook of a million rows has no million headings worth offering.
const MOST: usize = 20_000;
/// Characters of a heading; a longer one is a sentence.
const LONGEST_HEADING: usize = 100;
/// Marks before a title that are no part of it.
const MARKS: [char; 9] = ['○', '◯', '●', '◎', '■', '□', '◆', '◇', '#'];

/// The offers of a document's searchable version.
#[derive(Debug)]
pub struct Offers {
    /// The document.
    pub document: DocumentId,
    /// Its collection.
    pub collection: CollectionId,
    title: String,
    /// The keys of all offers, each on a line of its own.
    plain: String,
    /// The same with numbers in digits; an empty line where that is the same.
    counted: String,
    all: Vec<Offer>,
}

#[derive(Debug)]
struct Offer {
    kind: OfferKind,
    text: String,
    /// Empty where it is the text.
    label: String,
    /// Where its lines begin.
    plain_at: usize,
    counted_at: usize,
    /// The byte of its key, in both forms, where its own part begins behind the regulation's name.
    part: usize,
}

impl Offer {
    /// Which of one kind comes first: the articles of the shorter name, the shorter heading.
    fn rank(&self, plain: &str) -> usize {
        if self.kind == OfferKind::Article { self.part } else { plain.len() }
    }
}

impl Offers {
    /// The offers of a document with that title, whose passages stand under those headings, outermost first.
    pub fn new<'h>(
        document: DocumentId,
        collection: CollectionId,
        title: &str,
        heading_paths: impl IntoIterator<Item = &'h [String]>,
    ) -> Self {
        let mut offers = Self { document, collection, title: bare(title), plain: String::new(), counted: String::new(), all: Vec::new() };
        let own = fold_tight(&offers.title);
        let title = offers.title.clone();
        offers.add(OfferKind::Title, title.clone(), String::new(), "");
        let mut seen: HashSet<String> = HashSet::from([own]);
        for path in heading_paths {
            let mut regulation = naming::is_regulation(&naming::key(&title)).then(|| title.clone());
            for heading in path {
                if heading.chars().count() > LONGEST_HEADING || offers.all.len() >= MOST {
                    continue;
                }
                let named = naming::regulation_in(heading).map(|_| bare(heading));
                let within = named.as_ref().or(regulation.as_ref()).filter(|_| place_of(heading).is_some());
                let what = within.map(|name| fold_tight(name) + "\n").unwrap_or_default() + &fold_tight(&bare(heading));
                match named {
                    // A file may hold several regulations, each under its name.
                    Some(name) => {
                        if seen.insert(what) {
                            offers.add(OfferKind::Title, name.clone(), String::new(), "");
                        }
                        regulation = Some(name);
                    }
                    None if seen.insert(what) => offers.add_heading(heading, regulation.as_deref()),
                    None => {}
                }
            }
        }
        offers
    }

    fn add_heading(&mut self, heading: &str, regulation: Option<&str>) {
        let heading = bare_of_marks(heading);
        match regulation.zip(place_of(heading)) {
            Some((name, place)) => {
                let label = format!("{name} {}", one_line(heading));
                self.add(OfferKind::Article, format!("{name} {place}"), label, name);
            }
            None => self.add(OfferKind::Heading, one_line(heading), String::new(), ""),
        }
    }

    fn add(&mut self, kind: OfferKind, text: String, label: String, name: &str) {
        let key = Key::new(if label.is_empty() { &text } else { &label });
        if key.plain().chars().count() < 2 {
            return;
        }
        let (plain_at, counted_at) = (self.plain.len(), self.counted.len());
        self.plain.push_str(key.plain());
        self.plain.push('\n');
        if key.counted() != key.plain() {
            self.counted.push_str(key.counted());
        }
        self.counted.push('\n');
        self.all.push(Offer { kind, text, label, plain_at, counted_at, part: Key::new(name).plain().len() });
    }

    /// Puts the offers that hold what was typed behind `found`, of each kind the best `limit`.
    pub(super) fn matching(&self, typed: &Typed, limit: usize, found: &mut Vec<(Fit, Completion)>) {
        let Some([plain, counted]) = typed.needles().next() else { return };
        let mut hits: Vec<usize> = self.lines(&self.plain, plain, |o| o.plain_at);
        hits.extend(self.lines(&self.counted, counted, |o| o.counted_at));
        hits.sort_unstable();
        hits.dedup();
        let fit = |index: usize| {
            let offer = self.all.get(index)?;
            let (plain, counted) = (line(&self.plain, offer.plain_at), line(&self.counted, offer.counted_at));
            let place = typed.place(plain, if counted.is_empty() { plain } else { counted }, offer.part)?;
            Some((place, offer.kind, offer.rank(plain), index))
        };
        let mut fits: Vec<(Place, OfferKind, usize, usize)> = hits.into_iter().filter_map(fit).collect();
        fits.sort_unstable();
        let mut many = 0;
        let mut last = None;
        for (place, kind, rank, index) in fits {
            many = if last == Some((place, kind)) { many + 1 } else { 0 };
            last = Some((place, kind));
            if many < limit {
                found.push(self.offer(index, place, rank));
            }
        }
    }

    fn offer(&self, index: usize, place: Place, rank: usize) -> (Fit, Completion) {
        let offer = &self.all[index];
        let label = if offer.label.is_empty() { offer.text.clone() } else { offer.label.clone() };
        let note = if offer.kind == OfferKind::Heading { self.title.clone() } else { String::new() };
        let fit = Fit { place, kind: offer.kind, rank, order: index, label: label.clone() };
        (fit, Completion { kind: offer.kind, text: offer.text.clone(), label, note })
    }

    /// The offers whose lines hold the needle.
    fn lines(&self, keys: &str, needle: &str, start: impl Fn(&Offer) -> usize) -> Vec<usize> {
        let mut held = Vec::new();
        let mut from = 0;
        while let Some(at) = keys.get(from..).and_then(|rest| find(rest, needle)).map(|at| from + at) {
            let index = self.all.partition_point(|o| start(o) <= at).saturating_sub(1);
            held.push(index);
            from = self.all.get(index + 1).map_or(keys.len(), &start);
        }
        held
    }
}

fn line(keys: &str, at: usize) -> &str {
    keys.get(at..).and_then(|rest| rest.split('\n').next()).unwrap_or_default()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn bare_of_marks(text: &str) -> &str {
    text.trim_start_matches(MARKS).trim()
}

/// A title without marks before it and without what stands in brackets behind it.
fn bare(title: &str) -> String {
    let title = bare_of_marks(title);
    let open = title.find(['（', '(']).filter(|at| *at > 0 && title.ends_with(['）', ')']));
    let title = if naming::regulation_in(title).is_some() { &title[..open.unwrap_or(title.len())] } else { title };
    one_line(title)
}

/// The place that a heading names, as it is written there, without its caption: 「第9条第2項」 of 「第9条（減免）第2項」.
fn place_of(heading: &str) -> Option<String> {
    let uncaptioned: String = match heading.find(['（', '(']).zip(heading.find(['）', ')'])) {
        Some((open, close)) if open > 0 && close > open => {
            let after = heading[close..].chars().next().map_or(0, char::len_utf8);
            format!("{}{}", &heading[..open], &heading[close + after..])
        }
        _ => heading.to_owned(),
    };
    let first = references(&uncaptioned, None).into_iter().next()?;
    (first.span.start == 0).then(|| one_line(&uncaptioned[..first.span.end]))
}
