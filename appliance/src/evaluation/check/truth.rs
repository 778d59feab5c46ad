//! True sentences in other words: what an honest clerk or model makes of a sentence.

use super::scan::{Style, numbers, write};

/// How a true sentence is worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wording {
    /// As in its source.
    Itself,
    /// With a polite ending.
    Polite,
    /// Without a part in brackets that excepts nothing, or without a first clause.
    Shortened,
    /// With its years in the other calendar.
    Calendar,
    /// With its numbers in other characters.
    Digits,
}

const ENDINGS: [(&str, &str); 16] = [
    ("とする。", "とします。"),
    ("することができる。", "することができます。"),
    ("しなければならない。", "しなければなりません。"),
    ("してはならない。", "してはなりません。"),
    ("ことができない。", "ことができません。"),
    ("である。", "です。"),
    ("であった。", "でした。"),
    ("している。", "しています。"),
    ("れている。", "れています。"),
    ("しない。", "しません。"),
    ("された。", "されました。"),
    ("した。", "しました。"),
    ("する。", "します。"),
    ("なった。", "なりました。"),
    ("がある。", "があります。"),
    ("られる。", "られます。"),
];

const ERAS: [(&str, u64, std::ops::Range<u64>); 3] = [("昭和", 1925, 2..64), ("平成", 1988, 2..31), ("令和", 2018, 2..9)];

impl Wording {
    /// All wordings.
    pub const ALL: [Self; 5] = [Self::Itself, Self::Polite, Self::Shortened, Self::Calendar, Self::Digits];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Itself => "true: itself",
            Self::Polite => "true: polite",
            Self::Shortened => "true: shortened",
            Self::Calendar => "true: calendar",
            Self::Digits => "true: digits",
        }
    }

    /// The sentence in this wording; `None` where it does not apply.
    pub fn reword(self, text: &str) -> Option<String> {
        match self {
            Self::Itself => Some(text.to_owned()),
            Self::Polite => {
                let (from, to) = ENDINGS.iter().find(|(from, _)| text.ends_with(from))?;
                Some(format!("{}{to}", text.strip_suffix(from)?))
            }
            Self::Shortened => shortened(text),
            Self::Calendar => calendar(text),
            Self::Digits => digits(text),
        }
    }
}

fn shortened(text: &str) -> Option<String> {
    let limits = ["除", "限", "ただし", "かかわらず", "ない", "以外", "のみ"];
    let start = text.find('（')?;
    let end = start + text[start..].find('）')? + '）'.len_utf8();
    let inner = &text[start..end];
    let nested = inner['（'.len_utf8()..].contains('（');
    (!nested && !limits.iter().any(|word| inner.contains(word))).then(|| format!("{}{}", &text[..start], &text[end..]))
}

fn calendar(text: &str) -> Option<String> {
    for number in numbers(text) {
        let (before, after) = (&text[..number.start], &text[number.end..]);
        if !after.starts_with('年') || after.starts_with("年間") {
            continue;
        }
        if let Some((era, offset, _)) = ERAS.iter().find(|(era, ..)| before.ends_with(era)) {
            let year = write(number.value + offset, Style::Ascii, false);
            return Some(format!("{}{year}{after}", before.strip_suffix(era)?));
        }
        // The year of a change of eras belongs to both: it stays as it is.
        if let Some((era, offset, _)) =
            ERAS.iter().find(|(_, offset, years)| number.value > *offset && years.contains(&(number.value - offset)))
        {
            let bracketed = before.ends_with(['（', '(']) || after.starts_with("年）") || after.starts_with("年代");
            let spelled = number.style != Style::Kanji && !bracketed;
            if spelled && !before.ends_with("西暦") {
                return Some(format!("{before}{era}{}{after}", number.value - offset));
            }
        }
    }
    None
}

/// Kanji numbers of labels and amounts in digits, and digits in full width.
fn digits(text: &str) -> Option<String> {
    for number in numbers(text).into_iter().rev() {
        let (before, after) = (&text[..number.start], &text[number.end..]);
        let style = match number.style {
            Style::Kanji if before.ends_with('第') || after.starts_with(['日', '年', '円', '人', '条', '月']) => Style::Ascii,
            Style::Ascii => Style::Wide,
            Style::Wide => Style::Ascii,
            Style::Kanji => continue,
        };
        return Some(format!("{before}{}{after}", write(number.value, style, false)));
    }
    None
}
