//! Delimited files (CSV, TSV): one grid, its encoding and its delimiter guessed.
//!
//! Rows are counted as a spreadsheet counts them when it opens the file, empty lines included, so that a cited cell is
//! the cell that a person finds.

use super::book::{Book, Listed, MOST_COLUMNS, MOST_ROWS, Margin, Sink};
use super::grid::Kind;
use crate::text::{Decoded, TextEncoding, decode_named};
use appliance_core::document::Warning;
use appliance_core::locator::CellRef;

/// An open delimited file.
pub(crate) struct Delimited {
    decoded: Decoded,
    delimiter: char,
    sheets: [Listed; 1],
}

impl Delimited {
    /// Opens a delimited file. Without a `delimiter` the first lines tell it; without an `encoding` the bytes do.
    pub(crate) fn open(bytes: &[u8], delimiter: Option<char>, encoding: Option<TextEncoding>) -> Self {
        let decoded = decode_named(bytes, encoding);
        let delimiter = delimiter.unwrap_or_else(|| guess(&decoded.text));
        Self { decoded, delimiter, sheets: [Listed { name: "CSV".to_owned(), hidden: false }] }
    }
}

impl Book for Delimited {
    fn sheets(&self) -> &[Listed] {
        &self.sheets
    }

    fn warnings(&self) -> Vec<Warning> {
        let doubtful = self.decoded.doubtful.then(|| Warning::DoubtfulEncoding { encoding: self.decoded.encoding.to_owned() });
        doubtful.into_iter().collect()
    }

    fn cells(&mut self, _: usize, sink: &mut dyn Sink) -> Result<(), String> {
        cells(&self.decoded.text, self.delimiter, sink);
        Ok(())
    }

    fn margin(&mut self, _: usize) -> Margin {
        Margin::default()
    }
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

/// Hands on the cells with a value until the sink has enough.
fn cells(text: &str, delimiter: char, sink: &mut dyn Sink) {
    let mut at = CellRef { row: 0, column: 0 };
    let mut field = String::new();
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    let mut finish = |field: &mut String, at: CellRef| {
        let text = field.trim();
        let going = text.is_empty() || at.column >= MOST_COLUMNS || at.row >= MOST_ROWS || sink.cell(at, text, kind(text));
        field.clear();
        going
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
                    return;
                }
                at.column += 1;
            }
            '\n' if !quoted => {
                if !finish(&mut field, at) {
                    return;
                }
                at = CellRef { row: at.row + 1, column: 0 };
            }
            c => field.push(c),
        }
    }
    finish(&mut field, at);
}

fn kind(text: &str) -> Kind {
    let (mut digits, mut marks) = (0, 0);
    for c in text.chars() {
        match c {
            '0'..='9' => digits += 1,
            ',' | '円' | '%' | '％' | '△' | '▲' | '¥' | '￥' | '-' | '+' | '.' => {}
            '/' | ':' | ' ' => marks += 1,
            _ => return Kind::Text,
        }
    }
    match (digits, marks) {
        (1.., 0) => Kind::Number,
        (3.., _) => Kind::Date,
        _ => Kind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::grid::{Filling, Grid};

    #[test]
    fn quotes_line_breaks_and_empty_lines_keep_the_rows_of_a_spreadsheet() {
        let text = "名称,住所\n\n\"港, 会館\",\"1丁目\n2番\"\n\"彼の\"\"家\"\"\",\n";
        let mut filling = Filling::new(100);
        cells(text, ',', &mut filling);
        let complete = filling.left_out.is_none();
        let grid = Grid::new(filling, Margin::default());
        let shown: Vec<(String, &str)> = grid.filled_rows().flatten().map(|c| (c.at.to_string(), grid.text(c))).collect();
        let expected = [("A1", "名称"), ("B1", "住所"), ("A3", "港, 会館"), ("B3", "1丁目\n2番"), ("A4", "彼の\"家\"")];
        assert_eq!(shown, expected.map(|(a, t)| (a.to_owned(), t)));
        assert!(complete);
        let mut filling = Filling::new(4);
        cells(text, ',', &mut filling);
        assert_eq!(filling.left_out.map(|c| c.row), Some(2));
    }
}
