//! What one document offers: its title, its articles, its headings.

use super::key::{Key, Typed, places};
use super::{Completion, OfferKind, Place};
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

/// An offer that holds what was typed. The least fits best.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit<'a> {
    pub place: Place,
    pub kind: OfferKind,
    /// The length of the regulation's name, of the title or of the heading.
    pub rank: usize,
    /// Its place in the document.
    pub order: usize,
    pub offers: &'a Offers,
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

    /// Puts the offers that hold what was typed behind `hits`: of each kind and place the first `limit` that can be among
    /// the best.
    pub(super) fn matching<'a>(&'a self, typed: &Typed, limit: usize, hits: &mut Vec<Hit<'a>>) {
        let Some([plain, counted]) = typed.needles().next() else { return };
        let mut held = lines(&self.plain, plain, &self.all, |o| o.plain_at);
        if counted != plain {
            // 第九条 finds 第9条 as well: what is written in digits has no second form.
            held.extend(lines(&self.plain, counted, &self.all, |o| o.plain_at));
        }
        held.extend(lines(&self.counted, counted, &self.all, |o| o.counted_at));
        held.sort_unstable();
        held.dedup_by_key(|(index, _)| *index);
        let mut many = [0; 3];
        for (index, at) in held {
            let offer = &self.all[index];
            let Some(place) = self.place(typed, offer, at) else { continue };
            let rank = if offer.kind == OfferKind::Article { offer.part } else { line(&self.plain, offer.plain_at).len() };
            // Articles of one regulation come in the order of the text, so that no later one is better.
            if offer.kind == OfferKind::Article {
                many[place as usize] += 1;
                if many[place as usize] > limit {
                    continue;
                }
            }
            hits.push(Hit { place, kind: offer.kind, rank, order: index, offers: self });
        }
    }

    /// Where an offer holds what was typed, whose first piece stands at byte `at` of its key.
    fn place(&self, typed: &Typed, offer: &Offer, at: usize) -> Option<Place> {
        if !typed.has_words() {
            return Some(Place::at(at, offer.part));
        }
        let (plain, counted) = (line(&self.plain, offer.plain_at), line(&self.counted, offer.counted_at));
        typed.place(plain, if counted.is_empty() { plain } else { counted }, offer.part)
    }

    /// An offer in words.
    pub(super) fn completion(&self, index: usize) -> Option<Completion> {
        let offer = self.all.get(index)?;
        let label = if offer.label.is_empty() { offer.text.clone() } else { offer.label.clone() };
        let note = if offer.kind == OfferKind::Heading { self.title.clone() } else { String::new() };
        Some(Completion { kind: offer.kind, text: offer.text.clone(), label, note })
    }
}

/// The offers whose lines hold the needle, in order, with the byte of the line where it first stands.
fn lines(keys: &str, needle: &str, all: &[Offer], start: impl Fn(&Offer) -> usize) -> Vec<(usize, usize)> {
    let mut held: Vec<(usize, usize)> = Vec::new();
    let mut index = 0;
    for at in places(keys, needle) {
        while all.get(index + 1).is_some_and(|next| start(next) <= at) {
            index += 1;
        }
        if held.last().is_none_or(|(last, _)| *last != index) {
            held.push((index, at - all.get(index).map_or(0, &start)));
        }
    }
    held
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
