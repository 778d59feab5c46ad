//! Numbers written in letters, as page labels and numbered paragraphs show them.

/// Larger numbers would be long rows of M.
const LARGEST: u32 = 32_767;
/// How often a letter is repeated at most.
const LONGEST: u32 = 40;

/// A number in capital Roman numerals.
pub(crate) fn roman(number: u32) -> String {
    const DIGITS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut left = number.min(LARGEST);
    let mut text = String::new();
    for (value, digit) in DIGITS {
        while left >= value {
            text.push_str(digit);
            left -= value;
        }
    }
    text
}

/// A to Z, then AA to ZZ: the letter is repeated, as ISO 32000-1 (12.4.2) and Word count.
pub(crate) fn letters(number: u32) -> String {
    let index = number.saturating_sub(1);
    let letter = char::from(b'A' + (index % 26) as u8);
    String::from(letter).repeat((index / 26 + 1).min(LONGEST) as usize)
}
