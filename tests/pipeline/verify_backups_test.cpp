#include "pipeline/verify_backups.hpp"

#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::verify_backups_test {
namespace {

class ProgressObserver final : public Observer {
 public:
  void step_started(Step) override {}
  void step_finished(Step, std::chrono::nanoseconds, bool) override {}
  void progress(Step, std::uint64_t done, std::uint64_t total) override {
    seen.emplace_back(done, total);
  }
  void note(std::string_view) override {}
  void warning(std::string_view) override {}

  std::vector<std::pair<std::uint64_t, std::uint64_t>> seen;
};

TEST_CASE("the progress of a verification is at its end only after the engine's own check",
          "[verify_backups]") {
  const TempDir dir;
  const auto database = dir.path() / "app.db";
  make_old(database);
  Workbench bench(real_file_system(), database);
  REQUIRE(bench.deploy().outcome == Outcome::done);
  const std::uint64_t size = bench.catalogue().entries().at(0).manifest->payload.size;

  ProgressObserver observer;
  Context context{bench.store(), bench.catalogue(), real_file_system(), observer,
                  bench.context().now};
  CHECK(verify_backups({}, context).outcome == Outcome::done);
  // Hashed, then read again by the engine.
  CHECK(observer.seen == std::vector<std::pair<std::uint64_t, std::uint64_t>>{
                             {size, 2 * size}, {2 * size, 2 * size}});
}

}  // namespace
}  // namespace baseline::verify_backups_test
