//! What a question asks for, as far as its wording tells: the codes and things it names, and the kind of value wanted.
//!
//! These are rules of how questions are worded, not a language model. They steer which sentence is quoted, and they keep
//! Kura from answering about another thing than the one named (医学部 where only other faculties stand, code Z-9999 where
//! the list ends before).

use crate::folding::{character_pairs, fold, holds_pair, pair_set};
use crate::polarity::Polarity;
use crate::quantity::{Quantity, quantities};

/// The kind of value that a question wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedValue {
    /// Counters, one of which must follow a number (円, 日, minutes).
    units: &'static [&'static str],
}

/// What a question asks for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asked {
    /// The question.
    pub words: String,
    /// Codes of letters and digits (`LX-4200`), folded: a source that lacks one is about something else.
    pub identifiers: Vec<String>,
    /// Nouns that stand right before の, in kanji, katakana or Latin letters: what the asked thing belongs to.
    pub owners: Vec<String>,
    /// The kind of value wanted, when the wording tells.
    pub value: Option<WantedValue>,
    /// What the question counts (150平方メートル).
    pub quantities: Vec<Quantity>,
    /// What the question denies (火葬しない, 燃やさない) and what it does not, by the last character of the word's stem.
    pub polarity: Polarity,
    /// Names of one character (the 中 of 「中サイズ」, the Ｃ of 「区分Ｃ」), folded: too short to be a term.
    pub short_names: Vec<char>,
}

/// Wordings that ask for a value, with the counters that answer them; the first that occurs counts. One after ^ begins the
/// question.
const WORDINGS: &[(&[&str], &[&str])] = &[
    (&["何割", "何パーセント", "何%"], &["割", "%", "分の"]),
    (&["いくら", "何円", "料金は", "手数料は", "罰金は", "金額", "how much"], &["円", "yen", "無料", "免除"]),
    (&["どれだけ", "どのくらい", "どれくらい"], &["割", "%", "円", "日", "か月", "月", "年", "分の", "時間", "冊"]),
    (&["何時"], &["時", ":"]),
    (&["何分", "how many minutes"], &["分", "minutes"]),
    (&["何人", "何名"], &["人", "名"]),
    (&["何年"], &["年"]),
    (&["何月"], &["月"]),
    (&["何曜日"], &["曜"]),
    (&["何日", "何日間", "期限", "how many days"], &["日", "週間", "か月", "days"]),
    (&["いつ", "日程"], &["月", "日", "曜", "時", "年"]),
    (&["何文字"], &["文字", "字"]),
    (&["何回"], &["回"]),
    (&["何冊"], &["冊"]),
    (&["何台"], &["台"]),
    (&["何単位"], &["単位"]),
    (&["何科目"], &["科目"]),
    (&["何枚"], &["枚"]),
    (&["何センチ", "何メートル", "何cm"], &["センチ", "メートル", "cm", "m"]),
    (&["大きさの上限", "何mb", "何gb", "容量"], &["mb", "gb", "メガ", "ギガ"]),
    (&["電話番号", "何番", "phone number"], &["-"]),
    (&["^when"], &["minutes", "hours", "days", "weeks", "months", "years", "am", "pm", "a.m", "p.m"]),
    (&["how long"], &["minutes", "hours", "days", "weeks", "months", "years"]),
    (&["how many pages"], &["pages"]),
];

/// Whether a question has that wording; one that begins with ^ must begin the question (When …?, not … when …).
fn is_worded(folded: &str, wording: &str) -> bool {
    wording.strip_prefix('^').map_or_else(|| folded.contains(wording), |first| folded.trim_start().starts_with(first))
}

impl Asked {
    /// Reads the wording of a question.
    pub fn of(question: &str) -> Self {
        let folded = plain_dashes(&fold(question));
        let value =
            WORDINGS.iter().find(|(wordings, _)| wordings.iter().any(|w| is_worded(&folded, w))).map(|(_, units)| WantedValue { units });
        Self {
            words: question.to_owned(),
            identifiers: identifiers(&folded),
            owners: owners(&folded),
            value,
            quantities: quantities(question),
            polarity: Polarity::of(&folded),
            short_names: short_names(&folded),
        }
    }

    /// Whether `text` holds a value of the kind wanted; `false` when the wording wants none.
    pub fn is_answered_by(&self, text: &str) -> bool {
        self.value.as_ref().is_some_and(|v| v.stands_in(text))
    }

    /// How many of the question's codes stand in `text`.
    pub fn identifiers_in(&self, text: &str) -> usize {
        let folded = plain_dashes(&fold(text));
        self.identifiers.iter().filter(|id| stands_alone(&folded, id)).count()
    }

    /// How many of the question's short names stand by themselves in `text` (「袋（中）」, 「区分Ｃに」).
    pub fn short_names_in(&self, text: &str) -> usize {
        let found = short_names(&fold(text));
        self.short_names.iter().filter(|name| found.contains(name)).count()
    }

    /// How many words of the question stand in `text` only with the opposite polarity.
    pub fn contradicted_by(&self, text: &str) -> usize {
        self.polarity.opposite(&Polarity::of(&fold(text)))
    }

    /// Whether `text` names each thing that the question names as the owner of what it asks.
    pub fn owners_stand_in(&self, text: &str) -> bool {
        let pairs = pair_set(text);
        self.owners.iter().all(|owner| character_pairs(owner).iter().all(|p| holds_pair(&pairs, p)))
    }
}

impl WantedValue {
    fn stands_in(&self, text: &str) -> bool {
        let folded = fold(text);
        self.units.iter().any(|unit| folded.match_indices(unit).any(|(at, _)| counts(&folded, at, unit)))
    }
}

/// Whether the unit at `at` follows a number (日曜日 and 無料 stand by themselves).
fn counts(folded: &str, at: usize, unit: &str) -> bool {
    if matches!(unit, "無料" | "免除" | "曜") {
        return true;
    }
    let before = folded[..at].trim_end();
    if before.chars().next_back().is_some_and(|c| c.is_ascii_digit() || "一二三四五六七八九十百千万億半数".contains(c)) {
        return true;
    }
    // In English an adjective may stand between (three working days).
    let english = unit.len() > 1 && unit.bytes().all(|b| b.is_ascii_alphabetic());
    english && before.rsplit(' ').take(2).any(|word| NUMBER_WORDS.contains(&word) || word.bytes().all(|b| b.is_ascii_digit()))
}

const NUMBER_WORDS: &[&str] = &[
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "fifteen", "twenty", "thirty", "sixty",
    "ninety", "a", "an", "half",
];

/// Runs of letters, digits and inner `-`, `_`, `.` that hold both a letter and a digit.
fn identifiers(folded: &str) -> Vec<String> {
    let runs = folded.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'));
    let mixed =
        |run: &&str| run.len() >= 3 && run.contains(|c: char| c.is_ascii_digit()) && run.contains(|c: char| c.is_ascii_alphabetic());
    runs.map(|r| r.trim_matches(['-', '_', '.'])).filter(mixed).map(str::to_owned).collect()
}

/// Characters that stand alone between others of another script: a kanji or a Latin letter that names one of several
/// (大, 中, 小, A, B). Counters, which follow a number, and question words name nothing.
fn short_names(folded: &str) -> Vec<char> {
    const NO_NAMES: &str = "何者物事時月日年円人名回点枚冊台分度以他又及等的";
    #[derive(PartialEq)]
    enum Script {
        Kanji,
        Latin,
        Digit,
        Other,
    }
    let script = |c: char| match c {
        '\u{3400}'..='\u{9fff}' | '々' => Script::Kanji,
        'a'..='z' => Script::Latin,
        '0'..='9' => Script::Digit,
        _ => Script::Other,
    };
    let chars: Vec<char> = folded.chars().collect();
    let alone = |at: usize| {
        let own = script(chars[at]);
        let neighbours = [at.checked_sub(1).map(|i| chars[i]), chars.get(at + 1).copied()];
        let follows_digit = neighbours[0].is_some_and(|c| script(c) == Script::Digit);
        // What hiragana other than a particle follows is the stem of a verb (燃やす).
        let is_stem = neighbours[1].is_some_and(|c| matches!(c, '\u{3041}'..='\u{309f}') && !"のはがをとにでも".contains(c));
        matches!(own, Script::Kanji | Script::Latin)
            && !follows_digit
            && !is_stem
            && neighbours.into_iter().flatten().all(|c| script(c) != own)
            && !NO_NAMES.contains(chars[at])
    };
    let mut names: Vec<char> = (0..chars.len()).filter(|at| alone(*at)).map(|at| chars[at]).collect();
    names.dedup();
    names
}

/// Nouns that stand before の without naming anything.
const FORMAL_NOUNS: &[&str] = &[
    "場合",
    "以上",
    "以下",
    "以内",
    "以外",
    "以前",
    "以後",
    "一般",
    "自分",
    "程度",
    "最大",
    "最低",
    "途中",
    "サイズ",
    "タイプ",
    "種類",
    "区分",
];

/// The runs of kanji, katakana or Latin letters (two characters or more) right before の.
fn owners(folded: &str) -> Vec<String> {
    let named = |c: char| matches!(c, '\u{30a0}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '々') || c.is_ascii_alphabetic();
    let mut found = Vec::new();
    for (at, _) in folded.match_indices('の') {
        let before = &folded[..at];
        let start = before.char_indices().rev().take_while(|(_, c)| named(*c)).last().map_or(at, |(i, _)| i);
        let owner = &before[start..];
        if owner.chars().count() >= 2 && !owner.contains('何') && !FORMAL_NOUNS.iter().any(|n| owner.ends_with(n)) {
            found.push(owner.to_owned());
        }
    }
    found
}

fn plain_dashes(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '‐' | '‑' | '–' | '—' | '―' | '−') { '-' } else { c }).collect()
}

fn stands_alone(text: &str, identifier: &str) -> bool {
    text.match_indices(identifier).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + identifier.len()..].chars().next();
        [before, after].into_iter().flatten().all(|c| !c.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(question: &str, identifiers: &[&str], owners: &[&str]) {
        let asked = Asked::of(question);
        assert_eq!(asked.identifiers, identifiers);
        assert_eq!(asked.owners, owners);
    }

    #[test]
    fn codes_and_owners_are_read_from_the_wording() {
        check("エラーコードＺ－９９９９の対処方法を教えてください。", &["z-9999"], &[]);
        check("みなと市立大学の医学部の入学定員は何人ですか。", &[], &["市立大学", "医学部"]);
        check("再交付を受ける場合の手数料", &[], &[]);
        check("休みの日でも10月の手続はできますか", &[], &[]);
        check("What should I do when the LX-4200 shows code J-31?", &["lx-4200", "j-31"], &[]);
    }

    #[test]
    fn the_wanted_value_is_a_number_with_its_counter() {
        let asked = Asked::of("粗大ごみの手数料はいくらですか");
        assert!(asked.is_answered_by("1点につき500円とする。"));
        assert!(asked.is_answered_by("手数料は、五百円とする。"));
        assert!(!asked.is_answered_by("手数料は、規則で定める。"));
        assert!(!Asked::of("目的は何ですか").is_answered_by("500円"));
        assert!(Asked::of("婚姻届はいつまで").is_answered_by("7日以内に届け出る。"));
        assert!(Asked::of("How long before the move?").is_answered_by("at least three working days before"));
        assert!(!Asked::of("How long before the move?").is_answered_by("in the days before"));
    }

    #[test]
    fn names_of_one_character_stand_alone() {
        let asked = Asked::of("燃やすごみの指定収集袋の中サイズは1枚いくらですか");
        assert_eq!(asked.short_names, ['中']);
        assert_eq!(asked.short_names_in("指定収集袋（中） 30リットル相当"), 1);
        assert_eq!(asked.short_names_in("集中管理の袋（大）"), 0);
        assert_eq!(Asked::of("品目の区分Ｃはいくら").short_names, ['c']);
    }

    #[test]
    fn a_code_is_found_only_whole() {
        let asked = Asked::of("J-3 の意味");
        assert_eq!(asked.identifiers_in("J‐31 Fuser"), 0);
        assert_eq!(asked.identifiers_in("(J-3) Tray"), 1);
        assert!(!Asked::of("医学部の定員").owners_stand_in("看護学部 80人"));
    }
}
