-- As Knex makes it on SQLite; a migrator was killed while it had the lock.
CREATE TABLE `knex_migrations` (`id` integer not null primary key autoincrement, `name` varchar(255), `batch` integer, `migration_time` datetime);
CREATE TABLE `knex_migrations_lock` (`index` integer not null primary key autoincrement, `is_locked` integer);
CREATE TABLE `items` (`id` integer not null primary key autoincrement, `name` varchar(255) not null);
INSERT INTO knex_migrations VALUES (1, '20240102030405_init.js', 1, 1704164645678), (2, '20240103030405_more.js', 2, 1704264645678);
INSERT INTO knex_migrations_lock VALUES (1, 1);
