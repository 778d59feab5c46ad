//! Word's styles: which paragraphs are headings, and which take their number from a style.

use crate::xml::{Element, Xml, is_on};
use std::collections::HashMap;

/// Steps of inheritance that are followed; a longer chain is a loop.
const MOST_STEPS: usize = 24;

#[derive(Debug, Default, Clone)]
struct Style {
    name: String,
    parent: Option<String>,
    outline: Option<u8>,
    list: Option<String>,
    level: Option<usize>,
    hidden: Option<bool>,
}

/// The styles of a document.
#[derive(Debug, Default)]
pub(crate) struct Styles {
    by_id: HashMap<String, Style>,
    usual: Option<String>,
}

impl Styles {
    /// Reads `styles.xml`.
    pub(crate) fn read(xml: &Xml) -> Self {
        let mut styles = Self::default();
        for element in xml.root().into_iter().flat_map(Element::elements).filter(|e| e.name() == "style") {
            let Some(id) = element.attribute("styleId") else { continue };
            if element.attribute("type") == Some("paragraph") && matches!(element.attribute("default"), Some("1" | "true")) {
                styles.usual = Some(id.to_owned());
            }
            styles.by_id.insert(id.to_owned(), style(element));
        }
        styles
    }

    /// The style that paragraphs without one have.
    pub(crate) fn usual(&self) -> Option<&str> {
        self.usual.as_deref()
    }

    /// The level of the heading that the style makes of a paragraph, from 1.
    pub(crate) fn heading(&self, id: &str) -> Option<u8> {
        if let Some(outline) = self.inherited(id, |s| s.outline) {
            return (outline < 9).then_some(outline + 1);
        }
        self.chain(id).find_map(|style| {
            let name = style.name.to_lowercase();
            let level = name.strip_prefix("heading ").or_else(|| name.strip_prefix("見出し ")).or_else(|| name.strip_prefix("heading"));
            match level.and_then(|l| l.trim().parse().ok()) {
                Some(level @ 1..=9) => Some(level),
                _ => matches!(name.as_str(), "title" | "表題").then_some(1),
            }
        })
    }

    /// Whether paragraphs of the style are entries of a table of contents.
    pub(crate) fn is_contents(&self, id: &str) -> bool {
        self.by_id.get(id).is_some_and(|s| {
            let name = s.name.to_lowercase();
            name.starts_with("toc ") || name.starts_with("目次 ")
        })
    }

    /// The list that the style puts its paragraphs in, and the level there.
    pub(crate) fn list(&self, id: &str) -> Option<(String, Option<usize>)> {
        let list = self.inherited(id, |s| s.list.clone())?;
        Some((list, self.inherited(id, |s| s.level)))
    }

    /// Whether text of the style is hidden.
    pub(crate) fn hidden(&self, id: &str) -> bool {
        self.inherited(id, |s| s.hidden).unwrap_or(false)
    }

    fn chain<'s>(&'s self, id: &str) -> impl Iterator<Item = &'s Style> {
        let first = self.by_id.get(id);
        std::iter::successors(first, |style| style.parent.as_ref().and_then(|p| self.by_id.get(p))).take(MOST_STEPS)
    }

    fn inherited<T>(&self, id: &str, of: impl Fn(&Style) -> Option<T>) -> Option<T> {
        self.chain(id).find_map(of)
    }
}

fn style(element: Element<'_>) -> Style {
    let value = |path: &[&str]| element.at(path).and_then(Element::value).map(str::to_owned);
    Style {
        name: value(&["name"]).unwrap_or_default(),
        parent: value(&["basedOn"]),
        outline: value(&["pPr", "outlineLvl"]).and_then(|v| v.parse().ok()),
        list: value(&["pPr", "numPr", "numId"]),
        level: value(&["pPr", "numPr", "ilvl"]).and_then(|v| v.parse().ok()),
        hidden: element.at(&["rPr", "vanish"]).map(|v| is_on(Some(v))),
    }
}
