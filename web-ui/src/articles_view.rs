//! A regulation article by article: its lines with what they are, references as links, and a tree beside them.

use crate::links;
use crate::outline::{self, Heading};
use crate::stable;
use appliance_core::document::{Document, View};
use appliance_core::id::DocumentId;
use appliance_core::locator::Span;
use appliance_core::passage::StoredPassage;
use appliance_core::ports::catalog::{Edition, OpenDocument};
use appliance_core::reference::{Address, Context, Reference, Within, naming, references_inside};
use appliance_core::structure::{NodeKind, Tree, is_regulation};

/// Bytes of text in one view; a code of a thousand articles is read in several.
const MOST_BYTES: usize = 40_000;
/// What the head of an article takes beside its text, about.
const HEAD_BYTES: usize = 500;
/// Lines looked through for a title.
const TITLE_LINES: usize = 12;

/// A line of the regulation.
pub struct LineView {
    /// `part`, `opening`, `paragraph`, `item`, `subitem`, `supplement`, `schedule`, `title` or `text`.
    pub kind: &'static str,
    /// For headings, how deep: 2 to 4.
    pub level: u8,
    /// How far it is set in, from 0.
    pub indent: u8,
    /// The anchor of the place that begins here.
    pub anchor: Option<String>,
    /// What stands before the text of an article: its number and caption.
    pub heading: Option<ArticleHeading>,
    /// Its text.
    pub pieces: Vec<LinkedPiece>,
    /// Whether it belongs to the place that the address names.
    pub marked: bool,
}

/// The head of an article.
pub struct ArticleHeading {
    /// 「第12条」
    pub label: String,
    /// 「手数料」; empty where it has none.
    pub caption: String,
    /// Its stable address.
    pub here: String,
    /// It beside its former wording; empty where there is none.
    pub compare: String,
}

/// A run of text, and where it leads.
pub struct LinkedPiece {
    /// The characters.
    pub text: String,
    /// The place that it names.
    pub href: Option<String>,
}

/// A regulation with its tree.
pub struct Regulation {
    lines: Document,
    tree: Tree,
    name: String,
    id: DocumentId,
    edition: Edition,
}

/// What one view shows.
pub struct Window {
    /// Its lines.
    pub lines: Vec<LineView>,
    /// What stands before.
    pub previous: Option<String>,
    /// What follows.
    pub next: Option<String>,
}

/// Finds the document of a regulation's name among those that the reader may see, and makes the address of a place in it.
pub type Others<'o> = dyn Fn(&str, &Address) -> Option<String> + 'o;

/// Whether a document is a regulation, so that it can be read article by article.
pub fn reads_by_articles(document: &OpenDocument) -> bool {
    let titled = || document.text.lines().filter(|l| !l.trim().is_empty()).take(TITLE_LINES).any(is_regulation);
    let articled = || document.text.lines().any(|l| l.trim_start().starts_with('第') && l.chars().take(12).any(|c| c == '条'));
    document.format.view() != View::Sheets && (is_regulation(&document.entry.title) || titled()) && articled()
}

impl Regulation {
    /// The regulation that a document is. Lines that no passage holds (what repeats on every page) are no part of it.
    pub fn of(document: &OpenDocument, passages: &[StoredPassage], edition: Edition) -> Self {
        let mut lines = Document::of_lines(&document.entry.title, &document.text);
        if document.format.view() == View::Pages {
            let held: Vec<Span> = passages.iter().map(|p| p.passage.locator.span).collect();
            lines.blocks.retain(|block| held.iter().any(|span| span.overlaps(block.span)));
        }
        let tree = Tree::of(&lines);
        Self { lines, tree, name: naming::key(&document.entry.title), id: document.entry.id, edition }
    }

    /// The node at an address.
    pub fn find(&self, address: &Address, supplement: Option<usize>) -> Option<usize> {
        self.tree.at(address, supplement)
    }

    /// The innermost node of a line.
    pub fn node_of(&self, block: usize) -> Option<usize> {
        self.tree.of_block.get(block).copied().flatten()
    }

    /// The tree beside the text: divisions, articles, 附則 and tables.
    pub fn outline(&self, at: Option<usize>) -> Vec<Heading> {
        let listed: Vec<usize> = (0..self.tree.nodes.len()).filter(|n| self.is_listed(*n)).collect();
        let depth = |node: usize| self.tree.path_of(node).into_iter().filter(|n| self.is_listed(*n)).count() - 1;
        let current = at.and_then(|at| self.tree.path_of(at).into_iter().rev().find_map(|n| listed.iter().position(|l| *l == n)));
        let depths: Vec<usize> = listed.iter().map(|n| depth(*n)).collect();
        let heading = |nth: usize| Heading {
            text: self.label(listed[nth]),
            level: (depths[nth] + 1).min(3),
            href: self.href(listed[nth]),
            current: Some(nth) == current,
        };
        outline::windowed(&depths, current).into_iter().map(heading).collect()
    }

    /// The lines around a node, or from the beginning. `compare` gives the address of an article beside its former wording.
    pub fn window(&self, at: Option<usize>, others: &Others<'_>, compare: &dyn Fn(&str) -> String) -> Window {
        let begins = self.beginnings();
        let block = at.map_or(0, |node| self.tree.nodes[node].blocks.0);
        let first = begins.partition_point(|b| *b <= block).checked_sub(1).map_or(0, |i| begins[i]);
        let mut lines = Vec::new();
        let (mut bytes, mut last) = (0, self.lines.blocks.len());
        for (nth, index) in (first..self.lines.blocks.len()).enumerate() {
            let begins_here = begins.binary_search(&index).is_ok();
            bytes += self.lines.blocks[index].span.len() + if begins_here { HEAD_BYTES } else { 0 };
            if bytes > MOST_BYTES && nth > 0 && begins_here {
                last = index;
                break;
            }
            lines.extend(self.line(index, at, others, compare));
        }
        let link = |block: usize| self.tree.of_block.get(block).copied().flatten().map(|node| self.href(self.listed_around(node)));
        // The view before begins so far back that it ends here.
        let mut back = first;
        let mut before = 0;
        while let Some(begin) = begins[..begins.partition_point(|b| *b < back)].last().copied() {
            before += HEAD_BYTES + self.lines.blocks[begin..back].iter().map(|b| b.span.len()).sum::<usize>();
            if before > MOST_BYTES && back != first {
                break;
            }
            back = begin;
        }
        Window {
            lines,
            previous: (first > 0 && back < first).then(|| link(back).unwrap_or_else(|| self.address(""))),
            next: (last < self.lines.blocks.len()).then(|| link(last)).flatten(),
        }
    }

    /// The blocks at which a view may begin: those of articles and divisions; the first of all.
    fn beginnings(&self) -> Vec<usize> {
        let mut begins: Vec<usize> =
            (0..self.tree.nodes.len()).filter(|n| self.is_listed(*n)).map(|n| self.tree.nodes[n].blocks.0).collect();
        begins.push(0);
        begins.sort_unstable();
        begins.dedup();
        begins
    }

    fn is_listed(&self, node: usize) -> bool {
        use NodeKind::{Annex, Article, Chapter, Division, Form, Part, Schedule, Section, Subsection, Supplement};
        matches!(
            self.tree.nodes[node].kind,
            Part | Chapter | Section | Subsection | Division | Article | Supplement | Schedule | Form | Annex
        )
    }

    fn listed_around(&self, node: usize) -> usize {
        self.tree.path_of(node).into_iter().rev().find(|n| self.is_listed(*n)).unwrap_or(node)
    }

    fn label(&self, node: usize) -> String {
        let node = &self.tree.nodes[node];
        let label: String = node.label.chars().filter(|c| !c.is_whitespace()).collect();
        match (node.kind, node.caption.is_empty()) {
            (_, true) => label,
            (NodeKind::Article | NodeKind::Supplement, false) => format!("{label}（{}）", node.caption),
            (_, false) => format!("{label} {}", node.caption),
        }
    }

    /// The anchor of a node: its stable address without what could not stand in one.
    fn anchor(&self, node: usize) -> Option<String> {
        let place = self.place(node)?;
        Some(place.replace('/', "-").replace('%', "."))
    }

    fn place(&self, node: usize) -> Option<String> {
        let address = self.tree.address_of(node);
        let own = self.tree.at(&address, self.tree.supplement_of(node)) == Some(node);
        own.then(|| stable::regulation_place(&address, self.tree.supplement_of(node))).flatten()
    }

    fn address(&self, query: &str) -> String {
        let edition = links::edition(self.edition).unwrap_or_default();
        let query = [query, edition.as_str()].into_iter().filter(|q| !q.is_empty()).collect::<Vec<_>>().join("&");
        if query.is_empty() { format!("/documents/{}/articles", self.id) } else { format!("/documents/{}/articles?{query}", self.id) }
    }

    fn href(&self, node: usize) -> String {
        match (self.place(node), self.anchor(node)) {
            (Some(place), Some(anchor)) => format!("{}#{anchor}", self.address(&format!("at={}", links::encoded(&place)))),
            _ => self.address(&format!("block={}", self.tree.nodes[node].blocks.0)),
        }
    }

    fn line(&self, index: usize, at: Option<usize>, others: &Others<'_>, compare: &dyn Fn(&str) -> String) -> Option<LineView> {
        let text = self.lines.blocks[index].span.slice(&self.lines.text)?;
        let node = self.tree.of_block[index];
        let begun: Vec<usize> = node.map(|n| self.tree.path_of(n)).unwrap_or_default();
        let begun: Vec<usize> = begun.into_iter().filter(|n| self.tree.nodes[*n].blocks.0 == index).collect();
        let article = node.and_then(|n| self.tree.path_of(n).into_iter().rev().find(|n| self.tree.nodes[*n].kind == NodeKind::Article));
        let text = match article {
            // The caption is part of the article's head.
            Some(article) if is_caption(text, &self.tree.nodes[article].caption) && begun.contains(&article) => "",
            Some(article) => without_label(text, &self.tree.nodes[article].label),
            None => text,
        };
        let heading = article.filter(|a| begun.contains(a)).map(|a| self.article_heading(a, compare));
        if text.is_empty() && heading.is_none() {
            return None;
        }
        let (kind, level, indent) = self.shape(index, node);
        // A first paragraph bears no number to hang out.
        let kind = if kind == "paragraph" && !is_numbered(text) { "opening" } else { kind };
        Some(LineView {
            kind,
            level,
            indent,
            anchor: match article.filter(|_| heading.is_some()) {
                Some(article) => self.anchor(article),
                None => begun.iter().rev().find_map(|n| self.anchor(*n)),
            },
            heading,
            pieces: self.pieces(text, node, others),
            marked: at.is_some_and(|at| (self.tree.nodes[at].blocks.0..=self.tree.nodes[at].blocks.1).contains(&index)),
        })
    }

    fn article_heading(&self, article: usize, compare: &dyn Fn(&str) -> String) -> ArticleHeading {
        let node = &self.tree.nodes[article];
        let address = self.tree.address_of(article);
        ArticleHeading {
            label: node.label.chars().filter(|c| !c.is_whitespace()).collect(),
            caption: node.caption.clone(),
            here: stable::regulation(self.id, &address, self.tree.supplement_of(article)).unwrap_or_default(),
            compare: if address.supplement { String::new() } else { compare(&address.to_string()) },
        }
    }

    /// What a line is, how deep a heading it is, and how far it is set in.
    fn shape(&self, index: usize, node: Option<usize>) -> (&'static str, u8, u8) {
        let Some(node) = node else { return ("text", 0, 0) };
        let begins = self.tree.nodes[node].blocks.0 == index;
        match self.tree.nodes[node].kind {
            NodeKind::Title => ("title", 2, 0),
            NodeKind::Part | NodeKind::Chapter if begins => ("part", 2, 0),
            NodeKind::Section | NodeKind::Subsection | NodeKind::Division | NodeKind::Heading(_) if begins => ("part", 3, 0),
            NodeKind::Supplement | NodeKind::Schedule | NodeKind::Form | NodeKind::Annex if begins => ("part", 2, 0),
            NodeKind::Paragraph => ("paragraph", 0, 0),
            NodeKind::Article => ("paragraph", 0, 0),
            NodeKind::Item => ("item", 0, 1),
            NodeKind::Subitem(depth) => ("item", 0, 1 + depth.min(4)),
            _ => ("text", 0, 0),
        }
    }

    /// The text with its references as links.
    fn pieces(&self, text: &str, node: Option<usize>, others: &Others<'_>) -> Vec<LinkedPiece> {
        let address = node.map(|n| self.tree.address_of(n)).unwrap_or_default();
        let own = Context { name: self.name.clone(), address };
        let supplement = node.and_then(|n| self.tree.supplement_of(n));
        let mut pieces = Vec::new();
        let mut at = 0;
        let mut push = |text: Option<&str>, href: Option<String>| {
            if let Some(text) = text.filter(|t| !t.is_empty()) {
                pieces.push(LinkedPiece { text: text.to_owned(), href });
            }
        };
        for (Reference { span, address, .. }, within) in references_inside(text, &own) {
            let href = match within {
                Within::Own => self.own_place(&address, supplement, node),
                Within::Other(name) => others(&name, &address),
            };
            if span.start >= at && href.is_some() {
                push(Span::new(at, span.start).slice(text), None);
                push(span.slice(text), href);
                at = span.end;
            }
        }
        push(text.get(at..), None);
        pieces
    }

    /// The place of a reference to the same regulation; none to the line's own place.
    fn own_place(&self, address: &Address, supplement: Option<usize>, from: Option<usize>) -> Option<String> {
        let node = self.tree.at(address, supplement.filter(|_| address.supplement))?;
        (Some(node) != from).then(|| self.href(node))
    }
}

/// Whether a paragraph begins with its number.
fn is_numbered(text: &str) -> bool {
    text.trim_start().chars().next().is_some_and(char::is_numeric)
}

fn is_caption(text: &str, caption: &str) -> bool {
    let inner = text.trim().strip_prefix(['（', '(']).and_then(|t| t.strip_suffix(['）', ')']));
    !caption.is_empty() && inner.is_some_and(|inner| inner.trim() == caption.trim())
}

/// The text of an article's first line behind its number (and a caption in brackets that stands on the same line).
fn without_label<'t>(text: &'t str, label: &str) -> &'t str {
    let mut rest = text.trim_start();
    for c in label.chars().filter(|c| !c.is_whitespace()) {
        match rest.trim_start().strip_prefix(c) {
            Some(after) => rest = after,
            None => return text,
        }
    }
    rest.trim_start()
}
