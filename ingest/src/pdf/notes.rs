//! Notes: what a page's annotations say that the page does not draw: reviewers' comments, values of form fields without
//! an appearance, addresses behind links.
//!
//! Appearances that a file gives its annotations are drawn, and read, with the page.

use super::facts;
use super::frame::Frame;
use super::line::{Cell, Line};
use appliance_core::document::Link;
use hayro_interpret::hayro_syntax::object::{Array, Dict, Name, Object, Rect, Stream, String as PdfString};
use hayro_interpret::hayro_syntax::page::Page;
use hayro_interpret::kurbo::{Affine, Point};
use hayro_interpret::util::TransformExt;

/// Annotations of one page that are looked at.
const MOST: usize = 2_000;
/// Characters of one note.
const LONGEST: usize = 4_000;
/// Generations of form fields.
const DEPTH: usize = 8;
/// Flags of annotations (ISO 32000-1, 12.5.3): hidden, not viewed.
const HIDDEN: u32 = 1 << 1 | 1 << 5;
/// Flag of a text field that holds a password (12.7.4.3).
const PASSWORD: u32 = 1 << 13;

/// What a page's annotations say beside what it draws.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// What every viewer shows, though the file does not draw it: values of fields, typed text.
    pub(crate) entries: Vec<Line>,
    /// What people say about the page.
    pub(crate) comments: Vec<Line>,
    /// Where links lead, each address once.
    pub(crate) links: Vec<Link>,
}

/// The notes of a page, each as a line of its own.
pub(crate) fn of(page: &Page<'_>, shown: &[Line]) -> Notes {
    let mut notes = Notes::default();
    let Some(annotations) = page.raw().get::<Array<'_>>("Annots") else { return notes };
    let to_page = page.initial_transform(true).to_kurbo();
    for annotation in annotations.iter::<Dict<'_>>().take(MOST) {
        if annotation.get::<u32>("F").unwrap_or(0) & HIDDEN != 0 {
            continue;
        }
        let Some(kind) = annotation.get::<Name<'_>>("Subtype") else { continue };
        let drawn = || is_drawn(&annotation);
        let said = |said: Option<String>| said.and_then(|said| line(said, &annotation, to_page));
        match &*kind {
            b"Link" => notes.links.extend(link(&annotation, to_page, &notes.links)),
            b"Widget" if !drawn() => notes.entries.extend(said(value(&annotation))),
            b"FreeText" if !drawn() => notes.entries.extend(said(words(&annotation, "Contents"))),
            b"Widget" | b"FreeText" | b"Popup" => {}
            _ => notes.comments.extend(said(words(&annotation, "Contents").filter(|said| !is_shown(said, shown)))),
        }
    }
    notes
}

/// Whether an annotation has an appearance that shows something. Some writers leave those of their fields empty for
/// viewers to fill in.
fn is_drawn(annotation: &Dict<'_>) -> bool {
    let Some(appearances) = annotation.get::<Dict<'_>>("AP").filter(|a| a.contains_key("N")) else { return false };
    let Some(content) = appearances.get::<Stream<'_>>("N").and_then(|n| n.decoded_data().ok()) else { return true };
    ["Tj", "TJ", "Do", "'", "\""].iter().any(|operator| crate::sniff::contains(&content, operator.as_bytes()))
}

fn words(annotation: &Dict<'_>, key: &str) -> Option<String> {
    let said = facts::text(annotation.get::<PdfString<'_>>(key)?.as_bytes());
    (!said.is_empty()).then(|| said.chars().take(LONGEST).collect())
}

/// Where a link leads outside of the file, unless another has led there.
fn link(annotation: &Dict<'_>, to_page: Affine, known: &[Link]) -> Option<Link> {
    let address = words(&annotation.get::<Dict<'_>>("A")?, "URI")?;
    if known.len() >= Link::MOST || !Link::leads_out(&address) || known.iter().any(|l| l.address == address) {
        return None;
    }
    let (u, v) = place(annotation, to_page)?;
    Some(Link { rect: Frame::Right.rect(u, v), address })
}

/// The value of a text field or a choice; fields inherit what they do not say.
fn value(field: &Dict<'_>) -> Option<String> {
    let kind = inherited(field, "FT")?;
    let Object::Name(kind) = kind else { return None };
    let flags = match inherited(field, "Ff") {
        Some(Object::Number(flags)) => flags.as_i64() as u32,
        _ => 0,
    };
    if !matches!(&*kind, b"Tx" | b"Ch") || flags & PASSWORD != 0 {
        return None;
    }
    match inherited(field, "V")? {
        Object::String(value) => Some(facts::text(value.as_bytes())).filter(|v| !v.is_empty()),
        _ => None,
    }
}

fn inherited<'a>(field: &Dict<'a>, key: &str) -> Option<Object<'a>> {
    let mut field = field.clone();
    for _ in 0..DEPTH {
        if let Some(value) = field.get::<Object<'a>>(key) {
            return Some(value);
        }
        field = field.get::<Dict<'a>>("Parent")?;
    }
    None
}

/// Whether the page shows the words already.
fn is_shown(said: &str, shown: &[Line]) -> bool {
    let tight = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let said = tight(said.trim_start_matches("mailto:").trim_end_matches('/'));
    shown.iter().any(|l| l.text.contains(&said) || tight(&l.text).contains(&said))
}

fn line(text: String, annotation: &Dict<'_>, to_page: Affine) -> Option<Line> {
    let (u, v) = place(annotation, to_page)?;
    let cells = vec![Cell { u, v, start: 0, end: text.len() }];
    // Notes stand in no column, so no line of the text joins them.
    Some(Line { text, frame: Frame::Right, u, v, size: 9.0, cells, column: (usize::MAX, u.0, u.1), table: None })
}

/// Where an annotation lies on the page, across and down.
fn place(annotation: &Dict<'_>, to_page: Affine) -> Option<((f32, f32), (f32, f32))> {
    let rect = annotation.get::<Rect>("Rect")?;
    let (a, b) = (to_page * Point::new(rect.x0, rect.y0), to_page * Point::new(rect.x1, rect.y1));
    let u = (a.x.min(b.x) as f32, a.x.max(b.x) as f32);
    let v = (a.y.min(b.y) as f32, a.y.max(b.y) as f32);
    [u.0, u.1, v.0, v.1].iter().all(|c| c.is_finite()).then_some((u, v))
}
