//! The catalog over a real database in a temporary folder.

use super::access::{DocumentRule, Principal};
use super::{Catalog, IndexedLibrary, LOCAL_OPERATOR, SessionPolicy};
use crate::files::FileStore;
use appliance_core::id::CollectionId;
use appliance_core::ports::catalog::Upload;
use appliance_core::ports::{Clock, PassageIndex};
use appliance_core::validity::lineage::SetDays;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::Notify;

mod archive;
mod awaiting;
mod decisions;
mod facets;
mod feedback;
mod groups;
mod history;
mod ingest_log;
mod kept;
mod library;
mod offers;
mod people;
mod trash;
mod upgrade;
mod validity;

/// A clock that stands until it is moved.
pub struct SettableClock(Mutex<Timestamp>);

impl SettableClock {
    /// Moves it on.
    pub fn pass(&self, duration: SignedDuration) {
        let mut now = self.0.lock();
        *now = now.checked_add(duration).unwrap();
    }
}

impl Clock for SettableClock {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }
}

/// A catalog with one collection that everyone may see.
pub struct Trial {
    pub catalog: Catalog,
    pub clock: Arc<SettableClock>,
    pub collection: CollectionId,
    pub folder: TempDir,
}

impl Trial {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(SettableClock(Mutex::new(Timestamp::constant(1_774_915_200, 0))));
        let files = FileStore::new(folder.path().join("files"));
        let path = folder.path().join("catalog.sqlite");
        let catalog = Catalog::open(&path, files, Arc::clone(&clock) as Arc<dyn Clock>, SessionPolicy::default()).await.unwrap();
        let collection = catalog.add_collection("共有", &[Principal::Everyone]).await.unwrap();
        Self { catalog, clock, collection, folder }
    }

    pub fn library(&self, index: Arc<dyn PassageIndex>) -> IndexedLibrary {
        IndexedLibrary::new(self.catalog.clone(), index, Arc::new(Notify::new()))
    }
}

/// A text file uploaded to the trial's collection.
pub fn text_upload(trial: &Trial, name: &str, text: &str) -> Upload {
    upload_to(trial, trial.collection, name, text)
}

/// A text file uploaded to a collection.
pub fn upload_to(trial: &Trial, collection: CollectionId, name: &str, text: &str) -> Upload {
    let file = tempfile::NamedTempFile::new_in(trial.folder.path()).unwrap();
    std::fs::write(file.path(), text).unwrap();
    Upload { file: file.keep().unwrap().1, name: name.to_owned(), collection, encoding: None, version_of: None, days: SetDays::default() }
}

#[tokio::test]
async fn a_second_opening_finds_what_the_first_wrote() {
    let trial = Trial::new().await;
    trial.catalog.close().await;
    let files = FileStore::new(trial.folder.path().join("files"));
    let path = trial.folder.path().join("catalog.sqlite");
    let again = Catalog::open_existing(&path, files, trial.clock.clone(), SessionPolicy::default()).await.unwrap().unwrap();
    assert_eq!(again.collection_named("共有").await.unwrap(), Some(trial.collection));
    assert_eq!(again.integrity().await.unwrap(), None);
    let missing = trial.folder.path().join("elsewhere.sqlite");
    assert!(Catalog::open_existing(&missing, FileStore::new("x"), trial.clock.clone(), SessionPolicy::default()).await.unwrap().is_none());
}

#[tokio::test]
async fn rules_hide_and_grant_single_documents() {
    use appliance_core::ports::catalog::{Accepted, NewPerson};
    use appliance_core::ports::{Library, People};
    use appliance_core::testing::MemoryIndex;
    use appliance_core::viewer::Role;
    let trial = Trial::new().await;
    let catalog = &trial.catalog;
    let secret = catalog.add_collection("人事", &[]).await.unwrap();
    let operator = catalog.local_operator().await.unwrap();
    for login in ["a", "b"] {
        let person = NewPerson { login: login.to_owned(), name: login.to_owned(), role: Role::Reader };
        catalog.add_person(person).await.unwrap().unwrap();
    }
    catalog.add_person(NewPerson { login: "root".to_owned(), name: "root".to_owned(), role: Role::Administrator }).await.unwrap().unwrap();
    let mut ids = Vec::new();
    for (collection, name) in
        [(trial.collection, "shared.txt"), (trial.collection, "hidden.txt"), (secret, "granted.txt"), (secret, "closed.txt")]
    {
        let Accepted::Queued { document, .. } = catalog.accept(&operator, upload_to(&trial, collection, name, name)).await.unwrap() else {
            panic!("new")
        };
        ids.push(document);
    }
    let b = catalog.person("b").await.unwrap().unwrap().id;
    catalog.set_document_rule(LOCAL_OPERATOR, ids[1], Principal::Everyone, Some(DocumentRule::Hide)).await.unwrap();
    catalog.set_document_rule(LOCAL_OPERATOR, ids[2], Principal::User(b), Some(DocumentRule::Grant)).await.unwrap();
    let library = trial.library(Arc::new(MemoryIndex::default()));
    let seen = async |login: &str| {
        let viewer = catalog.viewer_for(login).await.unwrap().unwrap();
        let mut names: Vec<String> = library.documents(&viewer).await.unwrap().into_iter().map(|e| e.file_name).collect();
        names.sort();
        names
    };
    assert_eq!(seen("a").await, ["shared.txt"]);
    assert_eq!(seen("b").await, ["granted.txt", "shared.txt"]);
    assert_eq!(seen("root").await, ["closed.txt", "granted.txt", "hidden.txt", "shared.txt"]);
    catalog.set_document_rule(LOCAL_OPERATOR, ids[1], Principal::Everyone, None).await.unwrap();
    assert_eq!(seen("a").await, ["hidden.txt", "shared.txt"]);
    catalog.set_document_rule(LOCAL_OPERATOR, ids[1], Principal::Everyone, Some(DocumentRule::Hide)).await.unwrap();
    catalog.open_collection(LOCAL_OPERATOR, secret, Principal::User(b)).await.unwrap();
    assert_eq!(seen("b").await, ["closed.txt", "granted.txt", "shared.txt"]);
    catalog.close_collection(LOCAL_OPERATOR, secret, Principal::User(b)).await.unwrap();
    catalog.close_collection(LOCAL_OPERATOR, trial.collection, Principal::Everyone).await.unwrap();
    assert_eq!(seen("b").await, ["granted.txt"]);
    assert_eq!(seen("a").await, [] as [&str; 0]);
    assert!(catalog.viewer_for("nobody").await.unwrap().is_none());
}
