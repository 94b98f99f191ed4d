// timed OUT COMMAND ARGS…: runs the command and writes into OUT, on one line: wall time in ns, user
// and system time in µs, largest resident set in KiB, 512-byte blocks written, exit code. A small
// program of its own, because Linux counts what the parent had resident before exec() as the
// child's, and a Python process starts others slowly.
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char** environ;

static long long microseconds(struct timeval time) {
  return time.tv_sec * 1000000LL + time.tv_usec;
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  struct timespec start, end;
  struct rusage used;
  int status = 0;
  pid_t child = 0;
  clock_gettime(CLOCK_MONOTONIC, &start);
  if (posix_spawnp(&child, argv[2], NULL, NULL, argv + 2, environ) != 0) {
    perror(argv[2]);
    return 2;
  }
  if (wait4(child, &status, 0, &used) != child) return 2;
  clock_gettime(CLOCK_MONOTONIC, &end);
  FILE* const out = fopen(argv[1], "w");
  if (out == NULL) return 2;
  fprintf(out, "%lld %lld %lld %ld %ld %d\n",
          (end.tv_sec - start.tv_sec) * 1000000000LL + (end.tv_nsec - start.tv_nsec),
          microseconds(used.ru_utime), microseconds(used.ru_stime), used.ru_maxrss, used.ru_oublock,
          WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return fclose(out) == 0 ? 0 : 2;
}
