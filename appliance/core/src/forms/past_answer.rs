//! Past questions with their answers (FAQ, 議会答弁), as documents hold them, and the wording that their answers begin and end
//! with.

use super::pieces::{Kind, pieces};
use crate::folding::fold;
use crate::locator::Span;
use crate::passage::StoredPassage;
use crate::sentence::sentences;

/// Headers and marks of questions and of answers, folded.
const QUESTIONS: &[&str] = &["質問", "問い合わせ", "お問い合わせ", "問", "question", "q", "質問要旨", "質問事項", "質問内容"];
const ANSWERS: &[&str] = &["回答", "答弁", "答", "answer", "a", "答弁要旨", "回答内容", "対応"];
/// Wording of openings and closings that carries no fact.
const OPENINGS: &[&str] = &["お答え", "御質問", "ご質問", "お尋ね", "おたずね", "について申し上げ", "答弁いたします", "thank you for"];
const CLOSINGS: &[&str] = &[
    "まいります",
    "参ります",
    "努めて",
    "存じます",
    "考えております",
    "お問い合わせください",
    "ご相談ください",
    "御相談ください",
    "ご理解",
    "御理解",
    "以上です",
    "答弁といたします",
    "please contact",
    "we hope",
];

/// A past question with its answer, in bytes of the passage's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastAnswer {
    /// The question.
    pub question: Span,
    /// The answer.
    pub answer: Span,
}

/// The questions and answers that a passage holds: rows with such headers, or lines with such marks.
pub fn past_answers(stored: &StoredPassage) -> Vec<PastAnswer> {
    let mut found = Vec::new();
    for piece in pieces(stored) {
        let Kind::Row(cells) = &piece.kind else { continue };
        let cell = |names: &[&str]| cells.iter().find(|c| names.contains(&fold(c.header.trim()).as_str())).map(|c| c.value);
        if let (Some(question), Some(answer)) = (cell(QUESTIONS), cell(ANSWERS)) {
            found.push(PastAnswer { question, answer });
        }
    }
    if found.is_empty() { in_lines(&stored.passage.text) } else { found }
}

/// 「問　…」「答　…」, 「Q1 …」「A1 …」, 「【質問】…」「【答弁】…」: a question runs to its answer, an answer to the next question.
fn in_lines(text: &str) -> Vec<PastAnswer> {
    let mut marked: Vec<(bool, usize, usize)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        for (is_question, names) in [(true, QUESTIONS), (false, ANSWERS)] {
            if let Some(taken) = names.iter().filter_map(|name| mark(line.trim_start(), name)).max() {
                marked.push((is_question, at + indent, at + indent + taken));
                break;
            }
        }
        at += line.len();
    }
    let mut found = Vec::new();
    for (i, pair) in marked.windows(2).enumerate() {
        if let [(true, _, from), (false, until, start)] = pair {
            let end = marked.get(i + 2).map_or(text.len(), |(_, at, _)| *at);
            if let (Some(question), Some(answer)) = (trimmed(text, *from, *until), trimmed(text, *start, end)) {
                found.push(PastAnswer { question, answer });
            }
        }
    }
    found
}

/// Bytes of the mark that a line begins with: the name, its number, and what parts it from the words.
fn mark(line: &str, name: &str) -> Option<usize> {
    let inner = line.trim_start_matches(['【', '［', '[', '(', '（', '○', '◯', '●', '■']);
    let folded: String = inner.chars().take(name.chars().count()).collect();
    if fold(&folded) != name {
        return None;
    }
    let rest = &inner[folded.len()..];
    let rest = rest.trim_start_matches(char::is_numeric);
    let words = rest.trim_start_matches(|c: char| c.is_whitespace() || "】］])）.．:：、".contains(c));
    (words.len() < rest.len() && !words.trim().is_empty()).then(|| line.len() - words.len())
}

fn trimmed(text: &str, from: usize, until: usize) -> Option<Span> {
    let piece = text.get(from..until)?;
    let start = from + (piece.len() - piece.trim_start().len());
    (!piece.trim().is_empty()).then(|| Span::new(start, start + piece.trim().len()))
}

/// The sentences that an answer opens and closes with, where they carry wording and no fact.
pub fn skeleton(answer: &str) -> (Option<String>, Option<String>) {
    let all: Vec<&str> = sentences(answer).into_iter().filter_map(|s| s.slice(answer)).collect();
    let is_wording = |sentence: &str, formulas: &[&str]| {
        let folded = fold(sentence);
        formulas.iter().any(|f| folded.contains(&fold(f))) && !folded.chars().any(|c| c.is_ascii_digit())
    };
    let opening = all.first().filter(|s| is_wording(s, OPENINGS)).map(|s| (*s).to_owned());
    let closing = all.last().filter(|s| all.len() > 1 && is_wording(s, CLOSINGS)).map(|s| (*s).to_owned());
    (opening, closing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::stored_passage;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let stored = stored_passage(1, "FAQ", text);
        let found: Vec<(&str, &str)> =
            past_answers(&stored).iter().map(|p| (p.question.slice(text).expect("words"), p.answer.slice(text).expect("words"))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn questions_and_answers_are_known_by_their_headers_and_marks() {
        check("番号: 1、質問: 返金できますか。、回答: できません。、担当課: 市民課", &[("返金できますか。", "できません。")]);
        check(
            "問1　返金できるか。\n答　できない。\n問2　いつか。\n答　4月である。",
            &[("返金できるか。", "できない。"), ("いつか。", "4月である。")],
        );
        check(
            "【質問】公共交通の見通しは。\n【答弁】お答えします。\n便数を増やしました。",
            &[("公共交通の見通しは。", "お答えします。\n便数を増やしました。")],
        );
        check("問い合わせ先　市民課\n答申の写し", &[]);
    }

    #[test]
    fn an_answers_skeleton_is_its_wording() {
        let answer = "御質問の公共交通についてお答えします。便数は12便です。今後とも利便性の向上に努めてまいります。";
        let (opening, closing) = skeleton(answer);
        assert_eq!(opening.as_deref(), Some("御質問の公共交通についてお答えします。"));
        assert_eq!(closing.as_deref(), Some("今後とも利便性の向上に努めてまいります。"));
        assert_eq!(skeleton("14日以内です。"), (None, None));
    }
}
