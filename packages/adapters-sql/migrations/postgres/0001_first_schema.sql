-- compatible_from: 1
-- Times are seconds since 1970. Columns named data and metadata hold JSON, so that a new member needs no migration.
-- No foreign keys: each port may live in another store, and a grant is checked on every look-up anyway.
-- Text compares by bytes (COLLATE "C"): the order of pages does not depend on the server's locale, and an upgrade of its
-- C library cannot leave an index in the wrong order. Fixed widths come first in a row: no padding between columns.

CREATE TABLE clients (
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  version integer NOT NULL,
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  secret_hash text COLLATE "C" NOT NULL,
  metadata text COLLATE "C" NOT NULL
);

-- A flow is replaced a few times in its minutes: room in the page for the next versions of its row.
CREATE TABLE flows (
  expires_at bigint NOT NULL,
  version integer NOT NULL,
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  client_id text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  data text COLLATE "C" NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX flows_of_subject ON flows (subject, client_id);
CREATE INDEX flows_of_client ON flows (client_id);
CREATE INDEX flows_by_expiry ON flows (expires_at);

CREATE TABLE consents (
  requested_at bigint NOT NULL,
  expires_at bigint,
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  client_id text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  data text COLLATE "C" NOT NULL
);
CREATE INDEX consents_of_subject ON consents (subject, requested_at, id);
CREATE INDEX consents_of_client ON consents (client_id);
CREATE INDEX consents_by_expiry ON consents (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE login_sessions (
  authenticated_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  id bytea NOT NULL PRIMARY KEY CHECK (octet_length(id) = 32),
  subject text COLLATE "C" NOT NULL,
  acr text COLLATE "C" NOT NULL
);
CREATE INDEX login_sessions_of_subject ON login_sessions (subject);
CREATE INDEX login_sessions_by_expiry ON login_sessions (expires_at);

-- Ascending position is the order of a set. A new key comes first, so positions grow downwards. The unique index is what
-- decides between two nodes that add to one set at once.
CREATE TABLE keys (
  created_at bigint NOT NULL,
  position integer NOT NULL,
  set_name text COLLATE "C" NOT NULL,
  kid text COLLATE "C" NOT NULL,
  sealed_jwk text COLLATE "C" NOT NULL,
  PRIMARY KEY (set_name, kid)
);
CREATE UNIQUE INDEX keys_in_order ON keys (set_name, position);

-- keep_until is at least the last expiry of what points at the grant: so the cleaner visits no grant in vain, again and
-- again, while its tokens are refreshed, and never removes one that is just gaining tokens. What the domain calls
-- keepUntil is in data.
CREATE TABLE grants (
  keep_until bigint NOT NULL,
  revoked_at bigint,
  id bytea NOT NULL PRIMARY KEY CHECK (octet_length(id) = 16),
  client_id text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  data text COLLATE "C" NOT NULL
);
CREATE INDEX grants_of_subject ON grants (subject, client_id);
CREATE INDEX grants_of_client ON grants (client_id);
CREATE INDEX grants_by_keep_until ON grants (keep_until);

CREATE TABLE codes (
  issued_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint,
  grant_id bytea NOT NULL CHECK (octet_length(grant_id) = 16),
  hash bytea NOT NULL CHECK (octet_length(hash) = 32),
  redirect_uri text COLLATE "C" NOT NULL,
  code_challenge text COLLATE "C" NOT NULL,
  nonce text COLLATE "C" NOT NULL,
  PRIMARY KEY (grant_id, hash)
);
CREATE INDEX codes_by_expiry ON codes (expires_at);

-- One index serves the look-up, "all tokens of a grant" and "does anything point at this grant"; the other finds what is
-- over without reading what lives.
-- client_id is null for a grant's tokens: the grant knows it. A client's own token has no grant, and its own scope.
CREATE TABLE tokens (
  issued_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  rotated_at bigint,
  grant_id bytea NOT NULL CHECK (octet_length(grant_id) = 16),
  hash bytea NOT NULL CHECK (octet_length(hash) = 32),
  kind text COLLATE "C" NOT NULL,
  client_id text COLLATE "C",
  scope text COLLATE "C",
  sealed text COLLATE "C",
  PRIMARY KEY (grant_id, hash)
);
CREATE INDEX tokens_by_expiry ON tokens (expires_at);

CREATE TABLE claims (
  until bigint NOT NULL,
  name bytea NOT NULL PRIMARY KEY CHECK (octet_length(name) = 32),
  holder text COLLATE "C" NOT NULL
);
CREATE INDEX claims_by_end ON claims (until);
