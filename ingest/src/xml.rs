//! XML as office files use it: a small tree of elements, known by their local names.
//!
//! Strict and transitional files differ only in their namespaces, so those are left out. Entities that a file
//! defines are not expanded (they are how XML bombs grow), and broken ends are forgiven as far as they were read.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;

/// Nodes of one file; what follows is left out.
const MOST_NODES: usize = 6_000_000;
/// Depth of elements; what lies deeper hangs on the last one.
const DEEPEST: usize = 600;
const NONE: u32 = u32::MAX;

/// A parsed file.
#[derive(Debug, Default)]
pub(crate) struct Xml {
    nodes: Vec<Node>,
    attributes: Vec<(u32, u32, u32)>,
    texts: String,
    names: Vec<String>,
    /// Whether something was left out or did not fit.
    pub(crate) broken: bool,
}

/// An element, or a text when its name is [`NONE`].
#[derive(Debug)]
struct Node {
    name: u32,
    next: u32,
    first: u32,
    last: u32,
    /// Range of attributes, or of the text's bytes.
    from: u32,
    to: u32,
}

/// An element of a tree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'x> {
    xml: &'x Xml,
    index: u32,
}

/// What stands in an element.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Child<'x> {
    /// An element.
    Element(Element<'x>),
    /// A text.
    Text(&'x str),
}

impl Xml {
    /// Parses a file; one that is no XML at all gives an empty tree.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let text = super::text::decode_xml(bytes);
        let mut builder = Builder { xml: Self::default(), names: HashMap::new(), open: Vec::new() };
        builder.push(NONE - 1, 0, 0);
        builder.open.push(0);
        let mut reader = Reader::from_str(&text);
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        reader.config_mut().allow_dangling_amp = true;
        loop {
            match reader.read_event() {
                Ok(Event::Eof) => break,
                Ok(event) => builder.take(event),
                Err(_) => {
                    builder.xml.broken = true;
                    break;
                }
            }
            if builder.xml.nodes.len() > MOST_NODES {
                builder.xml.broken = true;
                break;
            }
        }
        builder.xml
    }

    /// The outermost element.
    pub(crate) fn root(&self) -> Option<Element<'_>> {
        (!self.nodes.is_empty()).then(|| Element { xml: self, index: 0 }.elements().next())?
    }
}

struct Builder {
    xml: Xml,
    names: HashMap<String, u32>,
    open: Vec<u32>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(start) => self.start(&start, true),
            Event::Empty(start) => self.start(&start, false),
            Event::End(_) if self.open.len() > 1 => {
                self.open.pop();
            }
            Event::Text(text) => self.text(&text),
            Event::CData(text) => self.text(&text),
            Event::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref() {
                    Ok(Some(c)) => Some(c),
                    _ => match &*reference {
                        "amp" => Some('&'),
                        "lt" => Some('<'),
                        "gt" => Some('>'),
                        "quot" => Some('"'),
                        "apos" => Some('\''),
                        "nbsp" => Some(' '),
                        _ => None,
                    },
                };
                if let Some(c) = resolved {
                    self.text(c.encode_utf8(&mut [0; 4]));
                }
            }
            _ => {}
        }
    }

    fn start(&mut self, start: &BytesStart<'_>, opens: bool) {
        let name = self.name(start.local_name().as_ref());
        let from = self.xml.attributes.len() as u32;
        for attribute in start.attributes().with_checks(false).flatten() {
            let key = self.name(attribute.key.as_ref());
            let value = quick_xml::escape::unescape(&attribute.value).unwrap_or_else(|_| attribute.value.clone());
            let (at, end) = self.write(&value);
            self.xml.attributes.push((key, at, end));
        }
        let to = self.xml.attributes.len() as u32;
        let index = self.push(name, from, to);
        if opens {
            // Deeper elements become siblings; their ends still have to match.
            let parent = if self.open.len() >= DEEPEST { self.open.last().copied().unwrap_or(0) } else { index };
            self.open.push(parent);
        }
    }

    fn text(&mut self, text: &str) {
        if !text.is_empty() {
            let (from, to) = self.write(text);
            self.push(NONE, from, to);
        }
    }

    fn write(&mut self, text: &str) -> (u32, u32) {
        let from = self.xml.texts.len() as u32;
        self.xml.texts.push_str(text);
        (from, self.xml.texts.len() as u32)
    }

    fn name(&mut self, name: &str) -> u32 {
        if let Some(known) = self.names.get(name) {
            return *known;
        }
        let index = self.xml.names.len() as u32;
        self.xml.names.push(name.to_owned());
        self.names.insert(name.to_owned(), index);
        index
    }

    fn push(&mut self, name: u32, from: u32, to: u32) -> u32 {
        let index = self.xml.nodes.len() as u32;
        self.xml.nodes.push(Node { name, next: NONE, first: NONE, last: NONE, from, to });
        if let Some(&parent) = self.open.last() {
            let before = self.xml.nodes[parent as usize].last;
            self.xml.nodes[parent as usize].last = index;
            if before == NONE {
                self.xml.nodes[parent as usize].first = index;
            } else {
                self.xml.nodes[before as usize].next = index;
            }
        }
        index
    }
}

impl<'x> Element<'x> {
    fn node(self) -> &'x Node {
        &self.xml.nodes[self.index as usize]
    }

    /// The local name.
    pub(crate) fn name(self) -> &'x str {
        self.xml.names.get(self.node().name as usize).map_or("", String::as_str)
    }

    /// An attribute: by its full name where one has it, else by its local name.
    pub(crate) fn attribute(self, name: &str) -> Option<&'x str> {
        let node = self.node();
        let own = || self.xml.attributes[node.from as usize..node.to as usize].iter();
        let named = |key: u32| self.xml.names[key as usize].as_str();
        let local = |key: u32| named(key).rsplit(':').next().unwrap_or_default();
        let wanted = name.rsplit(':').next().unwrap_or(name);
        let exact = own().find(|(key, ..)| named(*key) == name);
        let found = exact.or_else(|| own().find(|(key, ..)| local(*key) == wanted && (!name.contains(':') || named(*key).contains(':'))));
        found.map(|(_, from, to)| &self.xml.texts[*from as usize..*to as usize])
    }

    /// The attribute `val`, as most of Word's settings are written.
    pub(crate) fn value(self) -> Option<&'x str> {
        self.attribute("val")
    }

    /// What stands inside, in order.
    pub(crate) fn children(self) -> impl Iterator<Item = Child<'x>> + use<'x> {
        let xml = self.xml;
        let mut next = self.node().first;
        std::iter::from_fn(move || {
            if next == NONE {
                return None;
            }
            let index = next;
            let node = &xml.nodes[index as usize];
            next = node.next;
            Some(if node.name == NONE {
                Child::Text(&xml.texts[node.from as usize..node.to as usize])
            } else {
                Child::Element(Element { xml, index })
            })
        })
    }

    /// The elements inside, in order.
    pub(crate) fn elements(self) -> impl Iterator<Item = Element<'x>> + use<'x> {
        self.children().filter_map(|c| match c {
            Child::Element(element) => Some(element),
            Child::Text(_) => None,
        })
    }

    /// The first element of that name inside.
    pub(crate) fn child(self, name: &str) -> Option<Element<'x>> {
        self.elements().find(|e| e.name() == name)
    }

    /// The element at the end of a path of names.
    pub(crate) fn at(self, path: &[&str]) -> Option<Element<'x>> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }

    /// All elements below, in document order.
    pub(crate) fn descendants(self) -> Vec<Element<'x>> {
        let mut found = Vec::new();
        let mut pending: Vec<Element<'x>> = self.elements().collect();
        pending.reverse();
        while let Some(element) = pending.pop() {
            found.push(element);
            let at = pending.len();
            pending.extend(element.elements());
            pending[at..].reverse();
        }
        found
    }

    /// The texts of this element alone.
    pub(crate) fn own_text(self) -> String {
        self.children().filter_map(|c| if let Child::Text(text) = c { Some(text) } else { None }).collect()
    }

    /// The texts below all elements of one name, joined.
    pub(crate) fn texts(self, name: &str) -> String {
        self.descendants().into_iter().filter(|e| e.name() == name).map(Element::own_text).collect()
    }
}

/// Whether a setting without a value, or with one that says so, is on.
pub(crate) fn is_on(setting: Option<Element<'_>>) -> bool {
    setting.is_some_and(|s| !matches!(s.value(), Some("0" | "false" | "off" | "none")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_local_and_entities_are_characters() {
        let xml = Xml::parse(br#"<?xml version="1.0"?><w:p xmlns:w="x" w:id="1" r:id="rId2"><w:t>a &amp; b&#x3042;</w:t><w:br/></w:p>"#);
        let root = xml.root().expect("a root");
        assert_eq!((root.name(), root.attribute("r:id"), root.attribute("id")), ("p", Some("rId2"), Some("1")));
        assert_eq!(root.texts("t"), "a & bあ");
    }

    #[test]
    fn broken_and_deep_files_end_well() {
        let deep = "<a>".repeat(200_000);
        assert!(Xml::parse(deep.as_bytes()).root().is_some());
        assert_eq!(Xml::parse(b"<a><b>x</c></a><").root().map(|r| r.texts("b")), Some("x".to_owned()));
        assert!(Xml::parse(b"plain").root().is_none());
    }
}
