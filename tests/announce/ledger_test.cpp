#include "announce/ledger.hpp"

#include <fstream>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace baseline::ledger_test {
namespace {

constexpr std::chrono::system_clock::time_point kNow{};

TEST_CASE("a ledger remembers what was delivered", "[announce]") {
  const TempDir dir;
  const auto file = dir.path() / "sent.jsonl";
  {
    Ledger ledger(real_file_system(), file);
    CHECK(ledger.parts_delivered("b1", "7", 2) == 0);
    ledger.record({"b1", "7", 1, 2}, kNow);
    CHECK(ledger.parts_delivered("b1", "7", 2) == 1);
    ledger.record({"b1", "8", 1, 1}, kNow);
  }
  Ledger ledger(real_file_system(), file);
  CHECK(ledger.parts_delivered("b1", "7", 2) == 1);
  // Cut into other parts, a message that was sent in part begins anew; a whole one is done.
  CHECK(ledger.parts_delivered("b1", "7", 3) == 0);
  CHECK(ledger.parts_delivered("b1", "8", 3) == 3);
  CHECK(ledger.parts_delivered("b2", "8", 1) == 0);
}

TEST_CASE("a line that was torn does not spoil the next one", "[announce]") {
  const TempDir dir;
  const auto file = dir.path() / "sent.jsonl";
  std::ofstream(file) << R"({"when":"20)";
  Ledger(real_file_system(), file).record({"b1", "7", 1, 1}, kNow);
  CHECK(Ledger(real_file_system(), file).parts_delivered("b1", "7", 1) == 1);
}

TEST_CASE("a ledger is used by one at a time", "[announce]") {
  const TempDir dir;
  const Ledger first(real_file_system(), dir.path() / "sent.jsonl");
  try {
    const Ledger second(real_file_system(), dir.path() / "sent.jsonl");
    FAIL("two of them");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::in_use);
  }
}

}  // namespace
}  // namespace baseline::ledger_test
