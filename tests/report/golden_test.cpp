// What each kind of report looks like. tests/cli/test_reports.py gives the same golden files to the
// programs that read such reports.
#include <string>

#include "base/version.hpp"
#include "report/report_kinds.hpp"
#include "support/catch.hpp"
#include "support/sample_run.hpp"

namespace baseline::golden_test {
namespace {

std::string ending(std::string_view kind) {
  if (kind == "junit") return "xml";
  if (kind == "prometheus") return "prom";
  return kind == "github" ? "txt" : std::string(kind);
}

std::string without_version(std::string text) {
  const std::string name = "\"baseline " + std::string(version()) + "\"";
  const std::size_t at = text.find(name);
  return at == std::string::npos ? text : text.replace(at, name.size(), "\"baseline VERSION\"");
}

void check_golden(const std::string& name, const CheckRun& run) {
  for (const ReportKind& kind : report_kinds()) {
    if (kind.name == "html") continue;  // for eyes: page_test.cpp, tests/page/
    const std::string file =
        "report_" + std::string(kind.name) + "_" + name + "." + ending(kind.name);
    INFO(file);
    CHECK(without_version(kind.render(run)) == golden(file));
  }
}

TEST_CASE("reports of a run with results of all statuses", "[report]") {
  check_golden("all_statuses", run_with_all_statuses());
}

TEST_CASE("reports of a run that ended in an error keep the results so far", "[report]") {
  check_golden("refused", refused_run());
}

TEST_CASE("reports of a run that had nothing to check", "[report]") {
  check_golden("nothing_to_do", idle_run());
}

TEST_CASE("reports of texts that try to break out of the format", "[report]") {
  check_golden("hostile", hostile_run());
}

}  // namespace
}  // namespace baseline::golden_test
