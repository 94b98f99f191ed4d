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