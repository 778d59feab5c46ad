//! Notes: what a page's annotations say that the page does not draw: reviewers' comments, values of form fields without
//! an appearance, addresses behind links.
//!
//! Appearances that a file gives its annotations are drawn, and read, with the page.

use super::facts;
use super::frame::Frame;
use super::line::{Cell, Line};
use hayro_interpret::hayro_syntax::object::{Array, Dict, Name, Object, Rect, String as PdfString};
use hayro_interpret::hayro_syntax::page::Page;
use hayro_interpret::kurbo::{Affine, Point};
use hayro_interpret::util::TransformExt;

/// Annotations of one page that are looked at, and addresses kept of it.
const MOST: usize = 2_000;
const MOST_ADDRESSES: usize = 10;
/// Characters of one note.
const LONGEST: usize = 4_000;
/// Generations of form fields.
const DEPTH: usize = 8;
/// Flags of annotations (ISO 32000-1, 12.5.3): hidden, not viewed.
const HIDDEN: u32 = 1 << 1 | 1 << 5;
/// Flag of a text field that holds a password (12.7.4.3).
const PASSWORD: u32 = 1 << 13;

/// The notes of a page as lines of their own, and the addresses its links lead to.
pub(crate) fn of(page: &Page<'_>, shown: &[Line]) -> (Vec<Line>, Vec<String>) {
    let Some(annotations) = page.raw().get::<Array<'_>>("Annots") else { return (Vec::new(), Vec::new()) };
    let to_page = page.initial_transform(true).to_kurbo();
    let (mut notes, mut addresses) = (Vec::new(), Vec::new());
    for annotation in annotations.iter::<Dict<'_>>().take(MOST) {
        if annotation.get::<u32>("F").unwrap_or(0) & HIDDEN != 0 {
            continue;
        }
        let Some(kind) = annotation.get::<Name<'_>>("Subtype") else { continue };
        let drawn = annotation.get::<Dict<'_>>("AP").is_some_and(|a| a.contains_key("N"));
        let said = match &*kind {
            b"Link" => {
                let wanted = addresses.len() < MOST_ADDRESSES && !covers_address(&annotation, to_page, shown);
                addresses.extend(address(&annotation).filter(|_| wanted));
                continue;
            }
            b"Widget" if !drawn => value(&annotation),
            b"FreeText" if !drawn => words(&annotation, "Contents"),
            b"Widget" | b"FreeText" | b"Popup" => None,
            _ => words(&annotation, "Contents").filter(|said| !is_shown(said, shown)),
        };
        notes.extend(said.and_then(|said| line(said, &annotation, to_page)));
    }
    (notes, addresses)
}

fn words(annotation: &Dict<'_>, key: &str) -> Option<String> {
    let said = facts::text(annotation.get::<PdfString<'_>>(key)?.as_bytes());
    (!said.is_empty()).then(|| said.chars().take(LONGEST).collect())
}

/// Where a link leads outside of the file.
fn address(link: &Dict<'_>) -> Option<String> {
    let address = words(&link.get::<Dict<'_>>("A")?, "URI")?;
    ["http://", "https://", "mailto:"].iter().any(|scheme| address.starts_with(scheme)).then_some(address)
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

/// Whether the words under a link are an address themselves.
fn covers_address(link: &Dict<'_>, to_page: Affine, shown: &[Line]) -> bool {
    let Some(place) = line(String::new(), link, to_page) else { return true };
    let under = |l: &&Line| {
        let rect = l.frame.rect(l.u, l.v);
        rect.x < place.u.1 && rect.x + rect.width > place.u.0 && rect.y < place.v.1 && rect.y + rect.height > place.v.0
    };
    shown.iter().filter(under).any(|l| ["http", "www.", "://", "@"].iter().any(|sign| l.text.contains(sign)))
}

/// Whether the page shows the words already.
fn is_shown(said: &str, shown: &[Line]) -> bool {
    let tight = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let said = tight(said.trim_start_matches("mailto:").trim_end_matches('/'));
    shown.iter().any(|l| l.text.contains(&said) || tight(&l.text).contains(&said))
}

fn line(text: String, annotation: &Dict<'_>, to_page: Affine) -> Option<Line> {
    let rect = annotation.get::<Rect>("Rect")?;
    let (a, b) = (to_page * Point::new(rect.x0, rect.y0), to_page * Point::new(rect.x1, rect.y1));
    let u = (a.x.min(b.x) as f32, a.x.max(b.x) as f32);
    let v = (a.y.min(b.y) as f32, a.y.max(b.y) as f32);
    if ![u.0, u.1, v.0, v.1].iter().all(|c| c.is_finite()) {
        return None;
    }
    let cells = vec![Cell { u, v, start: 0, end: text.len() }];
    // Notes stand in no column, so no line of the text joins them.
    Some(Line { text, frame: Frame::Right, u, v, size: 9.0, cells, column: (usize::MAX, u.0, u.1), table: None })
}
