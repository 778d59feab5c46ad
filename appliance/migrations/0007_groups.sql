-- Groups of people, for rules of access. A principal is now 'everyone', 'role:NAME', 'group:ID' or 'user:ID'.
CREATE TABLE user_groups (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    name    TEXT    NOT NULL UNIQUE,
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE user_group_members (
    group_id INTEGER NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    user_id  INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, group_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_group_members_by_group ON user_group_members (group_id);

-- Sight is asked for with every request, by principal.
CREATE INDEX collection_access_by_principal ON collection_access (principal);
CREATE INDEX document_access_by_principal ON document_access (principal);

-- Whether a document that the answer rested on was deleted: its question is no longer offered to anybody. Of answers
-- that were kept before, those without any document left are marked.
ALTER TABLE answers ADD COLUMN bereft INTEGER NOT NULL DEFAULT 0;
UPDATE answers SET bereft = 1 WHERE id NOT IN (SELECT answer_id FROM answer_documents);
