-- A shop of today: STRICT tables, generated columns, WITHOUT ROWID, CHECKs over several columns,
-- a status that only goes forward, money in whole cents.
CREATE TABLE currency (
  code TEXT PRIMARY KEY CHECK (code GLOB '[A-Z][A-Z][A-Z]'),
  digits INT NOT NULL DEFAULT 2 CHECK (digits BETWEEN 0 AND 3)
) STRICT, WITHOUT ROWID;

CREATE TABLE customer (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  email TEXT NOT NULL CHECK (email LIKE '%_@_%._%'),
  email_lower TEXT GENERATED ALWAYS AS (lower(email)) STORED UNIQUE,
  domain TEXT NOT NULL AS (substr(email, instr(email, '@') + 1)) VIRTUAL CHECK (domain <> 'example.com'),
  born TEXT CHECK (born IS date(born)),
  credit REAL NOT NULL DEFAULT 0.0 CHECK (credit >= 0.0 AND credit < 10000.0),
  avatar BLOB,
  extra ANY
) STRICT;

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

CREATE TABLE "order" (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customer (id) ON DELETE RESTRICT,
  status TEXT NOT NULL DEFAULT 'cart' CHECK (status IN ('cart', 'placed', 'paid', 'shipped', 'returned')),
  placed_at TEXT,
  shipped_at TEXT,
  CONSTRAINT placed_has_date CHECK (status = 'cart' OR placed_at IS NOT NULL),
  CONSTRAINT shipped_has_date CHECK (
    CASE WHEN status IN ('shipped', 'returned') THEN shipped_at IS NOT NULL
         ELSE shipped_at IS NULL END
  ),
  CONSTRAINT shipped_after_placed CHECK (shipped_at > placed_at)
) STRICT;
CREATE UNIQUE INDEX one_cart ON "order" (customer_id) WHERE status = 'cart';

CREATE TABLE order_line (
  order_id INTEGER NOT NULL REFERENCES "order" (id) ON DELETE CASCADE,
  line INTEGER NOT NULL CHECK (line > 0),
  sku TEXT NOT NULL REFERENCES product (sku),
  quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 99),
  cents INTEGER NOT NULL CHECK (cents >= 0),
  total INTEGER NOT NULL AS (quantity * cents) STORED CHECK (total <= 1000000),
  note TEXT COLLATE NOCASE CHECK (note IS NULL OR note <> 'test'),
  PRIMARY KEY (order_id, line),
  UNIQUE (order_id, sku)
) STRICT, WITHOUT ROWID;

CREATE TABLE coupon (
  code TEXT PRIMARY KEY ON CONFLICT IGNORE,
  percent INT NOT NULL ON CONFLICT REPLACE DEFAULT 5 CHECK (percent > 0 AND percent <= 100),
  flags INT NOT NULL DEFAULT 0 CHECK (flags & ~7 = 0),
  valid_from TEXT NOT NULL, valid_to TEXT NOT NULL,
  CHECK (julianday(valid_to) - julianday(valid_from) BETWEEN 1 AND 366)
) STRICT;

CREATE VIEW revenue AS SELECT sku, sum(total) AS cents FROM order_line GROUP BY sku;

CREATE TRIGGER order_is_not_reopened BEFORE UPDATE OF status ON "order"
WHEN OLD.status <> 'cart' AND NEW.status = 'cart'
BEGIN
  SELECT RAISE(ABORT, 'an order is not reopened');
END;
CREATE TRIGGER line_of_a_placed_order BEFORE INSERT ON order_line
WHEN (SELECT status FROM "order" WHERE id = NEW.order_id) <> 'cart'
BEGIN
  SELECT RAISE(ABORT, 'the order is placed');
END;
CREATE TRIGGER no_refund BEFORE UPDATE OF credit ON customer
BEGIN
  SELECT CASE WHEN NEW.credit > OLD.credit + 1000 THEN RAISE(ROLLBACK, 'too much at once') END;
END;

INSERT INTO currency VALUES ('EUR', 2), ('USD', 2), ('JPY', 0);
