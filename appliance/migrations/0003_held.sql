-- no-transaction
-- Versions may be held for a person or cancelled, and have a score; jobs may be cancelled, and have a rate.
--
-- SQLite changes a CHECK only by making the table anew. With foreign keys on, dropping the old table would delete
-- every passage, embedding and job that refers to it, and they can be switched off only outside a transaction: hence
-- the first line, and a transaction of our own. Should the process die between this COMMIT and sqlx's note that the
-- migration is done, running it again changes nothing: nothing can have been written into the new columns before.
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;

-- The large columns stand last: SQLite then reads the small ones without walking their overflow pages.
CREATE TABLE new_versions (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id     INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    file_hash       TEXT    NOT NULL,
    bytes           INTEGER NOT NULL,
    state           TEXT    NOT NULL
                    CHECK (state IN ('queued', 'ingesting', 'held', 'searchable', 'superseded', 'failed', 'cancelled')),
    added           INTEGER NOT NULL,
    added_by        INTEGER REFERENCES users (id) ON DELETE SET NULL,
    published       INTEGER,
    failure_code    TEXT,
    failure_message TEXT,
    format          TEXT,
    title           TEXT,
    parts           INTEGER NOT NULL DEFAULT 0,
    passages        INTEGER NOT NULL DEFAULT 0,
    -- Whether the passages of this version stand here whole, so that its file need not be read again.
    read            INTEGER NOT NULL DEFAULT 0,
    -- From 0 to 1; NULL for formats without pages, and for versions that were read before pages had scores.
    score           REAL,
    -- Pages that a person should look at.
    doubtful        INTEGER NOT NULL DEFAULT 0,
    -- When a person accepted the version, however badly it was read.
    accepted        INTEGER,
    warnings        TEXT    NOT NULL DEFAULT '[]',
    pages           TEXT    NOT NULL DEFAULT '[]',
    sheets          TEXT    NOT NULL DEFAULT '[]',
    text            TEXT    NOT NULL DEFAULT ''
) STRICT;
INSERT INTO new_versions (id, document_id, file_hash, bytes, state, added, added_by, published, failure_code, failure_message,
                          format, title, parts, passages, read, warnings, pages, sheets, text)
SELECT id, document_id, file_hash, bytes, state, added, added_by, published, failure_code, failure_message,
       format, title, parts, passages, state IN ('searchable', 'superseded'), warnings, pages, sheets, text
FROM versions;

CREATE TABLE new_jobs (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    version_id INTEGER NOT NULL UNIQUE REFERENCES versions (id) ON DELETE CASCADE,
    state      TEXT    NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    stage      TEXT    NOT NULL,
    done       INTEGER NOT NULL DEFAULT 0,
    total      INTEGER NOT NULL DEFAULT 0,
    rate       REAL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    -- Whether a person wants a running job to end.
    unwanted   INTEGER NOT NULL DEFAULT 0,
    queued     INTEGER NOT NULL,
    started    INTEGER,
    ended      INTEGER
) STRICT;
INSERT INTO new_jobs (id, version_id, state, stage, done, total, attempts, queued, started, ended)
SELECT id, version_id, state, stage, done, total, attempts, queued, started, ended FROM jobs;

-- Ids are never used twice, those of deleted rows neither.
DELETE FROM sqlite_sequence WHERE name IN ('new_versions', 'new_jobs');
INSERT INTO sqlite_sequence (name, seq) SELECT 'new_' || name, seq FROM sqlite_sequence WHERE name IN ('versions', 'jobs');

DROP TABLE versions;
DROP TABLE jobs;
ALTER TABLE new_versions RENAME TO versions;
ALTER TABLE new_jobs RENAME TO jobs;
CREATE INDEX versions_by_document ON versions (document_id, id);
CREATE INDEX versions_by_file ON versions (file_hash);
CREATE INDEX jobs_by_state ON jobs (state, id);

COMMIT;
PRAGMA foreign_keys = ON;
