-- What a version says, small: the SHA-256 of its folded text, and a sketch of its shingles (NULL for short texts).
-- Versions that were read before have none until the next start, which makes them from their texts.
CREATE TABLE fingerprints (
    version_id INTEGER PRIMARY KEY REFERENCES versions (id) ON DELETE CASCADE,
    text_hash  BLOB NOT NULL,
    sketch     BLOB
) STRICT;
