-- A messenger, in the style of Signal and Matrix: full-text search with its triggers, reactions,
-- JSON, blobs, exclusive columns, defaults that are computed.
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

CREATE TABLE thread (
  _id INTEGER PRIMARY KEY,
  recipient_id INTEGER NOT NULL UNIQUE REFERENCES recipient (_id) ON DELETE CASCADE,
  archived INTEGER NOT NULL DEFAULT 0,
  pinned INTEGER,
  last_seen INTEGER NOT NULL DEFAULT (strftime('%s', 'now')),
  CHECK (archived = 0 OR pinned IS NULL)
);
CREATE UNIQUE INDEX thread_pinned ON thread (pinned) WHERE pinned IS NOT NULL;

CREATE TABLE message (
  _id INTEGER PRIMARY KEY,
  thread_id INTEGER NOT NULL REFERENCES thread (_id) ON DELETE CASCADE,
  from_id INTEGER NOT NULL REFERENCES recipient (_id),
  date_sent INTEGER NOT NULL,
  date_received INTEGER NOT NULL,
  body TEXT,
  "group" TEXT GENERATED ALWAYS AS (json_extract(extras, '$.group')) VIRTUAL,
  extras TEXT CHECK (extras IS NULL OR json_type(extras) = 'object'),
  quote_id INTEGER REFERENCES message (_id) ON DELETE SET NULL,
  expires_in INTEGER NOT NULL DEFAULT 0 CHECK (expires_in >= 0 AND expires_in <= 2419200),
  CONSTRAINT received_after_sent CHECK (date_received >= date_sent),
  UNIQUE (date_sent, from_id, thread_id)
);
CREATE INDEX message_group ON message ("group") WHERE "group" IS NOT NULL;

CREATE TABLE attachment (
  message_id INTEGER NOT NULL REFERENCES message (_id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL CHECK (ordinal BETWEEN 0 AND 31),
  content_type TEXT NOT NULL CHECK (content_type LIKE '%/%'),
  data BLOB,
  file TEXT,
  width INTEGER CHECK (width > 0),
  height INTEGER CHECK (height > 0),
  PRIMARY KEY (message_id, ordinal),
  CONSTRAINT one_place CHECK ((data IS NULL) <> (file IS NULL)),
  CONSTRAINT both_sides CHECK ((width IS NULL) = (height IS NULL))
) WITHOUT ROWID;

CREATE TABLE reaction (
  message_id INTEGER NOT NULL REFERENCES message (_id) ON DELETE CASCADE,
  author_id INTEGER NOT NULL REFERENCES recipient (_id),
  emoji TEXT NOT NULL CHECK (emoji <> ''),
  UNIQUE (message_id, author_id) ON CONFLICT REPLACE
);

CREATE VIRTUAL TABLE message_fts USING fts5 (body, content = 'message', content_rowid = '_id');
CREATE TRIGGER message_ai AFTER INSERT ON message BEGIN
  INSERT INTO message_fts (rowid, body) VALUES (NEW._id, NEW.body);
END;
CREATE TRIGGER message_ad AFTER DELETE ON message BEGIN
  INSERT INTO message_fts (message_fts, rowid, body) VALUES ('delete', OLD._id, OLD.body);
END;
CREATE TRIGGER message_au AFTER UPDATE OF body ON message BEGIN
  INSERT INTO message_fts (message_fts, rowid, body) VALUES ('delete', OLD._id, OLD.body);
  INSERT INTO message_fts (rowid, body) VALUES (NEW._id, NEW.body);
END;

CREATE VIRTUAL TABLE emoji_search USING fts5 (label, emoji UNINDEXED);

-- At most three pinned conversations.
CREATE TRIGGER thread_pins BEFORE UPDATE OF pinned ON thread
WHEN NEW.pinned IS NOT NULL AND (SELECT count(*) FROM thread WHERE pinned IS NOT NULL) >= 3
BEGIN
  SELECT RAISE(ABORT, 'at most three pinned threads');
END;
CREATE TRIGGER message_needs_content BEFORE INSERT ON message
WHEN NEW.body IS NULL AND NEW.extras IS NULL
BEGIN
  SELECT RAISE(ABORT, 'a message has a body or extras');
END;

CREATE VIEW unread AS SELECT thread_id, count(*) AS messages FROM message GROUP BY thread_id;
CREATE TRIGGER unread_is_read_only INSTEAD OF DELETE ON unread
BEGIN
  SELECT RAISE(ABORT, 'mark the messages instead');
END;
