//! Reading what a document says of its own validity.

use super::commencement::{self, Commencement};
use super::{Day, Ending, PartSaid, Repeal, Said, parts, repeal, tight};
use crate::document::{Block, Document, View};
use crate::structure::{NodeKind, Tree, dates, is_number_of_regulation, is_regulation};

/// Blocks at the start of a document in which the title of a regulation stands.
const HEAD: usize = 16;

/// What a document says of its validity; nothing unless it is one regulation.
pub fn read(document: &Document) -> Said {
    if !is_one_regulation(document) {
        return Said::default();
    }
    let tree = Tree::of(document);
    let supplements: Vec<usize> = (0..tree.nodes.len()).filter(|n| tree.nodes[*n].kind == NodeKind::Supplement).collect();
    let mut said = Said {
        promulgated: tree.dates.promulgated.and_then(Into::into),
        number: tree.dates.number.clone(),
        amended: tree.dates.amended.iter().filter_map(|d| (*d).into()).collect(),
        ..Said::default()
    };
    let own: Vec<Own> = supplements.iter().enumerate().map(|(i, node)| own(document, &tree, *node, i == 0, &said)).collect();
    match newest(&own) {
        Some(newest) => begin(&mut said, newest),
        // Texts that were set without their 附則 may bear the day under their title.
        None => said.from = tree.dates.effective.and_then(Into::into),
    }
    end(&mut said, document, &own);
    for own in &own {
        note_parts(&mut said, &tree, own);
    }
    said.repeals = repeals(document, &tree, &own);
    said
}

/// What it repeals, from the day on which the regulation that says so came into force.
fn repeals(document: &Document, tree: &Tree, own: &[Own]) -> Vec<Repeal> {
    let text = |block: &Block| block.span.slice(&document.text);
    let outside = |i: &usize| tree.of_block[*i].is_none_or(|node| !tree.in_supplement(node));
    let body: Vec<&str> = (0..document.blocks.len()).filter(outside).filter_map(|i| text(&document.blocks[i])).collect();
    let mut found: Vec<Repeal> = own.first().and_then(|o| o.said.from).map(|from| repeal::read(&body, from)).unwrap_or_default();
    for own in own {
        let blocks: Vec<&str> = own.blocks.iter().filter_map(|i| text(&document.blocks[*i])).collect();
        found.extend(own.said.from.map(|from| repeal::read(&blocks, from)).unwrap_or_default());
    }
    found
}

/// The same, of a text whose blocks are not kept.
pub fn read_text(title: &str, text: &str) -> Said {
    read(&Document::of_lines(title, text))
}

/// Whether a document is one regulation: its title is a regulation's, and no second one begins within it.
pub fn is_one_regulation(document: &Document) -> bool {
    let lines = || document.blocks.iter().filter_map(|b| b.span.slice(&document.text)).map(|t| t.split('\n').next().unwrap_or(t).trim());
    // 「委員会令」 ends like no kind of regulation, but bears its number under its title.
    let titled = is_regulation(&document.title) || lines().take(HEAD / 2).any(|l| is_regulation(l) || is_number_of_regulation(l));
    if !titled || document.format.view() == View::Sheets {
        return false;
    }
    // In a collection of regulations every title bears its circle.
    lines().filter(|l| l.starts_with(['○', '◯']) && is_regulation(l)).count() <= 1
}

/// A 附則 and what it says.
struct Own {
    /// Its blocks.
    blocks: Vec<usize>,
    promulgated: Option<Day>,
    said: Commencement,
    /// Whether it belongs to a regulation that amended this one.
    amending: bool,
}

fn own(document: &Document, tree: &Tree, node: usize, first: bool, said: &Said) -> Own {
    let within = |block: usize| tree.of_block[block].is_some_and(|n| tree.path_of(n).contains(&node));
    let (from, to) = tree.nodes[node].blocks;
    let own: Vec<usize> = (from..=to).filter(|b| within(*b)).collect();
    let blocks: Vec<&str> = own.iter().filter_map(|b| document.blocks.get(*b)?.span.slice(&document.text)).collect();
    let promulgated = tree.nodes[node].promulgated.and_then(Into::into).or(said.promulgated.filter(|_| first));
    Own { said: commencement::read(&blocks, promulgated), blocks: own, promulgated, amending: !first }
}

/// The 附則 of the newest amendment: by its day where all have one, else the last.
fn newest(own: &[Own]) -> Option<&Own> {
    if own.iter().all(|o| o.promulgated.is_some()) {
        return own.iter().max_by_key(|o| o.promulgated);
    }
    own.last()
}

fn begin(said: &mut Said, newest: &Own) {
    said.uncomputed.extend(newest.said.uncomputed.clone());
    // An amendment whose 附則 is not printed may have come into force later.
    let unprinted = said.amended.iter().max().copied().filter(|last| newest.promulgated.is_some_and(|own| own < *last));
    match unprinted {
        Some(last) => said.uncomputed.push(format!("改正 {last}")),
        None => said.from = newest.said.from,
    }
}

/// The end of its days: by its own words, or by a note under its title (「令和8年3月31日廃止」).
fn end(said: &mut Said, document: &Document, own: &[Own]) {
    if let Some(until) = own.iter().filter_map(|o| o.said.until).max() {
        (said.until, said.ending) = (Some(until), Some(Ending::Expired));
    }
    said.uncomputed.extend(own.iter().filter_map(|o| o.said.uncomputed_end.clone()));
    for block in document.blocks.iter().take(HEAD) {
        let line = tight(block.span.slice(&document.text).unwrap_or(""));
        let short = line.chars().count() <= 60 && !line.contains('。');
        let Some(at) = line.find("廃止").filter(|_| short) else { continue };
        let Some((date, _, last)) = dates(&line).into_iter().last() else { continue };
        let Some(day) = Option::<Day>::from(date) else { continue };
        said.ending = Some(Ending::Repealed);
        match &line[last.min(at)..at] {
            "" if last <= at => said.until = Some(day),
            "限り" | "限りで" => said.until = day.tomorrow().ok(),
            // 「廃止　令和8年3月25日条例第3号」 names the regulation that repeals, not the day.
            _ => said.uncomputed.push(line),
        }
    }
}

/// Parts that come into force later than the whole.
fn note_parts(said: &mut Said, tree: &Tree, own: &Own) {
    for (subject, day) in &own.said.parts {
        let named = parts::named(tree, subject, own.amending);
        let Some(day) = day else {
            if !named.is_empty() {
                said.uncomputed.push(subject.clone());
            }
            continue;
        };
        if said.from.is_some_and(|from| *day > from) {
            said.parts.extend(named.into_iter().map(|(address, kind)| PartSaid { address, from: *day, kind }));
        }
    }
}
