CREATE TABLE product (
  sku TEXT NOT NULL PRIMARY KEY CHECK (length(sku) BETWEEN 4 AND 12 AND upper(sku) = sku),
  name TEXT NOT NULL CHECK (trim(name) <> ''),
  cents INTEGER NOT NULL CHECK (cents > 0),
  sale_cents INTEGER CHECK (sale_cents > 0),
  currency TEXT NOT NULL DEFAULT 'EUR' REFERENCES currency (code) ON UPDATE CASCADE,
  stock INTEGER NOT NULL DEFAULT 0 CHECK (stock >= 0),
  reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  discontinued INTEGER NOT NULL DEFAULT 0 CHECK (discontinued IN (0, 1)),
  CONSTRAINT sale_is_cheaper CHECK (sale_cents < cents),
  CONSTRAINT not_oversold CHECK (reserved <= stock)
) STRICT;