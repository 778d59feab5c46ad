//! Two texts side by side as a page shows them: lines under their headings, what did not change left out.

use crate::page::Page;
use crate::words;
use appliance_core::comparison::{Row, Side};
use appliance_core::locator::Span;
use appliance_core::ports::version::VersionText;

/// Lines of a text that are compared; what follows is left out, and the page says so.
pub const MOST_LINES: usize = 20_000;
/// Unchanged lines shown before and after a change.
const AROUND: usize = 1;

/// A piece of a line.
pub struct Part {
    /// Its text.
    pub text: String,
    /// Whether the other side has it not.
    pub marked: bool,
}

/// A line of the table.
pub enum TableLine {
    /// The headings above what follows.
    Heading(String),
    /// A line on both sides, or on one; `None` where that side has no such line.
    Line { old: Option<Vec<Part>>, new: Option<Vec<Part>>, same: bool },
    /// So many unchanged lines are left out.
    Skipped(String),
}

/// The lines of a text that are compared, with the headings above each.
pub struct Lines {
    text: String,
    spans: Vec<Span>,
    headings: Vec<String>,
    /// Whether the text has more lines than are compared.
    pub cut: bool,
}

impl Lines {
    /// The lines of a version.
    pub fn of(text: &VersionText) -> Self {
        let (mut spans, mut headings, mut at, mut next, mut heading) = (Vec::new(), Vec::new(), 0, 0, String::new());
        let mut cut = false;
        for line in text.text.split_inclusive('\n') {
            let bare = line.trim();
            let start = at + (line.len() - line.trim_start().len());
            while let Some((_, path)) = text.headings.get(next).filter(|(begins, _)| *begins < at + line.len()) {
                heading = words::headings(&text.version.title, path);
                next += 1;
            }
            at += line.len();
            if bare.is_empty() {
                continue;
            }
            cut = spans.len() == MOST_LINES;
            if cut {
                break;
            }
            spans.push(Span::new(start, start + bare.len()));
            headings.push(heading.clone());
        }
        Self { text: text.text.clone(), spans, headings, cut }
    }

    /// The lines themselves.
    pub fn lines(&self) -> Vec<&str> {
        self.spans.iter().map(|s| s.slice(&self.text).unwrap_or("")).collect()
    }

    /// A line in pieces, the marked ones apart.
    fn parts(&self, side: &Side) -> Vec<Part> {
        let line = self.spans.get(side.line).and_then(|s| s.slice(&self.text)).unwrap_or("");
        let (mut parts, mut at) = (Vec::new(), 0);
        let mut push = |text: Option<&str>, marked| {
            parts.extend(text.filter(|t| !t.is_empty()).map(|t| Part { text: t.to_owned(), marked }));
        };
        for span in &side.marked {
            push(line.get(at..span.start), false);
            push(span.slice(line), true);
            at = span.end;
        }
        push(line.get(at..), false);
        parts
    }
}

/// The lines to show: all of them, or those that changed with their neighbours.
pub fn table(page: &Page, rows: &[Row], (old, new): &(Lines, Lines), whole: bool) -> Vec<TableLine> {
    let mut near = vec![whole; rows.len()];
    for (index, _) in rows.iter().enumerate().filter(|(_, r)| !whole && !r.is_same()) {
        near[index.saturating_sub(AROUND)..(index + AROUND + 1).min(rows.len())].fill(true);
    }
    let (mut lines, mut heading, mut skipped) = (Vec::new(), "", 0usize);
    let skip = |lines: &mut Vec<TableLine>, skipped: &mut usize| {
        if *skipped > 0 {
            lines.push(TableLine::Skipped(page.with("compare-skipped", "count", *skipped)));
        }
        *skipped = 0;
    };
    for (row, near) in rows.iter().zip(near) {
        if !near {
            skipped += 1;
            continue;
        }
        skip(&mut lines, &mut skipped);
        let above = match (&row.new, &row.old) {
            (Some(side), _) => new.headings.get(side.line),
            (None, Some(side)) => old.headings.get(side.line),
            (None, None) => None,
        };
        if let Some(above) = above.filter(|a| a.as_str() != heading) {
            heading = above;
            if !above.is_empty() {
                lines.push(TableLine::Heading(above.clone()));
            }
        }
        lines.push(TableLine::Line {
            old: row.old.as_ref().map(|s| old.parts(s)),
            new: row.new.as_ref().map(|s| new.parts(s)),
            same: row.is_same(),
        });
    }
    skip(&mut lines, &mut skipped);
    lines
}

/// How much differs, in words.
pub fn summary(page: &Page, rows: &[Row]) -> String {
    let count = |wanted: fn(&Row) -> bool| rows.iter().filter(|r| wanted(r)).count();
    let counts = [
        ("compare-changed", count(|r| r.old.is_some() && r.new.is_some() && !r.is_same())),
        ("compare-added", count(|r| r.old.is_none())),
        ("compare-removed", count(|r| r.new.is_none())),
    ];
    let told: Vec<String> = counts.into_iter().filter(|(_, n)| *n > 0).map(|(key, n)| page.with(key, "count", n)).collect();
    if told.is_empty() { page.t("compare-none") } else { told.join(&page.t("progress-between")) }
}
