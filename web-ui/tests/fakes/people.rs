//! People and sessions in memory.

use appliance_core::id::{CollectionId, UserId};
use appliance_core::language::Language;
use appliance_core::ports::catalog::{NewPerson, Person, Session, SignIn};
use appliance_core::ports::{People, PortError};
use appliance_core::viewer::{Role, Viewer, Visibility};
use async_trait::async_trait;
use parking_lot::Mutex;
use std::collections::HashMap;

/// The password of everyone who has none of their own.
pub const PASSWORD: &str = "minato-2026-desk";

#[derive(Clone)]
struct Known {
    person: Person,
    password: String,
    language: Option<Language>,
}

/// A reader (`reader`), an editor (`editor`) and an administrator (`admin`), all with [`PASSWORD`], and `new`, who
/// must change it.
pub struct FakePeople {
    known: Mutex<Vec<Known>>,
    sessions: Mutex<HashMap<String, UserId>>,
    failures: Mutex<u32>,
}

impl Default for FakePeople {
    fn default() -> Self {
        let person = |id, login: &str, name: &str, role, must_change_password| Known {
            person: Person { id: UserId(id), login: login.into(), name: name.into(), role, active: true, must_change_password },
            password: PASSWORD.into(),
            language: None,
        };
        let known = vec![
            person(1, "admin", "山本 花子", Role::Administrator, false),
            person(2, "editor", "佐藤 健", Role::Editor, false),
            person(3, "reader", "鈴木 一郎", Role::Reader, false),
            person(4, "new", "高橋 みなみ", Role::Reader, true),
        ];
        Self { known: Mutex::new(known), sessions: Mutex::default(), failures: Mutex::default() }
    }
}

impl FakePeople {
    fn change<T>(&self, user: UserId, change: impl FnOnce(&mut Known) -> T) -> Option<T> {
        self.known.lock().iter_mut().find(|k| k.person.id == user).map(change)
    }
}

#[async_trait]
impl People for FakePeople {
    async fn sign_in(&self, login: &str, password: &str) -> Result<SignIn, PortError> {
        if *self.failures.lock() >= 5 {
            return Ok(SignIn::Wait { seconds: 30 });
        }
        let known = self.known.lock().iter().find(|k| k.person.login == login && k.person.active && k.password == password).cloned();
        let Some(known) = known else {
            *self.failures.lock() += 1;
            return Ok(SignIn::Refused);
        };
        let token = format!("{:064x}", self.sessions.lock().len() + 1);
        self.sessions.lock().insert(token.clone(), known.person.id);
        Ok(SignIn::Welcome { token })
    }

    async fn session(&self, token: &str) -> Result<Option<Session>, PortError> {
        let Some(user) = self.sessions.lock().get(token).copied() else { return Ok(None) };
        let known = self.known.lock().iter().find(|k| k.person.id == user && k.person.active).cloned();
        Ok(known.map(|k| {
            let collections = match k.person.role {
                Role::Reader => [CollectionId(1), CollectionId(2)].into(),
                _ => [CollectionId(1), CollectionId(2), CollectionId(3)].into(),
            };
            let visibility = Visibility { collections, ..Visibility::default() };
            Session {
                viewer: Viewer::new(user, k.person.name, k.person.role, visibility),
                must_change_password: k.person.must_change_password,
                language: k.language,
                form_token: format!("form-token-of-{user}"),
            }
        }))
    }

    async fn sign_out(&self, token: &str) -> Result<(), PortError> {
        self.sessions.lock().remove(token);
        Ok(())
    }

    async fn choose_language(&self, user: UserId, language: Language) -> Result<(), PortError> {
        self.change(user, |k| k.language = Some(language));
        Ok(())
    }

    async fn change_password(&self, user: UserId, _: &str, current: &str, new: &str) -> Result<bool, PortError> {
        let changed = self.change(user, |k| {
            let right = k.password == current;
            if right {
                k.password = new.to_owned();
                k.person.must_change_password = false;
            }
            right
        });
        Ok(changed.unwrap_or(false))
    }

    async fn people(&self) -> Result<Vec<Person>, PortError> {
        Ok(self.known.lock().iter().map(|k| k.person.clone()).collect())
    }

    async fn add_person(&self, person: NewPerson) -> Result<Option<String>, PortError> {
        let mut known = self.known.lock();
        if known.iter().any(|k| k.person.login == person.login) {
            return Ok(None);
        }
        let id = UserId(known.len() as i64 + 1);
        let person = Person { id, login: person.login, name: person.name, role: person.role, active: true, must_change_password: true };
        known.push(Known { person, password: "kaki-nagi-7312".into(), language: None });
        Ok(Some("kaki-nagi-7312".into()))
    }

    async fn reset_password(&self, user: UserId) -> Result<Option<String>, PortError> {
        Ok(self.change(user, |k| {
            k.password = "sora-umi-5521".into();
            k.person.must_change_password = true;
            k.password.clone()
        }))
    }

    async fn set_active(&self, user: UserId, active: bool) -> Result<bool, PortError> {
        let administrators = self.known.lock().iter().filter(|k| k.person.active && k.person.role == Role::Administrator).count();
        let changed = self.change(user, |k| {
            let last = k.person.role == Role::Administrator && administrators == 1 && !active;
            if !last {
                k.person.active = active;
            }
            !last
        });
        Ok(changed.unwrap_or(false))
    }
}
