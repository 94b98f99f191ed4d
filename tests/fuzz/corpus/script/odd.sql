-- Names that nobody chooses and SQLite allows.
CREATE TABLE "<<" ("on" INTEGER PRIMARY KEY, "a.b" TEXT NOT NULL, "c(d)" TEXT UNIQUE, "e'f" TEXT CHECK ("e'f" <> 'it''s'));
CREATE TABLE " " ("" TEXT NOT NULL, ":x" INTEGER CHECK (":x" > 0), "y?" INTEGER REFERENCES "<<");
CREATE TABLE "two
lines" ("tab	in it" TEXT NOT NULL UNIQUE, CONSTRAINT "name: with # and
line" CHECK ("tab	in it" <> 'x: y'));
CREATE TABLE "null" ("true" INTEGER NOT NULL CHECK ("true" IN (0, 1)), "~" TEXT, UNIQUE ("true", "~"));
CREATE TABLE "*" ("[x]" TEXT NOT NULL, "{y}" TEXT NOT NULL DEFAULT '{', PRIMARY KEY ("[x]", "{y}")) WITHOUT ROWID;
CREATE TABLE "1" ("2" INTEGER NOT NULL, "-3" REAL CHECK ("-3" < "2"));
CREATE TABLE empty_keys (a, b, c UNIQUE);
