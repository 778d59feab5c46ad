-- Questions that follow each other, with their answers, for the person who asked. `title` is empty until a name is given;
-- `keep_until` is the day (2027-03-31) through which its owner wants it kept; `deleted` is when it was put aside, until it
-- is restored or removed for good.
CREATE TABLE conversations (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title      TEXT    NOT NULL DEFAULT '',
    pinned     INTEGER NOT NULL DEFAULT 0,
    begun      INTEGER NOT NULL,
    changed    INTEGER NOT NULL,
    keep_until TEXT,
    deleted    INTEGER,
    limits     TEXT    NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX conversations_by_user ON conversations (user_id, changed);

-- Every answer that was kept becomes a conversation of one question.
INSERT INTO conversations (id, user_id, begun, changed) SELECT id, user_id, asked, asked FROM answers;
ALTER TABLE answers ADD COLUMN conversation_id INTEGER REFERENCES conversations (id) ON DELETE CASCADE;
UPDATE answers SET conversation_id = id;
CREATE INDEX answers_by_conversation ON answers (conversation_id, id);

-- What the question was searched as, what its words were taken from, and what was searched.
ALTER TABLE answers ADD COLUMN asked_as TEXT NOT NULL DEFAULT '{}';

-- Links by which colleagues read a conversation up to an answer, within their own rights.
CREATE TABLE conversation_shares (
    token           TEXT    PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    upto            INTEGER NOT NULL,
    made            INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_shares_by_conversation ON conversation_shares (conversation_id);

-- Counts each time that questions are taken out of view or come back, so that what is kept in memory of them can follow.
CREATE TABLE question_recalls (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    times INTEGER NOT NULL
) STRICT;
INSERT INTO question_recalls VALUES (1, 0);
