//! Who may see what: groups, and the rules of collections and documents. For administrators; the callers check that.

use super::PortError;
use super::catalog::Person;
use crate::access::{DocumentRule, Principal, Sight};
use crate::id::{CollectionId, DocumentId, GroupId, UserId};
use crate::viewer::Viewer;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// People that rules speak of as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// Who belongs to it.
    pub members: BTreeSet<UserId>,
}

/// What became of the wish to remove a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupRemoval {
    /// It is gone.
    Done,
    /// There is no such group.
    Unknown,
    /// Rules still name it. It stays: with a rule that hides from it, documents would come to light.
    Named {
        /// How many rules.
        rules: u32,
    },
}

/// The rules of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionRules {
    /// The collection.
    pub id: CollectionId,
    /// Its name.
    pub name: String,
    /// Who may see it besides administrators.
    pub open_to: Vec<Principal>,
    /// How many of its documents have rules of their own.
    pub exceptions: u32,
}

/// The rules of a document, and what they come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRules {
    /// The document.
    pub document: DocumentId,
    /// The rules of the collection it lies in.
    pub collection: CollectionRules,
    /// Its own rules.
    pub rules: Vec<(Principal, DocumentRule)>,
    /// For each person who may sign in whether they see it, and why; by login.
    pub people: Vec<(Person, Sight)>,
}

/// Groups and rules. Every change is noted in the audit trail and counts from the next query on.
#[async_trait]
pub trait AccessRules: Send + Sync {
    /// The groups, by name.
    async fn groups(&self) -> Result<Vec<Group>, PortError>;

    /// Adds a group without members; `None` when the name is taken.
    async fn add_group(&self, by: &Viewer, name: &str) -> Result<Option<GroupId>, PortError>;

    /// Makes these people, and nobody else, belong to a group. `false` when there is no such group.
    async fn set_members(&self, by: &Viewer, group: GroupId, members: &BTreeSet<UserId>) -> Result<bool, PortError>;

    /// Removes a group that no rule names.
    async fn remove_group(&self, by: &Viewer, group: GroupId) -> Result<GroupRemoval, PortError>;

    /// The rules of all collections, by name.
    async fn collection_rules(&self) -> Result<Vec<CollectionRules>, PortError>;

    /// Adds a collection that only administrators see; `None` when the name is taken.
    async fn found_collection(&self, by: &Viewer, name: &str) -> Result<Option<CollectionId>, PortError>;

    /// Lets a principal see a collection. `false` when there is no such collection or principal.
    async fn open_to(&self, by: &Viewer, collection: CollectionId, principal: Principal) -> Result<bool, PortError>;

    /// Takes a principal's sight of a collection away. `false` when there is no such collection.
    async fn close_to(&self, by: &Viewer, collection: CollectionId, principal: Principal) -> Result<bool, PortError>;

    /// The rules of a document; `None` also when the viewer may not see it.
    async fn document_rules(&self, viewer: &Viewer, document: DocumentId) -> Result<Option<DocumentRules>, PortError>;

    /// Sets the one rule of a document for a principal, or takes it back. `false` when there is no such principal, or no
    /// such document that the viewer may see.
    async fn set_rule(
        &self,
        by: &Viewer,
        document: DocumentId,
        principal: Principal,
        rule: Option<DocumentRule>,
    ) -> Result<bool, PortError>;
}
