-- compatible_from: 1
-- The audit table. The server only appends to it; retention removes the oldest events of a chain and leaves an anchor.
-- MACs and their order prove that nobody else changed a row (docs/audit.md). Times are milliseconds since 1970.
CREATE TABLE audit_events (
  chain TEXT NOT NULL,
  sequence INTEGER NOT NULL CHECK (sequence > 0),
  time INTEGER NOT NULL,
  type TEXT NOT NULL,
  client_id TEXT,
  subject TEXT,
  data TEXT NOT NULL,
  key_id TEXT NOT NULL,
  previous TEXT NOT NULL,
  mac TEXT NOT NULL,
  PRIMARY KEY (chain, sequence)
) STRICT;
-- In the order of a page, of all events and of those of a client or subject.
CREATE INDEX audit_events_by_time ON audit_events (time, chain, sequence);
CREATE INDEX audit_events_by_client ON audit_events (client_id, time) WHERE client_id IS NOT NULL;
CREATE INDEX audit_events_by_subject ON audit_events (subject, time) WHERE subject IS NOT NULL;
-- The chains, by their first events.
CREATE INDEX audit_events_first ON audit_events (chain) WHERE sequence = 1;

CREATE TABLE audit_checkpoints (
  number INTEGER NOT NULL PRIMARY KEY,
  time INTEGER NOT NULL,
  heads TEXT NOT NULL,
  previous TEXT NOT NULL,
  key_id TEXT NOT NULL,
  seal TEXT NOT NULL
) STRICT;

CREATE TABLE audit_anchors (
  chain TEXT NOT NULL PRIMARY KEY,
  sequence INTEGER NOT NULL,
  time INTEGER NOT NULL,
  mac TEXT NOT NULL,
  key_id TEXT NOT NULL,
  seal TEXT NOT NULL
) STRICT;
