//! The catalog: the one truth about collections, documents, people, answers and jobs, in SQLite.
//!
//! SQL stands in this folder only, one file per noun; the files named after a port implement that port by calling
//! them. It holds no vectors for searching (the index does that, and can be rebuilt from here).

pub mod access;
mod answers;
mod archive;
mod audit;
mod awaiting;
mod collections;
mod conversations;
mod decisions;
mod documents;
mod embeddings;
mod facets;
mod feedback;
mod fingerprints;
mod groups;
mod history;
mod ingest_log;
mod jobs;
mod kept;
mod library;
mod missing;
mod offers;
mod passages;
mod passwords;
mod people;
mod removals;
mod rules;
mod sessions;
mod shares;
mod shelves;
mod synonyms;
mod throttle;
mod trash;
mod updates;
mod users;
mod validities;
mod versions;

#[cfg(test)]
pub(crate) mod tests;

pub use conversations::HistoryPolicy;
pub use embeddings::{ReindexPassage, from_bytes, to_bytes};
pub use history::Swept;
pub use jobs::JobState;
pub use library::IndexedLibrary;
pub use offers::QUESTIONS;

use crate::files::FileStore;
use appliance_core::id::{ContentHash, UserId};
use appliance_core::ports::{Clock, PortError};
use jiff::{SignedDuration, Timestamp};
use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqlitePool, Transaction};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long a session lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionPolicy {
    /// It ends when unused for so long.
    pub idle: SignedDuration,
    /// It ends so long after signing in, however much it is used.
    pub absolute: SignedDuration,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self { idle: SignedDuration::from_hours(8), absolute: SignedDuration::from_hours(72) }
    }
}

/// The person behind the command line: not in the list of people, and sees everything.
pub const LOCAL_OPERATOR: UserId = UserId(0);

/// The open catalog. Cheap to clone.
#[derive(Clone)]
pub struct Catalog {
    pool: SqlitePool,
    files: FileStore,
    clock: Arc<dyn Clock>,
    sessions: SessionPolicy,
    history: HistoryPolicy,
}

/// A transaction of the catalog.
type Tx = Transaction<'static, Sqlite>;

/// Connections at most: readers do not wait for each other, and writers queue in SQLite.
const CONNECTIONS: u32 = 6;

impl Catalog {
    /// Opens the database at `path`, creates it if missing, and brings its tables up to date.
    pub async fn open(path: &Path, files: FileStore, clock: Arc<dyn Clock>, sessions: SessionPolicy) -> Result<Self, PortError> {
        let catalog = Self::connect(path, true, files, clock, sessions).await?;
        sqlx::migrate!("./migrations").run(&catalog.pool).await.map_err(|e| migration_failed(path, e))?;
        Ok(catalog)
    }

    /// Opens an existing database; `None` when there is none. A server may hold it open at the same time.
    pub async fn open_existing(
        path: &Path,
        files: FileStore,
        clock: Arc<dyn Clock>,
        sessions: SessionPolicy,
    ) -> Result<Option<Self>, PortError> {
        if !path.is_file() {
            return Ok(None);
        }
        let catalog = Self::connect(path, false, files, clock, sessions).await?;
        sqlx::migrate!("./migrations").run(&catalog.pool).await.map_err(|e| migration_failed(path, e))?;
        Ok(Some(catalog))
    }

    async fn connect(
        path: &Path,
        create: bool,
        files: FileStore,
        clock: Arc<dyn Clock>,
        sessions: SessionPolicy,
    ) -> Result<Self, PortError> {
        // FULL, not NORMAL: in WAL mode NORMAL may lose the last commits on a power cut, and a job once reported done
        // or a password once changed must stay so. The cost is one fsync a commit.
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(create)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(30));
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .connect_with(options)
            .await
            .map_err(|e| PortError::caused(format!("catalog {} cannot be opened", path.display()), e).with_hint(OPEN_HINT))?;
        Ok(Self { pool, files, clock, sessions, history: HistoryPolicy::default() })
    }

    /// The same catalog with a rule of how long conversations are kept.
    pub fn with_history(self, history: HistoryPolicy) -> Self {
        Self { history, ..self }
    }

    /// Closes every connection; the last one writes the log back into the database file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// What SQLite's own check says: `Ok(None)` when the database is whole, else its first complaint.
    pub async fn integrity(&self) -> Result<Option<String>, PortError> {
        let said: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&self.pool).await.doing("check integrity")?;
        if said != "ok" {
            return Ok(Some(said));
        }
        let broken: Option<(String,)> = sqlx::query_as("SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1")
            .fetch_optional(&self.pool)
            .await
            .doing("check references")?;
        Ok(broken.map(|(table,)| format!("table {table} refers to rows that are missing")))
    }

    /// The store of files beside the database.
    pub fn files(&self) -> &FileStore {
        &self.files
    }

    /// Removes stored files that no version uses, left by a crash between a deletion's two steps. Returns how many.
    pub async fn sweep_files(&self) -> Result<usize, PortError> {
        // The write lock keeps a concurrent upload from placing a file between the listing and the removal.
        let mut tx = self.begin().await?;
        let mut removed = 0;
        for hash in self.files.list()? {
            if !versions::uses_file(&mut tx, &hash).await? {
                self.files.remove(&hash)?;
                removed += 1;
            }
        }
        tx.commit().await.doing("sweep files")?;
        Ok(removed)
    }

    /// Removes the files that no version uses any more.
    async fn drop_unused(&self, hashes: &[ContentHash]) -> Result<(), PortError> {
        let mut tx = self.begin().await?;
        for hash in hashes {
            if !versions::uses_file(&mut tx, hash).await? {
                self.files.remove(hash)?;
            }
        }
        tx.commit().await.doing("drop unused files")
    }

    /// Begins a transaction that writes. Taking the write lock at once avoids the deadlock of two readers that both
    /// want to become writers, which SQLite ends with an error instead of waiting.
    async fn begin(&self) -> Result<Tx, PortError> {
        self.pool.begin_with("BEGIN IMMEDIATE").await.doing("begin a transaction")
    }

    /// A connection, for reading and for single statements that are a transaction each.
    async fn connection(&self) -> Result<sqlx::pool::PoolConnection<Sqlite>, PortError> {
        self.pool.acquire().await.doing("get a connection")
    }

    fn now(&self) -> i64 {
        self.clock.now().as_millisecond()
    }
}

const OPEN_HINT: &str = "check that the data folder exists, is writable and has free space";

fn migration_failed(path: &Path, error: MigrateError) -> PortError {
    let hint = match &error {
        MigrateError::VersionMissing(_) => "the data folder was written by a newer kura; run that one, or restore a backup",
        _ => OPEN_HINT,
    };
    PortError::caused(format!("catalog {} cannot be brought up to date", path.display()), error).with_hint(hint)
}

fn timestamp(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String, PortError> {
    serde_json::to_string(value).map_err(|e| PortError::caused("catalog: a value cannot be written as JSON", e))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str, what: &str) -> Result<T, PortError> {
    serde_json::from_str(text).map_err(|e| PortError::caused(format!("catalog: stored {what} cannot be read"), e))
}

/// Names what the database was asked to do when it failed.
trait Doing<T> {
    fn doing(self, what: &str) -> Result<T, PortError>;
}

impl<T> Doing<T> for Result<T, sqlx::Error> {
    fn doing(self, what: &str) -> Result<T, PortError> {
        self.map_err(|e| PortError::caused(format!("catalog: cannot {what}"), e))
    }
}
