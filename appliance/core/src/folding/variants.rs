//! Variant forms of characters: 旧字体 and the forms of names, each with the form of every day.
//!
//! `variants.txt` holds a form of every day and the forms that mean the same, a line each. The old forms are those of
//! OpenCC's table of Japanese variants (JPVariants, Apache License 2.0); the forms of names (髙, 﨑, 邉, 𠮷) were added
//! after the semantic variants of the Unihan database (Unicode License).

use std::collections::HashMap;
use std::sync::LazyLock;

static TABLE: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let mut table = HashMap::new();
    for line in include_str!("variants.txt").lines() {
        let mut forms = line.chars().filter(|c| !c.is_whitespace());
        let Some(everyday) = forms.next() else { continue };
        table.extend(forms.map(|variant| (variant, everyday)));
    }
    table
});

/// The form of every day of a character; itself where it has none other. Names count as one that people write now in
/// one way and now in the other, so that 斉, 斎, 齊 and 齋 are one.
pub fn everyday(c: char) -> char {
    if (c as u32) < 0x3400 { c } else { TABLE.get(&c).copied().unwrap_or(c) }
}

/// The same but for characters that are words of their own (一斉), for texts that a dictionary will be asked about.
pub fn everyday_in_words(c: char) -> char {
    if c == '斉' { c } else { everyday(c) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_have_one_form_and_the_table_is_closed() {
        let one = |text: &str| text.chars().map(everyday).collect::<String>();
        assert_eq!(one("齋藤斉藤齊藤"), "斎藤斎藤斎藤");
        assert_eq!(one("髙橋・髙﨑・渡邉・渡邊・𠮷田・濵田・國會"), "高橋・高崎・渡辺・渡辺・吉田・浜田・国会");
        assert!(TABLE.values().all(|c| everyday(*c) == *c), "a form of every day has no other");
    }
}
