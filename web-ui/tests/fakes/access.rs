//! Groups and rules in memory. They change nothing of what the sample's people see; the catalog's own tests look at that.

use super::library::{COLLECTIONS, FakeLibrary};
use super::people::FakePeople;
use appliance_core::access::{Belonging, DocumentRule, Principal, sight};
use appliance_core::id::{CollectionId, DocumentId, GroupId, UserId};
use appliance_core::ports::access::{CollectionRules, DocumentRules, Group, GroupRemoval};
use appliance_core::ports::{AccessRules, Library, People, PortError};
use appliance_core::viewer::Viewer;
use async_trait::async_trait;
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::sync::Arc;

pub struct FakeAccess {
    people: Arc<FakePeople>,
    library: Arc<FakeLibrary>,
    groups: Mutex<Vec<Group>>,
    collections: Mutex<Vec<CollectionRules>>,
    rules: Mutex<Vec<(DocumentId, Principal, DocumentRule)>>,
}

impl FakeAccess {
    pub fn new(people: Arc<FakePeople>, library: Arc<FakeLibrary>) -> Self {
        let collection = |(id, name): (i64, &str)| CollectionRules {
            id: CollectionId(id),
            name: name.to_owned(),
            open_to: if id == 3 { Vec::new() } else { vec![Principal::Everyone] },
            exceptions: 0,
        };
        let collections = Mutex::new(COLLECTIONS.map(collection).to_vec());
        Self { people, library, groups: Mutex::default(), collections, rules: Mutex::default() }
    }
}

#[async_trait]
impl AccessRules for FakeAccess {
    async fn groups(&self) -> Result<Vec<Group>, PortError> {
        Ok(self.groups.lock().clone())
    }

    async fn add_group(&self, _: &Viewer, name: &str) -> Result<Option<GroupId>, PortError> {
        let mut groups = self.groups.lock();
        if groups.iter().any(|g| g.name == name) {
            return Ok(None);
        }
        let id = GroupId(groups.len() as i64 + 1);
        groups.push(Group { id, name: name.to_owned(), members: BTreeSet::new() });
        Ok(Some(id))
    }

    async fn set_members(&self, _: &Viewer, group: GroupId, members: &BTreeSet<UserId>) -> Result<bool, PortError> {
        let mut groups = self.groups.lock();
        let found = groups.iter_mut().find(|g| g.id == group).map(|g| g.members.clone_from(members));
        Ok(found.is_some())
    }

    async fn remove_group(&self, _: &Viewer, group: GroupId) -> Result<GroupRemoval, PortError> {
        let naming = self.collections.lock().iter().filter(|c| c.open_to.contains(&Principal::Group(group))).count();
        if naming > 0 {
            return Ok(GroupRemoval::Named { rules: naming as u32 });
        }
        self.groups.lock().retain(|g| g.id != group);
        Ok(GroupRemoval::Done)
    }

    async fn collection_rules(&self) -> Result<Vec<CollectionRules>, PortError> {
        Ok(self.collections.lock().clone())
    }

    async fn found_collection(&self, _: &Viewer, name: &str) -> Result<Option<CollectionId>, PortError> {
        let mut collections = self.collections.lock();
        if collections.iter().any(|c| c.name == name) {
            return Ok(None);
        }
        let id = CollectionId(collections.len() as i64 + 1);
        collections.push(CollectionRules { id, name: name.to_owned(), open_to: Vec::new(), exceptions: 0 });
        Ok(Some(id))
    }

    async fn open_to(&self, _: &Viewer, collection: CollectionId, principal: Principal) -> Result<bool, PortError> {
        let mut collections = self.collections.lock();
        let found = collections.iter_mut().find(|c| c.id == collection).map(|c| c.open_to.push(principal));
        Ok(found.is_some())
    }

    async fn close_to(&self, _: &Viewer, collection: CollectionId, principal: Principal) -> Result<bool, PortError> {
        let mut collections = self.collections.lock();
        let found = collections.iter_mut().find(|c| c.id == collection).map(|c| c.open_to.retain(|p| *p != principal));
        Ok(found.is_some())
    }

    async fn document_rules(&self, viewer: &Viewer, document: DocumentId) -> Result<Option<DocumentRules>, PortError> {
        let Some(entry) = self.library.document(viewer, document).await? else { return Ok(None) };
        let Some(collection) = self.collections.lock().iter().find(|c| c.id == entry.collection).cloned() else { return Ok(None) };
        let rules: Vec<_> = self.rules.lock().iter().filter(|(d, ..)| *d == document).map(|(_, p, r)| (*p, *r)).collect();
        let mut people = Vec::new();
        for person in self.people.people().await? {
            let groups = self.groups.lock().iter().filter(|g| g.members.contains(&person.id)).map(|g| g.id).collect();
            let belonging = Belonging { user: person.id, role: person.role, groups };
            let sight = sight(&belonging, &collection.open_to, &rules);
            people.push((person, sight));
        }
        Ok(Some(DocumentRules { document, collection, rules, people }))
    }

    async fn set_rule(
        &self,
        by: &Viewer,
        document: DocumentId,
        principal: Principal,
        rule: Option<DocumentRule>,
    ) -> Result<bool, PortError> {
        if self.library.document(by, document).await?.is_none() {
            return Ok(false);
        }
        let mut rules = self.rules.lock();
        rules.retain(|(d, p, _)| (*d, *p) != (document, principal));
        rules.extend(rule.map(|rule| (document, principal, rule)));
        Ok(true)
    }
}
