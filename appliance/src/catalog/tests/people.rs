//! Signing in, sessions and the list of people.

use super::Trial;
use appliance_core::id::UserId;
use appliance_core::language::Language;
use appliance_core::ports::People;
use appliance_core::ports::catalog::{NewPerson, SignIn};
use appliance_core::viewer::Role;
use jiff::SignedDuration;

async fn add(trial: &Trial, login: &str, role: Role) -> (UserId, String) {
    let password = trial.catalog.add_person(NewPerson { login: login.to_owned(), name: login.to_owned(), role }).await.unwrap().unwrap();
    (trial.catalog.person(login).await.unwrap().unwrap().id, password)
}

async fn welcome(trial: &Trial, login: &str, password: &str) -> String {
    match trial.catalog.sign_in(login, password).await.unwrap() {
        SignIn::Welcome { token } => token,
        other => panic!("{login} was not let in: {other:?}"),
    }
}

#[tokio::test]
async fn a_one_time_password_leads_to_a_password_of_ones_own() {
    let trial = Trial::new().await;
    let (user, one_time) = add(&trial, "yamamoto", Role::Reader).await;
    assert_eq!(trial.catalog.sign_in("yamamoto", "wrong").await.unwrap(), SignIn::Refused);
    let token = welcome(&trial, " Yamamoto ", &one_time).await;
    let other = welcome(&trial, "yamamoto", &one_time).await;
    let session = trial.catalog.session(&token).await.unwrap().unwrap();
    assert!(session.must_change_password);
    assert_eq!((session.viewer.user(), session.viewer.role(), session.language), (user, Role::Reader, None));
    assert!(session.viewer.visibility().collections.contains(&trial.collection));

    assert!(!trial.catalog.change_password(user, &token, "wrong", "long enough").await.unwrap());
    assert!(trial.catalog.change_password(user, &token, &one_time, "short").await.is_err());
    assert!(trial.catalog.change_password(user, &token, &one_time, "long enough").await.unwrap());
    trial.catalog.choose_language(user, Language::En).await.unwrap();
    let session = trial.catalog.session(&token).await.unwrap().unwrap();
    assert!(!session.must_change_password);
    assert_eq!(session.language, Some(Language::En));
    assert!(trial.catalog.session(&other).await.unwrap().is_none(), "the other session ended");
    assert_eq!(trial.catalog.sign_in("yamamoto", &one_time).await.unwrap(), SignIn::Refused);
}

#[tokio::test]
async fn sessions_end_when_idle_when_old_and_when_asked() {
    let trial = Trial::new().await;
    let (_, password) = add(&trial, "a", Role::Reader).await;
    let idle = welcome(&trial, "a", &password).await;
    let used = welcome(&trial, "a", &password).await;
    let signed_out = welcome(&trial, "a", &password).await;
    trial.catalog.sign_out(&signed_out).await.unwrap();
    assert!(trial.catalog.session(&signed_out).await.unwrap().is_none());
    for _ in 0..10 {
        trial.clock.pass(SignedDuration::from_hours(7));
        assert!(trial.catalog.session(&used).await.unwrap().is_some());
    }
    assert!(trial.catalog.session(&idle).await.unwrap().is_none());
    trial.clock.pass(SignedDuration::from_hours(2));
    assert!(trial.catalog.session(&used).await.unwrap().is_none(), "72 hours are the end in any case");
    assert!(trial.catalog.session("never issued").await.unwrap().is_none());
}

#[tokio::test]
async fn guessing_gets_slower_whether_or_not_the_person_exists() {
    let trial = Trial::new().await;
    let (user, password) = add(&trial, "a", Role::Reader).await;
    for login in ["a", "nobody"] {
        for _ in 0..5 {
            assert_eq!(trial.catalog.sign_in(login, "guess").await.unwrap(), SignIn::Refused);
        }
        assert_eq!(trial.catalog.sign_in(login, "guess").await.unwrap(), SignIn::Wait { seconds: 5 });
    }
    assert_eq!(trial.catalog.sign_in("A", &password).await.unwrap(), SignIn::Wait { seconds: 5 }, "the right password waits too");
    trial.clock.pass(SignedDuration::from_secs(5));
    assert_eq!(trial.catalog.sign_in("a", "guess").await.unwrap(), SignIn::Refused);
    assert_eq!(trial.catalog.sign_in("a", "guess").await.unwrap(), SignIn::Wait { seconds: 10 });
    trial.clock.pass(SignedDuration::from_secs(10));
    welcome(&trial, "a", &password).await;
    assert_eq!(trial.catalog.sign_in("a", "guess").await.unwrap(), SignIn::Refused, "success forgets the failures");

    for _ in 0..5 {
        trial.catalog.sign_in("a", "guess").await.unwrap();
    }
    let reset = trial.catalog.reset_password(user).await.unwrap().unwrap();
    welcome(&trial, "a", &reset).await;
}

#[tokio::test]
async fn shutting_out_and_resetting_end_sessions_at_once() {
    let trial = Trial::new().await;
    let (reader, password) = add(&trial, "a", Role::Reader).await;
    let token = welcome(&trial, "a", &password).await;
    assert!(trial.catalog.set_active(reader, false).await.unwrap());
    assert!(trial.catalog.session(&token).await.unwrap().is_none());
    assert_eq!(trial.catalog.sign_in("a", &password).await.unwrap(), SignIn::Refused);
    assert!(trial.catalog.viewer_for("a").await.unwrap().is_none());
    assert!(trial.catalog.set_active(reader, true).await.unwrap());
    let token = welcome(&trial, "a", &password).await;
    let new = trial.catalog.reset_password(reader).await.unwrap().unwrap();
    assert!(trial.catalog.session(&token).await.unwrap().is_none());
    welcome(&trial, "a", &new).await;
}

#[tokio::test]
async fn there_is_always_an_administrator() {
    let trial = Trial::new().await;
    let (first, _) = add(&trial, "first", Role::Administrator).await;
    assert!(!trial.catalog.set_active(first, false).await.unwrap());
    let (second, _) = add(&trial, "second", Role::Administrator).await;
    assert!(trial.catalog.set_active(first, false).await.unwrap());
    assert!(!trial.catalog.set_active(second, false).await.unwrap());
    assert!(!trial.catalog.set_active(UserId(99), false).await.unwrap());
    assert_eq!(trial.catalog.reset_password(UserId(99)).await.unwrap(), None);
}

#[tokio::test]
async fn logins_are_unique_whatever_their_case() {
    let trial = Trial::new().await;
    add(&trial, "b", Role::Reader).await;
    add(&trial, "a", Role::Editor).await;
    assert_eq!(
        trial.catalog.add_person(NewPerson { login: "B".to_owned(), name: "x".to_owned(), role: Role::Reader }).await.unwrap(),
        None
    );
    let logins: Vec<String> = trial.catalog.people().await.unwrap().into_iter().map(|p| p.login).collect();
    assert_eq!(logins, ["a", "b"]);
}

#[tokio::test]
async fn no_secret_stands_in_the_database() {
    let trial = Trial::new().await;
    let (_, password) = add(&trial, "a", Role::Reader).await;
    let token = welcome(&trial, "a", &password).await;
    trial.catalog.close().await;
    let bytes = std::fs::read(trial.folder.path().join("catalog.sqlite")).unwrap();
    for secret in [token, password] {
        assert!(!bytes.windows(secret.len()).any(|w| w == secret.as_bytes()));
    }
}

#[tokio::test]
async fn the_trail_tells_who_did_what() {
    let trial = Trial::new().await;
    let (user, password) = add(&trial, "a", Role::Reader).await;
    trial.catalog.sign_in("a", "guess").await.unwrap();
    welcome(&trial, "a", &password).await;
    let trail = trial.catalog.audit_trail(10).await.unwrap();
    let told: Vec<_> = trail.iter().map(|e| (e.action.as_str(), e.actor)).collect();
    assert_eq!(told, [("signed-in", Some(user)), ("sign-in-refused", None), ("person-added", None), ("collection-added", None)]);
}

#[tokio::test]
async fn a_password_typed_as_a_login_is_not_kept() {
    let trial = Trial::new().await;
    for _ in 0..7 {
        trial.catalog.sign_in("hunter2 in the wrong field", "x").await.unwrap();
    }
    let mut trail = trial.catalog.audit_trail(20).await.unwrap();
    trail.retain(|e| e.action.starts_with("sign-in"));
    assert_eq!(trail.len(), 7);
    assert!(trail.iter().all(|e| e.subject.is_empty() && e.detail.is_empty()));
}
