//! The versions of one document in time: which of them is in force on which day.

use super::{Day, Days, Ending, PartKind, Said};
use crate::reference::{Address, Part, references, standing};
use serde::{Deserialize, Serialize};

/// The days that an operator set for a version; what is not set is as the text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SetDays {
    /// From when it is in force.
    pub from: Option<Day>,
    /// From when it is no longer: repealed, unless a newer version takes its place before.
    pub until: Option<Day>,
}

/// A version with what is known of its days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edition {
    /// What its text says.
    pub said: Said,
    /// What an operator set.
    pub set: SetDays,
    /// From when another regulation repeals it.
    pub repealed: Option<Day>,
}

impl Edition {
    /// Its own days, whatever other versions there are.
    pub fn days(&self) -> Days {
        let said = self.said.days();
        match self.set.until {
            Some(until) => Days { from: self.set.from.or(said.from), until: Some(until), ending: Some(Ending::Repealed) },
            None => {
                let days = Days { from: self.set.from.or(said.from), ..said };
                match self.repealed.filter(|day| days.until.is_none_or(|until| *day < until)) {
                    Some(day) => Days { until: Some(day), ending: Some(Ending::Repealed), ..days },
                    None => days,
                }
            }
        }
    }
}

/// When a version answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Period {
    /// Its days.
    pub days: Days,
    /// Parts whose days differ from it.
    pub parts: Vec<(Address, Days)>,
}

/// When each version answers, in the order in which they were added; `None` for one that never does.
///
/// A version is in force until the next one is. Of two from the same day, the one added later counts. A version of which
/// no day is known takes the place of all that were added before it, and is in force until the first day of those that
/// were added after it.
pub fn periods(editions: &[Edition]) -> Vec<Option<Period>> {
    let begins = editions.iter().rposition(|e| e.days().from.is_none()).unwrap_or(0);
    let mut order: Vec<usize> = (begins..editions.len()).collect();
    order.sort_by_key(|i| (editions[*i].days().from, *i));
    let mut latest: Vec<usize> = Vec::with_capacity(order.len());
    for i in order {
        if latest.last().is_some_and(|last| editions[*last].days().from == editions[i].days().from) {
            latest.pop();
        }
        latest.push(i);
    }
    let mut found: Vec<Option<Period>> = editions.iter().map(|_| None).collect();
    for (place, i) in latest.iter().enumerate() {
        let days = until_next(editions[*i].days(), latest.get(place + 1).and_then(|next| editions[*next].days().from));
        if !days.are_none() {
            found[*i] = Some(Period { days, parts: Vec::new() });
        }
    }
    for address in own_parts(editions, &latest) {
        for (place, i) in latest.iter().enumerate() {
            let later = latest[place + 1..].iter().filter_map(|j| part_from(editions, &latest, *j, &address)).min();
            let own = Days { from: part_from(editions, &latest, *i, &address), ..editions[*i].days() };
            let days = until_next(own, later);
            if let Some(period) = found[*i].as_mut().filter(|p| p.days != days) {
                period.parts.push((address.clone(), days));
            }
        }
    }
    found
}

fn until_next(own: Days, next: Option<Day>) -> Days {
    match next.filter(|next| own.until.is_none_or(|until| *next < until)) {
        Some(next) => Days { until: Some(next), ending: Some(Ending::Replaced), ..own },
        None => own,
    }
}

/// The parts that have days of their own in any version that counts.
fn own_parts(editions: &[Edition], latest: &[usize]) -> Vec<Address> {
    let mut all: Vec<Address> = latest.iter().flat_map(|i| editions[*i].said.parts.iter().map(|p| p.address.clone())).collect();
    all.sort();
    all.dedup();
    all
}

/// From when a part is in force as a version words it. An amended part needs a version before it, whose wording holds
/// meanwhile: without one, nobody can tell which wording the text shows.
fn part_from(editions: &[Edition], latest: &[usize], i: usize, address: &Address) -> Option<Day> {
    let edition = &editions[i];
    let from = edition.days().from;
    let has_former = latest.first() != Some(&i);
    let own = edition.said.parts.iter().filter(|p| p.address == *address && (p.kind == PartKind::New || has_former));
    own.map(|p| p.from).filter(|own| from.is_none_or(|from| *own > from)).max().or(from)
}

impl Period {
    /// The days of a passage: those of its part, where all that it holds is of parts with the same days.
    pub fn of_passage(&self, title: &str, heading_path: &[String], text: &str) -> Days {
        if self.parts.is_empty() {
            return self.days;
        }
        let whole = |spelled: &String| references(spelled, None).pop().map(|r| r.address).filter(is_whole_part);
        let held: Vec<Address> = standing(title, heading_path, text).addresses.iter().filter_map(whole).collect();
        let days = |address: &Address| self.parts.iter().find(|(a, _)| a == address).map_or(self.days, |(_, days)| *days);
        match held.split_first() {
            Some((first, rest)) if rest.iter().all(|a| days(a) == days(first)) => days(first),
            _ => self.days,
        }
    }
}

fn is_whole_part(address: &Address) -> bool {
    let numbered = matches!(address.part, Some(Part::Article(_) | Part::Schedule(_) | Part::Form(_)));
    numbered && !address.supplement && address.paragraph.is_none() && address.item.is_empty()
}
