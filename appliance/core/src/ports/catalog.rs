//! The catalog, as seen by each of its users. One database stands behind all of these traits.

use super::PortError;
use super::version::{Alike, VersionEntry, VersionText};
use crate::answer::{Answer, AnsweredQuestion};
use crate::conversation::Kept;
use crate::document::{Format, Page, Parsed, Sheet, Warning};
use crate::id::{AnswerId, CollectionId, ContentHash, DocumentId, JobId, PassageId, UserId, VersionId};
use crate::language::Language;
use crate::narrowing::Narrowing;
use crate::passage::{Passage, StoredPassage};
use crate::question::Question;
use crate::ranking::Embedding;
use crate::validity::Days;
use crate::validity::lineage::{Period, SetDays};
use crate::viewer::{Role, Viewer};
use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Texts of passages, permission checked a second time.
#[async_trait]
pub trait PassageStore: Send + Sync {
    /// The passages that `viewer` may see and whose version answers, each with the days on which it does, in the order of
    /// `ids`. Others are left out without a word.
    async fn visible_passages(&self, viewer: &Viewer, ids: &[PassageId]) -> Result<Vec<StoredPassage>, PortError>;

    /// The documents that `viewer` may see and that meet what is demanded of them; `None` where nothing is.
    async fn narrowed(&self, viewer: &Viewer, narrowing: &Narrowing) -> Result<Option<BTreeSet<DocumentId>>, PortError>;

    /// The synonyms that the editors of the collections wrote that `viewer` may see, of `collections` alone where there are
    /// any: groups of words parted by commas, a group a line.
    async fn synonyms(&self, viewer: &Viewer, collections: &[CollectionId]) -> Result<String, PortError>;

    /// The passages right before and after some in their documents, by the same rules as
    /// [`visible_passages`](Self::visible_passages), in the order of the documents' texts.
    async fn neighbours(&self, viewer: &Viewer, ids: &[PassageId]) -> Result<Vec<StoredPassage>, PortError>;
}

/// Where a version stands on its way into the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VersionState {
    /// Waits for its turn.
    Queued,
    /// Is being read, embedded or indexed.
    Ingesting,
    /// Was read so badly that a person has to accept it before it answers.
    Held,
    /// Answers questions, those of some days at least.
    Searchable,
    /// Was replaced by a newer one, and no day is known on which it was in force.
    Superseded,
    /// Could not be read; the reason stands beside it.
    Failed,
    /// A person ended its ingest.
    Cancelled,
}

/// The steps of an ingest job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IngestStage {
    /// Waits.
    Queued,
    /// Reads the file.
    Parsing,
    /// Embeds passages.
    Embedding,
    /// Writes the index.
    Indexing,
    /// Done.
    Done,
    /// Read; a person has to accept it.
    Held,
    /// Ended with a reason.
    Failed,
    /// Ended by a person.
    Cancelled,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct JobProgress {
    /// The step.
    pub stage: IngestStage,
    /// Units done in this step: pages or sheets while parsing, passages while embedding.
    pub done: u32,
    /// Units in all; 0 while unknown.
    pub total: u32,
    /// Units a second of late; `None` while too little is known.
    #[serde(default)]
    pub rate: Option<f32>,
}

impl JobProgress {
    /// Progress whose rate is not known.
    pub fn new(stage: IngestStage, done: u32, total: u32) -> Self {
        Self { stage, done, total, rate: None }
    }

    /// How long the rest of the step will take, in seconds, if it goes on as it did of late.
    pub fn seconds_left(&self) -> Option<u32> {
        let rate = self.rate.filter(|r| *r > 0.0)?;
        (self.total > self.done).then(|| ((self.total - self.done) as f32 / rate).ceil() as u32)
    }
}

/// Whether work on a job is still wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// It is.
    Still,
    /// Somebody cancelled it, or deleted its document.
    NoLonger,
}

/// A unit of ingest work: one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// The version to ingest.
    pub version: VersionId,
    /// Its document.
    pub document: DocumentId,
    /// Its collection.
    pub collection: CollectionId,
    /// The stored file.
    pub file: PathBuf,
    /// The name it was uploaded under.
    pub name: String,
    /// The encoding that a person named for its text.
    #[serde(default)]
    pub encoding: Option<String>,
    /// How often it was started before.
    pub attempts: u32,
    /// Whether a person has accepted the version, however badly it was read.
    pub accepted: bool,
}

/// What the catalog holds of a version that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadVersion {
    /// The document's title.
    pub title: String,
    /// [`document_score`](crate::quality::document_score) of its pages.
    pub score: Option<f32>,
    /// Warnings kept with it.
    pub warnings: usize,
    /// Its passages, in order.
    pub passages: Vec<ReadPassage>,
}

/// A passage of a version that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadPassage {
    /// Its id.
    pub id: PassageId,
    /// The passage.
    pub passage: Passage,
    /// Its embedding by the model that was asked about; `None` when it has to be made.
    pub embedding: Option<Embedding>,
}

/// A failure as it is kept: a stable code for translation, and the sentence for operators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureReason {
    /// [`ParseError::code`](super::reader::ParseError::code), or `interrupted`, `internal`.
    pub code: String,
    /// The whole sentence.
    pub message: String,
}

/// What ingest writes down.
#[async_trait]
pub trait IngestLog: Send + Sync {
    /// Takes the next waiting job and marks it started; `None` when none waits.
    async fn next_job(&self) -> Result<Option<Job>, PortError>;

    /// Notes how far a job is, and tells whether it is still wanted.
    async fn note_progress(&self, job: JobId, progress: JobProgress) -> Result<Wanted, PortError>;

    /// What an earlier attempt has read of this version, with the embeddings of the model of that hash; `None` when the
    /// file has to be read.
    async fn read_before(&self, version: VersionId, model: &ContentHash) -> Result<Option<ReadVersion>, PortError>;

    /// Stores what was read, with its score, replacing whatever an earlier attempt left for this version. Returns the
    /// passages' ids in order.
    async fn store_parsed(&self, version: VersionId, parsed: &Parsed, passages: &[Passage]) -> Result<Vec<PassageId>, PortError>;

    /// Ends the job with its version held until a person accepts it. What was read stays.
    async fn hold(&self, job: &Job) -> Result<(), PortError>;

    /// When the version will answer, once it is published.
    async fn period_to_be(&self, version: VersionId) -> Result<Period, PortError>;

    /// Lets the version answer, remembers that its embeddings are to be made, and ends the job, in one transaction. Returns the version that it replaces and that answers
    /// on no day any more. Whatever else must change in the index is remembered in the catalog.
    async fn publish(&self, job: &Job) -> Result<Option<VersionId>, PortError>;

    /// Ends the job without a result: as cancelled when somebody asked for that, else as failed.
    async fn fail(&self, job: &Job, reason: &FailureReason) -> Result<(), PortError>;

    /// After a start: puts interrupted jobs back in the queue, or fails those that were started `max_attempts` times.
    /// Returns how many wait again.
    async fn recover(&self, max_attempts: u32) -> Result<u32, PortError>;
}

/// A collection as a person sees it in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionEntry {
    /// Its id.
    pub id: CollectionId,
    /// Its name.
    pub name: String,
    /// How many documents of it are searchable.
    pub documents: u64,
}

/// A document as a person sees it in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentEntry {
    /// Its id.
    pub id: DocumentId,
    /// Its collection.
    pub collection: CollectionId,
    /// The collection's name.
    pub collection_name: String,
    /// Its title; the file's name before it was read.
    pub title: String,
    /// The name it was uploaded under.
    pub file_name: String,
    /// Format; `None` before it was read.
    pub format: Option<Format>,
    /// Bytes of the file.
    pub bytes: u64,
    /// Pages or sheets; 0 for running text.
    pub parts: u32,
    /// Passages.
    pub passages: u32,
    /// How well its pages were read, from 0 to 1; `None` when it has none or was not read.
    pub score: Option<f32>,
    /// Pages that a person should look at ([`doubtful_pages`](crate::quality::doubtful_pages)).
    pub doubtful: u32,
    /// The state of its newest version.
    pub state: VersionState,
    /// Whether a version of it answers questions, the newest or one before it.
    pub answers: bool,
    /// How far its job is, while it has one; of a document that answers, how far its embeddings are while they are made.
    pub progress: Option<JobProgress>,
    /// How many jobs wait before its own, while it waits.
    pub ahead: Option<u32>,
    /// Why it failed.
    pub failure: Option<FailureReason>,
    /// How many versions of it answer or answered, and are kept.
    pub versions: u32,
    /// The days of its last version in time.
    #[serde(default)]
    pub days: Days,
    /// What could not be read.
    pub warnings: Vec<Warning>,
    /// When it was added.
    pub added: Timestamp,
}

/// Which version of a document is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// The one that is in force today; before the first is, or when none is any more, the last one in time.
    Answering,
    /// This one, whether it still answers or not, as long as it is kept.
    Kept(VersionId),
    /// The newest one, which waits for a person to accept it. For editors only.
    Held,
}

/// What a person decides about the newest version of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// A held version is to answer all the same.
    Accept,
    /// A version that is held, failed or was cancelled goes; the one before it stays. With its only version goes the
    /// document.
    Reject,
    /// Its ingest is to end.
    Cancel,
    /// A version that failed or was cancelled is to be tried again.
    Retry,
}

/// What became of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// It was carried out, or will be within a second.
    Done,
    /// There is no such document, or the viewer may not see it.
    Unknown,
    /// The document is not in a state for that, or no longer.
    TooLate,
}

/// The stored file of a document that could not be read without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedFile {
    /// Where it lies.
    pub file: PathBuf,
    /// The name it was uploaded under.
    pub name: String,
}

/// A document opened for reading.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenDocument {
    /// What stands in the list.
    pub entry: DocumentEntry,
    /// The version shown.
    pub version: VersionId,
    /// The format.
    pub format: Format,
    /// The encoding that a person named for its text.
    pub encoding: Option<String>,
    /// The stored file.
    pub file: PathBuf,
    /// The SHA-256 of the file.
    pub hash: ContentHash,
    /// The days on which the version shown is in force; `None` for one that answers on no day.
    pub days: Option<Days>,
    /// Its pages.
    pub pages: Vec<Page>,
    /// Its sheets.
    pub sheets: Vec<Sheet>,
    /// Its text.
    pub text: String,
}

/// A file on its way in.
#[derive(Debug, Clone)]
pub struct Upload {
    /// A complete temporary file; it is moved into the store, or removed when the store has its bytes already.
    pub file: PathBuf,
    /// The name to show.
    pub name: String,
    /// Where it goes.
    pub collection: CollectionId,
    /// The encoding that a person names for its text; `None` for the one its bytes tell.
    pub encoding: Option<String>,
    /// The document of which it is a version; `None` for the one of the same name in the collection, or a new one.
    pub version_of: Option<DocumentId>,
    /// The days that a person sets for it; those not set are read from its text.
    pub days: SetDays,
}

/// What became of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum Accepted {
    /// A new document, or a new version of the one of the same name in the collection, waits for ingest.
    Queued {
        /// The document.
        document: DocumentId,
        /// The job.
        job: JobId,
    },
    /// The collection holds these very bytes already.
    Duplicate {
        /// The document that holds them.
        document: DocumentId,
    },
}

/// The documents.
#[async_trait]
pub trait Library: Send + Sync {
    /// The collections that the viewer may see, by name.
    async fn collections(&self, viewer: &Viewer) -> Result<Vec<CollectionEntry>, PortError>;

    /// The documents that the viewer may see, newest first.
    async fn documents(&self, viewer: &Viewer) -> Result<Vec<DocumentEntry>, PortError>;

    /// One document's entry, whatever its state; `None` also when the viewer may not see it.
    async fn document(&self, viewer: &Viewer, id: DocumentId) -> Result<Option<DocumentEntry>, PortError>;

    /// That version of a document, if there is one; `None` also when the viewer may not see it. The caller has checked
    /// that the viewer may edit before it asks for a held one.
    async fn open_document(&self, viewer: &Viewer, id: DocumentId, edition: Edition) -> Result<Option<OpenDocument>, PortError>;

    /// A passage with its document, if the viewer may see it, of whichever kept version. `None` when it is gone.
    async fn passage(&self, viewer: &Viewer, id: PassageId) -> Result<Option<StoredPassage>, PortError>;

    /// The passages of that version of a document, in order.
    async fn passages_of(&self, viewer: &Viewer, id: DocumentId, edition: Edition) -> Result<Vec<StoredPassage>, PortError>;

    /// The versions of a document that were read and are kept, newest first; none when the viewer may not see it. The
    /// caller shows held ones only to those who may edit.
    async fn versions(&self, viewer: &Viewer, id: DocumentId) -> Result<Vec<VersionEntry>, PortError>;

    /// The documents that the viewer may see, each with the versions that [`versions`](Self::versions) gives of it.
    async fn documents_with_versions(&self, viewer: &Viewer) -> Result<Vec<(DocumentEntry, Vec<VersionEntry>)>, PortError> {
        let mut all = Vec::new();
        for entry in self.documents(viewer).await? {
            let versions = self.versions(viewer, entry.id).await?;
            all.push((entry, versions));
        }
        Ok(all)
    }

    /// The text of [one of its versions](Self::versions); `None` also when the viewer may not see the document.
    async fn version_text(&self, viewer: &Viewer, id: DocumentId, version: VersionId) -> Result<Option<VersionText>, PortError>;

    /// The documents that say about the same as one of `ids`, as far as the viewer may see them and they answer; the
    /// likest first for each.
    async fn alike(&self, viewer: &Viewer, ids: &[DocumentId]) -> Result<Vec<Alike>, PortError>;

    /// Stores an upload and queues its ingest. The caller has checked that the viewer may edit.
    async fn accept(&self, viewer: &Viewer, upload: Upload) -> Result<Accepted, PortError>;

    /// Carries a decision out. The caller has checked that the viewer may edit.
    async fn decide(&self, viewer: &Viewer, id: DocumentId, decision: Decision) -> Result<Decided, PortError>;

    /// The file of a document whose newest version failed because it is encrypted; `None` for any other, and when the
    /// viewer may not see it.
    async fn locked_file(&self, viewer: &Viewer, id: DocumentId) -> Result<Option<LockedFile>, PortError>;

    /// Puts `opened`, the same file in the clear, in the place of a [locked one](Self::locked_file), and queues its ingest.
    /// The caller has checked that the viewer may edit. `opened` is moved into the store.
    async fn unlock(&self, viewer: &Viewer, id: DocumentId, opened: PathBuf) -> Result<Decided, PortError>;

    /// Has a document's text read again in the encoding of that name, or in the one its bytes tell. A version that answers
    /// does so until the new reading is ready. The caller has checked that the viewer may edit, and the name.
    async fn read_again(&self, viewer: &Viewer, id: DocumentId, encoding: Option<String>) -> Result<Decided, PortError>;

    /// Sets the days of a version of a document, in place of what was set before. The caller has checked that the viewer
    /// may edit.
    async fn set_days(&self, viewer: &Viewer, id: DocumentId, version: VersionId, days: SetDays) -> Result<Decided, PortError>;

    /// Removes a document from catalog, index and store, out of the trash too. `false` when the viewer cannot see it.
    async fn delete(&self, viewer: &Viewer, id: DocumentId) -> Result<bool, PortError>;
}

/// A person in the list of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their id.
    pub id: UserId,
    /// The name they sign in with.
    pub login: String,
    /// The name shown.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they may sign in.
    pub active: bool,
    /// Whether they must choose a new password first.
    pub must_change_password: bool,
}

/// A new person.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// The name to sign in with.
    pub login: String,
    /// The name shown.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// What came of an attempt to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// The token for the session cookie.
    Welcome {
        /// 256 random bits in hexadecimal; the catalog keeps only its hash.
        token: String,
    },
    /// Wrong name or password, or not active; which one is not told.
    Refused,
    /// Too many failures; try again after so many seconds.
    Wait {
        /// Seconds.
        seconds: u64,
    },
}

/// A session that is valid now.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who is signed in, with what they may see at this moment.
    pub viewer: Viewer,
    /// Whether they must choose a new password before anything else.
    pub must_change_password: bool,
    /// The language they chose, if any.
    pub language: Option<Language>,
    /// The token that every form must send back (CSRF).
    pub form_token: String,
}

/// The people and their sessions. Passwords are kept as Argon2id hashes.
#[async_trait]
pub trait People: Send + Sync {
    /// Tries to sign in.
    async fn sign_in(&self, login: &str, password: &str) -> Result<SignIn, PortError>;

    /// The session of a cookie's token; `None` when it is unknown, expired or its person inactive.
    async fn session(&self, token: &str) -> Result<Option<Session>, PortError>;

    /// Ends a session.
    async fn sign_out(&self, token: &str) -> Result<(), PortError>;

    /// Keeps the chosen language.
    async fn choose_language(&self, user: UserId, language: Language) -> Result<(), PortError>;

    /// Changes one's own password and ends one's sessions other than the one of `token`; `false` when the current
    /// password is wrong.
    async fn change_password(&self, user: UserId, token: &str, current: &str, new: &str) -> Result<bool, PortError>;

    /// Everyone, by login.
    async fn people(&self) -> Result<Vec<Person>, PortError>;

    /// Adds a person and returns their one-time password; `None` when the login is taken.
    async fn add_person(&self, person: NewPerson) -> Result<Option<String>, PortError>;

    /// Gives a person a new one-time password and ends their sessions; `None` when there is no such person.
    async fn reset_password(&self, user: UserId) -> Result<Option<String>, PortError>;

    /// Lets a person sign in or not. Ends their sessions when not. `false` when there is no such person, or when it
    /// would leave no active administrator.
    async fn set_active(&self, user: UserId, active: bool) -> Result<bool, PortError>;
}

/// Questions and answers, kept for the person who asked.
#[async_trait]
pub trait Archive: Send + Sync {
    /// Keeps a question with its answer, in the conversation that it goes on with or in a new one.
    async fn keep(&self, viewer: &Viewer, question: &Question, answer: &Answer) -> Result<Kept, PortError>;

    /// One's own answer; `None` for another person's. Sources that the viewer may no longer see are left out.
    async fn answer(&self, viewer: &Viewer, id: AnswerId) -> Result<Option<AnsweredQuestion>, PortError>;

    /// One's own last questions, newest first.
    async fn recent(&self, viewer: &Viewer, limit: u32) -> Result<Vec<(AnswerId, String, Timestamp)>, PortError>;
}
