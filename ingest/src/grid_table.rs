//! Tables of office files and web pages: merged cells spread over what they cover, headers carried to every value.

use crate::running::{Piece, are_blank};
use crate::script::one_line;
use std::collections::BTreeMap;

/// Rows that headers may take, and characters of a header.
const HEADER_ROWS: usize = 5;
const LONGEST_HEADER: usize = 40;
/// A row with a value longer than this is written one value a line.
const LONG_VALUE: usize = 60;
/// Cells that a table may spread to; rows after that keep their values without spreading.
const MOST_CELLS: usize = 1_000_000;
/// Columns of a table; a wider cell ends there.
const MOST_COLUMNS: usize = 2_000;

/// A cell as its file writes it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Cell {
    /// What it holds.
    pub(crate) pieces: Vec<Piece>,
    /// Columns it covers.
    pub(crate) columns: usize,
    /// Rows it covers.
    pub(crate) rows: usize,
    /// Whether the file says that it is a header.
    pub(crate) header: bool,
}

/// A table, row by row.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Table {
    /// Cells in the order of the file; what a cell above or to the left covers is not among them.
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// What a table is written as.
#[derive(Debug)]
pub(crate) enum Line<'t> {
    /// A row of data.
    Row(String),
    /// What a frame of cells holds, when the table is a layout and not a table.
    Loose(&'t [Piece]),
}

/// A cell in its place.
#[derive(Debug, Clone)]
struct Placed {
    column: usize,
    columns: usize,
    rows: usize,
    text: String,
    header: bool,
    /// Whether it stands here because a cell above reaches down.
    carried: bool,
}

impl Table {
    /// Whether no cell shows anything.
    pub(crate) fn is_blank(&self) -> bool {
        self.rows.iter().flatten().all(|c| are_blank(&c.pieces))
    }

    /// The lines to write.
    pub(crate) fn lines(&self) -> Vec<Line<'_>> {
        if self.is_layout() {
            return self.rows.iter().flatten().map(|c| Line::Loose(&c.pieces)).collect();
        }
        let rows = self.placed();
        let count = header_rows(&rows);
        let headers = header_texts(&rows[..count]);
        let data = rows[count..].iter().map(|row| row_text(row, &headers));
        let mut lines: Vec<Line<'_>> = data.filter(|t| !t.is_empty()).map(Line::Row).collect();
        if lines.is_empty() {
            lines = rows.iter().map(|row| row_text(row, &BTreeMap::new())).filter(|t| !t.is_empty()).map(Line::Row).collect();
        }
        lines
    }

    /// A frame around running text: one cell wide or one cell in all, or cells that hold headings or other tables.
    fn is_layout(&self) -> bool {
        let widest = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let nested = |c: &Cell| c.pieces.iter().any(|p| matches!(p, Piece::Heading(..) | Piece::Table(_)));
        widest <= 1 || self.rows.iter().flatten().any(nested) && self.rows.iter().all(|r| !r.iter().any(|c| c.header))
    }

    /// Each row's cells with their columns, those that reach down from above included.
    fn placed(&self) -> Vec<Vec<Placed>> {
        let mut placed: Vec<Vec<Placed>> = Vec::with_capacity(self.rows.len());
        let mut down: BTreeMap<usize, (usize, Placed)> = BTreeMap::new();
        let mut budget = MOST_CELLS;
        for row in &self.rows {
            let mut line: Vec<Placed> = Vec::with_capacity(row.len());
            let mut column = 0;
            let carried: Vec<Placed> = down.values().map(|(_, cell)| Placed { carried: true, ..cell.clone() }).collect();
            budget = budget.saturating_sub(row.len() + carried.len());
            let free = |column: usize| carried.iter().find(|c| (c.column..c.column + c.columns).contains(&column));
            for (_, left) in down.values_mut().map(|(n, c)| (c, n)) {
                *left -= 1;
            }
            down.retain(|_, (left, _)| *left > 0);
            for cell in row {
                while let Some(taken) = free(column) {
                    column = taken.column + taken.columns;
                }
                let columns = cell.columns.clamp(1, MOST_COLUMNS.saturating_sub(column).max(1));
                let here =
                    Placed { column, columns, rows: cell.rows.max(1), text: text_of(&cell.pieces), header: cell.header, carried: false };
                if here.rows > 1 && budget > 0 {
                    down.insert(column, (here.rows - 1, here.clone()));
                }
                line.push(here);
                column += columns;
            }
            if budget > 0 {
                line.extend(carried);
                line.sort_by_key(|c| c.column);
            }
            placed.push(line);
        }
        placed
    }
}

/// The text of a cell on one line.
fn text_of(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        let part = match piece {
            Piece::Heading(_, part) | Piece::Paragraph(part) | Piece::Aside(part) => one_line(part),
            Piece::Table(table) => {
                let rows = table.lines().into_iter().map(|line| match line {
                    Line::Row(text) => text.replace('\n', "、"),
                    Line::Loose(pieces) => text_of(pieces),
                });
                rows.filter(|r| !r.is_empty()).collect::<Vec<_>>().join(" ")
            }
        };
        if !part.is_empty() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&part);
        }
    }
    text
}

/// How many rows at the start are headers.
fn header_rows(rows: &[Vec<Placed>]) -> usize {
    let most = HEADER_ROWS.min(rows.len().saturating_sub(1));
    let said =
        rows.iter().take_while(|r| !r.is_empty() && r.iter().all(|c| c.header || c.text.is_empty()) && r.iter().any(|c| c.header)).count();
    if said > 0 {
        return said.min(most);
    }
    let Some(first) = rows.first() else { return 0 };
    // A title over the whole width is no header; neither are numbers or sentences.
    let own = |row: &[Placed]| row.iter().filter(|c| !c.carried).cloned().collect::<Vec<_>>();
    let like = |row: &[Placed]| {
        let shown: Vec<&Placed> = row.iter().filter(|c| !c.text.is_empty()).collect();
        shown.len() >= 2 && shown.iter().all(|c| is_header_like(&c.text)) && shown.len() * 2 > row.len()
    };
    if most == 0 || !like(first) || !stands_out(first, &rows[1..]) || is_like_below(first, &rows[1..]) {
        return 0;
    }
    let mut count = first.iter().map(|c| c.rows).max().unwrap_or(1);
    let wide = first.iter().any(|c| c.columns > 1 && !c.text.is_empty());
    if count == 1 && wide && rows.len() > 2 && own(&rows[1]).iter().all(|c| is_header_like(&c.text)) && rows[1].len() > first.len() {
        count = 2;
    }
    if count > most { 1.min(most) } else { count }
}

fn is_header_like(text: &str) -> bool {
    let characters = text.chars().count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    characters <= LONGEST_HEADER && !text.ends_with('。') && digits * 2 <= characters
}

/// Whether the first row differs from those below it: each header once, and a value below that is no word of its kind.
fn stands_out(first: &[Placed], below: &[Vec<Placed>]) -> bool {
    let longest = first.iter().map(|c| c.text.chars().count()).max().unwrap_or(0);
    let mut texts: Vec<&str> = first.iter().map(|c| c.text.as_str()).collect();
    texts.sort_unstable();
    texts.dedup();
    let numbers = below.iter().flatten().any(|c| c.text.chars().any(char::is_numeric));
    let longer = below.iter().flatten().any(|c| c.text.chars().count() > longest.max(6));
    below.len() >= 2 && texts.len() * 2 > first.len() || numbers || longer
}

/// Whether the first row holds a value of the same form as one below it (「平成9年11月14日」 over 「平成10年3月30日」): it is a row
/// like the others then.
fn is_like_below(first: &[Placed], below: &[Vec<Placed>]) -> bool {
    let numbered = first.iter().filter(|c| c.text.contains(|c: char| c.is_ascii_digit()));
    numbered.into_iter().any(|cell| {
        let form = form(&cell.text);
        below.iter().flatten().any(|c| c.column == cell.column && !c.carried && self::form(&c.text) == form)
    })
}

/// A text with every number in it as one sign.
fn form(text: &str) -> String {
    let mut form = String::new();
    for c in text.chars() {
        if !c.is_ascii_digit() {
            form.push(c);
        } else if !form.ends_with('0') {
            form.push('0');
        }
    }
    form
}

/// The headers over each column, from the top, joined.
fn header_texts(rows: &[Vec<Placed>]) -> BTreeMap<usize, String> {
    let mut levels: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for cell in rows.iter().flatten().filter(|c| !c.text.is_empty() && !c.carried) {
        for column in cell.column..cell.column + cell.columns {
            let over = levels.entry(column).or_default();
            if over.last() != Some(&cell.text.as_str()) {
                over.push(&cell.text);
            }
        }
    }
    levels.into_iter().map(|(column, texts)| (column, texts.join("／"))).collect()
}

/// One row: 「見出し: 値」 for each value.
fn row_text(row: &[Placed], headers: &BTreeMap<usize, String>) -> String {
    let shown: Vec<&Placed> = row.iter().filter(|c| !c.text.is_empty()).collect();
    if shown.iter().all(|c| c.carried) {
        return String::new();
    }
    let long = shown.iter().any(|c| c.text.chars().count() > LONG_VALUE);
    let mut text = String::new();
    let mut label: Option<&str> = None;
    for cell in shown {
        // A header at the side names the value after it.
        if cell.header && !headers.contains_key(&cell.column) && label.is_none() {
            label = Some(&cell.text);
            continue;
        }
        if !text.is_empty() {
            text.push(if long { '\n' } else { '、' });
        }
        let wide = cell.columns > 1 && cell.columns >= headers.len();
        match (label.take(), headers.get(&cell.column).filter(|h| **h != cell.text && !wide)) {
            (Some(side), Some(header)) => text.push_str(&format!("{side}、{header}: ")),
            (Some(side), None) => text.push_str(&format!("{side}: ")),
            (None, Some(header)) => text.push_str(&format!("{header}: ")),
            (None, None) => {}
        }
        text.push_str(&cell.text);
    }
    if let Some(alone) = label {
        if !text.is_empty() {
            text.push('、');
        }
        text.push_str(alone);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str, columns: usize, rows: usize) -> Cell {
        Cell { pieces: vec![Piece::Paragraph(text.to_owned())], columns, rows, header: false }
    }

    #[track_caller]
    fn check(table: &Table, expected: &[&str]) {
        let lines: Vec<String> =
            table.lines().into_iter().map(|l| if let Line::Row(text) = l { text } else { "loose".to_owned() }).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn merged_headers_and_merged_values_reach_their_rows() {
        let rows = vec![
            vec![cell("区分", 1, 2), cell("平日", 2, 1), cell("休日", 1, 2)],
            vec![cell("午前", 1, 1), cell("午後", 1, 1)],
            vec![cell("大ホール", 1, 2), cell("1,000円", 1, 1), cell("1,500円", 1, 1), cell("2,000円", 1, 1)],
            vec![cell("600円", 1, 1), cell("700円", 1, 1), cell("800円", 1, 1)],
        ];
        check(
            &Table { rows },
            &[
                "区分: 大ホール、平日／午前: 1,000円、平日／午後: 1,500円、休日: 2,000円",
                "区分: 大ホール、平日／午前: 600円、平日／午後: 700円、休日: 800円",
            ],
        );
    }

    #[test]
    fn a_first_row_like_the_others_is_no_header() {
        let row = |cells: [&str; 3]| cells.iter().map(|c| cell(c, 1, 1)).collect::<Vec<_>>();
        let rows = vec![
            row(["◆", "平成9年11月14日", "条例第25号"]),
            row(["◇", "平成10年3月30日", "条例第5号"]),
            row(["◇", "平成18年3月31日", "条例第30号"]),
        ];
        check(&Table { rows }, &["◆、平成9年11月14日、条例第25号", "◇、平成10年3月30日、条例第5号", "◇、平成18年3月31日、条例第30号"]);
    }

    #[test]
    fn side_headers_name_their_values_and_frames_are_no_tables() {
        let mut side = cell("住所", 1, 1);
        side.header = true;
        check(&Table { rows: vec![vec![side, cell("みなと市港町1丁目", 1, 1)]] }, &["住所: みなと市港町1丁目"]);
        check(&Table { rows: vec![vec![cell("本文です。", 1, 1)]] }, &["loose"]);
    }

    #[test]
    fn a_cell_of_a_thousand_million_columns_is_bounded() {
        let rows = vec![vec![cell("a", usize::MAX, usize::MAX), cell("b", 1, 1)], vec![cell("c", 1, 1)]];
        assert_eq!(Table { rows }.lines().len(), 2);
    }
}
