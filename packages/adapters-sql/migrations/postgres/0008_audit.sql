-- compatible_from: 1
-- The audit table. The server only appends to it; retention removes the oldest events of a chain and leaves an anchor.
-- MACs and their order prove that nobody else changed a row (docs/audit.md). Times are milliseconds since 1970.
CREATE TABLE audit_events (
  sequence bigint NOT NULL CHECK (sequence > 0),
  time bigint NOT NULL,
  chain text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  client_id text COLLATE "C",
  subject text COLLATE "C",
  data text COLLATE "C" NOT NULL,
  key_id text COLLATE "C" NOT NULL,
  previous text COLLATE "C" NOT NULL,
  mac text COLLATE "C" NOT NULL,
  PRIMARY KEY (chain, sequence)
);
-- In the order of a page, of all events and of those of a client or subject.
CREATE INDEX audit_events_by_time ON audit_events (time, chain, sequence);
CREATE INDEX audit_events_by_client ON audit_events (client_id, time) WHERE client_id IS NOT NULL;
CREATE INDEX audit_events_by_subject ON audit_events (subject, time) WHERE subject IS NOT NULL;
-- The chains, by their first events.
CREATE INDEX audit_events_first ON audit_events (chain) WHERE sequence = 1;

CREATE TABLE audit_checkpoints (
  number bigint NOT NULL PRIMARY KEY,
  time bigint NOT NULL,
  heads text COLLATE "C" NOT NULL,
  previous text COLLATE "C" NOT NULL,
  key_id text COLLATE "C" NOT NULL,
  seal text COLLATE "C" NOT NULL
);

CREATE TABLE audit_anchors (
  sequence bigint NOT NULL,
  time bigint NOT NULL,
  chain text COLLATE "C" NOT NULL PRIMARY KEY,
  mac text COLLATE "C" NOT NULL,
  key_id text COLLATE "C" NOT NULL,
  seal text COLLATE "C" NOT NULL
);
