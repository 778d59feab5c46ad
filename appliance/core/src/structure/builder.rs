//! Builds the tree: goes through the blocks in order and keeps open what may go on.

use super::container::{Container, Counted};
use super::contents::{self, Contents};
use super::date::dates;
use super::enumerator::Style;
use super::marker::{Marker, is_entry_of_contents, is_regulation, marker};
use super::sequence::Sequence;
use super::{Node, NodeKind, Tree, caption, closing, preamble};
use crate::document::{BlockKind, Document};

/// Blocks that are looked through for the part that a table of contents lists.
const LOOKED_AHEAD: usize = 20_000;
/// Articles that are worded in turn, at most.
const WIDEST_ALTERNATIVE: usize = 4;

/// The tree of a document.
pub(super) fn build(document: &Document) -> Tree {
    let mut builder = Builder::new(document);
    for (index, block) in document.blocks.iter().enumerate() {
        let text = block.span.slice(&document.text).unwrap_or("");
        let line = first_line(text);
        let heading = if let BlockKind::Heading { level } = block.kind { Some(level) } else { None };
        match block.kind {
            BlockKind::Row | BlockKind::Note => builder.stays(index),
            _ => builder.take(Line { index, text, line, heading }),
        }
    }
    builder.finish()
}

fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or(text)
}

/// A block on its way through the builder.
#[derive(Clone, Copy)]
struct Line<'d> {
    index: usize,
    text: &'d str,
    line: &'d str,
    heading: Option<u8>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Scope {
    #[default]
    Main,
    Supplement(usize),
    Attachment(usize),
}

struct Builder<'d> {
    document: &'d Document,
    tree: Tree,
    scope: Scope,
    main: Sequence,
    supplement: Sequence,
    /// Open divisions, with their rank.
    divisions: Vec<(u8, usize)>,
    /// Open headings, with their level.
    headings: Vec<(u8, usize)>,
    container: Option<Container>,
    caption: Option<(usize, String)>,
    contents: Option<Contents>,
    titled: bool,
    begun: bool,
}

impl<'d> Builder<'d> {
    fn new(document: &'d Document) -> Self {
        Self {
            document,
            tree: Tree { of_block: vec![None; document.blocks.len()], ..Tree::default() },
            scope: Scope::Main,
            main: Sequence::default(),
            supplement: Sequence::default(),
            divisions: Vec::new(),
            headings: Vec::new(),
            container: None,
            caption: None,
            contents: None,
            titled: false,
            begun: false,
        }
    }

    fn take(&mut self, line: Line<'_>) {
        let bare = caption::unemphasised(line.line);
        let (caption, rest) = caption::before_article(&bare);
        let mut found = marker(rest);
        if self.contents.is_some() {
            let named_later = line.heading.is_some() && self.is_named_later(&found, line.index);
            if let Some(contents) = &mut self.contents
                && contents.takes(&found, line.line, line.text, line.heading.is_some(), named_later)
            {
                self.tree.of_block[line.index] = Some(contents.node);
                return;
            }
            self.contents = None;
        }
        // Elsewhere too, the lines of a table of contents are none of what they name.
        let short = line.text.chars().count() <= 80 && !line.text.contains('。');
        let entry = short && is_entry_of_contents(line.line);
        if entry
            && matches!(found, Marker::Division { .. } | Marker::Article { .. } | Marker::Supplement { .. } | Marker::Attachment { .. })
        {
            found = Marker::Text;
        }
        if let (Some(caption), Marker::Article { .. }) = (caption, &found) {
            self.caption = Some((line.index, caption));
        }
        if !self.begun && !self.titled && line.index == 0 && line.heading.is_none() && is_regulation(line.line) {
            return self.title(line);
        }
        if !self.begun {
            preamble::read(&mut self.tree.dates, line.index, line.line);
        }
        match found {
            Marker::Contents => self.open_contents(line),
            Marker::Division { kind, number, label, rest } => self.division(line, kind, number, label, &rest),
            Marker::Article { .. } => self.article(line, found),
            Marker::Supplement { rest } => self.supplement(line, &rest),
            Marker::Attachment { kind, number, label, rest } => self.attachment(line, kind, number, label, rest),
            Marker::Caption(caption) => self.caption(line, caption),
            Marker::Commentary => {
                self.caption = None;
                self.commentary(line);
            }
            Marker::Listed { readings, label } => {
                if !self.listed(line, &readings, label) {
                    self.plain(line);
                }
            }
            Marker::Text => self.plain(line),
        }
    }

    /// Whether what a line names is named again further on.
    fn is_named_later(&self, found: &Marker, index: usize) -> bool {
        let later = self.document.blocks[index + 1..].iter().take(LOOKED_AHEAD).filter(|b| b.kind != BlockKind::Row);
        let mut lines =
            later.filter_map(|b| b.span.slice(&self.document.text)).map(first_line).filter(|l| l.trim_start().starts_with('第'));
        lines.any(|line| contents::names_the_same(found, &marker(line)))
    }

    /// The block belongs to what is open.
    fn stays(&mut self, index: usize) {
        self.tree.of_block[index] = self.innermost();
    }

    fn innermost(&self) -> Option<usize> {
        if let Some(container) = &self.container {
            return Some(container.innermost());
        }
        match self.scope {
            Scope::Supplement(node) | Scope::Attachment(node) => Some(node),
            Scope::Main => self.divisions.last().or(self.headings.last()).map(|(_, node)| *node),
        }
    }

    /// The node that a division, an article or a 附則 is put in.
    fn outer(&self) -> Option<usize> {
        self.divisions.last().or(self.headings.last()).map(|(_, node)| *node)
    }

    fn add(&mut self, index: usize, kind: NodeKind, number: Vec<u32>, label: String, parent: Option<usize>) -> usize {
        let node = self.tree.nodes.len();
        self.tree.nodes.push(Node {
            kind,
            number,
            label,
            caption: String::new(),
            promulgated: None,
            effective: None,
            parent,
            blocks: (index, index),
        });
        self.tree.of_block[index] = Some(node);
        node
    }

    /// Gives the node the caption that stands before it, and the blocks of that.
    fn take_caption(&mut self, node: usize, index: usize) {
        if let Some((at, caption)) = self.caption.take() {
            self.tree.nodes[node].caption = caption;
            self.tree.nodes[node].blocks.0 = at;
            for block in at..index {
                self.tree.of_block[block] = Some(node);
            }
        }
    }

    /// What follows only speaks about the article.
    fn commentary(&mut self, line: Line<'_>) {
        let Some(container) = &mut self.container else { return self.plain(line) };
        let around = container.node;
        if line.heading.is_some() {
            container.commentary = Some(around);
            return self.plain(line);
        }
        let label = line.line.trim().to_owned();
        let node = self.add(line.index, NodeKind::Commentary, Vec::new(), label, Some(around));
        if let Some(container) = &mut self.container {
            container.commentary = Some(node);
        }
    }

    fn open_contents(&mut self, line: Line<'_>) {
        let parent = self.headings.last().map(|(_, n)| *n);
        let node = self.add(line.index, NodeKind::Contents, Vec::new(), "目次".to_owned(), parent);
        self.contents = Some(Contents::new(node));
        self.container = None;
    }

    fn division(&mut self, line: Line<'_>, kind: NodeKind, number: Vec<u32>, label: String, rest: &str) {
        if self.scope != Scope::Main {
            // Only another regulation begins after a 附則 or a 別表.
            if number != [1] || line.heading.is_none() {
                return self.plain(line);
            }
            self.scope = Scope::Main;
            self.main = Sequence::default();
            self.divisions.clear();
        }
        let rank = rank(kind);
        self.container = None;
        self.caption = None;
        self.begun = true;
        self.divisions.retain(|(r, _)| *r < rank);
        let node = self.add(line.index, kind, number, label, self.outer());
        self.tree.nodes[node].caption = rest.split(['（', '(']).next().unwrap_or(rest).trim().to_owned();
        self.divisions.push((rank, node));
    }

    fn article(&mut self, line: Line<'_>, found: Marker) {
        let Marker::Article { number, until, label, rest, firm } = found else { return };
        if !self.may_follow(&number, firm, line) {
            return self.plain(line);
        }
        let last = until.map_or_else(|| number.clone(), |n| vec![n]);
        let parent = match self.scope {
            Scope::Supplement(node) => {
                self.supplement.advance(last);
                Some(node)
            }
            Scope::Main | Scope::Attachment(_) => {
                self.scope = Scope::Main;
                self.main.advance(last);
                self.outer()
            }
        };
        self.begun = true;
        let node = self.add(line.index, NodeKind::Article, number, label, parent);
        self.take_caption(node, line.index);
        let mut body = rest.as_str();
        if self.tree.nodes[node].caption.is_empty() {
            (self.tree.nodes[node].caption, body) = caption::of_article(body);
        }
        self.container = Some(Container::new(node));
        let more = line.text.contains('\n');
        if !body.is_empty() || more && line.heading.is_none() {
            self.text_of_container(line);
        }
    }

    /// Whether an article of that number may stand here.
    fn may_follow(&self, number: &[u32], firm: bool, line: Line<'_>) -> bool {
        let captioned = self.caption.is_some();
        let says = line.text.chars().count() > 12 || line.heading.is_some() || captioned;
        match self.scope {
            Scope::Supplement(_) if self.supplement.is_empty() => number == [1] && firm,
            Scope::Supplement(_) => self.supplement.takes(number, firm, captioned),
            Scope::Main if self.main.is_empty() => firm && says || number == [1],
            Scope::Main => self.main.takes(number, firm, captioned) || firm && self.is_alternative(number),
            // Contracts and rules inside a form have articles of their own; only the regulation's next one goes on.
            Scope::Attachment(_) => firm && captioned && self.main.is_followed_by(number),
        }
    }

    /// Whether an article of that number and that caption stands a little before: model rules offer wordings of a few
    /// articles in turn (第19条, 第20条, and again 第19条, 第20条).
    fn is_alternative(&self, number: &[u32]) -> bool {
        let Some((_, caption)) = &self.caption else { return false };
        let articles = self.tree.nodes.iter().rev().filter(|n| n.kind == NodeKind::Article);
        articles.take(WIDEST_ALTERNATIVE).any(|n| n.number == number && n.caption == *caption)
    }

    fn supplement(&mut self, line: Line<'_>, rest: &str) {
        self.container = None;
        self.caption = None;
        self.begun = true;
        self.divisions.clear();
        let parent = self.headings.last().map(|(_, n)| *n);
        let node = self.add(line.index, NodeKind::Supplement, Vec::new(), "附則".to_owned(), parent);
        self.tree.nodes[node].caption = caption::of_supplement(rest);
        self.tree.nodes[node].promulgated = dates(rest).first().map(|(d, ..)| *d);
        self.supplement = Sequence::default();
        self.scope = Scope::Supplement(node);
        self.container = Some(Container::new(node));
    }

    fn attachment(&mut self, line: Line<'_>, kind: NodeKind, number: Vec<u32>, label: String, rest: String) {
        self.container = None;
        self.caption = None;
        self.begun = true;
        self.divisions.clear();
        let parent = self.headings.last().map(|(_, n)| *n);
        let node = self.add(line.index, kind, number, label, parent);
        self.tree.nodes[node].caption = rest;
        self.scope = Scope::Attachment(node);
    }

    fn caption(&mut self, line: Line<'_>, caption: String) {
        if let Scope::Supplement(node) = self.scope
            && let Some((day, ..)) = dates(&caption).first()
            && self.container.as_ref().is_some_and(Container::is_empty)
        {
            self.tree.nodes[node].promulgated = Some(*day);
            self.tree.nodes[node].caption = caption;
            return self.stays(line.index);
        }
        // It waits for its article; until then it stands in what is around that.
        self.caption = Some((line.index, caption));
        self.tree.of_block[line.index] = self.outer();
    }

    fn title(&mut self, line: Line<'_>) {
        self.titled = true;
        let parent = self.headings.last().map(|(_, n)| *n);
        let bare = line.line.trim().trim_start_matches(['○', '◯', '●', '◎']).trim().to_owned();
        self.add(line.index, NodeKind::Title, Vec::new(), bare, parent);
    }

    /// A heading that is none of a regulation's, or text.
    fn plain(&mut self, line: Line<'_>) {
        let Some(level) = line.heading else {
            // A caption that nothing of its own follows was a line of text.
            if let Some((at, _)) = self.caption.take() {
                self.tree.of_block[at] = self.innermost();
            }
            self.text_of_container(line);
            return self.stays(line.index);
        };
        if !self.titled && line.index < 6 && is_regulation(line.line) {
            return self.title(line);
        }
        if self.container.is_some() && self.scope != Scope::Main || self.container.as_ref().is_some_and(|c| c.commentary.is_none()) {
            // Emphasised lines within an article do not end it.
            self.text_of_container(line);
            return self.stays(line.index);
        }
        self.headings.retain(|(l, _)| *l < level);
        let around = if self.begun { self.innermost() } else { None };
        let parent = self.headings.last().map(|(_, n)| *n).or(around.filter(|n| !matches!(self.tree.nodes[*n].kind, NodeKind::Heading(_))));
        let parent = parent.filter(|n| {
            matches!(
                self.tree.nodes[*n].kind,
                NodeKind::Heading(_)
                    | NodeKind::Part
                    | NodeKind::Chapter
                    | NodeKind::Section
                    | NodeKind::Schedule
                    | NodeKind::Form
                    | NodeKind::Annex
            )
        });
        let label: String = line.line.trim().chars().take(80).collect();
        let node = self.add(line.index, NodeKind::Heading(level), Vec::new(), label, parent);
        self.headings.push((level, node));
        if !self.begun || level == 1 {
            // In an archive or a letter another document begins.
            self.container = None;
            self.divisions.clear();
            self.scope = Scope::Main;
            self.main = Sequence::default();
        }
    }

    /// Text of what is open: an article's first paragraph bears no number.
    fn text_of_container(&mut self, line: Line<'_>) {
        let scope = self.scope;
        let Some(container) = &mut self.container else { return };
        container.hear(line.text);
        if container.is_empty() && container.commentary.is_none() {
            let (node, paragraph) = (container.node, self.tree.nodes.len());
            container.open_first(paragraph);
            let own = self.tree.of_block[line.index];
            self.add(line.index, NodeKind::Paragraph, vec![1], String::new(), Some(node));
            // The line that names the article stays the article's.
            self.tree.of_block[line.index] = own.or(Some(paragraph));
        }
        if let Scope::Supplement(supplement) = scope {
            self.effective(supplement, line.text);
        }
    }

    /// The day from which a 附則 puts into force what it belongs to.
    fn effective(&mut self, supplement: usize, text: &str) {
        let Some(end) = text.find("から施行").filter(|_| self.tree.nodes[supplement].effective.is_none()) else { return };
        let before = &text[..end];
        let day = dates(before).last().map(|(d, ..)| *d);
        let first = self.tree.nodes.iter().position(|n| n.kind == NodeKind::Supplement) == Some(supplement);
        let own = self.tree.nodes[supplement].promulgated.or(self.tree.dates.promulgated.filter(|_| first));
        let effective = day.or_else(|| own.filter(|_| before.ends_with("公布の日")));
        self.tree.nodes[supplement].effective = effective;
        if first && self.tree.dates.effective.is_none() {
            self.tree.dates.effective = effective;
        }
    }

    /// Puts a numbered line in its place; `false` when it has none.
    fn listed(&mut self, line: Line<'_>, readings: &[(Style, u32)], label: String) -> bool {
        let indent = line.line.chars().take_while(|c| c.is_whitespace()).count();
        let Some(counted) = self.container.as_ref().and_then(|c| c.count(readings, indent)) else { return false };
        match counted {
            Counted::Paragraph(style, number) => self.paragraph(line, style, number, label, indent),
            Counted::Next(depth) => self.item(line, depth, label),
            Counted::First(style) => self.list(line, style, label, indent),
        }
        if let Some(container) = &mut self.container {
            container.hear(line.text);
        }
        if let Scope::Supplement(supplement) = self.scope {
            self.effective(supplement, line.text);
        }
        true
    }

    fn paragraph(&mut self, line: Line<'_>, style: Style, number: u32, label: String, indent: usize) {
        let Some(node) = self.container.as_ref().map(|c| c.node) else { return };
        let paragraph = self.add(line.index, NodeKind::Paragraph, vec![number], label, Some(node));
        self.take_caption(paragraph, line.index);
        if let Some(container) = &mut self.container {
            container.open_paragraph(paragraph, style, number, indent);
        }
    }

    /// The next item of an open list.
    fn item(&mut self, line: Line<'_>, depth: usize, label: String) {
        let Some(container) = &mut self.container else { return };
        let Some(before) = container.item(depth) else { return };
        let number = container.advance(depth);
        let Node { kind, parent, .. } = self.tree.nodes[before];
        let node = self.add(line.index, kind, vec![number], label, parent);
        if let Some(container) = &mut self.container {
            container.open_item(depth, node);
        }
    }

    /// The first item of a list.
    fn list(&mut self, line: Line<'_>, style: Style, label: String, indent: usize) {
        let Some(container) = &self.container else { return };
        let (depth, parent) = (container.depth(), container.innermost());
        let kind = if depth == 0 { NodeKind::Item } else { NodeKind::Subitem(depth.min(9) as u8) };
        let node = self.add(line.index, kind, vec![1], label, Some(parent));
        if let Some(container) = &mut self.container {
            container.open_list(node, style, indent);
        }
    }

    fn finish(mut self) -> Tree {
        closing::close_blocks(&mut self.tree);
        closing::drop_lone_paragraphs(&mut self.tree);
        self.tree
    }
}

fn rank(kind: NodeKind) -> u8 {
    match kind {
        NodeKind::Part => 1,
        NodeKind::Chapter => 2,
        NodeKind::Section => 3,
        NodeKind::Subsection => 4,
        _ => 5,
    }
}
