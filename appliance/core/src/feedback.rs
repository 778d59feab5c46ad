//! What people say of answers, and who is in charge of the documents that these draw on.

use crate::id::{AnswerId, CollectionId, DocumentId, FeedbackId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Characters of a remark, at most.
pub const LONGEST_REMARK: usize = 1_000;
/// Characters of a name, and of a way to reach somebody, at most.
pub const LONGEST_CONTACT: usize = 120;

/// What somebody thinks of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Judgement {
    /// It is right.
    Right,
    /// It is wrong.
    Wrong,
    /// Something is missing from it.
    Missing,
}

impl Judgement {
    /// The name used in the catalog and in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Wrong => "wrong",
            Self::Missing => "missing",
        }
    }

    /// The judgement of that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Right, Self::Wrong, Self::Missing].into_iter().find(|j| j.name() == name)
    }
}

/// What somebody says of one of their own answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The answer.
    pub answer: AnswerId,
    /// What they think of it.
    pub judgement: Judgement,
    /// What they say; may be empty.
    pub words: String,
    /// The document that it is about: whoever is in charge of it is told. `None` when it is about the answer alone.
    pub document: Option<DocumentId>,
}

/// A remark in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Feedback {
    /// Its id.
    pub id: FeedbackId,
    /// What they think.
    pub judgement: Judgement,
    /// What they say.
    pub words: String,
    /// Who said it, by name.
    pub by: String,
    /// The question; `None` once it is no longer kept.
    pub question: Option<String>,
    /// The document that it is about, with its title, as far as the reader of the list may see it.
    pub document: Option<(DocumentId, String)>,
    /// When it was said.
    pub said: Timestamp,
    /// When it was settled.
    pub settled: Option<Timestamp>,
}

/// Which remarks are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FeedbackFilter {
    /// Of this judgement alone.
    pub judgement: Option<Judgement>,
    /// Settled ones too.
    pub settled: bool,
}

/// What somebody is in charge of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Charge {
    /// All documents of a collection, unless a document names somebody else.
    Collection(CollectionId),
    /// One document.
    Document(DocumentId),
}

/// Whom to ask about documents.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Contact {
    /// The person or the office.
    pub name: String,
    /// How to reach them: an extension, a room, an address.
    pub reach: String,
    /// The person who sees what is said of these documents, where they use Kura.
    pub user: Option<UserId>,
}
