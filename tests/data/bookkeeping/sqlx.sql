-- As sqlx-cli makes it on SQLite.
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO _sqlx_migrations VALUES (20240102030405, 'init', '2024-01-02 03:04:05', 1, x'00ff10a7c2', 1234567);
INSERT INTO _sqlx_migrations VALUES (20240103030405, 'more', '2024-01-03 03:04:05', 0, x'27', -1);
