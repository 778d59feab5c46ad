//! The [`AccessRules`] port: rules as administrators see them, with what they come to for each person.

use super::access::{principal, rule};
use super::{Catalog, Doing, documents, groups, to_json, users};
use appliance_core::access::{Belonging, DocumentRule, Principal, Sight, sight};
use appliance_core::id::{CollectionId, DocumentId, GroupId, UserId};
use appliance_core::ports::access::{CollectionRules, DocumentRules, Group, GroupRemoval};
use appliance_core::ports::catalog::Person;
use appliance_core::ports::{AccessRules, PortError};
use appliance_core::viewer::Viewer;
use async_trait::async_trait;
use sqlx::SqliteConnection;
use std::collections::{BTreeSet, HashMap};

#[async_trait]
impl AccessRules for Catalog {
    async fn groups(&self) -> Result<Vec<Group>, PortError> {
        self.all_groups().await
    }

    async fn add_group(&self, by: &Viewer, name: &str) -> Result<Option<GroupId>, PortError> {
        self.found_group(by.user(), name).await
    }

    async fn set_members(&self, by: &Viewer, group: GroupId, members: &BTreeSet<UserId>) -> Result<bool, PortError> {
        self.set_group_members(by.user(), group, members).await
    }

    async fn remove_group(&self, by: &Viewer, group: GroupId) -> Result<GroupRemoval, PortError> {
        self.dissolve_group(by.user(), group).await
    }

    async fn collection_rules(&self) -> Result<Vec<CollectionRules>, PortError> {
        let mut db = self.connection().await?;
        rules_of_collections(&mut db).await
    }

    async fn found_collection(&self, by: &Viewer, name: &str) -> Result<Option<CollectionId>, PortError> {
        if self.collection_named(name).await?.is_some() {
            return Ok(None);
        }
        self.add_collection_by(by.user(), name, &[]).await.map(Some)
    }

    async fn open_to(&self, by: &Viewer, collection: CollectionId, principal: Principal) -> Result<bool, PortError> {
        self.open_collection(by.user(), collection, principal).await
    }

    async fn close_to(&self, by: &Viewer, collection: CollectionId, principal: Principal) -> Result<bool, PortError> {
        self.close_collection(by.user(), collection, principal).await
    }

    async fn document_rules(&self, viewer: &Viewer, document: DocumentId) -> Result<Option<DocumentRules>, PortError> {
        let mut db = self.connection().await?;
        let Some(row) = documents::by_id(&mut db, document).await?.filter(|r| r.is_seen_by(viewer)) else { return Ok(None) };
        let within = row.entry()?.collection;
        let found = rules_of_collections(&mut db).await?.into_iter().find(|c| c.id == within);
        let Some(collection) = found else { return Ok(None) };
        let rules = rules_of(&mut db, document).await?;
        let people = who_sees(&mut db, &collection.open_to, &rules).await?;
        Ok(Some(DocumentRules { document, collection, rules, people }))
    }

    async fn set_rule(
        &self,
        by: &Viewer,
        document: DocumentId,
        principal: Principal,
        rule: Option<DocumentRule>,
    ) -> Result<bool, PortError> {
        if self.visible_document(by, document).await?.is_none() {
            return Ok(false);
        }
        self.set_document_rule(by.user(), document, principal, rule).await
    }
}

pub(super) async fn rules_of_collections(db: &mut SqliteConnection) -> Result<Vec<CollectionRules>, PortError> {
    let collections: Vec<(i64, String, u32)> = sqlx::query_as(
        "SELECT id, name, (SELECT count(DISTINCT document_id) FROM document_access a JOIN documents d ON d.id = a.document_id
                           WHERE d.collection_id = c.id AND d.trashed IS NULL)
         FROM collections c ORDER BY name",
    )
    .fetch_all(&mut *db)
    .await
    .doing("list collections")?;
    let rules: Vec<(i64, String)> = sqlx::query_as("SELECT collection_id, principal FROM collection_access")
        .fetch_all(db)
        .await
        .doing("read the rules of collections")?;
    let mut listed = Vec::with_capacity(collections.len());
    for (id, name, exceptions) in collections {
        let mut open_to = Vec::new();
        for (_, name) in rules.iter().filter(|(collection, _)| *collection == id) {
            open_to.push(principal(name)?);
        }
        open_to.sort();
        listed.push(CollectionRules { id: CollectionId(id), name, open_to, exceptions });
    }
    Ok(listed)
}

async fn rules_of(db: &mut SqliteConnection, document: DocumentId) -> Result<Vec<(Principal, DocumentRule)>, PortError> {
    Ok(rules_of_some(db, &[document]).await?.remove(&document).unwrap_or_default())
}

/// The rules of these documents, each under its document; in one look, because a list has many.
pub(super) async fn rules_of_some(
    db: &mut SqliteConnection,
    documents: &[DocumentId],
) -> Result<HashMap<DocumentId, Vec<(Principal, DocumentRule)>>, PortError> {
    let rows: Vec<(i64, String, String)> =
        sqlx::query_as("SELECT document_id, principal, effect FROM document_access WHERE document_id IN (SELECT value FROM json_each(?))")
            .bind(to_json(&documents)?)
            .fetch_all(db)
            .await
            .doing("read documents' rules")?;
    let mut rules: HashMap<DocumentId, Vec<(Principal, DocumentRule)>> = HashMap::new();
    for (document, name, effect) in rows {
        rules.entry(DocumentId(document)).or_default().push((principal(&name)?, rule(&effect)?));
    }
    rules.values_mut().for_each(|rules| rules.sort());
    Ok(rules)
}

/// What the rules come to for each person who may sign in.
async fn who_sees(
    db: &mut SqliteConnection,
    open_to: &[Principal],
    rules: &[(Principal, DocumentRule)],
) -> Result<Vec<(Person, Sight)>, PortError> {
    let members = groups::members(db).await?;
    let people = users::all(db).await?.into_iter().filter(|p| p.active);
    let seen = people.map(|person| {
        let groups = members.iter().filter(|(_, users)| users.contains(&person.id)).map(|(group, _)| *group).collect();
        let belonging = Belonging { user: person.id, role: person.role, groups };
        let sight = sight(&belonging, open_to, rules);
        (person, sight)
    });
    Ok(seen.collect())
}
