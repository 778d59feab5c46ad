//! Word documents: paragraphs with the numbers that Word shows, tables, notes, boxes; tracked changes as accepted.

use super::numbering::Numbering;
use super::relations::Relations;
use super::styles::Styles;
use super::{Contents, chart};
use crate::archive::{Archive, Refusal};
use crate::grid_table::{Cell, Table};
use crate::running::Piece;
use crate::xml::{Element, Xml, is_on};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Reads a document.
pub(crate) fn read(archive: &mut Archive<'_>) -> Result<Contents, Refusal> {
    let package = Relations::of(archive, "")?;
    let main = package.first("officeDocument").unwrap_or("word/document.xml").to_owned();
    let main = if archive.holds(&main) { main } else { "word/document.xml".to_owned() };
    let Some(bytes) = archive.read(&main)? else {
        return Err(Refusal::Damaged("it holds no document".to_owned()));
    };
    let relations = Relations::of(archive, &main)?;
    let part = |archive: &mut Archive<'_>, kind: &str| -> Result<Xml, Refusal> {
        let bytes = relations.first(kind).map(|target| archive.read(target)).transpose()?.flatten();
        Ok(bytes.map(|b| Xml::parse(&b)).unwrap_or_default())
    };
    let styles = Styles::read(&part(archive, "styles")?);
    let numbering = Numbering::read(&part(archive, "numbering")?);
    let (footnotes, endnotes) = (part(archive, "footnotes")?, part(archive, "endnotes")?);
    let mut drawn = HashMap::new();
    for kind in ["chart", "diagramData"] {
        for target in relations.all(kind) {
            if let Ok(Some(bytes)) = archive.read(target) {
                drawn.insert(target.to_owned(), graphic(kind, &Xml::parse(&bytes)));
            }
        }
    }
    let xml = Xml::parse(&bytes);
    let mut reader = Reader { styles, numbering, relations: &relations, drawn, notes: 0, footnotes: &footnotes, endnotes: &endnotes };
    let mut pieces = Vec::new();
    if let Some(body) = xml.root().and_then(|r| r.child("body").or(Some(r))) {
        reader.blocks(body, &mut pieces);
    }
    pieces.extend(running_heads(archive, &relations, &mut reader)?);
    let broken = if xml.broken { vec![main] } else { Vec::new() };
    Ok(Contents { title: String::new(), pieces, broken })
}

/// Running heads and feet, each once: they are said of every page, and so of no passage.
fn running_heads(archive: &mut Archive<'_>, relations: &Relations, reader: &mut Reader<'_>) -> Result<Vec<Piece>, Refusal> {
    let mut seen = HashSet::new();
    let mut heads = Vec::new();
    let targets: Vec<String> = relations.all("header").chain(relations.all("footer")).map(str::to_owned).collect();
    for target in targets {
        let Some(bytes) = archive.read(&target)? else { continue };
        let xml = Xml::parse(&bytes);
        let mut pieces = Vec::new();
        if let Some(root) = xml.root() {
            reader.blocks(root, &mut pieces);
        }
        for piece in pieces {
            if let Piece::Paragraph(text) | Piece::Heading(_, text) = piece
                && seen.insert(text.clone())
            {
                heads.push(Piece::Aside(text));
            }
        }
    }
    Ok(heads)
}

/// The words of a chart or a diagram.
pub(super) fn graphic(kind: &str, xml: &Xml) -> Vec<Piece> {
    if kind == "chart" {
        return chart::pieces(xml);
    }
    let points = xml.root().into_iter().flat_map(Element::descendants).filter(|e| e.name() == "pt");
    points.map(|p| Piece::Paragraph(p.texts("t"))).collect()
}

struct Reader<'x> {
    styles: Styles,
    numbering: Numbering,
    relations: &'x Relations,
    drawn: HashMap<String, Vec<Piece>>,
    notes: u32,
    footnotes: &'x Xml,
    endnotes: &'x Xml,
}

/// A paragraph while its runs are read.
#[derive(Debug, Default)]
struct Line {
    text: String,
    /// What hangs on the paragraph: text boxes, notes, charts.
    after: Vec<Piece>,
    /// Depth of fields whose instruction, and not yet their result, is being read.
    instructions: Vec<bool>,
}

impl Reader<'_> {
    fn blocks(&mut self, parent: Element<'_>, pieces: &mut Vec<Piece>) {
        // The text of a paragraph whose end was deleted goes on in the next one.
        let mut carried = String::new();
        self.blocks_after(parent, pieces, &mut carried);
        if !carried.trim().is_empty() {
            pieces.push(Piece::Paragraph(carried));
        }
    }

    fn blocks_after(&mut self, parent: Element<'_>, pieces: &mut Vec<Piece>, carried: &mut String) {
        for element in parent.elements() {
            match element.name() {
                "p" => self.paragraph(element, pieces, carried),
                "tbl" => {
                    let table = self.table(element);
                    pieces.push(Piece::Table(table));
                }
                "del" | "moveFrom" | "sectPr" | "pPr" | "sdtPr" | "sdtEndPr" | "tblPr" | "tcPr" | "trPr" => {}
                "AlternateContent" => {
                    if let Some(chosen) = chosen(element) {
                        self.blocks_after(chosen, pieces, carried);
                    }
                }
                _ => self.blocks_after(element, pieces, carried),
            }
        }
    }

    fn paragraph(&mut self, element: Element<'_>, pieces: &mut Vec<Piece>, carried: &mut String) {
        let properties = element.child("pPr");
        let style = properties.and_then(|p| p.child("pStyle")).and_then(Element::value).or_else(|| self.styles.usual()).map(str::to_owned);
        let mut line = Line::default();
        self.runs(element, &mut line);
        let end_deleted = properties.and_then(|p| p.at(&["rPr", "del"])).is_some();
        let mut text = std::mem::take(carried) + &line.text;
        if end_deleted {
            *carried = text;
            pieces.extend(line.after);
            return;
        }
        let (label, indent) = self.label(properties, style.as_deref());
        if !text.trim().is_empty() {
            text = format!("{}{label}{}", "\u{3000}".repeat(indent), text.trim_start());
            let contents = style.as_deref().is_some_and(|s| self.styles.is_contents(s));
            match self.level(properties, style.as_deref()).filter(|_| !contents) {
                Some(level) => pieces.push(Piece::Heading(level, text)),
                None => pieces.push(Piece::Paragraph(text)),
            }
        }
        pieces.extend(line.after);
    }

    /// The heading's level that the paragraph or its style gives.
    fn level(&self, properties: Option<Element<'_>>, style: Option<&str>) -> Option<u8> {
        let own = properties.and_then(|p| p.child("outlineLvl")).and_then(Element::value).and_then(|v| v.parse::<u8>().ok());
        match own {
            Some(level) => (level < 9).then_some(level + 1),
            None => style.and_then(|s| self.styles.heading(s)),
        }
    }

    /// The paragraph's number as shown, and how deep it is indented.
    fn label(&mut self, properties: Option<Element<'_>>, style: Option<&str>) -> (String, usize) {
        let own = properties.and_then(|p| p.child("numPr"));
        let value = |name| own.and_then(|n| n.child(name)).and_then(Element::value);
        let of_style = style.and_then(|s| self.styles.list(s));
        let Some(list) = value("numId").map(str::to_owned).or_else(|| of_style.as_ref().map(|(list, _)| list.clone())) else {
            return Default::default();
        };
        if list == "0" {
            return Default::default();
        }
        let bound = || style.and_then(|s| self.numbering.level_of_style(&list, s));
        let level =
            value("ilvl").and_then(|v| v.parse().ok()).or_else(|| of_style.and_then(|(_, level)| level).or_else(bound)).unwrap_or(0);
        match self.numbering.next(&list, level) {
            Some(label) if label.bullet => (format!("{} ", label.text.trim_end()), label.level),
            Some(label) => (label.text, label.level),
            None => Default::default(),
        }
    }

    fn runs(&mut self, parent: Element<'_>, line: &mut Line) {
        for element in parent.elements() {
            match element.name() {
                "pPr" | "rPr" | "del" | "moveFrom" | "delText" | "instrText" | "delInstrText" | "rubyPr" | "rt" | "sdtPr"
                | "annotationRef" => {}
                "r" if self.is_hidden(element) => {}
                "fldChar" => field(element.attribute("fldCharType"), line),
                _ if line.instructions.contains(&true) && element.name() != "r" => {}
                "t" => line.text.push_str(&element.own_text().replace(['\n', '\r'], " ")),
                "tab" | "ptab" => line.text.push('\u{3000}'),
                "br" if matches!(element.attribute("type"), Some("page" | "column")) => {}
                "br" | "cr" => line.text.push('\n'),
                "noBreakHyphen" => line.text.push('-'),
                "sym" => line.text.extend(symbol(element)),
                "footnoteReference" => self.note(element, line, false),
                "endnoteReference" => self.note(element, line, true),
                "AlternateContent" => {
                    if let Some(chosen) = chosen(element) {
                        self.runs(chosen, line);
                    }
                }
                "drawing" | "pict" | "object" => self.drawing(element, line),
                "txbxContent" => self.blocks(element, &mut line.after),
                _ => self.runs(element, line),
            }
        }
    }

    fn is_hidden(&self, run: Element<'_>) -> bool {
        let Some(properties) = run.child("rPr") else { return false };
        match properties.child("vanish") {
            Some(own) => is_on(Some(own)),
            None => properties.child("rStyle").and_then(Element::value).is_some_and(|s| self.styles.hidden(s)),
        }
    }

    /// Text boxes, charts and diagrams of a drawing.
    fn drawing(&mut self, element: Element<'_>, line: &mut Line) {
        let mut pending = vec![element];
        while let Some(element) = pending.pop() {
            match element.name() {
                "txbxContent" => self.blocks(element, &mut line.after),
                "AlternateContent" => pending.extend(chosen(element)),
                "chart" | "relIds" => {
                    let id = element.attribute("r:id").or_else(|| element.attribute("r:dm"));
                    let target = id.and_then(|id| self.relations.target(id));
                    line.after.extend(target.and_then(|t| self.drawn.get(t)).into_iter().flatten().cloned());
                }
                "textpath" => line.after.extend(element.attribute("string").map(|s| Piece::Paragraph(s.to_owned()))),
                _ => {
                    let at = pending.len();
                    pending.extend(element.elements());
                    pending[at..].reverse();
                }
            }
        }
    }

    /// A note stands after the paragraph that it belongs to, under the mark that it has there.
    fn note(&mut self, reference: Element<'_>, line: &mut Line, end: bool) {
        let notes = if end { self.endnotes } else { self.footnotes };
        let id = reference.attribute("id");
        let note = notes.root().and_then(|root| root.elements().find(|n| n.attribute("id") == id && id.is_some()));
        let Some(note) = note else { return };
        self.notes += 1;
        let mark = format!("［注{}］", self.notes);
        line.text.push_str(&mark);
        let mut pieces = Vec::new();
        // A note that refers to itself would not end.
        if self.notes < 10_000 {
            self.blocks(note, &mut pieces);
        }
        for (index, piece) in pieces.into_iter().enumerate() {
            line.after.push(match piece {
                Piece::Paragraph(text) | Piece::Heading(_, text) if index == 0 => Piece::Paragraph(format!("{mark}{}", text.trim())),
                other => other,
            });
        }
    }

    fn table(&mut self, element: Element<'_>) -> Table {
        let mut table = Table::default();
        // By column: the cell that reaches down from above, as row and place in the row.
        let mut reaching: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for row in rows(element) {
            let properties = row.child("trPr");
            if properties.is_some_and(|p| p.child("del").is_some()) {
                continue;
            }
            let header = is_on(properties.and_then(|p| p.child("tblHeader")));
            let number = |name| properties.and_then(|p| p.child(name)).and_then(Element::value).and_then(|v| v.parse::<usize>().ok());
            let mut cells: Vec<Cell> = Vec::new();
            let mut column = number("gridBefore").unwrap_or(0).min(64);
            if column > 0 {
                cells.push(Cell { columns: column, rows: 1, ..Cell::default() });
            }
            for cell in cells_of(row) {
                let settings = cell.child("tcPr");
                let setting = |name| settings.and_then(|s| s.child(name));
                let columns = setting("gridSpan").and_then(Element::value).and_then(|v| v.parse().ok()).unwrap_or(1).clamp(1, 1_000);
                let merge = setting("vMerge").map(|m| m.value().unwrap_or("continue"));
                if let (Some("continue"), Some((row, at))) = (merge, reaching.get(&column).copied()) {
                    let above: Option<&mut Cell> = table.rows.get_mut(row).and_then(|r: &mut Vec<Cell>| r.get_mut(at));
                    if let Some(above) = above {
                        above.rows += 1;
                        column += columns;
                        continue;
                    }
                }
                reaching.remove(&column);
                if merge.is_some() {
                    reaching.insert(column, (table.rows.len(), cells.len()));
                }
                let mut pieces = Vec::new();
                self.blocks(cell, &mut pieces);
                cells.push(Cell { pieces, columns, rows: 1, header });
                column += columns;
            }
            table.rows.push(cells);
        }
        table
    }
}

/// Rows of a table, those in content controls and insertions included.
fn rows(table: Element<'_>) -> Vec<Element<'_>> {
    gathered(table, "tr", "tc")
}

fn cells_of(row: Element<'_>) -> Vec<Element<'_>> {
    gathered(row, "tc", "p")
}

/// Elements of one name at or below the children, not looking into `inner` ones.
fn gathered<'x>(parent: Element<'x>, name: &str, inner: &str) -> Vec<Element<'x>> {
    let mut found = Vec::new();
    for element in parent.elements() {
        match element.name() {
            n if n == name => found.push(element),
            n if n == inner || matches!(n, "del" | "moveFrom" | "tblPr" | "tblGrid" | "trPr" | "tcPr") => {}
            _ => found.extend(gathered(element, name, inner)),
        }
    }
    found
}

/// The newer of two ways in which a thing is written, else the older.
fn chosen(element: Element<'_>) -> Option<Element<'_>> {
    element.child("Choice").or_else(|| element.child("Fallback"))
}

fn field(kind: Option<&str>, line: &mut Line) {
    match kind {
        Some("begin") => line.instructions.push(true),
        Some("separate") => {
            if let Some(last) = line.instructions.last_mut() {
                *last = false;
            }
        }
        Some("end") => {
            line.instructions.pop();
        }
        _ => {}
    }
}

/// A character of a symbol font, where Unicode has it.
fn symbol(element: Element<'_>) -> Option<char> {
    let code = u32::from_str_radix(element.attribute("char")?, 16).ok()?;
    match code {
        0xf0fe | 0xf052 => Some('☑'),
        0xf06f | 0xf0a8 => Some('□'),
        0xf0fc => Some('✓'),
        0xf06c => Some('●'),
        0xf06e => Some('■'),
        0xf0e0 => Some('→'),
        0xe000..=0xf8ff => None,
        _ => char::from_u32(code),
    }
}
