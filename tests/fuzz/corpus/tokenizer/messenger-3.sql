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