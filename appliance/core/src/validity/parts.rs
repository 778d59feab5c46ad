//! Which articles and tables the words of a 附則 mean: 「第3条及び第5条から第7条までの改正規定」「第7条の次に1条を加える改正規定」.

use super::PartKind;
use crate::reference::{Address, Part, references};
use crate::structure::{NodeKind, Tree, numeral};

/// The parts that a subject names, as far as the text has them. Those of the regulation that amends are none of its own:
/// the supplementary provisions of an amendment speak of this text only with 「改正規定」.
pub(super) fn named(tree: &Tree, subject: &str, amending: bool) -> Vec<(Address, PartKind)> {
    if amending && !subject.contains("改正規定") {
        return Vec::new();
    }
    let all = all(tree);
    if let Some((before, after)) = subject.rsplit_once("の次に") {
        let added = added(&all, before, after);
        return added.into_iter().map(|address| (address, PartKind::New)).collect();
    }
    let kind = if amending { PartKind::Amended } else { PartKind::New };
    let mut found = Vec::new();
    for reference in references(subject, None) {
        let (first, last) = (reference.address.clone(), reference.until.unwrap_or(reference.address));
        if first.supplement || first.paragraph.is_some() {
            continue;
        }
        let within = |a: &Address| {
            *a == first || *a >= first && *a <= last && a.part.as_ref().zip(first.part.as_ref()).is_some_and(|(a, b)| a.is_like(b))
        };
        match &first.part {
            Some(Part::Chapter(number)) => found.extend(of_chapter(tree, number)),
            _ => found.extend(all.iter().filter(|a| within(a)).cloned()),
        }
    }
    found.into_iter().map(|address| (address, kind)).collect()
}

/// The articles, tables and forms of a regulation, in the order of its text.
fn all(tree: &Tree) -> Vec<Address> {
    (0..tree.nodes.len()).filter(|n| !tree.in_supplement(*n)).filter_map(|n| address(tree, n)).collect()
}

fn address(tree: &Tree, node: usize) -> Option<Address> {
    let node = &tree.nodes[node];
    let part = match node.kind {
        NodeKind::Article => Part::Article(node.number.clone()),
        NodeKind::Schedule => Part::Schedule(node.number.clone()),
        NodeKind::Form => Part::Form(node.number.clone()),
        _ => return None,
    };
    Some(Address { part: Some(part), ..Address::default() })
}

fn of_chapter(tree: &Tree, number: &[u32]) -> Vec<Address> {
    let chapter = tree.nodes.iter().position(|n| n.kind == NodeKind::Chapter && n.number == number);
    let Some(chapter) = chapter else { return Vec::new() };
    let within = |n: &usize| tree.path_of(*n).contains(&chapter);
    (0..tree.nodes.len()).filter(within).filter_map(|n| address(tree, n)).collect()
}

/// The articles that follow the one after which so many are added.
fn added(all: &[Address], before: &str, after: &str) -> Vec<Address> {
    let Some(after_which) = references(before, None).pop().map(|r| r.address) else { return Vec::new() };
    let letters: Vec<char> = after.chars().collect();
    let Some((count, taken)) = numeral::number(&letters) else { return Vec::new() };
    if letters.get(taken) != Some(&'条') {
        return Vec::new();
    }
    let Some(at) = all.iter().position(|a| *a == after_which) else { return Vec::new() };
    all.iter().skip(at + 1).take(count as usize).cloned().collect()
}
