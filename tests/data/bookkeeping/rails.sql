-- As Active Record 7 makes it on SQLite.
CREATE TABLE IF NOT EXISTS "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);
CREATE TABLE IF NOT EXISTS "ar_internal_metadata" ("key" varchar NOT NULL PRIMARY KEY, "value" varchar, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
CREATE TABLE IF NOT EXISTS "items" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "name" varchar NOT NULL, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
CREATE UNIQUE INDEX "index_items_on_name" ON "items" ("name");
INSERT INTO schema_migrations VALUES ('20240102030405'), ('20231231235959');
INSERT INTO ar_internal_metadata VALUES ('environment', 'production', '2024-01-02 03:04:05.000001', '2024-01-02 03:04:05.000001'), ('schema_sha1', '5f2a', '2024-01-02 03:04:06', '2024-01-02 03:04:06');
INSERT INTO items VALUES (1, 'tea', '2024-01-03', '2024-01-03');
