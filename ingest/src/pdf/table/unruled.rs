//! Tables without rules: lines whose cells stand under each other, three or more in a row.
//!
//! Never at the price of running text: where it is in doubt, the lines stay as they are.

use super::cells::Piece;
use super::columns::{self, VisualLine};
use super::wrapping;
use crate::heading;
use crate::pdf::line::{Cell, Line};

/// Lines of a table, those that only go on with a cell included.
const FEWEST: usize = 3;
/// Pages with more lines than this are left as they are.
const MOST_LINES: usize = 600;
/// Lines looked at for one table.
const LONGEST: usize = 120;
/// Characters of a cell; longer ones are running text.
const LONGEST_CELL: usize = 40;

/// The lines of one frame, those of tables gathered into rows.
pub(crate) fn gathered(lines: Vec<Line>) -> Vec<Line> {
    let several = lines.iter().filter(|l| l.cells.len() >= 2).count();
    if lines.len() > MOST_LINES || several < FEWEST {
        return lines;
    }
    let visual: Vec<VisualLine> = lines.iter().map(visual_line).collect();
    let mut tables: Vec<(usize, usize, Vec<Line>)> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        match stretch(&lines[at..], &visual[at..]) {
            Some((count, rows)) => {
                tables.push((at, at + count, rows));
                at += count;
            }
            None => at += 1,
        }
    }
    // From the end, so that the places of the tables before stay true.
    let mut gathered = lines;
    for (from, to, rows) in tables.into_iter().rev() {
        gathered.splice(from..to, rows);
    }
    gathered
}

/// A table at the start of the lines: how many lines it takes, and its rows.
fn stretch(lines: &[Line], visual: &[VisualLine]) -> Option<(usize, Vec<Line>)> {
    let first = lines.first().filter(|l| l.cells.len() >= 2 && may_be_row(l))?;
    let mut count = 1;
    let mut single = 0;
    while count < lines.len().min(LONGEST) {
        let (last, next) = (&lines[count - 1], &lines[count]);
        let near = next.v.0 - last.v.1 < 2.0 * first.size && next.v.0 >= last.v.0 - 0.5 * first.size;
        let alike = (0.8..1.25).contains(&(next.size / first.size.max(0.1)));
        if next.frame != first.frame || next.column.0 != first.column.0 || !near || !alike || !may_be_row(next) {
            break;
        }
        single = if next.cells.len() == 1 { single + 1 } else { 0 };
        if single > 2 {
            break;
        }
        count += 1;
    }
    count -= single.min(2).min(count);
    // A line that does not fit ends the table before it.
    while count >= FEWEST {
        let visual = &visual[..count];
        if let Some(edges) = columns::edges(visual)
            && is_table(visual, &edges)
        {
            return Some((count, rows(lines, visual, edges)));
        }
        count = (count * 3 / 4).min(count - 1);
    }
    None
}

fn visual_line(line: &Line) -> VisualLine {
    let piece = |c: &Cell| Piece { text: line.text[c.start..c.end].to_owned(), u: c.u, v: c.v, size: line.size };
    line.cells.iter().map(piece).collect()
}

fn may_be_row(line: &Line) -> bool {
    let (_, left, right) = line.column;
    let longest = line.cells.iter().map(|c| line.text[c.start..c.end].chars().count()).max().unwrap_or(0);
    let prose = line.cells.len() == 1 && line.u.1 - line.u.0 > 0.55 * (right - left);
    let item = line.cells.len() == 2 && heading::opening(&format!("{}　x", &line.text[line.cells[0].start..line.cells[0].end])).is_some();
    line.table.is_none() && longest <= LONGEST_CELL && !prose && !item && !heading::has_leaders(&line.text)
}

/// Whether lines with these columns are a table: most fill several, and the cells of each column stand under each other.
fn is_table(lines: &[VisualLine], edges: &[f32]) -> bool {
    let columns = edges.len() - 1;
    let several: Vec<&VisualLine> = lines.iter().filter(|l| l.len() >= 2).collect();
    if several.len() < FEWEST || several.len() * 10 < lines.len() * 6 {
        return false;
    }
    let mut aligned = 0;
    let mut used = 0;
    let mut prose = 0;
    for column in 0..columns {
        let cells: Vec<&Piece> =
            several.iter().flat_map(|l| l.iter()).filter(|p| columns::spanned(edges, p) == (column..column + 1)).collect();
        if cells.len() * 2 < several.len() {
            continue;
        }
        used += 1;
        aligned += usize::from(is_aligned(&cells));
        prose += usize::from(is_prose(&cells));
    }
    let spanning = several.iter().flat_map(|l| l.iter()).filter(|p| columns::spanned(edges, p).len() > 1).count();
    // A number or letter in front of each line is a list.
    let marks = several.iter().filter(|l| l[0].text.chars().count() <= 1).count();
    used >= 2 && aligned == used && prose < 2 && spanning * 4 <= several.len() && (columns > 2 || marks * 2 < several.len())
}

/// Whether a column reads as running text: most of its cells fill it.
fn is_prose(cells: &[&Piece]) -> bool {
    let widest = cells.iter().map(|c| c.u.1 - c.u.0).fold(0.0, f32::max);
    let mut characters: Vec<usize> = cells.iter().map(|c| c.text.chars().count()).collect();
    characters.sort_unstable();
    let full = cells.iter().filter(|c| c.u.1 - c.u.0 >= 0.75 * widest).count();
    full * 2 >= cells.len() && characters[characters.len() / 2] >= 16
}

/// Whether most cells share a left edge, a right edge or a middle.
fn is_aligned(cells: &[&Piece]) -> bool {
    let most = |edge: fn(&Piece) -> f32| {
        let mut edges: Vec<f32> = cells.iter().map(|c| edge(c)).collect();
        edges.sort_by(f32::total_cmp);
        let size = cells[0].size;
        // The fullest window of that width.
        let (mut best, mut from) = (0, 0);
        for to in 0..edges.len() {
            while edges[to] - edges[from] > 0.7 * size {
                from += 1;
            }
            best = best.max(to - from + 1);
        }
        best * 10 >= cells.len() * 7
    };
    most(|c| c.u.0) || most(|c| c.u.1) || most(|c| (c.u.0 + c.u.1) / 2.0)
}

/// The rows: lines that only go on with cells of the line above are joined to it.
fn rows(lines: &[Line], visual: &[VisualLine], edges: Vec<f32>) -> Vec<Line> {
    let groups = wrapping::rows(visual, &edges, true);
    let v = (lines[0].v.0, lines[visual.len() - 1].v.1);
    let column = lines[0].column;
    let table = columns::table(lines[0].frame, edges, v, &groups, false);
    let mut rows = table.lines(|_, _| None);
    rows.iter_mut().for_each(|row| row.column = column);
    rows
}
