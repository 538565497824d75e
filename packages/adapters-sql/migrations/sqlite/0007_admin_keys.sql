-- compatible_from: 1
-- Keys of the admin API. Of the text of a key only its SHA-256 is stored.
CREATE TABLE admin_keys (
  id TEXT NOT NULL PRIMARY KEY,
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER
) STRICT;
-- In the order of a list.
CREATE INDEX admin_keys_by_age ON admin_keys (created_at, id);
