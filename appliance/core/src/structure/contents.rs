//! Tables of contents: lines that name parts and articles, and are none.

use super::NodeKind;
use super::marker::{Marker, is_entry_of_contents};

/// Lines after which a table of contents is taken to have ended unnoticed.
const LONGEST: usize = 400;

/// A table of contents that is being read.
#[derive(Debug)]
pub(super) struct Contents {
    /// Its node.
    pub node: usize,
    first: Option<(NodeKind, Vec<u32>)>,
    lines: usize,
}

impl Contents {
    pub(super) fn new(node: usize) -> Self {
        Self { node, first: None, lines: 0 }
    }

    /// Whether the block still belongs to it: where its first part is named again, or text begins, it has ended. Where it
    /// lists parts in another form (as links), so it has at the first heading of a part that is not `named_later`: what is
    /// listed is named once more.
    pub(super) fn takes(&mut self, found: &Marker, line: &str, text: &str, heading: bool, named_later: bool) -> bool {
        let named = name(found).map(|(kind, number, _)| (kind, number.to_vec()));
        let entry = is_entry_of_contents(line);
        let again = named.is_some() && named == self.first;
        let ends = match found {
            _ if self.lines > LONGEST => true,
            Marker::Division { .. } | Marker::Article { .. } if heading && !entry && !named_later && self.first.is_none() => true,
            Marker::Division { .. } | Marker::Article { .. } if again && !entry => true,
            Marker::Caption(_) => self.first.is_some() && !entry,
            _ if entry => false,
            _ => text.contains('。'),
        };
        if !ends {
            self.lines += 1;
            self.first = self.first.take().or(named);
        }
        !ends
    }
}

/// The kind, the number and the title of what a line names.
fn name(found: &Marker) -> Option<(NodeKind, &[u32], &str)> {
    match found {
        Marker::Division { kind, number, rest, .. } => Some((*kind, number, rest)),
        Marker::Article { number, rest, .. } => Some((NodeKind::Article, number, rest)),
        _ => None,
    }
}

/// Whether a line names what a later one names: a part of that number, or an article of that number and title.
pub(super) fn names_the_same(found: &Marker, later: &Marker) -> bool {
    match (name(found), name(later)) {
        (Some((NodeKind::Article, a, title)), Some((NodeKind::Article, b, other))) => a == b && title == other,
        (Some((kind, a, _)), Some((other, b, _))) => kind == other && a == b,
        _ => false,
    }
}
