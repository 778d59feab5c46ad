//! Sessions of people who are signed in.

use super::{Doing, SessionPolicy, passwords, users};
use appliance_core::id::UserId;
use appliance_core::ports::PortError;
use appliance_core::viewer::Role;
use sqlx::SqliteConnection;

/// How long a use may go unwritten: one write a minute is enough to tell an idle session.
const TOUCH_MS: i64 = 60_000;

/// A session that is valid, and its person.
pub(super) struct Valid {
    pub user: UserId,
    pub name: String,
    pub role: Role,
    pub must_change_password: bool,
    pub language: Option<String>,
    pub form_token: String,
    /// Whether its use should be written down.
    pub touch: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    user_id: i64,
    form_token: String,
    created: i64,
    last_seen: i64,
    name: String,
    role: String,
    must_change_password: bool,
    language: Option<String>,
}

/// Begins a session and returns its token.
pub(super) async fn begin(db: &mut SqliteConnection, user: UserId, now: i64) -> Result<String, PortError> {
    let token = passwords::token()?;
    sqlx::query("INSERT INTO sessions (token_hash, user_id, form_token, created, last_seen) VALUES (?, ?, ?, ?, ?)")
        .bind(passwords::token_hash(&token))
        .bind(user.0)
        .bind(passwords::token()?)
        .bind(now)
        .bind(now)
        .execute(db)
        .await
        .doing("begin a session")?;
    Ok(token)
}

/// The session of a token, if it is valid at `now` and its person active.
pub(super) async fn valid(db: &mut SqliteConnection, token: &str, now: i64, policy: SessionPolicy) -> Result<Option<Valid>, PortError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT s.user_id, s.form_token, s.created, s.last_seen, u.name, u.role, u.must_change_password, u.language
         FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = ? AND u.active = 1",
    )
    .bind(passwords::token_hash(token))
    .fetch_optional(db)
    .await
    .doing("read a session")?;
    let in_time = |r: &Row| now - r.last_seen < ms(policy.idle) && now - r.created < ms(policy.absolute);
    let Some(row) = row.filter(in_time) else { return Ok(None) };
    Ok(Some(Valid {
        user: UserId(row.user_id),
        role: users::role(&row.role)?,
        name: row.name,
        must_change_password: row.must_change_password,
        language: row.language,
        form_token: row.form_token,
        touch: now - row.last_seen >= TOUCH_MS.min(ms(policy.idle) / 10),
    }))
}

/// Writes down that a session was used.
pub(super) async fn touch(db: &mut SqliteConnection, token: &str, now: i64) -> Result<(), PortError> {
    sqlx::query("UPDATE sessions SET last_seen = ? WHERE token_hash = ?")
        .bind(now)
        .bind(passwords::token_hash(token))
        .execute(db)
        .await
        .doing("note a session's use")?;
    Ok(())
}

pub(super) async fn end(db: &mut SqliteConnection, token: &str) -> Result<(), PortError> {
    sqlx::query("DELETE FROM sessions WHERE token_hash = ?").bind(passwords::token_hash(token)).execute(db).await.doing("end a session")?;
    Ok(())
}

pub(super) async fn end_all(db: &mut SqliteConnection, user: UserId) -> Result<(), PortError> {
    sqlx::query("DELETE FROM sessions WHERE user_id = ?").bind(user.0).execute(db).await.doing("end sessions")?;
    Ok(())
}

/// Ends every session of a person but the one of `token`.
pub(super) async fn end_others(db: &mut SqliteConnection, user: UserId, token: &str) -> Result<(), PortError> {
    sqlx::query("DELETE FROM sessions WHERE user_id = ? AND token_hash <> ?")
        .bind(user.0)
        .bind(passwords::token_hash(token))
        .execute(db)
        .await
        .doing("end sessions")?;
    Ok(())
}

/// Removes sessions that have expired.
pub(super) async fn forget_expired(db: &mut SqliteConnection, now: i64, policy: SessionPolicy) -> Result<(), PortError> {
    sqlx::query("DELETE FROM sessions WHERE last_seen <= ? OR created <= ?")
        .bind(now - ms(policy.idle))
        .bind(now - ms(policy.absolute))
        .execute(db)
        .await
        .doing("forget expired sessions")?;
    Ok(())
}

fn ms(duration: jiff::SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
