//! The order of articles: which number may stand after which.

/// Articles that a text may leave out between two.
const WIDEST_GAP: u32 = 40;

/// The sequence that articles continue.
#[derive(Debug, Clone, Default)]
pub(super) struct Sequence {
    last: Vec<u32>,
}

impl Sequence {
    /// Whether no article of it was found yet.
    pub(super) fn is_empty(&self) -> bool {
        self.last.is_empty()
    }

    /// Takes the article of that number for the last one.
    pub(super) fn advance(&mut self, number: Vec<u32>) {
        self.last = number;
    }

    /// Whether an article can stand after the last one: the next, or a later one where nothing else can be meant (`firm`).
    /// One with a caption of its own may bear the same number again: alternatives of one article do.
    pub(super) fn takes(&self, number: &[u32], firm: bool, captioned: bool) -> bool {
        let later = number > self.last.as_slice() && number[0] <= self.last[0].saturating_add(WIDEST_GAP);
        if firm { later || captioned && self.last == number } else { self.is_followed_by(number) }
    }

    /// Whether a number is the very next: 第10条 after 第9条の2, 第9条の3 after 第9条の2.
    pub(super) fn is_followed_by(&self, number: &[u32]) -> bool {
        match (self.last.as_slice(), number) {
            ([last, ..], [number]) if *number == last + 1 => true,
            ([last], [number, 2]) => last == number,
            ([last @ .., branch], [number @ .., next]) => {
                last.len() == number.len() && last == number && *next == branch + 1 && !last.is_empty()
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(last: &[u32], number: &[u32], firm: bool, expected: bool) {
        assert_eq!(Sequence { last: last.to_vec() }.takes(number, firm, false), expected, "{number:?} after {last:?}");
    }

    #[test]
    fn articles_follow_in_their_order() {
        check(&[9], &[10], false, true);
        check(&[9], &[9, 2], false, true);
        check(&[9, 2], &[9, 3], false, true);
        check(&[9, 2], &[10], false, true);
        check(&[9], &[12], false, false);
        check(&[9], &[12], true, true);
        check(&[9], &[5], true, false);
        check(&[9], &[60], true, false);
    }
}
