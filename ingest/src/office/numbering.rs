//! The numbers that Word puts before paragraphs: `numbering.xml` says how they look, the order of the paragraphs
//! what they count (ECMA-376 part 1, 17.9).

use super::word_numbers::formatted;
use crate::xml::{Element, Xml, is_on};
use std::collections::HashMap;

const LEVELS: usize = 9;

/// How the numbers of one level look.
#[derive(Debug, Clone, Default)]
struct Level {
    start: u32,
    format: String,
    text: String,
    /// The level whose number starts this one over (from 1); `None` for any level above, 0 for none.
    restart: Option<usize>,
    legal: bool,
    style: Option<String>,
    suffix: String,
}

#[derive(Debug, Clone, Default)]
struct Abstract {
    levels: HashMap<usize, Level>,
    /// The numbering style that it only stands for.
    link: Option<String>,
    /// The numbering style that it defines.
    defines: Option<String>,
}

#[derive(Debug, Clone, Default)]
struct List {
    definition: String,
    levels: HashMap<usize, Level>,
    starts: HashMap<usize, u32>,
}

/// The lists of a document, and how far each has been counted.
#[derive(Debug, Default)]
pub(crate) struct Numbering {
    abstracts: HashMap<String, Abstract>,
    lists: HashMap<String, List>,
    /// Counts by abstract definition: lists of one definition count on, unless they say where to start.
    counts: HashMap<String, [Option<u32>; LEVELS]>,
    begun: HashMap<String, bool>,
}

/// A number as shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label {
    /// The number with what stands around it; empty where Word shows none.
    pub(crate) text: String,
    /// Whether it is a bullet.
    pub(crate) bullet: bool,
    /// Depth in its list, from 0.
    pub(crate) level: usize,
}

impl Numbering {
    /// Reads `numbering.xml`.
    pub(crate) fn read(xml: &Xml) -> Self {
        let mut numbering = Self::default();
        for element in xml.root().into_iter().flat_map(Element::elements) {
            match element.name() {
                "abstractNum" => {
                    let Some(id) = element.attribute("abstractNumId") else { continue };
                    let levels = element.elements().filter(|e| e.name() == "lvl").filter_map(level).collect();
                    let value = |name| element.child(name).and_then(Element::value).map(str::to_owned);
                    let definition = Abstract { levels, link: value("numStyleLink"), defines: value("styleLink") };
                    numbering.abstracts.insert(id.to_owned(), definition);
                }
                "num" => {
                    let Some(id) = element.attribute("numId") else { continue };
                    numbering.lists.insert(id.to_owned(), list(element));
                }
                _ => {}
            }
        }
        numbering
    }

    /// The list and level that a paragraph style is bound to by the list's own definition.
    pub(crate) fn level_of_style(&self, list: &str, style: &str) -> Option<usize> {
        let definition = self.definition(list)?;
        definition.levels.iter().find(|(_, l)| l.style.as_deref() == Some(style)).map(|(n, _)| *n)
    }

    /// Counts one paragraph of a list and gives its number.
    pub(crate) fn next(&mut self, list: &str, at: usize) -> Option<Label> {
        let at = at.min(LEVELS - 1);
        let entry = self.lists.get(list)?.clone();
        let definition = self.definition_id(&entry.definition);
        let level_at = |n: usize| entry.levels.get(&n).or_else(|| self.abstracts.get(&definition).and_then(|d| d.levels.get(&n)));
        let own = level_at(at)?.clone();
        let starts: Vec<u32> =
            (0..LEVELS).map(|n| entry.starts.get(&n).copied().or_else(|| level_at(n).map(|l| l.start)).unwrap_or(1)).collect();
        let levels: Vec<Option<Level>> = (0..LEVELS).map(|n| level_at(n).cloned()).collect();
        let counts = self.counts.entry(definition).or_default();
        // A list that says where it starts begins there, once.
        if !self.begun.insert(list.to_owned(), true).unwrap_or(false) {
            for n in entry.starts.keys().filter(|n| **n < LEVELS) {
                counts[*n] = None;
            }
        }
        counts[at] = Some(counts[at].map_or(starts[at], |n| n.saturating_add(1)));
        for (n, level) in levels.iter().enumerate().skip(at + 1) {
            let restarts = match level.as_ref().and_then(|l| l.restart) {
                None => true,
                Some(0) => false,
                Some(by) => at < by,
            };
            if restarts {
                counts[n] = None;
            }
        }
        let shown = |n: usize| {
            let number = counts[n].unwrap_or(starts[n]);
            let format = levels[n].as_ref().map_or("decimal", |l| l.format.as_str());
            formatted(if own.legal && !matches!(format, "none" | "bullet") { "decimal" } else { format }, number)
        };
        let bullet = own.format == "bullet";
        let text = if bullet { String::from(bullet_of(&own.text)) } else { filled(&own.text, shown) };
        let text = match own.suffix.as_str() {
            _ if text.is_empty() => text,
            "nothing" => text,
            "space" => text + " ",
            _ => text + "\u{3000}",
        };
        Some(Label { text, bullet, level: at })
    }

    fn definition(&self, list: &str) -> Option<&Abstract> {
        self.abstracts.get(&self.definition_id(&self.lists.get(list)?.definition))
    }

    /// The definition itself, when it only stands for a numbering style that another one defines.
    fn definition_id(&self, id: &str) -> String {
        let link = self.abstracts.get(id).and_then(|d| d.link.as_ref());
        let defined = link.and_then(|link| self.abstracts.iter().find(|(_, d)| d.defines.as_ref() == Some(link)));
        defined.map_or_else(|| id.to_owned(), |(id, _)| id.clone())
    }
}

fn list(element: Element<'_>) -> List {
    let mut list = List::default();
    for child in element.elements() {
        match child.name() {
            "abstractNumId" => list.definition = child.value().unwrap_or_default().to_owned(),
            "lvlOverride" => {
                let Some(n) = child.attribute("ilvl").and_then(|v| v.parse().ok()) else { continue };
                if let Some(start) = child.child("startOverride").and_then(Element::value).and_then(|v| v.parse().ok()) {
                    list.starts.insert(n, start);
                }
                if let Some((n, level)) = child.child("lvl").and_then(level) {
                    list.levels.insert(n, level);
                }
            }
            _ => {}
        }
    }
    list
}

fn level(element: Element<'_>) -> Option<(usize, Level)> {
    let n = element.attribute("ilvl")?.parse().ok()?;
    // Word writes newer formats in a choice, with the value in `format` for its own ones.
    let format = element.descendants().into_iter().find(|e| e.name() == "numFmt");
    let value = |name| element.child(name).and_then(Element::value);
    let level = Level {
        start: value("start").and_then(|v| v.parse().ok()).unwrap_or(0),
        format: format.and_then(Element::value).unwrap_or("decimal").to_owned(),
        text: value("lvlText").unwrap_or_default().to_owned(),
        restart: value("lvlRestart").and_then(|v| v.parse().ok()),
        legal: is_on(element.child("isLgl")),
        style: value("pStyle").map(str::to_owned),
        suffix: value("suff").unwrap_or("tab").to_owned(),
    };
    Some((n, level))
}

/// 「第%1条の%2」 with its numbers.
fn filled(pattern: &str, shown: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    let mut characters = pattern.chars().peekable();
    while let Some(c) = characters.next() {
        match characters.peek().and_then(|n| n.to_digit(10)) {
            Some(n @ 1..=9) if c == '%' => {
                characters.next();
                text.push_str(&shown(n as usize - 1));
            }
            _ => text.push(c),
        }
    }
    text
}

/// Bullets of symbol fonts have private code points; the common ones have a Unicode sign.
fn bullet_of(text: &str) -> &'static str {
    match text.chars().next() {
        Some('\u{f06c}' | '●') => "●",
        Some('\u{f06e}' | '■') => "■",
        Some('\u{f075}' | '◆') => "◆",
        Some('\u{f0d8}' | '➢') => "➢",
        Some('\u{f0fc}' | '✓') => "✓",
        Some('○' | 'o' | '\u{f06f}') => "○",
        Some('□' | '\u{f0a8}') => "□",
        Some('※') => "※",
        Some('-' | '－' | '–') => "-",
        _ => "・",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = r#"<w:numbering>
        <w:abstractNum w:abstractNumId="0">
          <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="第%1条"/></w:lvl>
          <w:lvl w:ilvl="1"><w:start w:val="2"/><w:numFmt w:val="decimalFullWidth"/><w:lvlText w:val="%2"/></w:lvl>
          <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="(%3)"/><w:suff w:val="space"/></w:lvl>
          <w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="aiueoFullWidth"/><w:lvlText w:val="%4"/></w:lvl>
        </w:abstractNum>
        <w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
        <w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>
        </w:numbering>"#;

    #[test]
    fn articles_paragraphs_and_items_count_as_word_counts() {
        let mut numbering = Numbering::read(&Xml::parse(XML.as_bytes()));
        let mut next = |list, level| numbering.next(list, level).map(|l| l.text).unwrap_or_default();
        let shown: Vec<String> = [0, 1, 1, 2, 3, 3, 2, 0, 1].map(|level| next("1", level)).to_vec();
        assert_eq!(shown, ["第1条　", "２　", "３　", "(1) ", "ア　", "イ　", "(2) ", "第2条　", "２　"]);
        assert_eq!((next("2", 0), next("2", 0), next("1", 0)), ("第7条　".to_owned(), "第8条　".to_owned(), "第9条　".to_owned()));
        assert_eq!(next("9", 0), "");
    }
}
