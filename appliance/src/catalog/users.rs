//! The people who can sign in.

use super::Doing;
use appliance_core::id::UserId;
use appliance_core::language::Language;
use appliance_core::ports::PortError;
use appliance_core::ports::catalog::{NewPerson, Person};
use appliance_core::viewer::Role;
use sqlx::SqliteConnection;

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    login: String,
    name: String,
    role: String,
    active: bool,
    must_change_password: bool,
}

impl Row {
    fn person(self) -> Result<Person, PortError> {
        Ok(Person {
            id: UserId(self.id),
            role: role(&self.role)?,
            login: self.login,
            name: self.name,
            active: self.active,
            must_change_password: self.must_change_password,
        })
    }
}

/// The role of a stored name.
pub(super) fn role(name: &str) -> Result<Role, PortError> {
    Role::from_name(name).ok_or_else(|| PortError::new(format!("catalog: no role is called {name:?}")))
}

pub(super) async fn all(db: &mut SqliteConnection) -> Result<Vec<Person>, PortError> {
    let rows: Vec<Row> = sqlx::query_as("SELECT id, login, name, role, active, must_change_password FROM users ORDER BY login")
        .fetch_all(db)
        .await
        .doing("list people")?;
    rows.into_iter().map(Row::person).collect()
}

pub(super) async fn by_login(db: &mut SqliteConnection, login: &str) -> Result<Option<Person>, PortError> {
    let row: Option<Row> = sqlx::query_as("SELECT id, login, name, role, active, must_change_password FROM users WHERE login = ?")
        .bind(login)
        .fetch_optional(db)
        .await
        .doing("find a person")?;
    row.map(Row::person).transpose()
}

pub(super) async fn by_id(db: &mut SqliteConnection, id: UserId) -> Result<Option<Person>, PortError> {
    let row: Option<Row> = sqlx::query_as("SELECT id, login, name, role, active, must_change_password FROM users WHERE id = ?")
        .bind(id.0)
        .fetch_optional(db)
        .await
        .doing("find a person")?;
    row.map(Row::person).transpose()
}

pub(super) async fn password_hash(db: &mut SqliteConnection, id: UserId) -> Result<Option<String>, PortError> {
    sqlx::query_scalar("SELECT password_hash FROM users WHERE id = ?").bind(id.0).fetch_optional(db).await.doing("read a person")
}

/// Adds a person who must change `password_hash`'s password; `None` when the login is taken.
pub(super) async fn add(db: &mut SqliteConnection, person: &NewPerson, password_hash: &str, now: i64) -> Result<Option<UserId>, PortError> {
    let done =
        sqlx::query("INSERT INTO users (login, name, role, password_hash, created) VALUES (?, ?, ?, ?, ?) ON CONFLICT (login) DO NOTHING")
            .bind(&person.login)
            .bind(&person.name)
            .bind(person.role.name())
            .bind(password_hash)
            .bind(now)
            .execute(db)
            .await
            .doing("add a person")?;
    Ok((done.rows_affected() == 1).then(|| UserId(done.last_insert_rowid())))
}

pub(super) async fn set_password(db: &mut SqliteConnection, id: UserId, hash: &str, must_change: bool) -> Result<bool, PortError> {
    let done = sqlx::query("UPDATE users SET password_hash = ?, must_change_password = ? WHERE id = ?")
        .bind(hash)
        .bind(must_change)
        .bind(id.0)
        .execute(db)
        .await
        .doing("set a password")?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn set_language(db: &mut SqliteConnection, id: UserId, language: Language) -> Result<(), PortError> {
    sqlx::query("UPDATE users SET language = ? WHERE id = ?").bind(language.tag()).bind(id.0).execute(db).await.doing("keep a language")?;
    Ok(())
}

pub(super) async fn set_active(db: &mut SqliteConnection, id: UserId, active: bool) -> Result<(), PortError> {
    sqlx::query("UPDATE users SET active = ? WHERE id = ?").bind(active).bind(id.0).execute(db).await.doing("change a person")?;
    Ok(())
}

/// How many active administrators there are besides `id`.
pub(super) async fn other_administrators(db: &mut SqliteConnection, id: UserId) -> Result<i64, PortError> {
    sqlx::query_scalar("SELECT count(*) FROM users WHERE role = 'administrator' AND active = 1 AND id <> ?")
        .bind(id.0)
        .fetch_one(db)
        .await
        .doing("count administrators")
}
