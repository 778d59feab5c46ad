//! Links by which colleagues read a conversation.

use super::{Doing, passwords, timestamp};
use appliance_core::conversation::Share;
use appliance_core::id::{ConversationId, UserId};
use appliance_core::ports::PortError;
use sqlx::SqliteConnection;

/// A link that leads somewhere.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub conversation_id: i64,
    pub upto: i64,
    pub made: i64,
    pub owner: String,
    pub title: String,
}

/// Makes a link to a conversation as it is now. Nobody finds one by trying.
pub(super) async fn add(db: &mut SqliteConnection, conversation: ConversationId, title: String, now: i64) -> Result<Share, PortError> {
    let token = passwords::token()?;
    let (upto, turns): (Option<i64>, u32) = sqlx::query_as("SELECT max(id), count(*) FROM answers WHERE conversation_id = ?")
        .bind(conversation.0)
        .fetch_one(&mut *db)
        .await
        .doing("share a conversation")?;
    sqlx::query("INSERT INTO conversation_shares (token, conversation_id, upto, made) VALUES (?, ?, ?, ?)")
        .bind(&token)
        .bind(conversation.0)
        .bind(upto.unwrap_or(0))
        .bind(now)
        .execute(db)
        .await
        .doing("share a conversation")?;
    Ok(Share { token, conversation, title, turns, made: timestamp(now) })
}

/// A person's links, newest first.
pub(super) async fn of_user(db: &mut SqliteConnection, user: UserId) -> Result<Vec<Share>, PortError> {
    let rows: Vec<(String, i64, String, u32, i64)> = sqlx::query_as(
        "SELECT s.token, c.id,
                CASE WHEN c.title <> '' THEN c.title
                     ELSE coalesce((SELECT question FROM answers a WHERE a.conversation_id = c.id ORDER BY a.id LIMIT 1), '') END,
                (SELECT count(*) FROM answers a WHERE a.conversation_id = c.id AND a.id <= s.upto), s.made
         FROM conversation_shares s JOIN conversations c ON c.id = s.conversation_id
         WHERE c.user_id = ? AND c.deleted IS NULL ORDER BY s.made DESC, s.token",
    )
    .bind(user.0)
    .fetch_all(db)
    .await
    .doing("list links")?;
    let share = |(token, conversation, title, turns, made)| Share {
        token,
        conversation: ConversationId(conversation),
        title,
        turns,
        made: timestamp(made),
    };
    Ok(rows.into_iter().map(share).collect())
}

/// Where a link leads, unless the conversation is deleted.
pub(super) async fn by_token(db: &mut SqliteConnection, token: &str) -> Result<Option<Row>, PortError> {
    sqlx::query_as(
        "SELECT s.conversation_id, s.upto, s.made, u.name AS owner,
                CASE WHEN c.title <> '' THEN c.title
                     ELSE coalesce((SELECT question FROM answers a WHERE a.conversation_id = c.id ORDER BY a.id LIMIT 1), '') END AS title
         FROM conversation_shares s JOIN conversations c ON c.id = s.conversation_id JOIN users u ON u.id = c.user_id
         WHERE s.token = ? AND c.deleted IS NULL",
    )
    .bind(token)
    .fetch_optional(db)
    .await
    .doing("follow a link")
}

/// Ends a person's own link; the conversation that it led to.
pub(super) async fn end(db: &mut SqliteConnection, user: UserId, token: &str) -> Result<Option<ConversationId>, PortError> {
    let id: Option<i64> = sqlx::query_scalar(
        "DELETE FROM conversation_shares WHERE token = ? AND conversation_id IN (SELECT id FROM conversations WHERE user_id = ?)
         RETURNING conversation_id",
    )
    .bind(token)
    .bind(user.0)
    .fetch_optional(db)
    .await
    .doing("end a link")?;
    Ok(id.map(ConversationId))
}

/// Ends all links to a conversation.
pub(super) async fn end_all(db: &mut SqliteConnection, conversation: ConversationId) -> Result<(), PortError> {
    sqlx::query("DELETE FROM conversation_shares WHERE conversation_id = ?").bind(conversation.0).execute(db).await.doing("end links")?;
    Ok(())
}
