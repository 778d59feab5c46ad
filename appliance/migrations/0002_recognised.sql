-- The confidence of passages whose characters were recognised in a picture; NULL for those that a file holds as text.
ALTER TABLE passages ADD COLUMN recognised REAL;
