CREATE TABLE moz_origins (
  id INTEGER PRIMARY KEY,
  prefix TEXT NOT NULL,
  host TEXT NOT NULL,
  frecency INTEGER NOT NULL DEFAULT 0,
  UNIQUE (prefix, host)
);