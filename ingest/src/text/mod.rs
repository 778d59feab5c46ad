//! Text and Markdown files: lines, their encoding guessed.

mod encoding;
mod markdown;

pub use encoding::TextEncoding;
pub(crate) use encoding::{Decoded, decode, decode_as, decode_name, decode_named, decode_xml};
pub(crate) use markdown::parse_markdown;

use crate::draft::Draft;
use crate::heading::{self, Opening};
use crate::limits::Limits;
use crate::script::{ends_sentence, is_cjk};
use appliance_core::document::{BlockKind, Document, Format, Parsed, Warning};
use appliance_core::locator::Place;

/// Reads a text file. Each line keeps its number; lines that were broken at a fixed width are one paragraph.
pub(crate) fn parse(bytes: &[u8], limits: &Limits, encoding: Option<TextEncoding>) -> Parsed {
    let (text, warnings) = decoded(bytes, limits, encoding);
    let mut draft = Draft::default();
    let mut group: Vec<(u32, &str)> = Vec::new();
    let flush = |group: &mut Vec<(u32, &str)>, draft: &mut Draft| {
        write(draft, BlockKind::Paragraph, group);
        group.clear();
    };
    for (number, line) in numbered(&text) {
        let opening = heading::opening(line);
        if let Some(Opening::Part(level)) = opening {
            flush(&mut group, &mut draft);
            write(&mut draft, BlockKind::Heading { level }, &[(number, line)]);
            continue;
        }
        let continues = group.last().is_some_and(|(_, before)| opening.is_none() && !line.is_empty() && wrapped(before, line));
        if !continues {
            flush(&mut group, &mut draft);
        }
        if !line.is_empty() {
            group.push((number, line));
        }
    }
    flush(&mut group, &mut draft);
    finished(Format::Text, draft, warnings)
}

/// Whether `line` goes on where `before` broke off: long enough to have been broken, and not at the end of a sentence.
fn wrapped(before: &str, line: &str) -> bool {
    let end = before.chars().next_back();
    let first = line.chars().next();
    let long = before.chars().map(|c| if is_cjk(c) { 2 } else { 1 }).sum::<usize>() >= 56;
    long && !end.is_some_and(|c| ends_sentence(c) || matches!(c, '」' | '）' | ')' | ':' | '：')) && !first.is_some_and(char::is_whitespace)
}

/// Trimmed lines with their numbers, from 1. Leading ideographic spaces stay: they indent paragraphs.
fn numbered(text: &str) -> impl Iterator<Item = (u32, &str)> {
    text.split('\n').enumerate().map(|(i, line)| (i as u32 + 1, line.trim_end().trim_start_matches([' ', '\t', '\u{feff}'])))
}

/// Writes lines as one block. They stay lines, so that the text reads as the file does.
fn write(draft: &mut Draft, kind: BlockKind, lines: &[(u32, &str)]) {
    let (Some((first, _)), Some((last, _))) = (lines.first(), lines.last()) else { return };
    let place = Place::Text { first_line: *first, last_line: *last };
    draft.block(kind, |text| {
        for (index, (_, line)) in lines.iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            text.push_str(line);
        }
        place
    });
}

fn decoded(bytes: &[u8], limits: &Limits, named: Option<TextEncoding>) -> (String, Vec<Warning>) {
    let mut warnings = Vec::new();
    let cut = bytes.get(..limits.text_bytes).unwrap_or(bytes);
    if cut.len() < bytes.len() {
        warnings.push(Warning::Truncated { limit: format!("{} MiB of text", limits.text_bytes >> 20) });
    }
    let Decoded { text, encoding, doubtful } = decode_named(cut, named);
    if doubtful {
        warnings.push(Warning::DoubtfulEncoding { encoding: encoding.to_owned() });
    }
    (text, warnings)
}

fn finished(format: Format, draft: Draft, warnings: Vec<Warning>) -> Parsed {
    let (text, blocks) = draft.finish();
    Parsed { document: Document { format, title: String::new(), text, blocks, pages: Vec::new(), sheets: Vec::new() }, warnings }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_numbers_and_headings_are_found() {
        let text = "みなと市文書管理規程\n\n第1章　総則\n（目的）\n第1条　この規程は、必要な事項を定める。\n２　別に定める。\n";
        let parsed = parse(text.as_bytes(), &Limits::default(), None);
        let blocks: Vec<(BlockKind, &str)> =
            parsed.document.blocks.iter().map(|b| (b.kind, b.span.slice(&parsed.document.text).unwrap_or(""))).collect();
        assert_eq!(blocks[1], (BlockKind::Heading { level: 2 }, "第1章　総則"));
        assert_eq!(blocks[2].1, "（目的）");
        assert_eq!(blocks[4].1, "２　別に定める。");
        assert_eq!(parsed.document.blocks[4].place, Place::Text { first_line: 6, last_line: 6 });
    }
}
