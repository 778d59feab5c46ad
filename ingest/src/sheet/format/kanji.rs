//! Numbers in the numerals that a format asks for.

const PLAIN: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
const FORMAL: [char; 10] = ['〇', '壱', '弐', '参', '四', '伍', '六', '七', '八', '九'];

/// A number of a date: as digits of at least `width`, or in Japanese numerals (1 plain, 2 formal, 3 full width).
pub(super) fn digits(value: i64, width: usize, numerals: u8) -> String {
    let plain = format!("{value:0width$}");
    match numerals {
        1 | 2 if value < 100 => counted(value.unsigned_abs(), numerals),
        1..=3 => exchanged(&plain, numerals),
        _ => plain,
    }
}

/// Each digit in the numerals asked for.
pub(super) fn exchanged(text: &str, numerals: u8) -> String {
    let exchange = |c: char| match (c.to_digit(10), numerals) {
        (Some(d), 1) => PLAIN[d as usize],
        (Some(d), 2) => FORMAL[d as usize],
        (Some(d), 3) => char::from_u32('０' as u32 + d).unwrap_or(c),
        _ => c,
    };
    text.chars().map(exchange).collect()
}

/// A whole number as it is said: 千二百三十四.
pub(super) fn counted(value: u64, numerals: u8) -> String {
    let (names, tens) = if numerals == 2 { (FORMAL, ['拾', '百', '阡']) } else { (PLAIN, ['十', '百', '千']) };
    let great = ["", if numerals == 2 { "萬" } else { "万" }, "億", "兆", "京"];
    if value == 0 {
        return names[0].to_string();
    }
    let mut out = String::new();
    for (place, name) in great.iter().enumerate().rev() {
        let group = value / 10_000_u64.pow(place as u32) % 10_000;
        if group == 0 {
            continue;
        }
        for unit in (0..4_u32).rev() {
            let digit = (group / 10_u64.pow(unit) % 10) as usize;
            if digit == 0 {
                continue;
            }
            // Ten is 十, never 一十, save in formal numerals and before 万.
            if digit > 1 || unit == 0 || numerals == 2 || (unit == 3 && place > 0) {
                out.push(names[digit]);
            }
            if unit > 0 {
                out.push(tens[unit as usize - 1]);
            }
        }
        out.push_str(name);
    }
    out
}
