// The least that a safe swap needs, as one program: the schema is made in memory, written and
// synced under another name, exchanged with what is live, and the directory is synced. No lock, no
// check, no backup, no way back: what `baseline deploy` does beyond this is what it is for.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void demand(int holds, const char* what) {
  if (holds) return;
  perror(what);
  exit(1);
}

static char* read_text(const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat status;
  demand(fd >= 0 && fstat(fd, &status) == 0, path);
  char* const text = calloc(1, (size_t)status.st_size + 1);
  demand(text && read(fd, text, (size_t)status.st_size) == status.st_size, path);
  close(fd);
  return text;
}

int main(int argc, char** argv) {
  demand(argc == 4, "usage: floor SCHEMA.sql DIRECTORY NAME");
  const int directory = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  demand(directory >= 0, argv[2]);

  sqlite3* database = NULL;
  sqlite3_int64 size = 0;
  demand(sqlite3_open(":memory:", &database) == SQLITE_OK, "open");
  demand(sqlite3_exec(database, "BEGIN", 0, 0, 0) == SQLITE_OK, "begin");
  demand(sqlite3_exec(database, read_text(argv[1]), 0, 0, 0) == SQLITE_OK, argv[1]);
  demand(sqlite3_exec(database, "COMMIT", 0, 0, 0) == SQLITE_OK, "commit");
  const unsigned char* const bytes = sqlite3_serialize(database, "main", &size, 0);
  demand(bytes != NULL, "serialize");

  const char* const candidate = ".floor-candidate";
  const int fd = openat(directory, candidate, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  demand(fd >= 0 && write(fd, bytes, (size_t)size) == size && fsync(fd) == 0, candidate);
  const int moved = renameat2(directory, candidate, directory, argv[3], RENAME_EXCHANGE);
  demand(moved == 0 || (errno == ENOENT && renameat(directory, candidate, directory, argv[3]) == 0),
         argv[3]);
  demand(fsync(directory) == 0, argv[2]);
  return 0;
}
