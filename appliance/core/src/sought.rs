//! What sort of thing a question seeks, as far as its wording tells: a time, a person, a place, a number, a reason.
//!
//! Looser than [`Asked::value`](crate::asked::Asked::value), which must name the very counter of a fee or a term: this is one
//! feature among others of a learned choice, and may be wrong now and then.

use crate::folding::fold;

/// A sort of thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// いつ, 何年.
    Time,
    /// 誰, 何という人.
    Person,
    /// どこ, 何県.
    Place,
    /// いくつ, 何人.
    Number,
    /// なぜ, 理由.
    Reason,
}

/// Wordings that seek a kind of thing.
const WORDINGS: [(Kind, &[&str]); 5] = [
    (Kind::Time, &["いつ", "何年", "何月", "何日", "何時", "何世紀", "時期", "年代", "when"]),
    (Kind::Person, &["誰", "だれ", "何者", "人物", "人名", "何という人", "who"]),
    (Kind::Place, &["どこ", "何処", "場所", "地名", "何県", "何市", "何国", "国名", "どの国", "どの県", "どの都市", "where"]),
    (
        Kind::Number,
        &["いくつ", "いくら", "どれくらい", "どのくらい", "どれだけ", "何パーセント", "何キロ", "何メートル", "how many", "how much"],
    ),
    (Kind::Reason, &["なぜ", "何故", "どうして", "理由", "原因", "why"]),
];
/// What stands behind 何 where a number is sought.
const COUNTERS: &str = "人名個本台回歳才年日月時分秒円冊枚番位倍割件校km%m話巻曲点店両層階種試世代度";
const NUMERALS: &str = "0123456789〇一二三四五六七八九十百千万億兆数";
const PLACES: &str = "県市町村区国州島都府道湾山川駅城寺社館郡海";
const LONG_PLACES: &[&str] = &["半島", "大陸", "地方", "地区", "大学", "学校"];
const ERAS: &[&str] = &["明治", "大正", "昭和", "平成", "令和", "元年"];
const REASONS: &[&str] = &["ため", "から", "ので", "により", "によって", "ことで", "理由", "原因", "せい", "よる"];
/// What follows a name in running text.
const AFTER_NAMES: &str = "氏はがのとに、・(";

/// What a question seeks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sought {
    kinds: Vec<Kind>,
    /// The characters behind 何 (何**人**).
    counters: Vec<char>,
}

impl Sought {
    /// Reads the wording of a question.
    pub fn of(question: &str) -> Self {
        let folded = fold(question);
        let worded = WORDINGS.iter().filter(|(_, wordings)| wordings.iter().any(|w| folded.contains(w))).map(|(kind, _)| *kind);
        let mut kinds: Vec<Kind> = worded.collect();
        let behind = folded.match_indices('何').filter_map(|(at, what)| folded[at + what.len()..].chars().next());
        let counters: Vec<char> = behind.filter(|c| !"はがをにのとでもかい、。?".contains(*c) && !c.is_whitespace()).collect();
        if counters.iter().any(|c| COUNTERS.contains(*c)) && !kinds.contains(&Kind::Number) {
            kinds.push(Kind::Number);
        }
        Self { kinds, counters }
    }

    /// Whether it seeks that kind of thing.
    pub fn seeks(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Whether a number stands in the folded text with a counter that the question asks with (何**校**, 3校).
    pub fn is_counted_in(&self, folded: &str) -> bool {
        self.counters.iter().any(|counter| {
            folded.match_indices(*counter).any(|(at, _)| folded[..at].chars().next_back().is_some_and(|c| NUMERALS.contains(c)))
        })
    }
}

/// Whether a folded text holds something of that kind.
pub fn holds(kind: Kind, folded: &str) -> bool {
    match kind {
        Kind::Time => ERAS.iter().any(|era| folded.contains(era)) || follows(folded, |c| NUMERALS.contains(c), "年月日時世"),
        Kind::Number => folded.chars().any(|c| c.is_ascii_digit() || "一二三四五六七八九十百千万".contains(c)),
        Kind::Place => follows(folded, is_of_name, PLACES) || LONG_PLACES.iter().any(|place| folded.contains(place)),
        Kind::Person => names_a_person(folded),
        Kind::Reason => REASONS.iter().any(|word| folded.contains(word)),
    }
}

/// Whether one of `after` stands right behind a character that `before` takes, white space between them aside.
fn follows(folded: &str, before: impl Fn(char) -> bool, after: &str) -> bool {
    let mut previous = None;
    for c in folded.chars().filter(|c| *c != ' ') {
        if after.contains(c) && previous.is_some_and(&before) {
            return true;
        }
        previous = Some(c);
    }
    false
}

/// Katakana joined by ・, or two to four kanji before what follows names.
fn names_a_person(folded: &str) -> bool {
    let mut kanji = 0;
    let mut katakana = 0;
    let mut chars = folded.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '・' && katakana > 0 && chars.peek().is_some_and(|next| is_katakana(*next)) {
            return true;
        }
        if (2..=4).contains(&kanji) && AFTER_NAMES.contains(c) {
            return true;
        }
        kanji = if is_kanji(c) { kanji + 1 } else { 0 };
        katakana = if is_katakana(c) && c != '・' { katakana + 1 } else { 0 };
    }
    false
}

/// Whether a character is one of names and things: kanji or katakana.
pub fn is_of_name(c: char) -> bool {
    is_kanji(c) || is_katakana(c)
}

fn is_kanji(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '々' | '〆')
}

fn is_katakana(c: char) -> bool {
    matches!(c, '\u{30a0}'..='\u{30ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wording_tells_what_is_sought() {
        assert!(Sought::of("アシモフが移住したのはいつ?").seeks(Kind::Time));
        assert!(Sought::of("再婚相手は誰ですか").seeks(Kind::Person));
        let schools = Sought::of("小学校は何校ありますか");
        assert!(schools.seeks(Kind::Number) && schools.is_counted_in("市内に３校".replace('３', "3").as_str()));
        assert_eq!(Sought::of("目的は何か"), Sought::default());
    }

    #[test]
    fn kinds_are_told_by_their_writing() {
        assert!(holds(Kind::Time, "1917年から") && holds(Kind::Time, "昭和の初め") && !holds(Kind::Time, "来年"));
        assert!(holds(Kind::Person, "アイザック・アシモフ") && holds(Kind::Person, "夏目漱石は") && !holds(Kind::Person, "これは"));
        assert!(holds(Kind::Place, "ブラジル国内") && !holds(Kind::Place, "そこで"));
        assert!(holds(Kind::Reason, "雨のため") && holds(Kind::Number, "三つ") && !holds(Kind::Number, "なし"));
    }
}
