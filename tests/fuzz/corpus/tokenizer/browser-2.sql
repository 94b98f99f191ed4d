CREATE TABLE moz_historyvisits (
  id INTEGER PRIMARY KEY,
  from_visit INTEGER REFERENCES moz_historyvisits (id),
  place_id INTEGER NOT NULL REFERENCES moz_places (id) ON DELETE CASCADE,
  visit_date INTEGER NOT NULL,
  visit_type INTEGER NOT NULL CHECK (visit_type BETWEEN 1 AND 9)
);