//! Planting errors: one in each sentence, of a kind that a clerk would be blamed for.

use super::chance::Chance;
use super::scan::{Style, Written, names, numbers, with_number};
use appliance_core::answer::Source;

/// What is made wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planted {
    /// An amount with its unit.
    Amount,
    /// A year, month, day, weekday or hour.
    Date,
    /// The number of an article, paragraph or item.
    Article,
    /// Main and supplementary provisions.
    Provision,
    /// A denial added or taken away, a duty made a permission.
    Negation,
    /// A limit turned round.
    Bound,
    /// An exception left out.
    Exception,
    /// A name exchanged.
    Name,
    /// The cited passage exchanged.
    Document,
}

/// Units of amounts, with how they are counted in the texts.
const UNITS: [&str; 24] = [
    "円",
    "人",
    "%",
    "％",
    "回",
    "か月",
    "箇月",
    "ヶ月",
    "歳",
    "名",
    "件",
    "メートル",
    "キロ",
    "平方メートル",
    "日以内",
    "年以下",
    "年以上",
    "日間",
    "週間",
    "時間",
    "万円",
    "倍",
    "点",
    "枚",
];

/// Endings and what denies or affirms them.
const DENIALS: [(&str, &str); 26] = [
    ("しなければならない", "してはならない"),
    ("してはならない", "しなければならない"),
    ("することができる", "することができない"),
    ("することができない", "することができる"),
    ("ことができる", "ことはできない"),
    ("ことができない", "ことができる"),
    ("できない。", "できる。"),
    ("できる。", "できない。"),
    ("を要しない", "を要する"),
    ("を妨げない", "を妨げる"),
    ("適用しない", "適用する"),
    ("適用する。", "適用しない。"),
    ("ではない。", "である。"),
    ("であった。", "ではなかった。"),
    ("である。", "ではない。"),
    ("しない。", "する。"),
    ("とする。", "としない。"),
    ("する。", "しない。"),
    ("された。", "されなかった。"),
    ("した。", "しなかった。"),
    ("している。", "していない。"),
    ("れている。", "れていない。"),
    ("含まれる", "含まれない"),
    ("があった。", "がなかった。"),
    ("なかった。", "た。"),
    ("ません。", "ます。"),
];

/// Limits and what turns them round.
const BOUNDS: [(&str, &str); 14] = [
    ("以上", "未満"),
    ("以下", "以上"),
    ("以内", "以上"),
    ("未満", "以上"),
    ("を超える", "に満たない"),
    ("を超え", "を下回り"),
    ("までに", "以後に"),
    ("日前", "日後"),
    ("年前", "年後"),
    ("日から", "日まで"),
    ("年から", "年まで"),
    ("月から", "月まで"),
    ("以前", "以後"),
    ("以降", "以前"),
];

impl Planted {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Amount,
        Self::Date,
        Self::Article,
        Self::Provision,
        Self::Negation,
        Self::Bound,
        Self::Exception,
        Self::Name,
        Self::Document,
    ];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Amount => "error: amount",
            Self::Date => "error: date",
            Self::Article => "error: article",
            Self::Provision => "error: provision",
            Self::Negation => "error: negation",
            Self::Bound => "error: bound",
            Self::Exception => "error: exception",
            Self::Name => "error: name",
            Self::Document => "error: document",
        }
    }

    /// The sentence with the error, and the index of the passage that it cites; `None` where it has nothing of the kind.
    pub fn plant(self, text: &str, following: &str, passage: usize, passages: &[Source], chance: &mut Chance) -> Option<(String, usize)> {
        let sentence = match self {
            Self::Amount => amount(text, chance)?,
            Self::Date => date(text, chance)?,
            Self::Article => article(text, chance)?,
            Self::Provision => provision(text, &passages[passage])?,
            Self::Negation => turned(text, &DENIALS, chance)?,
            Self::Bound => turned(text, &BOUNDS, chance)?,
            Self::Exception => exception(text, following)?,
            Self::Name => name(text, passage, passages, chance)?,
            Self::Document => return Some((text.to_owned(), other_passage(passage, passages, chance)?)),
        };
        (sentence != text || self == Self::Exception).then_some((sentence, passage))
    }
}

fn before_after<'a>(text: &'a str, number: &Written) -> (&'a str, &'a str) {
    (&text[..number.start], &text[number.end..])
}

fn changed(value: u64, chance: &mut Chance) -> u64 {
    let to = match chance.below(4) {
        0 => value + 1,
        1 => value.saturating_mul(2).max(value + 1),
        2 if value >= 10 => value / 10 * 10 + (value + 3) % 10,
        _ => value.saturating_mul(10).max(value + 2),
    };
    if to == value { value + 1 } else { to }
}

fn amount(text: &str, chance: &mut Chance) -> Option<String> {
    let counts = |n: &Written| {
        let (before, after) = before_after(text, n);
        n.value > 0 && !before.ends_with('第') && UNITS.iter().any(|unit| after.starts_with(unit))
    };
    let found: Vec<Written> = numbers(text).into_iter().filter(counts).collect();
    let number = *chance.pick(&found)?;
    let value = changed(number.value, chance);
    let value = if number.style == Style::Kanji { value % 1000 } else { value };
    (value != number.value && value > 0).then(|| with_number(text, number, value))
}

fn date(text: &str, chance: &mut Chance) -> Option<String> {
    if chance.below(4) == 0
        && let Some(changed) = weekday(text, chance)
    {
        return Some(changed);
    }
    let is_date = |n: &Written| {
        let (before, after) = before_after(text, n);
        let era = ["令和", "平成", "昭和", "大正", "明治"].iter().any(|era| before.ends_with(era));
        let year = after.starts_with('年') && (era || (1000..2100).contains(&n.value)) && !after.starts_with("年間");
        let month = after.starts_with('月') && (1..=12).contains(&n.value);
        let day = after.starts_with('日') && before.ends_with('月') && (1..=31).contains(&n.value);
        year || month || day
    };
    let found: Vec<Written> = numbers(text).into_iter().filter(is_date).collect();
    let number = *chance.pick(&found)?;
    let (_, after) = before_after(text, &number);
    let most = match after.chars().next() {
        Some('月') => 12,
        Some('日') => 28,
        _ => u64::MAX,
    };
    let step = 1 + chance.below(3) as u64;
    let value = if number.value + step <= most { number.value + step } else { number.value.saturating_sub(step).max(1) };
    (value != number.value).then(|| with_number(text, number, value))
}

fn weekday(text: &str, chance: &mut Chance) -> Option<String> {
    const DAYS: [&str; 7] = ["月曜", "火曜", "水曜", "木曜", "金曜", "土曜", "日曜"];
    let i = (0..7).find(|i| text.contains(DAYS[*i]))?;
    let other = DAYS[(i + 1 + chance.below(5)) % 7];
    Some(text.replacen(DAYS[i], other, 1))
}

fn article(text: &str, chance: &mut Chance) -> Option<String> {
    let is_label = |n: &Written| {
        let (before, after) = before_after(text, n);
        before.ends_with('第') && after.starts_with(['条', '項', '号'])
    };
    let found: Vec<Written> = numbers(text).into_iter().filter(is_label).collect();
    if found.is_empty() {
        for (from, to) in [("前項", "次項"), ("前条", "次条"), ("次条", "前条")] {
            if text.contains(from) {
                return Some(text.replacen(from, to, 1));
            }
        }
    }
    let number = *chance.pick(&found)?;
    let value = if chance.below(2) == 0 && number.value > 1 { number.value - 1 } else { number.value + 1 };
    Some(with_number(text, number, value))
}

/// A label called one of the supplementary provisions, or no longer one.
fn provision(text: &str, source: &Source) -> Option<String> {
    let supplementary = source.passage.passage.heading_path.iter().any(|h| h.contains("附則"));
    if text.contains("附則第") {
        return Some(text.replacen("附則第", "第", 1));
    }
    let label = numbers(text).into_iter().find(|n| {
        let (before, after) = before_after(text, n);
        before.ends_with('第')
            && after.starts_with(['条', '項'])
            && !before.trim_end_matches('第').ends_with(['法', '令', '例', '則', '同', '条', '項'])
    })?;
    let at = label.start - '第'.len_utf8();
    (!supplementary).then(|| format!("{}附則{}", &text[..at], &text[at..]))
}

fn turned(text: &str, pairs: &[(&str, &str)], chance: &mut Chance) -> Option<String> {
    let fitting: Vec<&(&str, &str)> = pairs.iter().filter(|(from, _)| text.contains(from) && !follows_definition(text, from)).collect();
    let (from, to) = chance.pick(&fitting)?;
    let at = text.rfind(from)?;
    Some(format!("{}{to}{}", &text[..at], &text[at + from.len()..]))
}

/// 「以下「法」という」 limits nothing.
fn follows_definition(text: &str, word: &str) -> bool {
    matches!(word, "以下" | "以上") && {
        let at = text.rfind(word).unwrap_or(0);
        let before = text[..at].chars().next_back();
        let counted = before.is_some_and(|c| c.is_numeric() || "円人日年月歳回件名%％分点秒時度級位メートルロムン上項十百千万".contains(c));
        !counted
    }
}

/// The sentence without what excepts from it.
fn exception(text: &str, following: &str) -> Option<String> {
    if following.starts_with("ただし") || following.starts_with("但し") {
        // The sentence alone, without the ただし behind it.
        return Some(text.to_owned());
    }
    if let Some(end) = text.find("を除く。）").map(|at| at + "を除く。）".len())
        && let Some(start) = text[..end].rfind('（')
    {
        return Some(format!("{}{}", &text[..start], &text[end..]));
    }
    let at = text.find("を除き、")?;
    let start = text[..at].rfind(['、', '。']).map_or(0, |comma| comma + '、'.len_utf8());
    let left = format!("{}{}", &text[..start], &text[at + "を除き、".len()..]);
    (left.chars().count() > 10).then_some(left)
}

fn name(text: &str, passage: usize, passages: &[Source], chance: &mut Chance) -> Option<String> {
    let own = names(text);
    let (start, end, script) = *chance.pick(&own)?;
    for _ in 0..20 {
        // Every other name comes from the same passage.
        let from = if chance.below(2) == 0 { passage } else { chance.below(passages.len()) };
        let other = &passages[from].passage.passage.text;
        let candidates: Vec<&str> = names(other).into_iter().filter(|(.., s)| *s == script).map(|(a, b, _)| &other[a..b]).collect();
        let Some(name) = chance.pick(&candidates) else { continue };
        let (word, name) = (&text[start..end], *name);
        if !name.contains(word) && !word.contains(name) {
            return Some(format!("{}{name}{}", &text[..start], &text[end..]));
        }
    }
    None
}

/// Another passage, every other time of the same document.
fn other_passage(passage: usize, passages: &[Source], chance: &mut Chance) -> Option<usize> {
    let title = &passages[passage].passage.title;
    let same = chance.below(2) == 0;
    let siblings: Vec<usize> = (0..passages.len()).filter(|i| *i != passage && passages[*i].passage.title == *title).collect();
    if same && !siblings.is_empty() {
        return chance.pick(&siblings).copied();
    }
    (0..20).map(|_| chance.below(passages.len())).find(|i| passages[*i].passage.title != *title)
}
