//! The words of a page in reading order: blocks part paragraphs, tables stay tables, lists keep their numbers.

use super::furniture::{is_dropped, is_links};
use crate::grid_table::{Cell, Table};
use crate::heading;
use crate::running::Piece;
use scraper::Node;
use scraper::node::Element;

type NodeRef<'p> = ego_tree::NodeRef<'p, Node>;

/// Depth of elements; what lies deeper is read as if it stood there.
const DEEPEST: usize = 2_000;

/// The pieces below a node.
pub(crate) fn pieces(node: NodeRef<'_>) -> Vec<Piece> {
    let mut walk = Walk::default();
    walk.children(node, 0);
    walk.flush();
    walk.pieces
}

#[derive(Debug, Default)]
struct Walk {
    pieces: Vec<Piece>,
    /// The line being gathered.
    line: String,
    /// What goes before the next line: the mark of a list's item.
    mark: String,
    heading: Option<u8>,
    plain: usize,
    lists: Vec<List>,
}

#[derive(Debug, Default, Clone)]
struct List {
    ordered: Option<String>,
    next: i64,
}

impl Walk {
    fn children(&mut self, node: NodeRef<'_>, depth: usize) {
        for child in node.children() {
            match child.value() {
                Node::Text(text) => self.text(text),
                Node::Element(element) => self.element(child, element, depth),
                _ => {}
            }
        }
    }

    fn text(&mut self, text: &str) {
        if self.plain > 0 {
            self.line.push_str(&text.replace('\r', ""));
            return;
        }
        for c in text.chars() {
            match c {
                ' ' | '\t' | '\n' | '\r' | '\u{c}' => {
                    if !self.line.is_empty() && !self.line.ends_with([' ', '\n', '\u{3000}']) {
                        self.line.push(' ');
                    }
                }
                '\u{a0}' => self.line.push(' '),
                '\u{200b}' | '\u{feff}' | '\u{ad}' => {}
                c => self.line.push(c),
            }
        }
    }

    fn element(&mut self, node: NodeRef<'_>, element: &Element, depth: usize) {
        let name = element.name();
        if is_dropped(element) || depth > DEEPEST {
            return;
        }
        match name {
            "br" => self.line.push('\n'),
            "hr" => self.flush(),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                self.heading = name[1..].parse().ok();
                self.children(node, depth + 1);
                self.flush();
                self.heading = None;
            }
            "table" => self.table(node, depth),
            "ul" | "ol" | "menu" | "dir" => self.list(node, element, depth),
            "li" => {
                self.flush();
                self.item(element);
                self.children(node, depth + 1);
                self.flush();
                self.mark.clear();
            }
            "pre" | "listing" => {
                self.flush();
                self.plain += 1;
                self.children(node, depth + 1);
                self.plain -= 1;
                self.flush();
            }
            "img" | "area" => {}
            "div" | "section" if is_links(node) => self.flush(),
            _ if is_block(name) => {
                self.flush();
                self.children(node, depth + 1);
                self.flush();
            }
            _ => self.children(node, depth + 1),
        }
    }

    fn list(&mut self, node: NodeRef<'_>, element: &Element, depth: usize) {
        self.flush();
        if is_links(node) {
            return;
        }
        let ordered = (element.name() == "ol").then(|| element.attr("type").unwrap_or("1").to_owned());
        let next = element.attr("start").and_then(|s| s.trim().parse().ok()).unwrap_or(1);
        self.lists.push(List { ordered, next });
        self.children(node, depth + 1);
        self.flush();
        self.lists.pop();
        self.mark.clear();
    }

    fn item(&mut self, element: &Element) {
        let depth = self.lists.len().saturating_sub(1);
        let Some(list) = self.lists.last_mut() else {
            self.mark = "・ ".to_owned();
            return;
        };
        let indent = "\u{3000}".repeat(depth.min(8));
        if let Some(value) = element.attr("value").and_then(|v| v.trim().parse().ok()) {
            list.next = value;
        }
        self.mark = match &list.ordered {
            Some(kind) => format!("{indent}{}. ", numbered(kind, list.next)),
            None => format!("{indent}・ "),
        };
        list.next = list.next.saturating_add(1);
    }

    fn table(&mut self, node: NodeRef<'_>, depth: usize) {
        self.flush();
        if is_links(node) {
            return;
        }
        let mut table = Table::default();
        self.rows(node, false, depth, &mut table);
        self.pieces.push(Piece::Table(table));
    }

    fn rows(&mut self, node: NodeRef<'_>, in_head: bool, depth: usize, table: &mut Table) {
        for child in node.children() {
            let Some(element) = child.value().as_element() else { continue };
            match element.name() {
                "caption" => {
                    self.children(child, depth + 1);
                    self.flush();
                }
                "thead" => self.rows(child, true, depth + 1, table),
                "tbody" | "tfoot" => self.rows(child, false, depth + 1, table),
                "tr" => {
                    let cells = cells(child, in_head);
                    // Rows without a word only set the columns' widths.
                    if cells.iter().any(|c| !crate::running::are_blank(&c.pieces)) {
                        table.rows.push(cells);
                    }
                }
                _ => {}
            }
        }
    }

    /// Ends the line: a heading or a paragraph. Lines that breaks part are paragraphs of their own where one of them
    /// opens an article, a paragraph of it or an item.
    fn flush(&mut self) {
        let line = std::mem::take(&mut self.line);
        let lines: Vec<&str> = line.split('\n').map(|l| if self.plain > 0 { l.trim_end() } else { trimmed(l) }).collect();
        if lines.iter().all(|l| l.trim().is_empty()) {
            return;
        }
        let mark = std::mem::take(&mut self.mark);
        if let Some(level) = self.heading {
            let words: Vec<&str> = lines.iter().map(|l| l.trim()).filter(|l| !l.is_empty()).collect();
            self.pieces.push(Piece::Heading(level, format!("{mark}{}", words.join(" "))));
            return;
        }
        let apart = lines.iter().filter(|l| !l.is_empty()).count() > 1 && lines.iter().any(|l| heading::opening(l).is_some());
        if apart {
            let shown = lines.iter().filter(|l| !l.trim().is_empty()).enumerate();
            self.pieces.extend(shown.map(|(n, l)| Piece::Paragraph(if n == 0 { format!("{mark}{l}") } else { (*l).to_owned() })));
            return;
        }
        // A blank line parts paragraphs.
        let mut paragraph = String::new();
        let mut mark = Some(mark);
        for line in lines.iter().map(|l| l.trim_end()).chain([""]) {
            if line.is_empty() {
                if !paragraph.is_empty() {
                    let text = format!("{}{}", mark.take().unwrap_or_default(), std::mem::take(&mut paragraph));
                    self.pieces.push(Piece::Paragraph(text));
                }
                continue;
            }
            if !paragraph.is_empty() {
                paragraph.push('\n');
            }
            paragraph.push_str(line);
        }
    }
}

fn cells(row: NodeRef<'_>, in_head: bool) -> Vec<Cell> {
    let mut found = Vec::new();
    for child in row.children() {
        let Some(element) = child.value().as_element() else { continue };
        if !matches!(element.name(), "td" | "th") {
            continue;
        }
        let span = |name| element.attr(name).and_then(|v| v.trim().parse::<usize>().ok()).unwrap_or(1).min(1_000);
        let header = in_head || element.name() == "th";
        found.push(Cell { pieces: pieces(child), columns: span("colspan"), rows: span("rowspan"), header });
    }
    found
}

/// The line without the spaces that only lay out the source; an ideographic space stays, it indents.
fn trimmed(line: &str) -> &str {
    line.trim_end().trim_start_matches([' ', '\t'])
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "main"
            | "header"
            | "footer"
            | "body"
            | "html"
            | "blockquote"
            | "dl"
            | "dt"
            | "dd"
            | "address"
            | "center"
            | "figure"
            | "figcaption"
            | "form"
            | "fieldset"
            | "legend"
            | "details"
            | "summary"
            | "hgroup"
            | "caption"
            | "tr"
            | "td"
            | "th"
            | "tbody"
            | "thead"
            | "frameset"
            | "noframes"
    )
}

fn numbered(kind: &str, number: i64) -> String {
    let letter =
        |base: u8| u8::try_from((number.max(1) - 1) % 26).map_or_else(|_| number.to_string(), |n| char::from(base + n).to_string());
    match kind {
        "a" => letter(b'a'),
        "A" => letter(b'A'),
        _ => number.to_string(),
    }
}
