-- compatible_from: 1
-- What tells a client from an earlier one with the same id, copied into each of its own tokens. null: a node of the version
-- before wrote the row, and times are compared instead. In grants, consents and flows it is part of data.
ALTER TABLE clients ADD COLUMN incarnation TEXT;
ALTER TABLE tokens ADD COLUMN client_incarnation TEXT;
