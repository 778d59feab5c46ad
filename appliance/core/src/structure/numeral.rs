//! Numbers as regulations write them: 「12」「１２」「十二」「一二」.

/// A number at the start of the characters, and how many of them it takes.
pub(crate) fn number(text: &[char]) -> Option<(u32, usize)> {
    decimal(text).or_else(|| kanji(text))
}

/// A number in digits of either width.
pub(crate) fn decimal(text: &[char]) -> Option<(u32, usize)> {
    let mut value: u32 = 0;
    let mut taken = 0;
    for digit in text.iter().map_while(|c| digit(*c)) {
        value = value.checked_mul(10)?.checked_add(digit)?;
        taken += 1;
    }
    (taken > 0 && taken <= 5).then_some((value, taken))
}

fn digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => Some(c as u32 - '0' as u32),
        '０'..='９' => Some(c as u32 - '０' as u32),
        _ => None,
    }
}

/// A number in kanji, by units (百二十三) or by digits (一二三).
pub(crate) fn kanji(text: &[char]) -> Option<(u32, usize)> {
    let (mut whole, mut pending, mut taken, mut units) = (0u32, None::<u32>, 0, false);
    for c in text {
        if let Some(value) = "〇一二三四五六七八九".chars().position(|d| d == *c) {
            let value = value as u32;
            pending = Some(match pending {
                Some(before) if !units => before.checked_mul(10)?.checked_add(value)?,
                Some(_) => break,
                None => value,
            });
        } else if *c == '元' && taken == 0 {
            return None;
        } else if let Some(unit) = [('十', 10), ('百', 100), ('千', 1000)].iter().find(|(u, _)| u == c).map(|(_, v)| *v) {
            whole = whole.checked_add(pending.take().unwrap_or(1).checked_mul(unit)?)?;
            units = true;
        } else {
            break;
        }
        taken += 1;
        if taken > 8 {
            return None;
        }
    }
    (taken > 0).then(|| (whole + pending.unwrap_or(0), taken))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(u32, usize)>) {
        assert_eq!(number(&text.chars().collect::<Vec<_>>()), expected, "{text}");
    }

    #[test]
    fn numbers_are_read_in_every_writing() {
        check("12条", Some((12, 2)));
        check("１２条", Some((12, 2)));
        check("十二条", Some((12, 2)));
        check("二十条", Some((20, 2)));
        check("百二十三条", Some((123, 4)));
        check("一〇五条", Some((105, 3)));
        check("条", None);
    }
}
