//! Delimited files (CSV, TSV): one grid, its encoding and its delimiter guessed.
//!
//! Rows are counted as a spreadsheet counts them when it opens the file, empty lines included, so that a cited cell is
//! the cell that a person finds.

use super::Workbook;
use super::grid::{Cell, Grid, Kind};
use crate::limits::Limits;
use crate::text::decode;
use appliance_core::document::Warning;
use appliance_core::locator::CellRef;

/// Columns of a spreadsheet.
const MOST_COLUMNS: u32 = 16_384;

/// Reads a delimited file. Without a `delimiter` the first lines tell it.
pub(crate) fn read(bytes: &[u8], delimiter: Option<char>, limits: &Limits) -> Workbook {
    let decoded = decode(bytes);
    let mut workbook = Workbook::default();
    if decoded.doubtful {
        workbook.warnings.push(Warning::DoubtfulEncoding { encoding: decoded.encoding.to_owned() });
    }
    let delimiter = delimiter.unwrap_or_else(|| guess(&decoded.text));
    let (cells, complete) = cells(&decoded.text, delimiter, limits.cells);
    if !complete {
        workbook.warnings.push(Warning::Truncated { limit: format!("{} cells", limits.cells) });
    }
    workbook.grids.push(Grid::new("CSV".to_owned(), false, cells, Vec::new()));
    workbook
}

fn guess(text: &str) -> char {
    let head: String = text.lines().take(5).collect::<Vec<_>>().join("\n");
    let count = |c: char| head.matches(c).count();
    match (count(','), count('\t'), count(';')) {
        (0, tabs, semicolons) if tabs > 0 && tabs >= semicolons => '\t',
        (0, _, semicolons) if semicolons > 0 => ';',
        (commas, tabs, _) if tabs > commas * 2 => '\t',
        _ => ',',
    }
}

/// The cells with a value, and whether all were read.
fn cells(text: &str, delimiter: char, most: usize) -> (Vec<Cell>, bool) {
    let mut cells = Vec::new();
    let mut at = CellRef { row: 0, column: 0 };
    let mut field = String::new();
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    let mut finish = |field: &mut String, at: CellRef| {
        let text = field.trim().to_owned();
        field.clear();
        if !text.is_empty() && at.column < MOST_COLUMNS {
            let kind = kind(&text);
            cells.push(Cell { at, text, kind });
        }
        cells.len() < most
    };
    while let Some(c) = characters.next() {
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => {
                field.push('"');
                characters.next();
            }
            '"' if quoted => quoted = false,
            '"' if field.trim().is_empty() => quoted = true,
            c if c == delimiter && !quoted => {
                if !finish(&mut field, at) {
                    return (cells, false);
                }
                at.column += 1;
            }
            '\n' if !quoted => {
                if !finish(&mut field, at) {
                    return (cells, false);
                }
                at = CellRef { row: at.row + 1, column: 0 };
            }
            c => field.push(c),
        }
    }
    finish(&mut field, at);
    (cells, true)
}

fn kind(text: &str) -> Kind {
    let bare: String = text.chars().filter(|c| !matches!(c, ',' | '円' | '%' | '％' | '△' | '▲' | '¥' | '￥' | '-' | '+' | '.')).collect();
    let digits = bare.chars().filter(char::is_ascii_digit).count();
    match () {
        () if digits > 0 && digits == bare.chars().count() => Kind::Number,
        () if digits >= 3 && bare.chars().all(|c| c.is_ascii_digit() || matches!(c, '/' | ':' | ' ')) => Kind::Date,
        () => Kind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_line_breaks_and_empty_lines_keep_the_rows_of_a_spreadsheet() {
        let text = "名称,住所\n\n\"港, 会館\",\"1丁目\n2番\"\n\"彼の\"\"家\"\"\",\n";
        let (cells, complete) = cells(text, ',', 100);
        let shown: Vec<(String, &str)> = cells.iter().map(|c| (c.at.to_string(), c.text.as_str())).collect();
        let expected = [("A1", "名称"), ("B1", "住所"), ("A3", "港, 会館"), ("B3", "1丁目\n2番"), ("A4", "彼の\"家\"")];
        assert_eq!(shown, expected.map(|(a, t)| (a.to_owned(), t)));
        assert!(complete);
        assert!(!super::cells(text, ',', 2).1);
    }
}
