-- A catalogue of places, in the style of OpenStreetMap and GeoPackage: an R-Tree, coordinates,
-- names that need quoting in SQL and in YAML, names that are keywords, cycles of optional keys.
PRAGMA application_id = 1196444487;
PRAGMA user_version = 10300;

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
CREATE INDEX node_tile ON node (tile);

CREATE TABLE "way nodes" (
  "way id" INTEGER NOT NULL REFERENCES "the ""ways""" ("id"),
  "node id" INTEGER NOT NULL,
  "node version" INTEGER NOT NULL,
  "#" INTEGER NOT NULL CHECK ("#" >= 0),
  PRIMARY KEY ("way id", "#"),
  FOREIGN KEY ("node id", "node version") REFERENCES node (id, version)
);
CREATE TABLE "the ""ways""" (
  id INTEGER PRIMARY KEY,
  "first: node" INTEGER,
  name TEXT,
  FOREIGN KEY (id, "first: node") REFERENCES "way nodes" ("way id", "#") DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE tag (
  "table" TEXT NOT NULL CHECK ("table" IN ('node', 'way', 'relation')),
  "key" TEXT NOT NULL CHECK ("key" GLOB '[a-z]*' AND "key" NOT GLOB '*[^a-z0-9:_]*'),
  "value" TEXT NOT NULL CHECK (length("value") <= 255),
  "on" INTEGER NOT NULL,
  "null" TEXT,
  CONSTRAINT "one value: per key" UNIQUE ("table", "on", "key")
);

CREATE TABLE "Straße" (
  "Größe" REAL CHECK ("Größe" > 0.0),
  "Länge" REAL NOT NULL CHECK ("Länge" > 0.0),
  "Name" TEXT NOT NULL,
  "Land" TEXT NOT NULL DEFAULT 'de' CHECK ("Land" = lower("Land") AND length("Land") = 2),
  UNIQUE ("Name", "Land")
);

CREATE VIRTUAL TABLE node_index USING rtree (id, min_lat, max_lat, min_lon, max_lon);

CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY,
  data_type TEXT NOT NULL,
  identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  min_x DOUBLE, max_x DOUBLE,
  srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL PRIMARY KEY,
  organization TEXT NOT NULL,
  definition TEXT NOT NULL
);
INSERT INTO gpkg_spatial_ref_sys VALUES ('undefined', -1, 'NONE', 'undefined'),
  ('geographic', 0, 'NONE', 'undefined'), ('WGS 84', 4326, 'EPSG', 'GEOGCS["WGS 84"]');

CREATE VIEW "nodes, visible" AS SELECT id, lat, lon FROM node WHERE visible;
