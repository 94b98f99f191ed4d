#include "pipeline/export_backup.hpp"

#include <string>

#include "support/catch.hpp"
#include "support/hooked_file_system.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::export_backup_test {
namespace {

TEST_CASE("an exported file is on the disk before it has its name", "[export]") {
  const TempDir dir;
  const auto database = dir.path() / "app.db";
  make_old(database);
  Workbench(real_file_system(), database).deploy();
  const std::string backup = Workbench(real_file_system(), database).catalogue().entries().at(0).id;
  for (const bool force : {false, true}) {
    std::string steps;
    HookedFileSystem files([&](const std::string& operation, const std::string&) {
      const bool more = operation == "write" && steps.ends_with("write");  // as many as it takes
      if (!more) steps += (steps.empty() ? "" : " ") + operation;
    });
    Workbench bench(files, database);
    ExportRequest request;
    request.id = backup;
    request.file = dir.path() / (force ? "forced.db" : "new.db");
    request.force = force;
    export_backup(request, bench.context());
    CHECK(steps == std::string("create-unnamed write sync ") +
                       (force ? "unlink link-unnamed rename" : "link-unnamed") + " sync-dir");
    CHECK(content(request.file) == "old");
  }
}

}  // namespace
}  // namespace baseline::export_backup_test
