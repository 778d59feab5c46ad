//! Looking for what can be changed in a sentence. Written apart from the readers of the check, so that an error that those
//! do not see is planted all the same.

/// A number of a sentence as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Bytes of the sentence.
    pub start: usize,
    pub end: usize,
    pub value: u64,
    pub style: Style,
}

/// In which characters a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// 12
    Ascii,
    /// １２
    Wide,
    /// 十二
    Kanji,
}

const KANJI: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

fn style_of(c: char) -> Option<Style> {
    match c {
        '0'..='9' => Some(Style::Ascii),
        '０'..='９' => Some(Style::Wide),
        '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百' => Some(Style::Kanji),
        _ => None,
    }
}

/// The whole numbers of a sentence; kanji ones below a thousand, written by units.
pub fn numbers(text: &str) -> Vec<Written> {
    let mut found = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let Some(style) = style_of(c) else { continue };
        let mut end = start + c.len_utf8();
        while let Some((at, next)) = chars.next_if(|(_, next)| style_of(*next) == Some(style) || (style == Style::Ascii && *next == ',')) {
            end = at + next.len_utf8();
        }
        let written = text[start..end].trim_end_matches(',');
        let before = text[..start].chars().next_back();
        let after = text[start + written.len()..].chars().next();
        let part = |c: Option<char>| {
            c.is_some_and(|c| {
                matches!(c, '.' | '．' | ',' | '，' | '千' | '万' | '〇' | '-' | '/' | ':')
                    || c.is_alphanumeric() && (style_of(c).is_some() || c.is_ascii())
            })
        };
        if part(before)
            || after.is_some_and(|c| {
                style_of(c).is_some() || matches!(c, '.' | '．' | '，' | '千' | '〇' | '-' | '/' | ':') || c.is_ascii_alphanumeric()
            })
        {
            continue;
        }
        if let Some(value) = value(written, style) {
            found.push(Written { start, end: start + written.len(), value, style });
        }
    }
    found
}

fn value(written: &str, style: Style) -> Option<u64> {
    match style {
        Style::Ascii => written.replace(',', "").parse().ok(),
        Style::Wide => {
            let digits: String = written.chars().filter_map(|c| char::from_digit(c as u32 - '０' as u32, 10)).collect();
            digits.parse().ok()
        }
        Style::Kanji => {
            let (mut total, mut pending) = (0, None);
            for c in written.chars() {
                match c {
                    '十' | '百' => total += pending.take().unwrap_or(1) * if c == '十' { 10 } else { 100 },
                    _ if pending.is_some() => return None,
                    _ => pending = KANJI.iter().position(|k| *k == c).map(|d| d as u64),
                }
            }
            Some(total + pending.unwrap_or(0))
        }
    }
}

/// A number in characters of a style.
pub fn write(value: u64, style: Style, separated: bool) -> String {
    match style {
        Style::Ascii if separated => {
            let digits = value.to_string();
            let mut out = String::new();
            for (i, c) in digits.chars().enumerate() {
                if i > 0 && (digits.len() - i).is_multiple_of(3) {
                    out.push(',');
                }
                out.push(c);
            }
            out
        }
        Style::Ascii => value.to_string(),
        Style::Wide => value.to_string().chars().filter_map(|c| char::from_u32('０' as u32 + c.to_digit(10)?)).collect(),
        Style::Kanji if value < 1000 => {
            let (hundreds, tens, ones) = (value / 100, value / 10 % 10, value % 10);
            let mut out = String::new();
            for (count, unit) in [(hundreds, '百'), (tens, '十')] {
                if count > 1 {
                    out.push(KANJI[count as usize]);
                }
                if count > 0 {
                    out.push(unit);
                }
            }
            if ones > 0 || value == 0 {
                out.push(KANJI[ones as usize]);
            }
            out
        }
        Style::Kanji => value.to_string().chars().filter_map(|c| KANJI.get(c.to_digit(10)? as usize)).collect(),
    }
}

/// The sentence with one number exchanged.
pub fn with_number(text: &str, number: Written, value: u64) -> String {
    let separated = text[number.start..number.end].contains(',') || (number.style == Style::Ascii && value >= 10_000);
    format!("{}{}{}", &text[..number.start], write(value, number.style, separated), &text[number.end..])
}

/// Runs of katakana, Latin letters, quoted words and kanji with an ending of names: bytes of the sentence.
pub fn names(text: &str) -> Vec<(usize, usize, Script)> {
    let mut found = Vec::new();
    let mut run: Option<(usize, Script)> = None;
    let ends = |found: &mut Vec<(usize, usize, Script)>, run: &mut Option<(usize, Script)>, end: usize| {
        if let Some((start, script)) = run.take() {
            let word = &text[start..end];
            let length = word.chars().count();
            let named = match script {
                Script::Katakana => length >= 3,
                Script::Latin => length >= 3 && word.chars().next().is_some_and(|c| c.is_ascii_uppercase()),
                Script::Kanji => {
                    let suffixed = [
                        "市", "区", "町", "村", "県", "府", "課", "庁", "省", "会", "社", "館", "園", "校", "病院", "大学", "条例", "規則",
                        "法", "氏", "駅", "線", "城", "寺",
                    ];
                    (3..=10).contains(&length) && suffixed.iter().any(|s| word.ends_with(s))
                }
            };
            if named {
                found.push((start, end, script));
            }
        }
    };
    for (at, c) in text.char_indices() {
        let script = match c {
            'ァ'..='ヺ' | 'ー' => Some(Script::Katakana),
            'a'..='z' | 'A'..='Z' => Some(Script::Latin),
            '\u{4e00}'..='\u{9fff}' => Some(Script::Kanji),
            _ => None,
        };
        if run.map(|(_, s)| s) != script {
            ends(&mut found, &mut run, at);
            run = script.map(|s| (at, s));
        }
    }
    ends(&mut found, &mut run, text.len());
    found
}

/// A script that names are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// Kanji.
    Kanji,
    /// Katakana.
    Katakana,
    /// Latin letters.
    Latin,
}
