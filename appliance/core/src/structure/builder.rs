//! Builds the tree: goes through the blocks in order and keeps open what may go on.

use super::date::dates;
use super::marker::{Marker, Style, is_entry_of_contents, is_regulation, marker, own_caption};
use super::{Node, NodeKind, Tree};
use crate::document::{BlockKind, Document};

/// Blocks at the start of a regulation in which its title and its dates stand.
const BEGINNING: usize = 16;
/// Articles that a text may leave out between two.
const WIDEST_GAP: u32 = 40;
/// Depth of lists in each other.
const DEEPEST: usize = 6;
/// Characters of an article's title on its own line.
const LONGEST_TITLE: usize = 40;

/// The tree of a document.
pub(super) fn build(document: &Document) -> Tree {
    let mut builder = Builder { tree: Tree { of_block: vec![None; document.blocks.len()], ..Tree::default() }, ..Builder::default() };
    for (index, block) in document.blocks.iter().enumerate() {
        let text = block.span.slice(&document.text).unwrap_or("");
        let line = text.split('\n').next().unwrap_or(text);
        let heading = if let BlockKind::Heading { level } = block.kind { Some(level) } else { None };
        match block.kind {
            BlockKind::Row => builder.stays(index),
            _ => builder.take(Line { index, text, line, heading }),
        }
    }
    builder.finish()
}

/// A block on its way through the builder.
#[derive(Clone, Copy)]
struct Line<'d> {
    index: usize,
    text: &'d str,
    line: &'d str,
    heading: Option<u8>,
}

/// A list whose items are counted.
#[derive(Debug)]
struct List {
    style: Style,
    last: u32,
    node: usize,
    indent: usize,
}

/// What holds 項 and 号: an article, or a 附則 without articles.
#[derive(Debug)]
struct Container {
    node: usize,
    paragraph: Option<usize>,
    paragraphs: u32,
    style: Option<Style>,
    indent: usize,
    lists: Vec<List>,
    /// Whether what follows only speaks about it.
    muted: bool,
    /// Whether the text before says that a list follows.
    announced: bool,
}

/// The sequence that articles continue.
#[derive(Debug, Clone, Default)]
struct Sequence {
    last: Vec<u32>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Scope {
    #[default]
    Main,
    Supplement(usize),
    Attachment(usize),
}

/// A table of contents that is being read.
#[derive(Debug)]
struct Contents {
    node: usize,
    first: Option<Vec<u32>>,
    kind: Option<NodeKind>,
    lines: usize,
}

#[derive(Default)]
struct Builder {
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

impl Builder {
    fn take(&mut self, line: Line<'_>) {
        let (caption, rest) = parted(line.line);
        let mut found = marker(rest);
        if self.in_contents(&found, line) {
            return;
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
        if !self.begun {
            self.beginning(line);
        }
        match found {
            Marker::Contents => self.open_contents(line),
            Marker::Division { kind, number, label, rest } => self.division(line, kind, number, label, &rest),
            Marker::Article { .. } => self.article(line, found),
            Marker::Supplement { rest } => self.supplement(line, &rest),
            Marker::Attachment { kind, number, label, rest } => self.attachment(line, kind, number, label, rest),
            Marker::Caption(caption) => self.caption(line, caption),
            Marker::Commentary => {
                if let Some(container) = &mut self.container {
                    container.muted = true;
                }
                self.caption = None;
                self.plain(line);
            }
            Marker::Listed { readings, label } => {
                if !self.listed(line, &readings, label) {
                    self.plain(line);
                }
            }
            Marker::Text => self.plain(line),
        }
    }

    /// The block belongs to what is open.
    fn stays(&mut self, index: usize) {
        self.tree.of_block[index] = self.innermost();
    }

    fn innermost(&self) -> Option<usize> {
        if let Some(container) = &self.container {
            let list = container.lists.last().map(|l| l.node);
            return list.or(container.paragraph).or(Some(container.node));
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

    fn open_contents(&mut self, line: Line<'_>) {
        let parent = self.headings.last().map(|(_, n)| *n);
        let node = self.add(line.index, NodeKind::Contents, Vec::new(), "目次".to_owned(), parent);
        self.contents = Some(Contents { node, first: None, kind: None, lines: 0 });
        self.container = None;
    }

    /// Whether the line belongs to the table of contents that is being read.
    fn in_contents(&mut self, found: &Marker, line: Line<'_>) -> bool {
        let Some(contents) = &mut self.contents else { return false };
        let named = match found {
            Marker::Division { kind, number, .. } => Some((*kind, number.clone())),
            Marker::Article { number, .. } => Some((NodeKind::Article, number.clone())),
            _ => None,
        };
        let entry = is_entry_of_contents(line.line);
        let sentence = line.text.contains('。');
        let again = named.as_ref().is_some_and(|(kind, number)| contents.kind == Some(*kind) && contents.first.as_ref() == Some(number));
        let ends = match found {
            _ if contents.lines > 400 => true,
            Marker::Division { .. } | Marker::Article { .. } if again && !entry => true,
            Marker::Caption(_) => contents.first.is_some() && !entry,
            _ if entry => false,
            _ => sentence,
        };
        if ends {
            self.contents = None;
            return false;
        }
        if let (None, Some((kind, number))) = (&contents.first, named) {
            contents.kind = Some(kind);
            contents.first = Some(number);
        }
        contents.lines += 1;
        let node = contents.node;
        self.tree.of_block[line.index] = Some(node);
        true
    }

    /// The title and the dates of a regulation.
    fn beginning(&mut self, line: Line<'_>) {
        let tight: String = line.line.chars().filter(|c| !c.is_whitespace()).collect();
        if line.index > BEGINNING {
            return;
        }
        let days = dates(&tight);
        let own = &mut self.tree.dates;
        if let Some((day, start, end)) = days.first().copied() {
            let bare = tight.trim_start_matches(['(', '（', '〔']);
            if tight.contains("改正") {
                own.amended.extend(days.iter().map(|(d, ..)| *d));
            } else if tight.contains("施行") {
                own.effective = Some(day);
            } else if start <= tight.len() - bare.len() && own.promulgated.is_none() && tight.chars().count() <= 60 {
                own.promulgated = Some(day);
                let after = tight[end..].trim_matches(['(', ')', '（', '）', '〔', '〕']);
                own.number = (!after.is_empty()).then(|| after.to_owned());
            }
        } else if own.number.is_none() && tight.chars().count() <= 30 && is_number_of_regulation(&tight) {
            own.number = Some(tight.trim_matches(['(', ')', '（', '）']).to_owned());
        }
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
                self.supplement.last = last;
                Some(node)
            }
            Scope::Main | Scope::Attachment(_) => {
                self.scope = Scope::Main;
                self.main.last = last;
                self.outer()
            }
        };
        self.begun = true;
        let node = self.add(line.index, NodeKind::Article, number, label, parent);
        self.take_caption(node, line.index);
        let mut body = rest.as_str();
        if self.tree.nodes[node].caption.is_empty() {
            if let Some(caption) = own_caption(body) {
                let open = body.chars().next().map_or(0, char::len_utf8);
                let taken = body[open..]
                    .find(['）', ')', '】'])
                    .map_or(body.len(), |at| open + at + body[open + at..].chars().next().map_or(0, char::len_utf8));
                body = body[taken..].trim_start();
                self.tree.nodes[node].caption = caption;
            } else if !body.is_empty()
                && body.chars().count() <= LONGEST_TITLE
                && !body.ends_with(['。', '、'])
                && !body.starts_with("削除")
            {
                self.tree.nodes[node].caption = body.to_owned();
                body = "";
            }
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
            Scope::Supplement(_) => match self.supplement.last.as_slice() {
                [] => number == [1] && firm,
                last => follows(last, number, firm) || firm && captioned && last == number,
            },
            Scope::Main => match self.main.last.as_slice() {
                [] => firm && says || number == [1],
                last => follows(last, number, firm) || firm && captioned && last == number,
            },
            // Contracts and rules inside a form have articles of their own; only the regulation's next one goes on.
            Scope::Attachment(_) => firm && captioned && next_of(&self.main.last, number),
        }
    }

    fn supplement(&mut self, line: Line<'_>, rest: &str) {
        self.container = None;
        self.caption = None;
        self.begun = true;
        self.divisions.clear();
        let parent = self.headings.last().map(|(_, n)| *n);
        let node = self.add(line.index, NodeKind::Supplement, Vec::new(), "附則".to_owned(), parent);
        self.tree.nodes[node].caption = rest.trim_matches(['(', ')', '（', '）', '〔', '〕']).to_owned();
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
            && self.container.as_ref().is_some_and(|c| c.paragraphs == 0)
        {
            self.tree.nodes[node].promulgated = Some(*day);
            self.tree.nodes[node].caption = caption;
            return self.stays(line.index);
        }
        // It waits for its article; until then it stands in what is around that.
        self.caption = Some((line.index, caption));
        self.tree.of_block[line.index] = self.outer();
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
            self.titled = true;
            let parent = self.headings.last().map(|(_, n)| *n);
            let bare = line.line.trim().trim_start_matches(['○', '◯', '●', '◎']).trim().to_owned();
            self.add(line.index, NodeKind::Title, Vec::new(), bare, parent);
            return;
        }
        if self.container.is_some() && self.scope != Scope::Main || self.container.as_ref().is_some_and(|c| !c.muted) {
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
        container.announced = ["次の", "以下の", "とおり", "各号", "次に"].iter().any(|w| line.text.contains(w));
        let node = container.node;
        if container.paragraphs == 0 && !container.muted {
            container.paragraphs = 1;
            let paragraph = self.tree.nodes.len();
            container.paragraph = Some(paragraph);
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
        let Some(container) = &self.container else { return false };
        if container.muted {
            return false;
        }
        let indent = line.line.chars().take_while(|c| c.is_whitespace()).count();
        let going_on = |l: &&List| readings.contains(&(l.style, l.last + 1));
        let list = container
            .lists
            .iter()
            .rposition(|l| going_on(&l) && l.indent == indent)
            .or_else(|| container.lists.iter().rposition(|l| going_on(&l)));
        let paragraph = readings.iter().copied().find(|r| container.may_count(*r));
        match (list, paragraph) {
            (Some(at), Some(_)) if container.lists[at].indent == indent || container.indent != indent => self.item(line, at, label),
            (_, Some((style, number))) => self.paragraph(line, style, number, label, indent),
            (Some(at), None) => self.item(line, at, label),
            (None, None) => {
                let begins = readings.iter().rev().copied().find(|(style, number)| *number == 1 && container.may_begin(*style, indent));
                let Some((style, _)) = begins else { return false };
                self.list(line, style, label, indent);
            }
        }
        self.note(line);
        true
    }

    fn note(&mut self, line: Line<'_>) {
        if let Some(container) = &mut self.container {
            container.announced = ["次の", "以下の", "とおり", "各号", "次に"].iter().any(|w| line.text.contains(w));
        }
        if let Scope::Supplement(supplement) = self.scope {
            self.effective(supplement, line.text);
        }
    }

    fn paragraph(&mut self, line: Line<'_>, style: Style, number: u32, label: String, indent: usize) {
        let Some(node) = self.container.as_ref().map(|c| c.node) else { return };
        let paragraph = self.add(line.index, NodeKind::Paragraph, vec![number], label, Some(node));
        self.take_caption(paragraph, line.index);
        if let Some(container) = &mut self.container {
            container.paragraph = Some(paragraph);
            container.paragraphs = number;
            container.style = Some(style);
            container.indent = indent;
            container.lists.clear();
        }
    }

    /// The next item of an open list.
    fn item(&mut self, line: Line<'_>, at: usize, label: String) {
        let Some(container) = &mut self.container else { return };
        container.lists.truncate(at + 1);
        let list = &mut container.lists[at];
        list.last += 1;
        let (last, node) = (list.last, list.node);
        let (kind, parent) = (self.tree.nodes[node].kind, self.tree.nodes[node].parent);
        let node = self.add(line.index, kind, vec![last], label, parent);
        if let Some(container) = &mut self.container {
            container.lists[at].node = node;
        }
    }

    /// The first item of a list.
    fn list(&mut self, line: Line<'_>, style: Style, label: String, indent: usize) {
        let Some(container) = &self.container else { return };
        let depth = container.lists.len();
        let parent = container.lists.last().map(|l| l.node).or(container.paragraph).unwrap_or(container.node);
        let kind = if depth == 0 { NodeKind::Item } else { NodeKind::Subitem(depth.min(9) as u8) };
        let node = self.add(line.index, kind, vec![1], label, Some(parent));
        if let Some(container) = &mut self.container {
            container.lists.push(List { style, last: 1, node, indent });
        }
    }

    fn finish(mut self) -> Tree {
        self.close_blocks();
        self.drop_lone_paragraphs();
        self.tree
    }

    /// Every node reaches from its first block to the last of what is in it.
    fn close_blocks(&mut self) {
        for (block, node) in self.tree.of_block.iter().enumerate() {
            let mut next = *node;
            while let Some(node) = next {
                let own = &mut self.tree.nodes[node];
                own.blocks = (own.blocks.0.min(block), own.blocks.1.max(block));
                next = own.parent;
            }
        }
    }

    /// A paragraph without a number that is the only one is the article itself.
    fn drop_lone_paragraphs(&mut self) {
        let nodes = std::mem::take(&mut self.tree.nodes);
        let mut count = vec![0u32; nodes.len()];
        for parent in nodes.iter().filter(|n| n.kind == NodeKind::Paragraph).filter_map(|n| n.parent) {
            count[parent] += 1;
        }
        let lone = |n: &Node| n.kind == NodeKind::Paragraph && n.label.is_empty() && n.parent.is_some_and(|p| count[p] == 1);
        let mut place: Vec<Option<usize>> = Vec::with_capacity(nodes.len());
        for (index, mut node) in nodes.into_iter().enumerate() {
            let parent = node.parent.and_then(|p| place.get(p).copied().flatten());
            if lone(&node) {
                place.push(parent);
                continue;
            }
            debug_assert!(index >= self.tree.nodes.len());
            node.parent = parent;
            place.push(Some(self.tree.nodes.len()));
            self.tree.nodes.push(node);
        }
        for of in &mut self.tree.of_block {
            *of = of.and_then(|node| place[node]);
        }
    }
}

impl Container {
    fn new(node: usize) -> Self {
        Self { node, paragraph: None, paragraphs: 0, style: None, indent: 0, lists: Vec::new(), muted: false, announced: false }
    }

    /// Whether a number can be that of the next 項.
    fn may_count(&self, (style, number): (Style, u32)) -> bool {
        let usual = matches!(style, Style::Digit | Style::DigitPoint);
        // ② counts paragraphs where ① does not stand before it.
        let circled = style == Style::Circled && self.lists.is_empty() && number > 1;
        let of_kind = match self.style {
            Some(own) => own == style,
            None => usual || circled,
        };
        of_kind && number == self.paragraphs + 1
    }

    /// Whether a list of that style can begin here.
    fn may_begin(&self, style: Style, indent: usize) -> bool {
        let deeper = self.lists.last().is_none_or(|l| indent > l.indent);
        let open = self.lists.iter().any(|l| l.style == style);
        let plain = matches!(style, Style::Digit | Style::DigitPoint);
        // Bare digits are how 項 are counted; they count items where they are indented, or where the text says so.
        let counts = !plain || indent > self.indent || self.announced && self.style != Some(style);
        self.lists.len() < DEEPEST && counts && (!open || deeper && indent > 0)
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

/// Whether an article can stand after another one: the next, or a later one where nothing else can be meant.
fn follows(last: &[u32], number: &[u32], firm: bool) -> bool {
    if !firm {
        return next_of(last, number);
    }
    number > last && number[0] <= last[0].saturating_add(WIDEST_GAP)
}

/// Whether a number is the very next: 第10条 after 第9条の2, 第9条の3 after 第9条の2.
fn next_of(last: &[u32], number: &[u32]) -> bool {
    match (last, number) {
        ([last, ..], [number]) if *number == last + 1 => true,
        ([last], [number, 2]) => last == number,
        ([last @ .., branch], [number @ .., next]) => {
            last.len() == number.len() && last == number && *next == branch + 1 && !last.is_empty()
        }
        _ => false,
    }
}

/// A caption and an article on one line: 「（目的）第1条　…」.
fn parted(line: &str) -> (Option<String>, &str) {
    let line = line.trim();
    let Some(close) = line.starts_with(['（', '(']).then(|| line.find(['）', ')'])).flatten() else { return (None, line) };
    let end = close + line[close..].chars().next().map_or(0, char::len_utf8);
    let rest = line[end..].trim_start();
    match marker(rest) {
        Marker::Article { firm: true, .. } => {
            let open = line.chars().next().map_or(0, char::len_utf8);
            (Some(line[open..close].trim().to_owned()), rest)
        }
        _ => (None, line),
    }
}

/// 「条例第25号」「（令和七年細則第五号）」
fn is_number_of_regulation(tight: &str) -> bool {
    let kinds = ["条例", "規則", "規程", "訓令", "告示", "要綱", "要領", "法律", "政令", "省令", "細則", "規約", "令"];
    let bare = tight.trim_matches(['(', ')', '（', '）']);
    bare.ends_with('号') && bare.contains('第') && kinds.iter().any(|k| bare.contains(k))
}
