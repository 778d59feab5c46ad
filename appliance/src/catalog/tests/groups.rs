//! Groups and roles in rules, and who sees a document by which of them.

use super::{Trial, upload_to};
use crate::catalog::LOCAL_OPERATOR;
use crate::catalog::access::{DocumentRule, Principal};
use appliance_core::access::Sight;
use appliance_core::id::{DocumentId, GroupId, UserId};
use appliance_core::ports::access::GroupRemoval;
use appliance_core::ports::catalog::{Accepted, NewPerson};
use appliance_core::ports::{AccessRules, People};
use appliance_core::viewer::Role;
use std::collections::BTreeSet;

async fn person(trial: &Trial, login: &str, role: Role) -> UserId {
    trial.catalog.add_person(NewPerson { login: login.to_owned(), name: login.to_owned(), role }).await.unwrap().unwrap();
    trial.catalog.person(login).await.unwrap().unwrap().id
}

async fn sees(trial: &Trial, login: &str, document: DocumentId) -> bool {
    let viewer = trial.catalog.viewer_for(login).await.unwrap().unwrap();
    trial.catalog.visible_document(&viewer, document).await.unwrap().is_some()
}

/// What the page for administrators says of a person.
async fn why(trial: &Trial, user: UserId, document: DocumentId) -> Sight {
    let operator = trial.catalog.local_operator().await.unwrap();
    let rules = trial.catalog.document_rules(&operator, document).await.unwrap().unwrap();
    rules.people.iter().find(|(p, _)| p.id == user).unwrap().1
}

#[tokio::test]
async fn groups_and_roles_open_hide_and_grant_until_the_next_query() {
    let trial = Trial::new().await;
    let catalog = &trial.catalog;
    let (a, b) = (person(&trial, "a", Role::Reader).await, person(&trial, "b", Role::Editor).await);
    let secret = catalog.add_collection("人事", &[]).await.unwrap();
    let operator = catalog.local_operator().await.unwrap();
    let Accepted::Queued { document, .. } = catalog.accept(&operator, upload_to(&trial, secret, "s.txt", "s")).await.unwrap() else {
        panic!("new")
    };
    let clerks = catalog.found_group(LOCAL_OPERATOR, " 総務課 ").await.unwrap().unwrap();
    assert_eq!(catalog.found_group(LOCAL_OPERATOR, "総務課").await.unwrap(), None, "a name is taken once");
    assert!(catalog.found_group(LOCAL_OPERATOR, "\n").await.is_err());

    assert_eq!(why(&trial, a, document).await, Sight::Closed);
    let group = Principal::Group(clerks);
    assert!(catalog.open_collection(LOCAL_OPERATOR, secret, group).await.unwrap());
    assert!(!sees(&trial, "a", document).await, "nobody belongs to it yet");
    assert!(catalog.set_group_members(LOCAL_OPERATOR, clerks, &BTreeSet::from([a, UserId(99)])).await.unwrap());
    assert_eq!(catalog.all_groups().await.unwrap()[0].members, [a].into(), "who is nobody belongs nowhere");
    assert!(sees(&trial, "a", document).await && !sees(&trial, "b", document).await);
    assert_eq!(why(&trial, a, document).await, Sight::Open(group));

    catalog.set_document_rule(LOCAL_OPERATOR, document, group, Some(DocumentRule::Hide)).await.unwrap();
    assert!(!sees(&trial, "a", document).await);
    assert_eq!(why(&trial, a, document).await, Sight::Hidden(group));
    let editors = Principal::Role(Role::Editor);
    catalog.set_document_rule(LOCAL_OPERATOR, document, editors, Some(DocumentRule::Grant)).await.unwrap();
    assert!(sees(&trial, "b", document).await && !sees(&trial, "a", document).await);
    assert_eq!(why(&trial, b, document).await, Sight::Granted(editors));

    // One rule for a principal: the later one counts.
    catalog.set_document_rule(LOCAL_OPERATOR, document, group, Some(DocumentRule::Grant)).await.unwrap();
    assert_eq!(why(&trial, a, document).await, Sight::Granted(group));
    catalog.set_group_members(LOCAL_OPERATOR, clerks, &BTreeSet::new()).await.unwrap();
    assert!(!sees(&trial, "a", document).await, "leaving the group takes effect at once");
}

#[tokio::test]
async fn a_group_that_rules_name_stays() {
    let trial = Trial::new().await;
    let catalog = &trial.catalog;
    let group = catalog.found_group(LOCAL_OPERATOR, "窓口").await.unwrap().unwrap();
    catalog.open_collection(LOCAL_OPERATOR, trial.collection, Principal::Group(group)).await.unwrap();
    assert_eq!(catalog.dissolve_group(LOCAL_OPERATOR, group).await.unwrap(), GroupRemoval::Named { rules: 1 });
    catalog.close_collection(LOCAL_OPERATOR, trial.collection, Principal::Group(group)).await.unwrap();
    assert_eq!(catalog.dissolve_group(LOCAL_OPERATOR, group).await.unwrap(), GroupRemoval::Done);
    assert_eq!(catalog.dissolve_group(LOCAL_OPERATOR, group).await.unwrap(), GroupRemoval::Unknown);
    let next = catalog.found_group(LOCAL_OPERATOR, "窓口").await.unwrap().unwrap();
    assert!(next > group, "an old rule must not come to speak of a new group");
    assert!(!catalog.set_group_members(LOCAL_OPERATOR, group, &BTreeSet::new()).await.unwrap());
    assert!(!catalog.open_collection(LOCAL_OPERATOR, trial.collection, Principal::Group(GroupId(99))).await.unwrap(), "no rule for nobody");
}

#[tokio::test]
async fn every_change_is_in_the_audit_trail_with_who_made_it() {
    let trial = Trial::new().await;
    let catalog = &trial.catalog;
    let root = person(&trial, "root", Role::Administrator).await;
    let viewer = catalog.viewer_for("root").await.unwrap().unwrap();
    let group = catalog.add_group(&viewer, "窓口").await.unwrap().unwrap();
    catalog.set_members(&viewer, group, &[root].into()).await.unwrap();
    let collection = catalog.found_collection(&viewer, "例規").await.unwrap().unwrap();
    assert_eq!(catalog.found_collection(&viewer, "例規").await.unwrap(), None);
    let viewer = catalog.viewer_for("root").await.unwrap().unwrap();
    let Accepted::Queued { document, .. } = catalog.accept(&viewer, upload_to(&trial, collection, "s.txt", "s")).await.unwrap() else {
        panic!("new")
    };
    catalog.open_to(&viewer, collection, Principal::Group(group)).await.unwrap();
    catalog.set_rule(&viewer, document, Principal::Group(group), Some(DocumentRule::Hide)).await.unwrap();
    catalog.set_rule(&viewer, document, Principal::Group(group), None).await.unwrap();
    catalog.close_to(&viewer, collection, Principal::Group(group)).await.unwrap();
    catalog.remove_group(&viewer, group).await.unwrap();
    let trail = catalog.audit_trail(20).await.unwrap();
    let lines: Vec<String> =
        trail.iter().rev().filter(|e| e.actor == Some(root)).map(|e| format!("{} {} {}", e.action, e.subject, e.detail)).collect();
    let expected = [
        format!("group-added group:{group} 窓口"),
        format!("group-members-changed group:{group} +{root}"),
        format!("collection-added collection:{collection} "),
        format!("document-added document:{document} s.txt"),
        format!("collection-opened collection:{collection} group:{group}"),
        format!("document-hidden document:{document} group:{group}"),
        format!("document-rule-cleared document:{document} group:{group}"),
        format!("collection-closed collection:{collection} group:{group}"),
        format!("group-removed group:{group} "),
    ];
    assert_eq!(lines, expected);
}
