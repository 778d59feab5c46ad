//! Rows of conversations.

use super::{Doing, from_json, timestamp, to_json};
use appliance_core::conversation::{ConversationEntry, Limits};
use appliance_core::id::{ConversationId, UserId};
use appliance_core::ports::PortError;
use appliance_core::validity::Day;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use sqlx::SqliteConnection;

/// Days end when they end in Japan.
const JAPAN: Offset = Offset::constant(9);

/// How long conversations are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryPolicy {
    /// Days after the last question; `None` keeps them without end.
    pub keep_days: Option<u32>,
    /// Days for which a deleted conversation can be restored.
    pub trash_days: u32,
}

impl Default for HistoryPolicy {
    fn default() -> Self {
        Self { keep_days: Some(365), trash_days: 30 }
    }
}

impl HistoryPolicy {
    /// When a conversation goes: after the day its owner chose, never when it is pinned, else by the appliance's rule.
    pub(super) fn end(&self, keep_until: Option<Day>, pinned: bool, changed: Timestamp) -> Option<Timestamp> {
        match (keep_until, pinned, self.keep_days) {
            (Some(day), ..) => JAPAN.to_timestamp(day.tomorrow().ok()?.at(0, 0, 0, 0)).ok(),
            (None, true, _) | (None, false, None) => None,
            (None, false, Some(days)) => changed.checked_add(self::days(days)).ok(),
        }
    }
}

pub(super) fn days(days: u32) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(days))
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub id: i64,
    title: String,
    first: Option<String>,
    turns: u32,
    pinned: bool,
    begun: i64,
    changed: i64,
    keep_until: Option<String>,
    pub deleted: Option<i64>,
    pub limits: String,
    shares: u32,
}

/// Lines of the list, with their questions' first and number. The rest of the statement follows.
macro_rules! select_conversation {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.title, c.pinned, c.begun, c.changed, c.keep_until, c.deleted, c.limits,
                    (SELECT question FROM answers a WHERE a.conversation_id = c.id ORDER BY a.id LIMIT 1) AS first,
                    (SELECT count(*) FROM answers a WHERE a.conversation_id = c.id) AS turns,
                    (SELECT count(*) FROM conversation_shares s WHERE s.conversation_id = c.id) AS shares
             FROM conversations c ",
            $rest
        )
    };
}

impl Row {
    pub(super) fn entry(self, policy: HistoryPolicy) -> Result<ConversationEntry, PortError> {
        let keep_until = self.keep_until.as_deref().map(day).transpose()?;
        let changed = timestamp(self.changed);
        let goes = match self.deleted {
            Some(at) => timestamp(at).checked_add(days(policy.trash_days)).ok(),
            None => policy.end(keep_until, self.pinned, changed),
        };
        Ok(ConversationEntry {
            id: ConversationId(self.id),
            named: !self.title.is_empty(),
            title: if self.title.is_empty() { self.first.unwrap_or_default() } else { self.title },
            turns: self.turns,
            pinned: self.pinned,
            begun: timestamp(self.begun),
            changed,
            keep_until,
            goes,
            deleted: self.deleted.map(timestamp),
            shares: self.shares,
        })
    }

    pub(super) fn limits(&self) -> Result<Limits, PortError> {
        from_json(&self.limits, "limits of a conversation")
    }
}

fn day(text: &str) -> Result<Day, PortError> {
    text.parse().map_err(|e| PortError::caused(format!("catalog: {text:?} is no day"), e))
}

/// All of a person's conversations that are deleted, or all that are not: pinned ones first, then the last asked in first.
pub(super) async fn of_user(db: &mut SqliteConnection, user: UserId, deleted: bool) -> Result<Vec<Row>, PortError> {
    sqlx::query_as(select_conversation!(
        "WHERE c.user_id = ? AND (c.deleted IS NOT NULL) = ? ORDER BY c.pinned DESC, c.changed DESC, c.id DESC"
    ))
    .bind(user.0)
    .bind(deleted)
    .fetch_all(db)
    .await
    .doing("list conversations")
}

/// A person's own conversation, deleted or not.
pub(super) async fn owned(db: &mut SqliteConnection, user: UserId, id: ConversationId) -> Result<Option<Row>, PortError> {
    sqlx::query_as(select_conversation!("WHERE c.user_id = ? AND c.id = ?"))
        .bind(user.0)
        .bind(id.0)
        .fetch_optional(db)
        .await
        .doing("read a conversation")
}

/// The conversation that a new answer goes into: the one named, where it is the person's own and not deleted, else a new one.
pub(super) async fn to_go_on_with(
    db: &mut SqliteConnection,
    user: UserId,
    id: Option<ConversationId>,
    limits: &Limits,
    now: i64,
) -> Result<ConversationId, PortError> {
    // What one question leaves out, the next one may find again.
    let limits = &Limits { without: Vec::new(), ..limits.clone() };
    if let Some(id) = id {
        let done = sqlx::query("UPDATE conversations SET changed = ?, limits = ? WHERE id = ? AND user_id = ? AND deleted IS NULL")
            .bind(now)
            .bind(to_json(limits)?)
            .bind(id.0)
            .bind(user.0)
            .execute(&mut *db)
            .await
            .doing("go on with a conversation")?;
        if done.rows_affected() > 0 {
            return Ok(id);
        }
    }
    let done = sqlx::query("INSERT INTO conversations (user_id, begun, changed, limits) VALUES (?, ?, ?, ?)")
        .bind(user.0)
        .bind(now)
        .bind(now)
        .bind(to_json(limits)?)
        .execute(db)
        .await
        .doing("begin a conversation")?;
    Ok(ConversationId(done.last_insert_rowid()))
}

/// Notes that questions went out of view or came back.
pub(super) async fn note_recall(db: &mut SqliteConnection) -> Result<(), PortError> {
    sqlx::query("UPDATE question_recalls SET times = times + 1").execute(db).await.doing("note what became of questions")?;
    Ok(())
}
