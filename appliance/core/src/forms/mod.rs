//! Forms of an answer: steps, a table, a list; fields by a schema; and what is made of whole documents.
//!
//! What is shown in a form is made from the sources' own structure: their numbered items, their rows with their headers. Nothing
//! is worded anew, every row carries the place that it was taken from, and `citation` has found it there.

mod arrangement;
pub mod checklist;
pub mod grammar;
pub mod past_answer;
mod pieces;
pub mod reading;
pub mod schema;
pub mod summary;

pub use arrangement::{Run, arrange, plain_rows};

use crate::answer::AnswerSentence;
use crate::folding::fold;
use serde::{Deserialize, Serialize};

/// How an answer is set out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Sentences.
    #[default]
    Plain,
    /// What is to be done, in order.
    Steps,
    /// Rows and columns.
    Table,
    /// One thing below the other.
    List,
}

/// Wordings that ask for a form; the first that occurs counts.
const WORDINGS: &[(Form, &[&str])] = &[
    (Form::Table, &["一覧表", "表形式", "表にして", "表で", "違い", "比較", "in a table", "as a table", "difference between", "compare"]),
    (
        Form::Steps,
        &[
            "手順",
            "手続を教え",
            "手続きを教え",
            "手続は",
            "手続きは",
            "の流れ",
            "やり方",
            "仕方",
            "方法は",
            "方法を",
            "どうすれば",
            "どうやって",
            "steps",
            "procedure",
            "how to ",
            "how do i",
            "how do you",
            "how can i",
        ],
    ),
    (
        Form::List,
        &[
            "一覧",
            "箇条書き",
            "列挙",
            "すべて挙げ",
            "全て挙げ",
            "をすべて",
            "を全て",
            "挙げてください",
            "list all",
            "list the",
            "as a list",
        ],
    ),
];

impl Form {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Plain, Self::Steps, Self::Table, Self::List];

    /// The name used in forms, in JSON and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Steps => "steps",
            Self::Table => "table",
            Self::List => "list",
        }
    }

    /// The form of that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.name() == name)
    }

    /// The form that a question's wording asks for.
    pub fn asked_by(question: &str) -> Self {
        let folded = fold(question);
        let worded = WORDINGS.iter().find(|(_, wordings)| wordings.iter().any(|w| folded.contains(w)));
        worded.map_or(Self::Plain, |(form, _)| *form)
    }
}

/// An answer set out in a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Arranged {
    /// The form.
    pub form: Form,
    /// Whether the sources themselves are set out so. Where they are not, the rows are the answer's sentences in their order.
    pub structured: bool,
    /// The words that announce the rows (「次のとおりとする。」), where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<AnswerSentence>,
    /// Names of the columns of a table; none for the other forms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// The rows, in the order of their source.
    pub rows: Vec<ArrangedRow>,
    /// Rows of the source that are left out before and behind.
    #[serde(default)]
    pub left_out: u32,
}

/// A step, an item or a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArrangedRow {
    /// Its number as the source writes it (「(1)」); empty where it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The value of each column, empty where the row has none; a single one for the other forms. Each stands in the words of
    /// `backing`.
    pub cells: Vec<String>,
    /// The source's words, with the place where they stand.
    pub backing: AnswerSentence,
    /// Whether the answer rests on this row.
    #[serde(default)]
    pub answers: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wording_of_a_question_asks_for_a_form() {
        for (question, form) in [
            ("原付バイクを廃車にする手続を教えてください。", Form::Steps),
            ("How do I connect to the VPN?", Form::Steps),
            ("大アリーナと小アリーナの使用料の違いは", Form::Table),
            ("減免の対象を一覧で教えてください", Form::List),
            ("粗大ごみの手数料はいくらですか", Form::Plain),
        ] {
            assert_eq!(Form::asked_by(question), form, "{question}");
        }
        assert!(Form::ALL.iter().all(|f| Form::from_name(f.name()) == Some(*f)));
    }
}
