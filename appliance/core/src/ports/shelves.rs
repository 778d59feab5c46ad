//! How documents are kept: the list of them page by page, the collection in which each lies, who they are open to, and the
//! trash. One database stands behind this and the other traits of the catalog.

use super::PortError;
use super::catalog::{Decided, DocumentEntry, VersionState};
use crate::access::{DocumentRule, Principal};
use crate::document::Format;
use crate::folding::fold;
use crate::id::{CollectionId, DocumentId};
use crate::viewer::Viewer;
use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Which documents a list shows, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Stands in the title or the file's name; empty for all.
    pub words: String,
    /// Of this collection.
    pub collection: Option<CollectionId>,
    /// Of this format.
    pub format: Option<Format>,
    /// In one of these states; empty for all.
    pub states: Vec<VersionState>,
    /// Those alone that have warnings.
    pub warned: bool,
    /// The order.
    pub order: Order,
    /// How many come before the first one shown.
    pub from: usize,
    /// How many are shown.
    pub count: usize,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// The newest first.
    #[default]
    Newest,
    /// The worst read first; those without a score say nothing of how they were read and come last.
    Worst,
    /// By title.
    Title,
}

/// What a list needs to know of a document to choose and to order it.
#[derive(Debug, Clone, PartialEq)]
pub struct Spine {
    /// Its id.
    pub id: DocumentId,
    /// Its collection.
    pub collection: CollectionId,
    /// Its title.
    pub title: String,
    /// The name it was uploaded under.
    pub file_name: String,
    /// Its format.
    pub format: Option<Format>,
    /// The state of its newest version.
    pub state: VersionState,
    /// How well it was read.
    pub score: Option<f32>,
    /// Whether it has warnings.
    pub warned: bool,
}

impl Wanted {
    /// Whether anything is left out.
    pub fn narrows(&self) -> bool {
        !self.words.trim().is_empty() || self.collection.is_some() || self.format.is_some() || self.warned || !self.states.is_empty()
    }

    /// The documents wanted, in order, all pages of them.
    pub fn chosen(&self, spines: Vec<Spine>) -> Vec<Spine> {
        let words: Vec<String> = fold(&self.words).split_whitespace().map(str::to_owned).collect();
        let named = |s: &Spine| {
            let names = if words.is_empty() { String::new() } else { fold(&format!("{} {}", s.title, s.file_name)) };
            words.iter().all(|word| names.contains(word))
        };
        let mut chosen: Vec<Spine> = spines
            .into_iter()
            .filter(|s| self.collection.is_none_or(|c| c == s.collection))
            .filter(|s| self.format.is_none_or(|f| Some(f) == s.format))
            .filter(|s| self.states.is_empty() || self.states.contains(&s.state))
            .filter(|s| (!self.warned || s.warned) && named(s))
            .collect();
        match self.order {
            Order::Newest => chosen.sort_by_key(|s| std::cmp::Reverse(s.id)),
            Order::Worst => chosen.sort_by(|a, b| a.score.unwrap_or(2.0).total_cmp(&b.score.unwrap_or(2.0)).then(a.id.cmp(&b.id))),
            Order::Title => chosen.sort_by(|a, b| a.title.cmp(&b.title).then(a.id.cmp(&b.id))),
        }
        chosen
    }
}

/// A page of a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shelf {
    /// The documents of the page.
    pub entries: Vec<DocumentEntry>,
    /// How many are wanted, on all pages.
    pub matching: usize,
    /// How many the viewer may see.
    pub total: usize,
    /// How many of those are being read.
    pub reading: usize,
    /// How many wait.
    pub waiting: usize,
    /// How many a person has to accept.
    pub held: usize,
    /// The title of one that is being read.
    pub being_read: Option<String>,
}

/// To whom a document is open, by the rules of its collection and its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audience {
    /// The document.
    pub document: DocumentId,
    /// To whom its collection is open.
    pub open_to: Vec<Principal>,
    /// Its own rules.
    pub rules: Vec<(Principal, DocumentRule)>,
}

/// A document in the trash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discarded {
    /// Its id.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
    /// The name it was uploaded under.
    pub file_name: String,
    /// The collection's name.
    pub collection_name: String,
    /// Its format; `None` before it was read.
    pub format: Option<Format>,
    /// Bytes of its file.
    pub bytes: u64,
    /// Since when it lies there.
    pub since: Timestamp,
    /// Who put it there; `None` for the local operator and for people who are gone.
    pub by: Option<String>,
}

/// The shelves.
#[async_trait]
pub trait Shelves: Send + Sync {
    /// The documents that the viewer may see and wants, a page of them.
    async fn shelf(&self, viewer: &Viewer, wanted: &Wanted) -> Result<Shelf, PortError>;

    /// The entries of those of `ids` that the viewer may see, newest first.
    async fn entries(&self, viewer: &Viewer, ids: &[DocumentId]) -> Result<Vec<DocumentEntry>, PortError>;

    /// To whom those of `ids` are open that the viewer may see.
    async fn audiences(&self, viewer: &Viewer, ids: &[DocumentId]) -> Result<Vec<Audience>, PortError>;

    /// Puts a document into another collection that the viewer may see; its rules follow from there on. The caller has checked
    /// that the viewer may edit. Too late while it is being read.
    async fn move_to(&self, viewer: &Viewer, id: DocumentId, collection: CollectionId) -> Result<Decided, PortError>;

    /// Moves a document to the trash: from then on nothing finds, shows, counts or quotes it. The caller has checked that the
    /// viewer may edit.
    async fn discard(&self, viewer: &Viewer, id: DocumentId) -> Result<Decided, PortError>;

    /// The documents in the trash that the viewer could see, the last one first.
    async fn trash(&self, viewer: &Viewer) -> Result<Vec<Discarded>, PortError>;

    /// Takes a document out of the trash: it stands as it stood, and nothing of it is read or embedded again. The caller has
    /// checked that the viewer may edit.
    async fn restore(&self, viewer: &Viewer, id: DocumentId) -> Result<Decided, PortError>;

    /// Removes a document in the trash for good, with its files as far as no other document has them. The caller has checked
    /// that the viewer may edit.
    async fn erase(&self, viewer: &Viewer, id: DocumentId) -> Result<Decided, PortError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spine(id: i64, title: &str, score: Option<f32>) -> Spine {
        Spine {
            id: DocumentId(id),
            collection: CollectionId(id % 2),
            title: title.to_owned(),
            file_name: format!("{id}.pdf"),
            format: Some(Format::Pdf),
            state: VersionState::Searchable,
            score,
            warned: id == 2,
        }
    }

    #[track_caller]
    fn check(wanted: &Wanted, expected: &[i64]) {
        let spines = vec![spine(1, "手数料条例", Some(0.9)), spine(2, "ＦＡＱ 手数料", None), spine(3, "図書館規則", Some(0.4))];
        assert_eq!(wanted.chosen(spines).iter().map(|s| s.id.0).collect::<Vec<_>>(), expected, "{wanted:?}");
    }

    #[test]
    fn a_list_is_narrowed_and_ordered() {
        check(&Wanted::default(), &[3, 2, 1]);
        check(&Wanted { order: Order::Worst, ..Wanted::default() }, &[3, 1, 2]);
        check(&Wanted { words: "faq".to_owned(), ..Wanted::default() }, &[2]);
        check(&Wanted { words: "手数料　pdf".to_owned(), ..Wanted::default() }, &[2, 1]);
        check(&Wanted { collection: Some(CollectionId(1)), ..Wanted::default() }, &[3, 1]);
        check(&Wanted { warned: true, ..Wanted::default() }, &[2]);
        check(&Wanted { states: vec![VersionState::Failed], ..Wanted::default() }, &[]);
        check(&Wanted { format: Some(Format::Xlsx), ..Wanted::default() }, &[]);
    }
}
