-- The encoding that a person named for a version's text, where the guess from its bytes was wrong; NULL for the guess.
ALTER TABLE versions ADD COLUMN encoding TEXT;
