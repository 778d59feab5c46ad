//! Names of regulations: what a title names, and which of the known names a question means.
//!
//! A name is meant when the text before a reference ends with it (「みなと市手数料条例」), when the text ends with the
//! last words of it (「手数料条例」), or when the text shortens it by leaving characters out (「金商法」, 「個人情報保護法」).

use super::address::Address;
use super::reader::Reader;
use crate::folding::fold;
use std::cmp::Reverse;

/// Characters of a name that are looked at.
const LONGEST: usize = 80;
/// A short form has at least this many characters.
const SHORTEST: usize = 2;
/// The last words of a name are meant by at least this many characters.
const SHORTEST_TAIL: usize = 3;
/// What a regulation's name ends with.
const KINDS: [&str; 17] =
    ["条例", "規則", "規程", "規約", "細則", "要綱", "要領", "法律", "法", "政令", "省令", "令", "内規", "学則", "会則", "定款", "告示"];
/// What a name never runs over in a sentence.
const BOUNDARIES: &str = "のはがをにでとへも、。,「」『』()[]【】<>・ :";

/// A title as the key that names are compared by: folded, without spaces, marks, and what stands in brackets behind it.
pub fn key(title: &str) -> String {
    key_and_address(title).0
}

/// The [`key`] of a title, and the place that a title names which is of one article only (「金融商品取引法 第24条」).
pub fn key_and_address(title: &str) -> (String, Address) {
    let folded: String = fold(title).chars().filter(|c| !c.is_whitespace()).take(LONGEST * 2).collect();
    let bare = folded.trim_start_matches(['○', '◯', '●', '◎', '■', '□', '◆', '◇']);
    let bare = match bare.find('(') {
        Some(at) if at > 0 && bare.ends_with(')') => &bare[..at],
        _ => bare,
    };
    let reader = Reader::new(bare);
    let ends = |at: &usize| reader.reference(*at, None).filter(|(_, end)| *end == reader.len()).map(|(w, _)| (*at, w.address));
    match (1..reader.len()).find_map(|at| ends(&at)) {
        Some((at, address)) => (bare.chars().take(at).collect(), address),
        None => (bare.chars().take(LONGEST).collect(), Address::default()),
    }
}

/// The key of a heading that is a regulation's title, in a file that holds several.
pub fn regulation_in(heading: &str) -> Option<String> {
    let key = key(heading);
    let named = KINDS.iter().any(|kind| key.ends_with(kind)) && !key.starts_with('第') && key.chars().count() >= 3;
    named.then_some(key)
}

/// Whether a key is that of a regulation and not of any other document.
pub fn is_regulation(key: &str) -> bool {
    KINDS.iter().any(|kind| key.ends_with(kind)) && !KINDS.contains(&key)
}

/// How a name is meant; the first is the surest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// The text ends with the whole name.
    Whole,
    /// The text ends with the last words of the name.
    Tail,
    /// The text shortens the name from its first character on.
    Shortened,
    /// The text shortens the name.
    Loosely,
}

/// How a name is meant, by how many characters, and how long the name is: the least is the surest.
type Meant = (Way, Reverse<usize>, usize);

/// Which of the known names the text before a reference means, the surest first; names that are meant alike stand
/// beside each other in their own order. Empty where none is meant.
pub fn meant<'n>(before: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<Vec<&'n str>> {
    let text: Vec<char> = fold(before).chars().filter(|c| !c.is_whitespace()).collect();
    let text = &text[text.len().saturating_sub(LONGEST)..];
    let mut found: Vec<(Meant, &str)> = names.into_iter().filter_map(|name| Some((way(text, name)?, name))).collect();
    found.sort();
    found.dedup();
    let mut groups: Vec<Vec<&str>> = Vec::new();
    let mut last = None;
    for (way, name) in found {
        match groups.last_mut().filter(|_| last == Some(way)) {
            Some(group) => group.push(name),
            None => groups.push(vec![name]),
        }
        last = Some(way);
    }
    groups
}

/// Which of the known names occur anywhere in a text, those within others too.
pub fn mentioned_each<'n>(text: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let text: String = fold(text).chars().filter(|c| !c.is_whitespace()).collect();
    names.into_iter().filter(|n| n.chars().count() >= SHORTEST_TAIL && text.contains(n)).collect()
}

/// Which of the known names occur in a text other than as a part of a longer one, the longest first.
pub fn mentioned<'n>(text: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let text: String = fold(text).chars().filter(|c| !c.is_whitespace()).collect();
    let mut found = mentioned_each(&text, names);
    found.sort_by_key(|n| (Reverse(n.len()), *n));
    // 「施行規則」 within 「手数料条例施行規則」 is not meant.
    let mut kept: Vec<&str> = Vec::new();
    for name in found {
        if !kept.iter().any(|k| k.contains(name) && text.matches(name).count() <= text.matches(k).count()) {
            kept.push(name);
        }
    }
    kept
}

/// Names like one that is not known, the likest first.
pub fn nearest<'n>(before: &str, names: impl IntoIterator<Item = &'n str>, most: usize) -> Vec<&'n str> {
    let tail = token(&fold(before).chars().filter(|c| !c.is_whitespace()).collect::<Vec<_>>());
    let wanted = crate::folding::pair_set(&tail);
    let likeness = |name: &str| {
        let pairs = crate::folding::pair_set(name);
        let common = pairs.intersection(&wanted).count();
        (common * 1_000).checked_div(pairs.len() + wanted.len()).unwrap_or(0)
    };
    let mut found: Vec<(Reverse<usize>, &str)> = names.into_iter().map(|n| (Reverse(likeness(n)), n)).filter(|(l, _)| l.0 > 150).collect();
    found.sort();
    found.dedup();
    found.into_iter().take(most).map(|(_, n)| n).collect()
}

/// How a text means a name, and how closely: by more characters, then as the shorter name.
fn way(text: &[char], name: &str) -> Option<Meant> {
    let name: Vec<char> = name.chars().collect();
    if name.len() < SHORTEST || text.is_empty() {
        return None;
    }
    if text.ends_with(&name) {
        return Some((Way::Whole, Reverse(name.len()), name.len()));
    }
    let alike = text.iter().rev().zip(name.iter().rev()).take_while(|(a, b)| a == b).count().min(name.len() - 1);
    let begins = |at: usize| at == 0 || BOUNDARIES.contains(text[at - 1]) || own_town(&text[..at]);
    let tail = (SHORTEST_TAIL..=alike).rev().find(|n| begins(text.len() - n) && !is_kind(&text[text.len() - n..]));
    match tail {
        Some(common) => Some((Way::Tail, Reverse(common), name.len())),
        None => shortened(text, &name),
    }
}

/// 「本市」「当町」: a name may go on behind it.
fn own_town(before: &[char]) -> bool {
    matches!(before, [.., '本' | '当' | '同' | '我', '市' | '町' | '村' | '区' | '県' | '学' | '社' | '会'])
}

/// Whether a text is nothing but a kind of regulation.
fn is_kind(text: &[char]) -> bool {
    let text: String = text.iter().collect();
    KINDS.contains(&text.as_str())
}

/// The last word of a text that a name could be.
fn token(text: &[char]) -> String {
    let start = text.iter().rposition(|c| BOUNDARIES.contains(*c)).map_or(0, |at| at + 1);
    text[start..].iter().collect()
}

/// Whether the end of the text shortens the name by leaving characters out.
fn shortened(text: &[char], name: &[char]) -> Option<Meant> {
    // A name in a question may run over a boundary (個人情報の保護法); the last three beginnings are tried.
    let mut starts: Vec<usize> = text.iter().enumerate().filter(|(_, c)| BOUNDARIES.contains(**c)).map(|(i, _)| i + 1).collect();
    starts.insert(0, 0);
    starts.iter().rev().take(3).filter_map(|start| shortens(&text[*start..], name)).min()
}

fn shortens(short: &[char], name: &[char]) -> Option<Meant> {
    let kind = |chars: &[char]| chars.last().copied();
    // 個人情報保護法 and 個人情報の保護に関する法律 end alike but for 律.
    let name_body = if name.ends_with(&['法', '律']) && !short.ends_with(&['法', '律']) { &name[..name.len() - 1] } else { name };
    let usable = (SHORTEST..name.len()).contains(&short.len()) && kind(short) == kind(name_body) && !is_kind(short);
    if !usable || !ends_like_regulation(short) {
        return None;
    }
    let mut rest = name_body.iter();
    let subsequence = short.iter().all(|c| rest.any(|n| n == c));
    let way = if short.first() == name.first() { Way::Shortened } else { Way::Loosely };
    // Two characters without the first one could be anything.
    let enough = way == Way::Shortened || short.len() >= 3;
    (subsequence && enough).then_some((way, Reverse(short.len()), name.len()))
}

fn ends_like_regulation(text: &[char]) -> bool {
    let text: String = text.iter().collect();
    KINDS.iter().any(|kind| text.ends_with(kind))
}
