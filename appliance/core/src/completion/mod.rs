//! Typing help: titles, articles, headings and past questions that hold what was typed so far.
//!
//! Everything is kept by document, and documents that the viewer may not see are not looked at: neither what is offered
//! nor how long it takes tells of them. A past question is offered only where every document that its answer drew on is
//! visible. Nothing here reads a catalog; [`Offers`] and [`PastQuestion`] are made of what it holds.

mod key;
mod offers;

pub use key::Key;
use offers::Hit;
pub use offers::Offers;

use crate::id::{AnswerId, CollectionId, DocumentId, UserId};
use crate::viewer::Viewer;
use key::Typed;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The longest text that is helped with, in characters: a longer one is a sentence of its own.
pub const LONGEST_TYPED: usize = 80;
/// Offers of one kind, before the other kinds had their turn.
const OF_ONE_KIND: usize = 3;

/// What an offer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OfferKind {
    /// The title of a document.
    Title,
    /// A question that was answered before.
    Question,
    /// An article, table or form of a regulation.
    Article,
    /// A heading.
    Heading,
}

/// Something that the typed text may be meant to become.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// What it is.
    pub kind: OfferKind,
    /// The text to ask with: of an article, the reference alone (「手数料条例 第9条」).
    pub text: String,
    /// The text to show (「手数料条例 第9条（減免）」).
    pub label: String,
    /// The document it stands in, where the label does not say; else empty.
    pub note: String,
}

/// A question that was answered, and by whom it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastQuestion {
    /// The kept answer.
    pub id: AnswerId,
    /// Who asked.
    pub user: UserId,
    /// The question.
    pub text: String,
    /// Its key.
    pub key: Key,
    /// Every document that the answer drew on. A question without any is offered to nobody.
    pub documents: Vec<DocumentId>,
}

/// How well an offer fits; the least fits best. Orders all offers, so that the same typing gives the same list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    place: Place,
    kind: OfferKind,
    /// Of questions: 0 for one's own, and less for what was asked more often; else the length of the regulation's name, of
    /// the title or of the heading.
    rank: usize,
    /// Of questions the length; else the place in the document.
    order: usize,
    label: String,
}

/// Where the typed text stands in a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// At its start.
    Start,
    /// At the start of a part of it (第9条 behind the regulation's name).
    Part,
    /// Anywhere.
    Within,
}

/// Whose past questions are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// One's own alone.
    OwnQuestions,
    /// Colleagues' too, without their names.
    Colleagues,
}

/// What is known when a request comes: the documents by id, and past questions, the newest last.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// What documents offer.
    pub documents: &'a BTreeMap<DocumentId, std::sync::Arc<Offers>>,
    /// Past questions.
    pub questions: &'a [PastQuestion],
    /// Whose of them are offered.
    pub sharing: Sharing,
}

/// The best offers for what `viewer` has typed, at most `limit`, narrowed to `collections` unless that is empty.
pub fn complete(known: Known<'_>, viewer: &Viewer, collections: &[CollectionId], typed: &str, limit: usize) -> Vec<Completion> {
    let Some(typed) = Typed::new(typed) else { return Vec::new() };
    let within = |collection: CollectionId| collections.is_empty() || collections.contains(&collection);
    let visible = |offers: &Offers| within(offers.collection) && viewer.can_see(offers.collection, offers.document);
    let mut hits: Vec<Hit<'_>> = Vec::new();
    for offers in known.documents.values().filter(|o| visible(o)) {
        offers.matching(&typed, limit, &mut hits);
    }
    let sees = |document: &DocumentId| known.documents.get(document).is_some_and(|o| visible(o));
    let mut found = worded(hits, limit);
    let offered = |q: &&PastQuestion| known.sharing == Sharing::Colleagues || q.user == viewer.user();
    found.extend(past(known.questions.iter().filter(offered), viewer.user(), &typed, sees));
    found.sort_by(|a, b| a.0.cmp(&b.0));
    chosen(found, limit)
}

/// The best offers of documents in words; enough of each kind that none is missed for being said twice.
fn worded(mut hits: Vec<Hit<'_>>, limit: usize) -> Vec<(Fit, Completion)> {
    let alike = limit.saturating_mul(4);
    hits.sort_unstable_by_key(|h| (h.kind, h.place, h.rank, h.order, h.offers.document));
    let mut many = (OfferKind::Title, 0);
    let mut found = Vec::new();
    for hit in hits {
        many = if many.0 == hit.kind { (hit.kind, many.1 + 1) } else { (hit.kind, 1) };
        let completion = if many.1 <= alike { hit.offers.completion(hit.order) } else { None };
        let fit = |c: &Completion| Fit { place: hit.place, kind: hit.kind, rank: hit.rank, order: hit.order, label: c.label.clone() };
        found.extend(completion.map(|c| (fit(&c), c)));
    }
    found
}

/// The past questions that fit and draw on visible documents alone; each once, however often it was asked.
fn past<'q>(
    questions: impl Iterator<Item = &'q PastQuestion>,
    asker: UserId,
    typed: &Typed,
    sees: impl Fn(&DocumentId) -> bool,
) -> Vec<(Fit, Completion)> {
    let mut alike: HashMap<&str, (bool, usize, Place, &PastQuestion)> = HashMap::new();
    for question in questions {
        let Some(place) = typed.place_in(&question.key, 0) else { continue };
        if question.documents.is_empty() || !question.documents.iter().all(&sees) {
            continue;
        }
        let entry = alike.entry(question.key.plain()).or_insert((false, 0, place, question));
        *entry = (entry.0 || question.user == asker, entry.1 + 1, place, question);
    }
    let offer = |(own, times, place, question): (bool, usize, Place, &PastQuestion)| {
        let rank = if own { 0 } else { 1 + 1_000_usize.saturating_sub(times) };
        let order = question.key.plain().len();
        let fit = Fit { place, kind: OfferKind::Question, rank, order, label: question.text.clone() };
        let text = question.text.clone();
        (fit, Completion { kind: OfferKind::Question, label: text.clone(), text, note: String::new() })
    };
    alike.into_values().map(offer).collect()
}

/// The first offers, none twice, so that no kind keeps the others out.
fn chosen(found: Vec<(Fit, Completion)>, limit: usize) -> Vec<Completion> {
    let mut seen: HashSet<(String, String)> = HashSet::new();
    let mut of_kind: HashMap<OfferKind, usize> = HashMap::new();
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for (fit, completion) in found {
        // The same heading of several documents is one offer; which of them is meant, the search finds out.
        if !seen.insert((completion.text.clone(), completion.label.clone())) {
            continue;
        }
        let many = of_kind.entry(completion.kind).or_default();
        *many += 1;
        if *many <= OF_ONE_KIND {
            first.push((fit, completion));
        } else {
            rest.push((fit, completion));
        }
        if first.len() >= limit {
            break;
        }
    }
    let free = limit.saturating_sub(first.len());
    first.truncate(limit);
    first.extend(rest.into_iter().take(free));
    first.sort_by(|a, b| a.0.cmp(&b.0));
    first.into_iter().map(|(_, completion)| completion).collect()
}

#[cfg(test)]
mod tests;
