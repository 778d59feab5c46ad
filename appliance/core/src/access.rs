//! Access rules: whom they speak of, and what they come to for one person.
//!
//! A collection is closed to all but administrators until a rule opens it. A rule for a document hides it from some who
//! may see its collection, or grants it to some who may not; a grant outweighs everything that hides.

use crate::id::{GroupId, UserId};
use crate::viewer::Role;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Whom a rule of access speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Principal {
    /// Everyone who can sign in.
    Everyone,
    /// Everyone of that very role.
    Role(Role),
    /// Everyone who belongs to a group.
    Group(GroupId),
    /// One person.
    User(UserId),
}

impl Principal {
    /// The stable name: `everyone`, `role:reader`, `group:3`, `user:12`.
    pub fn name(self) -> String {
        match self {
            Self::Everyone => "everyone".to_owned(),
            Self::Role(role) => format!("role:{}", role.name()),
            Self::Group(id) => format!("group:{id}"),
            Self::User(id) => format!("user:{id}"),
        }
    }

    /// The principal of that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        match name.split_once(':') {
            None => (name == "everyone").then_some(Self::Everyone),
            Some(("role", role)) => Role::from_name(role).map(Self::Role),
            Some(("group", id)) => id.parse().ok().map(|id| Self::Group(GroupId(id))),
            Some(("user", id)) => id.parse().ok().map(|id| Self::User(UserId(id))),
            Some(_) => None,
        }
    }
}

impl From<Principal> for String {
    fn from(principal: Principal) -> Self {
        principal.name()
    }
}

impl TryFrom<String> for Principal {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::from_name(&name).ok_or_else(|| format!("{name:?} names nobody"))
    }
}

/// What a rule does to one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DocumentRule {
    /// Takes it out of a visible collection.
    Hide,
    /// Shows it though its collection is not visible, or though another rule hides it.
    Grant,
}

/// What a person is to rules: themselves, their role, their groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Belonging {
    /// The person.
    pub user: UserId,
    /// What they may do.
    pub role: Role,
    /// The groups they belong to.
    pub groups: BTreeSet<GroupId>,
}

impl Belonging {
    /// Everyone that this person is, from the widest to the narrowest.
    pub fn principals(&self) -> Vec<Principal> {
        let wide = [Principal::Everyone, Principal::Role(self.role)];
        wide.into_iter().chain(self.groups.iter().copied().map(Principal::Group)).chain([Principal::User(self.user)]).collect()
    }
}

/// Whether a person sees a document, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", content = "rule", rename_all = "lowercase")]
pub enum Sight {
    /// They do, because administrators see everything.
    Administrator,
    /// They do: the document is granted to that principal.
    Granted(Principal),
    /// They do: its collection is open to that principal.
    Open(Principal),
    /// They do not: its collection is open to them, but the document is hidden from that principal.
    Hidden(Principal),
    /// They do not: nothing opens its collection to them.
    Closed,
}

impl Sight {
    /// Whether they see it.
    pub fn sees(self) -> bool {
        matches!(self, Self::Administrator | Self::Granted(_) | Self::Open(_))
    }
}

/// What the rules of a document (`rules`) and of its collection (`open_to`) come to for a person. Where several rules say
/// the same, the widest is named.
pub fn sight(person: &Belonging, open_to: &[Principal], rules: &[(Principal, DocumentRule)]) -> Sight {
    if person.role == Role::Administrator {
        return Sight::Administrator;
    }
    let are = person.principals();
    let by = |rule: DocumentRule| are.iter().copied().find(|p| rules.contains(&(*p, rule)));
    if let Some(principal) = by(DocumentRule::Grant) {
        return Sight::Granted(principal);
    }
    match are.iter().copied().find(|p| open_to.contains(p)) {
        None => Sight::Closed,
        Some(open) => by(DocumentRule::Hide).map_or(Sight::Open(open), Sight::Hidden),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLERKS: Principal = Principal::Group(GroupId(1));
    const OTHERS: Principal = Principal::Group(GroupId(2));

    #[track_caller]
    fn check(open_to: &[Principal], rules: &[(Principal, DocumentRule)], expected: Sight) {
        let clerk = Belonging { user: UserId(7), role: Role::Reader, groups: [GroupId(1)].into() };
        assert_eq!(sight(&clerk, open_to, rules), expected);
    }

    #[test]
    fn a_grant_outweighs_what_hides_and_what_hides_outweighs_what_opens() {
        use DocumentRule::{Grant, Hide};
        let me = Principal::User(UserId(7));
        check(&[], &[], Sight::Closed);
        check(&[OTHERS], &[(OTHERS, Grant)], Sight::Closed);
        check(&[CLERKS], &[], Sight::Open(CLERKS));
        check(&[CLERKS, Principal::Everyone], &[(OTHERS, Hide)], Sight::Open(Principal::Everyone));
        check(&[Principal::Role(Role::Reader)], &[(CLERKS, Hide)], Sight::Hidden(CLERKS));
        check(&[Principal::Role(Role::Editor)], &[(CLERKS, Hide)], Sight::Closed);
        check(&[CLERKS], &[(Principal::Everyone, Hide), (me, Grant)], Sight::Granted(me));
        check(&[], &[(CLERKS, Grant)], Sight::Granted(CLERKS));
    }

    #[test]
    fn administrators_see_everything() {
        let root = Belonging { user: UserId(1), role: Role::Administrator, groups: BTreeSet::new() };
        assert_eq!(sight(&root, &[], &[(Principal::Everyone, DocumentRule::Hide)]), Sight::Administrator);
    }

    #[test]
    fn names_lead_back() {
        for principal in [Principal::Everyone, Principal::Role(Role::Editor), CLERKS, Principal::User(UserId(12))] {
            assert_eq!(Principal::from_name(&principal.name()), Some(principal));
        }
        for unknown in ["", "all", "role:king", "group:", "user:x", "team:3"] {
            assert_eq!(Principal::from_name(unknown), None, "{unknown}");
        }
    }
}
