//! The four gates that a city judges an answer by: OK, △ (to be looked at) or NG each.
//!
//! 根拠準拠性: what is said stands in its sources and holds the facts. 参照到達性: its citations lead to the right place.
//! 構造保持性: what is quoted is whole, a row with its headers, a rule with its exception. 拒否の適切さ: what the library does not hold is
//! refused, and nothing else.

use serde_json::Value;
use std::fmt;

/// How a gate judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// As it should be.
    Ok,
    /// A person must look: something is missing, nothing is wrong.
    Doubtful,
    /// Wrong.
    Wrong,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "OK",
            Self::Doubtful => "△",
            Self::Wrong => "NG",
        })
    }
}

/// The gates, in the order of [`Findings::marks`].
pub const NAMES: [&str; 4] = ["根拠準拠性", "参照到達性", "構造保持性", "拒否の適切さ"];

/// What was found out about one answer.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Whether the library holds the answer.
    pub answerable: bool,
    /// Whether it was refused.
    pub refused: bool,
    /// Whether it holds all the facts.
    pub holds_facts: bool,
    /// Whether it holds a neighbour's value.
    pub holds_wrong: bool,
    /// Whether the right place is among the first three sources.
    pub right_place: bool,
    /// Citations, and those that lead to their place.
    pub citations: (usize, usize),
    /// How whole its quotations are.
    pub structure: Option<Mark>,
}

impl Findings {
    /// How each gate judges; `None` where it has nothing to judge (a refusal that was due has no citations).
    pub fn marks(&self) -> [Option<Mark>; 4] {
        let when = |ok: bool, otherwise: Mark| if ok { Mark::Ok } else { otherwise };
        if !self.answerable || self.refused {
            let due = when(!self.answerable, if self.right_place { Mark::Doubtful } else { Mark::Wrong });
            let refusal = if self.refused { due } else { Mark::Wrong };
            return [None, None, None, Some(refusal)];
        }
        let grounded = if self.holds_wrong { Mark::Wrong } else { when(self.holds_facts, Mark::Doubtful) };
        let (all, resolved) = self.citations;
        let reached = if all == 0 || resolved < all { Mark::Wrong } else { when(self.right_place, Mark::Doubtful) };
        [Some(grounded), Some(reached), self.structure, Some(Mark::Ok)]
    }
}

/// How whole an answer's quotations are: wrong when one is not the text at its place, doubtful when it begins or ends within
/// a sentence or row. A short answer in front of the sentence that holds it is judged with that sentence.
pub fn structure(answer: &Value) -> Option<Mark> {
    let sentences = answer["sentences"].as_array()?;
    let mut worst = None;
    for (i, sentence) in sentences.iter().enumerate().filter(|(_, s)| s["verbatim"] == true) {
        let text = sentence["text"].as_str().unwrap_or_default();
        let leads = sentences.get(i + 1).and_then(|next| next["text"].as_str()).is_some_and(|next| next.contains(text));
        let mark = quotation(answer, sentence, text);
        let mark = if leads && mark == Mark::Doubtful { Mark::Ok } else { mark };
        worst = worst.max(Some(mark));
    }
    worst
}

fn quotation(answer: &Value, sentence: &Value, text: &str) -> Mark {
    let citation = &sentence["citations"][0];
    let sources = answer["sources"].as_array();
    let source = sources.into_iter().flatten().find(|s| s["number"] == citation["source"]);
    let passage = source.and_then(|s| s["passage"]["text"].as_str().or_else(|| s["passage"]["passage"]["text"].as_str()));
    let (start, end) = (citation["quote"]["start"].as_u64(), citation["quote"]["end"].as_u64());
    let (Some(passage), Some(start), Some(end)) = (passage, start, end) else { return Mark::Wrong };
    let (start, end) = (start as usize, end as usize);
    if passage.get(start..end) != Some(text) {
        return Mark::Wrong;
    }
    let separates = |c: char| c.is_whitespace() || matches!(c, '。' | '、' | '|' | '」' | '）' | '.' | '!' | '?' | '！' | '？');
    let begins = passage[..start].chars().next_back().is_none_or(separates);
    let ends = text.ends_with(separates) || passage[end..].chars().next().is_none_or(separates);
    if begins && ends { Mark::Ok } else { Mark::Doubtful }
}

/// How often each gate gave each mark.
#[derive(Debug, Clone, Default)]
pub struct Table {
    counts: [[usize; 3]; 4],
    /// What must be looked at, by question.
    pub noted: Vec<String>,
}

impl Table {
    /// Adds one question.
    pub fn add(&mut self, question: &str, findings: &Findings) {
        for ((counts, name), mark) in self.counts.iter_mut().zip(NAMES).zip(findings.marks()) {
            let Some(mark) = mark else { continue };
            counts[mark as usize] += 1;
            if mark != Mark::Ok {
                self.noted.push(format!("{mark} {name}: {question}"));
            }
        }
    }

    /// How often any gate said NG.
    pub fn wrong(&self) -> usize {
        self.counts.iter().map(|counts| counts[Mark::Wrong as usize]).sum()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "gate          OK    △   NG")?;
        for (name, [ok, doubtful, wrong]) in NAMES.iter().zip(self.counts) {
            // Each of the names' characters is as wide as two.
            let space = 14_usize.saturating_sub(2 * name.chars().count());
            writeln!(f, "{name}{:space$}{ok:>3} {doubtful:>4} {wrong:>4}", "")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_gate_judges_its_own() {
        let good = Findings {
            answerable: true,
            holds_facts: true,
            right_place: true,
            citations: (2, 2),
            structure: Some(Mark::Ok),
            ..Findings::default()
        };
        assert_eq!(good.marks(), [Some(Mark::Ok); 4]);
        let lost = Findings { citations: (2, 1), ..good.clone() };
        assert_eq!(lost.marks()[1], Some(Mark::Wrong));
        let invented = Findings { answerable: false, ..good.clone() };
        assert_eq!(invented.marks(), [None, None, None, Some(Mark::Wrong)]);
        let timid = Findings { refused: true, ..good };
        assert_eq!(timid.marks()[3], Some(Mark::Doubtful));
    }
}
