// A suite of any bytes: it is loaded against the built-in baseline and, when it loads, run against
// it. Whatever it is,
//   - nothing crashes;
//   - it ends in errors that each have a place in the file, or in checks that run: each check has a
//     result for each of its cases in each of its phases;
//   - the second time gives the same.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/check.hpp"
#include "checks/lint.hpp"
#include "checks/listing.hpp"
#include "checks/runner.hpp"
#include "demand.hpp"
#include "store/sqlite/session/sessions.hpp"

namespace {

using namespace baseline;

constexpr const char* kFile = "fuzz.yaml";
// More would find nothing that fewer do not.
constexpr std::size_t kMostResults = 200;

Session& baseline_database() {
  static const auto reference = sqlite::apply_migration(builtin_migration());
  return *reference;
}

// What may take the time that it was given, or give something else the next time.
bool is_worth_running(const std::string& text, const Suites& suites, const Listing& listing) {
  for (const std::string_view word : {"recursive", "random", "now", "current", "time", "date",
                                      "julian", "strft", "printf", "format", "changes"}) {
    if (to_lower(text).find(word) != std::string::npos) return false;
  }
  const auto waits = [](const auto& check) { return check->head().wait.count() > 0; };
  return listing.before.results + listing.after.results <= kMostResults &&
         std::ranges::none_of(suites.checks(), waits);
}

void judge_errors(const Error& error) {
  demand(error.code() == ErrorCode::usage, "an error of a suite is one of usage");
  // Commands are never allowed here; that error names their places in its one sentence.
  const bool commands =
      std::string_view(error.what()).find("allow with --allow-commands: ") != std::string::npos;
  demand(commands || !error.problems().empty(), "an error of a suite has a place");
  for (const std::string& line : lines_of(error.problems(), "error")) {
    demand(line.starts_with(std::string(kFile) + ":"), "each error names the file");
    demand(line.find(": error: ") != std::string::npos, "each error says that it is one");
    demand(printable(line) == line, "each error can be printed");
  }
}

void run(const Suites& suites, Phase phase, std::size_t wanted, std::vector<std::string>& out) {
  Session& database = baseline_database();
  const SuiteReport report = run_suites(suites, phase, database, database, {}, nullptr, nullptr);
  const auto counts = [](const CheckResult& result) {
    return result.status != Status::skip || result.deferred;  // to when the application runs
  };
  demand(static_cast<std::size_t>(std::ranges::count_if(report.results, counts)) == wanted,
         "each case of each check that is not skipped has a result in its phase");
  for (const CheckResult& result : report.results) {
    out.push_back(fmt::format("{} {} {} {}: {}", to_string(phase), result.check->name,
                              result.case_label, to_string(result.status), result.got));
    const std::string block = failure_block(result);
    demand(utf8_prefix(block) == block.size(), "each result can be printed");
  }
}

// What the suite does, as texts.
std::vector<std::string> outcome_of(const std::string& text) {
  try {
    const Suites suites =
        Suites::load({{kFile, text}}, baseline_database(), sqlite::apply_migration);
    demand(!suites.checks().empty(), "a suite that loads has checks");
    const Listing listing = list_checks(suites, {});
    demand(listing.before.results + listing.after.results + listing.skipped > 0,
           "a suite that loads runs something, or says what it skips");
    std::vector<std::string> out = lines_of(lint(suites, baseline_database()).warnings, "warning");
    if (!is_worth_running(text, suites, listing)) return out;
    run(suites, Phase::before, listing.before.results, out);
    run(suites, Phase::after, listing.after.results, out);
    return out;
  } catch (const Error& error) {
    judge_errors(error);
    return lines_of(error.problems(), "error");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  demand(outcome_of(text) == outcome_of(text), "the second time gives the same");
  return 0;
}
