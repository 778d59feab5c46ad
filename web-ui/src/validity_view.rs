//! When a text is in force, as pages say it: in words, never by colour alone.

use crate::page::Page;
use appliance_core::ports::version::VersionEntry;
use appliance_core::validity::{AsOf, ChosenBy, Days, Standing};

/// When a text is in force, and how it stands today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidityView {
    /// 現行, 未施行, 旧, 廃止, 失効.
    pub mark: String,
    /// How the mark is drawn: good, warn, past or bad.
    pub tone: &'static str,
    /// From when until when.
    pub days: String,
}

/// The view of days; `None` where none is known.
pub fn validity(page: &Page, days: &Days) -> Option<ValidityView> {
    let (key, tone) = match days.standing(page.today) {
        Standing::Undated => return None,
        Standing::InForce => ("validity-in-force", "good"),
        Standing::NotYet => ("validity-not-yet", "warn"),
        Standing::Past => ("validity-past", "past"),
        Standing::Repealed => ("validity-repealed", "bad"),
        Standing::Expired => ("validity-expired", "bad"),
    };
    Some(ValidityView { mark: page.t(key), tone, days: span(page, days) })
}

/// 「2024-04-01 施行 · 2026-03-31 まで」: people name the last day, not the one after it.
fn span(page: &Page, days: &Days) -> String {
    let from = days.from.map(|day| page.with("validity-from", "day", page.day(day)));
    let last = days.until.and_then(|until| until.yesterday().ok());
    let until = last.map(|day| page.with("validity-until", "day", page.day(day)));
    from.into_iter().chain(until).collect::<Vec<_>>().join(&page.t("progress-between"))
}

/// What a version says of its days, and what an operator set, line by line.
pub fn facts(page: &Page, version: &VersionEntry) -> Vec<Fact> {
    let said = &version.said;
    let mut facts = Vec::new();
    let mut add = |key: &str, value: String| facts.push(Fact { label: page.t(key), value });
    if let Some(day) = said.promulgated {
        let number = said.number.as_deref().map(|n| format!(" {n}")).unwrap_or_default();
        add("said-promulgated", format!("{}{number}", page.day(day)));
    }
    if let Some(day) = said.amended.iter().max() {
        add("said-amended", page.words("said-amendments", &[("count", said.amended.len().into()), ("day", page.day(*day).into())]));
    }
    let read = said.days();
    if read.are_known() {
        add("said-read", span(page, &read));
    }
    for part in &said.parts {
        add("said-part", format!("{} {}", part.address, page.with("validity-from", "day", page.day(part.from))));
    }
    for words in &said.uncomputed {
        add("said-uncomputed", words.clone());
    }
    if let Some(day) = version.repealed {
        add("said-repealed", page.day(day));
    }
    for repeal in &said.repeals {
        add("said-repeals", format!("{} {}", repeal.name, page.day(repeal.from)));
    }
    let set = Days { from: version.set.from, until: version.set.until, ending: None };
    if set.are_known() {
        add("said-set", span(page, &set));
    }
    facts
}

/// A line of what is known of a version's days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What.
    pub label: String,
    /// Its value.
    pub value: String,
}

/// As of which day an answer was given, and who said so.
pub fn as_of(page: &Page, as_of: AsOf) -> String {
    let key = match as_of.by {
        ChosenBy::Today => "as-of-today",
        ChosenBy::Person => "as-of-chosen",
        ChosenBy::Question => "as-of-question",
    };
    page.with(key, "day", page.day(as_of.day))
}
