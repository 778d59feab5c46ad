//! Two texts side by side (新旧対照): which lines stand in both, which changed, and where within a line.
//!
//! Lines count as the same when they differ in white space alone. A changed line is put beside the one that it is most
//! like, and what differs within the two is marked: numbers and Latin words whole, Japanese by the character.

use crate::locator::Span;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A line of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line of the older text, where it has one.
    pub old: Option<Side>,
    /// The line of the newer text, where it has one.
    pub new: Option<Side>,
}

/// A line on one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Its position among the lines, from 0.
    pub line: usize,
    /// The bytes of the line that the other side has not; the whole line where that has no such line.
    pub marked: Vec<Span>,
}

impl Row {
    /// Whether the line is the same on both sides.
    pub fn is_same(&self) -> bool {
        matches!((&self.old, &self.new), (Some(old), Some(new)) if old.marked.is_empty() && new.marked.is_empty())
    }
}

/// Pairs of lines that a stretch of changed lines may be searched for; longer stretches are paired in order.
const MOST_PAIRS: usize = 40_000;
/// Characters of a line that its likeness to others is judged by.
const JUDGED: usize = 400;
/// The likeness from which two changed lines are one line that changed.
const ALIKE: f32 = 0.35;
/// Characters of a line whose differences are marked one by one; longer ones are marked whole.
const LONGEST_MARKED: usize = 4_000;

/// Compares two texts line by line.
pub fn compare(old: &[&str], new: &[&str]) -> Vec<Row> {
    let (tight_old, tight_new): (Vec<String>, Vec<String>) =
        (old.iter().map(|l| tight(l)).collect(), new.iter().map(|l| tight(l)).collect());
    let mut rows = Vec::new();
    for op in capture_diff_slices(Algorithm::Patience, &tight_old, &tight_new) {
        let (olds, news) = (op.old_range(), op.new_range());
        match op {
            DiffOp::Equal { .. } => rows.extend(olds.zip(news).map(|(o, n)| Row { old: Some(unmarked(o)), new: Some(unmarked(n)) })),
            DiffOp::Delete { .. } => rows.extend(olds.map(|o| gone(o, old))),
            DiffOp::Insert { .. } => rows.extend(news.map(|n| come(n, new))),
            DiffOp::Replace { .. } => replaced(&mut rows, old, new, olds, news),
        }
    }
    rows
}

fn tight(line: &str) -> String {
    line.chars().filter(|c| !c.is_whitespace()).collect()
}

fn unmarked(line: usize) -> Side {
    Side { line, marked: Vec::new() }
}

fn whole(line: usize, lines: &[&str]) -> Side {
    Side { line, marked: vec![Span::new(0, lines[line].len())] }
}

fn gone(line: usize, lines: &[&str]) -> Row {
    Row { old: Some(whole(line, lines)), new: None }
}

fn come(line: usize, lines: &[&str]) -> Row {
    Row { old: None, new: Some(whole(line, lines)) }
}

/// Puts the lines of a changed stretch beside those that they became.
fn replaced(rows: &mut Vec<Row>, old: &[&str], new: &[&str], olds: std::ops::Range<usize>, news: std::ops::Range<usize>) {
    let (mut o, mut n) = (olds.start, news.start);
    for (a, b) in pairs(&old[olds.clone()], &new[news.clone()]) {
        let (a, b) = (olds.start + a, news.start + b);
        rows.extend((o..a).map(|line| gone(line, old)));
        rows.extend((n..b).map(|line| come(line, new)));
        let (marked_old, marked_new) = differences(old[a], new[b]);
        rows.push(Row { old: Some(Side { line: a, marked: marked_old }), new: Some(Side { line: b, marked: marked_new }) });
        (o, n) = (a + 1, b + 1);
    }
    rows.extend((o..olds.end).map(|line| gone(line, old)));
    rows.extend((n..news.end).map(|line| come(line, new)));
}

/// Which line of the one stretch became which of the other, in their order, so that the sum of likenesses is highest.
fn pairs(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    if old.len() * new.len() > MOST_PAIRS {
        let alike = |(a, b): &(usize, usize)| likeness(&bigrams(old[*a]), &bigrams(new[*b])) >= ALIKE;
        return (0..old.len().min(new.len())).map(|i| (i, i)).filter(alike).collect();
    }
    let (olds, news): (Vec<_>, Vec<_>) = (old.iter().map(|l| bigrams(l)).collect(), new.iter().map(|l| bigrams(l)).collect());
    let width = new.len() + 1;
    let mut best = vec![0.0f32; (old.len() + 1) * width];
    let mut like = vec![0.0f32; old.len() * new.len()];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            let own = likeness(&olds[a], &news[b]);
            like[a * new.len() + b] = own;
            let taken = if own >= ALIKE { own + best[(a + 1) * width + b + 1] } else { 0.0 };
            best[a * width + b] = taken.max(best[(a + 1) * width + b]).max(best[a * width + b + 1]);
        }
    }
    let (mut a, mut b, mut found) = (0, 0, Vec::new());
    while a < old.len() && b < new.len() {
        let own = like[a * new.len() + b];
        let here = best[a * width + b];
        if own >= ALIKE && here <= own + best[(a + 1) * width + b + 1] {
            found.push((a, b));
            (a, b) = (a + 1, b + 1);
        } else if here <= best[(a + 1) * width + b] {
            a += 1;
        } else {
            b += 1;
        }
    }
    found
}

/// The pairs of neighbouring characters of a line, each as often as it stands there, in order of their codes: so that two
/// lines are compared by one walk along both.
fn bigrams(line: &str) -> Vec<u64> {
    let letters: Vec<char> = line.chars().filter(|c| !c.is_whitespace()).take(JUDGED).collect();
    let mut pairs: Vec<u64> = letters.windows(2).map(|w| (u64::from(u32::from(w[0])) << 32) | u64::from(u32::from(w[1]))).collect();
    pairs.sort_unstable();
    pairs
}

/// The share of pairs that two lines have in common, from 0 to 1.
fn likeness(a: &[u64], b: &[u64]) -> f32 {
    let (mut i, mut j, mut common) = (0, 0, 0usize);
    while let (Some(left), Some(right)) = (a.get(i), b.get(j)) {
        common += usize::from(left == right);
        i += usize::from(left <= right);
        j += usize::from(right <= left);
    }
    let total = a.len() + b.len();
    if total == 0 { 0.0 } else { 2.0 * common as f32 / total as f32 }
}

/// The bytes of either line that the other has not.
fn differences(old: &str, new: &str) -> (Vec<Span>, Vec<Span>) {
    if old.chars().count().max(new.chars().count()) > LONGEST_MARKED {
        return (vec![Span::new(0, old.len())], vec![Span::new(0, new.len())]);
    }
    let (olds, news) = (tokens(old), tokens(new));
    let texts = |spans: &[Span], line: &str| spans.iter().map(|s| line[s.start..s.end].to_owned()).collect::<Vec<_>>();
    let (mut marked_old, mut marked_new) = (Vec::new(), Vec::new());
    for op in capture_diff_slices(Algorithm::Myers, &texts(&olds, old), &texts(&news, new)) {
        if !matches!(op, DiffOp::Equal { .. }) {
            mark(&mut marked_old, &olds, op.old_range());
            mark(&mut marked_new, &news, op.new_range());
        }
    }
    (joined(marked_old, old), joined(marked_new, new))
}

fn mark(marked: &mut Vec<Span>, tokens: &[Span], range: std::ops::Range<usize>) {
    if let (Some(first), Some(last)) = (tokens.get(range.start), range.end.checked_sub(1).and_then(|l| tokens.get(l)))
        && !range.is_empty()
    {
        marked.push(Span::new(first.start, last.end));
    }
}

/// Joins marks that a single character parts: 「五」 and 「円」 around an unchanged 「百」 read worse than 「五百円」.
fn joined(marked: Vec<Span>, line: &str) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::with_capacity(marked.len());
    for span in marked {
        match joined.last_mut() {
            Some(last) if line[last.end..span.start].chars().filter(|c| !c.is_whitespace()).count() <= 1 => last.end = span.end,
            _ => joined.push(span),
        }
    }
    joined
}

/// A line in the pieces that differences are told in: white space is none of them.
fn tokens(line: &str) -> Vec<Span> {
    let kind = |c: char| match c {
        c if c.is_whitespace() => 0u8,
        c if c.is_numeric() && !"一二三四五六七八九〇".contains(c) => 1,
        c if c.is_ascii_alphabetic() => 2,
        _ => 3,
    };
    let mut found: Vec<Span> = Vec::new();
    let mut before = 0;
    for (at, c) in line.char_indices() {
        let end = at + c.len_utf8();
        let own = kind(c);
        // 「1,200」「2.5」 are one number.
        let within = before == 1 && matches!(c, ',' | '.' | '，' | '．') && line[end..].chars().next().is_some_and(|next| kind(next) == 1);
        let own = if within { 1 } else { own };
        match found.last_mut() {
            Some(last) if own == before && matches!(own, 1 | 2) => last.end = end,
            _ if own == 0 => {}
            _ => found.push(Span::new(at, end)),
        }
        before = own;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Each row as 「old | new」, with what is marked in brackets.
    fn shown(old: &[&str], new: &[&str]) -> Vec<String> {
        let side = |side: &Option<Side>, lines: &[&str]| {
            let Some(side) = side else { return "–".to_owned() };
            let line = lines[side.line];
            let mut text = String::new();
            let mut at = 0;
            for span in &side.marked {
                text.push_str(&format!("{}[{}]", &line[at..span.start], &line[span.start..span.end]));
                at = span.end;
            }
            text + &line[at..]
        };
        compare(old, new).iter().map(|r| format!("{} | {}", side(&r.old, old), side(&r.new, new))).collect()
    }

    #[test]
    fn what_changed_is_marked_within_its_line() {
        let old = ["第3条　手数料は、1,200円とする。", "2　市長は、減免することができる。", "附　則"];
        let new = ["第3条　手数料は、1,500円とする。", "2　市長は、減免することができる。", "3　前項の規定による。", "附 則"];
        let expected = [
            "第3条　手数料は、[1,200]円とする。 | 第3条　手数料は、[1,500]円とする。",
            "2　市長は、減免することができる。 | 2　市長は、減免することができる。",
            "– | [3　前項の規定による。]",
            "附　則 | 附 則",
        ];
        assert_eq!(shown(&old, &new), expected);
    }

    #[test]
    fn an_inserted_line_does_not_shift_its_neighbours() {
        let old = ["(1)　戸籍の謄本　450円", "(2)　住民票の写し　300円", "(3)　印鑑証明書　300円"];
        let new = ["(1)　戸籍の謄本　500円", "(2)　除籍の謄本　750円", "(3)　住民票の写し　350円", "(4)　印鑑証明書　350円"];
        let rows = shown(&old, &new);
        assert_eq!(rows[0], "(1)　戸籍の謄本　[450]円 | (1)　戸籍の謄本　[500]円");
        assert_eq!(rows[1], "– | [(2)　除籍の謄本　750円]");
        assert_eq!(rows[2], "([2])　住民票の写し　[300]円 | ([3])　住民票の写し　[350]円");
        assert_eq!(rows.len(), 4);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn every_line_stands_once_in_its_order(old in prop::collection::vec("[あいう第条0-9 ]{0,8}", 0..20), new in prop::collection::vec("[あいう第条0-9 ]{0,8}", 0..20)) {
            let (old, new): (Vec<&str>, Vec<&str>) = (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
            let rows = compare(&old, &new);
            let lines = |side: fn(&Row) -> &Option<Side>| rows.iter().filter_map(|r| side(r).as_ref().map(|s| s.line)).collect::<Vec<_>>();
            prop_assert_eq!(lines(|r| &r.old), (0..old.len()).collect::<Vec<_>>());
            prop_assert_eq!(lines(|r| &r.new), (0..new.len()).collect::<Vec<_>>());
            for row in &rows {
                if let (Some(o), Some(n)) = (&row.old, &row.new) {
                    let unmarked = |side: &Side, line: &str| {
                        let kept: String = line.char_indices().filter(|(at, _)| !side.marked.iter().any(|s| (s.start..s.end).contains(at))).map(|(_, c)| c).collect();
                        tight(&kept)
                    };
                    // What is not marked is the same on both sides, but for single characters that joined marks swallow.
                    if o.marked.is_empty() || n.marked.is_empty() {
                        prop_assert!(tight(old[o.line]) == tight(new[n.line]) || unmarked(o, old[o.line]).len() <= tight(new[n.line]).len() || unmarked(n, new[n.line]).len() <= tight(old[o.line]).len());
                    }
                }
            }
        }
    }
}
