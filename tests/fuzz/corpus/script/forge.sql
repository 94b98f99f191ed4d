-- A code forge, in the style of Gitea and Fossil: many tables that refer to each other, composite
-- keys, a cycle of two tables that need each other, dates, enumerations, a stamp of Alembic.
CREATE TABLE user (
  id INTEGER NOT NULL,
  name VARCHAR(40) NOT NULL,
  email VARCHAR(255) NOT NULL,
  type VARCHAR(12) DEFAULT 'individual' NOT NULL,
  is_active BOOLEAN DEFAULT 0 NOT NULL,
  created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
  default_repository_id INTEGER,
  CONSTRAINT pk_user PRIMARY KEY (id),
  CONSTRAINT uq_user_name UNIQUE (name),
  CONSTRAINT ck_user_type CHECK (type IN ('individual', 'organization', 'bot')),
  CONSTRAINT ck_user_email CHECK (email LIKE '_%@_%' OR type = 'bot'),
  CONSTRAINT ck_user_name CHECK (name <> '' AND name = trim(name) AND name NOT LIKE '%/%'),
  CONSTRAINT fk_user_repository FOREIGN KEY (default_repository_id) REFERENCES repository (id)
    DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX uq_user_email ON user (lower(email)) WHERE type = 'individual';

CREATE TABLE repository (
  id INTEGER NOT NULL,
  owner_id INTEGER NOT NULL,
  name VARCHAR(100) NOT NULL,
  forked_from INTEGER,
  default_branch VARCHAR(100) DEFAULT 'main' NOT NULL,
  is_private BOOLEAN DEFAULT 0 NOT NULL CHECK (is_private IN (0, 1)),
  stars INTEGER DEFAULT 0 NOT NULL CHECK (stars >= 0),
  pushed_at DATETIME CHECK (pushed_at IS NULL OR datetime(pushed_at) IS NOT NULL),
  CONSTRAINT pk_repository PRIMARY KEY (id),
  CONSTRAINT uq_repository UNIQUE (owner_id, name),
  CONSTRAINT ck_repository_fork CHECK (forked_from IS NULL OR forked_from <> id),
  FOREIGN KEY (owner_id) REFERENCES user (id) ON DELETE RESTRICT,
  FOREIGN KEY (forked_from) REFERENCES repository (id) ON DELETE SET NULL
);

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

CREATE TABLE comment (
  id INTEGER PRIMARY KEY,
  repository_id INTEGER NOT NULL,
  issue_number INTEGER NOT NULL,
  author_id INTEGER REFERENCES user,
  reply_to INTEGER REFERENCES comment,
  body TEXT NOT NULL,
  FOREIGN KEY (repository_id, issue_number) REFERENCES issue (repository_id, number) ON DELETE CASCADE
);

CREATE TABLE label (
  repository_id INTEGER NOT NULL REFERENCES repository,
  name TEXT NOT NULL COLLATE NOCASE,
  colour TEXT NOT NULL CHECK (colour GLOB '#[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]'),
  PRIMARY KEY (repository_id, name)
) WITHOUT ROWID;

CREATE TABLE issue_label (
  repository_id INTEGER NOT NULL,
  issue_number INTEGER NOT NULL,
  label TEXT NOT NULL,
  PRIMARY KEY (repository_id, issue_number, label),
  FOREIGN KEY (repository_id, issue_number) REFERENCES issue,
  FOREIGN KEY (repository_id, label) REFERENCES label
);

-- A team has a leader, who is a member; a member belongs to a team.
CREATE TABLE team (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  leader_id INTEGER NOT NULL REFERENCES member (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE member (
  id INTEGER PRIMARY KEY,
  team_id INTEGER NOT NULL REFERENCES team (id) DEFERRABLE INITIALLY DEFERRED,
  user_id INTEGER NOT NULL REFERENCES user (id),
  role TEXT NOT NULL CHECK (role IN ('leader', 'maintainer', 'guest')),
  UNIQUE (team_id, user_id)
);

CREATE TABLE artifact (
  sha256 CHAR(64) PRIMARY KEY CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
  size INTEGER NOT NULL CHECK (size > 0 AND size <= 1073741824),
  content BLOB,
  delta_of CHAR(64) REFERENCES artifact (sha256),
  CHECK ((content IS NULL) <> (delta_of IS NULL))
);

CREATE TABLE alembic_version (
  version_num VARCHAR(32) NOT NULL,
  CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES ('7c1f0e2a9b3d');
INSERT INTO user (id, name, email, type) VALUES (1, 'ghost', '', 'bot');

CREATE VIEW open_issues AS
  SELECT r.name AS repository, count(*) AS issues
  FROM issue AS i JOIN repository AS r ON r.id = i.repository_id WHERE i.state = 'open' GROUP BY r.id;

CREATE TRIGGER issue_is_never_renumbered BEFORE UPDATE OF number ON issue
BEGIN
  SELECT RAISE(ABORT, 'numbers of issues are fixed') WHERE NEW.number <> OLD.number;
END;
CREATE TRIGGER ghost_stays BEFORE DELETE ON user WHEN OLD.name = 'ghost'
BEGIN
  SELECT RAISE(FAIL, 'the ghost stays');
END;
