#include "store/sqlite/swap/run_lock.hpp"

#include <chrono>
#include <fstream>
#include <string>

#include "base/names.hpp"
#include "os/file_system.hpp"
#include "store/sqlite/swap/target.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace baseline::sqlite::run_lock_test {
namespace {

TEST_CASE("who holds the lock is told, however much the last one had to say", "[lock]") {
  const TempDir dir;
  const Target target = resolve(dir.path() / "app.db");
  std::ofstream(dir.path() / names::lock("app.db")) << std::string(1000, 'x') << "\n";
  const Deadline now{std::chrono::milliseconds(0)};
  const RunLock lock(real_file_system(), target, "deploy", "2026-11-21T22:53:10Z", now);
  const auto holder = RunLock::holder(target);
  REQUIRE(holder);
  CHECK_THAT(*holder, ContainsSubstring("baseline deploy, since 2026-11-21T22:53:10Z"));
}

}  // namespace
}  // namespace baseline::sqlite::run_lock_test
