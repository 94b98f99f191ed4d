-- A feed reader: a hand-made schema of mixed habits, without foreign keys in most places, with
-- conflict clauses, CHECKs that never fire alone, contradictions, an index over an expression.
CREATE TABLE feed (
  url TEXT PRIMARY KEY NOT NULL,
  title TEXT,
  "interval" INTEGER NOT NULL DEFAULT 60,
  state TEXT NOT NULL DEFAULT 'ok',
  errors INTEGER NOT NULL DEFAULT 0,
  etag,
  fetched TIMESTAMP,
  CHECK ("interval" % 5 = 0 AND "interval" BETWEEN 5 AND 10080),
  CONSTRAINT known_state CHECK (state IN ('ok', 'gone', 'failing')),
  CONSTRAINT errors_of_state CHECK (
    (state = 'ok' AND errors = 0) OR (state = 'gone') OR (state = 'failing' AND errors > 0)
  )
);
CREATE UNIQUE INDEX feed_title ON feed (title COLLATE NOCASE) WHERE title IS NOT NULL;

CREATE TABLE entry (
  feed TEXT NOT NULL REFERENCES feed (url) ON UPDATE CASCADE ON DELETE CASCADE,
  guid TEXT NOT NULL,
  title TEXT NOT NULL DEFAULT '(untitled)',
  published DATE,
  read INTEGER NOT NULL DEFAULT 0,
  starred INTEGER NOT NULL DEFAULT 0,
  hash TEXT UNIQUE ON CONFLICT IGNORE,
  PRIMARY KEY (feed, guid),
  CHECK (read IN (0, 1) AND starred IN (0, 1)),
  CHECK (published IS NULL OR published GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]')
);
CREATE UNIQUE INDEX entry_link ON entry (feed, substr(guid, 1, 8), lower(title));

CREATE TABLE folder (
  name TEXT PRIMARY KEY,
  parent TEXT NOT NULL REFERENCES folder (name),
  "order" INTEGER
);

CREATE TABLE setting (key TEXT, value TEXT);

-- Nothing can ever be in it.
CREATE TABLE impossible (
  id INTEGER PRIMARY KEY,
  x INTEGER NOT NULL CHECK (x > 5),
  CHECK (x < 3)
);
CREATE TABLE depends_on_it (
  impossible_id INTEGER NOT NULL REFERENCES impossible (id)
);

CREATE TABLE log (
  at TEXT NOT NULL DEFAULT (datetime('now')),
  level INTEGER CHECK (level >= 0) CHECK (level < 8),
  always_true INTEGER CHECK (always_true = always_true OR always_true IS NULL),
  message TEXT CHECK (message NOT LIKE 'password=%')
);
CREATE TRIGGER log_is_append_only BEFORE UPDATE ON log
BEGIN
  SELECT RAISE(ABORT, 'the log is append-only');
END;
CREATE TRIGGER log_is_kept BEFORE DELETE ON log
BEGIN
  SELECT RAISE(ABORT, 'the log is append-only');
END;
