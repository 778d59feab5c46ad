//! An answer in the form that was asked for, as the pages show it: steps, a table or a list.

use crate::answer_view::{self, MarkView};
use crate::page::Page;
use crate::words;
use appliance_core::answer::{Answer, AnswerSentence};
use appliance_core::forms::{Arranged, Form};

/// The words in front of the rows.
pub struct LeadView {
    /// The words.
    pub text: String,
    /// Their marks.
    pub marks: Vec<MarkView>,
}

/// A step, an item or a row.
pub struct RowView {
    /// Its number, or a bullet.
    pub label: String,
    /// Its values.
    pub cells: Vec<String>,
    /// Its marks.
    pub marks: Vec<MarkView>,
    /// Whether the answer rests on it.
    pub answers: bool,
}

/// An answer in a form.
pub struct ArrangedView {
    /// `steps`, `table` or `list`.
    pub form: &'static str,
    /// The form in words.
    pub form_words: String,
    /// What the rows are.
    pub note: String,
    /// Whether the source itself is set out so.
    pub structured: bool,
    /// The words that announce the rows.
    pub lead: Option<LeadView>,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<RowView>,
    /// How many rows are left out, in words.
    pub left_out: Option<String>,
}

/// The form in words.
pub fn form_words(page: &Page, form: Form) -> String {
    page.t(match form {
        Form::Plain => "form-plain",
        Form::Steps => "form-steps",
        Form::Table => "form-table",
        Form::List => "form-list",
    })
}

/// The view of an arranged answer.
pub fn view(page: &Page, answer: &Answer, arranged: &Arranged) -> ArrangedView {
    let marks = |sentence: &AnswerSentence| sentence.citations.iter().map(|c| answer_view::mark(page, answer, *c)).collect();
    let rows = (1..).zip(&arranged.rows).map(|(number, row)| RowView {
        label: label(arranged.form, &row.label, number),
        cells: row.cells.clone(),
        marks: marks(&row.backing),
        answers: row.answers,
    });
    ArrangedView {
        form: arranged.form.name(),
        form_words: form_words(page, arranged.form),
        note: page.t(if arranged.structured { "form-structured" } else { "form-unstructured" }),
        structured: arranged.structured,
        lead: arranged.lead.as_ref().map(|lead| LeadView { text: lead.text.clone(), marks: marks(lead) }),
        columns: arranged.columns.clone(),
        rows: rows.collect(),
        left_out: (arranged.left_out > 0).then(|| page.with("form-left-out", "rows", words::number(arranged.left_out.into()))),
    }
}

/// The number as the source writes it; steps without one are counted.
pub fn label(form: Form, written: &str, number: u32) -> String {
    match (form, written) {
        (Form::Steps, "") => format!("{number}."),
        (_, "") => "・".to_owned(),
        (_, written) => written.to_owned(),
    }
}
