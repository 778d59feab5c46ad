//! What a question is asked of: collections, documents, a day, and what is demanded of documents; as fields, and as the chips
//! that say which of them are set.

use crate::fields::Fields;
use crate::page::Page;
use crate::words;
use appliance_core::facets;
use appliance_core::id::{CollectionId, DocumentId};
use appliance_core::ports::catalog::{CollectionEntry, DocumentEntry};
use appliance_core::validity::typed_day;

/// A collection that can be chosen.
pub struct CollectionChoice {
    /// Its id.
    pub id: CollectionId,
    /// Its name.
    pub name: String,
    /// How many documents it has.
    pub documents: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// A document that was chosen.
pub struct DocumentChoice {
    /// Its id.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
}

/// The scope of a question.
#[derive(Default)]
pub struct ScopeView {
    /// The collections that the viewer may see.
    pub collections: Vec<CollectionChoice>,
    /// The documents that were chosen, as far as the viewer may see them.
    pub documents: Vec<DocumentChoice>,
    /// Part of the titles that documents must have.
    pub title: String,
    /// The kinds of documents.
    pub kinds: Vec<&'static str>,
    /// The kind that is demanded; empty for any.
    pub kind: String,
    /// The day that was chosen, as a date field has it; empty for today.
    pub as_of: String,
    /// The first day of documents' dates.
    pub from: String,
    /// The last day of documents' dates.
    pub until: String,
    /// The department that documents must come from.
    pub department: String,
}

impl ScopeView {
    /// The scope over these collections, some of which are chosen.
    pub fn over(collections: Vec<CollectionEntry>, chosen: &[CollectionId]) -> Self {
        let choice = |c: CollectionEntry| CollectionChoice {
            chosen: chosen.contains(&c.id),
            id: c.id,
            name: c.name,
            documents: words::number(c.documents),
        };
        Self { collections: collections.into_iter().map(choice).collect(), kinds: facets::kinds().collect(), ..Self::default() }
    }

    /// The same with these documents chosen.
    pub fn with_documents(mut self, entries: Vec<DocumentEntry>) -> Self {
        self.documents = entries.into_iter().map(|e| DocumentChoice { id: e.id, title: e.title }).collect();
        self
    }

    /// The same with what a form had in its other fields.
    pub fn filled(mut self, fields: &Fields) -> Self {
        let fill = |into: &mut String, name: &str| *into = fields.get(name).trim().to_owned();
        fill(&mut self.title, "title");
        fill(&mut self.kind, "kind");
        fill(&mut self.as_of, "as_of");
        fill(&mut self.from, "from");
        fill(&mut self.until, "until");
        fill(&mut self.department, "department");
        self
    }

    /// What is set, in words.
    pub fn chips(&self, page: &Page) -> Vec<String> {
        let mut chips: Vec<String> = self.collections.iter().filter(|c| c.chosen).map(|c| c.name.clone()).collect();
        chips.extend(self.documents.iter().map(|d| page.with("chip-document", "value", d.title.as_str())));
        if let Some(day) = typed_day(&self.as_of) {
            chips.push(page.with("chip-as-of", "day", page.day(day)));
        }
        let mut chip = |key: &str, value: &str| {
            if !value.is_empty() {
                chips.push(page.with(key, "value", value));
            }
        };
        chip("chip-title", &self.title);
        chip("chip-kind", &self.kind);
        chip("chip-from", &self.from);
        chip("chip-until", &self.until);
        chip("chip-department", &self.department);
        chips
    }
}
