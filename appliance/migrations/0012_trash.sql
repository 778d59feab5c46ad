-- Documents in the trash: since when, and by whom. Their versions answer on no day, and nothing of them is given up.
ALTER TABLE documents ADD COLUMN trashed INTEGER;
ALTER TABLE documents ADD COLUMN trashed_by INTEGER REFERENCES users (id) ON DELETE SET NULL;
CREATE INDEX documents_in_trash ON documents (trashed) WHERE trashed IS NOT NULL;
