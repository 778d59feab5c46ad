//! People: who may sign in, and as what.

use crate::failure::Failure;
use crate::page::{Page, Section, html};
use crate::paging::{From, Part};
use crate::security::see_other;
use crate::signed_in::{Posted, SignedIn};
use crate::words;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use appliance_core::id::UserId;
use appliance_core::ports::catalog::{NewPerson, Person};
use appliance_core::viewer::Role;
use askama::Template;

const MOST_CHARS: usize = 100;
/// People on one page, which stays under 100 KB with them.
const ROWS: usize = 60;

struct PersonRow {
    id: UserId,
    login: String,
    name: String,
    role: String,
    active: bool,
    one_time: bool,
    myself: bool,
}

/// A one-time password, shown once.
struct Handed {
    login: String,
    password: String,
}

struct RoleChoice {
    name: &'static str,
    words: String,
    note: String,
}

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    page: Page,
    people: Vec<PersonRow>,
    previous: Option<String>,
    next: Option<String>,
    roles: Vec<RoleChoice>,
    handed: Option<Handed>,
    error: Option<String>,
    login: String,
    name: String,
}

/// `GET /people`
pub async fn page(by: SignedIn, query: web::Query<From>) -> Result<HttpResponse, Failure> {
    html(&people_page(&by, query.from).await?)
}

/// `POST /people`
pub async fn add(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    by.require(Role::Administrator)?;
    let (login, name) = (fields.get("login").trim().to_owned(), fields.get("name").trim().to_owned());
    let role = Role::from_name(fields.get("role")).ok_or(Failure::BadRequest)?;
    if let Err(problem) = acceptable(&login, &name) {
        return sent_back(&by, problem, login, name).await;
    }
    match by.site.desk.people.add_person(NewPerson { login: login.clone(), name: name.clone(), role }).await? {
        Some(password) => hand(&by, login, password).await,
        None => sent_back(&by, "people-login-taken", login, name).await,
    }
}

/// `POST /people/{id}/reset`
pub async fn reset(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let by = posted.by;
    by.require(Role::Administrator)?;
    let people = by.site.desk.people.people().await?;
    let login = people.into_iter().find(|p| p.id.0 == *id).map(|p| p.login).ok_or(Failure::NotFound)?;
    let password = by.site.desk.people.reset_password(UserId(*id)).await?.ok_or(Failure::NotFound)?;
    hand(&by, login, password).await
}

/// `POST /people/{id}/active`, field `active`: `true` or `false`
pub async fn set_active(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    by.require(Role::Administrator)?;
    let active = fields.get("active").parse().map_err(|_| Failure::BadRequest)?;
    if by.site.desk.people.set_active(UserId(*id), active).await? {
        return Ok(see_other("/people"));
    }
    sent_back(&by, "people-last-administrator", String::new(), String::new()).await
}

async fn people_page(by: &SignedIn, from: usize) -> Result<PeoplePage, Failure> {
    by.require(Role::Administrator)?;
    let page = by.page(Section::People, "title-people");
    let people = by.site.desk.people.people().await?;
    let part = Part::new(from, ROWS, people.len());
    let link = |from: usize| format!("/people?from={from}#people-heading");
    let roles = [(Role::Reader, "role-reader-note"), (Role::Editor, "role-editor-note"), (Role::Administrator, "role-administrator-note")];
    Ok(PeoplePage {
        previous: part.previous(link),
        next: part.next(link),
        people: part.of(people).map(|p| row(&page, p, by.viewer.user())).collect(),
        roles: roles.into_iter().map(|(r, note)| RoleChoice { name: r.name(), words: words::role(&page, r), note: page.t(note) }).collect(),
        handed: None,
        error: None,
        login: String::new(),
        name: String::new(),
        page,
    })
}

async fn hand(by: &SignedIn, login: String, password: String) -> Result<HttpResponse, Failure> {
    let mut page = people_page(by, 0).await?;
    page.handed = Some(Handed { login, password });
    html(&page)
}

async fn sent_back(by: &SignedIn, problem: &str, login: String, name: String) -> Result<HttpResponse, Failure> {
    let mut page = people_page(by, 0).await?;
    page.error = Some(page.page.t(problem));
    (page.login, page.name) = (login, name);
    let mut response = html(&page)?;
    *response.status_mut() = StatusCode::BAD_REQUEST;
    Ok(response)
}

fn acceptable(login: &str, name: &str) -> Result<(), &'static str> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@');
    if login.is_empty() || login.chars().count() > MOST_CHARS || !login.chars().all(plain) {
        return Err("people-login-unfit");
    }
    if name.is_empty() || name.chars().count() > MOST_CHARS || name.chars().any(char::is_control) {
        return Err("people-name-unfit");
    }
    Ok(())
}

fn row(page: &Page, person: Person, myself: UserId) -> PersonRow {
    PersonRow {
        role: words::role(page, person.role),
        myself: person.id == myself,
        id: person.id,
        login: person.login,
        name: person.name,
        active: person.active,
        one_time: person.must_change_password,
    }
}
