//! Passages that say the same, in several documents: one is shown, the others are named beneath it.
//!
//! Rows of one table look alike and say different things, so passages of one document are never taken for the same
//! unless they are, to the letter and under the same headings. Passages of different documents may differ in layout,
//! punctuation and a word or two of a long text, never in a number.

use crate::folding::fold_for_search;
use crate::passage::StoredPassage;
use std::collections::HashSet;

/// Characters of a run that two texts are compared by.
const RUN: usize = 4;
/// Characters below which only the same text is the same.
const SHORT: usize = 80;
/// The share of runs that two texts must have in common.
const NEAR: f32 = 0.92;

/// A passage with those that say the same and rank below it.
#[derive(Debug, Clone, PartialEq)]
pub struct Distinct {
    /// The passage that ranks first.
    pub passage: StoredPassage,
    /// The others, in their order.
    pub repeated: Vec<StoredPassage>,
}

/// Folds what is repeated, keeping the order of the first of each.
pub fn distinct(found: Vec<StoredPassage>) -> Vec<Distinct> {
    let mut kept: Vec<(Distinct, Said)> = Vec::new();
    for passage in found {
        let said = Said::of(&passage.passage.text);
        match kept.iter_mut().find(|(first, other)| is_repeated(&first.passage, other, &passage, &said)) {
            Some((first, _)) => first.repeated.push(passage),
            None => kept.push((Distinct { passage, repeated: Vec::new() }, said)),
        }
    }
    kept.into_iter().map(|(distinct, _)| distinct).collect()
}

fn is_repeated(first: &StoredPassage, said: &Said, other: &StoredPassage, other_said: &Said) -> bool {
    if first.document == other.document {
        return said.text == other_said.text && first.passage.heading_path == other.passage.heading_path;
    }
    said.is_like(other_said)
}

/// What a text says, without how it is set.
struct Said {
    text: String,
    numbers: String,
    runs: HashSet<[char; RUN]>,
}

impl Said {
    fn of(text: &str) -> Self {
        let text: String = fold_for_search(text).chars().filter(|c| c.is_alphanumeric()).collect();
        let numbers = text.chars().filter(|c| is_numeral(*c)).collect();
        let characters: Vec<char> = text.chars().collect();
        let runs = characters.windows(RUN).filter_map(|w| <[char; RUN]>::try_from(w).ok()).collect();
        Self { text, numbers, runs }
    }

    fn is_like(&self, other: &Self) -> bool {
        if self.text == other.text {
            return !self.text.is_empty();
        }
        if self.runs.len() < SHORT || other.runs.len() < SHORT || self.numbers != other.numbers {
            return false;
        }
        let common = self.runs.intersection(&other.runs).count() as f32;
        common / (self.runs.len() + other.runs.len()) as f32 * 2.0 >= NEAR
    }
}

fn is_numeral(c: char) -> bool {
    c.is_numeric() || "〇一二三四五六七八九十百千万億".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::DocumentId;
    use crate::testing::source;

    const LONG: &str = "この要綱は、市が管理する公共施設の使用に係る手数料の減免について、必要な事項を定めるものとする。減免を受けようとする者は、使用の日の7日前までに、申請書に必要な書類を添えて、市長に提出しなければならない。市長は、申請を審査し、適当と認めたときは、減免の決定を通知する。";

    fn passage(document: i64, text: &str) -> StoredPassage {
        let mut passage = source(1, "要綱", text).passage;
        passage.document = DocumentId(document);
        passage
    }

    #[track_caller]
    fn check(a: (i64, &str), b: (i64, &str), repeated: bool) {
        let folded = distinct(vec![passage(a.0, a.1), passage(b.0, b.1)]);
        assert_eq!(folded.len() == 1, repeated, "{a:?} {b:?}");
        assert_eq!(folded[0].repeated.len(), usize::from(repeated));
    }

    #[test]
    fn copies_in_other_documents_are_folded() {
        check((1, "手数料は、500円とする。"), (2, "手数料は 500円とする"), true);
        check((1, LONG), (2, &LONG.replace("決定を通知する", "決定を書面で通知する")), true);
    }

    #[test]
    fn what_differs_in_a_number_or_a_short_text_is_not() {
        check((1, "手数料は、500円とする。"), (2, "手数料は、600円とする。"), false);
        check((1, LONG), (2, &LONG.replace("7日前", "10日前")), false);
        check((1, "会議室A 一般"), (2, "会議室B 一般"), false);
        check((1, "、。"), (2, "、。"), false);
    }

    #[test]
    fn rows_of_one_document_stay_apart() {
        check((1, LONG), (1, &LONG.replace("決定を通知する", "決定を書面で通知する")), false);
        check((1, LONG), (1, LONG), true);
    }
}
