//! What a question is about.

use super::japanese::is_content;
use super::nouns::is_general;

/// What a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Topic {
    /// The whole phrase: 粗大ごみの手数料.
    pub full: String,
    /// The thing without the property that is asked of it: 粗大ごみ. The whole phrase where no property is named.
    pub thing: String,
}

impl Topic {
    /// Reads a question in Japanese; of one in another language all of it is the topic.
    pub fn of(question: &str) -> Self {
        let asked = question.trim_end_matches(['?', '？', '。', ' ', '　']);
        let last = asked.rsplit(['。', '？', '?']).find(|s| !s.trim().is_empty()).unwrap_or(asked).trim();
        let full = phrase(last).trim_end_matches(['、', ',', ' ', '　']).to_owned();
        let thing = match full.rfind('の') {
            Some(at) if at > 0 && is_property(&full[at + 'の'.len_utf8()..]) => full[..at].to_owned(),
            _ => full.clone(),
        };
        Self { full, thing }
    }
}

fn is_property(phrase: &str) -> bool {
    let kept: String = phrase.chars().filter(|c| is_content(*c)).collect();
    !kept.is_empty() && (is_general(&kept) || is_verb(phrase))
}

/// 申込み, 届け出, 受け取り: kanji one by one with kana between them.
fn is_verb(phrase: &str) -> bool {
    let kanji = |c: char| matches!(c, '\u{3400}'..='\u{9fff}');
    let chars: Vec<char> = phrase.chars().collect();
    chars.len() >= 3 && chars.iter().any(|c| !kanji(*c)) && chars.windows(2).all(|w| !(kanji(w[0]) && kanji(w[1])))
}

/// The words before the particle that ends what a sentence speaks of.
fn phrase(sentence: &str) -> &str {
    let topic = particle(sentence, "は").or_else(|| particle(sentence, "って")).or_else(|| particle(sentence, "について"));
    let within = topic.map_or(sentence, |at| &sentence[..at]);
    let cases = ["に", "で", "を", "が", "から", "へ", "と"];
    let case = cases.iter().filter_map(|p| particle(within, p)).filter(|at| !modifies(&within[*at..])).min();
    match case {
        Some(at) => &within[..at],
        None => within.trim_end_matches(|c| "にでをがへ".contains(c)),
    }
}

/// Whether what follows a case particle says more of the next noun (卒業に必要な単位数, 転入に伴う手続).
fn modifies(rest: &str) -> bool {
    [
        "に必要な",
        "に関する",
        "に対する",
        "に係る",
        "に基づく",
        "における",
        "に伴う",
        "による",
        "についての",
        "での",
        "からの",
        "への",
        "との",
        "が必要な",
        "ができる",
    ]
    .iter()
    .any(|m| rest.starts_with(m))
}

/// Where a particle stands behind a noun, first.
fn particle(text: &str, particle: &str) -> Option<usize> {
    text.match_indices(particle).map(|(at, _)| at).find(|at| {
        let before = text[..*at].chars().next_back();
        let tail = &text[..*at];
        let noun = before.is_some_and(is_content)
            || ["ごみ", "もの", "こと", "写し", "込み", "取り", "し方", "くり", "つき", "扱い", "払い", "出し", "届け", "支え", "子ども"]
                .iter()
                .any(|t| tail.ends_with(t));
        let after = text[at + particle.len()..].chars().next();
        // はがき, ではない: the particle ends a phrase, and what follows begins another.
        noun && !(particle == "で" && after.is_some_and(|c| "しすき".contains(c)))
    })
}
