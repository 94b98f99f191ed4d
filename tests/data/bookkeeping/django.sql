-- As Django 4.2 makes it on SQLite, with an application of its own.
CREATE TABLE IF NOT EXISTS "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" datetime NOT NULL);
CREATE TABLE IF NOT EXISTS "shop_item" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(40) NOT NULL UNIQUE, "stock" integer unsigned NOT NULL CHECK ("stock" >= 0));
INSERT INTO django_migrations VALUES (1, 'contenttypes', '0001_initial', '2025-06-01 12:00:00.123456');
INSERT INTO django_migrations VALUES (2, 'shop', '0001_initial', '2025-06-01 12:00:00.223456');
INSERT INTO django_migrations VALUES (3, 'shop', '0002_item_stock', '2025-06-02 08:30:00');
INSERT INTO shop_item VALUES (1, 'tea', 3);
