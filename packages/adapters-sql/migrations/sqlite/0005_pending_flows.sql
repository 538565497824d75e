-- compatible_from: 1
-- How many flows each process has begun that have not ended: their sum is compared with the ceiling on pending flows.
CREATE TABLE pending_flows (
  holder TEXT NOT NULL PRIMARY KEY,
  waiting INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
