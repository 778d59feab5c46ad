//! Charts of office files: the values that the program kept beside the drawing, as a table.

use crate::grid_table::{Cell, Table};
use crate::running::Piece;
use crate::xml::{Element, Xml};

/// Values of one chart.
const MOST_POINTS: usize = 5_000;

/// The title and the values of a chart.
pub(crate) fn pieces(xml: &Xml) -> Vec<Piece> {
    let Some(root) = xml.root() else { return Vec::new() };
    let all = root.descendants();
    let title = all.iter().find(|e| e.name() == "title").map(|t| t.texts("t")).unwrap_or_default();
    let series: Vec<Element<'_>> = all.iter().copied().filter(|e| e.name() == "ser").collect();
    let names: Vec<String> = series.iter().map(|s| s.child("tx").map(|t| points(t).join(" ")).unwrap_or_default()).collect();
    let values: Vec<Vec<String>> =
        series.iter().map(|s| s.child("val").or_else(|| s.child("yVal")).map(points).unwrap_or_default()).collect();
    let categories = series.iter().find_map(|s| s.child("cat").or_else(|| s.child("xVal"))).map(points).unwrap_or_default();
    let mut pieces = vec![Piece::Paragraph(title)];
    let rows = values.iter().map(Vec::len).max().unwrap_or(0).max(categories.len());
    if rows > 0 {
        let cell = |text: &str, header| Cell { pieces: vec![Piece::Paragraph(text.to_owned())], columns: 1, rows: 1, header };
        let mut table = Table { rows: vec![std::iter::once("").chain(names.iter().map(String::as_str)).map(|n| cell(n, true)).collect()] };
        for row in 0..rows {
            let at = |column: &Vec<String>| column.get(row).cloned().unwrap_or_default();
            let mut line = vec![cell(&at(&categories), false)];
            line.extend(values.iter().map(|column| cell(&at(column), false)));
            table.rows.push(line);
        }
        pieces.push(Piece::Table(table));
    }
    pieces
}

fn points(element: Element<'_>) -> Vec<String> {
    element.descendants().into_iter().filter(|e| e.name() == "v").take(MOST_POINTS).map(Element::own_text).collect()
}
