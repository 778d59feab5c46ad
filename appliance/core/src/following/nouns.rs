//! Words that say nothing of what a question is about: they ask for a property of it (期限, 手数料), or set a condition
//! (65歳以上, 郵送). A question made of such words alone follows the one before it.

use std::collections::HashSet;
use std::sync::LazyLock;

/// The words by their sorts, as `nouns.txt` has them.
static WORDS: LazyLock<Words> = LazyLock::new(Words::read);

struct Words {
    all: HashSet<&'static str>,
    conditions: HashSet<&'static str>,
    foreign: HashSet<&'static str>,
}

impl Words {
    fn read() -> Self {
        let mut words = Self { all: HashSet::new(), conditions: HashSet::new(), foreign: HashSet::new() };
        let mut sort = "";
        for line in include_str!("nouns.txt").lines().filter(|l| !l.starts_with('#')) {
            if let Some(named) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                sort = named;
                continue;
            }
            for word in line.split_whitespace() {
                words.all.insert(word);
                match sort {
                    "conditions" => drop(words.conditions.insert(word)),
                    "foreign" => drop(words.foreign.insert(word)),
                    _ => {}
                }
            }
        }
        words
    }
}

/// Whether a run of kanji, katakana, letters or digits is made of such words and of numbers alone.
pub(super) fn is_general(run: &str) -> bool {
    let chars: Vec<char> = run.chars().collect();
    // covered[i]: the first i characters can be cut into known words.
    let mut covered = vec![false; chars.len() + 1];
    covered[0] = true;
    for at in 0..chars.len() {
        if !covered[at] {
            continue;
        }
        if chars[at].is_ascii_digit() || "一二三四五六七八九十百千万半数.,年月円週".contains(chars[at]) {
            covered[at + 1] = true;
        }
        for length in 1..=(chars.len() - at).min(10) {
            let word: String = chars[at..at + length].iter().collect();
            if WORDS.all.contains(word.as_str()) {
                covered[at + length] = true;
            }
        }
    }
    covered[chars.len()] || is_charge(&chars)
}

/// What is charged or counted of the thing: 給食費, 入園料, 収集日, 申込先.
fn is_charge(chars: &[char]) -> bool {
    (3..=4).contains(&chars.len()) && chars.last().is_some_and(|c| "料費額率日先".contains(*c))
}

/// Whether a phrase sets a condition and names no thing.
pub(super) fn is_condition(phrase: &str) -> bool {
    let ends = [
        "以上", "以下", "以内", "未満", "歳", "才", "丁目", "人", "目", "とき", "時", "曜日", "円", "か月", "ヶ月", "年", "月", "日", "生",
        "者", "外", "内",
    ];
    let head: String = phrase.rsplit(['の', 'な']).next().unwrap_or(phrase).to_owned();
    WORDS.conditions.contains(phrase)
        || WORDS.conditions.contains(head.as_str())
        || ["子ども", "こども", "おとな", "ひとり", "ふたり"].iter().any(|w| phrase.starts_with(w))
        || phrase.chars().any(|c| c.is_ascii_digit()) && ends.iter().any(|e| phrase.ends_with(e))
        || WORDS.foreign.contains(phrase) && !["カード", "ページ", "サイト"].contains(&phrase)
        || phrase.ends_with("の人")
        || phrase.ends_with("の方")
}

/// The class of a phrase that takes the place of another of its class: 平日 and 休日, 中学生 and 高校生.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A day of the week, or a sort of days.
    Day,
    /// A sort of people.
    Person,
    /// A number with this counter behind it.
    Counted(String),
    /// A code that begins with these letters.
    Code(String),
}

/// The class of a phrase, where it has one.
pub(super) fn class(phrase: &str) -> Option<Class> {
    const DAYS: [&str; 12] = ["平日", "休日", "土日", "祝日", "週末", "曜日", "日曜", "月曜", "土曜", "午前", "午後", "夜間"];
    const PEOPLE: [&str; 13] = ["生", "人", "大人", "小人", "子ども", "子供", "幼児", "児童", "生徒", "高齢者", "市民", "団体", "個人"];
    let letters: String = phrase.chars().take_while(char::is_ascii_alphabetic).collect();
    if !letters.is_empty() && phrase.chars().any(|c| c.is_ascii_digit()) {
        return Some(Class::Code(letters.to_ascii_lowercase()));
    }
    if let Some(at) = phrase.rfind(|c: char| c.is_ascii_digit()) {
        let counter: String = phrase[at + 1..].chars().take(2).collect();
        return (!counter.is_empty()).then_some(Class::Counted(counter));
    }
    if DAYS.iter().any(|d| phrase.ends_with(d)) {
        return Some(Class::Day);
    }
    PEOPLE.iter().any(|p| phrase.ends_with(p)).then_some(Class::Person)
}
