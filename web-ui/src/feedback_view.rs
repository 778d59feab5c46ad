//! What a person can say of an answer, and to whom.

use appliance_core::answer::{Answer, AnswerKind, Support};
use appliance_core::feedback::Contact;
use appliance_core::id::DocumentId;
use std::collections::BTreeSet;

/// A document that an answer draws on.
pub struct AboutView {
    /// Its id.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
    /// Who is in charge of it, where somebody is named.
    pub contact: Option<Contact>,
}

/// The documents that a remark may be about: those cited, or after a refusal those that were found.
pub fn about(answer: &Answer) -> Vec<AboutView> {
    let supported = answer.sentences.iter().filter(|s| s.support == Support::Supported);
    let cited: BTreeSet<u32> = supported.flat_map(|s| &s.citations).map(|c| c.source).collect();
    let mut seen = BTreeSet::new();
    let meant = answer.sources.iter().filter(|s| answer.kind == AnswerKind::Refused || cited.contains(&s.number));
    let documents = meant.filter(|s| seen.insert(s.passage.document));
    documents.map(|s| AboutView { id: s.passage.document, title: s.passage.title.clone(), contact: None }).collect()
}
