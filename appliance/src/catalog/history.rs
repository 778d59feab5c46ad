//! The [`History`] port, and the daily sweep of what is kept no longer.

use super::audit::{self, Action};
use super::{Catalog, Doing, answers, conversations, shares, timestamp, to_json};
use appliance_core::conversation::{
    Conversation, ConversationChange, ConversationEntry, HistoryQuery, LONGEST_NAME, Limits, MOST_PINS, Share, SharedConversation,
};
use appliance_core::folding::fold_for_search;
use appliance_core::id::{AnswerId, ConversationId, UserId};
use appliance_core::ports::{History, PortError};
use appliance_core::viewer::Viewer;
use async_trait::async_trait;
use sqlx::SqliteConnection;
use std::collections::HashSet;

/// Every answer of a conversation.
const ALL: AnswerId = AnswerId(i64::MAX);

#[async_trait]
impl History for Catalog {
    async fn conversations(&self, viewer: &Viewer, query: &HistoryQuery) -> Result<Vec<ConversationEntry>, PortError> {
        let mut db = self.connection().await?;
        let rows = conversations::of_user(&mut db, viewer.user(), query.deleted).await?;
        let held = holding(&mut db, viewer.user(), &query.words).await?;
        let rows = rows.into_iter().filter(|row| held.as_ref().is_none_or(|held| held.contains(&row.id)));
        rows.skip(query.offset).take(query.limit).map(|row| row.entry(self.history)).collect()
    }

    async fn conversation(&self, viewer: &Viewer, id: ConversationId) -> Result<Option<Conversation>, PortError> {
        let mut db = self.connection().await?;
        let Some(row) = conversations::owned(&mut db, viewer.user(), id).await?.filter(|row| row.deleted.is_none()) else {
            return Ok(None);
        };
        let limits = row.limits()?;
        let mut questions = Vec::new();
        for answer in answers::of_conversation(&mut db, id, ALL).await? {
            questions.push(answer.seen_by(&mut db, viewer).await?);
        }
        Ok(Some(Conversation { entry: row.entry(self.history)?, limits, questions }))
    }

    async fn change(&self, viewer: &Viewer, id: ConversationId, change: ConversationChange) -> Result<bool, PortError> {
        let mut tx = self.begin().await?;
        let Some(row) = conversations::owned(&mut tx, viewer.user(), id).await? else { return Ok(false) };
        let wants_deleted = matches!(change, ConversationChange::Restore | ConversationChange::Remove);
        if row.deleted.is_some() != wants_deleted {
            return Ok(false);
        }
        apply(&mut tx, id, &change, self.now()).await?;
        if let Some(action) = action(&change) {
            conversations::note_recall(&mut tx).await?;
            audit::note(&mut tx, self.now(), Some(viewer.user()), action, &format!("conversation:{id}"), "").await?;
        }
        tx.commit().await.doing("change a conversation")?;
        Ok(true)
    }

    async fn share(&self, viewer: &Viewer, id: ConversationId) -> Result<Option<Share>, PortError> {
        let mut tx = self.begin().await?;
        let Some(row) = conversations::owned(&mut tx, viewer.user(), id).await?.filter(|row| row.deleted.is_none()) else {
            return Ok(None);
        };
        let title = row.entry(self.history)?.title;
        let share = shares::add(&mut tx, id, title, self.now()).await?;
        audit::note(&mut tx, self.now(), Some(viewer.user()), Action::ConversationShared, &format!("conversation:{id}"), "").await?;
        tx.commit().await.doing("share a conversation")?;
        Ok(Some(share))
    }

    async fn shares(&self, viewer: &Viewer) -> Result<Vec<Share>, PortError> {
        shares::of_user(&mut *self.connection().await?, viewer.user()).await
    }

    async fn revoke(&self, viewer: &Viewer, token: &str) -> Result<bool, PortError> {
        let mut tx = self.begin().await?;
        let Some(id) = shares::end(&mut tx, viewer.user(), token).await? else { return Ok(false) };
        audit::note(&mut tx, self.now(), Some(viewer.user()), Action::ConversationUnshared, &format!("conversation:{id}"), "").await?;
        tx.commit().await.doing("end a link")?;
        Ok(true)
    }

    async fn shared(&self, viewer: &Viewer, token: &str) -> Result<Option<SharedConversation>, PortError> {
        let mut db = self.connection().await?;
        let Some(share) = shares::by_token(&mut db, token).await? else { return Ok(None) };
        let mut questions = Vec::new();
        for answer in answers::of_conversation(&mut db, ConversationId(share.conversation_id), AnswerId(share.upto)).await? {
            questions.push(answer.seen_by(&mut db, viewer).await?);
        }
        Ok(Some(SharedConversation { owner: share.owner, title: share.title, made: timestamp(share.made), questions }))
    }
}

/// What of the changes is written to the audit trail; those alone take questions out of view or bring them back.
fn action(change: &ConversationChange) -> Option<Action> {
    match change {
        ConversationChange::Delete => Some(Action::ConversationDeleted),
        ConversationChange::Restore => Some(Action::ConversationRestored),
        ConversationChange::Remove => Some(Action::ConversationRemoved),
        _ => None,
    }
}

async fn apply(db: &mut SqliteConnection, id: ConversationId, change: &ConversationChange, now: i64) -> Result<(), PortError> {
    let query = match change {
        ConversationChange::Rename(name) => {
            let name: String = name.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST_NAME).collect();
            sqlx::query("UPDATE conversations SET title = ?2 WHERE id = ?1").bind(id.0).bind(name)
        }
        ConversationChange::Pin(pinned) => sqlx::query("UPDATE conversations SET pinned = ?2 WHERE id = ?1").bind(id.0).bind(*pinned),
        ConversationChange::KeepUntil(day) => {
            sqlx::query("UPDATE conversations SET keep_until = ?2 WHERE id = ?1").bind(id.0).bind(day.map(|d| d.to_string()))
        }
        ConversationChange::Limit(limits) => {
            let limits = Limits { pins: limits.pins.iter().copied().take(MOST_PINS).collect(), ..limits.clone() };
            sqlx::query("UPDATE conversations SET limits = ?2 WHERE id = ?1").bind(id.0).bind(to_json(&limits)?)
        }
        ConversationChange::Delete => sqlx::query("UPDATE conversations SET deleted = ?2 WHERE id = ?1").bind(id.0).bind(now),
        // What was to go by its age begins anew, or the next sweep would take it again.
        ConversationChange::Restore => {
            sqlx::query("UPDATE conversations SET deleted = NULL, changed = ?2, keep_until = NULL WHERE id = ?1").bind(id.0).bind(now)
        }
        ConversationChange::Remove => sqlx::query("DELETE FROM conversations WHERE id = ?1").bind(id.0),
    };
    query.execute(&mut *db).await.doing("change a conversation")?;
    if *change == ConversationChange::Delete {
        shares::end_all(db, id).await?;
    }
    Ok(())
}

/// The conversations that hold all of these words, in a name or in a question; `None` for no words.
async fn holding(db: &mut SqliteConnection, user: UserId, words: &str) -> Result<Option<HashSet<i64>>, PortError> {
    let wanted = fold_for_search(words);
    let wanted: Vec<&str> = wanted.split_whitespace().collect();
    if wanted.is_empty() {
        return Ok(None);
    }
    let texts: Vec<(i64, String)> = sqlx::query_as(
        "SELECT c.id, c.title || ' ' || coalesce(group_concat(a.question, ' '), '')
         FROM conversations c LEFT JOIN answers a ON a.conversation_id = c.id WHERE c.user_id = ? GROUP BY c.id",
    )
    .bind(user.0)
    .fetch_all(db)
    .await
    .doing("search conversations")?;
    let holds = |text: &str| {
        let folded = fold_for_search(text);
        wanted.iter().all(|word| folded.contains(word))
    };
    Ok(Some(texts.into_iter().filter(|(_, text)| holds(text)).map(|(id, _)| id).collect()))
}

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Conversations whose time was over; they can be restored for some days.
    pub expired: usize,
    /// Deleted conversations that are gone for good now.
    pub removed: usize,
}

impl Catalog {
    /// Puts away the conversations whose time is over, and removes those that were deleted long enough ago.
    pub async fn sweep_history(&self) -> Result<Swept, PortError> {
        let mut tx = self.begin().await?;
        let now = timestamp(self.now());
        let expired: Vec<i64> = expired(&mut tx, self.history, now).await?;
        for id in &expired {
            apply(&mut tx, ConversationId(*id), &ConversationChange::Delete, self.now()).await?;
            audit::note(&mut tx, self.now(), None, Action::ConversationExpired, &format!("conversation:{id}"), "").await?;
        }
        let before = now.checked_sub(conversations::days(self.history.trash_days)).unwrap_or(now);
        let old: Vec<i64> = sqlx::query_scalar("SELECT id FROM conversations WHERE deleted <= ?")
            .bind(before.as_millisecond())
            .fetch_all(&mut *tx)
            .await
            .doing("find deleted conversations")?;
        for id in &old {
            apply(&mut tx, ConversationId(*id), &ConversationChange::Remove, self.now()).await?;
            audit::note(&mut tx, self.now(), None, Action::ConversationRemoved, &format!("conversation:{id}"), "").await?;
        }
        let swept = Swept { expired: expired.len(), removed: old.len() };
        if swept != Swept::default() {
            conversations::note_recall(&mut tx).await?;
        }
        tx.commit().await.doing("sweep conversations")?;
        Ok(swept)
    }
}

async fn expired(db: &mut SqliteConnection, policy: super::HistoryPolicy, now: jiff::Timestamp) -> Result<Vec<i64>, PortError> {
    let rows: Vec<(i64, bool, i64, Option<String>)> =
        sqlx::query_as("SELECT id, pinned, changed, keep_until FROM conversations WHERE deleted IS NULL")
            .fetch_all(db)
            .await
            .doing("find conversations whose time is over")?;
    let over = |(id, pinned, changed, keep_until): (i64, bool, i64, Option<String>)| {
        let day = keep_until.and_then(|d| d.parse().ok());
        policy.end(day, pinned, timestamp(changed)).is_some_and(|end| end <= now).then_some(id)
    };
    Ok(rows.into_iter().filter_map(over).collect())
}
