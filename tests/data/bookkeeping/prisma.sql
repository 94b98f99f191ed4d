-- As Prisma Migrate makes it on SQLite; logs may hold anything.
CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
);
CREATE TABLE "Item" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL);
CREATE UNIQUE INDEX "Item_name_key" ON "Item"("name");
INSERT INTO _prisma_migrations VALUES ('0b3e', '9af1', 1704164645678, '20240102030405_init', NULL, NULL, 1704164645600, 1);
INSERT INTO _prisma_migrations VALUES ('1c4f', '8be2', 1704264645678, '20240103030405_more', 'line one' || char(10) || 'line two' || char(9) || 'é', NULL, 1704264645600, 1);
