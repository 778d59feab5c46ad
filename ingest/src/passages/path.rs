//! The path of a passage: the headings, the article and the table above it.

use appliance_core::folding::fold_tight;

/// Characters of a heading in a path.
pub(super) const HEADING: usize = 80;

/// Headings above a place, outermost first.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Path {
    parts: Vec<(u8, String)>,
    /// The article.
    pub article: Option<String>,
    /// The line with which what only speaks about the article began.
    pub commentary: Option<String>,
    /// The line above a table that names it, and the block it stands in.
    pub caption: Option<(usize, String)>,
    /// The first row of a table, where it is its header.
    pub table: Option<String>,
}

impl Path {
    pub(super) fn heading(&mut self, level: u8, text: &str) {
        self.parts.retain(|(l, _)| *l < level);
        self.parts.push((level, shortened(text)));
        self.article = None;
    }

    /// A table of contents stands under nothing but itself.
    pub(super) fn contents(&mut self) {
        self.parts.retain(|(level, _)| *level <= 1);
        (self.article, self.caption, self.table) = (Some("目次".to_owned()), None, None);
    }

    /// The heading of an article is its name; it leaves the headings of its level and below.
    pub(super) fn leave(&mut self, level: u8) {
        self.parts.retain(|(l, _)| *l < level);
    }

    /// The headings above a passage that begins at block `first`, without one that only repeats the document's title.
    pub(super) fn names(&self, title: &str, first: usize) -> Vec<String> {
        let bare = |text: &str| fold_tight(text).trim_start_matches(['○', '◯', '●', '◎', '■', '□', '◆', '◇']).to_owned();
        let title = bare(title);
        let mut names: Vec<String> = self.parts.iter().map(|(_, n)| n.clone()).filter(|n| bare(n) != title).collect();
        names.extend(self.article.clone());
        names.extend(self.commentary.clone());
        names.extend(self.caption.iter().filter(|(at, _)| *at < first).map(|(_, caption)| caption.clone()));
        names.extend(self.table.clone());
        names
    }
}

/// A heading on one line, no longer than a path shows it.
pub(super) fn shortened(text: &str) -> String {
    let mut one_line = String::new();
    let mut left = HEADING;
    // No further than needed: a single cell can hold megabytes.
    for word in text.split_whitespace() {
        if !one_line.is_empty() {
            if left < 2 {
                break;
            }
            one_line.push(' ');
            left -= 1;
        }
        one_line.extend(word.chars().take(left));
        left -= word.chars().take(left).count();
    }
    one_line
}
