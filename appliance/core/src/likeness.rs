//! How alike two documents are by what they say: a fingerprint of a text, small enough to keep for every document.
//!
//! The share of overlapping runs of characters (shingles) that two texts have in common is estimated by one-permutation
//! MinHash (Li, Owen, Zhang 2012; empty bins filled by rotation, Shrivastava and Li 2014): one pass over the text,
//! whatever its length. Layout does not count: texts are folded, and white space is left out.

use crate::folding::fold_tight;
use sha2::{Digest, Sha256};

/// Values of a sketch. The estimate's standard error is at most `0.5 / sqrt(BINS)`, .044.
pub const BINS: usize = 128;
/// Characters of a shingle: long enough that two ordinances do not share the phrases of all ordinances.
const SHINGLE: usize = 12;
/// Shingles below which an estimate says nothing.
const FEWEST: usize = 60;

/// What is kept of a text to find its like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// SHA-256 of the folded text without white space.
    pub text: [u8; 32],
    /// The sketch; `None` for a text too short to be like another without being the same.
    pub sketch: Option<Box<[u32; BINS]>>,
}

/// How alike two documents are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Likeness {
    /// Their files are the same.
    SameFile,
    /// Their texts are the same.
    SameText,
    /// Their texts have about this share of their shingles in common, from [`Likeness::NEAR`] to 1.
    Near(f32),
}

impl Likeness {
    /// The share from which documents are pointed out as alike.
    pub const NEAR: f32 = 0.6;
}

impl Fingerprint {
    /// The fingerprint of a text; `None` when there is nothing in it.
    pub fn of(text: &str) -> Option<Self> {
        let mut maker = FingerprintMaker::default();
        text.lines().for_each(|line| maker.take(line));
        maker.finish()
    }

    /// How alike the texts of two fingerprints are; `None` when they are not.
    pub fn likeness(&self, other: &Self) -> Option<Likeness> {
        if self.text == other.text {
            return Some(Likeness::SameText);
        }
        let (a, b) = (self.sketch.as_ref()?, other.sketch.as_ref()?);
        let same = a.iter().zip(b.iter()).filter(|(a, b)| a == b).count();
        let share = same as f32 / BINS as f32;
        (share >= Likeness::NEAR).then_some(Likeness::Near(share))
    }

    /// The sketch as little-endian bytes, for storing.
    pub fn sketch_bytes(&self) -> Option<Vec<u8>> {
        self.sketch.as_ref().map(|s| s.iter().flat_map(|v| v.to_le_bytes()).collect())
    }

    /// A fingerprint from what was stored; `None` when it has another shape.
    pub fn stored(text: &[u8], sketch: Option<&[u8]>) -> Option<Self> {
        let text = text.try_into().ok()?;
        let Some(bytes) = sketch else { return Some(Self { text, sketch: None }) };
        let values: Vec<u32> = bytes.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b)).collect();
        let values: Box<[u32; BINS]> = values.into_boxed_slice().try_into().ok()?;
        Some(Self { text, sketch: Some(values) })
    }
}

/// Makes a fingerprint of a text line by line, so that the folded copy of a large text is never whole in memory.
#[derive(Default)]
pub struct FingerprintMaker {
    digest: Sha256,
    sketch: Sketch,
    some: bool,
}

impl FingerprintMaker {
    /// Takes the next line.
    pub fn take(&mut self, line: &str) {
        let tight = fold_tight(line);
        self.some |= !tight.is_empty();
        self.digest.update(tight.as_bytes());
        tight.chars().for_each(|c| self.sketch.push(c));
    }

    /// The fingerprint of all lines; `None` when there is nothing in them.
    pub fn finish(self) -> Option<Fingerprint> {
        self.some.then(|| Fingerprint { text: self.digest.finalize().into(), sketch: self.sketch.finish() })
    }
}

/// A sketch while it grows.
struct Sketch {
    /// The hash of the last [`SHINGLE`] characters: a polynomial over them, modulo 2^64.
    rolling: u64,
    window: [u64; SHINGLE],
    seen: usize,
    lowest: Box<[Option<u32>; BINS]>,
}

/// An odd factor, and its power that leaves the window.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
const LEAVING: u64 = {
    let (mut power, mut n) = (1u64, 0);
    while n < SHINGLE {
        power = power.wrapping_mul(FACTOR);
        n += 1;
    }
    power
};

impl Default for Sketch {
    fn default() -> Self {
        Self { rolling: 0, window: [0; SHINGLE], seen: 0, lowest: Box::new([None; BINS]) }
    }
}

impl Sketch {
    fn push(&mut self, c: char) {
        let own = mixed(u64::from(u32::from(c)) + 1);
        let slot = &mut self.window[self.seen % SHINGLE];
        let leaving = std::mem::replace(slot, own);
        self.rolling = self.rolling.wrapping_mul(FACTOR).wrapping_add(own).wrapping_sub(leaving.wrapping_mul(LEAVING));
        self.seen += 1;
        if self.seen >= SHINGLE {
            let hash = mixed(self.rolling);
            let (bin, value) = ((hash >> 32) as usize % BINS, hash as u32);
            let lowest = &mut self.lowest[bin];
            *lowest = Some(lowest.map_or(value, |l| l.min(value)));
        }
    }

    /// Empty bins take the value of the next full one to their right, told apart by the distance.
    fn finish(self) -> Option<Box<[u32; BINS]>> {
        if self.seen < FEWEST + SHINGLE - 1 {
            return None;
        }
        let mut filled = Box::new([0; BINS]);
        for (bin, value) in filled.iter_mut().enumerate() {
            let found = (0..BINS).find_map(|d| self.lowest[(bin + d) % BINS].map(|v| (d, v)))?;
            *value = found.1.wrapping_add((found.0 as u32).wrapping_mul(0x85eb_ca6b));
        }
        Some(filled)
    }
}

/// The finaliser of SplitMix64: every bit of the value reaches every bit of the result.
fn mixed(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn ordinance(articles: std::ops::Range<u32>, fee: u32) -> String {
        articles
            .map(|n| format!("第{n}条　市長は、第{}号様式により申請した者から、手数料{}円を徴収する。\n", n * 7 % 31, n * 13 + fee))
            .collect()
    }

    fn print(text: &str) -> Fingerprint {
        Fingerprint::of(text).expect("a text")
    }

    #[test]
    fn layout_does_not_count() {
        let text = ordinance(1..40, 200);
        let other = text.replace('\n', "\n\n  ").replace("第", "第 ").replace('1', "１");
        assert_eq!(print(&text).likeness(&print(&other)), Some(Likeness::SameText));
        assert_eq!(Fingerprint::of(" \n\u{3000}"), None);
    }

    #[test]
    fn the_estimate_is_near_the_truth() {
        let shingles = |text: &str| {
            let letters: Vec<char> = fold_tight(text).chars().collect();
            letters.windows(SHINGLE).map(|w| w.iter().collect::<String>()).collect::<HashSet<_>>()
        };
        let whole = ordinance(1..120, 200);
        for cut in [100, 110, 118] {
            let part = ordinance(1..cut, 200);
            let (a, b) = (shingles(&whole), shingles(&part));
            let truth = a.intersection(&b).count() as f32 / a.union(&b).count() as f32;
            let Some(Likeness::Near(share)) = print(&whole).likeness(&print(&part)) else { panic!("{cut}: truly {truth}") };
            assert!((share - truth).abs() < 0.12, "{cut}: {share} for {truth}");
        }
    }

    #[test]
    fn others_are_not_alike_and_short_texts_only_when_the_same() {
        let other: String =
            (0..80).map(|n| format!("{n}番の窓口では、転入と転出の届を受け付けています。持ち物は{}です。\n", n * 3)).collect();
        assert_eq!(print(&ordinance(1..80, 200)).likeness(&print(&other)), None);
        assert_eq!(print("休館日は月曜日です。").likeness(&print("休館日は火曜日です。")), None);
        assert_eq!(print("休館日は月曜日です。").likeness(&print("休館日は 月曜日です。")), Some(Likeness::SameText));
    }

    #[test]
    fn what_is_stored_comes_back() {
        for text in [ordinance(1..40, 200), "短い。".to_owned()] {
            let print = print(&text);
            assert_eq!(Fingerprint::stored(&print.text, print.sketch_bytes().as_deref()), Some(print));
        }
        assert_eq!(Fingerprint::stored(&[0; 31], None), None);
        assert_eq!(Fingerprint::stored(&[0; 32], Some(&[0; 8])), None);
    }
}
