-- A browser's history and bookmarks, in the style of Firefox's places database: partial and
-- expression indexes, a tree that refers to itself, triggers that keep counts and that refuse.
CREATE TABLE moz_origins (
  id INTEGER PRIMARY KEY,
  prefix TEXT NOT NULL,
  host TEXT NOT NULL,
  frecency INTEGER NOT NULL DEFAULT 0,
  UNIQUE (prefix, host)
);

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
CREATE INDEX moz_places_hostindex ON moz_places (origin_id);
CREATE UNIQUE INDEX moz_places_guid_uniqueindex ON moz_places (guid);
CREATE UNIQUE INDEX moz_places_url_uniqueindex ON moz_places (url_hash, url) WHERE url_hash <> 0;

CREATE TABLE moz_historyvisits (
  id INTEGER PRIMARY KEY,
  from_visit INTEGER REFERENCES moz_historyvisits (id),
  place_id INTEGER NOT NULL REFERENCES moz_places (id) ON DELETE CASCADE,
  visit_date INTEGER NOT NULL,
  visit_type INTEGER NOT NULL CHECK (visit_type BETWEEN 1 AND 9)
);
CREATE INDEX moz_historyvisits_dateindex ON moz_historyvisits (visit_date DESC);

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
CREATE UNIQUE INDEX moz_bookmarks_guid_uniqueindex ON moz_bookmarks (guid);
CREATE UNIQUE INDEX moz_bookmarks_order ON moz_bookmarks (parent, position) WHERE parent IS NOT NULL;

CREATE TABLE moz_keywords (
  id INTEGER PRIMARY KEY,
  keyword TEXT COLLATE NOCASE NOT NULL,
  place_id INTEGER NOT NULL REFERENCES moz_places (id)
);
CREATE UNIQUE INDEX moz_keywords_keyword ON moz_keywords (lower(keyword));

CREATE TABLE moz_meta (
  key TEXT PRIMARY KEY,
  value NOT NULL
) WITHOUT ROWID;

CREATE VIEW moz_recent AS
  SELECT p.url, p.title, max(v.visit_date) AS visited
  FROM moz_places AS p JOIN moz_historyvisits AS v ON v.place_id = p.id
  GROUP BY p.id;

CREATE TRIGGER moz_bookmarks_count AFTER INSERT ON moz_bookmarks WHEN NEW.fk IS NOT NULL
BEGIN
  UPDATE moz_places SET foreign_count = foreign_count + 1 WHERE id = NEW.fk;
END;
CREATE TRIGGER moz_places_keep_bookmarked BEFORE DELETE ON moz_places WHEN OLD.foreign_count > 0
BEGIN
  SELECT RAISE(ABORT, 'a bookmarked place cannot be deleted');
END;
CREATE TRIGGER moz_places_guid_is_fixed BEFORE UPDATE OF guid ON moz_places
WHEN NEW.guid <> OLD.guid
BEGIN
  SELECT RAISE(ABORT, 'the guid of a place never changes (bug 1357)');
END;

INSERT INTO moz_meta VALUES ('sync/version', 1);
INSERT INTO moz_bookmarks (id, type, title, guid) VALUES (1, 2, 'root', 'root________');
