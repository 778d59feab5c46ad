-- Versions that answer by their words while the embeddings of their passages are still to be made. Written in the transaction
-- that publishes them, taken out after the index has committed the last of them.
CREATE TABLE awaiting_embeddings (
    version_id INTEGER PRIMARY KEY REFERENCES versions (id) ON DELETE CASCADE,
    -- How often they were asked for, so that what is asked meanwhile is not taken for done.
    asked      INTEGER NOT NULL DEFAULT 1,
    -- Passages embedded, of how many, and how many a second of late.
    done       INTEGER NOT NULL DEFAULT 0,
    total      INTEGER NOT NULL,
    rate       REAL
) STRICT;
