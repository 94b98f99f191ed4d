CREATE TABLE "changeset" (
  id INTEGER PRIMARY KEY CHECK (id <> 0),
  "user" TEXT NOT NULL,
  "open" BOOLEAN NOT NULL DEFAULT TRUE,
  min_lat REAL CHECK (min_lat BETWEEN -90 AND 90),
  max_lat REAL CHECK (max_lat BETWEEN -90 AND 90),
  min_lon REAL CHECK (min_lon BETWEEN -180 AND 180),
  max_lon REAL CHECK (max_lon BETWEEN -180 AND 180),
  CHECK (min_lat <= max_lat),
  CHECK (min_lon <= max_lon)
);