//! Presentations: slides in their order, titles first, tables, charts, diagrams, and the speaker's notes.

use super::Contents;
use super::docx::graphic;
use super::relations::Relations;
use crate::archive::{Archive, Refusal};
use crate::grid_table::{Cell, Table};
use crate::limits::Limits;
use crate::running::{Piece, are_blank};
use crate::xml::{Element, Xml};
use appliance_core::ports::reader::Watch;

/// Depth of groups in groups.
const DEEPEST: usize = 64;

/// Reads a presentation.
pub(crate) fn read(archive: &mut Archive<'_>, limits: &Limits, watch: &Watch) -> Result<Contents, Refusal> {
    let package = Relations::of(archive, "")?;
    let main = package.first("officeDocument").unwrap_or("ppt/presentation.xml").to_owned();
    let main = if archive.holds(&main) { main } else { "ppt/presentation.xml".to_owned() };
    let Some(bytes) = archive.read(&main)? else {
        return Err(Refusal::Damaged("it holds no presentation".to_owned()));
    };
    let relations = Relations::of(archive, &main)?;
    let xml = Xml::parse(&bytes);
    let slides = order(&xml, &relations);
    let mut contents = Contents::default();
    for (index, slide) in slides.iter().take(limits.pages).enumerate() {
        if watch.is_cancelled() {
            return Err(Refusal::Cancelled);
        }
        match archive.read(slide) {
            Ok(Some(bytes)) => contents.pieces.extend(slide_pieces(archive, slide, &bytes, index + 1, &mut contents.broken)?),
            Ok(None) | Err(Refusal::Damaged(_)) => contents.broken.push(slide.clone()),
            Err(refusal) => return Err(refusal),
        }
        watch.note(index as u32 + 1, slides.len() as u32);
    }
    Ok(contents)
}

/// The slides' parts in the order of the presentation.
fn order(xml: &Xml, relations: &Relations) -> Vec<String> {
    let list = xml.root().and_then(|r| r.child("sldIdLst"));
    let ids = list.into_iter().flat_map(Element::elements).filter_map(|e| e.attribute("r:id"));
    let listed: Vec<String> = ids.filter_map(|id| relations.target(id)).map(str::to_owned).collect();
    if listed.is_empty() { relations.all("slide").map(str::to_owned).collect() } else { listed }
}

fn slide_pieces(
    archive: &mut Archive<'_>,
    part: &str,
    bytes: &[u8],
    number: usize,
    broken: &mut Vec<String>,
) -> Result<Vec<Piece>, Refusal> {
    let xml = Xml::parse(bytes);
    if xml.broken {
        broken.push(part.to_owned());
    }
    let relations = Relations::of(archive, part)?;
    let mut slide = Slide { archive, relations: &relations, title: String::new(), pieces: Vec::new() };
    if let Some(tree) = xml.root().and_then(|r| r.at(&["cSld", "spTree"])) {
        slide.shapes(tree, 0)?;
    }
    let Slide { title, pieces: shown, .. } = slide;
    let notes = notes(archive, &relations)?;
    let hidden = matches!(xml.root().and_then(|r| r.attribute("show")), Some("0" | "false"));
    let mut title = if title.is_empty() && !(are_blank(&shown) && are_blank(&notes)) { format!("スライド {number}") } else { title };
    if hidden {
        title.push_str("（非表示スライド）");
    }
    let mut pieces = vec![Piece::Heading(1, title)];
    pieces.extend(shown);
    pieces.extend(notes);
    Ok(pieces)
}

/// The speaker's notes of a slide.
fn notes(archive: &mut Archive<'_>, relations: &Relations) -> Result<Vec<Piece>, Refusal> {
    let Some(bytes) = relations.first("notesSlide").map(|target| archive.read(target)).transpose()?.flatten() else {
        return Ok(Vec::new());
    };
    let xml = Xml::parse(&bytes);
    let shapes = xml.root().into_iter().flat_map(Element::descendants).filter(|e| e.name() == "sp");
    let body = shapes.filter(|s| placeholder(*s) == Some("body")).filter_map(|s| s.child("txBody"));
    let mut pieces = Vec::new();
    for text in body {
        paragraphs(text, &mut pieces);
    }
    Ok(pieces)
}

struct Slide<'s, 'b> {
    archive: &'s mut Archive<'b>,
    relations: &'s Relations,
    title: String,
    pieces: Vec<Piece>,
}

impl Slide<'_, '_> {
    fn shapes(&mut self, parent: Element<'_>, depth: usize) -> Result<(), Refusal> {
        for shape in parent.elements() {
            match shape.name() {
                "sp" | "cxnSp" => self.shape(shape),
                "grpSp" if depth < DEEPEST => self.shapes(shape, depth + 1)?,
                "graphicFrame" => self.frame(shape)?,
                "AlternateContent" => {
                    if let Some(chosen) = shape.child("Choice").or_else(|| shape.child("Fallback")) {
                        self.shapes(chosen, depth + 1)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn shape(&mut self, shape: Element<'_>) {
        let Some(text) = shape.child("txBody") else { return };
        match placeholder(shape) {
            Some("title" | "ctrTitle") if self.title.is_empty() => {
                let mut lines = Vec::new();
                paragraphs(text, &mut lines);
                let words = lines.into_iter().filter_map(|p| if let Piece::Paragraph(text) = p { Some(text) } else { None });
                self.title = words.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
            }
            Some("sldNum" | "dt" | "ftr" | "hdr") => {}
            _ => paragraphs(text, &mut self.pieces),
        }
    }

    fn frame(&mut self, frame: Element<'_>) -> Result<(), Refusal> {
        for element in frame.descendants() {
            match element.name() {
                "tbl" => self.pieces.push(Piece::Table(table(element))),
                "chart" => self.graphic(element.attribute("r:id"), "chart")?,
                "relIds" => self.graphic(element.attribute("r:dm"), "diagramData")?,
                _ => {}
            }
        }
        Ok(())
    }

    fn graphic(&mut self, id: Option<&str>, kind: &str) -> Result<(), Refusal> {
        let Some(target) = id.and_then(|id| self.relations.target(id)) else { return Ok(()) };
        if let Some(bytes) = self.archive.read(target)? {
            self.pieces.extend(graphic(kind, &Xml::parse(&bytes)));
        }
        Ok(())
    }
}

/// What the shape holds the place of (`title`, `body`, `sldNum`).
fn placeholder(shape: Element<'_>) -> Option<&str> {
    let holder = shape.elements().find(|e| e.name() == "nvSpPr")?.at(&["nvPr", "ph"])?;
    Some(holder.attribute("type").unwrap_or("body"))
}

/// The paragraphs of a text body, with the numbers and bullets that the slide sets itself.
fn paragraphs(body: Element<'_>, pieces: &mut Vec<Piece>) {
    let mut counts: Vec<(String, u32)> = Vec::new();
    for paragraph in body.elements().filter(|e| e.name() == "p") {
        let text = words(paragraph);
        if text.trim().is_empty() {
            continue;
        }
        let properties = paragraph.child("pPr");
        let level = properties.and_then(|p| p.attribute("lvl")).and_then(|l| l.parse::<usize>().ok()).unwrap_or(0).min(8);
        let numbered = properties.and_then(|p| p.child("buAutoNum"));
        let bullet = properties.and_then(|p| p.child("buChar")).and_then(|b| b.attribute("char"));
        counts.truncate(level + 1);
        let mark = match (numbered, bullet) {
            (Some(number), _) => {
                let kind = number.attribute("type").unwrap_or("arabicPeriod");
                let start = number.attribute("startAt").and_then(|s| s.parse().ok()).unwrap_or(1);
                counts.resize(level + 1, (String::new(), 0));
                let count = &mut counts[level];
                *count = if count.0 == kind { (count.0.clone(), count.1.saturating_add(1)) } else { (kind.to_owned(), start) };
                automatic(kind, count.1)
            }
            (None, Some(_)) => "・ ".to_owned(),
            (None, None) => {
                counts.truncate(level);
                String::new()
            }
        };
        pieces.push(Piece::Paragraph(format!("{mark}{}", text.trim())));
    }
}

/// A number as `ST_TextAutonumberScheme` names it.
fn automatic(kind: &str, number: u32) -> String {
    use super::word_numbers::formatted;
    let format = match () {
        () if kind.starts_with("alphaLc") => "lowerLetter",
        () if kind.starts_with("alphaUc") => "upperLetter",
        () if kind.starts_with("romanLc") => "lowerRoman",
        () if kind.starts_with("romanUc") => "upperRoman",
        () if kind.starts_with("circleNum") => "decimalEnclosedCircle",
        () if kind.starts_with("ea1Jpn") || kind.starts_with("ea1ChsP") => "japaneseCounting",
        () if kind.starts_with("arabicDb") => "decimalFullWidth",
        () => "decimal",
    };
    let number = formatted(format, number);
    match () {
        () if kind.ends_with("ParenBoth") => format!("({number}) "),
        () if kind.ends_with("ParenR") => format!("{number}) "),
        () if kind.ends_with("Period") => format!("{number}. "),
        () => format!("{number} "),
    }
}

fn words(paragraph: Element<'_>) -> String {
    let mut text = String::new();
    for element in paragraph.elements() {
        match element.name() {
            "r" | "fld" => text.push_str(&element.child("t").map(Element::own_text).unwrap_or_default()),
            "br" => text.push('\n'),
            "tab" => text.push('\u{3000}'),
            "AlternateContent" | "m" => text.push_str(&element.texts("t")),
            _ => {}
        }
    }
    // A vertical tab is how PowerPoint keeps a line break in a title.
    text.replace(['\u{b}', '\r'], "\n").replace('\t', "\u{3000}")
}

fn table(element: Element<'_>) -> Table {
    let first_row = is_first_row(element);
    let rows = element.elements().filter(|e| e.name() == "tr").enumerate().map(|(index, row)| {
        let cells = row.elements().filter(|e| e.name() == "tc").filter(|c| !merged_away(*c));
        cells
            .map(|cell| {
                let mut pieces = Vec::new();
                if let Some(body) = cell.child("txBody") {
                    paragraphs(body, &mut pieces);
                }
                let span = |name| cell.attribute(name).and_then(|v| v.parse::<usize>().ok()).unwrap_or(1);
                Cell { pieces, columns: span("gridSpan"), rows: span("rowSpan"), header: first_row && index == 0 }
            })
            .collect()
    });
    Table { rows: rows.collect() }
}

fn merged_away(cell: Element<'_>) -> bool {
    ["hMerge", "vMerge"].iter().any(|name| matches!(cell.attribute(name), Some("1" | "true")))
}

/// Whether the table marks its first row as a header, and that row has more than one cell.
fn is_first_row(table: Element<'_>) -> bool {
    let marked = table.child("tblPr").and_then(|p| p.attribute("firstRow"));
    let plain = table.child("tr").is_some_and(|r| r.elements().filter(|e| e.name() == "tc").all(|c| c.attribute("gridSpan").is_none()));
    matches!(marked, Some("1" | "true")) && plain
}
