CREATE TABLE "the ""ways""" (
  id INTEGER PRIMARY KEY,
  "first: node" INTEGER,
  name TEXT,
  FOREIGN KEY (id, "first: node") REFERENCES "way nodes" ("way id", "#") DEFERRABLE INITIALLY DEFERRED
);