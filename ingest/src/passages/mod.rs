//! Passages: a document cut into the pieces that are searched, shown and cited.
//!
//! Blocks are gathered in reading order until a piece is about as long as a paragraph of a manual. An article of an
//! ordinance stays whole, together with the caption that precedes it, and is parted between its paragraphs and items
//! where it is too long; rows of a table are gathered by the few; a block that is too long by itself is cut between
//! sentences. Where articles begin, the document's [`Tree`] says.

mod cutting;
mod path;
mod question;

use crate::heading::{self, Opening};
use crate::script::ends_sentence;
use appliance_core::document::{Block, BlockKind, Document, Format, TextOrigin};
use appliance_core::locator::{Locator, PageLine, Place, Span, bounding_range};
use appliance_core::passage::Passage;
use appliance_core::structure::{self, Node, NodeKind, Tree};
use cutting::{LONGEST, TARGET, cut, length, trimmed};
use path::{HEADING, Path, shortened};

/// Characters up to which an item (号) with all that is in it stays in one piece.
const LONGEST_ITEM: usize = 1_200;
/// Characters that a passage of table rows aims at: rows are dense, and their neighbours are noise.
const ROWS_TARGET: usize = 240;
/// A row this long stands alone.
const LONG_ROW: usize = 120;
/// Rows of titles and headers at the start of a table.
const HEADER_ROWS: usize = 7;
/// Characters of the line that names a table.
const CAPTION: usize = 60;

/// Cuts a document into passages, in reading order.
pub(crate) fn passages(document: &Document) -> Vec<Passage> {
    let tree = Tree::of(document);
    let mut cutter = Cutter { document, tree: &tree, path: Path::default(), open: None, done: Vec::new() };
    for (index, block) in document.blocks.iter().enumerate() {
        cutter.take(index, block);
    }
    cutter.close();
    cutter.done
}

/// Blocks being gathered into a passage.
#[derive(Debug)]
struct Open {
    first: usize,
    last: usize,
    characters: usize,
    path: Path,
    rows: bool,
    /// The first row among them (meaningless without one).
    first_row: usize,
    /// Whether it holds only what precedes an article or a section: captions and headings.
    only_heads: bool,
}

struct Cutter<'d> {
    document: &'d Document,
    tree: &'d Tree,
    path: Path,
    open: Option<Open>,
    done: Vec<Passage>,
}

impl Cutter<'_> {
    fn take(&mut self, index: usize, block: &Block) {
        let text = block.span.slice(&self.document.text).unwrap_or("");
        let rows = block.kind == BlockKind::Row;
        let characters = if rows { text.chars().count() } else { length(text) };
        let opening = if rows { None } else { heading::opening(first_line(text)) };
        let breaks = self.breaks(index, block, opening.as_ref(), characters);
        if breaks {
            self.close();
        }
        self.follow(index, block, text);
        let only_heads = matches!(block.kind, BlockKind::Heading { .. }) || opening == Some(Opening::Caption);
        match &mut self.open {
            Some(open) => {
                open.last = index;
                open.characters += characters;
                if open.only_heads || open.path.article.is_none() {
                    let (table, caption) = (open.path.table.take(), open.path.caption.take());
                    open.path = self.path.clone();
                    open.path.table = open.path.table.take().or(table);
                    open.path.caption = open.path.caption.take().or(caption);
                }
                if rows && !open.rows {
                    open.first_row = index;
                }
                open.rows |= rows;
                open.only_heads &= only_heads;
            }
            None => {
                let path = self.path.clone();
                self.open = Some(Open { first: index, last: index, characters, path, rows, first_row: index, only_heads });
            }
        }
    }

    /// Whether the block begins a new passage.
    fn breaks(&self, index: usize, block: &Block, opening: Option<&Opening>, characters: usize) -> bool {
        let Some(open) = &self.open else { return false };
        let last = &self.document.blocks[open.last];
        if !same_surface(&last.place, &block.place) {
            return true;
        }
        // What a table of contents lists heads nothing there.
        match (self.in_contents(open.last), self.in_contents(index)) {
            (true, true) => return open.characters + characters > LONGEST,
            (false, false) => {}
            _ => return true,
        }
        // Headings and captions wait for what they head.
        let heading = matches!(block.kind, BlockKind::Heading { .. });
        if open.only_heads {
            // A part that is followed by its like at once was a line of a table of contents.
            let empty_part = matches!(opening, Some(Opening::Part(_))) && last.kind == block.kind;
            return empty_part || open.characters + characters > LONGEST * 2;
        }
        // A line in brackets within an item heads no article.
        let within = self.item(index).is_some_and(|item| self.item(open.last) == Some(item));
        let article = opening == Some(&Opening::Caption) && !within || self.begins_article(index);
        if heading || article || self.commentary(index) != self.commentary(open.last) || question::begins(self.document, index) {
            return true;
        }
        // An answer stays with its question.
        if question::answers(self.document, open.last, index) {
            return open.characters + characters > LONGEST;
        }
        let rows = block.kind == BlockKind::Row;
        if rows && open.rows {
            // A header row goes with the first row under it.
            if self.document.is_labelled(block) && last.kind == BlockKind::Row && !self.document.is_labelled(last) {
                return open.characters + characters > LONGEST;
            }
            if matches!(block.kind, BlockKind::Row) && open.first_row == open.last && open.path.table.is_some() {
                return open.characters + characters > LONGEST;
            }
            return open.characters + characters > ROWS_TARGET || characters > LONG_ROW || question::is_pair(block, self.document);
        }
        if rows != open.rows {
            // A line that introduces a table, or a note under it, stays with it when both are short.
            return open.characters + characters > ROWS_TARGET;
        }
        // An item is not parted, as far as it can be helped.
        if let Some(item) = self.item(index).filter(|item| self.item(open.last) == Some(*item)) {
            let begun = self.document.blocks[self.tree.nodes[item].blocks.0].span.start;
            let so_far = self.document.text.get(begun..block.span.end).map_or(0, length);
            return so_far > LONGEST_ITEM;
        }
        let whole = open.path.article.is_some();
        open.characters + characters > if whole { LONGEST } else { TARGET }
    }

    /// Moves the path of headings along.
    fn follow(&mut self, index: usize, block: &Block, text: &str) {
        if self.in_contents(index) {
            self.path.contents();
            return;
        }
        let article = self.tree.path(index).into_iter().rfind(|n| self.tree.nodes[*n].kind == NodeKind::Article);
        match (block.kind, article) {
            (BlockKind::Heading { level }, Some(node)) if self.tree.of_block[index] == Some(node) => self.path.leave(level),
            (BlockKind::Heading { level }, _) => self.path.heading(level, text),
            _ => {}
        }
        self.path.article = article.map(|node| self.article_name(node));
        self.path.commentary = self.commentary(index).map(|node| shortened(&self.tree.nodes[node].label));
        // In pages and texts the first row of a table is its header more often than not; it goes along as context, unless
        // the rows are written with their headers.
        let written = matches!(block.place, Place::Text { .. }) && !matches!(self.document.format, Format::Text | Format::Markdown);
        let paged_row = block.kind == BlockKind::Row && !matches!(block.place, Place::Cells { .. }) && !written;
        let begins = index == 0 || self.document.blocks[index - 1].kind != BlockKind::Row;
        match (block.kind == BlockKind::Row, begins) {
            (true, true) => self.path.caption = self.caption_above(index),
            (true, false) => {}
            (false, _) => self.path.caption = None,
        }
        match (paged_row, begins) {
            (true, true) => self.path.table = header(text).filter(|_| !self.heads_labelled_rows(index)),
            (true, false) => {}
            _ => self.path.table = None,
        }
    }

    /// The line right above a table, where it is one that names it: short, no sentence and no note.
    fn caption_above(&self, index: usize) -> Option<(usize, String)> {
        let at = index.checked_sub(1)?;
        let (above, own) = (&self.document.blocks[at], &self.document.blocks[index]);
        let text = above.span.slice(&self.document.text)?.trim();
        let names = above.kind == BlockKind::Paragraph
            && same_surface(&above.place, &own.place)
            && (2..=CAPTION).contains(&text.chars().count())
            && !text.ends_with(ends_sentence)
            && !text.contains('\n')
            && !text.starts_with(['※', '*', '＊', '・', '(', '（', '［', '['])
            && heading::opening(text).is_none();
        names.then(|| (at, shortened(text)))
    }

    /// Whether a row begins a table whose rows are written with their headers.
    fn heads_labelled_rows(&self, index: usize) -> bool {
        let rows = self.document.blocks[index..].iter().take_while(|b| b.kind == BlockKind::Row);
        rows.take(HEADER_ROWS).any(|b| self.document.is_labelled(b))
    }

    /// 「第9条（減免）」; articles of a 附則 are named after it, so that nobody takes them for those of the regulation.
    fn article_name(&self, node: usize) -> String {
        let Node { label, caption, .. } = &self.tree.nodes[node];
        let caption = if caption.is_empty() { String::new() } else { format!("（{caption}）") };
        let supplement = if self.tree.in_supplement(node) { "附則" } else { "" };
        shortened(&format!("{supplement}{label}{caption}"))
    }

    /// Whether an article begins at the block, with its caption where it has one.
    fn begins_article(&self, index: usize) -> bool {
        let own = self.tree.path(index).into_iter().rfind(|n| self.tree.nodes[*n].kind == NodeKind::Article);
        own.is_some_and(|node| self.tree.nodes[node].blocks.0 == index)
    }

    /// What only speaks about an article, where the block lies in such.
    fn commentary(&self, index: usize) -> Option<usize> {
        self.tree.of_block[index].filter(|node| self.tree.nodes[*node].kind == NodeKind::Commentary)
    }

    /// Whether the block is a part of a table of contents. A heading that names no part of a regulation ends it here, though
    /// the tree waits for the first sentence: in a manual the first section begins.
    fn in_contents(&self, index: usize) -> bool {
        let Some(node) = self.tree.of_block[index].filter(|n| self.tree.nodes[*n].kind == NodeKind::Contents) else { return false };
        let first = self.tree.nodes[node].blocks.0;
        !self.document.blocks[first..=index].iter().any(|block| {
            let line = first_line(block.span.slice(&self.document.text).unwrap_or(""));
            matches!(block.kind, BlockKind::Heading { .. }) && !structure::names_a_part(line) && !structure::is_entry_of_contents(line)
        })
    }

    /// The outermost 号 that the block lies in.
    fn item(&self, index: usize) -> Option<usize> {
        self.tree.path(index).into_iter().find(|n| self.tree.nodes[*n].kind == NodeKind::Item)
    }

    /// 「第2項第1号」, where all blocks of a passage lie in one paragraph or item of their article or 附則.
    fn part_of_article(&self, open: &Open) -> Option<String> {
        let mut common = self.tree.path(open.first);
        for index in open.first + 1..=open.last {
            let path = self.tree.path(index);
            let same = common.iter().zip(&path).take_while(|(a, b)| a == b).count();
            common.truncate(same);
        }
        let node = *common.last()?;
        let within = matches!(self.tree.nodes[node].kind, NodeKind::Paragraph | NodeKind::Item | NodeKind::Subitem(_));
        let around = common.iter().rev().find(|n| matches!(self.tree.nodes[**n].kind, NodeKind::Article | NodeKind::Supplement))?;
        let whole = self.tree.address(*around);
        within.then(|| self.tree.address(node).strip_prefix(whole.as_str()).map(str::to_owned)).flatten()
    }

    /// The spans that gathered blocks are cut into: between paragraphs and items first, else between sentences.
    fn spans(&self, open: &Open) -> Vec<Span> {
        let blocks = &self.document.blocks;
        let characters = |span: Span| span.slice(&self.document.text).map_or(0, length);
        let joined = |first: usize, last: usize| Span::new(blocks[first].span.start, blocks[last].span.end);
        let whole = joined(open.first, open.last);
        let items = (open.first..=open.last).any(|index| self.item(index).is_some());
        if open.rows || !items || characters(whole) <= LONGEST {
            return self.whole_or_cut(open, whole);
        }
        let mut spans: Vec<Span> = Vec::new();
        let mut start = open.first;
        let mut index = open.first;
        while index <= open.last {
            let unit = self.end_of_item(index, open.last);
            if index > start && characters(joined(start, unit)) > LONGEST {
                spans.extend(self.whole_or_cut(open, joined(start, index - 1)));
                start = index;
            }
            index = unit + 1;
        }
        spans.extend(self.whole_or_cut(open, joined(start, open.last)));
        spans
    }

    /// The last block up to `last` that lies in the same 号 as the block; itself where it lies in none.
    fn end_of_item(&self, index: usize, last: usize) -> usize {
        let Some(item) = self.item(index) else { return index };
        (index..=last).take_while(|i| self.item(*i) == Some(item)).last().unwrap_or(index)
    }

    /// A part as it is when it is one 号, else cut between sentences where it is too long.
    fn whole_or_cut(&self, open: &Open, part: Span) -> Vec<Span> {
        let within = |index: &usize| part.contains(self.document.blocks[*index].span);
        let mut items = (open.first..=open.last).filter(within).map(|index| self.item(index));
        let first = items.next().flatten();
        let one = first.is_some() && items.all(|item| item == first);
        let short = part.slice(&self.document.text).is_some_and(|t| length(t) <= LONGEST_ITEM);
        if one && short && !open.rows { trimmed(&self.document.text, part).into_iter().collect() } else { cut(&self.document.text, part) }
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let blocks = &self.document.blocks[open.first..=open.last];
        let span = Span::new(blocks[0].span.start, blocks[blocks.len() - 1].span.end);
        // A pair of question and answer says by itself what it is about.
        let pair = open.rows && question::is_pair(&self.document.blocks[open.first_row], self.document);
        let mut names = open.path.names(&self.document.title, if pair { 0 } else { open.first });
        if let Some(part) = self.part_of_article(&open) {
            match (&open.path.article, open.path.table.is_some() || open.path.caption.is_some()) {
                (Some(article), false) => {
                    names.pop();
                    names.push(format!("{article}{part}"));
                }
                (None, false) => names.push(format!("附則{part}")),
                _ => {}
            }
        }
        let row = if open.rows && open.first == open.last { span.slice(&self.document.text).map(row_key) } else { None };
        for (index, part) in self.spans(&open).into_iter().enumerate() {
            let place = place(blocks, part);
            let text = part.slice(&self.document.text).unwrap_or("").to_owned();
            let mut heading_path = names.clone();
            // What a long row is about stands in its first cells; its later parts say nothing without them.
            if index > 0 {
                heading_path.extend(row.clone());
            }
            let recognised = recognised(self.document, &place);
            let locator = Locator { span: part, place };
            self.done.push(Passage { ordinal: self.done.len() as u32, heading_path, text, locator, recognised });
        }
    }
}

/// The lowest confidence among the recognised pages that a place lies on.
fn recognised(document: &Document, place: &Place) -> Option<f32> {
    let Place::Pages { lines } = place else { return None };
    let confidence = |line: &PageLine| {
        let page = document.pages.get((line.page as usize).checked_sub(1)?)?;
        match page.reading.origin {
            TextOrigin::Recognised { confidence } => Some(confidence),
            _ => None,
        }
    };
    lines.iter().filter_map(confidence).min_by(f32::total_cmp)
}

/// The first values of a row, as its name.
fn row_key(row: &str) -> String {
    let end = row.match_indices(['、', '\n']).nth(2).map_or(row.len(), |(at, _)| at);
    shortened(&row[..end])
}

fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or(text)
}

/// The first row of a table as its header: short words, hardly a number.
fn header(text: &str) -> Option<String> {
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    let characters = text.chars().count();
    (characters <= HEADING && digits * 8 <= characters).then(|| shortened(text))
}

/// Whether a passage may run from one place to the other: not from sheet to sheet.
fn same_surface(a: &Place, b: &Place) -> bool {
    match (a, b) {
        (Place::Cells { sheet: a, .. }, Place::Cells { sheet: b, .. }) => a == b,
        (Place::Pages { .. }, Place::Pages { .. }) | (Place::Text { .. }, Place::Text { .. }) => true,
        _ => false,
    }
}

/// The place of a part of the blocks' text.
fn place(blocks: &[Block], part: Span) -> Place {
    let inside = || blocks.iter().filter(|b| b.span.overlaps(part));
    match &blocks[0].place {
        Place::Pages { .. } => {
            let whole: Vec<PageLine> = inside()
                .flat_map(|b| match &b.place {
                    Place::Pages { lines } => lines.as_slice(),
                    _ => &[],
                })
                .copied()
                .collect();
            Locator { span: part, place: Place::Pages { lines: whole } }.narrowed(part).place
        }
        Place::Cells { sheet, name, range, .. } => {
            let cells: Vec<_> = inside()
                .flat_map(|b| match &b.place {
                    Place::Cells { cells, .. } => cells.as_slice(),
                    _ => &[],
                })
                .filter(|c| c.span.overlaps(part))
                .copied()
                .collect();
            Place::Cells { sheet: *sheet, name: name.clone(), range: bounding_range(&cells).unwrap_or(*range), cells }
        }
        Place::Text { first_line, last_line } => {
            let lines = inside().filter_map(|b| match b.place {
                Place::Text { first_line, last_line } => Some((first_line, last_line)),
                _ => None,
            });
            let (first, last) = lines.fold((u32::MAX, 0), |(f, l), (a, b)| (f.min(a), l.max(b)));
            if last == 0 {
                Place::Text { first_line: *first_line, last_line: *last_line }
            } else {
                Place::Text { first_line: first, last_line: last }
            }
        }
    }
}
