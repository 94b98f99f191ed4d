-- What the schema is meant to be: the suite schema.yaml compares the baseline with it.
-- Written by 'baseline checks generate' from 1_shop.sql; change it by hand, and before
-- the migration, so that no change of the schema goes unnoticed.

CREATE TABLE shop (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);

CREATE TABLE item (
  id INTEGER PRIMARY KEY,
  shop_id INTEGER NOT NULL REFERENCES shop (id),
  code TEXT NOT NULL CHECK (length(code) = 4),
  kind TEXT NOT NULL DEFAULT 'new' CHECK (kind IN ('new', 'used')),
  price REAL,
  CONSTRAINT valid_price CHECK (price > 0 AND price <= 500),
  CONSTRAINT unique_code UNIQUE (shop_id, code)
);
