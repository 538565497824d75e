-- compatible_from: 1
-- Where a token may be used, when that is less than its grant says; for a client's own token, all of it. null: the grant's,
-- or, for a client's own, none.
ALTER TABLE tokens ADD COLUMN audience text COLLATE "C";
