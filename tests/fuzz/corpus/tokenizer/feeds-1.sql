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