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