CREATE TABLE folder (
  name TEXT PRIMARY KEY,
  parent TEXT NOT NULL REFERENCES folder (name),
  "order" INTEGER
);