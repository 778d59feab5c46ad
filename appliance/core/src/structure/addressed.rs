//! Nodes by their addresses: which node of a tree a reference means, and how a node is addressed.

use super::{NodeKind, Tree};
use crate::reference::{Address, Part};

impl Tree {
    /// The address of a node; empty for one that has none (a title, a heading). Which of several 附則 it lies in,
    /// [`supplement_of`](Self::supplement_of) says.
    pub fn address_of(&self, node: usize) -> Address {
        let mut address = Address::default();
        for node in self.path_of(node).into_iter().map(|n| &self.nodes[n]) {
            let number = || node.number.clone();
            match node.kind {
                NodeKind::Supplement => address = Address { supplement: true, ..Address::default() },
                NodeKind::Part => address.part = Some(Part::Book(number())),
                NodeKind::Chapter => address.part = Some(Part::Chapter(number())),
                NodeKind::Article => address.part = Some(Part::Article(number())),
                NodeKind::Schedule => address = Address { part: Some(Part::Schedule(number())), ..Address::default() },
                NodeKind::Form => address = Address { part: Some(Part::Form(number())), ..Address::default() },
                NodeKind::Paragraph => address.paragraph = node.number.first().copied(),
                NodeKind::Item => address.item = number(),
                NodeKind::Subitem(1) => address.subitem = node.label.chars().find(|c| c.is_alphanumeric()),
                _ => {}
            }
        }
        address
    }

    /// The number, from 1, of the 附則 that a node is or lies in; `None` for a node outside of all.
    pub fn supplement_of(&self, node: usize) -> Option<usize> {
        let own = self.path_of(node).into_iter().find(|n| self.nodes[*n].kind == NodeKind::Supplement)?;
        Some(self.supplements().position(|n| n == own)? + 1)
    }

    /// The 附則, in order.
    fn supplements(&self) -> impl Iterator<Item = usize> + '_ {
        self.nodes.iter().enumerate().filter(|(_, n)| n.kind == NodeKind::Supplement).map(|(i, _)| i)
    }

    /// The node at an address. A place in supplementary provisions is looked for in the one of that number (from 1), or in
    /// each from the first on. The first 項 of an article that is not numbered is the article itself.
    pub fn at(&self, address: &Address, supplement: Option<usize>) -> Option<usize> {
        if address.is_empty() {
            return None;
        }
        let of = |node: &usize| supplement.is_none_or(|wanted| !address.supplement || self.supplement_of(*node) == Some(wanted));
        let exactly = |wanted: &Address| {
            (0..self.nodes.len()).filter(of).find(|n| self.nodes[*n].kind.is_addressed() && self.address_of(*n) == *wanted)
        };
        let unnumbered = || {
            let first = address.paragraph == Some(1);
            first.then(|| exactly(&Address { paragraph: None, ..address.clone() })).flatten()
        };
        // An item of an article without paragraphs lies in its first.
        let in_first = || {
            let bare = address.paragraph.is_none() && !address.item.is_empty();
            bare.then(|| exactly(&Address { paragraph: Some(1), ..address.clone() })).flatten()
        };
        exactly(address).or_else(unnumbered).or_else(in_first)
    }
}

impl NodeKind {
    /// Whether references name such nodes.
    fn is_addressed(self) -> bool {
        use NodeKind::{Article, Chapter, Form, Item, Paragraph, Part, Schedule, Subitem, Supplement};
        matches!(self, Part | Chapter | Article | Paragraph | Item | Subitem(1) | Supplement | Schedule | Form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::reference::references;

    const TEXT: &str = "港市駐車場条例\n第1章　総則\n（使用料）\n第1条　使用料は、次に掲げるとおりとする。\n(1)　自転車\n(2)　自動車\nア　大型\n\
                        2　前納とする。\n第1条の2　還付しない。\n附　則\n1　この条例は、公布の日から施行する。\n2　経過措置を定める。\n\
                        附　則（令和7年12月19日条例第41号）\n1　この条例は、令和8年4月1日から施行する。\n2　前項の規定による。\n\
                        別表第1（第1条関係）\n自転車 100円\n";

    #[track_caller]
    fn check(written: &str, supplement: Option<usize>, expected: &str) {
        let document = Document::of_lines("", TEXT);
        let tree = Tree::of(&document);
        let address = references(written, None).remove(0).address;
        let found = tree.at(&address, supplement).map(|n| document.blocks[tree.nodes[n].blocks.0].span);
        let text = found.and_then(|s| s.slice(TEXT)).unwrap_or("");
        assert!(text.starts_with(expected) && text.is_empty() == expected.is_empty(), "{written}: {text}");
    }

    #[test]
    fn a_place_is_found_by_its_address() {
        check("第1条第2項", None, "2　前納");
        check("第1条の2", None, "第1条の2");
        check("第1条の2第1項", None, "第1条の2");
        check("第1条第2号", None, "(2)");
        check("第1条第1項第2号ア", None, "ア");
        check("附則第2項", None, "2　経過");
        check("附則第2項", Some(2), "2　前項");
        check("別表第1", None, "別表第1");
        check("第1章", None, "第1章");
        check("第9条", None, "");
        check("附則第2項", Some(3), "");
    }

    #[test]
    fn every_address_leads_back_to_its_node() {
        let tree = Tree::of(&Document::of_lines("", TEXT));
        for node in 0..tree.nodes.len() {
            let address = tree.address_of(node);
            if tree.nodes[node].kind.is_addressed() {
                assert_eq!(tree.at(&address, tree.supplement_of(node)), Some(node), "{address}");
            }
        }
    }
}
