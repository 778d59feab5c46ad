//! Cues: the words that turn what is said around: denials, duties and permissions, limits, exceptions.

use super::Token;

/// A word that turns what is said around.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::citation) enum Cue {
    /// ない, ません, ず; not, no.
    Not,
    /// てはならない, 禁止.
    MustNot,
    /// なければならない, 必要がある; must.
    Must,
    /// できる, てもよい; may.
    May,
    /// できない; cannot.
    Cannot,
    /// 以上.
    From,
    /// 超える.
    Over,
    /// 以下, 以内.
    UpTo,
    /// 未満.
    Under,
    /// 前, 以前.
    Before,
    /// 後, 以後.
    After,
    /// から, 以降.
    Since,
    /// まで.
    Until,
    /// 除く, ほか; except.
    Except,
    /// ただし.
    However,
    /// この限りでない.
    NotSo,
    /// にかかわらず.
    Regardless,
    /// に限る, のみ; only.
    Only,
}

/// What sort of cue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::citation) enum Kind {
    /// It denies, obliges or permits.
    Mode,
    /// It limits a number or a time.
    Bound,
    /// It excepts.
    Exception,
}

impl Cue {
    pub fn kind(self) -> Kind {
        match self {
            Self::Not | Self::MustNot | Self::Must | Self::May | Self::Cannot => Kind::Mode,
            Self::From | Self::Over | Self::UpTo | Self::Under | Self::Before | Self::After | Self::Since | Self::Until => Kind::Bound,
            Self::Except | Self::However | Self::NotSo | Self::Regardless | Self::Only => Kind::Exception,
        }
    }

    /// Whether it denies.
    pub fn denies(self) -> bool {
        matches!(self, Self::Not | Self::MustNot | Self::Cannot)
    }
}

/// Words and their cues, longer ones before those that they begin with; `None` for words that look like a cue and are none.
const WORDS: &[(&str, Option<Cue>)] = &[
    ("この限りでない", Some(Cue::NotSo)),
    ("この限りではない", Some(Cue::NotSo)),
    ("この限りではありません", Some(Cue::NotSo)),
    ("この限りでありません", Some(Cue::NotSo)),
    ("なければならない", Some(Cue::Must)),
    ("なければなりません", Some(Cue::Must)),
    ("なければいけない", Some(Cue::Must)),
    ("なければいけません", Some(Cue::Must)),
    ("なくてはならない", Some(Cue::Must)),
    ("なくてはなりません", Some(Cue::Must)),
    ("ねばならない", Some(Cue::Must)),
    ("ねばならず", Some(Cue::Must)),
    ("ねばなりません", Some(Cue::Must)),
    ("なければならず", Some(Cue::Must)),
    ("なければならなかった", Some(Cue::Must)),
    ("てはならない", Some(Cue::MustNot)),
    ("てはならず", Some(Cue::MustNot)),
    ("てはなりません", Some(Cue::MustNot)),
    ("てはいけない", Some(Cue::MustNot)),
    ("てはいけません", Some(Cue::MustNot)),
    ("ではならない", Some(Cue::MustNot)),
    ("ではなりません", Some(Cue::MustNot)),
    ("禁止", Some(Cue::MustNot)),
    ("禁じ", Some(Cue::MustNot)),
    ("かもしれない", None),
    ("かもしれません", None),
    ("にほかならない", None),
    ("だけでなく", None),
    ("だけではなく", None),
    ("のみならず", None),
    ("のみでなく", None),
    ("遅滞なく", None),
    ("まもなく", None),
    ("間もなく", None),
    ("少なく", None),
    ("少ない", None),
    ("なくす", None),
    ("危ない", None),
    ("つない", None),
    ("ことができない", Some(Cue::Cannot)),
    ("ことができません", Some(Cue::Cannot)),
    ("ことはできない", Some(Cue::Cannot)),
    ("ことはできません", Some(Cue::Cannot)),
    ("ことができなかった", Some(Cue::Cannot)),
    ("ことができる", Some(Cue::May)),
    ("ことができます", Some(Cue::May)),
    ("ことができた", Some(Cue::May)),
    ("ことができ", Some(Cue::May)),
    ("できなかった", Some(Cue::Cannot)),
    ("できない", Some(Cue::Cannot)),
    ("できません", Some(Cue::Cannot)),
    ("できなく", Some(Cue::Cannot)),
    ("できず", Some(Cue::Cannot)),
    ("できる", Some(Cue::May)),
    ("できます", Some(Cue::May)),
    ("できた", Some(Cue::May)),
    ("できました", Some(Cue::May)),
    ("てもよい", Some(Cue::May)),
    ("ても良い", Some(Cue::May)),
    ("てもかまわない", Some(Cue::May)),
    ("必要がある", Some(Cue::Must)),
    ("必要があります", Some(Cue::Must)),
    ("ありませんでした", Some(Cue::Not)),
    ("ありません", Some(Cue::Not)),
    ("ませんでした", Some(Cue::Not)),
    ("ません", Some(Cue::Not)),
    ("なかった", Some(Cue::Not)),
    ("なかっ", Some(Cue::Not)),
    ("なければ", Some(Cue::Not)),
    ("ないで", Some(Cue::Not)),
    ("ない", Some(Cue::Not)),
    ("ずに", Some(Cue::Not)),
    ("不可", Some(Cue::Cannot)),
    ("以上", Some(Cue::From)),
    ("を超える", Some(Cue::Over)),
    ("を超え", Some(Cue::Over)),
    ("をこえる", Some(Cue::Over)),
    ("をこえ", Some(Cue::Over)),
    ("を上回る", Some(Cue::Over)),
    ("を上回", Some(Cue::Over)),
    ("を下回る", Some(Cue::Under)),
    ("を下回", Some(Cue::Under)),
    ("超える", Some(Cue::Over)),
    ("超え", Some(Cue::Over)),
    ("以内", Some(Cue::UpTo)),
    ("以下", Some(Cue::UpTo)),
    ("未満", Some(Cue::Under)),
    ("に満たない", Some(Cue::Under)),
    ("以前", Some(Cue::Before)),
    ("以後", Some(Cue::After)),
    ("以降", Some(Cue::Since)),
    ("までに", Some(Cue::Until)),
    ("まで", Some(Cue::Until)),
    ("からなる", None),
    ("ながら", None),
    ("かかわらず", Some(Cue::Regardless)),
    ("拘らず", Some(Cue::Regardless)),
    ("関わらず", Some(Cue::Regardless)),
    ("から", Some(Cue::Since)),
    ("を除いた", Some(Cue::Except)),
    ("を除いて", Some(Cue::Except)),
    ("を除き", Some(Cue::Except)),
    ("を除く", Some(Cue::Except)),
    ("は除く", Some(Cue::Except)),
    ("は除き", Some(Cue::Except)),
    ("を除外", Some(Cue::Except)),
    ("除きます", Some(Cue::Except)),
    ("除く", Some(Cue::Except)),
    ("除き", Some(Cue::Except)),
    ("除いて", Some(Cue::Except)),
    ("以外", Some(Cue::Except)),
    ("ただし", Some(Cue::However)),
    ("但し", Some(Cue::However)),
    ("に限る", Some(Cue::Only)),
    ("に限り", Some(Cue::Only)),
    ("に限って", Some(Cue::Only)),
    ("に限られ", Some(Cue::Only)),
    ("のみ", Some(Cue::Only)),
];

/// Endings that come behind a verb's stem alone: 「行わず」 denies, 「必ず」 and 「まず」 do not.
const NO_DENIAL_BEFORE_ZU: [&str; 6] = ["必", "先", "ま", "ひと", "わ", "いわ"];
/// Adjectives and words whose ない denies nothing.
const NO_DENIAL_BEFORE_NAI: [&str; 5] = ["少", "危", "切", "せつ", "はか"];

/// The cue at byte `at`, and its length; the cue is `None` for a word that only looks like one.
pub(super) fn cue(folded: &str, at: usize) -> Option<(Option<Cue>, usize)> {
    let (before, rest) = folded.split_at(at);
    if let Some((word, cue)) = WORDS.iter().find(|(word, _)| rest.starts_with(word)) {
        let adjective = *word == "ない" && NO_DENIAL_BEFORE_NAI.iter().any(|stem| before.ends_with(stem));
        // つながらない and the like: ながら is a conjunction only behind a stem.
        let hidden = *word == "ながら" && rest.starts_with("ながらな");
        if !hidden {
            return Some((cue.filter(|_| !adjective), word.len()));
        }
    }
    let inflected = before.ends_with(|c: char| matches!(c, '\u{3041}'..='\u{309f}' | '\u{4e00}'..='\u{9fff}'));
    if let Some(tail) = rest.strip_prefix('ず') {
        let ends = tail.starts_with(['、', '。', ' ', ',']) || tail.is_empty() || tail.starts_with("また") || tail.starts_with("かつ");
        let other = NO_DENIAL_BEFORE_ZU.iter().any(|word| before.ends_with(word)) && !before.ends_with("行わ");
        return (inflected && ends && !other).then_some((Some(Cue::Not), 'ず'.len_utf8()));
    }
    if let Some(tail) = rest.strip_prefix("なく") {
        let ends = tail.starts_with(['、', '。', 'て', 'な']) || tail.is_empty() || tail.starts_with("とも");
        return (inflected && ends).then_some((Some(Cue::Not), "なく".len()));
    }
    let counted = || {
        let last = before.trim_end().chars().next_back();
        last.is_some_and(|c| c.is_alphanumeric() && !matches!(c, '\u{3041}'..='\u{309f}')) || before.ends_with(['の', 'た', 'る'])
    };
    // 7日前, 使用後, 終了した後; not 前項 and 後者.
    let alone = |tail: &str| tail.is_empty() || tail.starts_with(['に', 'の', 'は', 'か', 'ま', 'で', '、', '。', 'も', ')', '日']);
    for (word, cue) in [("前", Cue::Before), ("後", Cue::After)] {
        if let Some(tail) = rest.strip_prefix(word)
            && alone(tail)
            && counted()
        {
            return Some((Some(cue), word.len()));
        }
    }
    None
}

const NUMBERS: [&str; 21] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];

/// A word in Latin letters, which may be a number or a cue.
pub(super) fn english(word: &str) -> Token {
    if let Some(number) = NUMBERS.iter().position(|n| *n == word).filter(|n| *n > 1) {
        return Token::Amount(number.to_string(), "");
    }
    let cue = match word {
        "not" | "never" | "no" | "without" | "neither" | "nor" | "don" | "doesn" | "isn" | "aren" | "won" | "didn" => Cue::Not,
        "cannot" => Cue::Cannot,
        "must" | "shall" | "required" => Cue::Must,
        "may" | "can" => Cue::May,
        "except" | "unless" | "excluding" => Cue::Except,
        "however" => Cue::However,
        "only" => Cue::Only,
        "before" => Cue::Before,
        "after" => Cue::After,
        "until" => Cue::Until,
        "since" => Cue::Since,
        "over" | "exceeding" | "exceeds" => Cue::Over,
        "under" | "below" => Cue::Under,
        "within" => Cue::UpTo,
        "least" => Cue::From,
        "most" => Cue::UpTo,
        _ => return Token::Word(word.to_owned()),
    };
    Token::Cue(cue)
}
