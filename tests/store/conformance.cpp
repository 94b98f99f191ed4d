#include "store/conformance.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

namespace baseline::conformance {
namespace {

namespace fs = std::filesystem;

const Deadline kNow(std::chrono::milliseconds(0));

Intent intent_for(EngineUnderTest& engine, Store& store, bool has_old) {
  Intent intent;
  intent.command = "deploy";
  intent.started = "2026-11-21T02:35:58Z";
  intent.revision = "new1";
  intent.run = "20261121T023558Z-001-1a2b3c4d";
  intent.catalogue = engine.entries();
  intent.strategy = store.plan_backup(BackupChoice::automatic, intent.catalogue).strategy;
  if (has_old) intent.backup_id = "20261121T023558Z-001";
  return intent;
}

Directory entry_of(EngineUnderTest& engine) {
  const fs::path path = engine.entries() / "entry";
  fs::create_directories(path);
  return Directory::open(path);
}

std::unique_ptr<Replacement> hold(Store& store) {
  if (!store.interruption()) store.plan_exchange();
  return store.hold({"deploy", "now"}, kNow);
}

// A replacement that is about to swap, and what it has copied of the old database where the plan
// says so. It shares the payload with whoever goes on with a run that was cut off.
struct Ready {
  std::unique_ptr<Replacement> replacement;
  std::optional<Payload> copied;
};

// Keeps the old database as the plan says: the copy is there already, or it is filed now.
Payload keep_old(EngineUnderTest& engine, Replacement& replacement,
                 const std::optional<Payload>& copied) {
  if (!copied) return replacement.file_old(entry_of(engine), Sealing::now, nullptr);
  replacement.discard_old();
  return *copied;
}

// Everything up to the swap. Nobody may look at the live database after the freeze: that is exactly
// what the replacement has to notice.
Ready ready_to_swap(EngineUnderTest& engine, Store& store, bool has_old) {
  auto replacement = hold(store);
  const Intent intent = intent_for(engine, store, has_old);
  const auto migrated = engine.engine().apply(engine.migration());
  replacement->require_unused(kNow);
  replacement->prepare(intent);
  replacement->stage(*migrated);
  CHECK(replacement->open_candidate()->revision() == "new1");
  replacement->announce();
  CHECK(engine.live() == (has_old ? "old" : "missing"));
  replacement->freeze(kNow, false);
  std::optional<Payload> copied;
  if (has_old && intent.strategy == BackupStrategy::copy) {
    copied = replacement->copy_old(entry_of(engine), nullptr);
  }
  return {std::move(replacement), copied};
}

ErrorCode code_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  FAIL("it did not throw");
  return ErrorCode::io;
}

void looks_without_changing(EngineUnderTest& engine) {
  const auto store = engine.open();
  CHECK_FALSE(store->exists());
  CHECK_FALSE(store->look({}).exists);
  engine.make_old();
  const DatabaseFacts facts = store->look({});
  CHECK(facts.exists);
  CHECK(facts.revision == "old1");
  CHECK(facts.size > 0);
  CHECK_FALSE(facts.tables.empty());
  CHECK(engine.live() == "old");
  CHECK_FALSE(store->interruption());
  CHECK_FALSE(store->running());
}

void replaces(EngineUnderTest& engine) {
  engine.make_old();
  const auto store = engine.open();
  const auto [replacement, copied] = ready_to_swap(engine, *store, true);
  replacement->swap();
  CHECK(replacement->open_live()->revision() == "new1");
  CHECK(replacement->old_is_untouched());
  replacement->admit_users();
  CHECK_FALSE(store->admission());
  replacement->note_admission(true);
  CHECK(store->admission().value().replaced);
  CHECK(engine.live() == "new");
  const Payload payload = keep_old(engine, *replacement, copied);
  CHECK(payload.sha256.size() == 64);
  replacement->finish();
  CHECK(engine.live() == "new");
  CHECK(engine.backup(entry_of(engine).path(), payload) == "old");
  CHECK_FALSE(store->interruption());
}

void copies_before_the_swap(EngineUnderTest& engine) {
  engine.make_old();
  const auto store = engine.open();
  auto [replacement, copied] = ready_to_swap(engine, *store, true);
  if (!copied) copied = replacement->copy_old(entry_of(engine), nullptr);
  CHECK(engine.backup(entry_of(engine).path(), *copied) == "old");
  replacement->swap();
  replacement->admit_users();
  replacement->discard_old();
  replacement->finish();
  CHECK(engine.live() == "new");
}

void swaps_back(EngineUnderTest& engine) {
  engine.make_old();
  const auto store = engine.open();
  const auto [replacement, copied] = ready_to_swap(engine, *store, true);
  replacement->swap();
  replacement->note_admission(true);
  replacement->swap_back(kNow, copied ? std::optional(entry_of(engine)) : std::nullopt);
  CHECK(engine.live() == "old");
  CHECK(replacement->candidate_is_as_built());
  CHECK_FALSE(store->admission());
  replacement->note_admission(false);
  CHECK_FALSE(store->admission().value().replaced);
  replacement->discard({});
  replacement->finish();
  CHECK(engine.live() == "old");
  CHECK_FALSE(store->interruption());
}

void creates_where_nothing_was(EngineUnderTest& engine) {
  const auto store = engine.open();
  const auto [replacement, copied] = ready_to_swap(engine, *store, false);
  replacement->swap();
  CHECK(engine.live() == "new");
  replacement->swap_back(kNow, {});
  CHECK(engine.live() == "missing");
  replacement->discard({});
  replacement->finish();
}

void brings_a_backup_back(EngineUnderTest& engine) {
  engine.make_old();
  const auto store = engine.open();
  Payload payload;
  const Directory entry = entry_of(engine);
  {
    const auto [replacement, copied] = ready_to_swap(engine, *store, true);
    replacement->swap();
    replacement->admit_users();
    payload = keep_old(engine, *replacement, copied);
    replacement->finish();
  }
  const auto replacement = hold(*store);
  replacement->prepare(intent_for(engine, *store, true));
  Payload damaged = payload;
  damaged.sha256 = std::string(64, '0');
  CHECK(code_of([&] { replacement->stage_backup(entry, damaged, false, nullptr); }) ==
        ErrorCode::refused);
  replacement->discard({});
  replacement->finish();
  CHECK(engine.live() == "new");

  replacement->prepare(intent_for(engine, *store, true));
  replacement->stage_backup(entry, payload, false, nullptr);
  replacement->announce();
  replacement->freeze(kNow, false);
  replacement->swap();
  replacement->admit_users();
  CHECK(engine.live() == "old");
  CHECK(engine.backup(entry.path(), payload) == "old");
}

void keeps_others_out(EngineUnderTest& engine) {
  engine.make_old();
  const auto store = engine.open();
  const auto second = engine.open();
  {
    const auto replacement = hold(*store);
    CHECK(second->running());
    CHECK(code_of([&] { hold(*second); }) == ErrorCode::in_use);
  }
  CHECK_FALSE(second->running());
  hold(*second);
}

void notices_a_connected_client(EngineUnderTest& engine) {
  engine.make_old();
  const auto store = engine.open();
  const auto replacement = hold(*store);
  auto client = engine.connect();
  CHECK(code_of([&] { replacement->require_unused(kNow); }) == ErrorCode::in_use);
  client.reset();
  replacement->require_unused(kNow);
}

void tells_where_an_interrupted_run_stands(EngineUnderTest& engine) {
  engine.make_old();
  const auto store = engine.open();
  // Destroying the object without finish() is what a crash leaves.
  ready_to_swap(engine, *store, true);
  {
    const auto replacement = hold(*store);
    REQUIRE(replacement->interruption());
    CHECK(replacement->interruption()->position == Position::untouched);
    CHECK(replacement->interruption()->intent.revision == "new1");
    replacement->discard({});
    replacement->finish();
  }
  CHECK_FALSE(store->interruption());
  CHECK(engine.live() == "old");

  std::optional<Payload> copied;
  {
    auto [cut_off, payload] = ready_to_swap(engine, *store, true);
    cut_off->swap();
    copied = payload;
  }
  REQUIRE(store->interruption());
  const auto replacement = hold(*store);
  REQUIRE(replacement->interruption());
  CHECK(replacement->interruption()->position == Position::swapped);
  const Payload payload = keep_old(engine, *replacement, copied);
  replacement->finish();
  CHECK(engine.live() == "new");
  CHECK(engine.backup(entry_of(engine).path(), payload) == "old");
}

void refuses_a_bad_migration(EngineUnderTest& engine) {
  Migration bad = engine.migration();
  bad.sql += "\nCRAETE TABLE x (a INTEGER);";
  CHECK(code_of([&] { engine.engine().apply(bad); }) == ErrorCode::usage);
  CHECK(engine.live() == "missing");
}

}  // namespace

void check_conformance(const MakeEngine& make_engine) {
  struct Part {
    const char* name;
    void (*run)(EngineUnderTest&);
  };
  constexpr Part kParts[] = {
      {"looks without changing", looks_without_changing},
      {"replaces", replaces},
      {"copies before the swap", copies_before_the_swap},
      {"swaps back", swaps_back},
      {"creates where nothing was", creates_where_nothing_was},
      {"brings a backup back", brings_a_backup_back},
      {"keeps others out", keeps_others_out},
      {"notices a connected client", notices_a_connected_client},
      {"tells where an interrupted run stands", tells_where_an_interrupted_run_stands},
      {"refuses a bad migration", refuses_a_bad_migration},
  };
  for (const Part& part : kParts) {
    INFO(part.name);
    const auto engine = make_engine();
    part.run(*engine);
  }
}

}  // namespace baseline::conformance
