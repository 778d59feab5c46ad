//! The parts of a regulation that are compared one by one: its articles, tables and supplementary provisions.

use super::{NodeKind, Tree};
use crate::document::Document;
use crate::locator::Span;
use crate::reference::{Address, Part};

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPart {
    /// Its name, the same in every version (「第9条の2」「別表第1」「附則（令和7年3月21日条例第6号）」).
    pub name: String,
    /// Its caption; empty where it has none.
    pub caption: String,
    /// Its bytes.
    pub span: Span,
}

/// The parts of a text whose lines are its blocks, in order. None in texts that are no regulation's.
pub fn text_parts(text: &str) -> Vec<TextPart> {
    let document = Document::of_lines("", text);
    let tree = Tree::of(&document);
    let mut parts: Vec<TextPart> = Vec::new();
    for (index, node) in tree.nodes.iter().enumerate() {
        let (name, caption) = match node.kind {
            NodeKind::Article if !tree.in_supplement(index) => (tree.address(index), node.caption.clone()),
            NodeKind::Schedule => (spelled(Part::Schedule(node.number.clone())), node.caption.clone()),
            NodeKind::Form => (spelled(Part::Form(node.number.clone())), node.caption.clone()),
            NodeKind::Annex => (node.label.clone(), node.caption.clone()),
            NodeKind::Supplement if node.caption.is_empty() => ("附則".to_owned(), String::new()),
            NodeKind::Supplement => (format!("附則（{}）", node.caption), String::new()),
            _ => continue,
        };
        let (first, last) = node.blocks;
        let Some((first, last)) = document.blocks.get(first).zip(document.blocks.get(last)) else { continue };
        // A name that comes twice would not say which of both is meant.
        if !parts.iter().any(|p| p.name == name) {
            parts.push(TextPart { name, caption, span: Span::new(first.span.start, last.span.end) });
        }
    }
    parts
}

/// A part in its one spelling, whatever digits it is written with.
fn spelled(part: Part) -> String {
    Address { part: Some(part), ..Address::default() }.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_tables_and_supplements_are_parts() {
        let text = "港市駐車場条例\n（使用料）\n第1条　使用料は、別表のとおりとする。\n2　前納とする。\n第1条の2　還付しない。\n\
                    附　則\nこの条例は、公布の日から施行する。\n附　則（令和7年12月19日条例第41号）\n1　この条例は、令和8年4月1日から施行する。\n\
                    別表（第1条関係）　使用料\n自転車 100円\n";
        let found = text_parts(text);
        let names: Vec<&str> = found.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["第1条", "第1条の2", "附則", "附則（令和7年12月19日条例第41号）", "別表"]);
        assert_eq!(found[0].caption, "使用料");
        assert_eq!(found[0].span.slice(text), Some("（使用料）\n第1条　使用料は、別表のとおりとする。\n2　前納とする。"));
        assert_eq!(text_parts("館内の案内\n休館日は月曜日です。"), []);
    }
}
