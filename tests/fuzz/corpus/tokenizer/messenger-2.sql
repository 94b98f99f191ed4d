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