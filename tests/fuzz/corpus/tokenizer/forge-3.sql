CREATE TABLE comment (
  id INTEGER PRIMARY KEY,
  repository_id INTEGER NOT NULL,
  issue_number INTEGER NOT NULL,
  author_id INTEGER REFERENCES user,
  reply_to INTEGER REFERENCES comment,
  body TEXT NOT NULL,
  FOREIGN KEY (repository_id, issue_number) REFERENCES issue (repository_id, number) ON DELETE CASCADE
);