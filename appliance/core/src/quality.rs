//! How well a document was read: one figure from the readings of its pages, and the figure from which it needs nobody's eyes.
//!
//! A page's own score ([`PageReading::score`](crate::document::PageReading)) says how much of what the page shows became
//! text that reads as language. What is done with a document's score is the gate's business: a document under
//! [`LEAST_SCORE`] waits until a person has accepted it.

use crate::document::{Page, TextOrigin};

/// The score from which a document is searched without a person's consent, unless the configuration names another.
///
/// A document of sound text has 1, a clean scan that was recognised 0.8 to 0.95, a file whose fonts carry a wrong
/// character map under 0.3, a scan that nothing could read 0. One unread page of two is too much (0.5), one of three is
/// shown with its page and let through (0.67), one of two hundred hardly moves the figure (0.995).
pub const LEAST_SCORE: f32 = 0.6;

/// A page under this score is one that a person should look at: it stands first in the list of a document's worst pages.
pub const DOUBTFUL_PAGE: f32 = 0.5;

/// The score of a document, from 0 (nothing was read) to 1 (no doubt about any page): the mean of its pages' scores.
///
/// Pages that show nothing do not count, or the blank backs of a scanned file would hide that its fronts are unread.
/// `None` when no page counts: the format has no pages, or all of them are blank.
pub fn document_score(pages: &[Page]) -> Option<f32> {
    let shown = || pages.iter().filter(|p| p.reading.origin != TextOrigin::Blank);
    let count = shown().count();
    let sum: f64 = shown().map(|p| f64::from(p.reading.score.clamp(0.0, 1.0))).sum();
    (count > 0).then(|| (sum / count as f64) as f32)
}

/// The pages a person should look at, worst first; pages of equal score in the order of the document. Blank ones never.
pub fn doubtful_pages(pages: &[Page]) -> Vec<&Page> {
    let mut doubtful: Vec<&Page> =
        pages.iter().filter(|p| p.reading.origin != TextOrigin::Blank && p.reading.score < DOUBTFUL_PAGE).collect();
    doubtful.sort_by(|a, b| a.reading.score.total_cmp(&b.reading.score).then(a.number.cmp(&b.number)));
    doubtful
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::PageReading;

    fn pages(readings: &[(TextOrigin, f32)]) -> Vec<Page> {
        let page = |(i, (origin, score)): (usize, &(TextOrigin, f32))| Page {
            number: i as u32 + 1,
            label: None,
            width: 595.0,
            height: 842.0,
            reading: PageReading { origin: *origin, score: *score },
            links: Vec::new(),
        };
        readings.iter().enumerate().map(page).collect()
    }

    #[track_caller]
    fn check(readings: &[(TextOrigin, f32)], expected: Option<f32>) {
        let score = document_score(&pages(readings));
        assert!(score.zip(expected).map_or(score == expected, |(a, b)| (a - b).abs() < 1e-4), "{score:?}, not {expected:?}");
    }

    #[test]
    fn one_unread_page_of_many_passes_and_a_scan_that_nothing_could_read_does_not() {
        let mut many = vec![(TextOrigin::Written, 1.0); 200];
        many[7] = (TextOrigin::Unread, 0.0);
        check(&many, Some(0.995));
        check(&[(TextOrigin::Unread, 0.0); 3], Some(0.0));
        check(&[(TextOrigin::Written, 1.0), (TextOrigin::Unread, 0.0)], Some(0.5));
    }

    #[test]
    fn blank_pages_do_not_count() {
        check(&[(TextOrigin::Blank, 1.0), (TextOrigin::Unread, 0.0)], Some(0.0));
        check(&[(TextOrigin::Blank, 1.0)], None);
        check(&[], None);
    }

    #[test]
    fn the_worst_page_comes_first() {
        let pages = pages(&[
            (TextOrigin::Written, 0.4),
            (TextOrigin::Written, 0.9),
            (TextOrigin::Unread, 0.0),
            (TextOrigin::Blank, 0.0),
            (TextOrigin::Recognised { confidence: 0.4 }, 0.4),
        ]);
        assert_eq!(doubtful_pages(&pages).iter().map(|p| p.number).collect::<Vec<_>>(), [3, 1, 5]);
    }
}
