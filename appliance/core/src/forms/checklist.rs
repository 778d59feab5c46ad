//! Checking a draft against a checklist: each item is met, missing or unclear, by what the draft says and not by guess.
//!
//! An item is met where one sentence of the draft, with its headings, holds nearly all of the item's words and every number of it,
//! and denies nothing that the item states. It is missing where no sentence holds even a few of them. All between is unclear, with
//! the place that comes nearest: a person decides.

use super::pieces::{Kind, pieces, sentences_of};
use crate::asked::Asked;
use crate::folding::{fold, pair_set};
use crate::locator::{Locator, Place, Span};
use crate::passage::Passage;
use crate::polarity::Polarity;
use crate::structure::{dates, list_mark};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// Items of a checklist, at most.
pub const MOST_ITEMS: usize = 200;
/// The share of an item's weight from which it is met, and the one under which it is missing.
const MET: f32 = 0.75;
const MISSING: f32 = 0.3;
/// What a word is worth that stands in the headings above a sentence.
const IN_HEADINGS: f32 = 0.7;
/// How items say that the draft is to hold something, and what stands between that and what is asked for.
const HOLDING: &[&str] = &[
    "書いてある",
    "書かれている",
    "記載してある",
    "記載している",
    "記載されている",
    "記載がある",
    "明記してある",
    "明記している",
    "明記されている",
    "定めてある",
    "定めている",
    "定められている",
    "規定している",
    "規定されている",
    "示してある",
    "示している",
    "示されている",
    "is stated",
    "are stated",
    "is given",
    "is named",
    "is included",
];
/// The same, where the item says that it must be so or asks whether it is: by themselves they belong to what is stated.
const BEING: &[&str] = &["である", "されている", "している", "ある"];
const BEFORE_HOLDING: &[&str] = &["について", "に関する", "が", "を", "と", "の", "は"];
/// How they end behind that.
const ASKING: &[&str] = &["かどうか", "こと", "か"];
/// Words for an amount of money, which stands in a draft as figures.
const AMOUNTS: &[&str] = &["の金額", "の額"];

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The draft says it.
    Met,
    /// The draft says nothing of it.
    Missing,
    /// A person must decide.
    Unclear,
}

/// Why an item is unclear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// Only some of its words were found.
    Partly,
    /// A number, amount or day of it stands differently, or not, in the nearest sentence.
    OtherNumber,
    /// The nearest sentence denies what the item states, or the other way round.
    Denied,
    /// It holds too few words to be decided.
    TooShort,
}

/// An item with what the draft says of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The item.
    pub item: String,
    /// What became of it.
    pub verdict: Verdict,
    /// Why it is unclear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Doubt>,
    /// The words of the draft that come nearest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quotation: Option<String>,
    /// Where they stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Locator>,
}

/// The items of a checklist: one a line, without their marks. Lines that end with a colon head others and are left out.
pub fn items(text: &str) -> Vec<String> {
    let item = |line: &str| {
        let line = line.trim();
        let line = list_mark(line).map_or(line, |mark| line.get(mark.taken..).unwrap_or(line)).trim();
        // A box to tick may stand behind the number.
        let line = line.trim_start_matches(['□', '☐', '☑', '✓', '■', '[', ']', ' ', '　']).trim();
        (line.chars().any(char::is_alphanumeric) && !line.ends_with([':', '：'])).then(|| line.to_owned())
    };
    text.lines().filter_map(item).take(MOST_ITEMS).collect()
}

/// A pasted text as passages, each line with its number.
pub fn passages_of(text: &str) -> Vec<Passage> {
    let mut passages = Vec::new();
    let mut at = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let bare = line.trim_end();
        if !bare.trim().is_empty() {
            let locator = Locator { span: Span::new(at, at + bare.len()), place: Place::Text { first_line: number, last_line: number } };
            passages.push(Passage {
                ordinal: passages.len() as u32,
                heading_path: Vec::new(),
                text: bare.to_owned(),
                locator,
                recognised: None,
            });
        }
        at += line.len();
    }
    passages
}

/// A sentence of the draft.
struct Said {
    passage: usize,
    span: Span,
    words: String,
    pairs: BTreeSet<String>,
    headings: BTreeSet<String>,
}

/// Judges each item by the draft.
pub fn judge(items: &[String], draft: &[Passage]) -> Vec<Judged> {
    let said = said(draft);
    let mut held_by: HashMap<&str, f32> = HashMap::new();
    for pair in said.iter().flat_map(|s| &s.pairs) {
        *held_by.entry(pair.as_str()).or_default() += 1.0;
    }
    let total = said.len() as f32;
    let rarity = |pair: &str| {
        (1.0 + (total + 1.0) / (held_by.get(pair).copied().unwrap_or(0.0) + 1.0)).ln() * if is_grammar(pair) { 0.1 } else { 1.0 }
    };
    items.iter().map(|item| judged(item, draft, &said, &rarity)).collect()
}

fn judged(item: &str, draft: &[Passage], said: &[Said], rarity: &dyn Fn(&str) -> f32) -> Judged {
    let (asked, wants_amount) = asked(item);
    let pairs: BTreeSet<String> = pair_set(asked).into_iter().collect();
    let whole: f32 = pairs.iter().map(|p| rarity(p)).sum();
    let share = |s: &Said| {
        let worth = |p: &String| match () {
            () if s.pairs.contains(p) => 1.0,
            () if s.headings.contains(p) => IN_HEADINGS,
            () => 0.0,
        };
        pairs.iter().map(|p| worth(p) * rarity(p)).sum::<f32>() / whole.max(f32::MIN_POSITIVE)
    };
    let mut nearest: Option<(f32, &Said)> = None;
    for s in said {
        let share = share(s);
        if nearest.is_none_or(|(best, _)| share > best) {
            nearest = Some((share, s));
        }
    }
    let empty = Judged { item: item.to_owned(), verdict: Verdict::Missing, doubt: None, quotation: None, place: None };
    let Some((share, nearest)) = nearest else { return empty };
    if share < MISSING {
        return empty;
    }
    let doubt = match () {
        () if pairs.iter().filter(|p| !is_grammar(p)).count() < 2 => Some(Doubt::TooShort),
        () if Polarity::of(&fold(asked)).opposite(&Polarity::of(&fold(&nearest.words))) > 0 => Some(Doubt::Denied),
        () if wants_amount && !Asked::of("いくら").is_answered_by(&nearest.words) => Some(Doubt::Partly),
        () if !numbers(asked).is_subset(&numbers(&nearest.words)) => Some(Doubt::OtherNumber),
        () if share < MET => Some(Doubt::Partly),
        () => None,
    };
    let passage = &draft[nearest.passage];
    let offset = passage.locator.span.start;
    Judged {
        verdict: if doubt.is_some() { Verdict::Unclear } else { Verdict::Met },
        doubt,
        quotation: Some(nearest.words.clone()),
        place: Some(passage.locator.narrowed(Span::new(offset + nearest.span.start, offset + nearest.span.end))),
        ..empty
    }
}

/// What an item asks for, without how it asks, and whether it asks for its amount.
fn asked(item: &str) -> (&str, bool) {
    let bare = item.trim().trim_end_matches(['。', '.', '?', '？', '、']);
    let without = |text: &'_ str, endings: &[&str]| endings.iter().find_map(|end| text.strip_suffix(end)).map(str::len);
    let cut = |length: Option<usize>, whole: &str| length.filter(|l| !bare[..*l].trim().is_empty()).unwrap_or(whole.len());
    let statement = &bare[..cut(without(bare, ASKING), bare)];
    let is_asked = statement.len() < bare.len();
    let subject = match without(statement, HOLDING).or_else(|| without(statement, BEING).filter(|_| is_asked)) {
        Some(length) => &bare[..cut(without(&statement[..length], BEFORE_HOLDING).or(Some(length)), bare)],
        None => bare,
    };
    match without(subject, AMOUNTS) {
        Some(length) if length > 0 => (&bare[..length], true),
        _ => (subject, false),
    }
}

fn said(draft: &[Passage]) -> Vec<Said> {
    let mut said = Vec::new();
    for (index, passage) in draft.iter().enumerate() {
        let headings: BTreeSet<String> = pair_set(&passage.heading_path.join(" ")).into_iter().collect();
        for span in spans(passage) {
            let words = span.slice(&passage.text).unwrap_or("").to_owned();
            let pairs = pair_set(&words).into_iter().collect();
            said.push(Said { passage: index, span, words, pairs, headings: headings.clone() });
        }
    }
    said
}

/// Sentences, items and rows. Items and rows stay whole.
fn spans(passage: &Passage) -> Vec<Span> {
    let stored = crate::passage::StoredPassage::unstored(passage.clone());
    let mut spans = Vec::new();
    for piece in pieces(&stored) {
        match piece.kind {
            Kind::Text => spans.extend(sentences_of(&passage.text, piece.span)),
            Kind::Item(_) | Kind::Row(_) => spans.push(piece.span),
        }
    }
    spans
}

fn is_grammar(pair: &str) -> bool {
    pair.chars().all(|c| matches!(c, '\u{3041}'..='\u{309f}'))
}

/// The numbers of a text without separators; days of any writing as one.
fn numbers(text: &str) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut rest = String::new();
    let mut at = 0;
    for (date, start, end) in dates(text) {
        found.insert(date.to_string());
        rest.push_str(&text[at..start]);
        at = end;
    }
    rest.push_str(&text[at..]);
    let folded: String = fold(&rest).chars().filter(|c| *c != ',').collect();
    found.extend(
        folded.split(|c: char| !c.is_ascii_digit() && c != '.').map(|n| n.trim_matches('.')).filter(|n| !n.is_empty()).map(str::to_owned),
    );
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAFT: &str = "粗大ごみの収集について\n手数料は、1点につき500円です。\n申込みは、収集を希望する日の7日前までに、電話でお願いします。\n雨天の場合も収集します。\n問い合わせ先　ごみ減量課 電話0123-45-6781";

    #[track_caller]
    fn check(item: &str, verdict: Verdict, doubt: Option<Doubt>) {
        let judged = judge(&[item.to_owned()], &passages_of(DRAFT)).remove(0);
        assert_eq!((judged.verdict, judged.doubt), (verdict, doubt), "{judged:?}");
        if let (Some(quotation), Some(place)) = (judged.quotation, judged.place) {
            assert_eq!(place.span.slice(DRAFT), Some(quotation.as_str()));
        }
    }

    #[test]
    fn items_are_met_missing_or_unclear_with_their_place() {
        check("手数料の金額（500円）が記載されているか", Verdict::Unclear, Some(Doubt::Partly));
        check("手数料は1点につき500円", Verdict::Met, None);
        check("手数料は1点につき600円", Verdict::Unclear, Some(Doubt::OtherNumber));
        check("雨天の場合は収集しない", Verdict::Unclear, Some(Doubt::Denied));
        check("申込みは収集を希望する日の7日前まで", Verdict::Met, None);
        check("個人情報の取扱いが記載されているか", Verdict::Missing, None);
        check("決裁者の押印があること", Verdict::Missing, None);
        check("手数料の額が書いてあること", Verdict::Met, None);
        check("手数料の額の記載があるか", Verdict::Met, None);
        check("雨天の場合の収集の額が書いてあること", Verdict::Unclear, Some(Doubt::Partly));
        check("問い合わせ先が書いてあること", Verdict::Met, None);
        check("休日の開庁日が書いてあること", Verdict::Missing, None);
    }

    #[test]
    fn items_are_read_without_their_marks() {
        let list = "チェックリスト:\n1. 手数料の額\n□ 問い合わせ先\n(3) □ 施行日\n\n・対象者";
        assert_eq!(items(list), ["手数料の額", "問い合わせ先", "施行日", "対象者"]);
    }
}
