CREATE TABLE item (
  id INTEGER PRIMARY KEY,
  shop_id INTEGER NOT NULL REFERENCES shop (id),
  code TEXT NOT NULL CHECK (length(code) = 4),
  kind TEXT NOT NULL DEFAULT 'new' CHECK (kind IN ('new', 'used')),
  price REAL,
  CONSTRAINT valid_price CHECK (price > 0 AND price <= 500),
  CONSTRAINT unique_code UNIQUE (shop_id, code)
);