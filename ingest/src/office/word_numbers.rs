//! Numbers as Word writes them: ST_NumberFormat of ECMA-376 part 1, 17.18.59, as far as Japanese offices use it.

use crate::counting::{letters, roman};

const AIUEO: &str = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン";
const AIUEO_HALF: &str = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ";
const IROHA: &str = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン";
const IROHA_HALF: &str = "ｲﾛﾊﾆﾎﾍﾄﾁﾘﾇﾙｦﾜｶﾖﾀﾚｿﾂﾈﾅﾗﾑｳｲﾉｵｸﾔﾏｹﾌｺｴﾃｱｻｷﾕﾒﾐｼｴﾋﾓｾｽﾝ";
const STEMS: &str = "甲乙丙丁戊己庚辛壬癸";
const BRANCHES: &str = "子丑寅卯辰巳午未申酉戌亥";

/// The number in the format of that name; formats that are not known count in decimal.
pub(crate) fn formatted(format: &str, number: u32) -> String {
    match format {
        "none" => String::new(),
        "bullet" => String::new(),
        "decimalZero" => format!("{number:02}"),
        "decimalFullWidth" | "decimalFullWidth2" => full_width(number),
        "upperRoman" => roman(number),
        "lowerRoman" => roman(number).to_lowercase(),
        "upperLetter" => letters(number),
        "lowerLetter" => letters(number).to_lowercase(),
        "ordinal" => format!("{number}{}", ordinal_end(number)),
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" | "ideographEnclosedCircle" => circled(format, number),
        "decimalEnclosedFullstop" => format!("{number}."),
        "decimalEnclosedParen" => format!("({number})"),
        "numberInDash" => format!("- {number} -"),
        "aiueo" => nth(AIUEO_HALF, number),
        "aiueoFullWidth" => nth(AIUEO, number),
        "iroha" => nth(IROHA_HALF, number),
        "irohaFullWidth" => nth(IROHA, number),
        "japaneseCounting" | "chineseCounting" | "chineseCountingThousand" | "taiwaneseCounting" | "koreanCounting" => kanji(number),
        "ideographDigital" | "japaneseDigitalTenThousand" | "taiwaneseDigital" | "koreanDigital2" => kanji_digits(number),
        "japaneseLegal" => legal(number),
        "ideographTraditional" => nth(STEMS, number),
        "ideographZodiac" => nth(BRANCHES, number),
        _ => number.to_string(),
    }
}

fn nth(alphabet: &str, number: u32) -> String {
    let count = alphabet.chars().count() as u32;
    let index = (number.max(1) - 1) % count;
    alphabet.chars().nth(index as usize).map(String::from).unwrap_or_default()
}

fn full_width(number: u32) -> String {
    number.to_string().chars().filter_map(|c| char::from_u32(c as u32 - '0' as u32 + '０' as u32)).collect()
}

fn circled(format: &str, number: u32) -> String {
    let circle = match number {
        1..=20 if format != "ideographEnclosedCircle" => char::from_u32('①' as u32 + number - 1),
        21..=35 if format != "ideographEnclosedCircle" => char::from_u32('㉑' as u32 + number - 21),
        1..=10 => char::from_u32('㊀' as u32 + number - 1),
        _ => None,
    };
    circle.map_or_else(|| number.to_string(), String::from)
}

fn ordinal_end(number: u32) -> &'static str {
    match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    }
}

/// 二十一: units of ten thousand, thousand, hundred, ten.
pub(crate) fn kanji(number: u32) -> String {
    counted(number, "〇一二三四五六七八九", [(10_000, "万"), (1_000, "千"), (100, "百"), (10, "十")], true)
}

fn legal(number: u32) -> String {
    counted(number, "零壱弐参四伍六七八九", [(10_000, "萬"), (1_000, "阡"), (100, "百"), (10, "拾")], false)
}

fn counted(number: u32, digits: &str, units: [(u32, &str); 4], bare_one: bool) -> String {
    let digit = |n: u32| digits.chars().nth(n as usize).map(String::from).unwrap_or_default();
    if number == 0 {
        return digit(0);
    }
    let mut left = number;
    let mut text = String::new();
    for (value, unit) in units {
        let count = left / value;
        left %= value;
        if count > 0 {
            if count > 9 {
                text.push_str(&counted(count, digits, units, bare_one));
            } else if count > 1 || !bare_one || value == 10_000 {
                text.push_str(&digit(count));
            }
            text.push_str(unit);
        }
    }
    if left > 0 {
        text.push_str(&digit(left));
    }
    text
}

fn kanji_digits(number: u32) -> String {
    number.to_string().chars().filter_map(|c| "〇一二三四五六七八九".chars().nth((c as u32 - '0' as u32) as usize)).collect()
}

#[cfg(test)]
mod tests {
    use super::formatted;

    #[track_caller]
    fn check(format: &str, number: u32, expected: &str) {
        assert_eq!(formatted(format, number), expected);
    }

    #[test]
    fn numbers_are_written_as_word_shows_them() {
        check("decimalFullWidth", 12, "１２");
        check("aiueoFullWidth", 6, "カ");
        check("irohaFullWidth", 3, "ハ");
        check("aiueo", 2, "ｲ");
        check("japaneseCounting", 21, "二十一");
        check("japaneseCounting", 110, "百十");
        check("ideographDigital", 21, "二一");
        check("japaneseLegal", 12, "壱拾弐");
        check("decimalEnclosedCircle", 20, "⑳");
        check("ideographTraditional", 2, "乙");
        check("lowerRoman", 14, "xiv");
        check("upperLetter", 28, "BB");
        check("unheard-of", 7, "7");
    }
}
