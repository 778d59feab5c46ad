//! Figures: the numbers of a text, in every writing that documents use, with what they count.
//!
//! 「１，２００円」「千二百円」「1.2千円」 are one figure. The check of answers and the ranges of rules both read numbers here, so that
//! what one takes for a number the other does too.

use crate::locator::Span;

/// Kanji that write digits.
const DIGITS: &str = "〇一二三四五六七八九";
/// Formal kanji of contracts and certificates, with the digits they stand for.
const FORMAL: [(char, u32); 4] = [('零', 0), ('壱', 1), ('弐', 2), ('参', 3)];
const SMALL: [(char, f64); 4] = [('十', 10.0), ('百', 100.0), ('千', 1000.0), ('拾', 10.0)];
const LARGE: [(char, f64); 3] = [('万', 1e4), ('億', 1e8), ('兆', 1e12)];

/// What may be counted, longer writings before those that they begin with, each with the form that stands for all of its
/// writings.
const UNITS: &[(&str, &str)] = &[
    ("平方キロメートル", "km2"),
    ("平方センチメートル", "cm2"),
    ("平方メートル", "m2"),
    ("立方センチメートル", "cm3"),
    ("立方メートル", "m3"),
    ("ミリリットル", "ml"),
    ("ミリグラム", "mg"),
    ("ミリメートル", "mm"),
    ("センチメートル", "cm"),
    ("キロメートル", "km"),
    ("キロワット", "kw"),
    ("キログラム", "kg"),
    ("メートル", "m"),
    ("グラム", "g"),
    ("リットル", "l"),
    ("ヘクタール", "ha"),
    ("アール", "a"),
    ("パーセント", "%"),
    ("ポイント", "ポイント"),
    ("メガバイト", "mb"),
    ("ギガバイト", "gb"),
    ("トン", "t"),
    ("ドル", "ドル"),
    ("ユーロ", "ユーロ"),
    ("ページ", "頁"),
    ("キロ", "キロ"),
    ("センチ", "cm"),
    ("箇月間", "か月"),
    ("か月間", "か月"),
    ("ヶ月間", "か月"),
    ("カ月間", "か月"),
    ("ヵ月間", "か月"),
    ("ケ月間", "か月"),
    ("箇月", "か月"),
    ("か月", "か月"),
    ("ヶ月", "か月"),
    ("カ月", "か月"),
    ("ヵ月", "か月"),
    ("ケ月", "か月"),
    ("箇年", "年"),
    ("か年", "年"),
    ("カ年", "年"),
    ("箇所", "か所"),
    ("か所", "か所"),
    ("ヶ所", "か所"),
    ("カ所", "か所"),
    ("ヵ所", "か所"),
    ("箇国", "か国"),
    ("か国", "か国"),
    ("ヶ国", "か国"),
    ("カ国", "か国"),
    ("ヵ国", "か国"),
    ("週間", "週間"),
    ("時間", "時間"),
    ("年間", "年"),
    ("日間", "日"),
    ("分間", "分"),
    ("秒間", "秒"),
    ("年生", "年生"),
    ("年次", "年次"),
    ("世紀", "世紀"),
    ("世帯", "世帯"),
    ("人目", "人目"),
    ("人前", "人前"),
    ("単位", "単位"),
    ("科目", "科目"),
    ("文字", "文字"),
    ("丁目", "丁目"),
    ("番地", "番地"),
    ("親等", "親等"),
    ("種類", "種類"),
    ("通り", "通り"),
    ("割", "割"),
    ("m2", "m2"),
    ("m3", "m3"),
    ("km2", "km2"),
    ("cm2", "cm2"),
    ("cm3", "cm3"),
    ("cm", "cm"),
    ("mm", "mm"),
    ("km", "km"),
    ("kg", "kg"),
    ("kw", "kw"),
    ("mg", "mg"),
    ("ml", "ml"),
    ("mb", "mb"),
    ("gb", "gb"),
    ("ha", "ha"),
    ("円", "円"),
    ("銭", "銭"),
    ("人", "人"),
    ("名", "人"),
    ("歳", "歳"),
    ("才", "歳"),
    ("年", "年"),
    ("月", "月"),
    ("日", "日"),
    ("時", "時"),
    ("分", "分"),
    ("秒", "秒"),
    ("点", "点"),
    ("枚", "枚"),
    ("冊", "冊"),
    ("台", "台"),
    ("戸", "戸"),
    ("棟", "棟"),
    ("件", "件"),
    ("個", "個"),
    ("本", "本"),
    ("回", "回"),
    ("度", "度"),
    ("階", "階"),
    ("部", "部"),
    ("匹", "匹"),
    ("頭", "頭"),
    ("羽", "羽"),
    ("袋", "袋"),
    ("箱", "箱"),
    ("級", "級"),
    ("倍", "倍"),
    ("位", "位"),
    ("代", "代"),
    ("番", "番"),
    ("号", "号"),
    ("組", "組"),
    ("隻", "隻"),
    ("機", "機"),
    ("両", "両"),
    ("歩", "歩"),
    ("票", "票"),
    ("頁", "頁"),
    ("字", "字"),
    ("曲", "曲"),
    ("校", "校"),
    ("室", "室"),
    ("席", "席"),
    ("社", "社"),
    ("万", "万"),
    ("つ", "つ"),
    ("%", "%"),
    ("m", "m"),
    ("g", "g"),
    ("l", "l"),
    ("t", "t"),
];

/// A number of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// Its value; of 「三分の二」 and 「2/3」 the quotient.
    pub value: f64,
    /// Where its digits stand in the folded text, without what they count.
    pub span: Span,
    /// Whether it is written in kanji: some of these are parts of words (一般, 三重県).
    pub kanji: bool,
    /// Whether it is a fraction.
    pub fraction: bool,
}

/// The figures of a folded text, in order.
pub fn figures(folded: &str) -> Vec<Figure> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = folded.get(at..).and_then(|rest| rest.chars().next()) {
        match figure_at(folded, at) {
            Some(figure) => {
                at = figure.span.end;
                found.push(figure);
            }
            None => at += c.len_utf8(),
        }
    }
    found
}

/// The figure that begins at byte `at` of a folded text.
pub fn figure_at(folded: &str, at: usize) -> Option<Figure> {
    let (first, kanji, end) = plain(folded, at)?;
    let quotient = |denominator: f64, numerator: f64, end: usize, kanji: bool| {
        (denominator != 0.0).then(|| Figure { value: numerator / denominator, span: Span::new(at, end), kanji, fraction: true })
    };
    if let Some(rest) = folded[end..].strip_prefix("分の") {
        let from = folded.len() - rest.len();
        if let Some((second, _, end)) = plain(folded, from) {
            return quotient(first, second, end, kanji);
        }
    }
    // NFKC writes ½ with a fraction slash. A plain slash parts days too (4/1), and is read as a fraction by nobody here.
    if folded[end..].starts_with('\u{2044}')
        && let Some((second, _, end)) = plain(folded, end + '\u{2044}'.len_utf8())
    {
        return quotient(second, first, end, kanji);
    }
    Some(Figure { value: first, span: Span::new(at, end), kanji, fraction: false })
}

/// What a figure counts: the form that stands for all writings of the unit right behind byte `end`, and the unit's end.
pub fn unit_at(folded: &str, end: usize) -> Option<(&'static str, usize)> {
    let after = folded.get(end..)?;
    let gap = after.len() - after.trim_start_matches(' ').len();
    let after = &after[gap..];
    let (written, unit) = UNITS.iter().find(|(written, _)| after.starts_with(written))?;
    // 5m is five metres, 5may and 5mo are not.
    let letters = written.bytes().all(|b| b.is_ascii_alphabetic());
    let goes_on = after[written.len()..].starts_with(|c: char| c.is_ascii_alphanumeric());
    (!(letters && (goes_on || gap > 1))).then_some((*unit, end + gap + written.len()))
}

/// A number without a denominator: its value, whether it is in kanji, and its end.
fn plain(folded: &str, at: usize) -> Option<(f64, bool, usize)> {
    let rest = folded.get(at..)?;
    let kanji = !rest.starts_with(|c: char| c.is_ascii_digit());
    let (mut total, mut part, mut pending): (f64, f64, Option<f64>) = (0.0, 0.0, None);
    let (mut end, mut any) = (at, false);
    while let Some(c) = folded.get(end..).and_then(|rest| rest.chars().next()) {
        if c.is_ascii_digit() {
            if pending.is_some() {
                break;
            }
            let (value, length) = arabic(&folded[end..])?;
            pending = Some(value);
            end += length;
        } else if let Some((value, length)) = kanji_digits(&folded[end..]) {
            if pending.is_some() {
                break;
            }
            pending = Some(value);
            end += length;
        } else if let Some((_, scale)) = SMALL.iter().find(|(s, _)| *s == c) {
            part += pending.take().unwrap_or(1.0) * scale;
            end += c.len_utf8();
        } else if let Some((_, scale)) = LARGE.iter().find(|(s, _)| *s == c).filter(|_| any) {
            total += (part + pending.take().unwrap_or(0.0)).max(if part == 0.0 { 1.0 } else { 0.0 }) * scale;
            part = 0.0;
            end += c.len_utf8();
        } else {
            break;
        }
        any = true;
    }
    any.then(|| (total + part + pending.unwrap_or(0.0), kanji, end))
}

/// Digits with separators of thousands and a decimal point.
fn arabic(rest: &str) -> Option<(f64, usize)> {
    let bytes = rest.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let mut end = 0;
    while digit(end) {
        end += 1;
    }
    while bytes.get(end) == Some(&b',') && (1..=3).all(|i| digit(end + i)) && !digit(end + 4) {
        end += 4;
    }
    if bytes.get(end) == Some(&b'.') && digit(end + 1) {
        end += 1;
        while digit(end) {
            end += 1;
        }
    }
    Some((rest[..end].replace(',', "").parse().ok()?, end))
}

/// One kanji digit or several by place (二〇二四).
fn kanji_digits(rest: &str) -> Option<(f64, usize)> {
    let digit = |c: char| {
        let plain = DIGITS.chars().position(|d| d == c).map(|d| d as u32);
        plain.or_else(|| FORMAL.iter().find(|(f, _)| *f == c).map(|(_, d)| *d))
    };
    let digits: Vec<(char, u32)> = rest.chars().map_while(|c| digit(c).map(|d| (c, d))).take(15).collect();
    let value = digits.iter().fold(0.0, |value, (_, d)| value * 10.0 + f64::from(*d));
    (!digits.is_empty()).then(|| (value, digits.iter().map(|(c, _)| c.len_utf8()).sum()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folding::fold;

    #[track_caller]
    fn check(text: &str, expected: &[f64]) {
        let values: Vec<f64> = figures(&fold(text)).into_iter().map(|f| f.value).collect();
        assert_eq!(values, expected, "{text}");
    }

    #[test]
    fn numbers_are_read_in_every_writing() {
        check("１，２００円と3.5％、第12条", &[1200.0, 3.5, 12.0]);
        check("千二百円", &[1200.0]);
        check("3億5,000万円、1万5千円、２百万円", &[350_000_000.0, 15_000.0, 2_000_000.0]);
        check("二〇二四年、百二十三、十、一億", &[2024.0, 123.0, 10.0, 100_000_000.0]);
        check("三分の二、百分の五", &[2.0 / 3.0, 0.05]);
        check("1,2の順。第3,4項", &[1.0, 2.0, 3.0, 4.0]);
        check("万一の場合", &[1.0]);
        check("ありません", &[]);
    }

    #[test]
    fn units_have_one_form() {
        for (text, unit) in [("10 平方メートル", "m2"), ("10㎡", "m2"), ("3ヶ月間", "か月"), ("5名", "人"), ("7日間", "日"), ("5円", "円")]
        {
            let folded = fold(text);
            let figure = figures(&folded)[0];
            assert_eq!(unit_at(&folded, figure.span.end).map(|(unit, _)| unit), Some(unit), "{text}");
        }
        assert_eq!(unit_at("5may", 1), None);
    }
}
