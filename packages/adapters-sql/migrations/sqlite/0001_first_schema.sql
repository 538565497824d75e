-- compatible_from: 1
-- Times are seconds since 1970. Columns named data and metadata hold JSON, so that a new member needs no migration.
-- No foreign keys: each port may live in another store, and a grant is checked on every look-up anyway.

CREATE TABLE claims (
  name BLOB NOT NULL PRIMARY KEY CHECK (length(name) = 32),
  holder TEXT NOT NULL,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX claims_by_end ON claims (until);

CREATE TABLE clients (
  id TEXT NOT NULL PRIMARY KEY,
  version INTEGER NOT NULL,
  secret_hash TEXT NOT NULL,
  metadata TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE flows (
  id TEXT NOT NULL PRIMARY KEY,
  version INTEGER NOT NULL,
  client_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  data TEXT NOT NULL
) STRICT;
CREATE INDEX flows_of_subject ON flows (subject, client_id);
CREATE INDEX flows_of_client ON flows (client_id);
CREATE INDEX flows_by_expiry ON flows (expires_at);

CREATE TABLE consents (
  id TEXT NOT NULL PRIMARY KEY,
  client_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  requested_at INTEGER NOT NULL,
  expires_at INTEGER,
  data TEXT NOT NULL
) STRICT;
CREATE INDEX consents_of_subject ON consents (subject, requested_at, id);
CREATE INDEX consents_of_client ON consents (client_id);
CREATE INDEX consents_by_expiry ON consents (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE login_sessions (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 32),
  subject TEXT NOT NULL,
  authenticated_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  acr TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX login_sessions_of_subject ON login_sessions (subject);
CREATE INDEX login_sessions_by_expiry ON login_sessions (expires_at);

-- Ascending position is the order of a set. A new key comes first, so positions grow downwards.
CREATE TABLE keys (
  set_name TEXT NOT NULL,
  kid TEXT NOT NULL,
  position INTEGER NOT NULL,
  sealed_jwk TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (set_name, kid)
) STRICT;
CREATE UNIQUE INDEX keys_in_order ON keys (set_name, position);

-- keep_until is at least the last expiry of what points at the grant: so the cleaner visits no grant in vain, again and
-- again, while its tokens are refreshed. What the domain calls keepUntil is in data.
CREATE TABLE grants (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  client_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  revoked_at INTEGER,
  keep_until INTEGER NOT NULL,
  data TEXT NOT NULL
) STRICT;
CREATE INDEX grants_of_subject ON grants (subject, client_id);
CREATE INDEX grants_of_client ON grants (client_id);
CREATE INDEX grants_by_keep_until ON grants (keep_until);

-- Codes and tokens: the primary key is the row, so one index serves the look-up, "all tokens of a grant" and "does
-- anything point at this grant". The index by expiry adds about 60 bytes to a row. It pays: without it every cleaning
-- reads the whole table, live tokens and all, and the one thread of the process waits for that.
CREATE TABLE codes (
  grant_id BLOB NOT NULL CHECK (length(grant_id) = 16),
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  redirect_uri TEXT NOT NULL,
  code_challenge TEXT NOT NULL,
  nonce TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  PRIMARY KEY (grant_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX codes_by_expiry ON codes (expires_at);

-- client_id is null for a grant's tokens: the grant knows it. A client's own token has no grant, and its own scope.
CREATE TABLE tokens (
  grant_id BLOB NOT NULL CHECK (length(grant_id) = 16),
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  kind TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  client_id TEXT,
  scope TEXT,
  rotated_at INTEGER,
  sealed TEXT,
  PRIMARY KEY (grant_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_by_expiry ON tokens (expires_at);
