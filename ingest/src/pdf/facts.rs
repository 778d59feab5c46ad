//! Facts beside the pages: title, outline, page labels.

use crate::counting::{letters, roman};
use appliance_core::folding::fold_tight;
use encoding_rs::SHIFT_JIS;
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::object::{Array, Dict, Name, ObjRef, Object, String as PdfString};
use std::collections::{HashMap, HashSet};

/// Entries of an outline, and of a label tree, that are read.
const MOST: usize = 20_000;
/// Nesting of an outline, and of a label tree.
const DEPTH: usize = 24;

/// What a file says about itself.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// A title that a person wrote.
    pub(crate) title: Option<String>,
    /// Depth by folded title and page number from 1 (0 where the outline does not say).
    outline: HashMap<(String, u32), u8>,
    labels: Vec<Labels>,
}

#[derive(Debug)]
struct Labels {
    first: usize,
    style: Option<char>,
    prefix: String,
    start: u32,
}

/// Reads the facts of a file. `title` is the information dictionary's, as stored.
pub(crate) fn read(pdf: &Pdf, title: Option<&[u8]>) -> Facts {
    let mut facts = Facts { title: title.map(text).and_then(worthy), ..Facts::default() };
    let Some(root) = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id()) else { return facts };
    let pages: HashMap<ObjRef, u32> =
        pdf.pages().iter().enumerate().filter_map(|(i, p)| Some((p.raw().obj_id()?.into(), i as u32 + 1))).collect();
    if let Some(outlines) = root.get::<Dict<'_>>("Outlines") {
        let named = destinations(&root);
        let mut walk = Walk { pages: &pages, named: &named, seen: HashSet::new(), outline: &mut facts.outline };
        walk.children(&outlines, 1);
    }
    if let Some(labels) = root.get::<Dict<'_>>("PageLabels") {
        number_tree(&labels, DEPTH, &mut facts.labels);
        facts.labels.sort_by_key(|l| l.first);
    }
    facts
}

impl Facts {
    /// The depth, from 1, of the outline's entry for a heading with this text on this page.
    pub(crate) fn outline_depth(&self, text: &str, page: u32) -> Option<u8> {
        if self.outline.is_empty() {
            return None;
        }
        let key = key_of(text);
        self.outline.get(&(key.clone(), page)).or_else(|| self.outline.get(&(key, 0))).copied()
    }

    /// The printed label of a page (from 0), where it differs from the page's number.
    pub(crate) fn label(&self, index: usize) -> Option<String> {
        let range = self.labels.iter().rev().find(|l| l.first <= index)?;
        let number = range.start.saturating_add((index - range.first) as u32);
        let number = match range.style {
            Some('D') => number.to_string(),
            Some('R') => roman(number),
            Some('r') => roman(number).to_lowercase(),
            Some('A') => letters(number),
            Some('a') => letters(number).to_lowercase(),
            _ => String::new(),
        };
        let label = format!("{}{number}", range.prefix);
        (!label.is_empty() && label != (index + 1).to_string()).then_some(label)
    }
}

struct Walk<'w> {
    pages: &'w HashMap<ObjRef, u32>,
    /// Pages by the names of destinations.
    named: &'w HashMap<Vec<u8>, ObjRef>,
    seen: HashSet<ObjRef>,
    outline: &'w mut HashMap<(String, u32), u8>,
}

impl Walk<'_> {
    fn children(&mut self, parent: &Dict<'_>, depth: usize) {
        let mut next = parent.get_ref("First").map(|r| (r, parent.get::<Dict<'_>>("First")));
        while let Some((reference, Some(entry))) = next {
            if depth > DEPTH || self.outline.len() >= MOST || !self.seen.insert(reference) {
                return;
            }
            if let Some(title) = entry.get::<PdfString<'_>>("Title") {
                let key = key_of(&text(title.as_bytes()));
                if !key.is_empty() {
                    self.outline.entry((key, self.page(&entry))).or_insert(depth as u8);
                }
            }
            self.children(&entry, depth + 1);
            next = entry.get_ref("Next").map(|r| (r, entry.get::<Dict<'_>>("Next")));
        }
    }

    fn page(&self, entry: &Dict<'_>) -> u32 {
        let action = entry.get::<Dict<'_>>("A");
        let within = |dict: &Dict<'_>, key: &str| -> Option<ObjRef> {
            match dict.get::<Object<'_>>(key)? {
                Object::Array(place) => first_reference(&place),
                Object::Name(name) => self.named.get(name.as_ref()).copied(),
                Object::String(name) => self.named.get(name.as_bytes()).copied(),
                _ => None,
            }
        };
        let page = within(entry, "Dest").or_else(|| within(action.as_ref()?, "D"));
        page.and_then(|p| self.pages.get(&p).copied()).unwrap_or(0)
    }
}

/// Letters and digits alone: outlines punctuate their entries («1. はじめに») otherwise than the pages do.
fn key_of(text: &str) -> String {
    let folded = fold_tight(text);
    let letters: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    if letters.is_empty() { folded } else { letters }
}

fn first_reference(place: &Array<'_>) -> Option<ObjRef> {
    place.raw_iter().next()?.as_obj_ref()
}

/// The pages that the file names: in the catalog's dictionary of destinations and in its tree of names (ISO 32000-1,
/// 12.3.2.3).
fn destinations(root: &Dict<'_>) -> HashMap<Vec<u8>, ObjRef> {
    let mut named = HashMap::new();
    if let Some(dests) = root.get::<Dict<'_>>("Dests") {
        for name in dests.keys().take(MOST) {
            if let Some(page) = dests.get::<Object<'_>>(&*name).and_then(page_of) {
                named.insert(name.to_vec(), page);
            }
        }
    }
    if let Some(tree) = root.get::<Dict<'_>>("Names").and_then(|n| n.get::<Dict<'_>>("Dests")) {
        name_tree(&tree, DEPTH, &mut named);
    }
    named
}

fn name_tree(node: &Dict<'_>, depth: usize, named: &mut HashMap<Vec<u8>, ObjRef>) {
    if depth == 0 || named.len() >= MOST {
        return;
    }
    if let Some(names) = node.get::<Array<'_>>("Names") {
        let mut entries = names.iter::<Object<'_>>();
        while let (Some(name), Some(place)) = (entries.next(), entries.next()) {
            if let (Object::String(name), Some(page)) = (name, page_of(place)) {
                named.insert(name.as_bytes().to_vec(), page);
            }
        }
    }
    if let Some(kids) = node.get::<Array<'_>>("Kids") {
        for kid in kids.iter::<Dict<'_>>().take(MOST) {
            name_tree(&kid, depth - 1, named);
        }
    }
}

fn page_of(destination: Object<'_>) -> Option<ObjRef> {
    match destination {
        Object::Array(place) => first_reference(&place),
        Object::Dict(dict) => first_reference(&dict.get::<Array<'_>>("D")?),
        _ => None,
    }
}

fn number_tree(node: &Dict<'_>, depth: usize, labels: &mut Vec<Labels>) {
    if depth == 0 || labels.len() >= MOST {
        return;
    }
    if let Some(numbers) = node.get::<Array<'_>>("Nums") {
        let mut entries = numbers.iter::<Object<'_>>();
        while let (Some(first), Some(range)) = (entries.next(), entries.next()) {
            let (Some(first), Some(range)) = (first.into_i32(), range.into_dict()) else { continue };
            labels.push(Labels {
                first: usize::try_from(first).unwrap_or(0),
                style: range.get::<Name<'_>>("S").and_then(|s| s.as_str().chars().next()),
                prefix: range.get::<PdfString<'_>>("P").map(|p| text(p.as_bytes())).unwrap_or_default(),
                start: range.get::<i32>("St").and_then(|s| u32::try_from(s).ok()).unwrap_or(1),
            });
        }
    }
    if let Some(kids) = node.get::<Array<'_>>("Kids") {
        for kid in kids.iter::<Dict<'_>>().take(MOST) {
            number_tree(&kid, depth - 1, labels);
        }
    }
}

/// A text string (ISO 32000-1, 7.9.2): UTF-16 or UTF-8 with a mark, else what Japanese writers put there in practice.
pub(super) fn text(bytes: &[u8]) -> String {
    let decoded = if let Some(utf16) = bytes.strip_prefix(&[0xfe, 0xff]) {
        encoding_rs::UTF_16BE.decode_without_bom_handling(utf16).0.into_owned()
    } else if let Some(utf16) = bytes.strip_prefix(&[0xff, 0xfe]) {
        encoding_rs::UTF_16LE.decode_without_bom_handling(utf16).0.into_owned()
    } else if let Ok(utf8) = std::str::from_utf8(bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes)) {
        utf8.to_owned()
    } else {
        let (text, bad) = SHIFT_JIS.decode_without_bom_handling(bytes);
        if bad { bytes.iter().map(|b| char::from(*b)).collect() } else { text.into_owned() }
    };
    decoded.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

/// Titles that programs write are none.
fn worthy(title: String) -> Option<String> {
    let folded = fold_tight(&title);
    let junk = ["microsoft", "untitled", "無題", "タイトル", "スライド", "powerpoint", "新規", "文書", "名称未設定", "document"];
    let endings = [
        ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".jtd", ".indd", ".pdf", ".ai", ".eps", ".dvi", ".tex", ".txt", ".html", ".xdw",
        ".jtdc",
    ];
    let bad = folded.chars().count() < 3
        || junk.iter().any(|j| folded.starts_with(j))
        || endings.iter().any(|e| folded.ends_with(e))
        || folded.contains('\u{fffd}')
        || !folded.chars().any(char::is_alphabetic);
    (!bad).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_count_as_printed() {
        let labels = vec![
            Labels { first: 0, style: Some('r'), prefix: String::new(), start: 1 },
            Labels { first: 4, style: Some('D'), prefix: "A-".to_owned(), start: 3 },
        ];
        let facts = Facts { labels, ..Facts::default() };
        assert_eq!(facts.label(3).as_deref(), Some("iv"));
        assert_eq!(facts.label(5).as_deref(), Some("A-4"));
    }

    #[test]
    fn titles_of_programs_are_no_titles() {
        assert_eq!(worthy("Microsoft Word - 要綱.doc".to_owned()), None);
        assert_eq!(worthy("みなと市廃棄物条例".to_owned()).as_deref(), Some("みなと市廃棄物条例"));
        assert_eq!(text(b"\xfe\xff\x5e\x02"), "市");
    }
}
