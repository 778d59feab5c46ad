//! The form in which typed text and offers are compared.

use super::{LONGEST_TYPED, Place};
use crate::folding::{fold_for_search, katakana};
use crate::structure::numeral;

/// Characters of a kana word from which the long mark at its end is optional.
const LONG_WORD: usize = 4;

/// A text as it is compared: folded, letters and digits alone, hiragana and katakana one, and once more with numbers in
/// kanji as digits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Key {
    plain: String,
    /// Empty where it would be the same.
    counted: String,
}

impl Key {
    /// The key of a text.
    pub fn new(text: &str) -> Self {
        let folded = fold_for_search(text);
        let plain = letters(&folded);
        let counted = letters(&in_digits(&folded));
        let counted = if counted == plain { String::new() } else { counted };
        Self { plain, counted }
    }

    /// With numbers as they are written.
    pub fn plain(&self) -> &str {
        &self.plain
    }

    /// With numbers in digits.
    pub fn counted(&self) -> &str {
        if self.counted.is_empty() { &self.plain } else { &self.counted }
    }
}

/// What was typed so far.
pub(super) struct Typed {
    whole: Key,
    /// Its words, where it has several.
    words: Vec<Key>,
}

impl Typed {
    /// `None` when there is nothing to go by, or too much.
    pub fn new(text: &str) -> Option<Self> {
        if text.chars().count() > LONGEST_TYPED {
            return None;
        }
        let words: Vec<Key> = text.split_whitespace().map(Key::new).filter(|k| !k.plain.is_empty()).collect();
        let whole = Key::new(text);
        (!whole.plain.is_empty()).then_some(Self { whole, words: if words.len() > 1 { words } else { Vec::new() } })
    }

    /// The pieces that must all occur, in both forms; the first is what offers are looked through for.
    pub fn needles(&self) -> impl Iterator<Item = [&str; 2]> {
        let longest_first = |words: &[Key]| {
            let mut sorted: Vec<usize> = (0..words.len()).collect();
            sorted.sort_by_key(|i| std::cmp::Reverse(words[*i].plain.len()));
            sorted
        };
        let order = longest_first(&self.words);
        let whole = self.words.is_empty().then_some([self.whole.plain(), self.whole.counted()]);
        whole.into_iter().chain(order.into_iter().map(|i| [self.words[i].plain(), self.words[i].counted()]))
    }

    /// Where the typed text stands in a key of which a part begins at byte `part` (0 for none); `None` when a piece of it is
    /// missing.
    pub fn place_in(&self, key: &Key, part: usize) -> Option<Place> {
        self.place(key.plain(), key.counted(), part)
    }

    /// The same for a key in its two forms.
    pub fn place(&self, plain: &str, counted: &str, part: usize) -> Option<Place> {
        let held = |[a, b]: [&str; 2]| find(plain, a).is_some() || find(counted, b).is_some();
        if !self.needles().all(held) {
            return None;
        }
        let whole = find(plain, self.whole.plain()).into_iter().chain(find(counted, self.whole.counted())).min();
        Some(whole.map_or(Place::Within, |at| Place::at(at, part)))
    }

    /// Whether it has several words, each of which must occur.
    pub fn has_words(&self) -> bool {
        !self.words.is_empty()
    }
}

impl Place {
    /// The place of byte `at` of a key of which a part begins at byte `part` (0 for none).
    pub(super) fn at(at: usize, part: usize) -> Self {
        match at {
            0 => Self::Start,
            _ if part > 0 && at == part => Self::Part,
            _ => Self::Within,
        }
    }
}

/// The places of a needle that do not cut a number in two: 9条 does not stand in 19条.
pub(super) fn places(key: &str, needle: &str) -> impl Iterator<Item = usize> {
    let digit = needle.starts_with(|c: char| c.is_ascii_digit());
    let cut = move |at: &usize| digit && key[..*at].ends_with(|c: char| c.is_ascii_digit());
    key.match_indices(needle).map(|(at, _)| at).filter(move |at| !cut(at))
}

fn find(key: &str, needle: &str) -> Option<usize> {
    places(key, needle).next()
}

/// The letters and digits of a folded text, kana as katakana, long words without the long mark at their end.
fn letters(folded: &str) -> String {
    let mut key = String::with_capacity(folded.len());
    let mut kana = 0;
    let mut characters = folded.chars().map(katakana).peekable();
    while let Some(c) = characters.next() {
        let next = characters.peek().copied();
        kana = if is_katakana(c) { kana + 1 } else { 0 };
        let last = !next.is_some_and(is_katakana);
        if c.is_alphanumeric() && !(c == 'ー' && last && kana >= LONG_WORD) {
            key.push(c);
        }
    }
    key
}

fn is_katakana(c: char) -> bool {
    matches!(c, 'ァ'..='ヶ' | 'ー')
}

/// Numbers in kanji as digits, where they count something: 第九条, 別表第一, 条の二, 三項; not 三豊市.
fn in_digits(folded: &str) -> String {
    let characters: Vec<char> = folded.chars().collect();
    let mut counted = String::with_capacity(folded.len());
    let mut at = 0;
    while at < characters.len() {
        let counts = |taken: usize| {
            let before = at.checked_sub(1).is_some_and(|b| "第の表".contains(characters[b]));
            before || characters.get(at + taken).is_some_and(|c| "条項号章節款編目表年月日円".contains(*c))
        };
        match numeral::kanji(&characters[at..]).filter(|(_, taken)| counts(*taken)) {
            Some((number, taken)) => {
                counted.push_str(&number.to_string());
                at += taken;
            }
            None => {
                counted.push(characters[at]);
                at += 1;
            }
        }
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, plain: &str, counted: &str) {
        let key = Key::new(text);
        assert_eq!((key.plain(), key.counted()), (plain, counted), "{text}");
    }

    #[test]
    fn ways_of_writing_fall_together() {
        check("第９条（減免）", "第9条減免", "第9条減免");
        check("第九条　減免", "第九条減免", "第9条減免");
        check("別表第一", "別表第一", "別表第1");
        check("第四十二条の二", "第四十二条ノ二", "第42条ノ2");
        check("三豊市の一般廃棄物", "三豊市ノ一般廃棄物", "三豊市ノ1般廃棄物");
        check("ごみ ｺﾞﾐ ゴミ", "ゴミゴミゴミ", "ゴミゴミゴミ");
        check("サーバー、サーバ", "サーバサーバ", "サーバサーバ");
        check("髙橋", "高橋", "高橋");
        check("VPN-Client 2.0", "vpnclient20", "vpnclient20");
    }

    #[test]
    fn a_number_is_not_cut_in_two() {
        assert_eq!(find("手数料条例第19条", "9条"), None);
        assert_eq!(find("第19条第9条", "9条"), Some("第19条第".len()));
        assert_eq!(find("第12条", "第1"), Some(0), "what is typed goes on");
    }
}
