-- What people say of their answers. A remark stays when the question is no longer kept, then without it.
CREATE TABLE feedback (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    answer_id   INTEGER REFERENCES answers (id) ON DELETE SET NULL,
    user_id     INTEGER REFERENCES users (id) ON DELETE SET NULL,
    document_id INTEGER REFERENCES documents (id) ON DELETE SET NULL,
    judgement   TEXT    NOT NULL CHECK (judgement IN ('right', 'wrong', 'missing')),
    words       TEXT    NOT NULL,
    said        INTEGER NOT NULL,
    settled     INTEGER
) STRICT;
CREATE INDEX feedback_by_answer ON feedback (answer_id);
CREATE INDEX feedback_by_document ON feedback (document_id);

-- Whom to ask about the documents of a collection, and about single ones. `user_id` is theirs where they use Kura.
CREATE TABLE collection_charges (
    collection_id INTEGER PRIMARY KEY REFERENCES collections (id) ON DELETE CASCADE,
    name          TEXT    NOT NULL,
    reach         TEXT    NOT NULL,
    user_id       INTEGER REFERENCES users (id) ON DELETE SET NULL
) STRICT;
CREATE TABLE document_charges (
    document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    reach       TEXT    NOT NULL,
    user_id     INTEGER REFERENCES users (id) ON DELETE SET NULL
) STRICT;
