#include "store/sqlite/swap/own_companions.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::sqlite {
namespace {

// An application that writes all the time, until it is ended.
class BusyApplication {
 public:
  explicit BusyApplication(const std::filesystem::path& database) : pid_(::fork()) {
    if (pid_ == 0) write_on(database);
  }
  ~BusyApplication() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  BusyApplication(const BusyApplication&) = delete;
  BusyApplication& operator=(const BusyApplication&) = delete;

 private:
  [[noreturn]] static void write_on(const std::filesystem::path& database) {
    try {
      const std::string name = database.native();
      SQLite::Database application(name, SQLite::OPEN_READWRITE, 5000);
      application.exec("PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 2");
      for (int i = 0;; ++i) {
        application.exec("UPDATE t SET x = " + std::to_string(i));
        if (i % 5 == 0) application.exec("CREATE TABLE u (x)");
        if (i % 5 == 1) application.exec("DROP TABLE u");
      }
    } catch (...) {
      ::_exit(1);
    }
  }

  pid_t pid_;
};

TEST_CASE("what an application is writing at this moment is its own", "[companions]") {
  for (const char* mode : {"DELETE", "PERSIST", "WAL"}) {
    const TempDir dir;
    run_sql(dir.path() / "app.db", std::string("PRAGMA journal_mode = ") + mode +
                                       "; CREATE TABLE t (x); INSERT INTO t VALUES (0)");
    const Target target = resolve(dir.path() / "app.db");
    const BusyApplication application(target.resolved);
    for (int i = 0; i < 1500; ++i) {
      INFO(mode);
      REQUIRE_NOTHROW(require_own_companions(target));
      REQUIRE_NOTHROW(keep_what_is_replaced(target));
    }
  }
}

}  // namespace
}  // namespace baseline::sqlite
