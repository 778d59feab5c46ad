//! Markdown: headings by their marks, tables by their bars, the rest as paragraphs.

use super::{TextEncoding, decoded, finished, numbered, write};
use crate::draft::Draft;
use crate::heading;
use crate::limits::Limits;
use appliance_core::document::{BlockKind, Format, Parsed};

/// Reads a Markdown file. Emphasis and links stay as they are written: the text must lead back to the file's lines.
pub(crate) fn parse_markdown(bytes: &[u8], limits: &Limits, encoding: Option<TextEncoding>) -> Parsed {
    let (text, warnings) = decoded(bytes, limits, encoding);
    let text = indented(&text);
    let lines: Vec<(u32, &str)> = numbered(&text).collect();
    let mut draft = Draft::default();
    let mut group: Vec<(u32, &str)> = Vec::new();
    let mut fenced = false;
    let start = front_matter(&lines);
    for (index, &(number, line)) in lines.iter().enumerate().skip(start) {
        if line.starts_with("```") || line.starts_with("~~~") {
            fenced = !fenced;
        }
        let alone = if fenced { None } else { standing_alone(line, lines.get(index + 1).map(|l| l.1)) };
        if alone.is_some() || line.is_empty() && !fenced || !fenced && (starts_item(line.trim_start()) || heading::opening(line).is_some())
        {
            write(&mut draft, BlockKind::Paragraph, &group);
            group.clear();
        }
        match alone {
            Some((kind, line)) => write(&mut draft, kind, &[(number, line)]),
            None if !line.is_empty() && !is_ruler(line) => group.push((number, line)),
            None => {}
        }
    }
    write(&mut draft, BlockKind::Paragraph, &group);
    finished(Format::Markdown, draft, warnings)
}

/// Items of lists in lists keep their depth, in ideographic spaces: white space at the start of a line is lost else.
fn indented(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start_matches([' ', '\t']);
        let width: usize = line[..line.len() - bare.len()].chars().map(|c| if c == '\t' { 4 } else { 1 }).sum();
        if width >= 2 && starts_item(bare) {
            whole.push_str(&"\u{3000}".repeat((width / 2).min(8)));
            whole.push_str(bare);
        } else {
            whole.push_str(line);
        }
    }
    whole
}

/// Lines of a front matter between `---` at the start.
fn front_matter(lines: &[(u32, &str)]) -> usize {
    if lines.first().is_none_or(|l| l.1 != "---") {
        return 0;
    }
    lines.iter().skip(1).take(60).position(|l| l.1 == "---").map_or(0, |end| end + 2)
}

/// A heading or a row of a table, without its marks.
fn standing_alone<'t>(line: &'t str, next: Option<&str>) -> Option<(BlockKind, &'t str)> {
    let level = line.chars().take_while(|c| *c == '#').count();
    if (1..=6).contains(&level) && line[level..].starts_with([' ', '\u{3000}']) {
        let text = line[level..].trim().trim_end_matches('#').trim_end();
        return Some((BlockKind::Heading { level: level as u8 }, text));
    }
    let underline = |mark: char| next.is_some_and(|n| n.len() >= 3 && n.chars().all(|c| c == mark));
    if !line.is_empty() && !line.starts_with(['|', '-', '=', '>']) {
        if underline('=') {
            return Some((BlockKind::Heading { level: 1 }, line));
        }
        if underline('-') && line.chars().count() <= 60 {
            return Some((BlockKind::Heading { level: 2 }, line));
        }
    }
    (line.starts_with('|') && line.len() > 1 && !is_ruler(line)).then(|| (BlockKind::Row, line.trim_matches('|').trim()))
}

fn is_ruler(line: &str) -> bool {
    line.len() >= 3 && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ' | '=' | '*' | '_'))
}

fn starts_item(line: &str) -> bool {
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    line.starts_with("- ") || line.starts_with("* ") || line.starts_with("+ ") || digits > 0 && line[digits..].starts_with(". ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_kinds() {
        let text =
            "---\na: b\n---\n# 手引\n\n本文です。\n続きます。\n\n- 一つ\n- 二つ\n\n|品目|料金|\n|---|---|\n|ふとん|500円|\n\n題\n---\n";
        let document = parse_markdown(text.as_bytes(), &Limits::default(), None).document;
        let blocks: Vec<(BlockKind, &str)> = document.blocks.iter().map(|b| (b.kind, b.span.slice(&document.text).unwrap_or(""))).collect();
        assert_eq!(
            blocks,
            [
                (BlockKind::Heading { level: 1 }, "手引"),
                (BlockKind::Paragraph, "本文です。\n続きます。"),
                (BlockKind::Paragraph, "- 一つ"),
                (BlockKind::Paragraph, "- 二つ"),
                (BlockKind::Row, "品目|料金"),
                (BlockKind::Row, "ふとん|500円"),
                (BlockKind::Heading { level: 2 }, "題"),
            ]
        );
    }
}
