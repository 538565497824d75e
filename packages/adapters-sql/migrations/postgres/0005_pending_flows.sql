-- compatible_from: 1
-- How many flows each process has begun that have not ended: their sum is compared with the ceiling on pending flows.
CREATE TABLE pending_flows (
  expires_at bigint NOT NULL,
  waiting integer NOT NULL,
  holder text COLLATE "C" NOT NULL PRIMARY KEY
);
