-- compatible_from: 1
-- Keys of the admin API. Of the text of a key only its SHA-256 is stored.
CREATE TABLE admin_keys (
  created_at bigint NOT NULL,
  expires_at bigint,
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  hash bytea NOT NULL CHECK (octet_length(hash) = 32),
  name text COLLATE "C" NOT NULL,
  scopes text COLLATE "C" NOT NULL
);
-- In the order of a list.
CREATE INDEX admin_keys_by_age ON admin_keys (created_at, id);
