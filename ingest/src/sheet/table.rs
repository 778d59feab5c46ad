//! Tables: which rows of a grid are titles and notes, which are headers, which are data.
//!
//! The sheets of offices hold a title line or two, a table with one to three header rows (often merged), notes under
//! it, and sometimes another table below. A heuristic, and only that: where it finds no header, rows keep their values
//! without one.

use super::form::is_figure;
use super::grid::{Cell, Grid, Kind};
use crate::script::one_line;
use appliance_core::locator::CellRef;
use std::collections::{BTreeMap, BTreeSet};

/// Rows that headers may take.
const HEADER_ROWS: usize = 6;
/// Characters of a header; longer cells are values.
const LONGEST_HEADER: usize = 40;

/// A part of a sheet, in row order.
#[derive(Debug, PartialEq)]
pub(crate) enum Part<'g> {
    /// A title, a note or a subheading: a row that is no row of a table.
    Line(&'g [Cell]),
    /// A row of data under headers by column (none where the table has none).
    Row { cells: &'g [Cell], headers: usize },
}

/// The parts of a grid, and the headers that its rows refer to.
#[derive(Debug, Default)]
pub(crate) struct Layout<'g> {
    pub(crate) parts: Vec<Part<'g>>,
    /// Header texts by column, one map a table. The first is empty.
    pub(crate) headers: Vec<BTreeMap<u32, String>>,
    /// The cells of the header rows of each.
    pub(crate) header_cells: Vec<Vec<&'g Cell>>,
}

impl<'g> Layout<'g> {
    /// Header cells over columns that no row fills: they would stand before no value.
    pub(crate) fn idle_headers(&self, grid: &Grid) -> Vec<&'g Cell> {
        let mut used = vec![BTreeSet::new(); self.headers.len()];
        for part in &self.parts {
            if let Part::Row { cells, headers } = part {
                used[*headers].extend(cells.iter().map(|c| c.at.column));
            }
        }
        let mut idle = Vec::new();
        for ((cells, used), headers) in self.header_cells.iter().zip(&used).zip(&self.headers) {
            for (index, cell) in cells.iter().enumerate() {
                let next = cells.get(index + 1).filter(|n| n.at.row == cell.at.row).map_or(cell.at.column + 1, |n| n.at.column);
                let last = grid.merged_at(cell.at).map_or(next.max(cell.at.column + 1) - 1, |m| m.last.column);
                let text = grid.text(cell).split_whitespace().collect::<Vec<_>>().join(" ");
                let stands = |column: &u32| headers.get(column).is_some_and(|h| h.contains(&text));
                if !used.range(cell.at.column..=last).any(stands) {
                    idle.push(*cell);
                }
            }
        }
        idle
    }

    /// The share of the values in rows that stand under a header.
    pub(crate) fn headed(&self) -> f32 {
        let (mut headed, mut all) = (0, 0);
        for part in &self.parts {
            if let Part::Row { cells, headers } = part {
                all += cells.len();
                headed += cells.iter().filter(|c| self.headers[*headers].contains_key(&c.at.column)).count();
            }
        }
        if all == 0 { 0.0 } else { headed as f32 / all as f32 }
    }
}

/// The tables that stand side by side in a sheet, each with the columns up to the next; `None` for a single one.
///
/// Empty columns alone do not make two tables: each side must have headers of its own and rows with labels of their own.
pub(crate) fn side_by_side(grid: &Grid) -> Option<Vec<Grid>> {
    if grid.len() > MOST_SPLIT || grid.columns() < 5 {
        return None;
    }
    let mut used = vec![false; grid.columns() as usize];
    for row in grid.filled_rows().filter(|row| row.len() > 1) {
        for cell in row {
            let last = grid.merged_at(cell.at).map_or(cell.at.column, |m| m.last.column);
            used.iter_mut().take(last as usize + 1).skip(cell.at.column as usize).for_each(|u| *u = true);
        }
    }
    let starts: Vec<u32> = (1..used.len()).filter(|c| used[*c] && !used[*c - 1]).map(|c| c as u32).collect();
    let starts: Vec<u32> = if used.first() == Some(&true) { starts } else { starts.into_iter().skip(1).collect() };
    if starts.is_empty() || starts.len() > MOST_TABLES {
        return None;
    }
    let firsts = std::iter::once(0).chain(starts.iter().copied());
    let lasts = starts.iter().map(|s| s - 1).chain([grid.columns()]);
    let tables: Vec<Grid> = firsts.zip(lasts).map(|(first, last)| grid.between(first, last)).collect();
    tables.iter().all(stands_alone).then_some(tables)
}

/// Cells of a sheet that is looked at for tables side by side, and how many there may be.
const MOST_SPLIT: usize = 200_000;
const MOST_TABLES: usize = 12;

fn stands_alone(grid: &Grid) -> bool {
    let layout = layout(grid);
    let rows: Vec<&[Cell]> =
        layout.parts.iter().filter_map(|p| if let Part::Row { cells, .. } = p { Some(*cells) } else { None }).collect();
    let labelled = rows.iter().filter(|r| r[0].kind == Kind::Text && r.len() > 1).count();
    rows.len() >= 2 && layout.headers.len() > 1 && layout.headed() > 0.8 && labelled * 2 > rows.len()
}

/// Finds the parts of a grid.
pub(crate) fn layout(grid: &Grid) -> Layout<'_> {
    let rows: Vec<&[Cell]> = grid.filled_rows().collect();
    let mut layout = Layout { parts: Vec::with_capacity(rows.len()), headers: vec![BTreeMap::new()], header_cells: vec![Vec::new()] };
    let mut current = 0;
    let mut index = 0;
    while index < rows.len() {
        let row = rows[index];
        let starts_band = index == 0 || rows[index - 1][0].at.row + 1 < row[0].at.row || matches!(layout.parts.last(), Some(Part::Line(_)));
        if is_line(grid, row, &layout.headers[current], rows.get(index + 1).copied()) {
            layout.parts.push(Part::Line(row));
            index += 1;
            continue;
        }
        let headers = if starts_band || outgrows(row, &layout.headers[current]) {
            header_rows(grid, &rows[index..], &layout.headers[current])
        } else {
            0
        };
        if headers > 0 {
            layout.headers.push(header_texts(grid, &rows[index..index + headers]));
            layout.header_cells.push(rows[index..index + headers].iter().flat_map(|r| r.iter()).collect());
            current = layout.headers.len() - 1;
            index += headers;
            continue;
        }
        layout.parts.push(Part::Row { cells: row, headers: current });
        index += 1;
    }
    layout
}

/// Whether most of a row stands outside the headers it would belong to: another table begins without a gap.
fn outgrows(row: &[Cell], headers: &BTreeMap<u32, String>) -> bool {
    let outside = row.iter().filter(|c| !headers.contains_key(&c.at.column)).count();
    !headers.is_empty() && row.len() >= 3 && outside * 2 >= row.len()
}

/// Whether a row is a line of text: one value, in a sheet (or a stretch of it) where rows have several.
fn is_line(grid: &Grid, row: &[Cell], headers: &BTreeMap<u32, String>, next: Option<&[Cell]>) -> bool {
    let [cell] = row else { return false };
    if grid.columns() == 1 {
        return false;
    }
    // Under headers, one value may be a row whose other cells are blank or merged from above.
    let carried = carried(grid, cell.at.row);
    if headers.contains_key(&cell.at.column) && !headers.is_empty() {
        let wide = grid.merged_at(cell.at).is_some_and(|m| m.last.column > m.first.column + 1);
        let first = headers.keys().next() == Some(&cell.at.column);
        let subheading = first && carried == 0 && next.is_some_and(|n| n.len() > 1);
        return wide || subheading || grid.text(cell).starts_with(['※', '*', '注', '（', '■', '●', '◆', '【']);
    }
    carried == 0
}

/// Values that merged ranges carry into a row from the rows above.
fn carried(grid: &Grid, row: u32) -> usize {
    grid.merged_in(row).filter(|m| m.first.row < row && grid.cell(m.first).is_some()).count()
}

/// How many rows at the start of `rows` are headers.
fn header_rows(grid: &Grid, rows: &[&[Cell]], before: &BTreeMap<u32, String>) -> usize {
    let first = rows[0];
    if first.len() < 2 || rows.len() < 2 || !first.iter().all(|c| is_header_like(grid, c)) {
        return 0;
    }
    // A later stretch of rows goes on with the headers it has, unless its first row looks unlike the rows under it.
    let stands_out = stands_out(grid, first, &rows[1..]);
    if !before.is_empty() && !stands_out && first.iter().all(|c| before.contains_key(&c.at.column)) {
        return 0;
    }
    if first.iter().all(|c| c.kind != Kind::Text) {
        return 0;
    }
    let mut count = 1;
    // A range merged over several rows makes all of them headers.
    let merged_to = grid.merged_in(first[0].at.row).filter(|m| m.first.row == first[0].at.row).map(|m| m.last.row).max().unwrap_or(0);
    while count < rows.len().min(HEADER_ROWS + 1) - 1 {
        let next = rows[count];
        let adjacent = next[0].at.row == rows[count - 1][0].at.row + 1;
        let headers = next.iter().all(|c| is_header_like(grid, c)) && next.iter().any(|c| c.kind == Kind::Text);
        if adjacent
            && headers
            && (next[0].at.row <= merged_to || refines(grid, &rows[..count], next) || over_numbers(next, &rows[count + 1..]))
        {
            count += 1;
        } else {
            break;
        }
    }
    count
}

fn is_header_like(grid: &Grid, cell: &Cell) -> bool {
    let text = grid.text(cell);
    let short = text.chars().count() <= LONGEST_HEADER;
    match cell.kind {
        Kind::Text if !is_figure(text) => short && !text.ends_with('。'),
        Kind::Text | Kind::Number => text.parse::<u32>().is_ok_and(|n| n <= 31 || (1900..2100).contains(&n)),
        Kind::Date => true,
        Kind::Other => false,
    }
}

/// Whether some column holds text in the first row and numbers or dates, or much longer text, below.
fn stands_out(grid: &Grid, first: &[Cell], below: &[&[Cell]]) -> bool {
    let sample: Vec<&[Cell]> = below.iter().take(5).copied().collect();
    first.iter().filter(|c| c.kind == Kind::Text).any(|head| {
        let under: Vec<&Cell> = sample.iter().filter_map(|r| r.iter().find(|c| c.at.column == head.at.column)).collect();
        let numbers = under.iter().filter(|c| matches!(c.kind, Kind::Number | Kind::Date)).count();
        let longer = under.iter().filter(|c| grid.text(c).chars().count() > 3 * grid.text(head).chars().count().max(4)).count();
        !under.is_empty() && (numbers * 2 > under.len() || longer * 2 > under.len())
    })
}

/// Whether a row refines the headers above it: its cells stand under a wide header, or only where those left gaps.
fn refines(grid: &Grid, above: &[&[Cell]], row: &[Cell]) -> bool {
    let taken: BTreeSet<u32> = above.iter().flat_map(|r| r.iter().map(|c| c.at.column)).collect();
    let under_wide = |cell: &Cell| {
        let over = CellRef { row: above[above.len() - 1][0].at.row, column: cell.at.column };
        grid.merged_at(over).is_some_and(|m| m.last.column > m.first.column && m.last.row < cell.at.row)
    };
    let wide = row.iter().filter(|c| under_wide(c)).count();
    if wide >= 2 && wide == row.len() {
        return true;
    }
    // Without merges to go by: the row fills columns that the row above leaves blank, and leaves some of its columns.
    let fills = row.iter().filter(|c| !taken.contains(&c.at.column)).count();
    let leaves = taken.iter().filter(|t| row.iter().all(|c| c.at.column != **t)).count();
    fills > 0 && leaves > 0 && row.len() >= 2
}

/// Whether a row of words alone stands over rows that are mostly numbers.
fn over_numbers(row: &[Cell], below: &[&[Cell]]) -> bool {
    let sample: Vec<&Cell> = below.iter().take(4).skip_while(|r| r.iter().all(|c| c.kind == Kind::Text)).flat_map(|r| r.iter()).collect();
    let numbers = sample.iter().filter(|c| c.kind == Kind::Number).count();
    row.len() >= 2 && row.iter().all(|c| c.kind == Kind::Text) && numbers * 2 > sample.len()
}

/// The headers of each column: from the top, those that stand over it, joined.
fn header_texts(grid: &Grid, rows: &[&[Cell]]) -> BTreeMap<u32, String> {
    let last = rows.len() - 1;
    let columns: BTreeSet<u32> = rows.iter().flat_map(|r| r.iter().map(|c| c.at.column)).collect();
    let mut all = columns.clone();
    for row in rows {
        for merged in grid.merged_in(row[0].at.row).filter(|m| grid.cell(m.first).is_some()) {
            all.extend((merged.first.column..=merged.last.column).take(256));
        }
    }
    all.into_iter()
        .filter_map(|column| {
            let mut levels: Vec<&str> = Vec::new();
            for (level, row) in rows.iter().enumerate() {
                let at = CellRef { row: row[0].at.row, column };
                let own = grid.shown(at);
                // Without merges, a header also stands over the blank cells to its right, when the rows below fill them.
                let spread = || (level < last && columns.contains(&column)).then(|| row.iter().rfind(|c| c.at.column < column)).flatten();
                let below = || rows[level + 1..].iter().any(|r| r.iter().any(|c| c.at.column == column));
                let cell = own.or_else(|| spread().filter(|_| below() && grid.merged_at(at).is_none()));
                if let Some(cell) = cell
                    && levels.last() != Some(&grid.text(cell))
                {
                    levels.push(grid.text(cell));
                }
            }
            (!levels.is_empty()).then(|| {
                (column, levels.iter().map(|l| one_line(l)).collect::<Vec<_>>().join("／").split_whitespace().collect::<Vec<_>>().join(" "))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::book::{Margin, Sink};
    use crate::sheet::grid::Filling;
    use appliance_core::locator::CellRange;

    fn grid(rows: &[(u32, &[&str])], merged: &[(&str, &str)]) -> Grid {
        let mut filling = Filling::new(1000);
        for (row, values) in rows {
            for (column, text) in values.iter().enumerate().filter(|(_, t)| !t.is_empty()) {
                let kind = if text.chars().all(|c| c.is_ascii_digit()) { Kind::Number } else { Kind::Text };
                filling.cell(CellRef { row: *row, column: column as u32 }, text, kind);
            }
        }
        let corner = |a1: &str| CellRef::parse(a1).expect("a cell");
        let merged = merged.iter().map(|(a, b)| CellRange { first: corner(a), last: corner(b) }).collect();
        Grid::new(filling, Margin { merged, ..Margin::default() })
    }

    #[test]
    fn merged_headers_reach_every_column() {
        let grid = grid(
            &[
                (0, &["施設使用料"]),
                (2, &["区分", "平日", "", "休日"]),
                (3, &["", "午前", "午後", ""]),
                (4, &["大ホール", "1000", "1500", "2000"]),
                (6, &["※消費税を含む。"]),
            ],
            &[("A3", "A4"), ("B3", "C3"), ("D3", "D4")],
        );
        let layout = layout(&grid);
        let headers: Vec<&str> = layout.headers[1].values().map(String::as_str).collect();
        assert_eq!(headers, ["区分", "平日／午前", "平日／午後", "休日"]);
        assert!(matches!(layout.parts[..], [Part::Line(_), Part::Row { headers: 1, .. }, Part::Line(_)]));
    }

    #[test]
    fn headers_spread_without_merges() {
        let grid =
            grid(&[(0, &["区分", "平日", "", "休日"]), (1, &["", "午前", "午後", ""]), (2, &["大ホール", "1000", "1500", "2000"])], &[]);
        let layout = layout(&grid);
        let headers: Vec<&str> = layout.headers[1].values().map(String::as_str).collect();
        assert_eq!(headers, ["区分", "平日／午前", "平日／午後", "休日"]);
    }

    #[test]
    fn a_table_of_words_has_its_first_row_as_headers() {
        let grid =
            grid(&[(0, &["質問", "回答"]), (1, &["窓口はどこですか", "1階です。"]), (2, &["駐車場はありますか", "あります。"])], &[]);
        let layout = layout(&grid);
        assert_eq!(layout.parts.len(), 2);
        assert_eq!(layout.headers[1].len(), 2);
    }
}
