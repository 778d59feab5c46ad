//! What an item of a list begins with, outside of regulations too: a number, a bullet, the name of a step.

use super::enumerator::Style;
use super::marker::{Marker, marker};

/// What an item begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListMark {
    /// As it is written (「(1)」「・」「手順1」).
    pub label: String,
    /// Bytes of the line up to the item's own words.
    pub taken: usize,
    readings: Vec<(Manner, u32)>,
}

/// How the marks of one list are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Numbered(Style),
    Step,
    Bullet(char),
}

/// Signs in front of items without a number.
const BULLETS: &str = "・•●○◆◇■□▪▶►➢✓☐☑‣–-*";
/// Words in front of the number of a step.
const STEPS: [&str; 5] = ["手順", "ステップ", "STEP", "Step", "その"];

/// The mark that a line begins with; `None` for running text.
pub fn list_mark(line: &str) -> Option<ListMark> {
    let line = line.trim_start();
    step(line).or_else(|| bullet(line)).or_else(|| numbered(line))
}

impl ListMark {
    /// Whether it bears a number.
    pub fn is_numbered(&self) -> bool {
        !matches!(self.readings.first(), Some((Manner::Bullet(_), _)))
    }

    /// Whether an item with this mark can be the next one behind an item with that mark.
    pub fn follows(&self, before: &Self) -> bool {
        self.readings.iter().any(|(manner, number)| match manner {
            Manner::Bullet(_) => before.readings.contains(&(*manner, *number)),
            _ => before.readings.iter().any(|(m, n)| m == manner && n + 1 == *number),
        })
    }

    /// Whether it can be the first of a list.
    pub fn begins(&self) -> bool {
        self.readings.iter().any(|(_, number)| *number <= 1)
    }
}

fn numbered(line: &str) -> Option<ListMark> {
    let Marker::Listed { readings, label } = marker(line) else { return None };
    let rest = line.strip_prefix(label.as_str())?;
    let words = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '．' | ')' | '）' | '、'));
    if words.is_empty() {
        return None;
    }
    let readings = readings.into_iter().map(|(style, number)| (Manner::Numbered(style), number)).collect();
    Some(ListMark { label, taken: line.len() - words.len(), readings })
}

fn step(line: &str) -> Option<ListMark> {
    let rest = STEPS.iter().find_map(|word| line.strip_prefix(word))?.trim_start();
    let digits: String = rest.chars().take_while(|c| c.is_numeric()).collect();
    let number =
        digits.chars().try_fold(0_u32, |n, c| n.checked_mul(10)?.checked_add(crate::folding::fold(&c.to_string()).parse().ok()?))?;
    let after = &rest[digits.len()..];
    let words = after.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '.' | '．' | '、' | ')' | '）'));
    let parted = words.len() < after.len();
    (!digits.is_empty() && parted && !words.is_empty()).then(|| ListMark {
        label: line[..line.len() - after.len()].to_owned(),
        taken: line.len() - words.len(),
        readings: vec![(Manner::Step, number)],
    })
}

fn bullet(line: &str) -> Option<ListMark> {
    let sign = line.chars().next().filter(|c| BULLETS.contains(*c))?;
    let rest = &line[sign.len_utf8()..];
    let words = rest.trim_start();
    // A hyphen or an asterisk begins an item only before a space: it may be a sign of what follows it.
    let parted = words.len() < rest.len() || !matches!(sign, '-' | '*' | '–' | '○');
    (parted && !words.is_empty()).then(|| ListMark {
        label: sign.to_string(),
        taken: line.len() - words.len(),
        readings: vec![(Manner::Bullet(sign), 0)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<(&str, &str)>) {
        let mark = list_mark(line);
        assert_eq!(mark.as_ref().map(|m| (m.label.as_str(), &line[m.taken..])), expected);
    }

    #[test]
    fn items_are_known_by_what_they_begin_with() {
        check("1. Open the front cover.", Some(("1", "Open the front cover.")));
        check("(2) 災害により被害を受けた者", Some(("(2)", "災害により被害を受けた者")));
        check("・申請書", Some(("・", "申請書")));
        check("手順2：暗証番号を入力する", Some(("手順2", "暗証番号を入力する")));
        check("- Printing is forbidden.", Some(("-", "Printing is forbidden.")));
        check("-5度以下のとき", None);
        check("手数料は、500円とする。", None);
    }

    #[test]
    fn items_follow_each_other_by_their_numbers() {
        let mark = |line| list_mark(line).expect("an item");
        assert!(mark("(2) b").follows(&mark("(1) a")));
        assert!(!mark("(3) c").follows(&mark("(1) a")));
        assert!(!mark("2. b").follows(&mark("(1) a")));
        assert!(mark("・b").follows(&mark("・a")));
        assert!(mark("イ　b").follows(&mark("ア　a")));
        assert!(mark("ロ　b").follows(&mark("イ　a")));
    }
}
