//! Who is looking, and what they may see. No search happens without a [`Viewer`], and nothing else grants sight.

use crate::id::{CollectionId, DocumentId, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Asks and reads.
    Reader,
    /// Also adds and removes documents.
    Editor,
    /// Also manages people and the appliance.
    Administrator,
}

impl Role {
    /// The name used in the catalog and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Editor => "editor",
            Self::Administrator => "administrator",
        }
    }

    /// The role of that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Reader, Self::Editor, Self::Administrator].into_iter().find(|r| r.name() == name)
    }
}

/// The documents that a person may see: those of some collections, less some, plus some.
///
/// The catalog computes it anew for every request, so that a revoked right takes effect at the next query.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Visibility {
    /// Collections whose documents are visible.
    pub collections: BTreeSet<CollectionId>,
    /// Documents of those collections that are hidden all the same.
    pub hidden: BTreeSet<DocumentId>,
    /// Documents of other collections that are visible all the same.
    pub granted: BTreeSet<DocumentId>,
}

impl Visibility {
    /// Whether a document of a collection is visible.
    pub fn includes(&self, collection: CollectionId, document: DocumentId) -> bool {
        self.granted.contains(&document) || (self.collections.contains(&collection) && !self.hidden.contains(&document))
    }

    /// Whether nothing at all is visible.
    pub fn is_empty(&self) -> bool {
        self.collections.is_empty() && self.granted.is_empty()
    }
}

/// A person who is signed in, with what they may see now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    user: UserId,
    name: String,
    role: Role,
    visibility: Visibility,
}

impl Viewer {
    /// Made by the catalog from its rules; tests make their own.
    pub fn new(user: UserId, name: impl Into<String>, role: Role, visibility: Visibility) -> Self {
        Self { user, name: name.into(), role, visibility }
    }

    /// The person.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// The name they are shown under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What they may do.
    pub fn role(&self) -> Role {
        self.role
    }

    /// What they may see.
    pub fn visibility(&self) -> &Visibility {
        &self.visibility
    }

    /// Whether they may see a document of a collection.
    pub fn can_see(&self, collection: CollectionId, document: DocumentId) -> bool {
        self.visibility.includes(collection, document)
    }
}
