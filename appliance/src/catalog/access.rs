//! Who may see which collections and documents.

use super::audit::{self, Action};
use super::{Catalog, Doing, LOCAL_OPERATOR, groups, to_json, users};
use appliance_core::access::Belonging;
pub use appliance_core::access::{DocumentRule, Principal};
use appliance_core::id::{CollectionId, DocumentId, UserId};
use appliance_core::ports::PortError;
use appliance_core::viewer::{Role, Viewer, Visibility};
use sqlx::SqliteConnection;
use std::collections::BTreeSet;

impl Catalog {
    /// What the person who signs in as `login` may see now; `None` when there is no such active person.
    pub async fn viewer_for(&self, login: &str) -> Result<Option<Viewer>, PortError> {
        let mut db = self.connection().await?;
        let Some(user) = users::by_login(&mut db, login).await?.filter(|u| u.active) else { return Ok(None) };
        let visibility = visibility(&mut db, user.id, user.role).await?;
        Ok(Some(Viewer::new(user.id, user.name, user.role, visibility)))
    }

    /// The person at the machine's own command line, who can read the data folder anyway: sees everything.
    pub async fn local_operator(&self) -> Result<Viewer, PortError> {
        let mut db = self.connection().await?;
        let visibility = Visibility { collections: all_collections(&mut db).await?, ..Visibility::default() };
        Ok(Viewer::new(LOCAL_OPERATOR, "operator", Role::Administrator, visibility))
    }

    /// Lets a principal see a collection. `false` when there is no such collection or principal.
    pub async fn open_collection(&self, by: UserId, collection: CollectionId, principal: Principal) -> Result<bool, PortError> {
        let mut tx = self.begin().await?;
        if !exists(&mut tx, collection).await? || !is_known(&mut tx, principal).await? {
            return Ok(false);
        }
        allow(&mut tx, collection, principal).await?;
        let subject = format!("collection:{collection}");
        audit::note(&mut tx, self.now(), Some(by), Action::CollectionOpened, &subject, &principal.name()).await?;
        tx.commit().await.doing("open a collection")?;
        Ok(true)
    }

    /// Takes a principal's sight of a collection away. Their next query no longer sees it. `false` when there is no such
    /// collection.
    pub async fn close_collection(&self, by: UserId, collection: CollectionId, principal: Principal) -> Result<bool, PortError> {
        let mut tx = self.begin().await?;
        if !exists(&mut tx, collection).await? {
            return Ok(false);
        }
        sqlx::query("DELETE FROM collection_access WHERE collection_id = ? AND principal = ?")
            .bind(collection.0)
            .bind(principal.name())
            .execute(&mut *tx)
            .await
            .doing("close a collection")?;
        let subject = format!("collection:{collection}");
        audit::note(&mut tx, self.now(), Some(by), Action::CollectionClosed, &subject, &principal.name()).await?;
        tx.commit().await.doing("close a collection")?;
        Ok(true)
    }

    /// Sets the one rule of a document for a principal, or takes it back. `false` when there is no such document or
    /// principal.
    pub async fn set_document_rule(
        &self,
        by: UserId,
        document: DocumentId,
        principal: Principal,
        rule: Option<DocumentRule>,
    ) -> Result<bool, PortError> {
        let mut tx = self.begin().await?;
        if !has_document(&mut tx, document).await? || rule.is_some() && !is_known(&mut tx, principal).await? {
            return Ok(false);
        }
        sqlx::query("DELETE FROM document_access WHERE document_id = ? AND principal = ?")
            .bind(document.0)
            .bind(principal.name())
            .execute(&mut *tx)
            .await
            .doing("clear a document's rules")?;
        if let Some(rule) = rule {
            sqlx::query("INSERT INTO document_access (document_id, principal, effect) VALUES (?, ?, ?)")
                .bind(document.0)
                .bind(principal.name())
                .bind(effect(rule))
                .execute(&mut *tx)
                .await
                .doing("set a document's rule")?;
        }
        let action = match rule {
            Some(DocumentRule::Hide) => Action::DocumentHidden,
            Some(DocumentRule::Grant) => Action::DocumentGranted,
            None => Action::DocumentRuleCleared,
        };
        audit::note(&mut tx, self.now(), Some(by), action, &format!("document:{document}"), &principal.name()).await?;
        tx.commit().await.doing("set a document's rule")?;
        Ok(true)
    }
}

fn effect(rule: DocumentRule) -> &'static str {
    match rule {
        DocumentRule::Hide => "hide",
        DocumentRule::Grant => "grant",
    }
}

/// The rule of a stored effect.
pub(super) fn rule(effect: &str) -> Result<DocumentRule, PortError> {
    let known = [DocumentRule::Hide, DocumentRule::Grant].into_iter().find(|r| self::effect(*r) == effect);
    known.ok_or_else(|| PortError::new(format!("catalog: no rule is called {effect:?}")))
}

/// The principal of a stored name.
pub(super) fn principal(name: &str) -> Result<Principal, PortError> {
    Principal::from_name(name).ok_or_else(|| PortError::new(format!("catalog: nobody is called {name:?}")))
}

/// Adds a rule that lets a principal see a collection.
pub(super) async fn allow(db: &mut SqliteConnection, collection: CollectionId, principal: Principal) -> Result<(), PortError> {
    sqlx::query("INSERT OR IGNORE INTO collection_access (collection_id, principal) VALUES (?, ?)")
        .bind(collection.0)
        .bind(principal.name())
        .execute(db)
        .await
        .doing("open a collection")?;
    Ok(())
}

async fn exists(db: &mut SqliteConnection, collection: CollectionId) -> Result<bool, PortError> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM collections WHERE id = ?)")
        .bind(collection.0)
        .fetch_one(db)
        .await
        .doing("find a collection")
}

async fn has_document(db: &mut SqliteConnection, document: DocumentId) -> Result<bool, PortError> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM documents WHERE id = ? AND trashed IS NULL)")
        .bind(document.0)
        .fetch_one(db)
        .await
        .doing("find a document")
}

/// Whether a principal is somebody: a rule for nobody would only mislead.
async fn is_known(db: &mut SqliteConnection, principal: Principal) -> Result<bool, PortError> {
    match principal {
        Principal::Everyone | Principal::Role(_) => Ok(true),
        Principal::Group(id) => groups::exists(db, id).await,
        Principal::User(id) => Ok(users::by_id(db, id).await?.is_some()),
    }
}

/// What a person may see at this moment.
pub(super) async fn visibility(db: &mut SqliteConnection, user: UserId, role: Role) -> Result<Visibility, PortError> {
    if role == Role::Administrator {
        return Ok(Visibility { collections: all_collections(db).await?, ..Visibility::default() });
    }
    let belonging = Belonging { user, role, groups: groups::of_user(db, user).await? };
    let names = to_json(&belonging.principals())?;
    let collections: Vec<i64> =
        sqlx::query_scalar("SELECT DISTINCT collection_id FROM collection_access WHERE principal IN (SELECT value FROM json_each(?))")
            .bind(&names)
            .fetch_all(&mut *db)
            .await
            .doing("read who may see which collections")?;
    let rules: Vec<(i64, String)> =
        sqlx::query_as("SELECT document_id, effect FROM document_access WHERE principal IN (SELECT value FROM json_each(?))")
            .bind(&names)
            .fetch_all(db)
            .await
            .doing("read who may see which documents")?;
    let with = |rule: DocumentRule| rules.iter().filter(|(_, e)| e == effect(rule)).map(|(d, _)| DocumentId(*d)).collect();
    Ok(Visibility {
        collections: collections.into_iter().map(CollectionId).collect(),
        hidden: with(DocumentRule::Hide),
        granted: with(DocumentRule::Grant),
    })
}

async fn all_collections(db: &mut SqliteConnection) -> Result<BTreeSet<CollectionId>, PortError> {
    let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM collections").fetch_all(db).await.doing("list collections")?;
    Ok(ids.into_iter().map(CollectionId).collect())
}
