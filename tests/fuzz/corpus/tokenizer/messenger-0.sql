CREATE TABLE recipient (
  _id INTEGER PRIMARY KEY AUTOINCREMENT,
  aci TEXT UNIQUE CHECK (length(aci) = 36),
  e164 TEXT UNIQUE CHECK (e164 GLOB '+[1-9]*' AND length(e164) BETWEEN 8 AND 16),
  group_id TEXT UNIQUE,
  "type" INTEGER NOT NULL DEFAULT 0 CHECK ("type" IN (0, 1, 2, 3)),
  blocked INTEGER NOT NULL DEFAULT FALSE CHECK (blocked IN (FALSE, TRUE)),
  muted_until INTEGER NOT NULL DEFAULT 0,
  colour TEXT DEFAULT (upper('ultramarine')),
  profile_key BLOB CHECK (profile_key IS NULL OR length(profile_key) = 32),
  capabilities TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(capabilities)),
  CONSTRAINT who CHECK ((aci IS NOT NULL) + (e164 IS NOT NULL) + (group_id IS NOT NULL) > 0)
);