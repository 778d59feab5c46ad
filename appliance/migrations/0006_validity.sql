-- When each version is in force, and which versions answer. A table of its own: columns behind the large texts of `versions`
-- would be slow to reach. Days are written 2024-04-01, so that they are ordered as texts are.
CREATE TABLE validities (
    version_id  INTEGER PRIMARY KEY REFERENCES versions (id) ON DELETE CASCADE,
    -- What its text says of its days, as JSON; NULL for versions that were read before, until the next start reads it.
    said        TEXT,
    -- What an operator set instead.
    set_from    TEXT,
    set_until   TEXT,
    -- From when another regulation of the collection repeals it.
    repealed    TEXT,
    -- Whether its passages are in the index, and on which days they answer: from the first on, until before the second.
    answers     INTEGER NOT NULL DEFAULT 0,
    valid_from  TEXT,
    valid_until TEXT,
    ending      TEXT CHECK (ending IN ('replaced', 'repealed', 'expired')),
    -- Parts of it whose days differ, as JSON.
    parts       TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE INDEX validities_answering ON validities (answers, version_id);
INSERT INTO validities (version_id, answers)
SELECT v.id, d.id IS NOT NULL FROM versions v LEFT JOIN documents d ON d.searchable_version = v.id WHERE v.read = 1;

-- The passages of such parts, with their own days.
CREATE TABLE passage_days (
    passage_id  INTEGER PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE,
    valid_from  TEXT,
    valid_until TEXT,
    ending      TEXT CHECK (ending IN ('replaced', 'repealed', 'expired'))
) STRICT;

-- Versions whose passages must be written into the index again, because their days changed. Written in the transaction that
-- changes them, taken out after the index has committed.
CREATE TABLE index_updates (
    version_id INTEGER PRIMARY KEY REFERENCES versions (id) ON DELETE CASCADE,
    -- How often this was asked for, so that what is asked meanwhile is not taken for done.
    asked      INTEGER NOT NULL DEFAULT 1
) STRICT;
