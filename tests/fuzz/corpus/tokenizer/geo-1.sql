CREATE TABLE node (
  id INTEGER NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  changeset INTEGER NOT NULL REFERENCES changeset (id),
  lat NUMERIC(10, 7) NOT NULL CHECK (lat >= -90 AND lat <= 90),
  lon NUMERIC(10, 7) NOT NULL CHECK (lon > -180 AND lon <= 180),
  tile INTEGER AS (CAST((lat + 90) AS INTEGER) * 360 + CAST((lon + 180) AS INTEGER)) STORED,
  visible BOOLEAN NOT NULL DEFAULT 1 CHECK (visible = 0 OR visible = 1),
  PRIMARY KEY (id, version)
) WITHOUT ROWID;