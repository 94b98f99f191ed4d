#include "store/conformance.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include "os/file_system.hpp"
#include "store/sqlite/sqlite_engine.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::conformance_test {
namespace {

class SqliteUnderTest final : public conformance::EngineUnderTest {
 public:
  explicit SqliteUnderTest(EngineChoice choice) : choice_(choice) {}
  const Engine& engine() const override { return engine_; }
  std::unique_ptr<Store> open() override {
    return std::make_unique<sqlite::SqliteStore>(real_file_system(), database_, choice_);
  }
  void make_old() override { ::make_old(database_); }
  Migration migration() const override { return small_migration(); }
  std::string live() override { return content(database_); }
  std::string backup(const std::filesystem::path& entry, const Payload& payload) override {
    const std::filesystem::path copy = dir_.path() / "copy.db";
    std::filesystem::copy_file(entry / payload.name, copy,
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::permissions(copy, std::filesystem::perms::owner_all);
    return content(copy);
  }
  std::shared_ptr<void> connect() override {
    return std::make_shared<SQLite::Database>(database_.native(), SQLite::OPEN_READWRITE);
  }
  std::filesystem::path entries() override {
    const std::filesystem::path path = dir_.path() / "entries";
    std::filesystem::create_directories(path);
    return path;
  }

 private:
  EngineChoice choice_;
  sqlite::SqliteEngine engine_;
  TempDir dir_;
  std::filesystem::path database_ = dir_.path() / "app.db";
};

TEST_CASE("the SQLite store keeps what the pipeline relies on", "[store][conformance]") {
  conformance::check_conformance(
      [] { return std::make_unique<SqliteUnderTest>(EngineChoice::swap); });
}

TEST_CASE("the SQLite store keeps the same in place", "[store][conformance]") {
  conformance::check_conformance(
      [] { return std::make_unique<SqliteUnderTest>(EngineChoice::in_place); });
}

}  // namespace
}  // namespace baseline::conformance_test
