CREATE TABLE moz_bookmarks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  type INTEGER NOT NULL CHECK (type IN (1, 2, 3)),
  fk INTEGER DEFAULT NULL REFERENCES moz_places (id),
  parent INTEGER REFERENCES moz_bookmarks (id),
  position INTEGER NOT NULL DEFAULT 0,
  title LONGVARCHAR,
  dateAdded INTEGER,
  guid TEXT NOT NULL CHECK (length(guid) = 12),
  CONSTRAINT url_of_a_bookmark CHECK ((type = 1) = (fk IS NOT NULL)),
  CONSTRAINT not_its_own_parent CHECK (parent <> id)
);