-- compatible_from: 1
-- Claims are called leases from now on. A claim is also what an ID token says.
CREATE TABLE leases (
  name BLOB NOT NULL PRIMARY KEY CHECK (length(name) = 32),
  holder TEXT NOT NULL,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO leases (name, holder, until) SELECT name, holder, until FROM claims;
CREATE INDEX leases_by_end ON leases (until);

-- Processes of the release before write the table claims. Triggers keep both tables equal; SQLite has one writer at a time, so
-- nobody sees them differ. The conditions end the circle: a row that is equal already is not written again.
-- A later migration drops the table claims and all six triggers.
CREATE TRIGGER claims_inserted AFTER INSERT ON claims
WHEN NOT EXISTS (SELECT 1 FROM leases WHERE name = NEW.name) BEGIN
  INSERT INTO leases (name, holder, until) VALUES (NEW.name, NEW.holder, NEW.until);
END;
CREATE TRIGGER claims_updated AFTER UPDATE ON claims BEGIN
  UPDATE leases SET holder = NEW.holder, until = NEW.until
  WHERE name = NEW.name AND NOT (holder = NEW.holder AND until = NEW.until);
END;
CREATE TRIGGER claims_deleted AFTER DELETE ON claims BEGIN
  DELETE FROM leases WHERE name = OLD.name;
END;

CREATE TRIGGER leases_inserted AFTER INSERT ON leases
WHEN NOT EXISTS (SELECT 1 FROM claims WHERE name = NEW.name) BEGIN
  INSERT INTO claims (name, holder, until) VALUES (NEW.name, NEW.holder, NEW.until);
END;
CREATE TRIGGER leases_updated AFTER UPDATE ON leases BEGIN
  UPDATE claims SET holder = NEW.holder, until = NEW.until
  WHERE name = NEW.name AND NOT (holder = NEW.holder AND until = NEW.until);
END;
CREATE TRIGGER leases_deleted AFTER DELETE ON leases BEGIN
  DELETE FROM claims WHERE name = OLD.name;
END;
