#include "pipeline/prune.hpp"

#include <fstream>

#include "base/error.hpp"
#include "base/names.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::prune_test {
namespace {

namespace fs = std::filesystem;
using std::chrono::system_clock;

constexpr auto kNow = system_clock::time_point(std::chrono::hours(24) * 20'000);

struct Place {
  TempDir dir;
  fs::path database = dir.path() / "app.db";
  Workbench bench;
  Context context;
  int number = 0;

  Place() : bench(real_file_system(), prepared(database)), context(bench.context()) {
    context.now = [] { return kNow; };
  }
  static const fs::path& prepared(const fs::path& database) {
    make_old(database);
    return database;
  }

  /// Files a backup that was made so many days ago; returns its number, from 1.
  int add(const std::string& reason, int days_ago = 0, const std::string& of = {}) {
    Manifest manifest;
    const auto when = kNow - std::chrono::hours(24) * days_ago;
    manifest.id = context.catalogue.next_id(when);
    manifest.reason = reason;
    manifest.when = rfc3339(when);
    manifest.run = names::run_key(manifest.id, database.native());
    ++number;
    manifest.database = of.empty() ? database.native() : of;
    manifest.payload = {
        fs::path(manifest.database).filename(), 5, std::string(64, 'a'), true, 0600, {}};
    std::ofstream(context.catalogue.open_unfinished(manifest.run) / manifest.payload.name)
        << "12345";
    context.catalogue.commit(manifest);
    return number;
  }

  void verified(int which, const std::string& when, const std::string& damage = {}) {
    const CatalogueEntry entry =
        context.catalogue.entries().at(static_cast<std::size_t>(which) - 1);
    EntryRecord record;
    record.verified = when;
    record.damage = damage;
    write_record(real_file_system(), Directory::open(entry.directory), record);
  }

  /// The numbers of those that would be removed.
  std::vector<int> removed(std::optional<std::uint64_t> newest,
                           std::optional<std::uint64_t> days = {}) {
    PruneRequest request;
    request.keep = {newest, days};
    request.dry_run = true;
    std::vector<int> numbers;
    for (const PrunedBackup& one : prune(request, context).removed) {
      numbers.push_back(static_cast<int>(*names::sequence_of(one.entry.id)));
    }
    return numbers;
  }
};

using Numbers = std::vector<int>;

TEST_CASE("the newest are kept", "[prune]") {
  Place place;
  for (int i = 0; i < 5; ++i) place.add("deploy");
  CHECK(place.removed(5) == Numbers{});
  CHECK(place.removed(3) == Numbers{1, 2});
  CHECK(place.removed(1) == Numbers{1, 2, 3, 4});
}

TEST_CASE("the young are kept, and one rule is enough", "[prune]") {
  Place place;
  for (const int days : {40, 30, 20, 10, 1}) place.add("deploy", days);
  CHECK(place.removed({}, 25) == Numbers{1, 2});
  CHECK(place.removed({}, 30) == Numbers{1});
  CHECK(place.removed(4, 5) == Numbers{1});
  CHECK(place.removed(1, 25) == Numbers{1, 2});
}

TEST_CASE("a rule that says nothing removes nothing", "[prune]") {
  Place place;
  place.add("deploy");
  CHECK_THROWS_AS(place.removed({}, {}), Error);
}

TEST_CASE("the newest of a deploy stays, however old", "[prune]") {
  Place place;
  place.add("deploy", 900);
  place.add("deploy", 800);
  for (int i = 0; i < 3; ++i) place.add("manual");
  CHECK(place.removed(1) == Numbers{1, 3, 4});
  CHECK(place.removed({}, 1) == Numbers{1});
}

TEST_CASE("what rollback would put back stays", "[prune]") {
  Place place;
  place.add("deploy");
  place.add("rollback");
  place.add("manual");
  place.add("manual");
  CHECK(place.removed(1) == Numbers{3});
}

TEST_CASE("the one that was verified last stays", "[prune]") {
  Place place;
  for (int i = 0; i < 5; ++i) place.add("deploy");
  place.verified(1, "2026-11-21T02:35:58Z");
  place.verified(2, "2026-11-22T02:35:58Z");
  CHECK(place.removed(1) == Numbers{1, 3, 4});
  // Found damaged since: then it proves nothing.
  place.verified(2, "2026-11-22T02:35:58Z", "its database file was changed");
  CHECK(place.removed(1) == Numbers{3, 4});
}

TEST_CASE("a damaged one is neither removed nor counted", "[prune]") {
  Place place;
  for (int i = 0; i < 4; ++i) place.add("deploy");
  const auto entries = place.context.catalogue.entries();
  fs::remove(entries[3].directory / "app.db");
  place.verified(2, "", "its database file was changed");
  CHECK(place.removed(2) == Numbers{});
  CHECK(place.removed(1) == Numbers{1});
}

TEST_CASE("what went back into place is removed with those that are as old", "[prune]") {
  Place place;
  for (int i = 0; i < 3; ++i) place.add("deploy");
  const auto entries = place.context.catalogue.entries();
  place.context.catalogue.mark_restored(entries[1].id, "2026-11-21T02:35:58Z");
  CHECK(place.removed(2) == Numbers{});
  CHECK(place.removed(1) == Numbers{1, 2});
}

TEST_CASE("backups of other databases are left alone", "[prune]") {
  Place place;
  const fs::path other = place.dir.path() / "other" / "app.db";
  fs::create_directory(other.parent_path());
  make_old(other);
  place.add("deploy", 0, other.native());      // it exists here
  place.add("deploy", 0, "/gone/app.db");      // the path of this one in a container
  place.add("deploy", 0, "/gone/another.db");  // of another name
  place.add("deploy");
  CHECK(place.removed(1) == Numbers{2});
}

TEST_CASE("an entry with something foreign in it stays", "[prune]") {
  Place place;
  for (int i = 0; i < 2; ++i) place.add("deploy");
  fs::create_directory(place.context.catalogue.entries()[0].directory / "mine");
  CHECK(place.removed(1) == Numbers{});
}

TEST_CASE("what an interrupted run needs stays, and it is not recovered", "[prune]") {
  Place place;
  for (int i = 0; i < 3; ++i) place.add("deploy");
  const auto entries = place.context.catalogue.entries();
  {
    const auto run = place.bench.store().hold({"rollback", "2026-11-21T02:35:58Z"},
                                              Deadline(std::chrono::milliseconds(0)));
    Intent intent;
    intent.command = "rollback";
    intent.run = entries[1].manifest->run;
    intent.source_id = entries[0].id;
    intent.catalogue = place.context.catalogue.directory();
    run->prepare(intent);
  }
  CHECK(place.removed(1) == Numbers{});
  REQUIRE(place.bench.store().interruption());
  place.add("deploy");
  CHECK(place.removed(1) == Numbers{3});
}

TEST_CASE("a backup of tomorrow is not old", "[prune]") {
  Place place;
  for (const int days : {40, -365, 1}) place.add("deploy", days);  // a clock was set back
  CHECK(place.removed({}, 30) == Numbers{1});
}

TEST_CASE("an entry that is removed is gone, and said to be", "[prune]") {
  Place place;
  for (int i = 0; i < 3; ++i) place.add("deploy");
  PruneRequest request;
  request.keep.newest = 1;
  const PruneReport report = prune(request, place.context);
  CHECK(report.removed.size() == 2);
  CHECK(report.freed > 1'000);
  REQUIRE(place.context.catalogue.entries().size() == 1);
  CHECK(place.context.catalogue.entries()[0].id.substr(17) == "003");
  CHECK(place.context.catalogue.unfinished().empty());
}

TEST_CASE("a no leaves everything", "[prune]") {
  Place place;
  for (int i = 0; i < 3; ++i) place.add("deploy");
  PruneRequest request;
  request.keep.newest = 1;
  request.confirm = [](const PruneReport& plan) {
    CHECK(plan.removed.size() == 2);
    return false;
  };
  CHECK(prune(request, place.context).outcome == Outcome::declined);
  CHECK(place.context.catalogue.entries().size() == 3);
}

}  // namespace
}  // namespace baseline::prune_test
