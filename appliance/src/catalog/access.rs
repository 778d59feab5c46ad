//! Who may see which collections and documents.

use super::{Catalog, Doing, LOCAL_OPERATOR, users};
use appliance_core::id::{CollectionId, DocumentId, UserId};
use appliance_core::ports::PortError;
use appliance_core::viewer::{Role, Viewer, Visibility};
use sqlx::SqliteConnection;

/// Whom a rule of access speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal {
    /// Everyone who can sign in.
    Everyone,
    /// One person.
    User(UserId),
}

impl Principal {
    /// The name in the catalog's tables.
    pub fn name(self) -> String {
        match self {
            Self::Everyone => "everyone".to_owned(),
            Self::User(id) => format!("user:{id}"),
        }
    }
}

/// What a rule does to one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentRule {
    /// Takes it out of a visible collection.
    Hide,
    /// Shows it though its collection is not visible.
    Grant,
}

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

    /// Lets a principal see a collection.
    pub async fn open_collection(&self, collection: CollectionId, principal: Principal) -> Result<(), PortError> {
        let mut db = self.connection().await?;
        allow(&mut db, collection, principal).await
    }

    /// Takes a principal's sight of a collection away. Their next query no longer sees it.
    pub async fn close_collection(&self, collection: CollectionId, principal: Principal) -> Result<(), PortError> {
        let mut db = self.connection().await?;
        sqlx::query("DELETE FROM collection_access WHERE collection_id = ? AND principal = ?")
            .bind(collection.0)
            .bind(principal.name())
            .execute(&mut *db)
            .await
            .doing("close a collection")?;
        Ok(())
    }

    /// Sets a rule for one document and one principal.
    pub async fn set_document_rule(&self, document: DocumentId, principal: Principal, rule: DocumentRule) -> Result<(), PortError> {
        let effect = match rule {
            DocumentRule::Hide => "hide",
            DocumentRule::Grant => "grant",
        };
        let mut db = self.connection().await?;
        sqlx::query("INSERT OR IGNORE INTO document_access (document_id, principal, effect) VALUES (?, ?, ?)")
            .bind(document.0)
            .bind(principal.name())
            .bind(effect)
            .execute(&mut *db)
            .await
            .doing("set a document's rule")?;
        Ok(())
    }

    /// Takes back every rule for one document and one principal.
    pub async fn clear_document_rules(&self, document: DocumentId, principal: Principal) -> Result<(), PortError> {
        let mut db = self.connection().await?;
        sqlx::query("DELETE FROM document_access WHERE document_id = ? AND principal = ?")
            .bind(document.0)
            .bind(principal.name())
            .execute(&mut *db)
            .await
            .doing("clear a document's rules")?;
        Ok(())
    }
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

/// What a person may see at this moment.
pub(super) async fn visibility(db: &mut SqliteConnection, user: UserId, role: Role) -> Result<Visibility, PortError> {
    if role == Role::Administrator {
        return Ok(Visibility { collections: all_collections(db).await?, ..Visibility::default() });
    }
    let own = Principal::User(user).name();
    let collections: Vec<i64> =
        sqlx::query_scalar("SELECT DISTINCT collection_id FROM collection_access WHERE principal IN ('everyone', ?)")
            .bind(&own)
            .fetch_all(&mut *db)
            .await
            .doing("read who may see which collections")?;
    let rules: Vec<(i64, String)> = sqlx::query_as("SELECT document_id, effect FROM document_access WHERE principal IN ('everyone', ?)")
        .bind(&own)
        .fetch_all(db)
        .await
        .doing("read who may see which documents")?;
    let with = |effect: &str| rules.iter().filter(|(_, e)| e == effect).map(|(d, _)| DocumentId(*d)).collect();
    Ok(Visibility { collections: collections.into_iter().map(CollectionId).collect(), hidden: with("hide"), granted: with("grant") })
}

async fn all_collections(db: &mut SqliteConnection) -> Result<std::collections::BTreeSet<CollectionId>, PortError> {
    let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM collections").fetch_all(db).await.doing("list collections")?;
    Ok(ids.into_iter().map(CollectionId).collect())
}
