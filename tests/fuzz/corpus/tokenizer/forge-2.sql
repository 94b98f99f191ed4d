CREATE TABLE issue (
  repository_id INTEGER NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number > 0),
  author_id INTEGER NOT NULL REFERENCES user (id),
  title VARCHAR(255) NOT NULL CHECK (length(title) BETWEEN 1 AND 255),
  state VARCHAR(8) DEFAULT 'open' NOT NULL,
  opened_at DATETIME NOT NULL,
  closed_at DATETIME,
  PRIMARY KEY (repository_id, number),
  CHECK (state IN ('open', 'closed')),
  CONSTRAINT ck_issue_closed CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
  CONSTRAINT ck_issue_order CHECK (closed_at >= opened_at)
);