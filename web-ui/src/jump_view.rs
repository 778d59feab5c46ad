//! Where a reference that was typed alone leads: to its one place, or to places to choose from.

use crate::links::{self, Mark};
use crate::page::Page;
use crate::words;
use appliance_core::jumping::{Destination, Ways};
use appliance_core::passage::StoredPassage;

/// A place that can be opened.
pub struct PlaceLink {
    /// In the viewer.
    pub href: String,
    /// What it is called.
    pub text: String,
    /// Where it stands.
    pub note: String,
}

/// What became of one reference.
pub struct ReferenceView {
    /// What was found, or not.
    pub says: String,
    /// Whether it leads nowhere by itself.
    pub unknown: bool,
    /// Places to open.
    pub places: Vec<PlaceLink>,
    /// References to ask with instead.
    pub instead: Vec<String>,
}

/// What became of all references of a question.
pub struct JumpView {
    /// The question.
    pub question: String,
    /// Its references.
    pub references: Vec<ReferenceView>,
}

/// The place where a single reference leads, when it is the only one.
pub fn only(destinations: &[Destination]) -> Option<String> {
    match destinations {
        [Destination { ways: Ways::Found(found), .. }] => match found.as_slice() {
            [one] => Some(href(one)),
            _ => None,
        },
        _ => None,
    }
}

/// The view of where the references of a question lead.
pub fn view(page: &Page, question: &str, destinations: &[Destination]) -> JumpView {
    JumpView { question: question.to_owned(), references: destinations.iter().map(|d| reference(page, d)).collect() }
}

fn reference(page: &Page, destination: &Destination) -> ReferenceView {
    let Destination { name, address, ways } = destination;
    let whole = if name.is_empty() { address.clone() } else { format!("{name} {address}") };
    let says = |key: &str| {
        page.words(key, &[("name", name.as_str().into()), ("address", address.as_str().into()), ("whole", whole.as_str().into())])
    };
    let listed = |passages: &[StoredPassage]| passages.iter().map(|s| link(page, s.title.clone(), s)).collect::<Vec<_>>();
    let (key, places, instead) = match ways {
        Ways::Found(found) if found.len() > 1 => ("jump-several", listed(found), Vec::new()),
        Ways::Found(found) if found.is_empty() => ("jump-no-place", Vec::new(), Vec::new()),
        Ways::Found(found) => ("jump-found", listed(found), Vec::new()),
        Ways::NoSuchPlace(near) => ("jump-no-place", near.iter().map(|(place, s)| link(page, place.clone(), s)).collect(), Vec::new()),
        Ways::NoSuchName(near) => ("jump-no-name", Vec::new(), near.iter().map(|n| format!("{n} {address}")).collect()),
        Ways::Unnamed(found) => ("jump-unnamed", listed(found), Vec::new()),
    };
    ReferenceView { says: says(key), unknown: !matches!(ways, Ways::Found(_)), places, instead }
}

fn link(page: &Page, text: String, stored: &StoredPassage) -> PlaceLink {
    let headings = words::headings(&stored.title, &stored.passage.heading_path);
    let place = words::place(page, &stored.passage.locator.place);
    let title = if text == stored.title { String::new() } else { format!("{} · ", stored.title) };
    PlaceLink { href: href(stored), text, note: format!("{title}{headings} {place}") }
}

fn href(stored: &StoredPassage) -> String {
    links::place(
        stored.document,
        &stored.passage.locator.place,
        Some(Mark { passage: stored.id, quote: None, version: Some(stored.version) }),
    )
}
