//! Quantities: numbers with their counters, and the ranges that tables and rules set for them.
//!
//! A row for 「100平方メートルを超え、200平方メートル以内のもの」 holds for a building of 150, and for no other question's 300. What a
//! question counts is compared with what a text limits; a text that limits nothing of the kind is silent.

use crate::figure::{self, Figure};
use crate::folding::fold;

/// A number with its counter, as a question names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// The number; a little more or less than it when the question says 超える or 未満.
    pub number: f64,
    /// The counter, in the form that stands for all its writings (`m2`, `日`).
    pub counter: &'static str,
}

/// How a text's ranges take a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// One of its ranges holds it.
    Held,
    /// It sets ranges for that counter, and none holds it.
    Outside,
    /// It sets no range for that counter.
    Silent,
}

/// What ranges are set for; ordinals (第3号, 5番) are none.
const RANGED: &[&str] = &[
    "m2", "m3", "cm", "km", "m", "kg", "g", "l", "ha", "%", "円", "か月", "週間", "時間", "mb", "gb", "人", "歳", "年生", "年次", "年",
    "月", "日", "分", "点", "枚", "冊", "台", "戸", "回", "単位", "丁目", "番地", "度",
];

/// What may stand behind a limit, and which side of it is meant: above (excluded, included), below (included, excluded).
const LIMITS: &[(&str, Side)] = &[
    ("を超え", Side::Over),
    ("をこえ", Side::Over),
    ("超", Side::Over),
    ("以上", Side::From),
    ("以内", Side::UpTo),
    ("以下", Side::UpTo),
    ("まで", Side::UpTo),
    ("未満", Side::Under),
    ("に満たない", Side::Under),
];

/// What stands between the ends of a range, folded.
const RANGE_MARKS: [char; 3] = ['~', '〜', '‐'];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Over,
    From,
    UpTo,
    Under,
}

impl Side {
    fn is_lower(self) -> bool {
        matches!(self, Self::Over | Self::From)
    }

    fn admits(self, limit: f64, number: f64) -> bool {
        match self {
            Self::Over => number > limit,
            Self::From => number >= limit,
            Self::UpTo => number <= limit,
            Self::Under => number < limit,
        }
    }
}

/// The quantities that a question names, without points in time (7日前).
pub fn quantities(question: &str) -> Vec<Quantity> {
    const NEARLY: f64 = 1e-6;
    let folded = fold(question);
    counted(&folded)
        .into_iter()
        .filter(|c| !is_point_in_time(c.after))
        .map(|c| {
            let number = match limit(c.after) {
                Some(Side::Over) => c.number + NEARLY,
                Some(Side::Under) => c.number - NEARLY,
                _ => c.number,
            };
            Quantity { number, counter: c.counter }
        })
        .collect()
}

/// Whether the ranges that `text` sets for the quantity's counter hold it.
pub fn fit(quantity: &Quantity, text: &str) -> Fit {
    let folded = fold(text);
    let limits: Vec<Counted<'_>> =
        counted(&folded).into_iter().filter(|c| c.counter == quantity.counter && !is_point_in_time(c.after)).collect();
    let mut ranges: Vec<Vec<(Side, f64)>> = Vec::new();
    for (i, counted) in limits.iter().enumerate() {
        // 四丁目～六丁目 is one range too.
        let closes = i > 0 && limits[i - 1].after.starts_with(RANGE_MARKS);
        let side = match limit(counted.after) {
            _ if counted.after.starts_with(RANGE_MARKS) && i + 1 < limits.len() => Side::From,
            _ if closes => Side::UpTo,
            Some(side) => side,
            None => continue,
        };
        match ranges.last_mut() {
            // 100を超え200以内 is one range.
            Some(open) if open.len() == 1 && open[0].0.is_lower() && !side.is_lower() => open.push((side, counted.number)),
            _ => ranges.push(vec![(side, counted.number)]),
        }
    }
    match ranges.iter().any(|range| range.iter().all(|(side, limit)| side.admits(*limit, quantity.number))) {
        true => Fit::Held,
        false if ranges.is_empty() => Fit::Silent,
        false => Fit::Outside,
    }
}

/// A number with its counter, and what follows.
struct Counted<'a> {
    number: f64,
    counter: &'static str,
    after: &'a str,
}

fn counted(folded: &str) -> Vec<Counted<'_>> {
    let of = |figure: &Figure| {
        let (counter, end) = figure::unit_at(folded, figure.span.end).filter(|(unit, _)| RANGED.contains(unit))?;
        Some(Counted { number: figure.value, counter, after: &folded[end..] })
    };
    figure::figures(folded).iter().filter_map(of).collect()
}

fn limit(after: &str) -> Option<Side> {
    LIMITS.iter().find(|(word, _)| after.starts_with(word)).map(|(_, side)| *side)
}

fn is_point_in_time(after: &str) -> bool {
    after.starts_with(['前', '後', '目'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(question: &str, text: &str, expected: Fit) {
        let quantities = quantities(question);
        assert_eq!(quantities.len(), 1, "{quantities:?}");
        assert_eq!(fit(&quantities[0], text), expected);
    }

    #[test]
    fn a_row_holds_what_lies_in_its_range() {
        let row = "床面積の合計: 100平方メートルを超え、200平方メートル以内のもの、手数料: 25,000円";
        check("床面積が150平方メートルの建物", row, Fit::Held);
        check("床面積が２００平方メートルの建物", row, Fit::Held);
        check("床面積が100平方メートルの建物", row, Fit::Outside);
        check("床面積が1,500平方メートルの建物", row, Fit::Outside);
        check("床面積が200平方メートルを超える建物", row, Fit::Outside);
        check("3枚でいくら", row, Fit::Silent);
    }

    #[test]
    fn several_ranges_hold_what_any_of_them_holds() {
        let rule = "3歳未満の者及び65歳以上の者は、無料とする。";
        check("70歳の人の料金", rule, Fit::Held);
        check("2歳の子の料金", rule, Fit::Held);
        check("40歳の人の料金", rule, Fit::Outside);
    }

    #[test]
    fn a_range_may_be_written_with_a_mark_and_in_kanji() {
        check("本町五丁目の収集日", "町名: 本町四丁目～六丁目", Fit::Held);
        check("本町五丁目の収集日", "町名: 本町一丁目～三丁目", Fit::Outside);
        check("本町五丁目の収集日", "町名: 北山四丁目・五丁目", Fit::Silent);
    }

    #[test]
    fn points_in_time_are_no_quantities() {
        assert!(quantities("14日前までに取り消すと").is_empty());
        check("10日で届く", "使用日の14日前までに申請する。", Fit::Silent);
    }
}
