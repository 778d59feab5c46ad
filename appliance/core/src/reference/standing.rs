//! Where a passage stands in its regulation: the terms by which references find it.

use super::address::{Address, Part};
use super::naming;
use super::reader::Reader;
use crate::folding::fold;
use crate::structure::{self, numeral};
use std::collections::BTreeSet;

/// Addresses that one passage is found by; a table of contents would name hundreds.
const MOST: usize = 64;
/// Characters at the start of a line in which its number stands.
const OPENING: usize = 40;

/// The names of the regulations that a passage belongs to, and the places that it holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// Names as [`naming::key`] spells them.
    pub names: Vec<String>,
    /// Addresses in their one spelling, each with all that it lies in.
    pub addresses: BTreeSet<String>,
    /// The captions of its articles (「減免」).
    pub captions: Vec<String>,
}

/// Where a passage stands, by its document's title, the headings above it and the lines that it opens with.
pub fn standing(title: &str, heading_path: &[String], text: &str) -> Standing {
    let (name, mut here) = naming::key_and_address(title);
    let mut names = vec![name];
    let mut addresses = BTreeSet::new();
    let mut captions: Vec<String> = heading_path.iter().filter_map(|h| heading_caption(h)).collect();
    captions.extend(text.lines().filter_map(line_caption));
    captions.dedup();
    for heading in heading_path {
        if let Some(name) = naming::regulation_in(heading) {
            names.push(name);
            here = Address::default();
        }
        if let Some(address) = heading_address(heading) {
            here = within(&here, address);
            note(&mut addresses, &here);
        }
    }
    note(&mut addresses, &here);
    // What only speaks about an article counts its own remarks.
    let lines = if heading_path.last().is_some_and(|h| structure::is_commentary(h)) { "" } else { text };
    for line in lines.lines() {
        if let Some(address) = line_address(line, &here) {
            here = address;
            note(&mut addresses, &here);
        }
    }
    names.retain(|n| !n.is_empty());
    names.dedup();
    Standing { names, addresses, captions }
}

fn note(addresses: &mut BTreeSet<String>, address: &Address) {
    for address in address.path() {
        if !address.is_empty() && addresses.len() < MOST {
            addresses.insert(address.to_string());
        }
    }
}

/// An address below another: an article under the heading of 附則 lies in it.
fn within(around: &Address, address: Address) -> Address {
    // Tables and forms stand behind the supplementary provisions, and are not theirs.
    let attached = matches!(address.part, Some(Part::Schedule(_) | Part::Form(_)));
    let supplement = !attached && (around.supplement || address.supplement);
    let unparted = address.part.is_none() && !address.supplement;
    Address { supplement, part: if unparted { around.part.clone() } else { address.part }, ..address }
}

/// The place that a heading names: 「第9条(減免)第2項第1号」「附則」「第2章 手数料」.
fn heading_address(heading: &str) -> Option<Address> {
    let tight: String = fold(heading).chars().filter(|c| !c.is_whitespace()).take(120).collect();
    let reader = Reader::new(&tight);
    let (written, end) = reader.reference(0, None)?;
    let rest: String = tight.chars().skip(end).collect();
    let after_caption = rest.strip_prefix('(').and_then(|r| r.split_once(')')).map(|(_, after)| after);
    let Some(levels) = after_caption.filter(|a| a.starts_with('第')) else { return Some(written.address) };
    let reader = Reader::new(levels);
    Some(reader.reference(0, Some(&written.address)).map_or(written.address, |(w, _)| w.address))
}

/// The caption in the heading of an article: 「減免」 of 「第9条(減免)第2項」.
fn heading_caption(heading: &str) -> Option<String> {
    let heading: String = heading.chars().take(120).collect();
    let article = heading.starts_with('第') || heading.starts_with("附則");
    let (_, inner) = heading.split_once(['（', '('])?;
    let end = inner.rfind(['）', ')'])?;
    (article && end > 0).then(|| inner[..end].to_owned())
}

/// A line that is a caption: 「（減免）」.
fn line_caption(line: &str) -> Option<String> {
    let inner = line.trim().strip_prefix(['（', '('])?.strip_suffix(['）', ')'])?;
    let length = inner.chars().count();
    let counted = inner.chars().all(|c| c.is_numeric() || "〇一二三四五六七八九十".contains(c));
    ((2..=60).contains(&length) && !inner.contains('。') && !counted).then(|| inner.to_owned())
}

/// The place that a line begins, where the place before it is `here`.
fn line_address(line: &str, here: &Address) -> Option<Address> {
    let opening: String = fold(line.trim_start()).chars().take(OPENING).collect();
    let first = opening.chars().next()?;
    if first == '第' || opening.starts_with("別表") || opening.starts_with("様式") || opening.starts_with("附") {
        return named_line(&opening, here);
    }
    let chars: Vec<char> = opening.chars().collect();
    if first.is_ascii_digit() {
        let (number, taken) = numeral::decimal(&chars)?;
        // Paragraphs are counted from two on; a number out of turn counts something else.
        let next = here.paragraph.map_or(2, |p| p + 1);
        let stands = chars.get(taken).is_some_and(|c| c.is_whitespace() || is_ideograph(*c) && !"条項号年月日円人回点章編".contains(*c));
        let regulation = here.part.as_ref().is_none_or(|p| matches!(p, Part::Article(_))) && !here.is_empty();
        return (regulation && stands && number == next).then(|| Address {
            paragraph: Some(number),
            item: Vec::new(),
            subitem: None,
            ..here.clone()
        });
    }
    if let Some((number, taken)) = numeral::kanji(&chars) {
        let next = here.item.first().map_or(1, |n| n + 1);
        let stands = chars.get(taken).is_some_and(|c| c.is_whitespace()) && !here.is_empty();
        return (stands && number == next).then(|| Address { item: vec![number], subitem: None, ..here.clone() });
    }
    None
}

fn named_line(opening: &str, here: &Address) -> Option<Address> {
    // 「附　則」 is spread over the line; elsewhere a space parts the number from the text.
    let spread = opening.starts_with('附');
    let opening: String = opening.chars().filter(|c| !spread || !c.is_whitespace()).collect();
    let reader = Reader::new(&opening);
    let (written, end) = reader.reference(0, Some(here)).filter(|(w, _)| !w.address.is_empty())?;
    // 「第9条の規定により」 at a line's start is a mention: the line was broken there.
    let next = opening.chars().nth(end);
    if next.is_some_and(|c| "のにをはがとでへもかま及又並若,".contains(c)) {
        return None;
    }
    let mut address = within(here, written.address);
    let article = matches!(address.part, Some(Part::Article(_)));
    if article && address.paragraph.is_none() && !written.relative {
        address.paragraph = Some(1);
    }
    Some(address)
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}')
}
