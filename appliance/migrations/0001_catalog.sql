-- Times are milliseconds since 1970-01-01 UTC. Ids are never reused (AUTOINCREMENT): an index that lags behind
-- must not find another passage under an old number.

CREATE TABLE users (
    id                   INTEGER PRIMARY KEY AUTOINCREMENT,
    login                TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    name                 TEXT    NOT NULL,
    role                 TEXT    NOT NULL CHECK (role IN ('reader', 'editor', 'administrator')),
    active               INTEGER NOT NULL DEFAULT 1,
    password_hash        TEXT    NOT NULL,
    must_change_password INTEGER NOT NULL DEFAULT 1,
    language             TEXT,
    created              INTEGER NOT NULL
) STRICT;

-- Only the SHA-256 of a token is kept: who reads this table cannot sign in with it.
CREATE TABLE sessions (
    token_hash BLOB    PRIMARY KEY,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    form_token TEXT    NOT NULL,
    created    INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);

-- Failed attempts by login, whether or not such a person exists, so that waiting does not tell who does.
CREATE TABLE sign_in_failures (
    login        TEXT    PRIMARY KEY COLLATE NOCASE,
    failures     INTEGER NOT NULL,
    last_attempt INTEGER NOT NULL
) STRICT;

CREATE TABLE collections (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    name    TEXT    NOT NULL UNIQUE,
    created INTEGER NOT NULL
) STRICT;

-- A principal is 'everyone' or 'user:ID'. Administrators see every collection without a row here.
CREATE TABLE collection_access (
    collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    principal     TEXT    NOT NULL,
    PRIMARY KEY (collection_id, principal)
) STRICT;

CREATE TABLE documents (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    collection_id      INTEGER NOT NULL REFERENCES collections (id),
    file_name          TEXT    NOT NULL,
    searchable_version INTEGER REFERENCES versions (id),
    added              INTEGER NOT NULL,
    added_by           INTEGER REFERENCES users (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX documents_by_name ON documents (collection_id, file_name);
CREATE INDEX documents_by_searchable_version ON documents (searchable_version);

-- 'hide' takes a document of a visible collection away, 'grant' shows one of an invisible collection; 'grant' wins.
CREATE TABLE document_access (
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    principal   TEXT    NOT NULL,
    effect      TEXT    NOT NULL CHECK (effect IN ('hide', 'grant')),
    PRIMARY KEY (document_id, principal, effect)
) STRICT;

-- The large columns stand last: SQLite then reads the small ones without walking their overflow pages.
CREATE TABLE versions (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id     INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    file_hash       TEXT    NOT NULL,
    bytes           INTEGER NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('queued', 'ingesting', 'searchable', 'superseded', 'failed')),
    added           INTEGER NOT NULL,
    added_by        INTEGER REFERENCES users (id) ON DELETE SET NULL,
    published       INTEGER,
    failure_code    TEXT,
    failure_message TEXT,
    format          TEXT,
    title           TEXT,
    parts           INTEGER NOT NULL DEFAULT 0,
    passages        INTEGER NOT NULL DEFAULT 0,
    warnings        TEXT    NOT NULL DEFAULT '[]',
    pages           TEXT    NOT NULL DEFAULT '[]',
    sheets          TEXT    NOT NULL DEFAULT '[]',
    text            TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX versions_by_document ON versions (document_id, id);
CREATE INDEX versions_by_file ON versions (file_hash);

CREATE TABLE passages (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    version_id   INTEGER NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
    ordinal      INTEGER NOT NULL,
    heading_path TEXT    NOT NULL,
    text         TEXT    NOT NULL,
    locator      TEXT    NOT NULL,
    UNIQUE (version_id, ordinal)
) STRICT;

-- One vector a passage: little-endian 32-bit floats of length 1, and the SHA-256 of the model that made it.
CREATE TABLE embeddings (
    passage_id INTEGER PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE,
    model      TEXT    NOT NULL,
    vector     BLOB    NOT NULL
) STRICT;

CREATE TABLE jobs (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    version_id INTEGER NOT NULL UNIQUE REFERENCES versions (id) ON DELETE CASCADE,
    state      TEXT    NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    stage      TEXT    NOT NULL,
    done       INTEGER NOT NULL DEFAULT 0,
    total      INTEGER NOT NULL DEFAULT 0,
    attempts   INTEGER NOT NULL DEFAULT 0,
    queued     INTEGER NOT NULL,
    started    INTEGER,
    ended      INTEGER
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state, id);

-- Versions whose passages must still leave the index. Written in the transaction that makes them unwanted, taken
-- out after the index has committed, so that a crash in between leaves nothing behind for good.
CREATE TABLE index_removals (
    version_id INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE answers (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id  INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    question TEXT    NOT NULL,
    asked    INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    answer   TEXT    NOT NULL
) STRICT;
CREATE INDEX answers_by_user ON answers (user_id, id);

-- Which documents an answer quotes, so that a deleted document can be taken out of kept answers.
CREATE TABLE answer_documents (
    answer_id   INTEGER NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    document_id INTEGER NOT NULL,
    PRIMARY KEY (document_id, answer_id)
) STRICT, WITHOUT ROWID;

-- Who did what to which thing. No foreign keys: the trail outlives what it speaks of.
CREATE TABLE audit_trail (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    actor   INTEGER,
    action  TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    detail  TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX audit_trail_by_time ON audit_trail (at);
