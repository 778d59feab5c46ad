//! Damage to a PDF's structure: what is recognised, and what is mended before or after hayro has had its try.
//!
//! hayro finds objects by itself where the cross-references are wrong, and lopdf writes such files anew. What neither
//! can do without is a catalog that leads to pages and a mark where each stream ends; both are put back here.

use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::object::{Dict, Name, ObjectIdentifier};
use hayro_interpret::hayro_syntax::page::Page;
use std::fmt::Write;

/// Bytes at the end in which a sound file says that it ends there.
const TAIL: usize = 2048;
/// The numbers of a catalog and a page tree of our own. Writers stay below 8,388,607 (ISO 32000-1, annex C).
const CATALOG: u32 = 8_388_604;
const PAGES: u32 = 8_388_605;

/// What the bytes of a file show to be damaged, in words. hayro repairs without a word.
pub(super) fn damage(bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    if !crate::sniff::contains(&bytes[bytes.len().saturating_sub(TAIL)..], b"%%EOF") {
        found.push("its end is missing".to_owned());
    }
    if !cross_references_are_sound(bytes) {
        found.push("its cross-references are wrong".to_owned());
    }
    found
}

/// Whether the last `startxref` leads to a table or a stream of cross-references.
fn cross_references_are_sound(bytes: &[u8]) -> bool {
    let Some(at) = bytes.windows(9).rposition(|w| w == b"startxref") else { return false };
    let digits = bytes[at + 9..].iter().skip_while(|b| b.is_ascii_whitespace()).take_while(|b| b.is_ascii_digit());
    let offset = digits.fold(0_usize, |n, d| n.saturating_mul(10).saturating_add(usize::from(d - b'0')));
    // Offsets count from the header (ISO 32000-1, 7.5.2), which may follow other bytes.
    let header = bytes[..bytes.len().min(1024)].windows(5).position(|w| w == b"%PDF-").unwrap_or(0);
    [offset, offset.saturating_add(header)].into_iter().any(|start| {
        let there = bytes.get(start..).unwrap_or_default();
        let there = &there[there.iter().take_while(|b| b.is_ascii_whitespace()).count()..];
        there.starts_with(b"xref") || there.first().is_some_and(u8::is_ascii_digit)
    })
}

/// Pages that the file counts and that are not there, in words.
pub(super) fn missing_pages(pdf: &Pdf) -> Option<String> {
    let (counted, found) = (counted(pdf)?, pdf.pages().len());
    (counted > found).then(|| format!("{} of its {counted} pages were not found", counted - found))
}

fn counted(pdf: &Pdf) -> Option<usize> {
    let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id())?;
    usize::try_from(root.get::<Dict<'_>>("Pages")?.get::<i32>("Count")?).ok()
}

/// Whether the page tree leads to the pages: as many as it counts, and none that is a part of the tree itself.
pub(super) fn tree_is_sound(pdf: &Pdf) -> bool {
    counted(pdf).is_some_and(|c| c <= pdf.pages().len()) && !pdf.pages().iter().any(|p| p.raw().contains_key("Kids"))
}

/// The pages of a file that show something.
pub(super) fn pages_with_content(pdf: &Pdf) -> usize {
    pdf.pages().iter().filter(|p| p.raw().contains_key("Contents") && !p.raw().contains_key("Kids")).count()
}

/// A copy in which every stream has its end; `None` when all have one. hayro takes no stream without, and lengths are
/// as often wrong as ends are missing.
pub(super) fn with_stream_ends(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut mended: Option<Vec<u8>> = None;
    let mut copied = 0;
    let mut at = 0;
    let mut ends = Ahead::of(|bytes, from| find(bytes, b"endstream", from));
    let mut objects = Ahead::of(|bytes, from| find(bytes, b"endobj", from));
    let mut next_objects = Ahead::of(next_object);
    while let Some(start) = stream_start(bytes, at) {
        let end = ends.after(bytes, start);
        let object = match objects.after(bytes, start) {
            none if none == bytes.len() => next_objects.after(bytes, start),
            object => object,
        };
        if end < object {
            at = end + 9;
            continue;
        }
        let out = mended.get_or_insert_with(|| Vec::with_capacity(bytes.len() + 1024));
        out.extend_from_slice(&bytes[copied..object]);
        out.extend_from_slice(b"\nendstream\n");
        if object == bytes.len() {
            out.extend_from_slice(b"endobj\n");
        }
        copied = object;
        at = object;
    }
    let mut mended = mended?;
    mended.extend_from_slice(&bytes[copied..]);
    Some(mended)
}

/// Something searched for again and again, ever further on. What was found is kept until it is passed, so that a file
/// of nothing but beginnings is still walked through once.
struct Ahead {
    search: fn(&[u8], usize) -> Option<usize>,
    found: Option<usize>,
}

impl Ahead {
    fn of(search: fn(&[u8], usize) -> Option<usize>) -> Self {
        Self { search, found: None }
    }

    /// Where the next one is, the file's end where there is none.
    fn after(&mut self, bytes: &[u8], from: usize) -> usize {
        match self.found {
            Some(found) if found >= from => found,
            _ => *self.found.insert((self.search)(bytes, from).unwrap_or(bytes.len())),
        }
    }
}

/// Where the data of the next stream begins.
fn stream_start(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let word = find(bytes, b"stream", at)?;
        at = word + 6;
        let ends = word >= 3 && &bytes[word - 3..word] == b"end";
        if !ends && matches!(bytes.get(at), Some(b'\r' | b'\n')) {
            return Some(at);
        }
    }
}

/// Where a line begins an object (`12 0 obj`), after `from`.
fn next_object(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let word = find(bytes, b" obj", at)?;
        at = word + 4;
        let number = |end: usize| end - bytes[..end].iter().rev().take_while(|b| b.is_ascii_digit()).count();
        let generation = number(word);
        if generation < word && generation > from && bytes[generation - 1] == b' ' {
            let start = number(generation - 1);
            if start < generation - 1 && start > from && matches!(bytes[start - 1], b'\n' | b'\r') {
                return Some(start);
            }
        }
    }
}

fn find(bytes: &[u8], word: &[u8], from: usize) -> Option<usize> {
    let (first, rest) = word.split_first()?;
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|b| b == first)? + 1;
        if bytes[at..].starts_with(rest) {
            return Some(at - 1);
        }
    }
}

/// The file under a catalog of our own, whose page tree leads to every page found in it: for a file that lost its own.
/// Pages come in the order in which they stand there, without what they inherited.
pub(super) fn with_pages_found(bytes: &[u8]) -> Option<Vec<u8>> {
    // A tree without kids has hayro look through all objects; it takes annotations for pages, which have contents too.
    let all = Pdf::new(under_own_catalog(bytes, "")).ok()?;
    let is_page = |dict: &Dict<'_>| match dict.get::<Name<'_>>("Type") {
        Some(name) => name.as_ref() == b"Page",
        None => dict.contains_key("Resources") && !dict.contains_key("Subtype"),
    };
    let pages: Vec<ObjectIdentifier> = all.pages().iter().map(Page::raw).filter(|d| is_page(d)).filter_map(Dict::obj_id).collect();
    let mut kids = String::from("/Kids [");
    for page in &pages {
        let _ = write!(kids, "{} {} R ", page.obj_number, page.gen_number);
    }
    kids.push(']');
    (!pages.is_empty()).then(|| under_own_catalog(bytes, &kids))
}

fn under_own_catalog(bytes: &[u8], kids: &str) -> Vec<u8> {
    let mut file = bytes.to_vec();
    let encryption = encryption(bytes).unwrap_or_default();
    // The last trailer counts; a `startxref` that leads nowhere has hayro look for objects by itself.
    let ours = format!(
        "\n{CATALOG} 0 obj\n<</Type /Catalog /Pages {PAGES} 0 R>>\nendobj\n{PAGES} 0 obj\n<</Type /Pages {kids}>>\nendobj\n\
         trailer\n<</Root {CATALOG} 0 R {encryption}>>\nstartxref\n0\n%%EOF\n"
    );
    file.extend_from_slice(ours.as_bytes());
    file
}

/// What the last trailer says of the file's encryption, to be said again.
fn encryption(bytes: &[u8]) -> Option<String> {
    let entry = |key: &[u8], end: u8| {
        let at = bytes.windows(key.len()).rposition(|w| w == key)?;
        let length = bytes[at..].iter().take(400).position(|b| *b == end)?;
        std::str::from_utf8(&bytes[at..=at + length]).ok().map(str::to_owned)
    };
    let reference = entry(b"/Encrypt ", b'R')?;
    Some(format!("{reference} {}", entry(b"/ID", b']').unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_get_the_end_they_lack() {
        let sound = b"1 0 obj\n<</Length 3>>\nstream\nabc\nendstream\nendobj\n";
        assert_eq!(with_stream_ends(sound), None);
        let lacking = b"1 0 obj\n<<>>\nstream\nabc\nendobj\n2 0 obj\n<<>>\nstream\r\nde\n3 0 obj\nnull\nendobj\n4 0 obj\n<<>>\nstream\nf";
        let mended = with_stream_ends(lacking).expect("it lacks ends");
        assert_eq!(mended.windows(9).filter(|w| w == b"endstream").count(), 3);
        assert!(mended.ends_with(b"f\nendstream\nendobj\n"));
    }
}
