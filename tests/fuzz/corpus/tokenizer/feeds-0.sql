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