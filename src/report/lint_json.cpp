#include "base/text.hpp"
#include "report/check_json.hpp"
#include "report/json_document.hpp"
#include "report/lint.hpp"

namespace baseline::json_report {
namespace {

using Json = nlohmann::ordered_json;

Json of_constraints(const std::vector<ConstraintInfo>& constraints) {
  Json json = Json::array();
  for (const ConstraintInfo& constraint : constraints) {
    json.push_back({{"table", valid_utf8(constraint.table)},
                    {"name", optional_text(valid_utf8(constraint.name))},
                    {"constraint", valid_utf8(constraint.display)}});
  }
  return json;
}

}  // namespace

std::string of(const LintReport& report, int exit_code) {
  const Coverage& coverage = report.coverage;
  Json json = header("checks lint", exit_code);
  json["checks"] = report.checks;
  json["concessions"] = concessions_json(report.concessions);
  json["warnings"] = lines_of(report.warnings, "warning");
  json["coverage"] = {{"named", coverage.named},
                      {"named_tested", coverage.named_tested},
                      {"unnamed", coverage.unnamed},
                      {"unnamed_tested", coverage.unnamed_tested},
                      {"untested", of_constraints(coverage.untested)},
                      {"cannot_reject", of_constraints(coverage.cannot_reject)}};
  return finished(json);
}

}  // namespace baseline::json_report
