//! The people, groups and roles that rules speak of, as the pages name and offer them.

use crate::failure::Failure;
use crate::page::Page;
use crate::signed_in::SignedIn;
use crate::words;
use appliance_core::access::{DocumentRule, Principal, Sight};
use appliance_core::ports::access::Group;
use appliance_core::ports::catalog::Person;
use appliance_core::ports::shelves::Audience;
use appliance_core::viewer::Role;

/// A principal that can be chosen.
pub struct Choice {
    /// Its stable name.
    pub value: String,
    /// Its name in words.
    pub words: String,
}

/// Principals of one kind.
pub struct Choices {
    /// What they are.
    pub label: String,
    /// Each of them.
    pub choices: Vec<Choice>,
}

/// Everyone that rules may speak of.
pub struct Principals {
    groups: Vec<Group>,
    people: Vec<Person>,
}

impl Principals {
    /// Those of this moment.
    pub async fn of(by: &SignedIn) -> Result<Self, Failure> {
        let (groups, people) = tokio::try_join!(by.site.desk.access.groups(), by.site.desk.people.people())?;
        Ok(Self { groups, people })
    }

    /// A principal in words.
    pub fn words(&self, page: &Page, principal: Principal) -> String {
        match principal {
            Principal::Everyone => page.t("principal-everyone"),
            Principal::Role(role) => page.with("principal-role", "role", words::role(page, role)),
            Principal::Group(id) => {
                let group = self.groups.iter().find(|g| g.id == id);
                group.map_or_else(|| principal.name(), |g| page.with("principal-group", "name", g.name.as_str()))
            }
            Principal::User(id) => {
                let person = self.people.iter().find(|p| p.id == id);
                person.map_or_else(|| principal.name(), |p| format!("{} ({})", p.name, p.login))
            }
        }
    }

    /// To whom a document is open, in a few words: names of two at most, then how many more; and whether rules of its own add
    /// to that.
    pub fn audience(&self, page: &Page, audience: &Audience) -> (String, Option<String>) {
        const NAMED: usize = 2;
        let open = &audience.open_to;
        let words = match open.as_slice() {
            [] => page.t("open-to-nobody"),
            _ if open.contains(&Principal::Everyone) => page.t("principal-everyone"),
            _ => {
                let named: Vec<String> = open.iter().take(NAMED).map(|p| self.words(page, *p)).collect();
                let named = named.join(&page.t("list-between"));
                match open.len().saturating_sub(NAMED) {
                    0 => named,
                    more => page.words("audience-more", &[("named", named.into()), ("more", more.into())]),
                }
            }
        };
        let has = |rule: DocumentRule| audience.rules.iter().any(|(_, r)| *r == rule);
        let own = match (has(DocumentRule::Hide), has(DocumentRule::Grant)) {
            (false, false) => None,
            (true, false) => Some("audience-but"),
            (false, true) => Some("audience-and"),
            (true, true) => Some("audience-exceptions"),
        };
        (words, own.map(|key| page.t(key)))
    }

    /// Why somebody sees a document or does not, in words.
    pub fn why(&self, page: &Page, sight: Sight, collection: &str) -> String {
        let by = |key: &str, principal| {
            let arguments = [("principal", self.words(page, principal).into()), ("collection", collection.into())];
            page.words(key, &arguments)
        };
        match sight {
            Sight::Administrator => page.t("sight-administrator"),
            Sight::Granted(to) => by("sight-granted", to),
            Sight::Open(to) => by("sight-open", to),
            Sight::Hidden(from) => by("sight-hidden", from),
            Sight::Closed => page.with("sight-closed", "collection", collection),
        }
    }

    /// All of them, to choose from. Administrators see everything, so that no rule need speak of them.
    pub fn offered(&self, page: &Page) -> Vec<Choices> {
        let choice = |principal: Principal| Choice { value: principal.name(), words: self.words(page, principal) };
        let wide = [Principal::Everyone, Principal::Role(Role::Reader), Principal::Role(Role::Editor)];
        let people = self.people.iter().filter(|p| p.active && p.role != Role::Administrator);
        let kinds = [
            ("principals-wide", wide.into_iter().map(choice).collect::<Vec<_>>()),
            ("principals-groups", self.groups.iter().map(|g| choice(Principal::Group(g.id))).collect()),
            ("principals-people", people.map(|p| choice(Principal::User(p.id))).collect()),
        ];
        let kinds = kinds.into_iter().filter(|(_, choices)| !choices.is_empty());
        kinds.map(|(label, choices)| Choices { label: page.t(label), choices }).collect()
    }
}

/// The principal that a form names.
pub fn named(field: &str) -> Result<Principal, Failure> {
    Principal::from_name(field).ok_or(Failure::BadRequest)
}
