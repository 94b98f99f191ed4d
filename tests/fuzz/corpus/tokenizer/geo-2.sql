CREATE TABLE "way nodes" (
  "way id" INTEGER NOT NULL REFERENCES "the ""ways""" ("id"),
  "node id" INTEGER NOT NULL,
  "node version" INTEGER NOT NULL,
  "#" INTEGER NOT NULL CHECK ("#" >= 0),
  PRIMARY KEY ("way id", "#"),
  FOREIGN KEY ("node id", "node version") REFERENCES node (id, version)
);