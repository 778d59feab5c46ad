//! Flow: lines to blocks. Lines of one paragraph are joined, headings and rows of tables stand alone.

use super::facts::Facts;
use super::footnotes;
use super::line::{Cell, Line};
use super::page::PageLines;
use super::table;
use crate::draft::Draft;
use crate::heading::{self, Opening};
use crate::limits::Limits;
use crate::script::{ends_sentence, is_cjk, wants_space};
use appliance_core::document::{Block, BlockKind, Warning};
use appliance_core::locator::{PageLine, Place, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Type this much larger than the body's makes a short line a heading.
const LARGER: f32 = 1.15;
/// Lines that one heading may run over.
const HEADING_LINES: usize = 3;

/// A line with its page and its part in the document.
#[derive(Debug)]
struct Placed {
    page: u32,
    line: Line,
    role: Role,
    opening: Option<Opening>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Role {
    Heading(u8),
    Row,
    Text,
    /// A footnote: text that stands apart, so that the paragraph over it can run on.
    Note,
    /// What hangs on the page and is not printed.
    Comment,
}

/// Writes all pages; furniture comes last and belongs to no block.
pub(crate) fn write(mut pages: Vec<PageLines>, facts: &Facts, limits: &Limits, warnings: &mut Vec<Warning>) -> (String, Vec<Block>) {
    let sizes = Sizes::of(&pages);
    table::finish(&mut pages);
    let mut aside = Vec::new();
    let mut placed: Vec<Placed> = Vec::new();
    for page in pages {
        let rows = rows_of_tables(&page.lines);
        let notes = footnotes::among(&page, sizes.body);
        for ((line, row), note) in page.lines.into_iter().zip(rows).zip(notes) {
            let opening = heading::opening(&line.text);
            let role = if note { Role::Note } else { role(&line, row, opening.as_ref(), page.number, facts, &sizes) };
            placed.push(Placed { page: page.number, line, role, opening });
        }
        aside.extend(page.aside);
        placed.extend(page.comments.into_iter().map(|line| Placed { page: page.number, line, role: Role::Comment, opening: None }));
    }
    let (contents, mut placed): (Vec<Placed>, Vec<Placed>) = {
        let pages = pages_of_contents(&placed);
        placed.into_iter().partition(|p| pages.contains(&p.page) && heading::has_leaders(&p.line.text))
    };
    aside.extend(contents.into_iter().map(|p| p.line));
    nest_under_parts(&mut placed);
    let mut draft = Draft::default();
    let mut group: Vec<Placed> = Vec::new();
    let mut notes: Vec<Placed> = Vec::new();
    for next in placed {
        // Footnotes and comments wait until the paragraph over them has ended, on the next page perhaps.
        if matches!(next.role, Role::Note | Role::Comment) && group.last().is_some_and(|l| l.role == Role::Text && l.page == next.page) {
            notes.push(next);
            continue;
        }
        if draft.len() > limits.text_bytes {
            warnings.push(Warning::Truncated { limit: format!("{} MiB of text", limits.text_bytes >> 20) });
            break;
        }
        if !group.is_empty() && !belongs(&group, &next) {
            write_block(&mut draft, &group);
            group.clear();
            write_notes(&mut draft, &mut notes);
        }
        group.push(next);
    }
    write_block(&mut draft, &group);
    write_notes(&mut draft, &mut notes);
    for line in aside {
        draft.aside(&line.text);
    }
    draft.finish()
}

/// Writes the footnotes and comments that wait, each as a paragraph.
fn write_notes(draft: &mut Draft, notes: &mut Vec<Placed>) {
    let mut group: Vec<Placed> = Vec::new();
    for next in notes.drain(..) {
        if !group.is_empty() && !belongs(&group, &next) {
            write_block(draft, &group);
            group.clear();
        }
        group.push(next);
    }
    write_block(draft, &group);
}

/// Pages whose lines are mostly entries of a table of contents: five or more with leaders to a page number. The entries
/// repeat the headings and say nothing more, so they belong to no passage.
fn pages_of_contents(placed: &[Placed]) -> BTreeSet<u32> {
    let mut lines: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    for p in placed {
        let (entries, all) = lines.entry(p.page).or_default();
        *entries += usize::from(heading::has_leaders(&p.line.text));
        *all += 1;
    }
    lines.into_iter().filter(|(_, (entries, all))| *entries >= 5 && entries * 2 > *all).map(|(page, _)| page).collect()
}

/// Puts headings that are known by their size among the parts: type as large as that of 第1章 is its like, smaller type
/// stands under it.
fn nest_under_parts(placed: &mut [Placed]) {
    let parts: Vec<(u8, f32)> = placed
        .iter()
        .filter_map(|p| match p.opening {
            Some(Opening::Part(level)) if matches!(p.role, Role::Heading(_)) => Some((level, p.line.size)),
            _ => None,
        })
        .collect();
    let like = |size: f32| parts.iter().filter(|(_, s)| (0.98..1.02).contains(&(s / size))).map(|(level, _)| *level).min();
    let mut part: Option<(u8, f32)> = None;
    for p in placed {
        let Role::Heading(level) = &mut p.role else { continue };
        match (&p.opening, part) {
            (Some(Opening::Part(own)), _) => part = Some((*own, p.line.size)),
            (_, above) => match (like(p.line.size), above) {
                (Some(own), _) => *level = own,
                (None, Some((above, size))) if p.line.size < size => *level = (*level).max(above + 1),
                _ => part = None,
            },
        }
    }
}

/// The sizes of type in a document.
#[derive(Debug)]
struct Sizes {
    body: f32,
    /// Sizes of headings, largest first, in half points.
    larger: Vec<i32>,
}

impl Sizes {
    fn of(pages: &[PageLines]) -> Self {
        let mut characters: BTreeMap<i32, usize> = BTreeMap::new();
        for line in pages.iter().flat_map(|p| &p.lines) {
            *characters.entry(half_points(line.size)).or_default() += line.text.chars().count();
        }
        let body = characters.iter().max_by_key(|(_, count)| **count).map_or(10.5, |(size, _)| *size as f32 / 2.0);
        let larger = characters.keys().rev().copied().filter(|s| *s as f32 / 2.0 >= body * LARGER).collect();
        Self { body, larger }
    }

    /// The level of a heading of that size; `None` for the body's.
    fn level(&self, size: f32) -> Option<u8> {
        if size < self.body * LARGER {
            return None;
        }
        let rank = self.larger.iter().position(|s| *s <= half_points(size)).unwrap_or(0);
        Some((rank as u8 + 1).min(4))
    }
}

fn half_points(size: f32) -> i32 {
    (size * 2.0).round() as i32
}

fn role(line: &Line, row: bool, opening: Option<&Opening>, page: u32, facts: &Facts, sizes: &Sizes) -> Role {
    if line.table.is_some() {
        return Role::Row;
    }
    // A row of several values ends with a number as an entry of a table of contents does.
    if appliance_core::structure::is_entry_of_contents(&line.text) && !(row && line.cells.len() > 3 && !heading::has_leaders(&line.text)) {
        return Role::Text;
    }
    if let Some(Opening::Part(level)) = opening {
        return Role::Heading(*level);
    }
    if row {
        return Role::Row;
    }
    let count = line.text.chars().count();
    let wordy = line.text.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    if count > 60 || !wordy || line.text.ends_with(ends_sentence) || matches!(opening, Some(Opening::Article(_) | Opening::Caption)) {
        return Role::Text;
    }
    if let Some(depth) = facts.outline_depth(&line.text, page) {
        return Role::Heading(depth.min(6));
    }
    match sizes.level(line.size) {
        Some(level) if line.cells.len() <= 2 => Role::Heading(level),
        _ => Role::Text,
    }
}

/// Which lines are rows of a table: two cells or more, one of them (not the first) aligned with the neighbour's.
fn rows_of_tables(lines: &[Line]) -> Vec<bool> {
    let aligned: Vec<bool> = lines.windows(2).map(|pair| alike(&pair[0], &pair[1])).collect();
    (0..lines.len())
        .map(|i| {
            let before = i > 0 && aligned[i - 1];
            let after = aligned.get(i).copied().unwrap_or(false);
            (before || after) && !is_list_item(&lines[i])
        })
        .collect()
}

fn alike(a: &Line, b: &Line) -> bool {
    if a.cells.len() < 2 || b.cells.len() < 2 || a.frame != b.frame || a.column.0 != b.column.0 || a.v.0 > b.v.0 {
        return false;
    }
    // Running text with a blank in it, and the right margin that it shares with its neighbours, make no table.
    let prose = |l: &Line| l.cells.len() == 2 && l.cells.iter().any(|c| characters(l, c) > 24) && is_full(l);
    if prose(a) || prose(b) {
        return false;
    }
    let tolerance = 0.6 * a.size.max(b.size);
    let same = |x: &Cell, y: &Cell| {
        let starts = (x.u.0 - y.u.0).abs() < tolerance;
        let ends = (x.u.1 - y.u.1).abs() < tolerance && characters(a, x).max(characters(b, y)) <= 16;
        let middles = (x.u.0 + x.u.1 - y.u.0 - y.u.1).abs() / 2.0 < tolerance;
        starts || ends || middles
    };
    a.cells[1..].iter().any(|x| b.cells[1..].iter().any(|y| same(x, y)))
}

fn characters(line: &Line, cell: &Cell) -> usize {
    line.text[cell.start..cell.end].chars().count()
}

/// A marker and its text are two cells by their gap, but no row.
fn is_list_item(line: &Line) -> bool {
    let Some(first) = line.cells.first() else { return false };
    let marker = &line.text[first.start..first.end];
    let item = heading::opening(&format!("{marker}　x")).is_some();
    line.cells.len() == 2 && marker.chars().count() <= 6 && item
}

/// Whether the next line continues the block.
fn belongs(group: &[Placed], next: &Placed) -> bool {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return true };
    if last.role != next.role || last.line.frame != next.line.frame {
        return false;
    }
    let (a, b) = (&last.line, &next.line);
    let ratio = a.size / b.size.max(0.1);
    let near = last.page == next.page && a.column.0 == b.column.0 && b.v.0 > a.v.0 && b.v.0 - a.v.1 < 1.4 * a.size.max(b.size);
    match last.role {
        Role::Row | Role::Comment => false,
        Role::Heading(_) => {
            near && next.opening.is_none() && last.opening.is_none() && (0.95..1.05).contains(&ratio) && group.len() < HEADING_LINES
        }
        Role::Note => near && next.opening.is_none() && !footnotes::begins(&b.text),
        Role::Text => {
            let opens = next.opening.is_some() || matches!(last.opening, Some(Opening::Caption));
            !opens
                && (0.85..1.18).contains(&ratio)
                && (is_full(a) || broken_off(a, b))
                && if near { aligned(group, first, next) } else { runs_on(last, next) }
        }
    }
}

/// Whether a line reaches the right edge of its column, so that it was broken for want of room.
fn is_full(line: &Line) -> bool {
    let (_, left, right) = line.column;
    let slack = match line.text.chars().next_back() {
        Some(c) if is_cjk(c) => 2.1 * line.size,
        _ => (right - left) * 0.18,
    };
    // What starts in the right half is set flush right: dates, numbers of ordinances, names of offices.
    line.u.1 >= right - slack && line.u.0 < left + 0.4 * (right - left)
}

/// Whether a long line stops in the middle of a sentence no earlier than the next one does: paragraphs that are set
/// narrower than their column never reach its edge.
fn broken_off(line: &Line, next: &Line) -> bool {
    let (_, left, right) = line.column;
    let last = line.text.chars().next_back();
    let stops = last.is_none_or(|c| !is_cjk(c) || ends_sentence(c) || matches!(c, '：' | '」' | '）' | '】'));
    !stops && line.text.chars().count() >= 18 && line.u.1 - line.u.0 > 0.6 * (right - left) && next.u.1 <= line.u.1 + 1.1 * line.size
}

/// Whether the next line starts where a line of the same paragraph would.
fn aligned(group: &[Placed], first: &Placed, next: &Placed) -> bool {
    let Some(last) = group.last() else { return true };
    let indent = (next.line.u.0 - last.line.u.0) / next.line.size.max(0.1);
    let hangs = matches!(first.opening, Some(Opening::Article(_) | Opening::Item));
    match group.len() {
        // The second line: back from a first-line indent, or indented under an item or an article.
        1 => indent < 0.6 || hangs && indent < 4.5,
        _ => indent.abs() < 0.6,
    }
}

/// Whether a paragraph runs on over the end of a column or page.
fn runs_on(last: &Placed, next: &Placed) -> bool {
    let ends = last.line.text.chars().next_back().is_none_or(|c| ends_sentence(c) || matches!(c, '：' | ':' | '）' | ')'));
    let later = next.page == last.page || next.page == last.page + 1;
    // Pages share their margins; columns of one page do not.
    let margin = |p: &Placed| if next.page == last.page { p.line.column.1 } else { 0.0 };
    let indented = (next.line.u.0 - margin(next)) - (last.line.u.0 - margin(last)) > 0.6 * next.line.size;
    let long = last.line.text.chars().count() >= 12;
    later && !ends && !indented && long
}

fn write_block(draft: &mut Draft, group: &[Placed]) {
    let Some(first) = group.first() else { return };
    let kind = match first.role {
        Role::Heading(level) => BlockKind::Heading { level },
        Role::Row => BlockKind::Row,
        Role::Text | Role::Note => BlockKind::Paragraph,
        Role::Comment => BlockKind::Note,
    };
    draft.block(kind, |text| {
        let mut lines = Vec::new();
        let mut last: Option<char> = None;
        for Placed { page, line, .. } in group {
            match (last, line.text.chars().next()) {
                (Some('-' | '‐'), Some(after)) if is_hyphenated(text, after) => rejoin(text, &mut lines),
                (Some(before), Some(after)) if wants_space(before, after) && !is_address_cut(text, after) => text.push(' '),
                _ => {}
            }
            let start = text.len();
            text.push_str(&line.text);
            let later = |cell: usize| line.table.as_ref().map_or(0, |t| t.pages_later(cell));
            lines.extend(line.cells.iter().enumerate().map(|(nth, cell)| page_line(*page + later(nth), line, cell, start)));
            last = line.text.chars().next_back();
        }
        Place::Pages { lines }
    });
}

/// Whether the hyphen that ends the text parts a word over two lines: letters before it, a small letter after it.
fn is_hyphenated(text: &str, after: char) -> bool {
    let mut before = text.chars().rev().skip(1);
    let letters = before.by_ref().take(2).filter(|c| c.is_lowercase()).count();
    letters == 2 && after.is_lowercase() && before.take_while(|c| !c.is_whitespace()).all(|c| c.is_alphabetic() || "(\"'“‘".contains(c))
}

/// Whether the end of a line cut an address in two.
fn is_address_cut(text: &str, after: char) -> bool {
    let word = text.rsplit(|c: char| c.is_whitespace() || is_cjk(c)).next().unwrap_or("");
    (word.contains("://") || word.starts_with("www.")) && word.ends_with(['/', '-', '_', '=', '&', '?', '.']) && !after.is_uppercase()
}

/// Takes the hyphen back.
fn rejoin(text: &mut String, lines: &mut [PageLine]) {
    text.pop();
    if let Some(last) = lines.last_mut() {
        last.span = Span::new(last.span.start, text.len().max(last.span.start));
    }
}

fn page_line(page: u32, line: &Line, cell: &Cell, start: usize) -> PageLine {
    PageLine {
        page,
        rect: line.frame.rect(cell.u, cell.v),
        span: Span::new(start + cell.start, start + cell.end),
        vertical: line.frame.vertical(),
    }
}
