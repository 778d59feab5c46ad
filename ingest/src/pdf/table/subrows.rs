//! Rows within rows: tables often rule their columns but not their rows. What stands on one line there is one row.

use super::cells::{Cell, Piece, Table};

/// Lines whose middles differ by less than this many font sizes stand side by side.
const LEVEL: f32 = 0.35;

/// Cuts each row of the table whose cells hold lists of values, line beside line, into a row for each line.
pub(super) fn cut(table: &mut Table) {
    let rows = table.cells.iter().map(|c| c.rows.end).max().unwrap_or(0);
    let mut cut = 0;
    for row in 0..rows {
        let at = row + cut;
        let own: Vec<&Cell> = table.cells.iter().filter(|c| c.rows == (at..at + 1)).collect();
        let Some(levels) = levels(&own, &table.us) else { continue };
        let more = levels.len() - 1;
        let mut cells = Vec::with_capacity(table.cells.len() + more * own.len());
        for mut cell in std::mem::take(&mut table.cells) {
            if cell.rows == (at..at + 1) {
                cells.extend(one_a_level(cell, &levels));
                continue;
            }
            if cell.rows.start > at {
                cell.rows.start += more;
            }
            if cell.rows.end > at {
                cell.rows.end += more;
            }
            cells.push(cell);
        }
        cells.sort_by_key(|c| (c.rows.start, c.columns.start));
        table.cells = cells;
        cut += more;
    }
}

/// The middles of the lines that each are a row of their own; `None` for a row whose cells wrap.
fn levels(cells: &[&Cell], us: &[f32]) -> Option<Vec<f32>> {
    let most = cells.iter().map(|c| c.lines.len()).max().filter(|n| *n >= 2)?;
    let full: Vec<&&Cell> = cells.iter().filter(|c| c.lines.len() == most).collect();
    let enough = if most == 2 { full.len() >= 3 && full.len() == cells.len() } else { full.len() >= 2 && full.len() * 2 >= cells.len() };
    // A single line among several speaks for all of them, and only in their middle does it say so.
    let alone = cells.iter().any(|c| c.lines.len() == 1 && most % 2 == 0);
    if !enough || alone || full.iter().any(|c| wraps(c, us)) || !full.iter().any(|c| c.lines.iter().all(|l| is_value(l))) {
        return None;
    }
    let levels: Vec<f32> = full[0].lines.iter().map(|l| middle(l)).collect();
    let size = full[0].lines[0].first().map_or(10.0, |p| p.size);
    let level = |line: &Vec<Piece>| levels.iter().any(|l| (l - middle(line)).abs() < LEVEL * size);
    let heads_all = |c: &&Cell| c.lines.len() > 1 || (middle(&c.lines[0]) - levels[most / 2]).abs() < LEVEL * size;
    (cells.iter().all(heads_all) && cells.iter().flat_map(|c| &c.lines).all(level)).then_some(levels)
}

fn middle(line: &[Piece]) -> f32 {
    line.first().map_or(0.0, |p| (p.v.0 + p.v.1) / 2.0)
}

/// Whether a line but the last of the cell's reaches the right edge of its column, as text does that goes on below.
fn wraps(cell: &Cell, us: &[f32]) -> bool {
    let (left, right) = (us[cell.columns.start], us[cell.columns.end.min(us.len() - 1)]);
    let margin = cell.lines.iter().flatten().map(|p| p.u.0 - left).fold(f32::MAX, f32::min).clamp(0.0, 12.0);
    let lines = &cell.lines[..cell.lines.len() - 1];
    lines.iter().any(|line| {
        let Some(last) = line.last() else { return false };
        let words = last.text.chars().filter(|c| c.is_alphabetic()).count() * 2 > last.text.chars().count();
        words && right - margin - last.u.1 < 1.2 * last.size
    })
}

/// Whether a line is a value: a number with its unit, or a word or two.
fn is_value(line: &[Piece]) -> bool {
    let characters = line.iter().map(|p| p.text.chars().count()).sum::<usize>();
    let digits = line.iter().flat_map(|p| p.text.chars()).filter(|c| c.is_numeric()).count();
    line.len() == 1 && (characters <= 8 || digits > 0 && characters <= 14)
}

/// A cell's lines, each as a cell of the row it is level with. A single line in the middle heads all of them.
fn one_a_level(cell: Cell, levels: &[f32]) -> Vec<Cell> {
    let start = cell.rows.start;
    let nearest = |line: &[Piece]| {
        let distance = |i: &usize| (levels[*i] - middle(line)).abs();
        (0..levels.len()).min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(0)
    };
    let alone = cell.lines.len() == 1 && levels.len() >= 3 && levels.len() % 2 == 1;
    if alone && nearest(&cell.lines[0]) == levels.len() / 2 {
        return vec![Cell { rows: start..start + levels.len(), ..cell }];
    }
    let columns = cell.columns;
    cell.lines
        .into_iter()
        .map(|line| {
            let row = start + nearest(&line);
            Cell { columns: columns.clone(), rows: row..row + 1, lines: vec![line] }
        })
        .collect()
}
