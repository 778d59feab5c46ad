//! What holds 項 and 号, and how they are counted: an article, or a 附則 without articles.

use super::enumerator::Style;

/// Depth of lists in each other.
const DEEPEST: usize = 6;

/// An article or a 附則 whose paragraphs and lists are counted.
#[derive(Debug)]
pub(super) struct Container {
    /// Its node.
    pub node: usize,
    /// The paragraph that is open.
    pub paragraph: Option<usize>,
    /// The node of what only speaks about it, once that has begun: nothing is counted there.
    pub commentary: Option<usize>,
    paragraphs: u32,
    style: Option<Style>,
    indent: usize,
    lists: Vec<List>,
    /// Whether the text before says that a list follows.
    announced: bool,
}

/// A list whose items are counted.
#[derive(Debug)]
struct List {
    style: Style,
    last: u32,
    node: usize,
    indent: usize,
}

/// Where a numbered line belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    /// It is the next paragraph.
    Paragraph(Style, u32),
    /// It is the next item of the list at that depth.
    Next(usize),
    /// It is the first item of a list.
    First(Style),
}

impl Container {
    pub(super) fn new(node: usize) -> Self {
        Self { node, paragraph: None, paragraphs: 0, style: None, indent: 0, lists: Vec::new(), commentary: None, announced: false }
    }

    /// Whether it has no paragraph yet.
    pub(super) fn is_empty(&self) -> bool {
        self.paragraphs == 0
    }

    /// The node of the item that is open at that depth.
    pub(super) fn item(&self, depth: usize) -> Option<usize> {
        self.lists.get(depth).map(|l| l.node)
    }

    /// The innermost of what is open.
    pub(super) fn innermost(&self) -> usize {
        self.commentary.or(self.lists.last().map(|l| l.node)).or(self.paragraph).unwrap_or(self.node)
    }

    /// How many lists are open in each other.
    pub(super) fn depth(&self) -> usize {
        self.lists.len()
    }

    /// Notes whether a text says that a list follows.
    pub(super) fn hear(&mut self, text: &str) {
        self.announced = ["次の", "以下の", "とおり", "各号", "次に"].iter().any(|w| text.contains(w));
    }

    /// Where a line with a number that can be read in those ways belongs; `None` when the number counts nothing.
    pub(super) fn count(&self, readings: &[(Style, u32)], indent: usize) -> Option<Counted> {
        if self.commentary.is_some() {
            return None;
        }
        let going_on = |l: &List| readings.contains(&(l.style, l.last + 1));
        let list = self.lists.iter().rposition(|l| going_on(l) && l.indent == indent).or_else(|| self.lists.iter().rposition(going_on));
        let paragraph = readings.iter().copied().find(|r| self.may_count(*r));
        match (list, paragraph) {
            (Some(at), Some(_)) if self.lists[at].indent == indent || self.indent != indent => Some(Counted::Next(at)),
            (_, Some((style, number))) => Some(Counted::Paragraph(style, number)),
            (Some(at), None) => Some(Counted::Next(at)),
            (None, None) => {
                let begins = readings.iter().rev().copied().find(|(style, number)| *number == 1 && self.may_begin(*style, indent));
                begins.map(|(style, _)| Counted::First(style))
            }
        }
    }

    /// Opens the first paragraph, which bears no number.
    pub(super) fn open_first(&mut self, node: usize) {
        self.paragraphs = 1;
        self.paragraph = Some(node);
    }

    /// Opens a paragraph that bears a number.
    pub(super) fn open_paragraph(&mut self, node: usize, style: Style, number: u32, indent: usize) {
        self.paragraph = Some(node);
        self.paragraphs = number;
        self.style = Some(style);
        self.indent = indent;
        self.lists.clear();
    }

    /// Closes the lists within the one at that depth, and returns the number of its next item.
    pub(super) fn advance(&mut self, depth: usize) -> u32 {
        self.lists.truncate(depth + 1);
        let Some(list) = self.lists.last_mut() else { return 1 };
        list.last += 1;
        list.last
    }

    /// Puts the node of an item in the place of the one before it.
    pub(super) fn open_item(&mut self, depth: usize, node: usize) {
        if let Some(list) = self.lists.get_mut(depth) {
            list.node = node;
        }
    }

    /// Opens a list with its first item.
    pub(super) fn open_list(&mut self, node: usize, style: Style, indent: usize) {
        self.lists.push(List { style, last: 1, node, indent });
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
