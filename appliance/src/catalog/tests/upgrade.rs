//! A catalog of an older Kura, brought up to date: nothing in it may be lost.

use super::SettableClock;
use crate::catalog::{Catalog, SessionPolicy};
use crate::files::FileStore;
use jiff::Timestamp;
use parking_lot::Mutex;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Row, SqliteConnection};
use std::path::Path;
use std::sync::Arc;

/// One row in every table, and some in those that the upgrade makes anew; ids with gaps, as deletions leave them.
const ROWS: &str = "
    INSERT INTO users VALUES (3, 'yamamoto', '山本', 'editor', 1, 'hash', 0, 'ja', 1);
    INSERT INTO sessions VALUES (x'01', 3, 'token', 1, 2);
    INSERT INTO sign_in_failures VALUES ('x', 1, 2);
    INSERT INTO collections VALUES (2, '例規', 1);
    INSERT INTO collection_access VALUES (2, 'everyone');
    INSERT INTO documents VALUES (4, 2, 'rule.pdf', NULL, 1, 3), (5, 2, 'broken.pdf', NULL, 1, NULL);
    INSERT INTO document_access VALUES (4, 'everyone', 'grant');
    INSERT INTO versions VALUES
        (6, 4, 'aa', 10, 'superseded', 1, 3, 2, NULL, NULL, 'pdf', '旧', 1, 1, '[]', '[]', '[]', '旧い。'),
        (7, 4, 'bb', 11, 'searchable', 2, 3, 3, NULL, NULL, 'pdf', '規則', 2, 2, '[]', '[]', '[]', '手数料。'),
        (8, 4, 'cc', 12, 'ingesting', 3, 3, NULL, NULL, NULL, NULL, NULL, 0, 0, '[]', '[]', '[]', ''),
        (9, 5, 'dd', 13, 'failed', 3, NULL, NULL, 'damaged', 'it is', NULL, NULL, 0, 0, '[]', '[]', '[]', ''),
        (12, 5, 'ee', 13, 'queued', 3, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, '[]', '[]', '[]', '');
    DELETE FROM versions WHERE id = 12;
    UPDATE documents SET searchable_version = 7 WHERE id = 4;
    INSERT INTO passages VALUES
        (20, 6, 0, '[]', '旧い。', '{}', NULL), (21, 7, 0, '[]', '手数', '{}', 0.5), (22, 7, 1, '[]', '料。', '{}', NULL);
    INSERT INTO embeddings VALUES (21, 'model', x'0000803f'), (22, 'model', x'0000803f');
    INSERT INTO jobs VALUES
        (30, 6, 'done', 'done', 1, 1, 1, 1, 1, 2), (31, 7, 'done', 'done', 2, 2, 1, 2, 2, 3),
        (32, 8, 'running', 'embedding', 1, 2, 1, 3, 3, NULL), (33, 9, 'failed', 'failed', 0, 0, 1, 3, 3, 4);
    INSERT INTO index_removals VALUES (6);
    INSERT INTO answers VALUES (40, 3, 'いくら', 5, 'quoted', '{}');
    INSERT INTO answer_documents VALUES (40, 4);
    INSERT INTO audit_trail VALUES (50, 6, 3, 'signed-in', 'user:3', '');
";

const TABLES: [&str; 14] = [
    "users",
    "sessions",
    "sign_in_failures",
    "collections",
    "collection_access",
    "documents",
    "document_access",
    "versions",
    "passages",
    "embeddings",
    "jobs",
    "index_removals",
    "answers",
    "answer_documents",
];

async fn open(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true).foreign_keys(true);
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// Every row of a table in those columns, as text.
async fn rows(db: &mut SqliteConnection, table: &str, columns: &[String]) -> Vec<String> {
    let listed: Vec<String> = columns.iter().map(|c| format!("quote(\"{c}\")")).collect();
    let query = format!("SELECT {} AS line FROM \"{table}\" ORDER BY 1", listed.join(" || ',' || "));
    sqlx::query(sqlx::AssertSqlSafe(query)).fetch_all(db).await.unwrap().iter().map(|row| row.get("line")).collect()
}

async fn columns(db: &mut SqliteConnection, table: &str) -> Vec<String> {
    sqlx::query_scalar("SELECT name FROM pragma_table_info(?)").bind(table).fetch_all(db).await.unwrap()
}

async fn count(db: &mut SqliteConnection, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(db).await.unwrap()
}

#[tokio::test]
async fn an_upgrade_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.sqlite");
    let mut db = open(&path).await;
    let mut older = sqlx::migrate!("./migrations");
    older.migrations = older.migrations.iter().filter(|m| m.version < 3).cloned().collect();
    older.run(&mut db).await.unwrap();
    sqlx::raw_sql(ROWS).execute(&mut db).await.unwrap();
    let mut before = Vec::new();
    for table in TABLES {
        let columns = columns(&mut db, table).await;
        let rows = rows(&mut db, table, &columns).await;
        assert!(!rows.is_empty(), "{table} has rows");
        before.push((table, columns, rows));
    }
    db.close().await.unwrap();

    let files = FileStore::new(folder.path().join("files"));
    let clock = Arc::new(SettableClock(Mutex::new(Timestamp::UNIX_EPOCH)));
    // Twice: an upgrade that was done is not done again.
    for _ in 0..2 {
        let catalog = Catalog::open(&path, files.clone(), clock.clone(), SessionPolicy::default()).await.unwrap();
        assert_eq!(catalog.integrity().await.unwrap(), None);
        assert_eq!(catalog.count_searchable().await.unwrap(), 2);
        catalog.read_what_is_missing().await.unwrap();
        assert_eq!(catalog.read_what_is_missing().await.unwrap(), 0);
        catalog.read_missing_validities().await.unwrap();
        assert_eq!(catalog.read_missing_validities().await.unwrap(), 0);
        assert_eq!(catalog.count_searchable().await.unwrap(), 2, "what answered answers");
        let mut tx = catalog.begin().await.unwrap();
        let wrong = sqlx::query("INSERT INTO embeddings VALUES (999, 'model', x'')").execute(&mut *tx).await;
        assert!(wrong.is_err(), "references are watched again");
        drop(tx);
        catalog.close().await;
    }
    let mut db = open(&path).await;
    for (table, columns, rows_before) in &before {
        assert_eq!(&rows(&mut db, table, columns).await, rows_before, "{table}");
    }
    assert_eq!(count(&mut db, "SELECT seq FROM sqlite_sequence WHERE name = 'versions'").await, 12, "no id is used twice");
    assert_eq!(count(&mut db, "SELECT count(*) FROM sqlite_sequence WHERE name LIKE 'new_%'").await, 0);
    assert_eq!(
        count(&mut db, "SELECT group_concat(id) = '6,7' FROM versions WHERE read = 1").await,
        1,
        "what was read need not be read again"
    );
    assert_eq!(count(&mut db, "SELECT group_concat(version_id) = '6,7' FROM fingerprints").await, 1, "older versions have got theirs");
    assert_eq!(
        count(&mut db, "SELECT group_concat(version_id || ':' || answers) = '6:0,7:1' FROM validities").await,
        1,
        "the version that answered answers on all days"
    );
    assert_eq!(count(&mut db, "SELECT count(*) FROM versions WHERE encoding IS NOT NULL").await, 0, "no encoding was named for any");
    assert_eq!(count(&mut db, "SELECT count(*) FROM user_groups").await, 0, "groups begin empty");
    assert_eq!(count(&mut db, "SELECT bereft FROM answers WHERE id = 40").await, 0, "its document is there");
    let lone = "SELECT count(*) FROM conversations c JOIN answers a ON a.conversation_id = c.id
                WHERE a.id = 40 AND c.user_id = 3 AND c.changed = 5 AND c.deleted IS NULL AND c.keep_until IS NULL";
    assert_eq!(count(&mut db, lone).await, 1, "an answer of before is a conversation of its own");
    let indexes = "SELECT count(*) FROM sqlite_schema WHERE name IN ('versions_by_document', 'versions_by_file', 'jobs_by_state')";
    assert_eq!(count(&mut db, indexes).await, 3);
    // Deleting still reaches everything that belongs to a document, and nothing else.
    sqlx::raw_sql("UPDATE documents SET searchable_version = NULL; DELETE FROM documents WHERE id = 4;").execute(&mut db).await.unwrap();
    assert_eq!(count(&mut db, "SELECT count(*) FROM passages").await, 0);
    assert_eq!(count(&mut db, "SELECT count(*) FROM jobs").await, 1);
    assert_eq!(count(&mut db, "SELECT count(*) FROM fingerprints").await, 0);
}
