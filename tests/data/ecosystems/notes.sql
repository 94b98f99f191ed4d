-- A note-taking app with goose: STRICT and WITHOUT ROWID tables, triggers, views, full-text search.
CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
CREATE TABLE notebook (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (trim(title) <> ''),
  color TEXT NOT NULL DEFAULT 'grey' CHECK (color IN ('grey', 'red', 'blue')),
  note_count INTEGER NOT NULL DEFAULT 0 CHECK (note_count >= 0)
) STRICT;
CREATE TABLE note (
  id INTEGER PRIMARY KEY,
  notebook_id INTEGER NOT NULL REFERENCES notebook (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  body TEXT NOT NULL DEFAULT '',
  words INTEGER GENERATED ALWAYS AS (length(body) - length(replace(body, ' ', '')) + 1) STORED,
  pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
  locked INTEGER NOT NULL DEFAULT 0 CHECK (locked IN (0, 1)),
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at TEXT,
  CHECK (updated_at IS NULL OR updated_at >= created_at)
) STRICT;
CREATE INDEX note_by_notebook ON note (notebook_id, created_at DESC);
CREATE UNIQUE INDEX one_pinned ON note (notebook_id) WHERE pinned = 1;
CREATE UNIQUE INDEX note_title ON note (notebook_id, lower(title));
CREATE TABLE tag (name TEXT PRIMARY KEY CHECK (name GLOB '[a-z]*')) WITHOUT ROWID;
CREATE TABLE note_tag (
  note_id INTEGER NOT NULL REFERENCES note (id) ON DELETE CASCADE,
  tag TEXT NOT NULL REFERENCES tag (name) ON UPDATE CASCADE ON DELETE RESTRICT,
  PRIMARY KEY (note_id, tag)
) WITHOUT ROWID;
CREATE TABLE revision (
  note_id INTEGER NOT NULL REFERENCES note (id) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number > 0),
  body TEXT NOT NULL,
  PRIMARY KEY (note_id, number)
);
CREATE TABLE attachment (
  id INTEGER PRIMARY KEY,
  note_id INTEGER REFERENCES note (id) ON DELETE SET NULL,
  name TEXT NOT NULL,
  size INTEGER NOT NULL CHECK (size BETWEEN 0 AND 10485760)
);
CREATE VIRTUAL TABLE note_fts USING fts5(title, body, content='note', content_rowid='id');
CREATE TRIGGER note_added AFTER INSERT ON note BEGIN
  INSERT INTO note_fts (rowid, title, body) VALUES (new.id, new.title, new.body);
  UPDATE notebook SET note_count = note_count + 1 WHERE id = new.notebook_id;
END;
CREATE TRIGGER note_removed AFTER DELETE ON note BEGIN
  INSERT INTO note_fts (note_fts, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);
  UPDATE notebook SET note_count = note_count - 1 WHERE id = old.notebook_id;
END;
CREATE TRIGGER note_changed AFTER UPDATE OF title, body ON note BEGIN
  INSERT INTO note_fts (note_fts, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);
  INSERT INTO note_fts (rowid, title, body) VALUES (new.id, new.title, new.body);
  INSERT INTO revision (note_id, number, body)
    SELECT old.id, coalesce(max(number), 0) + 1, old.body FROM revision WHERE note_id = old.id;
END;
CREATE TRIGGER note_locked BEFORE UPDATE OF body ON note WHEN old.locked = 1 BEGIN
  SELECT RAISE(ABORT, 'the note is locked');
END;
CREATE TRIGGER attachment_needs_open_note BEFORE INSERT ON attachment
WHEN NOT EXISTS (SELECT 1 FROM note WHERE id = new.note_id AND locked = 0) BEGIN
  SELECT RAISE(ABORT, 'attach to an open note');
END;
CREATE VIEW recent AS
  SELECT n.id, n.title, b.title AS notebook, n.words
  FROM note n JOIN notebook b ON b.id = n.notebook_id
  WHERE n.locked = 0
  ORDER BY n.created_at DESC LIMIT 20;
CREATE VIEW tag_use AS SELECT tag, count(*) AS notes FROM note_tag GROUP BY tag;
INSERT INTO goose_db_version VALUES (1, 0, 1, '2026-01-01 00:00:00');
INSERT INTO goose_db_version VALUES (2, 20260102030405, 1, '2026-01-02 03:04:05');
INSERT INTO tag VALUES ('todo'), ('idea');
