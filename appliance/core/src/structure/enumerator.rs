//! Numbers at the head of paragraphs and items: 「2　」「(1)」「ア　」「①」「ⅱ」.

use super::numeral;

/// How the numbers of a list are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Style {
    /// 「2　」
    Digit,
    /// 「2.」
    DigitPoint,
    /// 「2)」
    DigitBracket,
    /// 「(2)」
    BracketedDigit,
    /// 「二　」
    Kanji,
    /// 「(二)」「㈡」
    BracketedKanji,
    /// 「②」
    Circled,
    /// 「イ　」 as the second
    Aiueo,
    /// 「ロ　」 as the second
    Iroha,
    /// 「(イ)」 as the second
    BracketedAiueo,
    /// 「(ロ)」 as the second
    BracketedIroha,
    /// 「b　」
    Latin,
    /// 「(b)」
    BracketedLatin,
    /// 「ⅱ」「(ii)」
    Roman,
}

const AIUEO: &str = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン";
const IROHA: &str = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス";

/// The number that a line begins with, in the ways in which it can be read, and as it is written.
pub(super) fn enumerator(text: &[char]) -> Option<(Vec<(Style, u32)>, String)> {
    let first = text[0];
    if let Some(number) = circled(first) {
        return Some((vec![(Style::Circled, number)], first.to_string()));
    }
    if let Some(number) = ('㈠'..='㈩').position(|c| c == first).or_else(|| ('⑴'..='⒇').position(|c| c == first)) {
        let style = if ('㈠'..='㈩').contains(&first) { Style::BracketedKanji } else { Style::BracketedDigit };
        return Some((vec![(style, number as u32 + 1)], first.to_string()));
    }
    if matches!(first, '(' | '（') {
        let close = text.iter().take(8).position(|c| matches!(c, ')' | '）'))?;
        let readings = readings(&text[1..close], true);
        let label: String = text[..=close].iter().collect();
        return (!readings.is_empty()).then_some((readings, label));
    }
    plain(text)
}

/// A number without brackets, and the space or the point after it.
fn plain(text: &[char]) -> Option<(Vec<(Style, u32)>, String)> {
    let digits = numeral::decimal(text);
    let taken = digits.or_else(|| numeral::kanji(text)).map_or(1, |(_, taken)| taken);
    let label: String = text[..taken].iter().collect();
    let next = text.get(taken).copied();
    let after = text.get(taken + 1).copied();
    let parted = next.is_none_or(char::is_whitespace);
    if let Some((number, _)) = digits {
        let style = match next {
            _ if parted => Style::Digit,
            Some('.' | '．') if after.is_none_or(|c| !c.is_numeric()) => Style::DigitPoint,
            Some(')' | '）') => Style::DigitBracket,
            // Text of pages loses the space after a number in full width.
            Some(c) if ('０'..='９').contains(&text[0]) && !"年月日時分秒条項号章節人回円％%個名件か第歳以,，．.-－~～〜".contains(c) => {
                Style::Digit
            }
            _ => return None,
        };
        return (number > 0 && taken <= 3).then(|| (vec![(style, number)], label));
    }
    if !parted && !matches!(next, Some('．' | '.' | '）' | ')')) {
        return None;
    }
    // A lone word before a space is no number: one sign, or a number in kanji.
    let readings = readings(&text[..taken], false);
    (!readings.is_empty() && text.len() > taken).then_some((readings, label))
}

/// The numbers that a sign can stand for.
fn readings(sign: &[char], bracketed: bool) -> Vec<(Style, u32)> {
    let either = |plain, in_brackets| if bracketed { in_brackets } else { plain };
    if let Some((number, taken)) = numeral::decimal(sign) {
        return if taken == sign.len() && number > 0 { vec![(either(Style::Digit, Style::BracketedDigit), number)] } else { Vec::new() };
    }
    if let Some((number, taken)) = numeral::kanji(sign) {
        return if taken == sign.len() && number > 0 { vec![(either(Style::Kanji, Style::BracketedKanji), number)] } else { Vec::new() };
    }
    let text: String = sign.iter().collect();
    if let Some(number) = roman(&text).filter(|_| bracketed || sign.len() > 1 || !text.is_ascii()) {
        let mut readings = vec![(Style::Roman, number)];
        readings.extend(letter(sign).map(|n| (either(Style::Latin, Style::BracketedLatin), n)));
        return readings;
    }
    if let Some(number) = letter(sign) {
        return vec![(either(Style::Latin, Style::BracketedLatin), number)];
    }
    let [sign] = sign else { return Vec::new() };
    let place = |alphabet: &str| alphabet.chars().position(|c| c == *sign).map(|n| n as u32 + 1);
    let mut readings = Vec::new();
    readings.extend(place(AIUEO).map(|n| (either(Style::Aiueo, Style::BracketedAiueo), n)));
    readings.extend(place(IROHA).map(|n| (either(Style::Iroha, Style::BracketedIroha), n)));
    readings
}

fn letter(sign: &[char]) -> Option<u32> {
    match sign {
        [c @ 'a'..='z'] => Some(*c as u32 - 'a' as u32 + 1),
        [c @ 'ａ'..='ｚ'] => Some(*c as u32 - 'ａ' as u32 + 1),
        _ => None,
    }
}

fn roman(text: &str) -> Option<u32> {
    if let [c] = text.chars().collect::<Vec<_>>()[..]
        && ('ⅰ'..='ⅹ').contains(&c)
    {
        return Some(c as u32 - 'ⅰ' as u32 + 1);
    }
    ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"].iter().position(|r| *r == text).map(|n| n as u32 + 1)
}

fn circled(c: char) -> Option<u32> {
    match c {
        '①'..='⑳' => Some(c as u32 - '①' as u32 + 1),
        '㉑'..='㉟' => Some(c as u32 - '㉑' as u32 + 21),
        _ => None,
    }
}
