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