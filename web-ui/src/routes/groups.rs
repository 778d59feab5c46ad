//! Groups: people that rules of access speak of as one.

use crate::failure::Failure;
use crate::page::{Page, Section, html};
use crate::security::see_other;
use crate::signed_in::{Posted, SignedIn};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use appliance_core::id::{GroupId, UserId};
use appliance_core::ports::access::{Group, GroupRemoval};
use appliance_core::viewer::Role;
use askama::Template;
use serde::Deserialize;

const MOST_CHARS: usize = 100;
/// Members named in the list of groups.
const NAMED: usize = 8;

struct GroupRow {
    id: GroupId,
    name: String,
    count: String,
    members: String,
}

struct MemberRow {
    id: UserId,
    name: String,
    login: String,
    active: bool,
    belongs: bool,
}

#[derive(Template)]
#[template(path = "groups.html")]
struct GroupsPage {
    page: Page,
    groups: Vec<GroupRow>,
    notice: Option<String>,
    error: Option<String>,
    name: String,
}

#[derive(Template)]
#[template(path = "group.html")]
struct GroupPage {
    page: Page,
    id: GroupId,
    people: Vec<MemberRow>,
    error: Option<String>,
}

/// What was done just before.
#[derive(Deserialize)]
pub struct Done {
    #[serde(default)]
    pub done: bool,
}

/// `GET /groups`
pub async fn page(by: SignedIn, query: web::Query<Done>) -> Result<HttpResponse, Failure> {
    let mut page = groups_page(&by).await?;
    page.notice = query.done.then(|| page.page.t("access-changed"));
    html(&page)
}

/// `POST /groups`
pub async fn add(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    by.require(Role::Administrator)?;
    let name = fields.get("name").trim().to_owned();
    let problem = match acceptable(&name) {
        false => "group-name-unfit",
        true => match by.site.desk.access.add_group(&by.viewer, &name).await? {
            Some(id) => return Ok(see_other(&format!("/groups/{id}"))),
            None => "group-name-taken",
        },
    };
    let mut page = groups_page(&by).await?;
    page.error = Some(page.page.t(problem));
    page.name = name;
    refused(&page)
}

/// `GET /groups/{id}`
pub async fn group(by: SignedIn, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    html(&group_page(&by, GroupId(*id)).await?)
}

/// `POST /groups/{id}`, field `member` for each who belongs to it
pub async fn set_members(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    by.require(Role::Administrator)?;
    let members = fields.all("member").map(|id| id.parse().map(UserId)).collect::<Result<_, _>>().map_err(|_| Failure::BadRequest)?;
    let done = by.site.desk.access.set_members(&by.viewer, GroupId(*id), &members).await?;
    if done { Ok(see_other("/groups?done=true")) } else { Err(Failure::NotFound) }
}

/// `POST /groups/{id}/remove`
pub async fn remove(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let by = posted.by;
    by.require(Role::Administrator)?;
    match by.site.desk.access.remove_group(&by.viewer, GroupId(*id)).await? {
        GroupRemoval::Done => Ok(see_other("/groups?done=true")),
        GroupRemoval::Unknown => Err(Failure::NotFound),
        GroupRemoval::Named { rules } => {
            let mut page = group_page(&by, GroupId(*id)).await?;
            page.error = Some(page.page.with("group-named", "rules", rules));
            refused(&page)
        }
    }
}

/// A name that can stand in a list.
pub fn acceptable(name: &str) -> bool {
    !name.is_empty() && name.chars().count() <= MOST_CHARS && !name.chars().any(char::is_control)
}

/// A page sent back with what is wrong.
pub fn refused(page: &impl Template) -> Result<HttpResponse, Failure> {
    let mut response = html(page)?;
    *response.status_mut() = StatusCode::BAD_REQUEST;
    Ok(response)
}

async fn groups_page(by: &SignedIn) -> Result<GroupsPage, Failure> {
    by.require(Role::Administrator)?;
    let page = by.page(Section::Groups, "title-groups");
    let (groups, people) = tokio::try_join!(by.site.desk.access.groups(), by.site.desk.people.people())?;
    let row = |group: Group| {
        let members = people.iter().filter(|p| group.members.contains(&p.id)).map(|p| p.name.as_str());
        let named: Vec<&str> = members.take(NAMED).collect();
        let more = if group.members.len() > NAMED { "…" } else { "" };
        GroupRow {
            id: group.id,
            count: page.with("group-count", "count", group.members.len()),
            members: named.join(page.t("list-between").as_str()) + more,
            name: group.name,
        }
    };
    Ok(GroupsPage { groups: groups.into_iter().map(row).collect(), notice: None, error: None, name: String::new(), page })
}

async fn group_page(by: &SignedIn, id: GroupId) -> Result<GroupPage, Failure> {
    by.require(Role::Administrator)?;
    let (groups, people) = tokio::try_join!(by.site.desk.access.groups(), by.site.desk.people.people())?;
    let group = groups.into_iter().find(|g| g.id == id).ok_or(Failure::NotFound)?;
    let mut page = by.page(Section::Groups, "title-groups");
    page.title = page.with("title-group", "name", group.name.as_str());
    let people = people.into_iter().map(|p| MemberRow {
        belongs: group.members.contains(&p.id),
        id: p.id,
        name: p.name,
        login: p.login,
        active: p.active,
    });
    Ok(GroupPage { people: people.collect(), id, error: None, page })
}
