//! The [`People`] port: signing in, sessions, passwords, and the list of people.

use super::audit::{self, Action};
use super::{Catalog, Doing, LOCAL_OPERATOR, access, passwords, sessions, throttle, users};
use appliance_core::id::UserId;
use appliance_core::language::Language;
use appliance_core::ports::catalog::{NewPerson, Person, Session, SignIn};
use appliance_core::ports::{People, PortError};
use appliance_core::viewer::{Role, Viewer};
use async_trait::async_trait;
use sqlx::SqliteConnection;

/// The longest login looked at; a longer one is nobody's.
const LONGEST_LOGIN: usize = 200;

#[async_trait]
impl People for Catalog {
    async fn sign_in(&self, login: &str, password: &str) -> Result<SignIn, PortError> {
        let login = login.trim();
        if login.len() > LONGEST_LOGIN {
            return Ok(SignIn::Refused);
        }
        let mut tx = self.begin().await?;
        let wait = throttle::begin_attempt(&mut tx, login, self.now()).await?;
        if wait.is_some() {
            self.note_attempt(&mut tx, Action::SignInDelayed, login).await?;
        }
        let person = users::by_login(&mut tx, login).await?.filter(|p| p.active);
        let hash = match &person {
            Some(person) => users::password_hash(&mut tx, person.id).await?,
            None => None,
        };
        tx.commit().await.doing("count an attempt")?;
        if let Some(seconds) = wait {
            return Ok(SignIn::Wait { seconds });
        }
        let right = passwords::verify(password, hash.clone()).await?;
        match person {
            Some(person) if right => self.welcome(&person, hash).await,
            _ => self.refuse(login).await,
        }
    }

    async fn session(&self, token: &str) -> Result<Option<Session>, PortError> {
        let mut db = self.connection().await?;
        let now = self.now();
        let Some(valid) = sessions::valid(&mut db, token, now, self.sessions).await? else { return Ok(None) };
        if valid.touch {
            sessions::touch(&mut db, token, now).await?;
        }
        let visibility = access::visibility(&mut db, valid.user, valid.role).await?;
        Ok(Some(Session {
            viewer: Viewer::new(valid.user, valid.name, valid.role, visibility),
            must_change_password: valid.must_change_password,
            language: valid.language.as_deref().and_then(Language::from_tag),
            form_token: valid.form_token,
        }))
    }

    async fn sign_out(&self, token: &str) -> Result<(), PortError> {
        let mut db = self.connection().await?;
        sessions::end(&mut db, token).await
    }

    async fn choose_language(&self, user: UserId, language: Language) -> Result<(), PortError> {
        let mut db = self.connection().await?;
        users::set_language(&mut db, user, language).await
    }

    async fn change_password(&self, user: UserId, token: &str, current: &str, new: &str) -> Result<bool, PortError> {
        if new.chars().count() < passwords::SHORTEST_PASSWORD {
            return Err(PortError::new(format!("a password needs at least {} characters", passwords::SHORTEST_PASSWORD)));
        }
        let Some(stored) = self.stored_hash(user).await? else { return Ok(false) };
        if !passwords::verify(current, Some(stored)).await? {
            return Ok(false);
        }
        let hash = passwords::hash(new).await?;
        let mut tx = self.begin().await?;
        users::set_password(&mut tx, user, &hash, false).await?;
        sessions::end_others(&mut tx, user, token).await?;
        audit::note(&mut tx, self.now(), Some(user), Action::PasswordChanged, &subject(user), "").await?;
        tx.commit().await.doing("change a password")?;
        Ok(true)
    }

    async fn people(&self) -> Result<Vec<Person>, PortError> {
        let mut db = self.connection().await?;
        users::all(&mut db).await
    }

    async fn add_person(&self, person: NewPerson) -> Result<Option<String>, PortError> {
        let person = NewPerson { login: person.login.trim().to_owned(), name: person.name.trim().to_owned(), ..person };
        if person.login.is_empty() || person.login.len() > LONGEST_LOGIN {
            return Err(PortError::new(format!("a login needs 1 to {LONGEST_LOGIN} bytes")));
        }
        let password = passwords::one_time_password()?;
        let hash = passwords::hash(&password).await?;
        let mut tx = self.begin().await?;
        let Some(id) = users::add(&mut tx, &person, &hash, self.now()).await? else { return Ok(None) };
        audit::note(&mut tx, self.now(), None, Action::PersonAdded, &subject(id), person.role.name()).await?;
        tx.commit().await.doing("add a person")?;
        Ok(Some(password))
    }

    async fn reset_password(&self, user: UserId) -> Result<Option<String>, PortError> {
        let password = passwords::one_time_password()?;
        let hash = passwords::hash(&password).await?;
        let mut tx = self.begin().await?;
        let Some(person) = users::by_id(&mut tx, user).await? else { return Ok(None) };
        users::set_password(&mut tx, user, &hash, true).await?;
        sessions::end_all(&mut tx, user).await?;
        throttle::forget(&mut tx, &person.login).await?;
        audit::note(&mut tx, self.now(), None, Action::PasswordReset, &subject(user), "").await?;
        tx.commit().await.doing("reset a password")?;
        Ok(Some(password))
    }

    async fn set_active(&self, user: UserId, active: bool) -> Result<bool, PortError> {
        let mut tx = self.begin().await?;
        let Some(person) = users::by_id(&mut tx, user).await? else { return Ok(false) };
        // Invariant: someone can always manage the appliance.
        if !active && person.role == Role::Administrator && users::other_administrators(&mut tx, user).await? == 0 {
            return Ok(false);
        }
        users::set_active(&mut tx, user, active).await?;
        let action = if active { Action::PersonActivated } else { Action::PersonDeactivated };
        if !active {
            sessions::end_all(&mut tx, user).await?;
        }
        audit::note(&mut tx, self.now(), None, action, &subject(user), "").await?;
        tx.commit().await.doing("change a person")?;
        Ok(true)
    }
}

impl Catalog {
    /// The person who signs in as `login`.
    pub async fn person(&self, login: &str) -> Result<Option<Person>, PortError> {
        let mut db = self.connection().await?;
        users::by_login(&mut db, login.trim()).await
    }

    /// Begins the session, unless the password was changed or the person shut out while it was being checked.
    async fn welcome(&self, person: &Person, checked: Option<String>) -> Result<SignIn, PortError> {
        let now = self.now();
        let mut tx = self.begin().await?;
        let still_active = users::by_id(&mut tx, person.id).await?.is_some_and(|p| p.active);
        if !still_active || users::password_hash(&mut tx, person.id).await? != checked {
            return Ok(SignIn::Refused);
        }
        throttle::forget(&mut tx, &person.login).await?;
        sessions::forget_expired(&mut tx, now, self.sessions).await?;
        let token = sessions::begin(&mut tx, person.id, now).await?;
        audit::note(&mut tx, now, Some(person.id), Action::SignedIn, &subject(person.id), "").await?;
        tx.commit().await.doing("begin a session")?;
        Ok(SignIn::Welcome { token })
    }

    async fn refuse(&self, login: &str) -> Result<SignIn, PortError> {
        let mut db = self.connection().await?;
        self.note_attempt(&mut db, Action::SignInRefused, login).await?;
        Ok(SignIn::Refused)
    }

    /// Notes an attempt that failed. A login that nobody has is left out: people type their password there by mistake.
    async fn note_attempt(&self, db: &mut SqliteConnection, action: Action, login: &str) -> Result<(), PortError> {
        let subject = users::by_login(db, login).await?.map(|p| subject(p.id)).unwrap_or_default();
        audit::note(db, self.now(), None, action, &subject, "").await
    }

    async fn stored_hash(&self, user: UserId) -> Result<Option<String>, PortError> {
        if user == LOCAL_OPERATOR {
            return Ok(None);
        }
        let mut db = self.connection().await?;
        users::password_hash(&mut db, user).await
    }
}

fn subject(user: UserId) -> String {
    format!("user:{user}")
}
