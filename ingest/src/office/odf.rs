//! OpenDocument texts and presentations: `content.xml` of either.

use super::Contents;
use super::word_numbers::{formatted, kanji};
use crate::archive::{Archive, Refusal};
use crate::grid_table::{Cell, Table};
use crate::running::{Piece, are_blank};
use crate::xml::{Child, Element, Xml};
use std::collections::HashMap;

/// Times that one cell or row is repeated; more is filling.
const MOST_REPEATS: usize = 100;

/// Reads a document or a presentation.
pub(crate) fn read(archive: &mut Archive<'_>) -> Result<Contents, Refusal> {
    if let Some(manifest) = archive.read("META-INF/manifest.xml")?
        && Xml::parse(&manifest).root().is_some_and(|r| r.descendants().iter().any(|e| e.name() == "encryption-data"))
    {
        return Err(Refusal::Encrypted);
    }
    let Some(bytes) = archive.read("content.xml")? else {
        return Err(Refusal::Damaged("it holds no content".to_owned()));
    };
    let xml = Xml::parse(&bytes);
    let named = archive.read("styles.xml")?.map(|b| Xml::parse(&b)).unwrap_or_default();
    let mut reader = Reader::default();
    for root in [named.root(), xml.root()].into_iter().flatten() {
        reader.learn(root);
    }
    let mut pieces = Vec::new();
    let body = xml.root().and_then(|r| r.child("body"));
    for content in body.into_iter().flat_map(Element::elements) {
        if content.name() == "presentation" {
            for (index, page) in content.elements().filter(|e| e.name() == "page").enumerate() {
                reader.slide(page, index + 1, &mut pieces);
            }
        } else {
            reader.blocks(content, &mut pieces);
        }
    }
    let broken = if xml.broken { vec!["content.xml".to_owned()] } else { Vec::new() };
    Ok(Contents { title: String::new(), pieces, broken })
}

#[derive(Debug, Clone, Default)]
struct Level {
    format: String,
    prefix: String,
    suffix: String,
    start: u32,
    shown: usize,
    bullet: bool,
}

/// Lists that are open around a paragraph: style and count by depth.
#[derive(Debug, Default)]
struct Reader {
    lists: HashMap<String, Vec<Level>>,
    hidden: Vec<String>,
    counts: HashMap<String, Vec<u32>>,
    notes: u32,
}

/// Where in a list a paragraph stands.
#[derive(Debug, Clone, Default)]
struct Place {
    style: Option<String>,
    depth: usize,
}

impl Reader {
    fn learn(&mut self, root: Element<'_>) {
        for element in root.descendants() {
            match element.name() {
                "list-style" | "outline-style" => {
                    let name = element.attribute("style:name").unwrap_or("Outline").to_owned();
                    self.lists.insert(name, element.elements().map(level).collect());
                }
                "style" => {
                    let Some(name) = element.attribute("style:name") else { continue };
                    if element.child("text-properties").and_then(|p| p.attribute("text:display")) == Some("none") {
                        self.hidden.push(name.to_owned());
                    }
                }
                _ => {}
            }
        }
    }

    fn slide(&mut self, page: Element<'_>, number: usize, pieces: &mut Vec<Piece>) {
        let (mut title, mut shown, mut notes) = (String::new(), Vec::new(), Vec::new());
        for element in page.elements() {
            match (element.name(), element.attribute("presentation:class")) {
                ("frame", Some("title")) if title.is_empty() => title = flat(self, element),
                ("frame", Some("page-number" | "date-time" | "footer" | "header")) => {}
                ("notes", _) => {
                    for frame in element.elements().filter(|e| e.attribute("presentation:class") == Some("notes")) {
                        self.blocks(frame, &mut notes);
                    }
                }
                ("forms" | "par" | "seq", _) => {}
                _ => self.block(element, &Place::default(), &mut shown),
            }
        }
        if title.is_empty() && !(are_blank(&shown) && are_blank(&notes)) {
            title = format!("スライド {number}");
        }
        pieces.push(Piece::Heading(1, title));
        pieces.extend(shown);
        pieces.extend(notes);
    }

    fn blocks(&mut self, parent: Element<'_>, pieces: &mut Vec<Piece>) {
        for element in parent.elements() {
            self.block(element, &Place::default(), pieces);
        }
    }

    fn block(&mut self, element: Element<'_>, place: &Place, pieces: &mut Vec<Piece>) {
        match element.name() {
            "h" => {
                let level = element.attribute("outline-level").and_then(|l| l.parse().ok()).unwrap_or(1);
                let (mut text, after) = self.line(element);
                if !text.trim().is_empty() && place.style.is_none() && self.lists.contains_key("Outline") {
                    text = self.label("Outline", usize::from(level) - usize::from(level > 0)) + text.trim_start();
                }
                pieces.push(Piece::Heading(level, text));
                pieces.extend(after);
            }
            "p" => {
                let (text, after) = self.line(element);
                if !text.trim().is_empty() {
                    pieces.push(Piece::Paragraph(text));
                }
                pieces.extend(after);
            }
            "list" => self.list(element, place, pieces),
            "table" => {
                let table = self.table(element);
                pieces.push(Piece::Table(table));
            }
            "tracked-changes" | "annotation" | "forms" | "sequence-decls" | "variable-decls" | "user-field-decls" | "notes"
            | "event-listeners" => {}
            _ => {
                for inner in element.elements() {
                    self.block(inner, place, pieces);
                }
            }
        }
    }

    fn list(&mut self, element: Element<'_>, outer: &Place, pieces: &mut Vec<Piece>) {
        let style = element.attribute("text:style-name").map(str::to_owned).or_else(|| outer.style.clone());
        let depth = if outer.style.is_some() { outer.depth + 1 } else { 0 };
        let place = Place { style: style.or_else(|| Some(String::new())), depth };
        let name = place.style.clone().unwrap_or_default();
        let continues =
            matches!(element.attribute("text:continue-numbering"), Some("true")) || element.attribute("text:continue-list").is_some();
        if !continues {
            self.counts.entry(name.clone()).or_default().truncate(depth);
        }
        for item in element.elements().filter(|e| matches!(e.name(), "list-item" | "list-header")) {
            let mut labelled = item.name() == "list-header";
            for inner in item.elements() {
                let from = pieces.len();
                self.block(inner, &place, pieces);
                if labelled || inner.name() == "list" || pieces.len() == from {
                    continue;
                }
                labelled = true;
                let label = self.label(&name, depth);
                if let Some(Piece::Paragraph(text) | Piece::Heading(_, text)) = pieces.get_mut(from) {
                    *text = format!("{}{label}{}", "\u{3000}".repeat(depth), text.trim_start());
                }
            }
        }
    }

    /// Counts one item of a list and gives its number as shown.
    fn label(&mut self, style: &str, depth: usize) -> String {
        let levels = self.lists.get(style).map_or(&[][..], Vec::as_slice);
        let Some(level) = levels.get(depth).cloned() else { return "・ ".to_owned() };
        let starts: Vec<u32> = levels.iter().map(|l| l.start).collect();
        let counts = self.counts.entry(style.to_owned()).or_default();
        counts.truncate(depth + 1);
        while counts.len() <= depth {
            let start = starts.get(counts.len()).copied().unwrap_or(1);
            counts.push(if counts.len() < depth { start } else { start.saturating_sub(1) });
        }
        counts[depth] = counts[depth].saturating_add(1);
        if level.bullet {
            return "・ ".to_owned();
        }
        if level.format.is_empty() {
            return String::new();
        }
        let first = (depth + 1).saturating_sub(level.shown.max(1));
        let numbers: Vec<String> = (first..=depth).map(|d| written(levels.get(d).map_or("1", |l| l.format.as_str()), counts[d])).collect();
        format!("{}{}{}\u{3000}", level.prefix, numbers.join("."), level.suffix)
    }

    /// A paragraph's text, and what hangs on it.
    fn line(&mut self, element: Element<'_>) -> (String, Vec<Piece>) {
        let (mut text, mut after) = (String::new(), Vec::new());
        if !element.attribute("text:style-name").is_some_and(|s| self.hidden.iter().any(|h| h == s)) {
            self.runs(element, &mut text, &mut after);
        }
        (text, after)
    }

    fn runs(&mut self, parent: Element<'_>, text: &mut String, after: &mut Vec<Piece>) {
        for child in parent.children() {
            let element = match child {
                Child::Text(run) => {
                    // White space in the file is layout of the XML: a run of it is one space.
                    for c in run.chars() {
                        match c {
                            ' ' | '\n' | '\r' | '\t' if text.ends_with([' ', '\n']) || text.is_empty() => {}
                            '\n' | '\r' | '\t' => text.push(' '),
                            c => text.push(c),
                        }
                    }
                    continue;
                }
                Child::Element(element) => element,
            };
            match element.name() {
                "s" => {
                    let count = element.attribute("text:c").and_then(|c| c.parse().ok()).unwrap_or(1usize);
                    text.push_str(&" ".repeat(count.min(200)));
                }
                "tab" => text.push('\u{3000}'),
                "line-break" => text.push('\n'),
                "note" => self.note(element, text, after),
                "frame" | "custom-shape" | "rect" | "g" => self.block(element, &Place::default(), after),
                "annotation" | "annotation-end" | "ruby-text" | "tracked-changes" | "bookmark" | "soft-page-break" => {}
                "span" if element.attribute("text:style-name").is_some_and(|s| self.hidden.iter().any(|h| h == s)) => {}
                _ => self.runs(element, text, after),
            }
        }
    }

    fn note(&mut self, element: Element<'_>, text: &mut String, after: &mut Vec<Piece>) {
        self.notes += 1;
        let mark = format!("［注{}］", self.notes);
        text.push_str(&mark);
        let mut pieces = Vec::new();
        if let Some(body) = element.child("note-body") {
            self.blocks(body, &mut pieces);
        }
        for (index, piece) in pieces.into_iter().enumerate() {
            after.push(match piece {
                Piece::Paragraph(words) if index == 0 => Piece::Paragraph(format!("{mark}{}", words.trim())),
                other => other,
            });
        }
    }

    fn table(&mut self, element: Element<'_>) -> Table {
        let mut table = Table::default();
        self.rows(element, false, &mut table);
        table
    }

    fn rows(&mut self, parent: Element<'_>, header: bool, table: &mut Table) {
        for element in parent.elements() {
            match element.name() {
                "table-header-rows" => self.rows(element, true, table),
                "table-rows" | "table-row-group" => self.rows(element, header, table),
                "table-row" => {
                    let row: Vec<Cell> = self.cells(element, header);
                    let repeats = repeats(element, "number-rows-repeated");
                    let blank = row.iter().all(|c| are_blank(&c.pieces));
                    for _ in 0..if blank { 1 } else { repeats } {
                        table.rows.push(row.clone());
                    }
                }
                _ => {}
            }
        }
    }

    fn cells(&mut self, row: Element<'_>, header: bool) -> Vec<Cell> {
        let mut cells = Vec::new();
        for element in row.elements().filter(|e| e.name() == "table-cell") {
            let mut pieces = Vec::new();
            self.blocks(element, &mut pieces);
            let span = |name| element.attribute(name).and_then(|v| v.parse::<usize>().ok()).unwrap_or(1);
            let cell = Cell { pieces, columns: span("number-columns-spanned"), rows: span("number-rows-spanned"), header };
            for _ in 0..repeats(element, "number-columns-repeated") {
                cells.push(cell.clone());
            }
        }
        cells
    }
}

fn repeats(element: Element<'_>, name: &str) -> usize {
    element.attribute(name).and_then(|v| v.parse().ok()).unwrap_or(1).min(MOST_REPEATS)
}

fn level(element: Element<'_>) -> Level {
    let text = |name| element.attribute(name).unwrap_or_default().to_owned();
    Level {
        format: text("style:num-format"),
        prefix: text("style:num-prefix"),
        suffix: text("style:num-suffix"),
        start: element.attribute("text:start-value").and_then(|v| v.parse().ok()).unwrap_or(1),
        shown: element.attribute("text:display-levels").and_then(|v| v.parse().ok()).unwrap_or(1),
        bullet: element.name().contains("bullet") || element.name().contains("image"),
    }
}

/// A number in a format that is named by its first members.
fn written(format: &str, number: u32) -> String {
    match format.chars().next() {
        Some('一') => kanji(number),
        Some('壱' | '壹') => formatted("japaneseLegal", number),
        Some('ア') => formatted("aiueoFullWidth", number),
        Some('ｱ') => formatted("aiueo", number),
        Some('イ') => formatted("irohaFullWidth", number),
        Some('ｲ') => formatted("iroha", number),
        Some('１') => formatted("decimalFullWidth", number),
        Some('①') => formatted("decimalEnclosedCircle", number),
        Some('甲') => formatted("ideographTraditional", number),
        Some('子') => formatted("ideographZodiac", number),
        Some('a') => formatted("lowerLetter", number),
        Some('A') => formatted("upperLetter", number),
        Some('i') => formatted("lowerRoman", number),
        Some('I') => formatted("upperRoman", number),
        _ => number.to_string(),
    }
}

fn flat(reader: &mut Reader, element: Element<'_>) -> String {
    let mut pieces = Vec::new();
    reader.blocks(element, &mut pieces);
    let words = pieces.into_iter().filter_map(|p| match p {
        Piece::Paragraph(text) | Piece::Heading(_, text) => Some(text),
        _ => None,
    });
    words.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}
