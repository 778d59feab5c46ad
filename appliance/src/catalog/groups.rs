//! Groups: people that rules of access speak of as one.

use super::audit::{self, Action};
use super::{Catalog, Doing, to_json};
use appliance_core::access::Principal;
use appliance_core::id::{GroupId, UserId};
use appliance_core::ports::PortError;
use appliance_core::ports::access::{Group, GroupRemoval};
use sqlx::SqliteConnection;
use std::collections::{BTreeMap, BTreeSet};

impl Catalog {
    /// The groups, by name.
    pub async fn all_groups(&self) -> Result<Vec<Group>, PortError> {
        let mut db = self.connection().await?;
        let groups: Vec<(i64, String)> =
            sqlx::query_as("SELECT id, name FROM user_groups ORDER BY name").fetch_all(&mut *db).await.doing("list groups")?;
        let mut members = members(&mut db).await?;
        let group = |(id, name): (i64, String)| Group { id: GroupId(id), name, members: members.remove(&GroupId(id)).unwrap_or_default() };
        Ok(groups.into_iter().map(group).collect())
    }

    /// The group of that name.
    pub async fn group_named(&self, name: &str) -> Result<Option<GroupId>, PortError> {
        let mut db = self.connection().await?;
        by_name(&mut db, name).await
    }

    /// Adds a group without members; `None` when the name is taken.
    pub async fn found_group(&self, by: UserId, name: &str) -> Result<Option<GroupId>, PortError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(PortError::new(format!("a group's name needs 1 to {LONGEST_NAME} characters")));
        }
        let mut tx = self.begin().await?;
        if by_name(&mut tx, name).await?.is_some() {
            return Ok(None);
        }
        let done = sqlx::query("INSERT INTO user_groups (name, created) VALUES (?, ?)").bind(name).bind(self.now()).execute(&mut *tx).await;
        let id = GroupId(done.doing("add a group")?.last_insert_rowid());
        audit::note(&mut tx, self.now(), Some(by), Action::GroupAdded, &subject(id), name).await?;
        tx.commit().await.doing("add a group")?;
        Ok(Some(id))
    }

    /// Makes these people, and nobody else, belong to a group; those who are in no list of people are left out. `false`
    /// when there is no such group.
    pub async fn set_group_members(&self, by: UserId, group: GroupId, wanted: &BTreeSet<UserId>) -> Result<bool, PortError> {
        let mut tx = self.begin().await?;
        if !exists(&mut tx, group).await? {
            return Ok(false);
        }
        let before = members(&mut tx).await?.remove(&group).unwrap_or_default();
        sqlx::query("DELETE FROM user_group_members WHERE group_id = ? AND user_id NOT IN (SELECT value FROM json_each(?))")
            .bind(group.0)
            .bind(to_json(wanted)?)
            .execute(&mut *tx)
            .await
            .doing("take people out of a group")?;
        sqlx::query(
            "INSERT OR IGNORE INTO user_group_members (group_id, user_id)
             SELECT ?, id FROM users WHERE id IN (SELECT value FROM json_each(?))",
        )
        .bind(group.0)
        .bind(to_json(wanted)?)
        .execute(&mut *tx)
        .await
        .doing("put people into a group")?;
        let after = members(&mut tx).await?.remove(&group).unwrap_or_default();
        if before != after {
            let detail = changes(&before, &after);
            audit::note(&mut tx, self.now(), Some(by), Action::GroupMembersChanged, &subject(group), &detail).await?;
        }
        tx.commit().await.doing("change a group")?;
        Ok(true)
    }

    /// Removes a group that no rule names.
    pub async fn dissolve_group(&self, by: UserId, group: GroupId) -> Result<GroupRemoval, PortError> {
        let mut tx = self.begin().await?;
        if !exists(&mut tx, group).await? {
            return Ok(GroupRemoval::Unknown);
        }
        let rules: u32 = sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM collection_access WHERE principal = ?1) + (SELECT count(*) FROM document_access WHERE principal = ?1)",
        )
        .bind(Principal::Group(group).name())
        .fetch_one(&mut *tx)
        .await
        .doing("count a group's rules")?;
        if rules > 0 {
            return Ok(GroupRemoval::Named { rules });
        }
        sqlx::query("DELETE FROM user_groups WHERE id = ?").bind(group.0).execute(&mut *tx).await.doing("remove a group")?;
        audit::note(&mut tx, self.now(), Some(by), Action::GroupRemoved, &subject(group), "").await?;
        tx.commit().await.doing("remove a group")?;
        Ok(GroupRemoval::Done)
    }
}

/// Characters of a group's name.
const LONGEST_NAME: usize = 100;

fn subject(group: GroupId) -> String {
    format!("group:{group}")
}

/// Who came and who went: `+3 +9 -4`.
fn changes(before: &BTreeSet<UserId>, after: &BTreeSet<UserId>) -> String {
    let came = after.difference(before).map(|u| format!("+{u}"));
    came.chain(before.difference(after).map(|u| format!("-{u}"))).collect::<Vec<_>>().join(" ")
}

pub(super) async fn exists(db: &mut SqliteConnection, group: GroupId) -> Result<bool, PortError> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM user_groups WHERE id = ?)").bind(group.0).fetch_one(db).await.doing("find a group")
}

async fn by_name(db: &mut SqliteConnection, name: &str) -> Result<Option<GroupId>, PortError> {
    let id: Option<i64> =
        sqlx::query_scalar("SELECT id FROM user_groups WHERE name = ?").bind(name).fetch_optional(db).await.doing("find a group")?;
    Ok(id.map(GroupId))
}

/// The groups that a person belongs to.
pub(super) async fn of_user(db: &mut SqliteConnection, user: UserId) -> Result<BTreeSet<GroupId>, PortError> {
    let ids: Vec<i64> = sqlx::query_scalar("SELECT group_id FROM user_group_members WHERE user_id = ?")
        .bind(user.0)
        .fetch_all(db)
        .await
        .doing("read a person's groups")?;
    Ok(ids.into_iter().map(GroupId).collect())
}

/// Who belongs to which group.
pub(super) async fn members(db: &mut SqliteConnection) -> Result<BTreeMap<GroupId, BTreeSet<UserId>>, PortError> {
    let rows: Vec<(i64, i64)> =
        sqlx::query_as("SELECT group_id, user_id FROM user_group_members").fetch_all(db).await.doing("read the groups")?;
    let mut members: BTreeMap<GroupId, BTreeSet<UserId>> = BTreeMap::new();
    for (group, user) in rows {
        members.entry(GroupId(group)).or_default().insert(UserId(user));
    }
    Ok(members)
}
