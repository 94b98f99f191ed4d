-- A project tracker with Rails 7: foreign keys with actions, checks, a partial and an expression index.
CREATE TABLE IF NOT EXISTS "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);
CREATE TABLE IF NOT EXISTS "ar_internal_metadata" ("key" varchar NOT NULL PRIMARY KEY, "value" varchar, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
CREATE TABLE IF NOT EXISTS "users" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "email" varchar NOT NULL COLLATE NOCASE, "name" varchar, "role" integer DEFAULT 0 NOT NULL, "settings" json DEFAULT '{}' NOT NULL, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
CREATE UNIQUE INDEX "index_users_on_email" ON "users" ("email");
CREATE TABLE IF NOT EXISTS "projects" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "owner_id" integer NOT NULL, "name" varchar NOT NULL, "archived_at" datetime(6), "tasks_count" integer DEFAULT 0 NOT NULL, "budget" decimal(10,2) DEFAULT 0.0 NOT NULL, CONSTRAINT "fk_rails_owner" FOREIGN KEY ("owner_id") REFERENCES "users" ("id") ON DELETE RESTRICT, CONSTRAINT "budget_not_negative" CHECK (budget >= 0));
CREATE UNIQUE INDEX "index_projects_on_lower_name" ON "projects" ("owner_id", lower(name)) WHERE archived_at IS NULL;
CREATE TABLE IF NOT EXISTS "tasks" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "project_id" integer NOT NULL, "assignee_id" integer, "parent_id" integer, "title" varchar(120) NOT NULL, "position" integer DEFAULT 1 NOT NULL, "state" varchar DEFAULT 'open' NOT NULL, "starts_on" date, "ends_on" date, "done" boolean DEFAULT 0 NOT NULL, CONSTRAINT "fk_rails_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE CASCADE, CONSTRAINT "fk_rails_assignee" FOREIGN KEY ("assignee_id") REFERENCES "users" ("id") ON DELETE SET NULL, CONSTRAINT "fk_rails_parent" FOREIGN KEY ("parent_id") REFERENCES "tasks" ("id"), CONSTRAINT "dates_in_order" CHECK (ends_on IS NULL OR starts_on <= ends_on), CONSTRAINT "title_length" CHECK (length(title) BETWEEN 1 AND 120), CONSTRAINT "state_known" CHECK (state IN ('open', 'doing', 'closed')));
CREATE INDEX "index_tasks_on_project_id_and_position" ON "tasks" ("project_id", "position");
CREATE INDEX "index_tasks_on_assignee_id" ON "tasks" ("assignee_id") WHERE done = 0;
CREATE TABLE IF NOT EXISTS "labels" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "name" varchar NOT NULL, "color" varchar DEFAULT '#cccccc' NOT NULL CHECK (color LIKE '#______'));
CREATE UNIQUE INDEX "index_labels_on_name" ON "labels" ("name" COLLATE NOCASE);
CREATE TABLE IF NOT EXISTS "labels_tasks" ("label_id" integer NOT NULL, "task_id" integer NOT NULL, FOREIGN KEY ("label_id") REFERENCES "labels" ("id") ON DELETE CASCADE ON UPDATE CASCADE, FOREIGN KEY ("task_id") REFERENCES "tasks" ("id") ON DELETE CASCADE);
CREATE UNIQUE INDEX "index_labels_tasks" ON "labels_tasks" ("label_id", "task_id");
INSERT INTO schema_migrations VALUES ('20260102030405'), ('20260103030405'), ('20260104030405');
INSERT INTO ar_internal_metadata VALUES ('environment', 'production', '2026-01-02 03:04:05.000001', '2026-01-02 03:04:05.000001');
INSERT INTO labels VALUES (1, 'bug', '#ff0000');
