// Loaded into the program by LD_PRELOAD: from the exchange of the databases on, one allocation or
// one start of a thread fails, or there is no more memory than so much. The environment says which:
//
//   FAIL_MEMORY_FROM    what it is counted from: "exchange" (the candidate gets another name),
//                       "transaction" (in place: SQLite begins to copy), "start"
//   FAIL_MEMORY_AT      the number of the one that fails
//   FAIL_MEMORY_LEFT    instead: so many KiB are left to the process (RLIMIT_AS), and no thread
//   FAIL_MEMORY_RECORD  instead: the file into which the numbers are written, one for each place of
//                       the program (by the innermost callers) where it allocates
//
// All that the C library, libstdc++, SQLite and OpenSSL allocate goes through these functions.
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

struct sqlite3;
struct sqlite3_backup;

extern "C" {
// Those of the C library, without looking them up, which would itself allocate.
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace {

constexpr int kDepth = 14;              // callers that make a place
constexpr std::size_t kMost = 1 << 16;  // places

std::atomic<bool> armed{false};
std::atomic<long> counted{0};
long failing = 0;
bool no_threads = false;
int record = -1;
thread_local bool within = false;  // looking at the callers allocates, too
std::array<std::uint64_t, kMost> seen{};

const char* setting(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool counts_from(const char* what) { return std::strcmp(setting("FAIL_MEMORY_FROM"), what) == 0; }

void limit(long kibibytes) {
  std::array<char, 64> text{};
  const int statm = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (statm < 0 || ::read(statm, text.data(), text.size() - 1) <= 0) std::abort();
  ::close(statm);
  const rlim_t pages = std::strtoul(text.data(), nullptr, 10);
  const rlim_t bytes =
      pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + static_cast<rlim_t>(kibibytes) * 1024;
  const rlimit most{bytes, bytes};
  if (::setrlimit(RLIMIT_AS, &most) != 0) std::abort();
  no_threads = true;
}

void arm() {
  if (armed.exchange(true)) return;
  if (*setting("FAIL_MEMORY_LEFT") != '\0') limit(std::atol(setting("FAIL_MEMORY_LEFT")));
}

__attribute__((constructor)) void begin() {
  std::array<void*, 2> frames{};
  ::backtrace(frames.data(), 2);  // loads what it needs now
  failing = std::atol(setting("FAIL_MEMORY_AT"));
  const char* const file = setting("FAIL_MEMORY_RECORD");
  if (*file != '\0') record = ::open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (counts_from("start")) arm();
}

// Whether these callers have not been seen before.
bool is_new_place() {
  std::array<void*, kDepth + 2> frames{};
  const int depth = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  std::uint64_t hash = 14695981039346656037U;
  for (std::size_t i = 2; i < static_cast<std::size_t>(depth); ++i) {
    hash = (hash ^ reinterpret_cast<std::uint64_t>(frames[i])) * 1099511628211U;
  }
  for (std::size_t slot = hash % kMost;; slot = (slot + 1) % kMost) {
    if (seen[slot] == hash) return false;
    if (seen[slot] != 0) continue;
    seen[slot] = hash;
    return true;
  }
}

// Whether this one fails.
bool fails() {
  if (!armed || within) return false;
  const long number = ++counted;
  if (record >= 0) {
    within = true;
    if (is_new_place()) {
      std::array<char, 32> line{};
      const int size = std::snprintf(line.data(), line.size(), "%ld\n", number);
      if (::write(record, line.data(), static_cast<std::size_t>(size)) != size) std::abort();
    }
    within = false;
  }
  if (number != failing) return false;
  errno = ENOMEM;
  return true;
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) { return fails() ? nullptr : __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) {
  return fails() ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  return fails() ? nullptr : __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return fails() ? nullptr : __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  *memory = fails() ? nullptr : __libc_memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                   void* argument) {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto real = reinterpret_cast<Create>(::dlsym(RTLD_NEXT, "pthread_create"));
  if ((armed && no_threads) || fails()) return EAGAIN;
  return real(thread, attributes, run, argument);
}

int renameat2(int from_directory, const char* from, int to_directory, const char* to,
              unsigned flags) {
  const long result = ::syscall(SYS_renameat2, from_directory, from, to_directory, to, flags);
  const bool goes_live = std::strstr(from, ".baseline-candidate") != nullptr;
  if (result == 0 && goes_live && counts_from("exchange")) arm();
  return static_cast<int>(result);
}

sqlite3_backup* sqlite3_backup_init(sqlite3* target, const char* target_name, sqlite3* source,
                                    const char* source_name) {
  using Init = sqlite3_backup* (*)(sqlite3*, const char*, sqlite3*, const char*);
  static const auto real = reinterpret_cast<Init>(::dlsym(RTLD_NEXT, "sqlite3_backup_init"));
  if (counts_from("transaction")) arm();
  return real(target, target_name, source, source_name);
}

}  // extern "C"
