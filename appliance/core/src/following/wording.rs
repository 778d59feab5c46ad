//! A follow-up worded by a model, and the check of its words.

use super::Before;
use crate::asking::Asking;
use crate::folding::fold;
use crate::language::Language;
use crate::ports::PortError;
use crate::ports::models::{GenerationRequest, Message, Prompt, PromptProfile, Speaker};
use std::collections::HashSet;

const PROMPT_JA: &str = include_str!("../../prompts/follow-up.ja.txt");
const PROMPT_EN: &str = include_str!("../../prompts/follow-up.en.txt");
/// Millions of parameters below which a model is not asked: what it words is mostly refused by the check.
const SMALLEST_MODEL: u32 = 1_000;
/// Tokens of a question at most.
const LONGEST: u32 = 160;

/// The follow-up as a model words it; `None` where there is none that writes freely, or where its words are not all those of
/// the conversation.
pub async fn by_model(asking: &Asking, typed: &str, before: &Before<'_>) -> Result<Option<String>, PortError> {
    let writes =
        |g: &&std::sync::Arc<dyn crate::ports::Generator>| g.profile() == PromptProfile::Chat && g.parameters_m() >= SMALLEST_MODEL;
    let Some(generator) = asking.generator.as_ref().filter(writes) else { return Ok(None) };
    let prompt = match Language::of_question(typed) {
        Language::Ja => PROMPT_JA,
        Language::En => PROMPT_EN,
    };
    let prompt = prompt.replace("{before}", before.question).replace("{typed}", typed);
    let prompt = Prompt::Chat(vec![Message { speaker: Speaker::User, text: prompt }]);
    let request = GenerationRequest { prompt, max_tokens: LONGEST, temperature: 0.0, seed: 0, constraint: None };
    let mut tokens = generator.generate(request).await?;
    let mut written = String::new();
    while let Some(token) = tokens.recv().await {
        written.push_str(&token?);
    }
    let written = written.trim().lines().next().unwrap_or_default().trim().trim_matches(['「', '」', '"']).to_owned();
    Ok(Some(written).filter(|w| keeps(typed, before.question, w)))
}

/// Whether a wording keeps every name and number of the follow-up, and has none that neither question has.
pub fn keeps(typed: &str, before: &str, worded: &str) -> bool {
    let (own, known, said) = (names(typed), names(&format!("{before} {typed}")), names(worded));
    !worded.is_empty()
        && own.iter().all(|n| held(n, &said))
        && said.iter().all(|n| held(n, &known) || CONNECTING.contains(&n.as_str()))
        && said.len() > own.len()
}

/// Words that join others and name nothing.
const CONNECTING: [&str; 6] = ["人", "方", "場合", "時", "際", "もの"];

/// Whether a name stands in one of these, or is made of them.
fn held(name: &str, among: &HashSet<String>) -> bool {
    among.iter().any(|other| other.contains(name) || name.contains(other.as_str()) && name.len() < other.len() + 7)
}

/// The runs of kanji, katakana, letters and digits, folded.
fn names(text: &str) -> HashSet<String> {
    let folded = fold(text);
    let runs = folded.split(|c: char| !super::japanese::is_content(c));
    const FRAME: [&str; 12] = ["the", "a", "an", "is", "are", "what", "how", "about", "for", "of", "do", "i"];
    runs.filter(|r| !r.is_empty() && !FRAME.contains(r)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_may_only_use_the_words_of_the_conversation() {
        let before = "粗大ごみの手数料はいくらですか";
        assert!(keeps("65歳以上は？", before, "65歳以上の人の粗大ごみの手数料はいくらですか"));
        assert!(!keeps("65歳以上は？", before, "粗大ごみの手数料はいくらですか"), "a number is lost");
        assert!(!keeps("65歳以上は？", before, "65歳以上の介護保険料はいくらですか"), "a name came from nowhere");
        assert!(!keeps("65歳以上は？", before, "70歳以上の粗大ごみの手数料はいくらですか"), "another number");
        assert!(!keeps("65歳以上は？", before, ""));
    }
}
