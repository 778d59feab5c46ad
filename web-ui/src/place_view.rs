//! A place as pages show it: a text with its cited parts marked, and a picture cut around the rectangles.

use appliance_core::id::{DocumentId, VersionId};
use appliance_core::locator::{PageLine, Place, Rect, Span};
use appliance_core::ports::catalog::Edition;

/// A run of text, cited or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The characters.
    pub text: String,
    /// Whether it is cited.
    pub cited: bool,
}

/// Cuts `text[window]` where citations begin and end. Spans may overlap and may lie outside; ends that fall inside a
/// character are dropped with their span.
pub fn pieces(text: &str, window: Span, cited: &[Span]) -> Vec<Piece> {
    let mut open: Vec<Span> = cited
        .iter()
        .map(|s| Span::new(s.start.max(window.start), s.end.min(window.end)))
        .filter(|s| !s.is_empty() && s.slice(text).is_some())
        .collect();
    open.sort();
    let mut pieces = Vec::new();
    let mut at = window.start;
    let mut push = |from: usize, to: usize, cited: bool| {
        if let Some(text) = text.get(from..to).filter(|t| !t.is_empty()) {
            pieces.push(Piece { text: text.to_owned(), cited });
        }
    };
    for span in open {
        if span.end <= at {
            continue;
        }
        let start = span.start.max(at);
        push(at, start, false);
        push(start, span.end, true);
        at = span.end;
    }
    push(at, window.end, false);
    pieces
}

/// A passage's text around its cited part, with `…` where it was cut.
pub fn excerpt(text: &str, cited: &[Span]) -> Vec<Piece> {
    const BEFORE: usize = 80;
    const AFTER: usize = 140;
    const WHOLE: usize = 320;
    if text.chars().count() <= WHOLE {
        return pieces(text, Span::new(0, text.len()), cited);
    }
    let first = cited.iter().map(|s| s.start).min().unwrap_or(0);
    let last = cited.iter().map(|s| s.end).max().unwrap_or(0).max(first);
    let (Some(head), Some(tail)) = (text.get(..first), text.get(last..)) else { return excerpt(text, &[]) };
    let from = head.char_indices().rev().nth(BEFORE - 1).map_or(0, |(at, _)| at);
    let to = tail.char_indices().nth(AFTER).map_or(text.len(), |(at, _)| last + at);
    let mut cut = pieces(text, Span::new(from, to), cited);
    let dots = || Piece { text: "…".to_owned(), cited: false };
    if from > 0 {
        cut.insert(0, dots());
    }
    if to < text.len() {
        cut.push(dots());
    }
    cut
}

/// A piece of a page as a picture, in points.
#[derive(Debug, Clone, PartialEq)]
pub struct Crop {
    /// The picture of the whole page.
    pub href: String,
    /// What of it is shown, for `viewBox`.
    pub view_box: String,
    /// From the picture's pixels to points.
    pub transform: String,
    /// The cited rectangles.
    pub rects: Vec<Rect>,
    /// The page.
    pub page: u32,
}

/// The part of the first page that shows the place, with some of what stands around it; `None` unless it is on a page.
pub fn crop(document: DocumentId, version: VersionId, place: &Place) -> Option<Crop> {
    const MARGIN: f32 = 30.0;
    const LEAST_WIDTH: f32 = 380.0;
    const LEAST_HEIGHT: f32 = 110.0;
    const MOST_HEIGHT: f32 = 240.0;
    let Place::Pages { lines } = place else { return None };
    let page = lines.first()?.page;
    let rects: Vec<Rect> = rects_on(lines, page);
    let around = bounding(&rects)?;
    let width = (around.width + 2.0 * MARGIN).max(LEAST_WIDTH);
    let height = (around.height + 2.0 * MARGIN).clamp(LEAST_HEIGHT, MOST_HEIGHT);
    let x = (around.x + around.width / 2.0 - width / 2.0).max(0.0);
    let y = (around.y + around.height.min(MOST_HEIGHT - 2.0 * MARGIN) / 2.0 - height / 2.0).max(0.0);
    Some(Crop {
        href: crate::links::picture(document, page, Edition::Kept(version)),
        view_box: format!("{x:.1} {y:.1} {width:.1} {height:.1}"),
        transform: format!("scale({})", 1.0 / crate::links::PICTURE_SCALE),
        rects,
        page,
    })
}

/// The rectangles of the lines on one page.
pub fn rects_on(lines: &[PageLine], page: u32) -> Vec<Rect> {
    lines.iter().filter(|l| l.page == page).map(|l| l.rect).collect()
}

/// The smallest rectangle that holds all of some; `None` for none.
pub fn bounding(rects: &[Rect]) -> Option<Rect> {
    let mut all = *rects.first()?;
    for rect in rects {
        let right = (all.x + all.width).max(rect.x + rect.width);
        let bottom = (all.y + all.height).max(rect.y + rect.height);
        all.x = all.x.min(rect.x);
        all.y = all.y.min(rect.y);
        all.width = right - all.x;
        all.height = bottom - all.y;
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, cited: &[(usize, usize)], expected: &str) {
        let cited: Vec<Span> = cited.iter().map(|&(a, b)| Span::new(a, b)).collect();
        let whole = pieces(text, Span::new(0, text.len()), &cited);
        let written: String = whole.iter().map(|p| if p.cited { format!("[{}]", p.text) } else { p.text.clone() }).collect();
        assert_eq!(written, expected);
    }

    #[test]
    fn cited_parts_are_marked_once() {
        check("手数料は500円", &[(12, 18)], "手数料は[500円]");
        check("手数料は500円", &[(0, 12), (6, 18)], "[手数料は][500円]");
        check("手数料", &[], "手数料");
        check("手数料", &[(1, 4)], "手数料");
        check("手数料", &[(0, 400)], "[手数料]");
    }

    #[test]
    fn a_long_passage_is_cut_around_its_quotation() {
        let text = format!("{}五百円{}", "あ".repeat(400), "い".repeat(400));
        let at = text.find("五百円").expect("it stands there");
        let cut = excerpt(&text, &[Span::new(at, at + 9)]);
        assert_eq!(cut.first().map(|p| p.text.as_str()), Some("…"));
        assert!(cut.iter().any(|p| p.cited && p.text == "五百円"));
        assert!(cut.iter().map(|p| p.text.chars().count()).sum::<usize>() < 240);
    }

    #[test]
    fn a_crop_holds_its_rectangles() {
        let line =
            PageLine { page: 7, rect: Rect { x: 100.0, y: 400.0, width: 200.0, height: 12.0 }, span: Span::new(0, 9), vertical: false };
        let crop = crop(DocumentId(3), VersionId(4), &Place::Pages { lines: vec![line] }).expect("a page");
        assert_eq!(crop.view_box, "10.0 351.0 380.0 110.0");
        assert_eq!(crop.href, "/documents/3/pages/7.png?scale=2&version=4");
    }
}
