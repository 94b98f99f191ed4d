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