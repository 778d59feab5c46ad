-- What searches are narrowed by: the date and the department that a version's text says, and the department that an editor
-- set for a document or for all of a collection.
CREATE TABLE facets (
    version_id INTEGER PRIMARY KEY REFERENCES versions (id) ON DELETE CASCADE,
    -- 2024-04-01, so that dates are ordered as texts are.
    dated      TEXT,
    department TEXT
) STRICT;
CREATE TABLE document_departments (
    document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    department  TEXT    NOT NULL
) STRICT;
CREATE TABLE collection_departments (
    collection_id INTEGER PRIMARY KEY REFERENCES collections (id) ON DELETE CASCADE,
    department    TEXT    NOT NULL
) STRICT;

-- A collection's own synonyms, a group a line.
CREATE TABLE collection_synonyms (
    collection_id INTEGER PRIMARY KEY REFERENCES collections (id) ON DELETE CASCADE,
    groups        TEXT    NOT NULL
) STRICT;
