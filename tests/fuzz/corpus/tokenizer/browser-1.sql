CREATE TABLE moz_places (
  id INTEGER PRIMARY KEY,
  url LONGVARCHAR NOT NULL,
  url_hash INTEGER NOT NULL DEFAULT 0,
  title LONGVARCHAR,
  visit_count INTEGER NOT NULL DEFAULT 0 CHECK (visit_count >= 0),
  hidden INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1)),
  frecency INTEGER NOT NULL DEFAULT -1,
  last_visit_date INTEGER,
  guid TEXT NOT NULL CONSTRAINT valid_guid CHECK (
    length(guid) = 12 AND guid NOT GLOB '*[^a-zA-Z0-9_-]*'
  ),
  foreign_count INTEGER NOT NULL DEFAULT 0,
  origin_id INTEGER REFERENCES moz_origins (id) ON DELETE SET NULL,
  CONSTRAINT visited_has_date CHECK (visit_count = 0 OR last_visit_date IS NOT NULL)
);