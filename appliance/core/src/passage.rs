//! Passages: the pieces of a document that are searched, shown to a model, and cited.

use crate::document::Format;
use crate::id::{CollectionId, DocumentId, PassageId, VersionId};
use crate::locator::Locator;
use crate::validity::Days;
use serde::{Deserialize, Serialize};

/// A piece of a document.
///
/// Invariant: `document.text[locator.span] == text`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    /// Position in the document, from 0.
    pub ordinal: u32,
    /// The headings above it, outermost first (`["第2章 手数料", "第9条（減免）"]`).
    pub heading_path: Vec<String>,
    /// The text.
    pub text: String,
    /// Where it stands.
    pub locator: Locator,
    /// The lowest confidence, from 0 to 1, among the pages it stands on whose characters were recognised in a picture;
    /// `None` when its file holds it as text.
    #[serde(default)]
    pub recognised: Option<f32>,
}

impl Passage {
    /// The text with its headings in front, as the embedder and the model read it.
    pub fn with_headings(&self, title: &str) -> String {
        let mut whole = String::from(title);
        for heading in &self.heading_path {
            whole.push(' ');
            whole.push_str(heading);
        }
        whole.push('\n');
        whole.push_str(&self.text);
        whole
    }
}

impl StoredPassage {
    /// A passage of a text that the catalog does not hold: a draft that is only looked at.
    pub fn unstored(passage: Passage) -> Self {
        let (id, document, version, collection) = (PassageId(0), DocumentId(0), VersionId(0), CollectionId(0));
        Self { id, document, version, collection, title: String::new(), format: Format::Text, days: Days::ALWAYS, passage }
    }
}

/// A passage as the catalog holds it, with the document it belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredPassage {
    /// Its id.
    pub id: PassageId,
    /// The document.
    pub document: DocumentId,
    /// The version it was cut from.
    pub version: VersionId,
    /// The collection that the document lies in.
    pub collection: CollectionId,
    /// The document's title.
    pub title: String,
    /// The document's format.
    pub format: Format,
    /// The days on which it is in force.
    #[serde(default)]
    pub days: Days,
    /// The passage.
    #[serde(flatten)]
    pub passage: Passage,
}
