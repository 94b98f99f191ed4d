CREATE TABLE "two
lines" ("tab	in it" TEXT NOT NULL UNIQUE, CONSTRAINT "name: with # and
line" CHECK ("tab	in it" <> 'x: y'));