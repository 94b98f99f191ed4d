#include "catalogue/past_runs.hpp"

#include "support/catch.hpp"

namespace baseline {
namespace {

constexpr const char* kDatabase = "/srv/app.db";

// Runs of one second bear ids that tell nothing but their number.
std::string id(int number) { return "20261121T023558Z-00" + std::to_string(number); }

HistoryLine run(RunKind kind, bool replaced, int number, bool with_backup = true) {
  HistoryLine line;
  line.database = kDatabase;
  line.kind = kind;
  line.replaced = replaced;
  line.run = id(number) + "-1a2b3c4d";
  if (replaced && with_backup) line.backup = id(number);
  return line;
}

CatalogueEntry entry(int number, const std::string& reason) {
  CatalogueEntry entry;
  entry.id = id(number);
  entry.manifest.emplace();
  entry.manifest->id = entry.id;
  entry.manifest->run = entry.id + "-1a2b3c4d";
  entry.manifest->reason = reason;
  entry.manifest->database = kDatabase;
  return entry;
}

PastRuns runs(std::vector<HistoryLine> lines) { return {History{std::move(lines)}, {kDatabase}}; }

TEST_CASE("a database is known by its path, and beside it by its name", "[history]") {
  CHECK(RecordedAs{kDatabase, false}.matches("/srv/app.db"));
  CHECK_FALSE(RecordedAs{kDatabase, false}.matches("/data/app.db"));
  CHECK(RecordedAs{kDatabase, true}.matches("/data/app.db"));
  CHECK_FALSE(RecordedAs{kDatabase, true}.matches("/srv/other.db"));
}

TEST_CASE("a rollback that replaced nothing tells nothing, a deploy does", "[history]") {
  const HistoryLine deploy = run(RunKind::deploy, true, 1);
  const HistoryLine failed = run(RunKind::deploy, false, 2);
  const HistoryLine undone = run(RunKind::rollback, false, 2);
  CHECK(runs({}).last_telling() == nullptr);
  CHECK(runs({deploy, undone}).last_telling()->backup == id(1));
  CHECK_FALSE(runs({deploy, failed}).last_telling()->replaced);
  CHECK_FALSE(runs({deploy, failed, undone}).last_telling()->replaced);
  CHECK(runs({deploy, failed}).last_completed()->backup == id(1));
}

TEST_CASE("a backup whose run has no line counts as the last run", "[history]") {
  const HistoryLine first = run(RunKind::deploy, true, 1);
  const std::vector<CatalogueEntry> entries = {entry(1, "deploy"), entry(2, "rollback")};

  PastRuns lost = runs({});
  lost.add_unrecorded(entries);
  CHECK(lost.last_completed()->kind == RunKind::rollback);

  PastRuns torn = runs({first});
  torn.add_unrecorded(entries);
  CHECK(torn.last_completed()->backup == id(2));

  // One that failed before has the same number, one that failed afterwards the next.
  PastRuns before = runs({first, run(RunKind::deploy, false, 2)});
  before.add_unrecorded(entries);
  CHECK(before.last_telling()->kind == RunKind::rollback);
  PastRuns after = runs({first, run(RunKind::deploy, false, 3)});
  after.add_unrecorded(entries);
  CHECK_FALSE(after.last_telling()->replaced);
}

TEST_CASE("a line that is there is not told twice by its backup", "[history]") {
  PastRuns all = runs({run(RunKind::deploy, true, 1), run(RunKind::deploy, true, 1, false)});
  all.add_unrecorded({entry(1, "deploy"), entry(2, "manual"), entry(3, "failed-deploy")});
  CHECK(all.last()->backup.empty());
}

TEST_CASE("the origin of a backup is the run before the one that replaced it", "[history]") {
  HistoryLine b = run(RunKind::deploy, true, 1);
  HistoryLine c = run(RunKind::deploy, true, 2);
  HistoryLine back = run(RunKind::rollback, true, 4);
  b.to = "b";
  c.to = "c";
  back.to = "b";
  const PastRuns all = runs({b, c, run(RunKind::deploy, false, 3), back});
  CHECK(all.origin_of(id(1)) == nullptr);
  CHECK(all.origin_of(id(2))->to == "b");
  CHECK(all.origin_of(id(3))->to == "c");  // a backup that was made in between
  CHECK(all.origin_of(id(4))->to == "c");
  CHECK(all.origin_of(id(5))->to == "b");
}

}  // namespace
}  // namespace baseline
