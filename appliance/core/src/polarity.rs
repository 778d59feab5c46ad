//! Polarity: which words a Japanese text denies (燃やさない, 火葬せず) and which it states.

use std::collections::BTreeSet;

/// The stems that a text states and those that it denies, each by its last kanji.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Polarity {
    stated: BTreeSet<char>,
    denied: BTreeSet<char>,
}

/// Endings that deny.
const DENIALS: &[&str] = &["ない", "なかった", "なく", "ず", "ぬ", "ません"];
/// Kanji whose ない is part of an adjective (少ない) or of another word.
const ADJECTIVES: &str = "少危切何無";
/// Characters of inflection between a stem and its denial (燃**やさ**ない).
const INFLECTION: usize = 3;

impl Polarity {
    /// Reads a folded text.
    pub fn of(folded: &str) -> Self {
        let mut polarity = Self::default();
        let mut chars = folded.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let followed = chars.peek().map(|(_, next)| *next);
            if !is_kanji(c) || followed.is_some_and(is_kanji) {
                continue;
            }
            let rest = &folded[at + c.len_utf8()..];
            if denies(rest) && !ADJECTIVES.contains(c) {
                polarity.denied.insert(c)
            } else {
                polarity.stated.insert(c)
            };
        }
        polarity
    }

    /// How many stems the two hold with opposite polarity only.
    pub fn opposite(&self, other: &Self) -> usize {
        let only = |a: &BTreeSet<char>, b: &BTreeSet<char>| a.difference(b).copied().collect::<BTreeSet<char>>();
        let (stated, denied) = (only(&self.stated, &self.denied), only(&self.denied, &self.stated));
        let (others_stated, others_denied) = (only(&other.stated, &other.denied), only(&other.denied, &other.stated));
        stated.intersection(&others_denied).count() + denied.intersection(&others_stated).count()
    }
}

fn denies(rest: &str) -> bool {
    let mut tail = rest;
    for _ in 0..=INFLECTION {
        if DENIALS.iter().any(|denial| tail.starts_with(denial)) {
            return true;
        }
        match tail.chars().next() {
            Some(c) if matches!(c, '\u{3041}'..='\u{309f}') && !matches!(c, 'の' | 'を' | 'は' | 'が') => tail = &tail[c.len_utf8()..],
            _ => return false,
        }
    }
    false
}

fn is_kanji(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '々')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(a: &str, b: &str, expected: usize) {
        assert_eq!(Polarity::of(a).opposite(&Polarity::of(b)), expected, "{a} / {b}");
    }

    #[test]
    fn a_word_and_its_denial_are_opposite() {
        check("燃やすごみの袋", "種別: 燃やさないごみ", 1);
        check("燃やさないごみの袋", "種別: 燃やさないごみ", 0);
        check("個別に火葬せず、自分で搬入", "個別に火葬するもの", 1);
        check("個別に火葬せず、自分で搬入", "個別に火葬しないもの", 0);
        check("入居できない人", "入居できる人", 1);
        check("残高が少ない場合", "残高が少ない者", 0);
    }
}
