-- As Alembic makes it on SQLite.
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
CREATE TABLE items (id INTEGER NOT NULL, name VARCHAR NOT NULL, PRIMARY KEY (id));
INSERT INTO alembic_version VALUES ('1a2b3c4d5e6f');
INSERT INTO items VALUES (1, 'tea');
