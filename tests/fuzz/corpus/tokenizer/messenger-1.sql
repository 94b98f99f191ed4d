CREATE TABLE thread (
  _id INTEGER PRIMARY KEY,
  recipient_id INTEGER NOT NULL UNIQUE REFERENCES recipient (_id) ON DELETE CASCADE,
  archived INTEGER NOT NULL DEFAULT 0,
  pinned INTEGER,
  last_seen INTEGER NOT NULL DEFAULT (strftime('%s', 'now')),
  CHECK (archived = 0 OR pinned IS NULL)
);