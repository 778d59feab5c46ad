//! Labels: rows written with the headers of their columns, and with the cells that span them from above.

use super::cells::RowCell;
use super::continued::{self, Part};
use super::header::{self, Header};
use crate::pdf::line::{Cell, Line};
use crate::pdf::page::PageLines;
use crate::script::{ends_sentence, wants_space};
use appliance_core::printed::AFTER_HEADER;
use std::collections::BTreeSet;
use std::ops::Range;

/// Characters of a cell that is carried to the rows it spans.
const LONGEST_CARRIED: usize = 60;
/// Carried characters of one table, for each of those it prints.
const MOST_CARRIED: usize = 3;

/// Joins tables over pages and writes their rows with headers. Headers that a page repeats move to its `aside`.
pub(crate) fn finish(pages: &mut [PageLines]) {
    let mut repeats: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut joined: BTreeSet<(usize, usize)> = BTreeSet::new();
    for mut chain in continued::chains(pages) {
        let header = header_of(pages, &mut chain, &mut repeats);
        join_broken(pages, &mut chain, &mut joined);
        write(pages, &chain, header.as_ref());
    }
    for (index, page) in pages.iter_mut().enumerate() {
        if repeats.range((index, 0)..(index + 1, 0)).chain(joined.range((index, 0)..(index + 1, 0))).next().is_none() {
            continue;
        }
        for (at, line) in std::mem::take(&mut page.lines).into_iter().enumerate() {
            match () {
                () if repeats.contains(&(index, at)) => page.aside.push(line),
                () if joined.contains(&(index, at)) => {}
                () => page.lines.push(line),
            }
        }
    }
}

/// The header of a table, and its repetitions on later pages, which leave their parts.
fn header_of(pages: &[PageLines], chain: &mut [Part], repeats: &mut BTreeSet<(usize, usize)>) -> Option<Header> {
    let rows = |part: &Part| -> Vec<&Line> { part.lines.iter().filter_map(|l| pages[part.page].lines.get(*l)).collect() };
    let (first, later) = chain.split_first()?;
    let own = rows(first);
    let repetitions: Vec<Option<Range<usize>>> = later.iter().map(|part| continued::repeated(&own, &rows(part))).collect();
    let repeated = repetitions.iter().flatten().max_by_key(|r| r.len()).cloned();
    let mut all = own;
    for (part, repetition) in later.iter().zip(&repetitions) {
        all.extend(rows(part).into_iter().skip(repetition.as_ref().map_or(0, ExactSizeIterator::len)));
    }
    let header =
        repeated.as_ref().and_then(|r| header::of(&all, &first.shape, Some(r))).or_else(|| header::of(&all, &first.shape, None))?;
    for (part, repetition) in chain.iter_mut().skip(1).zip(repetitions) {
        let same = repetition.filter(|r| r.start <= header.rows.start && header.rows.start < r.end);
        let count = same.map_or(0, |r| r.end.min(header.rows.end) - r.start);
        repeats.extend(part.lines.drain(..count).map(|line| (part.page, line)));
    }
    Some(header)
}

/// Joins rows that the end of a page broke.
fn join_broken(pages: &mut [PageLines], chain: &mut [Part], joined: &mut BTreeSet<(usize, usize)>) {
    for index in 1..chain.len() {
        let (Some(last), Some(next)) = (chain[index - 1].lines.last().copied(), chain[index].lines.first().copied()) else { continue };
        let (before, after) = (chain[index - 1].page, chain[index].page);
        if !continued::is_broken(&pages[before].lines[last], &pages[after].lines[next]) {
            continue;
        }
        let rest = pages[after].lines[next].clone();
        append(&mut pages[before].lines[last], &rest, (after - before) as u32);
        joined.insert((after, next));
        chain[index].lines.remove(0);
        if chain[index].lines.is_empty() {
            return;
        }
    }
}

/// Writes the cells of `rest`, which stands `pages` later, behind those of the row that they go on with.
fn append(line: &mut Line, rest: &Line, pages: u32) {
    let (Some(mut row), Some(other)) = (line.table.take(), &rest.table) else { return };
    let mut text = String::new();
    let mut cells: Vec<Cell> = Vec::new();
    let mut overleaf: Vec<u32> = Vec::new();
    for own in &mut row.cells {
        if !text.is_empty() {
            text.push('\u{3000}');
        }
        let first = cells.len();
        copy(line, &own.pieces, &mut text, &mut cells);
        overleaf.resize(cells.len(), 0);
        if let Some(more) = other.cells.iter().find(|c| c.columns == own.columns) {
            let after = rest.cells.get(more.pieces.start).and_then(|c| rest.text[c.start..].chars().next());
            if text.chars().next_back().zip(after).is_some_and(|(a, b)| wants_space(a, b)) {
                text.push(' ');
            }
            copy(rest, &more.pieces, &mut text, &mut cells);
            overleaf.resize(cells.len(), pages);
        }
        own.pieces = first..cells.len();
    }
    row.overleaf = overleaf;
    line.text = text;
    line.cells = cells;
    line.table = Some(row);
}

/// Appends pieces of a line, with what stands between them.
fn copy(line: &Line, pieces: &Range<usize>, text: &mut String, cells: &mut Vec<Cell>) {
    let mut end: Option<usize> = None;
    for piece in line.cells.get(pieces.clone()).unwrap_or_default() {
        text.push_str(end.and_then(|end| line.text.get(end..piece.start)).unwrap_or(""));
        let start = text.len();
        text.push_str(&line.text[piece.start..piece.end]);
        cells.push(Cell { start, end: text.len(), ..*piece });
        end = Some(piece.end);
    }
}

/// A cell that spans rows below its own.
#[derive(Debug, Clone)]
struct Carried {
    columns: Range<usize>,
    /// One past the last row it spans; `None` when the page ended before it did.
    until: Option<usize>,
    text: String,
}

/// Writes the rows of a table with their headers.
fn write(pages: &mut [PageLines], chain: &[Part], header: Option<&Header>) {
    let printed: usize = chain.iter().flat_map(|p| p.lines.iter().map(|l| pages[p.page].lines[*l].text.len())).sum();
    let mut budget = printed.saturating_mul(MOST_CARRIED);
    let mut carried: Vec<Carried> = Vec::new();
    for (part_index, part) in chain.iter().enumerate() {
        for (index, at) in part.lines.iter().enumerate() {
            let line = &mut pages[part.page].lines[*at];
            let heads = part_index == 0 && header.is_some_and(|h| index < h.rows.end);
            if heads {
                continue;
            }
            let Some(row) = line.table.as_ref().map(|t| t.row) else { continue };
            let own: Vec<RowCell> = line.table.as_ref().map_or_else(Vec::new, |t| t.cells.clone());
            carried.retain(|c| c.until.is_none_or(|until| row < until) && own.iter().all(|o| apart(&o.columns, &c.columns)));
            let starting: Vec<Carried> = own.iter().filter_map(|cell| spanning(line, cell)).collect();
            let shown: Vec<&Carried> = carried.iter().filter(|c| spend(&mut budget, c.text.len())).collect();
            rewrite(line, &own, &shown, header);
            carried.extend(starting);
        }
        // What the last row of the page lies in goes on over the page, as long as the next rows leave it blank.
        let last = part.lines.last().and_then(|l| pages[part.page].lines[*l].table.as_ref()).map_or(0, |t| t.row);
        carried.retain(|c| c.columns.start == 0 && c.until.is_none_or(|until| until > last));
        carried.iter_mut().for_each(|c| c.until = None);
    }
}

fn spend(budget: &mut usize, bytes: usize) -> bool {
    let enough = *budget >= bytes;
    *budget = budget.saturating_sub(bytes);
    enough
}

fn apart(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.end <= b.start || b.end <= a.start
}

fn spanning(line: &Line, cell: &RowCell) -> Option<Carried> {
    if cell.rows.len() < 2 {
        return None;
    }
    let text = text_of(line, &cell.pieces)?;
    let short = text.chars().count() <= LONGEST_CARRIED;
    short.then(|| Carried { columns: cell.columns.clone(), until: Some(cell.rows.end), text: text.to_owned() })
}

fn text_of<'l>(line: &'l Line, pieces: &Range<usize>) -> Option<&'l str> {
    let (first, last) = (line.cells.get(pieces.start)?, line.cells.get(pieces.end.checked_sub(1)?)?);
    line.text.get(first.start..last.end)
}

/// Writes a row anew: its own cells and those carried to it in the order of their columns, each after its header.
fn rewrite(line: &mut Line, own: &[RowCell], carried: &[&Carried], header: Option<&Header>) {
    // One cell alone is a heading inside the table, or a note.
    let header = header.filter(|h| own.len() + carried.len() > 1 && own.iter().any(|c| c.columns.len() < h.labels.len()));
    if header.is_none() && carried.is_empty() {
        return;
    }
    let mut text = String::new();
    let mut cells: Vec<Cell> = Vec::new();
    let mut order: Vec<(usize, Option<&RowCell>, Option<&Carried>)> = own.iter().map(|c| (c.columns.start, Some(c), None)).collect();
    order.extend(carried.iter().map(|c| (c.columns.start, None, Some(*c))));
    order.sort_by_key(|(column, _, _)| *column);
    for (_, cell, above) in order {
        let Some(columns) = cell.map(|c| &c.columns).or(above.map(|c| &c.columns)) else { continue };
        if let Some(last) = text.chars().next_back() {
            text.push(if header.is_some() && !ends_sentence(last) { '、' } else { '\u{3000}' });
        }
        if let Some(label) = header.and_then(|h| h.label(columns)) {
            text.push_str(&label);
            text.push_str(AFTER_HEADER);
        }
        match (cell, above) {
            (Some(cell), _) => copy(line, &cell.pieces, &mut text, &mut cells),
            (None, Some(above)) => text.push_str(&above.text),
            (None, None) => {}
        }
    }
    line.text = text;
    line.cells = cells;
}
