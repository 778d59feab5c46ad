//! The two languages that Kura speaks.

use serde::{Deserialize, Serialize};

/// The language of the interface, and of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Japanese.
    #[default]
    Ja,
    /// English.
    En,
}

impl Language {
    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    /// The language named by a BCP 47 tag or an `Accept-Language` element, if it is one of ours.
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.trim().get(..2)?.to_ascii_lowercase().as_str() {
            "ja" => Some(Self::Ja),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The language a text is written in: Japanese if it holds any kana or Chinese character.
    pub fn of_text(text: &str) -> Self {
        let japanese = |c: char| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ff66}'..='\u{ff9d}');
        if text.chars().any(japanese) { Self::Ja } else { Self::En }
    }

    /// The language a question is asked in. An English question may name a thing in Japanese (「What is the fee for 住民票の写し?」):
    /// it is English when it begins as English questions do.
    pub fn of_question(text: &str) -> Self {
        const BEGINNINGS: [&str; 29] = [
            "what", "how", "when", "where", "who", "whom", "whose", "which", "why", "is", "are", "was", "were", "do", "does", "did", "can",
            "could", "should", "would", "will", "may", "must", "please", "tell", "and", "then", "if", "for",
        ];
        let mut words = text.split_whitespace().map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase());
        let begins = words.next().is_some_and(|w| BEGINNINGS.contains(&w.as_str()));
        let goes_on = words.next().is_some_and(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_alphabetic()));
        if begins && goes_on { Self::En } else { Self::of_text(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::Language::{En, Ja};
    use super::*;

    #[track_caller]
    fn check(question: &str, expected: Language) {
        assert_eq!(Language::of_question(question), expected, "{question}");
    }

    #[test]
    fn a_question_is_in_the_language_of_its_wording() {
        check("粗大ごみの手数料はいくらですか", Ja);
        check("How do I renew my library card?", En);
        check("What is the fee for 住民票の写し?", En);
        check("What about 65歳以上?", En);
        check("VPN の接続方法", Ja);
        check("LX-4200 J-31", En);
        check("What's 住民票", Ja);
    }
}
