//! The tree of a document: parts, chapters and articles of regulations down to their items; headings elsewhere.
//!
//! Made from the blocks of a document of any format, by what their lines say and by the order of their numbers: a line
//! that begins with 「第3条」 is an article where an article may follow, and a mention of one elsewhere. What cannot be
//! placed is text of the node around it; nothing is invented.

mod addressed;
mod attachment;
mod builder;
mod caption;
mod closing;
mod container;
mod contents;
pub mod date;
mod enumerator;
mod list_mark;
mod marker;
pub(crate) mod numeral;
mod parts;
mod preamble;
mod sequence;

pub use date::{Date, dates};
pub use list_mark::{ListMark, list_mark};
pub(crate) use marker::is_number_of_regulation;
pub use marker::{is_entry_of_contents, is_regulation};
pub use parts::{TextPart, text_parts};

use crate::document::Document;
use crate::locator::Place;
use std::fmt::Write as _;

/// Whether a line names a part of a document (第1章, 第3条, 附則, 別表, 目次), and so not the whole of it.
pub fn names_a_part(line: &str) -> bool {
    use marker::Marker::{Article, Attachment, Contents, Division, Supplement};
    matches!(marker::marker(line), Division { .. } | Article { .. } | Supplement { .. } | Attachment { .. } | Contents)
}

/// Whether a line in brackets tells of the text above it, and is no caption of what follows: how it came to be
/// (「（平成24条例21・一部改正）」), or its number (「（令和七年細則第五号）」).
pub fn is_note_on_above(line: &str) -> bool {
    let inner = line.trim().strip_prefix(['（', '(']).and_then(|l| l.strip_suffix(['）', ')']));
    inner.is_some_and(|inner| marker::is_history(inner) || marker::is_number_of_regulation(inner))
}

/// Whether a line begins what only speaks about the article before it: 「【第20条 休日】」, 「（参考）」.
pub fn is_commentary(line: &str) -> bool {
    matches!(marker::marker(line), marker::Marker::Commentary)
}

/// What a node of the tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// The title of a regulation.
    Title,
    /// A heading that is none of the others; level 1 is the outermost.
    Heading(u8),
    /// 目次
    Contents,
    /// 編
    Part,
    /// 章
    Chapter,
    /// 節
    Section,
    /// 款
    Subsection,
    /// 目
    Division,
    /// 条
    Article,
    /// 項
    Paragraph,
    /// 号
    Item,
    /// Items of items (イロハ and below); 1 is the outermost.
    Subitem(u8),
    /// 附則
    Supplement,
    /// 別表
    Schedule,
    /// 様式
    Form,
    /// 別記, 別紙, 別図
    Annex,
    /// 解説: what only speaks about the article that it follows (「【第20条 休日】」, 「（参考）」).
    Commentary,
}

impl NodeKind {
    /// The Japanese name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "題名",
            Self::Heading(_) => "見出し",
            Self::Contents => "目次",
            Self::Part => "編",
            Self::Chapter => "章",
            Self::Section => "節",
            Self::Subsection => "款",
            Self::Division => "目",
            Self::Article => "条",
            Self::Paragraph => "項",
            Self::Item => "号",
            Self::Subitem(_) => "細目",
            Self::Supplement => "附則",
            Self::Schedule => "別表",
            Self::Form => "様式",
            Self::Annex => "別記",
            Self::Commentary => "解説",
        }
    }
}

/// A node of the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its number, and the numbers of its branches: 第9条の2 is `[9, 2]`. Empty where it has none.
    pub number: Vec<u32>,
    /// Its name as written (「第9条の2」「(1)」「附　則」); empty for a 第1項 that bears no number.
    pub label: String,
    /// Its caption or title: 「減免」 of an article, 「総則」 of a chapter.
    pub caption: String,
    /// The day on which a 附則 was promulgated, where it says so.
    pub promulgated: Option<Date>,
    /// The day from which a 附則 puts its regulation into force.
    pub effective: Option<Date>,
    /// The node around it.
    pub parent: Option<usize>,
    /// The first and the last of the document's blocks that belong to it or to what is in it.
    pub blocks: (usize, usize),
}

/// The dates that a regulation bears under its title.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dates {
    /// 公布
    pub promulgated: Option<Date>,
    /// Its number (「条例第25号」).
    pub number: Option<String>,
    /// 改正, in the order of the text.
    pub amended: Vec<Date>,
    /// 施行, as its first 附則 or the text under its title says.
    pub effective: Option<Date>,
}

/// The tree of a document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tree {
    /// The nodes in the order of the text: a node stands before what is in it.
    pub nodes: Vec<Node>,
    /// For each block of the document the innermost node that it belongs to.
    pub of_block: Vec<Option<usize>>,
    /// The dates of the regulation.
    pub dates: Dates,
}

impl Tree {
    /// The tree of a document.
    pub fn of(document: &Document) -> Self {
        builder::build(document)
    }

    /// The nodes around a block, outermost first, the innermost last.
    pub fn path(&self, block: usize) -> Vec<usize> {
        self.of_block.get(block).copied().flatten().map_or_else(Vec::new, |node| self.path_of(node))
    }

    /// The nodes from the root to a node, itself last.
    pub fn path_of(&self, node: usize) -> Vec<usize> {
        let mut path: Vec<usize> = std::iter::successors(Some(node), |n| self.nodes[*n].parent).collect();
        path.reverse();
        path
    }

    /// How a person names the node: 「第3条第2項第1号」「附則第2項」「別表第1」.
    pub fn address(&self, node: usize) -> String {
        let mut address = String::new();
        for node in self.path_of(node).into_iter().map(|n| &self.nodes[n]) {
            let number = || node.number.iter().map(u32::to_string).collect::<Vec<_>>().join("の");
            match node.kind {
                NodeKind::Article => _ = write!(address, "{}", article_address(&node.number)),
                NodeKind::Paragraph => _ = write!(address, "第{}項", number()),
                NodeKind::Item => _ = write!(address, "第{}号", number()),
                NodeKind::Subitem(_) => address.push_str(node.label.trim_matches(['(', ')', '（', '）', '．', '.'])),
                NodeKind::Supplement => address.push_str("附則"),
                NodeKind::Commentary => address.push_str("解説"),
                NodeKind::Schedule | NodeKind::Form | NodeKind::Annex => address.clone_from(&node.label),
                _ => {}
            }
        }
        address
    }

    /// Whether the node is a 附則 or lies in one.
    pub fn in_supplement(&self, node: usize) -> bool {
        self.path_of(node).into_iter().any(|n| self.nodes[n].kind == NodeKind::Supplement)
    }

    /// The tree as text: a line for each node, indented by its depth, with its kind, number, name, caption and place.
    pub fn outline(&self, document: &Document) -> String {
        let mut lines = String::new();
        for (index, node) in self.nodes.iter().enumerate() {
            let depth = self.path_of(index).len() - 1;
            let number = node.number.iter().map(u32::to_string).collect::<Vec<_>>().join("-");
            let _ = write!(lines, "{}{}", "  ".repeat(depth), node.kind.name());
            for part in [number.as_str(), node.label.as_str(), node.caption.as_str()].into_iter().filter(|p| !p.is_empty()) {
                let _ = write!(lines, " {part}");
            }
            if let Some(date) = node.promulgated {
                let _ = write!(lines, " 公布:{date}");
            }
            if let Some(date) = node.effective {
                let _ = write!(lines, " 施行:{date}");
            }
            let _ = writeln!(lines, "{}", document.blocks.get(node.blocks.0).map(|b| place(&b.place)).unwrap_or_default());
        }
        lines
    }
}

/// 「第9条の2」
fn article_address(number: &[u32]) -> String {
    let branches: String = number.iter().skip(1).map(|n| format!("の{n}")).collect();
    format!("第{}条{branches}", number.first().copied().unwrap_or_default())
}

fn place(place: &Place) -> String {
    match place {
        Place::Pages { lines } => lines.first().map(|l| format!(" [p.{}]", l.page)).unwrap_or_default(),
        Place::Cells { name, range, .. } => format!(" [{name}!{range}]"),
        Place::Text { first_line, .. } => format!(" [l.{first_line}]"),
    }
}

#[cfg(test)]
mod tests;
